package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

// A workload's stack has keys, buckets and tiers below scopes of their own.
var ids = inStack("IDs", func(stack awscdk.Stack) {
	keys := awsconstructs.NewConstruct(stack, jsii.String("Keys"))
	key := constructs.NewKey(keys, jsii.String("buckets"), &constructs.KeyProps{
		Alias:      "alias/buckets",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
	logs := constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::fleet-w0000-prod-standard-data"},
		ExpireAfterDays: 365,
	})
	buckets := awsconstructs.NewConstruct(stack, jsii.String("Buckets"))
	constructs.NewBucket(buckets, jsii.String("fleet-w0000-prod-standard-data"), &constructs.BucketProps{
		Name:            "fleet-w0000-prod-standard-data",
		ObjectLockMode:  "GOVERNANCE",
		ObjectLockDays:  15,
		Key:             key.Key,
		AccessLogBucket: logs.Bucket,
	})
	role := constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "backup",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
	})
	tiers := awsconstructs.NewConstruct(stack, jsii.String("Tiers"))
	constructs.NewTierBackup(tiers, jsii.String("sensitive_data"), &constructs.TierBackupProps{
		VaultName:  "sensitive_data",
		PlanName:   "sensitive_data",
		Key:        key.Key,
		Role:       role.Role,
		Rules:      []constructs.BackupRule{nightly("snapshots", 15)},
		Selections: []constructs.BackupSelection{{Name: "sensitive_data", Resources: []string{"arn:aws:s3:::people"}}},
	})
})

// TestLogicalIDs: CloudFormation would replace a resource with another logical id, or leave it behind. The main
// resource of a construct has the logical id that it would have without the construct around it.
func TestLogicalIDs(t *testing.T) {
	template := ids.template(t)
	for id, resourceType := range map[string]string{
		"Keysbuckets1C0E3A04":                             "AWS::KMS::Key",
		"KeysbucketsAlias398E64D0":                        "AWS::KMS::Alias",
		"AccessLogs":                                      "AWS::S3::Bucket",
		"AccessLogsPolicy3C1D984A":                        "AWS::S3::BucketPolicy",
		"Bucketsfleetw0000prodstandarddataBC556C1F":       "AWS::S3::Bucket",
		"Bucketsfleetw0000prodstandarddataPolicy974DAE92": "AWS::S3::BucketPolicy",
		"BackupRole":                                      "AWS::IAM::Role",
		"Tierssensitivedata5F7AF729":                      "AWS::Backup::BackupVault",
		"TierssensitivedataPlan5597D7D3":                  "AWS::Backup::BackupPlan",
		"TierssensitivedataPlanSelection51C494C1":         "AWS::Backup::BackupSelection",
	} {
		template.hasID(id, resourceType)
	}
	if len(template.resources()) != 10 {
		t.Errorf("%d resources; want 10", len(template.resources()))
	}
}
