package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// copyBackRoleWant is the ARN of the role that copies back, said without the code under test.
func copyBackRoleWant(a *assembly, t template) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s-copy-back", partitionOf(a, t), a.cfg.Central.Account, a.cfg.Project)
}

// roleOf is the role of a name in a template.
func roleOf(t template, name string) (resource, bool) {
	for _, role := range t.ofType("AWS::IAM::Role") {
		if role.Properties["RoleName"] == name {
			return role, true
		}
	}
	return resource{}, false
}

// inline are the statements of a role's only inline policy.
func inline(t *testing.T, role resource) l {
	t.Helper()
	policies := list(role.Properties["Policies"])
	if len(policies) != 1 {
		t.Fatalf("%d policies", len(policies))
	}
	return list(at(policies[0], "PolicyDocument", "Statement"))
}

func allow(sid string, resources l, condition m, actions ...string) m {
	s := m{"Sid": sid, "Effect": "Allow", "Action": texts(actions...), "Resource": resources}
	if condition != nil {
		s["Condition"] = condition
	}
	return s
}

// TestRestoreRole: wherever there are backups AWS Backup may restore them, with the key of their vaults, and it alone
// assumes the role, for jobs of this account (F-IAM-2, F-IAM-5, F-COPY-8).
func TestRestoreRole(t *testing.T) {
	roles := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		role, there := roleOf(template, a.cfg.RestoreRoleName(w))
		if backedUp := len(template.ofType("AWS::Backup::BackupPlan")) > 0; there != backedUp {
			t.Errorf("role: %v, backups: %v", there, backedUp)
		}
		if !there {
			return
		}
		roles++
		same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
			"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"Service": "backup.amazonaws.com"},
			"Condition": m{"StringEquals": m{"aws:SourceAccount": w.Account}},
		}})
		same(t, "managed policies", role.Properties["ManagedPolicyArns"],
			texts("arn:"+partitionOf(a, template)+":iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore"))
		key := l{m{"Fn::GetAtt": texts(vaultKeyID(t, template), "Arn")}}
		same(t, "policy", inline(t, role), l{
			m{"Sid": "UseVaultKeys", "Effect": "Allow", "Action": useKey, "Resource": key, "Condition": m{"StringLike": viaAWS}},
			allow("GrantVaultKeysToAWSBackup", key, m{"StringLike": viaAWS, "Bool": m{"kms:GrantIsForAWSResource": "true"}}, "kms:CreateGrant"),
		})
	})
	if roles == 0 {
		t.Error("no role")
	}
}

// TestLandingVaults: where there are copies, the role of the central account that copies back may copy into one vault of
// the account, from our organization. The vault has no lock, and nothing leaves it (F-RST-7).
func TestLandingVaults(t *testing.T) {
	vaults := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		vault, there := template.Resources["LandingVault"]
		if there != a.cfg.Copies(w) {
			t.Errorf("landing vault: %v, copies: %v", there, a.cfg.Copies(w))
		}
		if !there {
			return
		}
		vaults++
		name := vault.Properties["BackupVaultName"].(string)
		if !strings.HasPrefix(name, a.cfg.Project+"-") || !strings.HasSuffix(name, "-landing") || len(name) > 50 {
			t.Errorf("name %s", name)
		}
		if vault.Properties["LockConfiguration"] != nil || vault.Properties["Notifications"] == nil {
			t.Errorf("lock %v, notifications %v", vault.Properties["LockConfiguration"], vault.Properties["Notifications"])
		}
		statements := list(at(vault.Properties, "AccessPolicy", "Statement"))
		central := a.cfg.Central
		same(t, "allows", statements[0], m{
			"Sid": "CopyBackFromCentralAccount", "Effect": "Allow", "Action": texts("backup:CopyIntoBackupVault"), "Resource": texts("*"),
			"Principal": m{"AWS": config.AccountARN(central.Region, central.Account)},
			"Condition": m{
				"StringEquals": m{"aws:PrincipalOrgID": a.cfg.Organization.ID},
				"ArnEquals":    m{"aws:PrincipalArn": copyBackRoleWant(a, template)},
			},
		})
		var sids l
		for _, s := range statements[1:] {
			same(t, "effect", at(s, "Effect"), "Deny")
			sids = append(sids, at(s, "Sid"))
		}
		same(t, "denies", sids, texts("ProtectRecoveryPoints", "KeepVault", "NoComplianceLock", "NoCopies"))
		same(t, "no copies out", statements[4], m{
			"Sid": "NoCopies", "Effect": "Deny", "Principal": everyone, "Action": texts("backup:CopyFromBackupVault"), "Resource": texts("*"),
			"Condition": m{"BoolIfExists": people},
		})
	})
	if vaults == 0 {
		t.Error("no landing vault")
	}
}

