package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/internal/awstest"
	"central-s3-backup/internal/restoretest"
)

// validatorsOf are the functions of a template that validate restore tests.
func validatorsOf(t template) []resource {
	var found []resource
	for _, f := range t.ofType("AWS::Lambda::Function") {
		if name, _ := f.Properties["FunctionName"].(string); strings.HasSuffix(name, "-validator") {
			found = append(found, f)
		}
	}
	return found
}

// TestValidator: the validator is where restores are tested, and nowhere else.
func TestValidator(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		tested := a.cfg.Central.RestoreTesting != nil
		for _, w := range a.cfg.Workloads {
			tested = tested || w.RestoreTesting != nil && a.cfg.Reached(w)
		}
		central := a.templates[a.cfg.CentralStackName()]
		if got := len(validatorsOf(central)) == 1; got != tested {
			t.Errorf("%s: validator %v, tests %v", a.cfg.Project, got, tested)
		}
		if buckets := central.ofType("AWS::S3::Bucket"); (len(buckets) == 1) != tested {
			t.Errorf("%s: %d buckets", a.cfg.Project, len(buckets))
		}
	}
	if !t.Failed() && len(validatorsOf(fleet.templates[fleet.cfg.CentralStackName()])) == 0 {
		t.Error("no validator")
	}
}

// validatorPart is a resource of the fleet's validator.
func validatorPart(t *testing.T, resourceType, key, value string) (id string, r resource) {
	t.Helper()
	for id, r := range fleet.templates[fleet.cfg.CentralStackName()].ofType(resourceType) {
		if r.Properties[key] == value {
			return id, r
		}
	}
	t.Fatalf("no %s with %s %s", resourceType, key, value)
	return "", resource{}
}

func arnOf(id string) m { return m{"Fn::GetAtt": texts(id, "Arn")} }

// TestValidatorRole: the function assumes the roles of its own tests alone, adds evidence, sends events, and nothing else.
func TestValidatorRole(t *testing.T) {
	_, role := validatorPart(t, "AWS::IAM::Role", "RoleName", "acme-stores-validator")
	queue, _ := validatorPart(t, "AWS::SQS::Queue", "QueueName", "acme-stores-validator")
	logs, _ := validatorPart(t, "AWS::Logs::LogGroup", "LogGroupName", "/aws/lambda/acme-stores-validator")
	evidence, _ := validatorPart(t, "AWS::S3::Bucket", "BucketName", "acme-stores-restore-evidence-000000000123")
	bus, _ := validatorPart(t, "AWS::Events::EventBus", "Name", "acme-stores-backup-alerts")
	same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
		"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"Service": "lambda.amazonaws.com"},
	}})
	same(t, "policy", inline(t, role), l{
		allow("Queue", l{arnOf(queue)}, nil, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
		allow("ValidateRoles", texts("arn:aws:iam::000000000456:role/acme-stores-validate-payments-prod",
			"arn:aws:iam::000000000123:role/acme-stores-validate-central"), nil, "sts:AssumeRole"),
		allow("Evidence", l{m{"Fn::Sub": "${" + evidence + ".Arn}/*"}}, nil, "s3:GetObject", "s3:PutObject"),
		allow("EvidenceThatIsThere", l{arnOf(evidence)}, nil, "s3:ListBucket"),
		allow("Events", l{arnOf(bus)}, nil, "events:PutEvents"),
		allow("Logs", l{arnOf(logs)}, nil, "logs:CreateLogStream", "logs:PutLogEvents"),
	})
}

