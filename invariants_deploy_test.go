package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
	"central-s3-backup/internal/synth"
)

// TestDeployPolicies: the policies of cdk bootstrap allow each handler of each resource what it does, on the name that the
// template gives it. They allow nothing on the same name with other letters at its end, and no deletion of what holds data.
func TestDeployPolicies(t *testing.T) {
	allowed := 0
	every(t, func(t *testing.T, a *assembly, template template) { allowed += checkDeployPolicies(t, a, template) })
	if allowed == 0 {
		t.Error("nothing at all is allowed")
	}
}

// checkDeployPolicies does so for one stack. It returns how many actions must be allowed and are.
func checkDeployPolicies(t *testing.T, a *assembly, template template) (allowed int) {
	t.Helper()
	table := deploypolicy.Table()
	place := placeOf(t, a.cfg, template.stack)
	statements := deploypolicy.Statements(place)
	allows := func(action, arn string) bool {
		return slices.ContainsFunc(statements, func(s deploypolicy.Statement) bool { return allowsOn(s, action, arn) })
	}
	for id, r := range template.Resources {
		handlers, known := table[r.Type]
		if !known {
			t.Fatalf("deploypolicy.Types has no %s", r.Type)
		}
		arn, neighbour := arnsOf(template, id, place)
		for _, action := range handlers.Actions() {
			arn, neighbour := arn, neighbour
			if strings.HasPrefix(action, "iam:") && len(place.Roles) == 0 { // nothing there has a role
				continue
			}
			switch service, _, _ := strings.Cut(action, ":"); {
			case service == "kms" && r.Type != "AWS::KMS::Alias": // the key that the resource is encrypted with
				arn, neighbour = fmt.Sprintf("arn:%s:kms:%s:%s:key/0123abcd", config.Partition(place.Region), place.Region, place.Account), ""
			case service == "iam" && r.Type != "AWS::IAM::Role" && strings.Contains(action, "Role"): // the role that the resource hands on
				arn, neighbour = fmt.Sprintf("arn:%s:iam::%s:role/%s", config.Partition(place.Region), place.Account, place.Roles[0]), ""
			}
			switch must, may := needed.MatchString(action), !neverAllow(action); {
			case must && !allows(action, arn):
				t.Errorf("%s, a %s: %s is not allowed on %s", id, r.Type, action, arn)
			case !may && allows(action, arn):
				t.Errorf("%s, a %s: %s is allowed on %s", id, r.Type, action, arn)
			case must && neighbour != "" && !slices.Contains(onAll, action) && allows(action, neighbour):
				t.Errorf("%s, a %s: %s is allowed on %s", id, r.Type, action, neighbour)
			case must:
				allowed++
			}
		}
	}
	return allowed
}

// onAll are actions that IAM does not limit to a resource.
var onAll = []string{
	"sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe", "cloudwatch:DescribeAlarms",
	"logs:DescribeLogGroups", "logs:PutResourcePolicy",
}

// needed are the actions without which no stack deploys. Those for properties that no resource has are not among them.
var needed = regexp.MustCompile(`^(backup:(Create|Update|Put|Get|Describe|Tag|Untag|ListTags)|cloudwatch:(Put|Delete|Get|Describe)|` +
	`codebuild:(Create|Update|Delete)|` +
	`codepipeline:(Create|Update|Delete|Get|Tag|Untag)|` +
	`events:(Put|Remove|Describe|DeleteRule|DeleteEventBus)|` +
	`iam:(Create|Delete|Put|Attach|Detach|Get|List|Pass)(Role$|RolePolic|AttachedRole|Policy)|` +
	`kms:(CreateKey|CreateAlias|DeleteAlias|UpdateAlias|CreateGrant|PutKeyPolicy|EnableKeyRotation|DescribeKey|GetKeyPolicy)|` +
	`lambda:(CreateFunction$|DeleteFunction$|GetFunction$|UpdateFunction(Code|Configuration))|` +
	`logs:(CreateLogGroup|DeleteLogGroup|PutRetentionPolicy|PutMetricFilter|PutResourcePolicy|DescribeLogGroups)|` +
	`s3:(CreateBucket$|PutBucket(Policy|Versioning|Tagging|ObjectLockConfiguration|Logging|Notification|OwnershipControls)|GetBucket)|` +
	`(events|kms|lambda|logs|sns|cloudwatch):(Tag|Untag)Resource|iam:(Tag|Untag)Role|sqs:(Tag|Untag)Queue|` +
	`sns:(CreateTopic|DeleteTopic|Subscribe|SetTopicAttributes|Unsubscribe)|` +
	`sqs:(CreateQueue|DeleteQueue|SetQueueAttributes|GetQueueAttributes))`)

