package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"central-s3-backup/config"
)

type (
	m = map[string]any
	l = []any
)

// same compares a part of a template with what it should be, to the last key.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		g, _ := json.MarshalIndent(got, "", " ")
		w, _ := json.MarshalIndent(want, "", " ")
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

// eachWorkload runs a test over the template of every workload.
func eachWorkload(t *testing.T, test func(t *testing.T, a *assembly, template template, w config.Workload)) {
	t.Helper()
	for _, a := range []*assembly{example, fleet, gov} {
		for _, w := range a.cfg.Workloads {
			stack := a.cfg.StackName(w)
			t.Run(stack, func(t *testing.T) { test(t, a, a.templates[stack], w) })
		}
	}
}

func texts(values ...string) l {
	list := l{}
	for _, v := range values {
		list = append(list, v)
	}
	return list
}

var (
	people   = m{"aws:PrincipalIsAWSService": "false"}
	everyone = m{"AWS": "*"}
	useKey   = texts("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
	viaAWS   = m{"kms:ViaService": "backup.*.amazonaws.com"}
)

// TestBackupRole: the role reads the workload's own buckets, unless some are selected by tag, and copies to the
// central vault alone, where there are copies (F-IAM-1, F-IAM-3, F-COPY-4).
func TestBackupRole(t *testing.T) {
	limited, copying := 0, 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		role, there := template.Resources["BackupRole"]
		if backedUp := len(template.ofType("AWS::Backup::BackupVault")) > 0; there != backedUp {
			t.Errorf("role: %v, backups: %v", there, backedUp)
		}
		if !there {
			return
		}
		partition := config.Partition(w.Region)
		same(t, "name", role.Properties["RoleName"], a.cfg.BackupRoleName(w))
		same(t, "managed policies", role.Properties["ManagedPolicyArns"],
			texts("arn:"+partition+":iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"))
		same(t, "trust", at(role.Properties, "AssumeRolePolicyDocument", "Statement"), l{m{
			"Effect": "Allow", "Action": texts("sts:AssumeRole"), "Principal": m{"Service": "backup.amazonaws.com"},
			"Condition": m{"StringEquals": m{"aws:SourceAccount": w.Account}},
		}})
		var want l
		var buckets l
		for _, b := range w.Buckets {
			if tier := tierOf(a, b.Name); tier.BackedUp() {
				arn := "arn:" + partition + ":s3:::" + b.Name
				buckets = append(buckets, arn, arn+"/*")
			}
		}
		if len(w.SelectTagged) == 0 {
			limited++
			want = append(want, m{"PolicyName": "OwnBuckets", "PolicyDocument": m{"Version": "2012-10-17", "Statement": l{m{
				"Sid": "OwnBuckets", "Effect": "Deny", "Condition": m{"StringEqualsIfExists": m{"aws:ResourceAccount": w.Account}},
				"Action": texts("s3:GetBucket*", "s3:GetInventoryConfiguration", "s3:GetObject*", "s3:ListBucket*", "s3:ListTagsForResource",
					"s3:PutBucketNotification", "s3:PutInventoryConfiguration"),
				"NotResource": sortedLike(buckets, at(role.Properties, "Policies", 0, "PolicyDocument", "Statement", 0, "NotResource")),
			}}}})
		}
		if a.cfg.Copies(w) {
			copying++
			central := a.cfg.Central
			keys := l{m{"Fn::GetAtt": texts(vaultKeyID(t, template), "Arn")},
				fmt.Sprintf("arn:%s:kms:%s:%s:key/*", partition, central.Region, central.Account)}
			want = append(want, m{"PolicyName": "CopyToCentralVault", "PolicyDocument": m{"Version": "2012-10-17", "Statement": l{
				m{
					"Sid": "CopyIntoCentralVault", "Effect": "Allow", "Action": texts("backup:CopyIntoBackupVault", "backup:DescribeBackupVault"),
					"Resource": texts(a.cfg.CentralVaultARN()),
				},
				m{
					"Sid": "CopyToCentralVaultOnly", "Effect": "Allow", "Action": texts("backup:CopyFromBackupVault"), "Resource": texts("*"),
					"Condition": m{ // F-COPY-15
						"ForAllValues:ArnLike": m{"backup:CopyTargets": texts(a.cfg.CentralVaultARN())}, "Null": m{"backup:CopyTargets": "false"},
					},
				},
				m{"Sid": "UseVaultKeys", "Effect": "Allow", "Action": useKey, "Resource": keys, "Condition": m{"StringLike": viaAWS}},
				m{
					"Sid": "GrantVaultKeysToAWSBackup", "Effect": "Allow", "Action": texts("kms:CreateGrant"), "Resource": keys,
					"Condition": m{"StringLike": viaAWS, "Bool": m{"kms:GrantIsForAWSResource": "true"}},
				},
			}}})
		}
		var got l
		if policies, is := role.Properties["Policies"].(l); is {
			got = policies
		}
		same(t, "policies", got, want)
	})
	if limited == 0 || copying == 0 {
		t.Errorf("%d roles limited to buckets, %d that copy", limited, copying)
	}
}

