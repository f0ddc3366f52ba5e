package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// every runs a test over every template of every assembly.
func every(t *testing.T, test func(t *testing.T, a *assembly, template template)) {
	t.Helper()
	for name, a := range map[string]*assembly{"example": example, "fleet": fleet, "gov": gov} {
		for stack, template := range a.templates {
			t.Run(name+"/"+stack, func(t *testing.T) { test(t, a, template) })
		}
	}
}

func TestBucketsAreProtected(t *testing.T) {
	checked := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		for id, bucket := range template.ofType("AWS::S3::Bucket") {
			p := bucket.Properties
			want := map[string]bool{
				"versioning":          at(p, "VersioningConfiguration", "Status") == "Enabled",
				"public access block": fmt.Sprint(p["PublicAccessBlockConfiguration"]) == "map[BlockPublicAcls:true BlockPublicPolicy:true IgnorePublicAcls:true RestrictPublicBuckets:true]",
				"owner enforced":      at(p, "OwnershipControls", "Rules", 0, "ObjectOwnership") == "BucketOwnerEnforced",
				"noncurrent expiry":   at(p, "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration", "NoncurrentDays") != nil,
				"incomplete uploads":  at(p, "LifecycleConfiguration", "Rules", 0, "AbortIncompleteMultipartUpload", "DaysAfterInitiation") != nil,
				"TLS only":            deniesWithoutTLS(template, id),
			}
			if id == "AccessLogs" {
				want["no Object Lock"] = p["ObjectLockEnabled"] == nil && p["ObjectLockConfiguration"] == nil // F-OL-7
			} else {
				days := at(p, "ObjectLockConfiguration", "Rule", "DefaultRetention", "Days")
				tier := tierOf(a, p["BucketName"].(string))
				want["Object Lock"] = p["ObjectLockEnabled"] == true && days == float64(tier.ObjectLock.Days) &&
					at(p, "ObjectLockConfiguration", "Rule", "DefaultRetention", "Mode") == strings.ToUpper(tier.ObjectLock.Mode)
				want["noncurrent versions outlive the lock"] = at(p, "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration", "NoncurrentDays").(float64) >= days.(float64)
				want["expired delete markers"] = at(p, "LifecycleConfiguration", "Rules", 0, "ExpiredObjectDeleteMarker") == true
				want["EventBridge"] = at(p, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled") == true // F-S3-12
				encryption := at(p, "BucketEncryption", "ServerSideEncryptionConfiguration", 0)
				want["bucket key"] = at(encryption, "BucketKeyEnabled") == true
				want["key of its tier"] = aliasOf(template, at(encryption, "ServerSideEncryptionByDefault", "KMSMasterKeyID", "Fn::GetAtt", 0)) == keyAliasWant(a, template, tier)
				want["access logs"] = at(p, "LoggingConfiguration", "DestinationBucketName", "Ref") == "AccessLogs"
				want["tags"] = fmt.Sprint(p["Tags"]) == fmt.Sprintf("[map[Key:backup:tier Value:%s] map[Key:backup:workload Value:%s]]", tier.Name, workloadOf(a, template.stack).ID())
			}
			for what, ok := range want {
				if !ok {
					t.Errorf("%s: %s", id, what)
				}
			}
			checked++
		}
	})
	if checked == 0 {
		t.Error("no bucket at all")
	}
}

// TestDataIsRetained: whatever holds data survives its removal from the template, and its replacement.
func TestDataIsRetained(t *testing.T) {
	every(t, func(t *testing.T, _ *assembly, template template) {
		for id, r := range template.Resources {
			_, dataBearing := physicalName(r)
			role := id == "BackupRole" // F-IAM-7
			if (dataBearing || role) && (r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain") {
				t.Errorf("%s: deletion %q, replacement %q", id, r.DeletionPolicy, r.UpdateReplacePolicy)
			}
			known := slices.Contains([]string{
				"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::IAM::Role",
				"AWS::Backup::BackupVault", "AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::TieringConfiguration",
				"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription", "AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Rule",
				"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::Logs::LogGroup",
				"AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping", "AWS::Logs::MetricFilter", "AWS::Logs::ResourcePolicy", "AWS::CloudWatch::Dashboard",
			}, r.Type)
			if !known {
				t.Errorf("%s: is a %s; say here whether it holds data", id, r.Type)
			}
		}
	})
}