// neverAllow says whether an action would end data, backups, or keys that decrypt them.
func neverAllow(action string) bool {
	return slices.Contains([]string{
		"backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "kms:ScheduleKeyDeletion", "kms:DisableKey", "s3:DeleteBucket",
		"s3:DeleteObject", "s3:PutObjectAcl",
	}, action)
}

// allowsOn evaluates a statement as IAM does, for CloudFormation's requests.
func allowsOn(s deploypolicy.Statement, action, arn string) bool {
	values := map[string]string{
		"iam:PassedToService": "backup.amazonaws.com", "iam:AWSServiceName": "backup.amazonaws.com", "lambda:FunctionArn": arn,
		"aws:ResourceAccount": "nobody",
	}
	for operator, keys := range s.Condition {
		for key, patterns := range keys {
			if operator == "ArnEquals" { // the function of an event source mapping
				continue
			}
			if !slices.ContainsFunc(patterns, func(p string) bool { return matches(p, values[key]) }) {
				return false
			}
		}
	}
	return slices.ContainsFunc(s.Actions, func(a string) bool { return strings.EqualFold(a, action) }) &&
		slices.ContainsFunc(s.Resources, func(p string) bool { return matches(p, arn) })
}

// matches says whether an ARN matches a pattern with "*".
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if !strings.HasPrefix(text, parts[0]) || last == 0 {
		return pattern == text
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1:last] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}