// TestWorkloadVaultPolicies: nobody deletes a recovery point or a vault, nobody locks a vault for good, and nobody
// copies anywhere but to the central vault (F-RST-8, F-RST-17, F-LOCK-14, F-COPY-4, F-COPY-15). Nothing is allowed.
func TestWorkloadVaultPolicies(t *testing.T) {
	vaults := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		deploy := m{"aws:PrincipalArn": fmt.Sprintf("arn:%s:iam::%s:role/cdk-*-cfn-exec-role-%s-%s",
			config.Partition(w.Region), w.Account, w.Account, w.Region)}
		deny := func(sid string, condition m, actions ...string) m {
			return m{
				"Sid":       sid,
				"Effect":    "Deny",
				"Principal": everyone,
				"Action":    texts(actions...),
				"Resource":  texts("*"),
				"Condition": condition,
			}
		}
		for _, use := range a.cfg.TierUses(w) {
			if !use.Tier.BackedUp() {
				continue
			}
			vaults++
			want := l{
				deny("ProtectRecoveryPoints", m{"BoolIfExists": people},
					"backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"),
				deny("KeepVault", m{"BoolIfExists": people, "ArnNotLike": deploy}, "backup:DeleteBackupVault"),
				deny(
					"NoComplianceLock",
					m{"Null": m{"backup:ChangeableForDays": "false"}, "ArnNotLike": deploy},
					"backup:PutBackupVaultLockConfiguration",
				),
			}
			if use.Tier.Copied() {
				want = append(want,
					deny("CopyOnlyToApprovedVaults", m{"ForAnyValue:ArnNotLike": m{"backup:CopyTargets": texts(a.cfg.CentralVaultARN())}},
						"backup:CopyFromBackupVault"),
					deny("CopyOnlyToNamedVaults", m{"Null": m{"backup:CopyTargets": "true"}}, "backup:CopyFromBackupVault"))
			} else {
				want = append(want, deny("NoCopies", m{"BoolIfExists": people}, "backup:CopyFromBackupVault"))
			}
			found := false
			for _, vault := range template.ofType("AWS::Backup::BackupVault") {
				if vault.Properties["BackupVaultName"] == a.cfg.TierName(w, use.Tier) {
					found = true
					same(t, use.Tier.Name, at(vault.Properties, "AccessPolicy", "Statement"), want)
				}
			}
			if !found {
				t.Errorf("no vault of %s", use.Tier.Name)
			}
		}
	})
	if vaults == 0 {
		t.Error("no vault")
	}
}

// TestVaultsHaveTheirKey: every vault of every account is encrypted with the key for vaults of its stack (F-KMS-1).
func TestVaultsHaveTheirKey(t *testing.T) {
	vaults := 0
	everyWithOneVault(t, func(t *testing.T, a *assembly, template template) {
		for id, vault := range template.ofType("AWS::Backup::BackupVault") {
			vaults++
			key := "Key"
			if template.stack != a.cfg.CentralStackName() {
				key = vaultKeyID(t, template)
			}
			same(t, id, vault.Properties["EncryptionKeyArn"], m{"Fn::GetAtt": texts(key, "Arn")})
		}
	})
	if vaults == 0 {
		t.Error("no vault")
	}
}

// TestKeys: every key rotates, is deleted after a month at the soonest, belongs to its own account, and can be deleted
// by nobody (F-KMS-1, F-KMS-5).
func TestKeys(t *testing.T) {
	keys := 0
	every(t, func(t *testing.T, a *assembly, template template) {
		account, region := a.cfg.Central.Account, a.cfg.Central.Region
		if w := workloadOf(a, template.stack); w.Account != "" {
			account, region = w.Account, w.Region
		}
		for id, key := range template.ofType("AWS::KMS::Key") {
			keys++
			same(t, id+" rotation", key.Properties["EnableKeyRotation"], true)
			same(t, id+" window", key.Properties["PendingWindowInDays"], 30.0)
			same(t, id+" policy", list(at(key.Properties, "KeyPolicy", "Statement"))[:2], l{
				m{
					"Sid": "Account", "Effect": "Allow", "Principal": m{"AWS": config.AccountARN(region, account)},
					"Action": texts("kms:*"), "Resource": texts("*"),
				},
				m{
					"Sid": "KeepKey", "Effect": "Deny", "Principal": everyone, "Action": texts("kms:ScheduleKeyDeletion"), "Resource": texts("*"),
					"Condition": m{"BoolIfExists": people},
				},
			})
		}
	})
	if keys == 0 {
		t.Error("no key")
	}
}