// operatorStatements are what people may do with the recovery points of an account, to the last key (F-RST-22).
func operatorStatements(partition, region, account, project string, key any) l {
	points := texts(fmt.Sprintf("arn:%s:backup:%s:%s:recovery-point:*", partition, region, account))
	accessPoints := func(service string) l {
		return texts(fmt.Sprintf("arn:%s:%s:%s:%s:accesspoint/%s-*", partition, service, region, account, project))
	}
	return l{
		allow("Look", texts("*"), nil, "backup:Describe*", "backup:Get*", "backup:List*"),
		allow("CreateAccessPoints", points, nil, "backup:CreateBackupAccessPoint"),
		allow("DeleteAccessPoints", accessPoints("backup"), nil, "backup:DeleteBackupAccessPoint", "backup:DescribeBackupAccessPoint"),
		allow("ReadThroughAccessPoints", accessPoints("s3"), nil,
			"s3:CreateAccessPoint", "s3:DeleteAccessPoint", "s3:GetAccessPoint", "s3:GetObject*", "s3:ListBucket*"),
		allow(
			"OpenBackups",
			l{key},
			m{"StringLike": m{"kms:ViaService": texts("backup.*.amazonaws.com", "s3.*.amazonaws.com")}},
			"kms:Decrypt",
		),
	}
}

func operatorTrustWant(a *assembly, partition, account string) l {
	return l{m{
		"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"AWS": "arn:" + partition + ":iam::" + account + ":root"},
		"Condition": m{"ArnLike": m{"aws:PrincipalArn": texts(a.cfg.Restore.Operators...)}},
	}}
}

// TestOperateRole: people of the account whose role is an operator may restore, and read and add objects; they may not
// delete a version, bypass a lock, or change what keeps versions (F-OL-1, F-OL-4, F-IAM-11).
func TestOperateRole(t *testing.T) {
	roles := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		role, there := roleOf(template, a.cfg.OperateRoleName(w))
		if there != (len(a.cfg.Restore.Operators) > 0) {
			t.Errorf("role: %v, operators: %v", there, a.cfg.Restore.Operators)
		}
		if !there {
			return
		}
		roles++
		partition := partitionOf(a, template)
		same(t, "session", role.Properties["MaxSessionDuration"], 43200.0)
		same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), operatorTrustWant(a, partition, w.Account))
		var want l
		if len(template.ofType("AWS::Backup::BackupPlan")) > 0 {
			want = append(
				operatorStatements(partition, w.Region, w.Account, a.cfg.Project, m{"Fn::GetAtt": texts(vaultKeyID(t, template), "Arn")}),
				allow("StartRestores", texts(fmt.Sprintf("arn:%s:backup:%s:%s:recovery-point:*", partition, w.Region, w.Account)), nil,
					"backup:StartRestoreJob"),
				allow("PassRestoreRole", l{m{"Fn::GetAtt": texts("RestoreRole", "Arn")}},
					m{"StringEquals": m{"iam:PassedToService": "backup.amazonaws.com"}}, "iam:PassRole"),
			)
		}
		var buckets l
		for _, b := range w.Buckets {
			arn := "arn:" + partition + ":s3:::" + b.Name
			buckets = append(buckets, arn, arn+"/*")
		}
		own := m{"StringEqualsIfExists": m{"aws:ResourceAccount": w.Account}}
		read := []string{
			"s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket*",
			"s3:GetObject*", "s3:ListObjectAnnotations", "s3:ListObjectVersionAnnotations",
		}
		want = append(want,
			allow("Buckets", buckets, own, append(read[:len(read):len(read)], "s3:PutObject", "s3:PutObjectAnnotation", "s3:PutObjectRetention",
				"s3:PutObjectTagging", "s3:DeleteObject", "s3:AbortMultipartUpload")...),
			allow("RestoredBuckets", texts("arn:"+partition+":s3:::*-restored-*", "arn:"+partition+":s3:::*-restored-*/*"), own,
				append([]string{
					"s3:CreateBucket", "s3:PutBucketNotification", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
					"s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
				}, read...)...),
			allow("UseBucketKeys", texts(fmt.Sprintf("arn:%s:kms:%s:%s:key/*", partition, w.Region, w.Account)),
				m{"StringLike": m{"kms:ViaService": "s3.*.amazonaws.com"}}, "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
			m{
				"Sid": "KeepVersions", "Effect": "Deny", "Action": texts("s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"),
				"Resource": texts("*"),
			},
			m{
				"Sid": "KeepSettings", "Effect": "Deny", "Action": texts("s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"),
				"NotResource": texts("arn:" + partition + ":s3:::*-restored-*"),
			})
		same(t, "policy", inline(t, role), want)
	})
	if roles == 0 {
		t.Error("no role")
	}
}