// placeOf is what the account and Region of a stack have.
func placeOf(t *testing.T, cfg *config.Config, name string) config.Deployed {
	t.Helper()
	plan, err := synth.NewPlan(cfg, []string{name}, sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, stack := range plan.Stacks() {
		for _, d := range cfg.Deployed() {
			if stack.Name == name && d.Account == stack.Account && d.Region == stack.Region {
				return d
			}
		}
	}
	t.Fatalf("%s is deployed nowhere", name)
	return config.Deployed{}
}

// arnsOf are the ARN of a resource, and that of one which is not of this configuration. Empty: AWS chooses its name, so that no
// policy can tell it from others.
func arnsOf(t template, id string, p config.Deployed) (arn, neighbour string) {
	r := t.Resources[id]
	regional := func(service, before, name string) string {
		return fmt.Sprintf("arn:%s:%s:%s:%s:%s%s", config.Partition(p.Region), service, p.Region, p.Account, before, name)
	}
	global := func(service, before, name string) string {
		return fmt.Sprintf("arn:%s:%s::%s:%s%s", config.Partition(p.Region), service, p.Account, before, name)
	}
	both := func(arn func(service, before, name string) string, service, before, name string) (string, string) {
		return arn(service, before, name), arn(service, before, "x-"+name)
	}
	// CloudFormation cuts the stack's name in names that it generates.
	generated := t.stack[:min(len(t.stack), 24)] + "-" + id[:min(len(id), 24)] + "-0123456789AB"
	switch r.Type {
	case "AWS::Backup::BackupVault":
		return both(regional, "backup", "backup-vault:", nameIn(t, r, "BackupVaultName"))
	case "AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection":
		return regional("backup", "backup-plan:", "0123abcd"), ""
	case "AWS::Backup::TieringConfiguration":
		return both(regional, "backup", "tiering-configuration:", nameIn(t, r, "TieringConfigurationName")+"-0123abcd")
	case "AWS::Backup::Framework":
		return both(regional, "backup", "framework:", nameIn(t, r, "FrameworkName")+"-0123abcd")
	case "AWS::Backup::ReportPlan":
		return both(regional, "backup", "report-plan:", nameIn(t, r, "ReportPlanName")+"-0123abcd")
	case "AWS::Backup::RestoreTestingPlan", "AWS::Backup::RestoreTestingSelection":
		return both(regional, "backup", "restore-testing-plan:", nameIn(t, r, "RestoreTestingPlanName")+"-0123abcd")
	case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
		name := nameIn(t, r, "AlarmName")
		if name == "" {
			name = t.stack + "-" + id + "-0123456789AB"
		}
		return both(regional, "cloudwatch", "alarm:", name)
	case "AWS::CloudWatch::Dashboard":
		return both(global, "cloudwatch", "dashboard/", nameIn(t, r, "DashboardName"))
	case "AWS::CodeBuild::Project":
		return both(regional, "codebuild", "project/", nameIn(t, r, "Name"))
	case "AWS::CodePipeline::Pipeline":
		return both(regional, "codepipeline", "", nameIn(t, r, "Name"))
	case "AWS::Events::EventBus", "AWS::Events::EventBusPolicy":
		name := nameIn(t, r, "Name")
		if name == "" {
			name = nameIn(t, r, "EventBusName")
		}
		return both(regional, "events", "event-bus/", name)
	case "AWS::Events::Rule":
		bus := nameIn(t, r, "EventBusName")
		if bus != "" {
			bus += "/"
		}
		name := nameIn(t, r, "Name")
		if name == "" {
			name = generated
		}
		return both(regional, "events", "rule/"+bus, name)
	case "AWS::IAM::Role":
		path := nameIn(t, r, "Path")
		if path == "" {
			path = "/"
		}
		name := nameIn(t, r, "RoleName")
		if name == "" {
			name = generated
		}
		return both(global, "iam", "role"+path, name)
	case "AWS::IAM::ManagedPolicy":
		return both(global, "iam", "policy/", generated)
	case "AWS::IAM::Policy":
		role, _ := at(r.Properties["Roles"], 0, "Ref").(string)
		return arnsOf(t, role, p)
	case "AWS::KMS::Alias":
		return both(regional, "kms", "", nameIn(t, r, "AliasName"))
	case "AWS::KMS::Key":
		return regional("kms", "key/", "0123abcd"), ""
	case "AWS::Lambda::Function":
		return both(regional, "lambda", "function:", nameIn(t, r, "FunctionName"))
	case "AWS::Lambda::EventSourceMapping":
		return regional("lambda", "event-source-mapping:", "0123abcd"), ""
	case "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter":
		return both(regional, "logs", "log-group:", nameIn(t, r, "LogGroupName")+":log-stream:")
	case "AWS::Logs::ResourcePolicy":
		return "*", ""
	case "AWS::S3::Bucket", "AWS::S3::BucketPolicy":
		for _, property := range []string{"BucketName", "Bucket"} {
			if name := nameIn(t, r, property); name != "" {
				return config.BucketARN(p.Region, name), config.BucketARN(p.Region, name+"-x")
			}
		}
	case "AWS::SNS::Topic":
		return both(regional, "sns", "", nameIn(t, r, "TopicName"))
	case "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy":
		property, service := "TopicArn", "sns"
		if r.Type != "AWS::SNS::Subscription" {
			property = map[string]string{"AWS::SNS::TopicPolicy": "Topics", "AWS::SQS::QueuePolicy": "Queues"}[r.Type]
		}
		if r.Type == "AWS::SQS::QueuePolicy" {
			service = "sqs"
		}
		return both(regional, service, "", nameIn(t, r, property))
	case "AWS::SQS::Queue":
		return both(regional, "sqs", "", nameIn(t, r, "QueueName"))
	}
	return "no ARN of a " + r.Type, ""
}

// nameIn is the name in a property, or that of the resource that it refers to.
func nameIn(t template, r resource, property string) string {
	value := r.Properties[property]
	if values, ok := value.([]any); ok {
		value = values[0]
	}
	if name, ok := value.(string); ok {
		return name
	}
	id, ok := at(value, "Ref").(string)
	if !ok {
		id, ok = at(value, "Fn::GetAtt", 0).(string)
	}
	if !ok {
		return ""
	}
	referred := t.Resources[id]
	for _, of := range []string{
		"BucketName", "TopicName", "QueueName", "LogGroupName", "RestoreTestingPlanName", "Name", "BackupVaultName",
	} {
		if name, ok := referred.Properties[of].(string); ok {
			return name
		}
	}
	return ""
}