// TestReferences: what a resource refers to is in its template. The CDK does not look.
func TestReferences(t *testing.T) {
	references := 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		var visit func(any)
		refer := func(id string) {
			references++
			if _, ok := template.Resources[id]; !ok {
				t.Errorf("there is no %s", id)
			}
		}
		visit = func(value any) {
			switch v := value.(type) {
			case map[string]any:
				if id, ok := v["Ref"].(string); ok {
					refer(id)
				}
				if id, ok := at(v, "Fn::GetAtt", 0).(string); ok {
					refer(id)
				}
				if text, ok := v["Fn::Sub"].(string); ok {
					for _, match := range regexp.MustCompile(`\$\{(\w+)`).FindAllStringSubmatch(text, -1) {
						refer(match[1])
					}
				}
				for _, inner := range v {
					visit(inner)
				}
			case []any:
				for _, inner := range v {
					visit(inner)
				}
			}
		}
		for _, r := range template.Resources {
			visit(r.Properties)
		}
	})
	if references == 0 {
		t.Error("no reference at all")
	}
}

// TestNobodyWithoutCondition: no statement of any policy names everybody without saying who by a condition.
func TestNobodyWithoutCondition(t *testing.T) {
	statements := 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		for _, s := range statementsOf(template) {
			statements++
			principal, _ := json.Marshal(s["Principal"])
			if strings.Contains(string(principal), `"*"`) && s["Condition"] == nil {
				t.Errorf("%v", s)
			}
			for _, action := range list(s["Action"]) {
				if strings.Contains(fmt.Sprint(action), "*") && strings.HasPrefix(fmt.Sprint(action), "backup:") {
					t.Errorf("a wildcard in an action of AWS Backup: %v", action) // F-IAM-10
				}
			}
			// A role cannot be given to a function of another account. EventBridge's rules have targets in
			// their own account alone, and to SNS and KMS it says nothing of the source.
			safe := at(s, "Condition", "StringEquals", "aws:SourceAccount") != nil || at(s, "Condition", "ArnEquals", "aws:SourceArn") != nil ||
				s["Sid"] == "EventBridge" && slices.Contains([]string{"[sns:Publish]", "[kms:Decrypt kms:GenerateDataKey*]"}, fmt.Sprint(s["Action"]))
			if service := at(s["Principal"], "Service"); service != nil && service != "lambda.amazonaws.com" && !safe {
				t.Errorf("%v may be the deputy of another account", service)
			}
			if s["Effect"] != "Allow" {
				continue
			}
			for _, p := range list(at(s["Principal"], "AWS")) {
				if p == "*" && at(s, "Condition", "StringEquals", "aws:PrincipalOrgID") == nil && at(s, "Condition", "StringEquals", "aws:PrincipalAccount") == nil {
					t.Errorf("allows everybody, in no organization or account: %v", s)
				}
			}
		}
	})
	if statements == 0 {
		t.Error("no statement at all")
	}
}

// TestCopiesFitTheirLock: a copy enters the central vault, and its lock takes it (F-LOCK-3).
func TestCopiesFitTheirLock(t *testing.T) {
	copies := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		for id, plan := range template.ofType("AWS::Backup::BackupPlan") {
			for _, rule := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule")) {
				for _, c := range list(at(rule, "CopyActions")) {
					copies++
					vault := centralVault(t, a, at(c, "DestinationBackupVaultArn").(string))
					lock := vault.Properties["LockConfiguration"]
					days := at(c, "Lifecycle", "DeleteAfterDays").(float64)
					if days < at(lock, "MinRetentionDays").(float64) || days > at(lock, "MaxRetentionDays").(float64) {
						t.Errorf("%s: copies of %v days into a lock of %v", id, days, lock)
					}
				}
			}
		}
	})
	if copies == 0 {
		t.Error("no copy at all")
	}
}

