package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

func TestBucketsAreProtected(t *testing.T) {
	const blocked = "map[BlockPublicAcls:true BlockPublicPolicy:true IgnorePublicAcls:true RestrictPublicBuckets:true]"
	checked := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		for id, bucket := range template.ofType("AWS::S3::Bucket") {
			if template.stack == a.cfg.CentralStackName() {
				continue // TestEvidenceBucket
			}
			p := bucket.Properties
			lifecycle := at(p, "LifecycleConfiguration", "Rules", 0)
			noncurrent := at(lifecycle, "NoncurrentVersionExpiration", "NoncurrentDays")
			want := map[string]bool{
				"versioning":          at(p, "VersioningConfiguration", "Status") == "Enabled",
				"public access block": fmt.Sprint(p["PublicAccessBlockConfiguration"]) == blocked,
				"owner enforced":      at(p, "OwnershipControls", "Rules", 0, "ObjectOwnership") == "BucketOwnerEnforced",
				"noncurrent expiry":   noncurrent != nil,
				"incomplete uploads":  at(lifecycle, "AbortIncompleteMultipartUpload", "DaysAfterInitiation") != nil,
				"TLS only":            deniesWithoutTLS(template, id),
			}
			if id == "AccessLogs" {
				want["no Object Lock"] = p["ObjectLockEnabled"] == nil && p["ObjectLockConfiguration"] == nil // F-OL-7
			} else {
				days := at(p, "ObjectLockConfiguration", "Rule", "DefaultRetention", "Days")
				tier := tierOf(a, p["BucketName"].(string))
				want["Object Lock"] = p["ObjectLockEnabled"] == true && days == float64(tier.ObjectLock.Days) &&
					at(p, "ObjectLockConfiguration", "Rule", "DefaultRetention", "Mode") == strings.ToUpper(tier.ObjectLock.Mode)
				want["noncurrent versions outlive the lock"] = noncurrent.(float64) >= days.(float64)
				want["expired delete markers"] = at(lifecycle, "ExpiredObjectDeleteMarker") == true
				want["EventBridge"] = at(p, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled") == true // F-S3-12
				encryption := at(p, "BucketEncryption", "ServerSideEncryptionConfiguration", 0)
				want["bucket key"] = at(encryption, "BucketKeyEnabled") == true
				key := at(encryption, "ServerSideEncryptionByDefault", "KMSMasterKeyID", "Fn::GetAtt", 0)
				want["key of its tier"] = aliasOf(template, key) == keyAliasWant(a, template, tier)
				want["access logs"] = at(p, "LoggingConfiguration", "DestinationBucketName", "Ref") == "AccessLogs"
				want["tags"] = maps.Equal(pairsOf(p["Tags"]), map[string]string{
					a.cfg.TagKey: tier.Name, "backup:workload": workloadOf(a, template.stack).ID(),
				})
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

// TestCopiesFitTheirLock: a copy enters the central vault, and its lock takes it (F-LOCK-3).
func TestCopiesFitTheirLock(t *testing.T) {
	copies := 0
	everyWithOneVault(t, func(t *testing.T, a *assembly, template template) {
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
			tier := at(plan.Properties, "BackupPlanTags", a.cfg.TagKey).(string)
			for _, rule := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule")) {
				vaultID, _ := at(rule, "TargetBackupVault", "Ref").(string)
				if _, ok := vaults[vaultID]; !ok {
					t.Errorf("%s: vault %v is not in the template", planID, at(rule, "TargetBackupVault"))
				}
				if text := fmt.Sprint(rule); strings.Contains(text, "ColdStorage") {
					t.Errorf("%s: cold storage, which S3 backups do not have", planID)
				}
				got = append(got, fmt.Sprintln(tier, at(rule, "EnableContinuousBackup"), at(rule, "Lifecycle", "DeleteAfterDays"),
					at(rule, "ScheduleExpression"), at(rule, "ScheduleExpressionTimezone"),
					at(rule, "StartWindowMinutes"), at(rule, "CompletionWindowMinutes"),
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
				conditions := ""
				if c := at(selection, "Conditions"); c != nil {
					conditions = fmt.Sprint(tagsIn(t, at(c, "StringEquals"), "Condition"), tagsIn(t, at(c, "StringNotEquals"), "Condition"))
				}
				got = append(got, fmt.Sprintln(tier, at(selection, "Resources"), at(selection, "NotResources"), conditions))
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
	tagged := selectionsOf(w, tier.Name)
	if tier.ContinuousBackup == nil && tier.SnapshotBackup == nil || named == nil && tagged == nil {
		return nil
	}
	copied := tier.CopyToCentral != nil
	copies := func(rule string, own *config.RuleCopy) any {
		switch {
		case own != nil:
			return own.DeleteAfterDays
		case copied && (tier.CopyToCentral.Of == "" || tier.CopyToCentral.Of == rule):
			copied = false
			return tier.CopyToCentral.DeleteAfterDays
		}
		return nil
	}
	var want []string
	s := tier.Schedule
	if c := tier.ContinuousBackup; c != nil {
		want = append(want, fmt.Sprintln(tier.Name, true, c.DeleteAfterDays,
			s.Cron, s.Timezone, s.StartWindowMinutes, s.CompletionWindowMinutes, copies("continuous", nil)))
	}
	for _, c := range tier.SnapshotBackup {
		want = append(
			want,
			fmt.Sprintln(tier.Name, false, c.DeleteAfterDays, c.Schedule, s.Timezone, cmp.Or(c.StartWindowMinutes, s.StartWindowMinutes),
				cmp.Or(c.CompletionWindowMinutes, s.CompletionWindowMinutes), copies(c.Name, c.CopyToCentral)),
		)
	}
	if named != nil {
		want = append(want, fmt.Sprintln(tier.Name, named, nil, ""))
	}
	for _, s := range tagged {
		var except []any
		for _, other := range a.cfg.Workloads {
			for _, b := range other.Buckets {
				if other.Account == w.Account && other.Region == w.Region {
					except = append(except, "arn:"+partition+":s3:::"+b.Name)
				}
			}
		}
		equal, not := conditionsOf(a, s)
		want = append(want, fmt.Sprintln(tier.Name, []any{"arn:" + partition + ":s3:::*"}, except, fmt.Sprint(equal, not)))
	}
	return want
}

// pairsOf are the tags of a resource: values by keys.
func pairsOf(tags any) map[string]string {
	all := map[string]string{}
	for _, tag := range list(tags) {
		all[at(tag, "Key").(string)] = at(tag, "Value").(string)
	}
	return all
}

// selectionsOf are a workload's selections by tag for a tier.
func selectionsOf(w config.Workload, tier string) []config.TagSelection {
	var all []config.TagSelection
	for _, s := range w.SelectTagged {
		if s.Tier == tier {
			all = append(all, s)
		}
	}
	return all
}

// conditionsOf are the tags that a selection wants, and those that it does not want, said from the file alone.
func conditionsOf(a *assembly, s config.TagSelection) (equal, not map[string]string) {
	equal, not = map[string]string{}, map[string]string{}
	maps.Copy(equal, s.Tag)
	maps.Copy(not, s.ExceptTag)
	if len(equal) == 0 {
		equal[a.cfg.TagKey] = s.Tier
	}
	return equal, not
}

// tagsIn are the tags in conditions of a template: of plans with the prefix Condition, of restore tests without.
func tagsIn(t *testing.T, conditions any, prefix string) map[string]string {
	t.Helper()
	tags := map[string]string{}
	if conditions == nil {
		return tags
	}
	for _, c := range list(conditions) {
		key, isTag := strings.CutPrefix(at(c, prefix+"Key").(string), "aws:ResourceTag/")
		if !isTag {
			t.Errorf("no condition on a tag: %v", c)
		}
		tags[key] = at(c, prefix+"Value").(string)
	}
	return tags
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
				name := tiering.Properties["TieringConfigurationName"].(string)
				if !regexp.MustCompile(`^[a-zA-Z0-9_]{1,200}$`).MatchString(name) {
					t.Errorf("%s: name %s", id, name)
				}
				got[stack+" "+vault] = fmt.Sprint(tiering.Properties["ResourceSelection"])
			}
		}
	}
	const ledger = "arn:aws:s3:::acme-payments-prod-ledger"
	after := func(days int, resources string) string {
		return fmt.Sprintf("[map[ResourceType:S3 Resources:[%s] TieringDownSettingsInDays:%d]]", resources, days)
	}
	want := map[string]string{
		"agency-backup-central central-aws-vault-S3":                             after(90, "*"),
		"agency-backup-records-prod agency-records-prod-curated_data":            after(120, "*"),
		"acme-stores-backup-central acme-central":                                after(90, ledger),
		"acme-stores-backup-central acme-central-2024":                           after(90, ledger),
		"acme-stores-backup-payments-prod acme-stores-payments-prod-ledger_data": after(90, "*"),
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func deniesWithoutTLS(t template, bucketID string) bool {
	for _, policy := range t.ofType("AWS::S3::BucketPolicy") {
		if at(policy.Properties, "Bucket", "Ref") != bucketID {
			continue
		}
		for _, s := range list(at(policy.Properties, "PolicyDocument", "Statement")) {
			all := fmt.Sprintf("[s3:*] [map[Fn::GetAtt:[%s Arn]] map[Fn::Sub:${%s.Arn}/*]]", bucketID, bucketID)
			if at(s, "Effect") == "Deny" && at(s, "Principal", "AWS") == "*" && at(s, "Condition", "Bool", "aws:SecureTransport") == "false" &&
				at(s, "Condition", "BoolIfExists", "aws:PrincipalIsAWSService") == "false" &&
				fmt.Sprint(at(s, "Action"), at(s, "Resource")) == all {
				return true
			}
		}
	}
	return false
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
	stack, at := a.templates[a.cfg.CentralStackName()], a.cfg.Central
	for _, vault := range stack.ofType("AWS::Backup::BackupVault") {
		name := vault.Properties["BackupVaultName"]
		if arn == fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", partitionOf(a, stack), at.Region, at.Account, name) {
			return vault
		}
	}
	t.Fatalf("no central vault has the ARN %s", arn)
	return resource{}
}