// TestCopyBackRoles: in the central account, AWS Backup copies back to the landing vaults alone, and people may start that
// and read copies, and do nothing else (F-RST-7, F-COPY-15).
func TestCopyBackRoles(t *testing.T) {
	operators := 0
	for _, a := range []*assembly{example, fleet, gov} {
		template := a.templates[a.cfg.CentralStackName()]
		partition := partitionOf(a, template)
		central := a.cfg.Central
		role, there := roleOf(template, a.cfg.Project+"-copy-back")
		if !there {
			t.Fatalf("%s: no role", a.cfg.Project)
		}
		same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
			"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"Service": "backup.amazonaws.com"},
			"Condition": m{"StringEquals": m{"aws:SourceAccount": central.Account}},
		}})
		var vaults, seen []string
		keys := l{m{"Fn::GetAtt": texts("Key", "Arn")}}
		for _, w := range a.cfg.Workloads {
			if !a.cfg.Copies(w) {
				continue
			}
			landing := a.templates[a.cfg.StackName(w)].Resources["LandingVault"].Properties["BackupVaultName"]
			vaults = append(vaults, fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s", partition, w.Region, w.Account, landing))
			if of := fmt.Sprintf("arn:%s:kms:%s:%s:key/*", partition, w.Region, w.Account); !strings.Contains(fmt.Sprint(seen), of) {
				seen = append(seen, of)
				keys = append(keys, of)
			}
		}
		same(t, "policy", inline(t, role), l{
			allow("CopyIntoLandingVaults", texts(vaults...), nil, "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"),
			allow("CopyToLandingVaultsOnly", texts("*"), m{
				"ForAllValues:ArnLike": m{"backup:CopyTargets": texts(vaults...)}, "Null": m{"backup:CopyTargets": "false"},
			}, "backup:CopyFromBackupVault"),
			m{"Sid": "UseVaultKeys", "Effect": "Allow", "Action": useKey, "Resource": keys, "Condition": m{"StringLike": viaAWS}},
			allow("GrantVaultKeysToAWSBackup", keys, m{"StringLike": viaAWS, "Bool": m{"kms:GrantIsForAWSResource": "true"}}, "kms:CreateGrant"),
		})
		operator, there := roleOf(template, a.cfg.Project+"-operate-central")
		if there != (len(a.cfg.Restore.Operators) > 0) {
			t.Errorf("%s: role of operators: %v", a.cfg.Project, there)
		}
		if !there {
			continue
		}
		operators++
		same(t, "trust", at(operator.Properties, "AssumeRolePolicyDocument", "Statement"), operatorTrustWant(a, partition, central.Account))
		same(t, "policy", inline(t, operator), append(
			operatorStatements(partition, central.Region, central.Account, a.cfg.Project, m{"Fn::GetAtt": texts("Key", "Arn")}),
			allow("StartCopies", texts(fmt.Sprintf("arn:%s:backup:%s:%s:recovery-point:*", partition, central.Region, central.Account)), nil,
				"backup:StartCopyJob"),
			allow("PassCopyBackRole", l{m{"Fn::GetAtt": texts("CopyBackRole", "Arn")}},
				m{"StringEquals": m{"iam:PassedToService": "backup.amazonaws.com"}}, "iam:PassRole")))
	}
	if operators == 0 {
		t.Error("no role of operators")
	}
}