// TestPlans: rules fill a vault that the template has, are what their tier's row says (F-S3-5,
// F-S3-6), and select exactly the buckets that the file names, with the backup role.
func TestPlans(t *testing.T) {
	every(t, func(t *testing.T, a *assembly, template template) {
		if template.stack == a.cfg.CentralStackName() {
			return
		}
		w := workloadOf(a, template.stack)
		vaults := template.ofType("AWS::Backup::BackupVault")
		var got, want []string
		for planID, plan := range template.ofType("AWS::Backup::BackupPlan") {
			tier := at(plan.Properties, "BackupPlanTags", "backup:tier").(string)
			for _, rule := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule")) {
				vaultID, _ := at(rule, "TargetBackupVault", "Ref").(string)
				if _, ok := vaults[vaultID]; !ok {
					t.Errorf("%s: vault %v is not in the template", planID, at(rule, "TargetBackupVault"))
				}
				if text := fmt.Sprint(rule); strings.Contains(text, "ColdStorage") {
					t.Errorf("%s: cold storage, which S3 backups do not have", planID)
				}
				got = append(got, fmt.Sprintln(tier, at(rule, "EnableContinuousBackup"), at(rule, "Lifecycle", "DeleteAfterDays"),
					at(rule, "ScheduleExpression"), at(rule, "ScheduleExpressionTimezone"), at(rule, "StartWindowMinutes"), at(rule, "CompletionWindowMinutes"),
					at(rule, "CopyActions", 0, "Lifecycle", "DeleteAfterDays")))
			}
			for _, s := range template.ofType("AWS::Backup::BackupSelection") {
				if at(s.Properties, "BackupPlanId", "Ref") != planID {
					continue
				}
				selection := s.Properties["BackupSelection"]
				if at(selection, "IamRoleArn", "Fn::GetAtt", 0) != "BackupRole" {
					t.Errorf("%s: role %v", planID, at(selection, "IamRoleArn"))
				}
				got = append(got, fmt.Sprintln(tier, at(selection, "Resources"), at(selection, "NotResources"), at(selection, "Conditions")))
			}
		}
		for _, tier := range a.cfg.Tiers {
			want = append(want, wantedOf(a, w, tier)...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
		}
	})
}

// wantedOf is what a workload's plan for a tier must have, said from the row and the file alone.
func wantedOf(a *assembly, w config.Workload, tier config.Tier) []string {
	partition := config.Partition(w.Region)
	var named []any
	for _, b := range w.Buckets {
		if b.Tier == tier.Name {
			named = append(named, "arn:"+partition+":s3:::"+b.Name)
		}
	}
	tagged := slices.Contains(w.SelectTagged, tier.Name)
	if tier.ContinuousBackup == nil && tier.SnapshotBackup == nil || named == nil && !tagged {
		return nil
	}
	var copies any
	if tier.CopyToCentral != nil {
		copies = tier.CopyToCentral.DeleteAfterDays
	}
	var want []string
	s := tier.Schedule
	if c := tier.ContinuousBackup; c != nil {
		want = append(want, fmt.Sprintln(tier.Name, true, c.DeleteAfterDays, s.Cron, s.Timezone, s.StartWindowMinutes, s.CompletionWindowMinutes, copies))
		copies = nil
	}
	if c := tier.SnapshotBackup; c != nil {
		want = append(want, fmt.Sprintln(tier.Name, false, c.DeleteAfterDays, c.Schedule, s.Timezone, s.StartWindowMinutes, s.CompletionWindowMinutes, copies))
	}
	if named != nil {
		want = append(want, fmt.Sprintln(tier.Name, named, nil, nil))
	}
	if tagged {
		var except []any
		for _, other := range a.cfg.Workloads {
			for _, b := range other.Buckets {
				if other.Account == w.Account && other.Region == w.Region {
					except = append(except, "arn:"+partition+":s3:::"+b.Name)
				}
			}
		}
		want = append(want, fmt.Sprintln(tier.Name, []any{"arn:" + partition + ":s3:::*"}, except,
			fmt.Sprintf("map[StringEquals:[map[ConditionKey:aws:ResourceTag/backup:tier ConditionValue:%s]]]", tier.Name)))
	}
	return want
}