// TestEvidenceBucket: nobody but the validator writes evidence, nobody deletes it or writes it again, and its retention
// holds (F-OL-1).
func TestEvidenceBucket(t *testing.T) {
	id, bucket := validatorPart(t, "AWS::S3::Bucket", "BucketName", "acme-stores-restore-evidence-000000000123")
	roleID, _ := validatorPart(t, "AWS::IAM::Role", "RoleName", "acme-stores-validator")
	p := bucket.Properties
	same(t, "lock", p["ObjectLockConfiguration"], m{
		"ObjectLockEnabled": "Enabled", "Rule": m{"DefaultRetention": m{"Mode": "GOVERNANCE", "Days": 400.0}},
	})
	same(t, "rules", l{
		p["ObjectLockEnabled"], at(p, "VersioningConfiguration", "Status"), at(p, "OwnershipControls", "Rules", 0, "ObjectOwnership"),
		len(at(p, "PublicAccessBlockConfiguration").(m)), at(p, "LifecycleConfiguration", "Rules", 0, "ExpirationInDays"),
		at(p, "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration"),
	}, l{true, "Enabled", "BucketOwnerEnforced", 4, nil, nil})
	objects := l{m{"Fn::Sub": "${" + id + ".Arn}/*"}}
	deny := func(sid string, resources l, condition m, actions ...string) m {
		s := allow(sid, resources, condition, actions...)
		s["Effect"], s["Principal"] = "Deny", m{"AWS": "*"}
		return s
	}
	for _, policy := range fleet.templates[fleet.cfg.CentralStackName()].ofType("AWS::S3::BucketPolicy") {
		same(t, "of", policy.Properties["Bucket"], m{"Ref": id})
		same(t, "policy", at(policy.Properties, "PolicyDocument", "Statement"), l{
			deny("TLSOnly", append(l{arnOf(id)}, objects...), m{
				"Bool": m{"aws:SecureTransport": "false"}, "BoolIfExists": m{"aws:PrincipalIsAWSService": "false"},
			}, "s3:*"),
			deny("KeepGovernanceRetention", objects, m{"BoolIfExists": m{"aws:PrincipalIsAWSService": "false"}}, "s3:BypassGovernanceRetention"),
			deny("OnlyTheValidatorWrites", objects, m{"ArnNotEquals": m{"aws:PrincipalArn": arnOf(roleID)}},
				"s3:DeleteObject", "s3:PutObject"),
			deny("NeverTwice", objects, m{"Null": m{"s3:if-none-match": "true"}}, "s3:PutObject"),
		})
	}
}

// TestValidatorQueue: the function takes one event at a time, three times, and then an alarm tells people. The queue has
// the ends of restore tests of every account, and one event a day.
func TestValidatorQueue(t *testing.T) {
	central := fleet.templates[fleet.cfg.CentralStackName()]
	queueID, queue := validatorPart(t, "AWS::SQS::Queue", "QueueName", "acme-stores-validator")
	deadID, dead := validatorPart(t, "AWS::SQS::Queue", "QueueName", "acme-stores-validator-undelivered")
	functionID, function := validatorPart(t, "AWS::Lambda::Function", "FunctionName", "acme-stores-validator")
	evidence, _ := validatorPart(t, "AWS::S3::Bucket", "BucketName", "acme-stores-restore-evidence-000000000123")
	bus, _ := validatorPart(t, "AWS::Events::EventBus", "Name", "acme-stores-backup-alerts")
	roleID, _ := validatorPart(t, "AWS::IAM::Role", "RoleName", "acme-stores-validator")
	_, alarm := validatorPart(t, "AWS::CloudWatch::Alarm", "AlarmName", "acme-stores-validator-undelivered")
	same(t, "queue", queue.Properties["RedrivePolicy"], m{"deadLetterTargetArn": arnOf(deadID), "maxReceiveCount": 3.0})
	same(t, "times", l{queue.Properties["VisibilityTimeout"], dead.Properties["MessageRetentionPeriod"]}, l{5400.0, 1209600.0})
	same(t, "environment", at(function.Properties, "Environment", "Variables"),
		m{"EVIDENCE_BUCKET": m{"Ref": evidence}, "EVENT_BUS": arnOf(bus)})
	same(t, "function", l{
		function.Properties["Runtime"], function.Properties["Architectures"], function.Properties["Timeout"], function.Properties["MemorySize"],
	}, l{"provided.al2023", texts("arm64"), 900.0, 1024.0})
	same(t, "alarm", l{alarm.Properties["MetricName"], alarm.Properties["Threshold"], len(list(alarm.Properties["AlarmActions"]))},
		l{"ApproximateNumberOfMessagesVisible", 0.0, 1})
	mappings := 0
	for _, mapping := range central.ofType("AWS::Lambda::EventSourceMapping") {
		if at(mapping.Properties, "FunctionName", "Ref") == functionID {
			mappings++
			same(t, "mapping", mapping.Properties, m{
				"EventSourceArn": arnOf(queueID), "FunctionName": m{"Ref": functionID}, "BatchSize": 1.0,
				"FunctionResponseTypes": texts("ReportBatchItemFailures"), "ScalingConfig": m{"MaximumConcurrency": 2.0},
			})
		}
	}
	var rules l
	jobs, daily := 0, 0
	for id, rule := range central.ofType("AWS::Events::Rule") {
		if at(rule.Properties, "Targets", 0, "Arn", "Fn::GetAtt", 0) != queueID {
			continue
		}
		rules = append(rules, arnOf(id))
		if rule.Properties["ScheduleExpression"] == "rate(1 day)" && rule.Properties["EventBusName"] == nil {
			daily++
			continue
		}
		jobs++
		same(t, "bus", rule.Properties["EventBusName"], m{"Ref": bus})
		detail := func(status, kind, plan string) m {
			d := m{"status": status, "resourceType": kind}
			if plan != "" {
				d["restoreTestingPlanArn"] = plan
			}
			return m{"source": "aws.backup", "detail-type": "Restore Job State Change", "detail": d}
		}
		for _, c := range []struct {
			event m
			want  bool
		}{
			{detail("COMPLETED", "S3", "arn"), true},
			{detail("FAILED", "S3", "arn"), true},
			{detail("RUNNING", "S3", "arn"), false},
			{detail("COMPLETED", "EBS", "arn"), false},
			{detail("COMPLETED", "S3", ""), false}, // a restore by people
		} {
			if got := awstest.MatchesPattern(t, rule.Properties["EventPattern"], c.event); got != c.want {
				t.Errorf("takes %v: %v", c.event, got)
			}
		}
	}
	if mappings != 1 || jobs != 1 || daily != 1 {
		t.Errorf("%d mappings, %d rules on jobs, %d schedules", mappings, jobs, daily)
	}
	policies := 0
	for _, policy := range central.ofType("AWS::SQS::QueuePolicy") {
		if of := at(policy.Properties, "Queues", 0, "Ref"); of != queueID && of != deadID {
			continue
		}
		policies++
		senders := list(at(statement(policy.Properties["PolicyDocument"], "EventBridge"), "Condition", "ArnEquals", "aws:SourceArn"))
		if len(senders) != 2 || !strings.Contains(fmt.Sprint(senders), fmt.Sprint(rules[0])) ||
			!strings.Contains(fmt.Sprint(senders), fmt.Sprint(rules[1])) {
			t.Errorf("may send: %v, rules %v", senders, rules)
		}
		same(t, "reader", at(statement(policy.Properties["PolicyDocument"], "OnlyTheFunctionReceives"), "Condition", "ArnNotEquals"),
			m{"aws:PrincipalArn": arnOf(roleID)})
	}
	if policies != 2 {
		t.Errorf("%d policies of queues", policies)
	}
}