// TestRolePolicySizes: the policies of every role fit, and its trust policy (F-IAM-12, F-IAM-13).
func TestRolePolicySizes(t *testing.T) {
	every(t, func(t *testing.T, _ *assembly, template template) {
		for id, role := range template.ofType("AWS::IAM::Role") {
			checkRoleSize(t, id, role)
		}
	})
}

func checkRoleSize(t *testing.T, id string, role resource) {
	t.Helper()
	policies, _ := json.Marshal(role.Properties["Policies"])
	trust, _ := json.Marshal(role.Properties["AssumeRolePolicyDocument"])
	if len(policies) > 10_240 || len(trust) > 2_048 {
		t.Errorf("%s: policies of %d bytes, trust of %d", id, len(policies), len(trust))
	}
}

// TestRestoreTestingPlans: every tested bucket of the file is in one selection, encrypted as its tier, and tags select the
// others. The plan restores from the vaults of the tested tiers alone (F-RST-2, F-RST-11, F-LIM-4).
func TestRestoreTestingPlans(t *testing.T) {
	plans := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		found := template.ofType("AWS::Backup::RestoreTestingPlan")
		if w.RestoreTesting == nil {
			if len(found) > 0 {
				t.Errorf("%d plans", len(found))
			}
			return
		}
		plans++
		partition := partitionOf(a, template)
		var vaults l
		want := map[string]string{} // key by bucket, or by tier
		for _, tier := range a.cfg.Tiers {
			if !slices.Contains(w.RestoreTesting.Tiers, tier.Name) {
				continue
			}
			vaults = append(vaults, fmt.Sprintf("arn:%s:backup:%s:%s:backup-vault:%s-%s-%s",
				partition, w.Region, w.Account, a.cfg.Project, w.ID(), tier.Name))
			key := ""
			for _, b := range w.Buckets {
				if b.Tier == tier.Name && !b.Existing {
					key = keyAliasWant(a, template, tier)
				}
			}
			for _, b := range w.Buckets {
				if b.Tier == tier.Name {
					want["arn:"+partition+":s3:::"+b.Name] = key
				}
			}
			for _, s := range selectionsOf(w, tier.Name) {
				equal, not := conditionsOf(a, s)
				not["backup:workload"] = w.ID()
				want[fmt.Sprint(equal, not)] = key
			}
		}
		for _, plan := range found {
			same(t, "plan", plan.Properties, m{
				"RestoreTestingPlanName": strings.ReplaceAll(a.cfg.Project+"_"+w.ID(), "-", "_"),
				"ScheduleExpression":     w.RestoreTesting.Schedule, "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24.0,
				"RecoveryPointSelection": m{
					"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": vaults, "RecoveryPointTypes": texts("CONTINUOUS"), "SelectionWindowDays": 365.0,
				},
			})
		}
		got := map[string]string{}
		for id, s := range template.ofType("AWS::Backup::RestoreTestingSelection") {
			p := s.Properties
			same(
				t,
				id,
				l{p["ProtectedResourceType"], p["ValidationWindowHours"], p["IamRoleArn"], at(p, "RestoreMetadataOverrides", "restoreACLs")},
				l{"S3", 24.0, m{"Fn::GetAtt": texts("RestoreRole", "Arn")}, "false"},
			)
			key := ""
			if of := at(p, "RestoreMetadataOverrides", "kmsKey", "Fn::GetAtt", 0); of != nil {
				key = aliasOf(template, of)
			}
			if encryption := at(p, "RestoreMetadataOverrides", "encryptionType"); (encryption == "SSE-KMS") != (key != "") {
				t.Errorf("%s: encryption %v with key %q", id, encryption, key)
			}
			arns := list(p["ProtectedResourceArns"])
			if conditions := p["ProtectedResourceConditions"]; conditions != nil {
				same(t, id+" ARNs", arns, texts("*"))
				got[fmt.Sprint(tagsIn(t, at(conditions, "StringEquals"), ""), tagsIn(t, at(conditions, "StringNotEquals"), ""))] = key
				continue
			}
			for _, arn := range arns {
				got[arn.(string)] = key
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("tested %v\nwant %v", got, want)
		}
	})
	if plans == 0 {
		t.Error("no plan")
	}
}