// TestStacksDeployAnywhere: no assets besides the template itself, no custom resources, no parameters,
// no reference to another stack (F-COPY-14). A central stack has one more asset, the function, where
// there is one.
func TestStacksDeployAnywhere(t *testing.T) {
	every(t, func(t *testing.T, a *assembly, template template) {
		withFunction := template.stack == a.cfg.CentralStackName() && len(a.cfg.Alerts.Delivered()) > 0
		var top map[string]json.RawMessage
		if err := json.Unmarshal(template.bytes, &top); err != nil {
			t.Fatal(err)
		}
		for section := range top {
			if section != "Description" && section != "Resources" {
				t.Errorf("has a section %s", section)
			}
		}
		for _, forbidden := range []string{"Custom::", "AWS::CloudFormation::CustomResource", "Fn::ImportValue", "cdk-hnb659fds", "AWS::Lambda::"} {
			if strings.Contains(string(template.bytes), forbidden) && !withFunction {
				t.Errorf("has %s", forbidden)
			}
		}
		want := 1
		if withFunction {
			want = 2
		}
		var assets struct {
			Files map[string]struct{ Source struct{ Path string } }
		}
		if err := json.Unmarshal([]byte(contents(t, a.dir)[template.stack+".assets.json"]), &assets); err != nil {
			t.Fatal(err)
		}
		if len(assets.Files) != want {
			t.Errorf("%d assets", len(assets.Files))
		}
		for _, file := range assets.Files {
			function := withFunction && strings.HasPrefix(file.Source.Path, "asset.")
			if file.Source.Path != template.stack+".template.json" && !function {
				t.Errorf("has the asset %s", file.Source.Path)
			}
		}
	})
}

// TestPartitions: every ARN of a template is of its Region's partition (F-REG-4).
func TestPartitions(t *testing.T) {
	partitions := map[string]bool{}
	every(t, func(t *testing.T, a *assembly, template template) {
		want := partitionOf(a, template)
		partitions[want] = true
		for _, arn := range regexp.MustCompile(`"arn:[^"]*`).FindAllString(string(template.bytes), -1) {
			if !strings.HasPrefix(arn, `"arn:`+want+":") {
				t.Errorf("%s is not of partition %s", arn, want)
			}
		}
	})
	if len(partitions) != 2 {
		t.Errorf("partitions %v", partitions)
	}
}

// TestOtherPartitionsAreNoSources: an account of another partition cannot be a principal.
func TestOtherPartitionsAreNoSources(t *testing.T) {
	text := string(gov.templates["agency-backup-central"].bytes)
	if !strings.Contains(text, "000000000002:root") || strings.Contains(text, "000000000003") {
		t.Error("the central stack knows the wrong accounts")
	}
}

// TestOrganizationPaths: where they are given, every grant to other accounts' roles is limited by them.
func TestOrganizationPaths(t *testing.T) {
	grants := 0
	for _, a := range []*assembly{fleet, gov} {
		want := fmt.Sprint(a.cfg.Organization.Paths)
		for _, s := range statementsOf(a.templates[a.cfg.CentralStackName()]) {
			if at(s, "Condition", "StringEquals", "aws:PrincipalOrgID") == nil {
				continue
			}
			grants++
			if got := fmt.Sprint(at(s, "Condition", "ForAnyValue:StringLike", "aws:PrincipalOrgPaths")); got != want {
				t.Errorf("%v: paths %s, want %s", s["Sid"], got, want)
			}
		}
	}
	if grants == 0 {
		t.Error("no grants")
	}
}

