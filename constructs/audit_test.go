package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

const reportRoleARN = "arn:aws:iam::222222222222:role/aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"

func auditProps() *constructs.AuditProps {
	return &constructs.AuditProps{
		Frameworks: []constructs.AuditFramework{
			{ID: "Vaults", Name: "vaults", Description: "All vaults", Controls: []constructs.AuditControl{
				{Name: "BACKUP_RECOVERY_POINT_ENCRYPTED"},
				{Name: "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", Vault: "invoices"},
			}},
			{ID: "Tier", Name: "tier", Controls: []constructs.AuditControl{{
				Name: "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK", TagKey: "class", TagValue: "gold",
				Parameters: map[string]string{"requiredRetentionDays": "35", "requiredFrequencyValue": "1", "requiredFrequencyUnit": "days"},
			}}},
		},
		Reports: []constructs.AuditReport{
			{ID: "jobs", Name: "jobs", Template: "BACKUP_JOB_REPORT"},
			{ID: "controls", Name: "controls", Template: "CONTROL_COMPLIANCE_REPORT", Compliance: true},
		},
		Bucket: &constructs.ReportBucketProps{
			Name: "my-reports", Account: "222222222222", OrganizationID: "o-a1b2c3d4e5", ReportRoleARN: reportRoleARN, Days: 400,
		},
	}
}

var audit = inStack("Audit", func(stack awscdk.Stack) { constructs.NewAudit(stack, jsii.String("Audit"), auditProps()) })

// TestAudit: the words in the template are CloudFormation's, and the order of parameters does not change.
func TestAudit(t *testing.T) {
	template := audit.template(t)
	template.HasResourceProperties(jsii.String("AWS::Backup::Framework"), map[string]any{
		"FrameworkName": "vaults", "FrameworkDescription": "All vaults",
		"FrameworkControls": []any{
			map[string]any{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED", "ControlScope": assertions.Match_Absent()},
			map[string]any{
				"ControlName": "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
				"ControlScope": map[string]any{
					"ComplianceResourceIds": []any{"invoices"}, "ComplianceResourceTypes": []any{"AWS::Backup::BackupVault"},
				},
			},
		},
	})
	parameter := func(name, value string) any {
		return map[string]any{"ParameterName": name, "ParameterValue": value}
	}
	template.HasResourceProperties(jsii.String("AWS::Backup::Framework"), map[string]any{
		"FrameworkName": "tier",
		"FrameworkControls": []any{map[string]any{
			"ControlInputParameters": []any{
				parameter("requiredFrequencyUnit", "days"), parameter("requiredFrequencyValue", "1"), parameter("requiredRetentionDays", "35"),
			},
			"ControlScope": map[string]any{"Tags": []any{map[string]any{"Key": "class", "Value": "gold"}}},
		}},
	})
	bucket := template.ref("AWS::S3::Bucket")
	channel := map[string]any{"S3BucketName": bucket, "Formats": []any{"CSV", "JSON"}}
	template.HasResourceProperties(jsii.String("AWS::Backup::ReportPlan"), map[string]any{
		"ReportPlanName": "jobs", "ReportDeliveryChannel": channel,
		"ReportSetting": map[string]any{"ReportTemplate": "BACKUP_JOB_REPORT", "FrameworkArns": assertions.Match_Absent()},
	})
	framework := func(id string) any {
		return map[string]any{"Fn::GetAtt": []any{assertions.Match_StringLikeRegexp(jsii.String("^AuditFrameworks" + id)), "FrameworkArn"}}
	}
	template.HasResourceProperties(jsii.String("AWS::Backup::ReportPlan"), map[string]any{
		"ReportPlanName": "controls",
		"ReportSetting": map[string]any{
			"ReportTemplate": "CONTROL_COMPLIANCE_REPORT", "FrameworkArns": []any{framework("Vaults"), framework("Tier")},
		},
	})
	template.AllResources(jsii.String("AWS::Backup::ReportPlan"), map[string]any{
		"DependsOn": []any{assertions.Match_StringLikeRegexp(jsii.String("^AuditBucketPolicy"))},
	})
}

// TestReportBucket: reports are locked and retained, AWS Backup alone writes them, and the policy names no principal that
// may not exist yet.
func TestReportBucket(t *testing.T) {
	template := audit.template(t)
	template.HasResource(jsii.String("AWS::S3::Bucket"), map[string]any{
		"Properties": map[string]any{
			"BucketName":        "my-reports",
			"ObjectLockEnabled": true,
			"ObjectLockConfiguration": map[string]any{
				"Rule": map[string]any{"DefaultRetention": map[string]any{"Mode": "GOVERNANCE", "Days": 400}},
			},
			"PublicAccessBlockConfiguration": map[string]any{"BlockPublicPolicy": true, "RestrictPublicBuckets": true},
		},
		"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain",
	})
	template.HasResourceProperties(jsii.String("AWS::S3::BucketPolicy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": []any{
			map[string]any{"Sid": "TLSOnly", "Effect": "Deny"},
			map[string]any{"Sid": "KeepGovernanceRetention", "Effect": "Deny", "Action": []any{"s3:BypassGovernanceRetention"}},
			map[string]any{
				"Sid": "Reports", "Effect": "Allow", "Action": []any{"s3:PutObject"}, "Principal": map[string]any{"AWS": "*"},
				"Condition": map[string]any{
					"ArnEquals": map[string]any{"aws:PrincipalArn": reportRoleARN},
					"StringEquals": map[string]any{
						"aws:PrincipalAccount": "222222222222", "aws:PrincipalOrgID": "o-a1b2c3d4e5", "s3:x-amz-acl": "bucket-owner-full-control",
					},
				},
			},
			map[string]any{
				"Sid": "OnlyReportsAreWritten", "Effect": "Deny", "Action": []any{"s3:DeleteObject", "s3:PutObject"},
				"Condition": map[string]any{"ArnNotEquals": map[string]any{"aws:PrincipalArn": reportRoleARN}},
			},
		}},
	})
}

func TestAuditRefuses(t *testing.T) {
	type props = constructs.AuditProps
	const (
		parts     = "NewAudit: props.Frameworks and props.Reports are required"
		framework = "AuditFramework: ID, Name and Controls are required"
		bucket    = "NewReportBucket: props.Name, Account, OrganizationID and ReportRoleARN are required"
		report    = "AuditReport: ID, Name and Template are required"
	)
	refuses(t, constructs.NewAudit, auditProps, []refusal[props]{
		{parts, func(p *props) { p.Frameworks = nil }},
		{parts, func(p *props) { p.Reports = nil }},
		{"NewAudit: props.Bucket is required; a report has to be delivered somewhere", func(p *props) { p.Bucket = nil }},
		{framework, func(p *props) { p.Frameworks[0].Name = "" }},
		{framework, func(p *props) { p.Frameworks[0].Controls = nil }},
		{"AuditFramework tier: a control is named, and in a framework once", func(p *props) {
			p.Frameworks[1].Controls = append(p.Frameworks[1].Controls, p.Frameworks[1].Controls[0])
		}},
		{report, func(p *props) { p.Reports[0].Template = "" }},
		{bucket, func(p *props) { p.Bucket.Account = "" }},
		{bucket, func(p *props) { p.Bucket.ReportRoleARN = "" }},
		{"NewReportBucket: props.Days is at least 1", func(p *props) { p.Bucket.Days = 0 }},
	})
}