// TestRestoreTestsReachTheBus: the rules of every account send the ends of restore tests to the central bus.
func TestRestoreTestsReachTheBus(t *testing.T) {
	event := m{"source": "aws.backup", "detail-type": "Restore Job State Change", "detail": m{
		"status": "COMPLETED", "resourceType": "S3", "restoreTestingPlanArn": "arn",
	}}
	for _, stack := range []string{fleet.cfg.CentralStackName(), fleet.cfg.StackName(fleet.cfg.Workloads[0])} {
		sent := 0
		for _, rule := range fleet.templates[stack].ofType("AWS::Events::Rule") {
			toBus := at(rule.Properties, "Targets", 0, "RoleArn") != nil
			pattern := rule.Properties["EventPattern"]
			if toBus && pattern != nil && rule.Properties["EventBusName"] == nil && awstest.MatchesPattern(t, pattern, event) {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%s: %d rules send it", stack, sent)
		}
	}
}

// TestRestoreTestEmails: a test that did not succeed is in the alerts and in an e-mail, if the validator's account says so.
func TestRestoreTestEmails(t *testing.T) {
	for outcome, want := range map[string]bool{"failed": true, "notValidated": true, "missing": true, "successful": false} {
		for _, account := range []string{"000000000123", "000000000456"} {
			event := m{"source": "central-s3-backup", "detail-type": "Restore Test", "account": account, "detail": m{"outcome": outcome}}
			emails, alerts := 0, 0
			for _, rule := range fleet.templates[fleet.cfg.CentralStackName()].ofType("AWS::Events::Rule") {
				if rule.Properties["EventBusName"] == nil || !awstest.MatchesPattern(t, rule.Properties["EventPattern"], event) {
					continue
				}
				switch id, _ := at(rule.Properties, "Targets", 0, "Id").(string); id {
				case "Email":
					emails++
				case "Queue":
					alerts++
				}
			}
			if got := emails == 1; got != (want && account == "000000000123") || alerts != 1 {
				t.Errorf("%s of %s: %d e-mails, %d alerts", outcome, account, emails, alerts)
			}
		}
	}
}

// TestCentralValidateRole: the validator reads what a test of copies restored with a role of its own account.
func TestCentralValidateRole(t *testing.T) {
	role, there := roleOf(fleet.templates[fleet.cfg.CentralStackName()], "acme-stores-validate-central")
	if !there {
		t.Fatal("no role")
	}
	same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
		"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"AWS": "arn:aws:iam::000000000123:root"},
		"Condition": m{"ArnEquals": m{"aws:PrincipalArn": "arn:aws:iam::000000000123:role/acme-stores-validator"}},
	}})
	restored := "arn:aws:s3:::awsbackup-restore-test-*"
	same(t, "policy", inline(t, role), append(l{
		allow("Validate", texts("*"), nil, "backup:DescribeRestoreJob", "backup:GetRestoreJobMetadata",
			"backup:ListBackupAccessPoints", "backup:PutRestoreValidationResult"),
		allow("ReadRestored", texts(restored, restored+"/*"), m{"StringEqualsIfExists": m{"aws:ResourceAccount": "000000000123"}},
			"s3:GetObject", "s3:ListBucket"),
		allow("UseBucketKeys", texts("arn:aws:kms:us-east-1:000000000123:key/*"),
			m{"StringLike": m{"kms:ViaService": "s3.*.amazonaws.com"}}, "kms:Decrypt"),
	}, operatorStatements("aws", "us-east-1", "000000000123", "acme-stores-validate", m{"Fn::GetAtt": texts("Key", "Arn")})[1:]...))
}

