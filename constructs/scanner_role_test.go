package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

func scannerProps() *constructs.ScannerRoleProps {
	return &constructs.ScannerRoleProps{
		Name: "acme-scan", Account: "222222222222",
		ScanPolicyARN:     "arn:aws:iam::aws:policy/AWSBackupGuardDutyRolePolicyForScans",
		RecoveryPointsARN: "arn:aws:backup:eu-central-1:222222222222:recovery-point:*",
		VaultKeyARN:       "arn:aws:kms:eu-central-1:222222222222:key/own",
	}
}

// All props of a scanner's role are required, so there is only one. The plan and the backup role name it.
var scannedTier = inStack("ScannedTier", func(stack awscdk.Stack) {
	scanner := constructs.NewScannerRole(stack, jsii.String("Scanner"), scannerProps())
	role := constructs.NewBackupRole(stack, jsii.String("Role"), &constructs.BackupRoleProps{
		Name: "acme-backup", Account: "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		ScannerRole:       scanner.Role,
	})
	continuous := nightly("continuous", 35)
	continuous.Continuous = true
	constructs.NewTierBackup(stack, jsii.String("Ledger"), &constructs.TierBackupProps{
		VaultName: "ledger", PlanName: "ledger", Key: ownKey(stack), Role: role.Role,
		Rules: []constructs.BackupRule{continuous, nightly("snapshots", 365)},
		Scan:  &constructs.ScanProps{Mode: "INCREMENTAL_SCAN", Role: scanner.Role},
	})
})

// TestScannerRole: GuardDuty alone assumes the role, and it reads the account's recovery points and the vaults' key alone.
func TestScannerRole(t *testing.T) {
	template := scannedTier.template(t)
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"RoleName": "acme-scan",
		"AssumeRolePolicyDocument": map[string]any{"Statement": []any{assertions.Match_ObjectEquals(&map[string]any{
			"Effect": "Allow", "Action": []any{"sts:AssumeRole"},
			"Principal": map[string]any{"Service": "malware-protection.guardduty.amazonaws.com"},
			"Condition": map[string]any{"StringEqualsIfExists": map[string]any{"aws:SourceAccount": "222222222222"}}, // F-SCAN-5
		})}},
		"ManagedPolicyArns": []any{"arn:aws:iam::aws:policy/AWSBackupGuardDutyRolePolicyForScans"},
		"Policies": []any{map[string]any{"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{
				"Effect": "Deny", "Action": []any{"backup:CreateBackupAccessPoint", "backup:DescribeRecoveryPoint"},
				"NotResource": []any{"arn:aws:backup:eu-central-1:222222222222:recovery-point:*"},
			},
			map[string]any{
				"Effect": "Deny", "Action": []any{"kms:*"}, "NotResource": []any{"arn:aws:kms:eu-central-1:222222222222:key/own"},
			},
			map[string]any{"Effect": "Deny", "Action": []any{"ebs:*", "ec2:*", "kms:CreateGrant", "kms:ReEncrypt*"}, "Resource": []any{"*"}},
		}}}},
	})
	template.hasID("Scanner", "AWS::IAM::Role")
}

// TestScannedTier: each rule is scanned (F-SCAN-3), the API has all values that it wants (F-SCAN-2), and the backup role passes on
// the scanner's role alone, to GuardDuty alone (F-SCAN-4).
func TestScannedTier(t *testing.T) {
	template := scannedTier.template(t)
	scanner := map[string]any{"Fn::GetAtt": []any{"Scanner", "Arn"}}
	actions := []any{assertions.Match_ObjectEquals(&map[string]any{"MalwareScanner": "GUARDDUTY", "ScanMode": "INCREMENTAL_SCAN"})}
	template.HasResourceProperties(jsii.String("AWS::Backup::BackupPlan"), map[string]any{"BackupPlan": map[string]any{
		"BackupPlanRule": []any{
			map[string]any{"RuleName": "continuous", "ScanActions": actions}, map[string]any{"RuleName": "snapshots", "ScanActions": actions},
		},
		"ScanSettings": []any{assertions.Match_ObjectEquals(&map[string]any{
			"MalwareScanner": "GUARDDUTY", "ResourceTypes": []any{"S3"}, "ScannerRoleArn": scanner,
		})},
	}})
	template.HasResourceProperties(jsii.String("AWS::IAM::Role"), map[string]any{
		"RoleName": "acme-backup",
		"Policies": []any{map[string]any{"PolicyName": "ScanForMalware", "PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{
				"Effect": "Allow", "Action": []any{"guardduty:StartMalwareScan", "guardduty:GetMalwareScan"}, "Resource": []any{"*"},
			},
			map[string]any{
				"Effect": "Allow", "Action": []any{"iam:PassRole"}, "Resource": []any{scanner},
				"Condition": map[string]any{"StringEquals": map[string]any{"iam:PassedToService": "malware-protection.guardduty.amazonaws.com"}},
			},
		}}}},
	})
}

func TestScannerRoleRefuses(t *testing.T) {
	refuses(t, constructs.NewScannerRole, scannerProps, []refusal[constructs.ScannerRoleProps]{
		{"NewScannerRole: props.Name and props.Account are required", func(p *constructs.ScannerRoleProps) { p.Name = "" }},
		{
			"NewScannerRole: props.ScanPolicyARN is required; without it every scan fails",
			func(p *constructs.ScannerRoleProps) { p.ScanPolicyARN = "" },
		},
		{
			"NewScannerRole: props.RecoveryPointsARN and props.VaultKeyARN are required; without them no backup can be read",
			func(p *constructs.ScannerRoleProps) { p.VaultKeyARN = "" },
		},
	})
}