// TestValidateRole: the validator of the central account reads what a test restored and its recovery point, puts a result,
// and writes nothing. No other role of that account may (F-RST-12, F-RST-18).
func TestValidateRole(t *testing.T) {
	roles := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		role, there := roleOf(template, a.cfg.Project+"-validate-"+w.ID())
		if there != (w.RestoreTesting != nil) {
			t.Errorf("role: %v, tests: %v", there, w.RestoreTesting)
		}
		if !there {
			return
		}
		roles++
		partition, central := partitionOf(a, template), a.cfg.Central
		same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
			"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"AWS": config.AccountARN(central.Region, central.Account)},
			"Condition": m{
				"StringEquals": m{"aws:PrincipalOrgID": a.cfg.Organization.ID},
				"ArnEquals":    m{"aws:PrincipalArn": fmt.Sprintf("arn:%s:iam::%s:role/%s-validator", partition, central.Account, a.cfg.Project)},
			},
		}})
		restored := "arn:" + partition + ":s3:::awsbackup-restore-test-*"
		same(t, "policy", inline(t, role), append(l{
			allow("Validate", texts("*"), nil, "backup:DescribeRestoreJob", "backup:GetRestoreJobMetadata",
				"backup:ListBackupAccessPoints", "backup:PutRestoreValidationResult"),
			allow("ReadRestored", texts(restored, restored+"/*"), m{"StringEqualsIfExists": m{"aws:ResourceAccount": w.Account}},
				"s3:GetObject", "s3:ListBucket"),
			allow("UseBucketKeys", texts(fmt.Sprintf("arn:%s:kms:%s:%s:key/*", partition, w.Region, w.Account)),
				m{"StringLike": m{"kms:ViaService": "s3.*.amazonaws.com"}}, "kms:Decrypt"),
		}, operatorStatements(partition, w.Region, w.Account, a.cfg.Project+"-validate",
			m{"Fn::GetAtt": texts(vaultKeyID(t, template), "Arn")})[1:]...))
	})
	if roles == 0 {
		t.Error("no role")
	}
}

// TestCentralRestoreTesting: the central account tests its copies, which are snapshots, with a role of its own (F-S3-10).
func TestCentralRestoreTesting(t *testing.T) {
	template := fleet.templates[fleet.cfg.CentralStackName()]
	for _, plan := range template.ofType("AWS::Backup::RestoreTestingPlan") {
		same(t, "from", plan.Properties["RecoveryPointSelection"], m{
			"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": texts("arn:aws:backup:us-east-1:000000000123:backup-vault:acme-central"),
			"RecoveryPointTypes": texts("SNAPSHOT"), "SelectionWindowDays": 365.0,
		})
		same(t, "schedule", plan.Properties["ScheduleExpression"], "cron(0 12 ? * SUN *)")
	}
	selections := template.ofType("AWS::Backup::RestoreTestingSelection")
	for id, s := range selections {
		same(t, id, s.Properties["ProtectedResourceArns"], texts("*"))
		same(t, id, s.Properties["IamRoleArn"], m{"Fn::GetAtt": texts("RestoreRole", "Arn")})
	}
	if role, _ := roleOf(template, "acme-stores-restore-central"); len(selections) != 1 || role.Type == "" {
		t.Errorf("%d selections, role %v", len(selections), role)
	}
	if plans := example.templates[example.cfg.CentralStackName()].ofType("AWS::Backup::RestoreTestingPlan"); len(plans) > 0 {
		t.Errorf("%d plans that nobody asked for", len(plans))
	}
}