// TestLowCost: vaults whose backups grow old enough move them, in the central account for all copied
// tiers at once where these agree (F-TIER-1).
func TestLowCost(t *testing.T) {
	got := map[string]string{}
	for _, a := range []*assembly{example, fleet, gov} {
		for stack, template := range a.templates {
			for id, tiering := range template.ofType("AWS::Backup::TieringConfiguration") {
				vault := ""
				for vaultID, v := range template.ofType("AWS::Backup::BackupVault") {
					if vaultID == at(tiering.Properties, "BackupVaultName", "Ref") {
						vault = v.Properties["BackupVaultName"].(string)
					}
				}
				if name := tiering.Properties["TieringConfigurationName"].(string); !regexp.MustCompile(`^[a-zA-Z0-9_]{1,200}$`).MatchString(name) {
					t.Errorf("%s: name %s", id, name)
				}
				got[stack+" "+vault] = fmt.Sprint(tiering.Properties["ResourceSelection"])
			}
		}
	}
	want := map[string]string{
		"agency-backup-central central-aws-vault-S3":                             "[map[ResourceType:S3 Resources:[*] TieringDownSettingsInDays:90]]",
		"agency-backup-records-prod agency-records-prod-curated_data":            "[map[ResourceType:S3 Resources:[*] TieringDownSettingsInDays:120]]",
		"acme-backup-backup-central acme-central":                                "[map[ResourceType:S3 Resources:[arn:aws:s3:::acme-payments-prod-ledger] TieringDownSettingsInDays:90]]",
		"acme-backup-backup-central acme-central-2024":                           "[map[ResourceType:S3 Resources:[arn:aws:s3:::acme-payments-prod-ledger] TieringDownSettingsInDays:90]]",
		"acme-backup-backup-payments-prod acme-backup-payments-prod-ledger_data": "[map[ResourceType:S3 Resources:[*] TieringDownSettingsInDays:90]]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestAliases: every key has one alias, and no two keys of an account and Region have the same.
func TestAliases(t *testing.T) {
	taken := map[string]bool{}
	every(t, func(t *testing.T, a *assembly, template template) {
		w := workloadOf(a, template.stack)
		for id := range template.ofType("AWS::KMS::Key") {
			alias := aliasOf(template, id)
			key := t.Name()[:strings.LastIndex(t.Name(), "/")] + w.Account + w.Region + alias
			if alias == "" || taken[key] {
				t.Errorf("%s: alias %q", id, alias)
			}
			taken[key] = true
		}
	})
}

// TestTerminationProtection: deleting a stack takes two steps.
func TestTerminationProtection(t *testing.T) {
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TerminationProtection bool }
		}
	}
	if err := json.Unmarshal([]byte(contents(t, example.dir)["manifest.json"]), &manifest); err != nil {
		t.Fatal(err)
	}
	stacks := 0
	for name, artifact := range manifest.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" {
			continue
		}
		stacks++
		if !artifact.Properties.TerminationProtection {
			t.Errorf("%s is not protected", name)
		}
	}
	if stacks != 3 {
		t.Errorf("%d stacks", stacks)
	}
}

// TestTemplateSizes: the size that the checks reckon with is not less than a template has, nor much more.
func TestTemplateSizes(t *testing.T) {
	looked := 0
	for _, a := range []*assembly{example, fleet, gov} {
		for _, w := range a.cfg.Workloads {
			size, reckoned := len(a.templates[a.cfg.StackName(w)].bytes), a.cfg.TemplateBytes(w)
			if reckoned < size || reckoned > size*3/2+8000 {
				t.Errorf("%s: %d bytes, reckoned with %d", w.ID(), size, reckoned)
			}
			looked++
		}
	}
	if looked == 0 {
		t.Error("no templates")
	}
}

// TestResourceCounts: the check against CloudFormation's limit counts what is there (F-LIM-6).
func TestResourceCounts(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		if got, want := a.cfg.CentralResources(), len(a.templates[a.cfg.CentralStackName()].Resources); got != want {
			t.Errorf("central: counts %d, has %d", got, want)
		}
		for _, w := range a.cfg.Workloads {
			if got, want := a.cfg.StackResources(w), len(a.templates[a.cfg.StackName(w)].Resources); got != want {
				t.Errorf("%s: counts %d, has %d", w.ID(), got, want)
			}
		}
	}
}