// TestVaultKeyGrants: where there are copies, AWS Backup's role of the central account reads what it copies with the key
// of the vaults (F-COPY-9). For copies that come back, so do the role that copies, and AWS Backup's own role of the account
// (F-KMS-4, F-COPY-5). Nobody else is let in.
func TestVaultKeyGrants(t *testing.T) {
	granted := 0
	eachWorkload(t, func(t *testing.T, a *assembly, template template, w config.Workload) {
		var want l
		if a.cfg.Copies(w) {
			granted++
			central := a.cfg.Central
			principal := m{"AWS": config.AccountARN(central.Region, central.Account)}
			condition := func(more m) m {
				more["StringEquals"] = m{"aws:PrincipalOrgID": a.cfg.Organization.ID}
				more["ArnEquals"] = m{"aws:PrincipalArn": config.BackupServiceLinkedRoleARN(central.Region, central.Account)}
				more["StringLike"] = viaAWS
				return more
			}
			grants := func(sid string, principal, condition m) l {
				use, grant := maps.Clone(condition), maps.Clone(condition)
				use["StringLike"], grant["StringLike"] = viaAWS, viaAWS
				grant["Bool"] = m{"kms:GrantIsForAWSResource": "true"}
				return l{
					m{"Sid": sid + "Use", "Effect": "Allow", "Principal": principal, "Action": useKey, "Resource": texts("*"), "Condition": use},
					m{
						"Sid": sid + "Grant", "Effect": "Allow", "Principal": principal, "Action": texts("kms:CreateGrant"), "Resource": texts("*"),
						"Condition": grant,
					},
				}
			}
			want = l{
				m{
					"Sid": "CentralAccountUse", "Effect": "Allow", "Principal": principal, "Action": useKey, "Resource": texts("*"),
					"Condition": condition(m{}),
				},
				m{
					"Sid": "CentralAccountGrant", "Effect": "Allow", "Principal": principal, "Action": texts("kms:CreateGrant"), "Resource": texts("*"),
					"Condition": condition(m{"Bool": m{"kms:GrantIsForAWSResource": "true"}}),
				},
			}
			want = append(want, grants("CopyBack", principal, m{
				"StringEquals": m{"aws:PrincipalOrgID": a.cfg.Organization.ID},
				"ArnEquals":    m{"aws:PrincipalArn": copyBackRoleWant(a, template)},
			})...)
			want = append(want, grants("AWSBackup", everyone, m{
				"StringEquals": m{"aws:PrincipalAccount": w.Account},
				"ArnEquals":    m{"aws:PrincipalArn": config.BackupServiceLinkedRoleARN(w.Region, w.Account)},
			})...)
		}
		for id, key := range template.ofType("AWS::KMS::Key") {
			if strings.HasPrefix(id, "Alerts") { // the topic's, of which the tests on alerts are
				continue
			}
			var got l
			got = append(got, list(at(key.Properties, "KeyPolicy", "Statement"))[2:]...)
			if strings.HasPrefix(id, "Keysvaults") {
				same(t, id, got, want)
			} else {
				same(t, id, got, l(nil))
			}
		}
	})
	if granted == 0 {
		t.Error("no key with grants")
	}
}

// TestBucketsRefuseClientKeys: no created bucket takes objects under SSE-C, which AWS Backup leaves out (F-S3-3,
// F-S3-26), and none lets governance retention be bypassed (F-OL-1).
func TestBucketsRefuseClientKeys(t *testing.T) {
	buckets, locked := 0, 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		for id, bucket := range template.ofType("AWS::S3::Bucket") {
			buckets++
			same(t, id, at(bucket.Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "BlockedEncryptionTypes"),
				m{"EncryptionType": texts("SSE-C")})
			if bucket.Properties["ObjectLockEnabled"] != true {
				continue
			}
			locked++
			for _, policy := range template.ofType("AWS::S3::BucketPolicy") {
				if at(policy.Properties, "Bucket", "Ref") == id {
					same(t, id, list(at(policy.Properties, "PolicyDocument", "Statement"))[1], m{
						"Sid": "KeepGovernanceRetention", "Effect": "Deny", "Principal": everyone, "Action": texts("s3:BypassGovernanceRetention"),
						"Resource": l{m{"Fn::Sub": "${" + id + ".Arn}/*"}}, "Condition": m{"BoolIfExists": people},
					})
				}
			}
		}
	})
	if buckets == 0 || locked == 0 {
		t.Errorf("%d buckets, %d with Object Lock", buckets, locked)
	}
}

// vaultKeyID is the logical id of the key of a workload's vaults.
func vaultKeyID(t *testing.T, template template) string {
	t.Helper()
	for id := range template.ofType("AWS::KMS::Key") {
		if strings.HasPrefix(id, "Keysvaults") {
			return id
		}
	}
	t.Fatal("no key of the vaults")
	return ""
}

// sortedLike returns values in the order of other where both have the same values, and values as they are otherwise.
func sortedLike(values l, other any) l {
	count := map[any]int{}
	for _, v := range values {
		count[v]++
	}
	for _, o := range list(other) {
		count[o]--
	}
	for _, n := range count {
		if n != 0 {
			return values
		}
	}
	return list(other)
}
