package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ScannerRoleProps are the props of [NewScannerRole]. All but Path are required.
type ScannerRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// ScanPolicyARN is the ARN of AWS's policy for malware scans by GuardDuty, in the partition of the account:
	// "arn:aws:iam::aws:policy/AWSBackupGuardDutyRolePolicyForScans" (F-SCAN-5).
	ScanPolicyARN string
	// RecoveryPointsARN matches the recovery points that may be scanned:
	// "arn:aws:backup:eu-central-1:222222222222:recovery-point:*".
	RecoveryPointsARN string
	// VaultKeyARN is the ARN of the key of the vaults with these recovery points.
	VaultKeyARN string
}

// ScannerRole is the role with which Amazon GuardDuty reads backups to scan them for malware.
type ScannerRole struct {
	// Construct is the scope of the role.
	Construct awsconstructs.Construct
	// Role that the plans name ([TierBackupProps]).
	Role awsiam.CfnRole
}

// malwareScanner is the service that scans backups (F-SCAN-5).
const malwareScanner = "malware-protection.guardduty.amazonaws.com"

// NewScannerRole creates a role that reads recovery points of S3. GuardDuty alone assumes it, and only AWS Backup's role passes it
// on ([BackupRoleProps] with ScannerRole).
func NewScannerRole(scope awsconstructs.Construct, id *string, props *ScannerRoleProps) *ScannerRole {
	require(props.Name != "" && props.Account != "", "NewScannerRole: props.Name and props.Account are required")
	require(props.ScanPolicyARN != "", "NewScannerRole: props.ScanPolicyARN is required; without it every scan fails")
	require(props.RecoveryPointsARN != "" && props.VaultKeyARN != "",
		"NewScannerRole: props.RecoveryPointsARN and props.VaultKeyARN are required; without them no backup can be read")
	this := awsconstructs.NewConstruct(scope, id)
	role := awsiam.NewCfnRole(this, jsii.String(defaultID), &awsiam.CfnRoleProps{
		RoleName:    jsii.String(props.Name),
		Path:        rolePath(props.Path),
		Description: jsii.String("Amazon GuardDuty assumes this role to scan backups for malware"),
		AssumeRolePolicyDocument: document(Statement{
			Principal: service(malwareScanner),
			Actions:   []string{"sts:AssumeRole"},
			// AWS does not document whether GuardDuty sends the account. If it does not, the statement holds (F-SCAN-5).
			Condition: map[string]map[string]any{"StringEqualsIfExists": {"aws:SourceAccount": props.Account}},
		}),
		ManagedPolicyArns: &[]any{props.ScanPolicyARN},
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("OwnBackups"),
			PolicyDocument: document(props.ownBackups()...),
		}},
	})
	suppress(role, map[string]string{
		"AwsSolutions-IAM4": "AWS keeps its policy for malware scans current with what GuardDuty calls (F-SCAN-5).",
		"AwsSolutions-IAM5": "The statements deny: AWS's policy is for every recovery point, key and EBS snapshot of the account.",
	})
	lintIgnore(role)
	return &ScannerRole{Construct: this, Role: role}
}

// ownBackups denies what AWS's policy allows besides these recovery points: those of other Regions, other keys, and all that is for
// EBS and EC2 (F-SCAN-5).
func (p *ScannerRoleProps) ownBackups() []Statement {
	return []Statement{
		{
			Sid:          "OwnRecoveryPoints",
			Deny:         true,
			Actions:      []string{"backup:CreateBackupAccessPoint", "backup:DescribeRecoveryPoint"},
			NotResources: []string{p.RecoveryPointsARN},
		},
		{Sid: "VaultKey", Deny: true, Actions: []string{"kms:*"}, NotResources: []string{p.VaultKeyARN}},
		{Sid: "NoSnapshots", Deny: true, Actions: []string{"ebs:*", "ec2:*", "kms:CreateGrant", "kms:ReEncrypt*"}, Resources: everything},
	}
}

// scanStatements let AWS Backup's role start scans and pass on the scanner's role: AWS's policy for scans, without what is for EC2
// and with one role (F-SCAN-4).
func scanStatements(scannerRoleARN string) []Statement {
	return []Statement{
		{
			Sid:       "ScanForMalware",
			Actions:   []string{"guardduty:StartMalwareScan", "guardduty:GetMalwareScan"},
			Resources: everything,
		},
		{
			Sid:       "PassScannerRole",
			Actions:   []string{"iam:PassRole"},
			Resources: []string{scannerRoleARN},
			Condition: map[string]map[string]any{"StringEquals": {"iam:PassedToService": malwareScanner}},
		},
	}
}