// TestBackupRole: the role backs up S3, and copies into the central vault alone (F-IAM-1, F-COPY-4).
func TestBackupRole(t *testing.T) {
	every(t, func(t *testing.T, a *assembly, template template) {
		role, ok := template.Resources["BackupRole"]
		if !ok {
			if len(template.ofType("AWS::Backup::BackupPlan")) > 0 {
				t.Error("plans and no role")
			}
			return
		}
		if got := fmt.Sprint(role.Properties["ManagedPolicyArns"]); got != "[arn:"+partitionOf(a, template)+":iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup]" {
			t.Errorf("managed policies %s", got)
		}
		if name := role.Properties["RoleName"].(string); !strings.HasPrefix(name, a.cfg.Project+"-backup-") {
			t.Errorf("the central policies do not know %s", name)
		}
		copies := strings.Contains(string(template.bytes), "CopyActions")
		if got := role.Properties["Policies"] != nil; got != copies {
			t.Errorf("may copy: %v, copies: %v", got, copies)
		}
		for _, s := range list(at(role.Properties, "Policies", 0, "PolicyDocument", "Statement")) {
			if !slices.Contains(list(at(s, "Action")), any("backup:CopyFromBackupVault")) {
				continue
			}
			if got := fmt.Sprint(at(s, "Condition")); got != "map[ForAnyValue:ArnLike:map[backup:CopyTargets:["+a.cfg.CentralVaultARN()+"]]]" {
				t.Errorf("copies are limited by %s", got)
			}
		}
	})
}

func deniesWithoutTLS(t template, bucketID string) bool {
	for _, policy := range t.ofType("AWS::S3::BucketPolicy") {
		if at(policy.Properties, "Bucket", "Ref") != bucketID {
			continue
		}
		for _, s := range list(at(policy.Properties, "PolicyDocument", "Statement")) {
			if at(s, "Effect") == "Deny" && at(s, "Principal", "AWS") == "*" && at(s, "Condition", "Bool", "aws:SecureTransport") == "false" &&
				fmt.Sprint(at(s, "Action"), at(s, "Resource")) == fmt.Sprintf("[s3:*] [map[Fn::GetAtt:[%s Arn]] map[Fn::Sub:${%s.Arn}/*]]", bucketID, bucketID) {
				return true
			}
		}
	}
	return false
}

// partitionOf is the ARN partition of a stack, said without the code under test.
func partitionOf(a *assembly, t template) string {
	region := a.cfg.Central.Region
	if t.stack != a.cfg.CentralStackName() {
		region = workloadOf(a, t.stack).Region
	}
	if strings.HasPrefix(region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

func tierOf(a *assembly, bucket string) config.Tier {
	for _, w := range a.cfg.Workloads {
		for _, b := range w.Buckets {
			for _, tier := range a.cfg.Tiers {
				if b.Name == bucket && tier.Name == b.Tier {
					return tier
				}
			}
		}
	}
	return config.Tier{}
}

func workloadOf(a *assembly, stack string) config.Workload {
	for _, w := range a.cfg.Workloads {
		if a.cfg.StackName(w) == stack {
			return w
		}
	}
	return config.Workload{}
}

func aliasOf(t template, key any) string {
	for _, alias := range t.ofType("AWS::KMS::Alias") {
		if at(alias.Properties, "TargetKeyId", "Fn::GetAtt", 0) == key {
			return alias.Properties["AliasName"].(string)
		}
	}
	return ""
}

func keyAliasWant(a *assembly, template template, tier config.Tier) string {
	w := workloadOf(a, template.stack)
	alias := "alias/" + a.cfg.Project + "-" + w.Name + "-" + w.Environment + "-buckets"
	if tier.DedicatedKey {
		alias += "-" + tier.Name
	}
	return alias
}

func centralVault(t *testing.T, a *assembly, arn string) resource {
	t.Helper()
	at := a.cfg.Central
	for _, vault := range a.templates[a.cfg.CentralStackName()].ofType("AWS::Backup::BackupVault") {
		if arn == fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", partitionOf(a, a.templates[a.cfg.CentralStackName()]), at.Region, at.Account, vault.Properties["BackupVaultName"]) {
			return vault
		}
	}
	t.Fatalf("no central vault has the ARN %s", arn)
	return resource{}
}

// statementsOf returns the statements of every policy of a template.
func statementsOf(t template) []map[string]any {
	var found []map[string]any
	var visit func(any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if v["Effect"] != nil {
				found = append(found, v)
				return
			}
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	for _, r := range t.Resources {
		visit(r.Properties)
	}
	return found
}