// TestValidatorPackage: what is deployed is the function with the tests of this configuration.
func TestValidatorPackage(t *testing.T) {
	dir, err := validatorPackage(fleet.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	text, err := os.ReadFile(filepath.Join(dir, "tests.json"))
	var tests restoretest.Tests
	if err == nil {
		err = json.Unmarshal(text, &tests)
	}
	if err != nil || tests.Project != "acme-stores" || len(tests.Plans) != 2 {
		t.Fatalf("%+v, %v", tests, err)
	}
	for _, p := range tests.Plans { // what the function assumes is there, and so is the plan
		for _, template := range fleet.templates {
			_, role := roleOf(template, p.RoleARN[strings.LastIndex(p.RoleARN, "/")+1:])
			for _, plan := range template.ofType("AWS::Backup::RestoreTestingPlan") {
				if named := plan.Properties["RestoreTestingPlanName"] == p.Name; named != role {
					t.Errorf("%s: plan %v, role %v", template.stack, named, role)
				}
			}
		}
	}
	program, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil || !strings.HasPrefix(string(program), "\x7fELF\x02\x01\x01") || program[18] != 0xB7 { // 64 bits, arm64
		t.Errorf("bootstrap is no program for arm64: %v", err)
	}
	checkSize(t, program)
}

// TestCallsOfTheValidator: the rules leave out the access points of restore tests, and those of nobody else: a role below a
// path, of another account, a user, and other calls of the same role are notified.
func TestCallsOfTheValidator(t *testing.T) {
	for stack, account := range map[string]string{
		fleet.cfg.CentralStackName(): "000000000123", "acme-stores-backup-payments-prod": "000000000456",
	} {
		template := fleet.templates[stack]
		role := map[string]string{"000000000123": "validate-central", "000000000456": "validate-payments-prod"}[account]
		point := "arn:aws:backup:us-east-1:" + account + ":recovery-point:acme-payments-prod-ledger-1"
		taken := func(call, issuer string) bool {
			identity := m{"arn": "arn:aws:sts::" + account + ":assumed-role/x/y"}
			if issuer != "" {
				identity["sessionContext"] = m{"sessionIssuer": m{"arn": issuer}}
			}
			return len(takenBy(t, template, m{
				"source": "aws.backup", "detail-type": "AWS API Call via CloudTrail", "detail": m{
					"eventSource": "backup.amazonaws.com", "eventName": call, "userIdentity": identity,
					"requestParameters": m{"recoveryPointArn": point, "accessPointArn": "a"},
				},
			})) == 1
		}
		own := "arn:aws:iam::" + account + ":role/acme-stores-" + role
		for _, call := range []string{"CreateBackupAccessPoint", "DeleteBackupAccessPoint"} {
			if taken(call, own) {
				t.Errorf("%s: people are notified of %s of each restore test", stack, call)
			}
			for _, other := range []string{
				"", own + "2", "arn:aws:iam::" + account + ":role/x/acme-stores-" + role, "arn:aws:iam::999999999999:role/acme-stores-" + role,
				"arn:aws:iam::" + account + ":role/acme-stores-operate-payments-prod",
			} {
				if !taken(call, other) {
					t.Errorf("%s: nobody is notified of %s of %q", stack, call, other)
				}
			}
		}
		if !taken("StartRestoreJob", own) {
			t.Errorf("%s: nobody is notified of another call of the role", stack)
		}
	}
}
