package constructs

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AuditProps are the props of [NewAudit]. All are required.
type AuditProps struct {
	// Frameworks that are evaluated.
	Frameworks []AuditFramework
	// Reports that are delivered every day.
	Reports []AuditReport
	// Bucket that receives the reports.
	Bucket *ReportBucketProps
}

// AuditFramework is a framework of AWS Backup Audit Manager. All fields are required.
type AuditFramework struct {
	// ID of the framework's construct.
	ID string
	// Name of letters, digits and underscores, at most 256 (F-CFN-40). Unique in the account and Region.
	Name string
	// Description of the framework.
	Description string
	// Controls of the framework.
	Controls []AuditControl
}

// AuditControl is a control of a framework. Name is required.
type AuditControl struct {
	// Name that AWS gives it, such as BACKUP_RECOVERY_POINT_ENCRYPTED.
	Name string
	// Parameters by their names. Empty: AWS's defaults.
	Parameters map[string]string
	// TagKey and TagValue limit what is evaluated to what has the tag. Empty: the tag does not matter.
	TagKey, TagValue string
	// Vault limits what is evaluated to the backup vault with that name. Empty: it does not.
	Vault string
}

// AuditReport is a report plan. ID, Name and Template are required.
type AuditReport struct {
	// ID of the report plan's construct.
	ID string
	// Name of letters, digits and underscores, at most 256. Unique in the account and Region.
	Name string
	// Template of the report, such as BACKUP_JOB_REPORT.
	Template string
	// Compliance tells that the report covers the frameworks.
	Compliance bool
}

// Audit are frameworks with their reports.
type Audit struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Frameworks and Reports, in the order of the props.
	Frameworks []awsbackup.CfnFramework
	Reports    []awsbackup.CfnReportPlan
	// Bucket with the reports.
	Bucket *ReportBucket
}

// NewAudit creates frameworks, report plans and the bucket for the reports. AWS Config must record in the account and
// Region (F-CFN-8).
func NewAudit(scope awsconstructs.Construct, id *string, props *AuditProps) *Audit {
	props.validate()
	this := awsconstructs.NewConstruct(scope, id)
	a := &Audit{Construct: this, Bucket: NewReportBucket(this, jsii.String("Bucket"), props.Bucket)}
	var arns []*string
	frameworks := awsconstructs.NewConstruct(this, jsii.String("Frameworks"))
	for _, f := range props.Frameworks {
		framework := f.create(frameworks)
		a.Frameworks = append(a.Frameworks, framework)
		arns = append(arns, framework.AttrFrameworkArn())
	}
	reports := awsconstructs.NewConstruct(this, jsii.String("Reports"))
	for _, r := range props.Reports {
		a.Reports = append(a.Reports, r.create(reports, a.Bucket, arns))
	}
	return a
}

func (p *AuditProps) validate() {
	require(len(p.Frameworks) > 0 && len(p.Reports) > 0, "NewAudit: props.Frameworks and props.Reports are required")
	require(p.Bucket != nil, "NewAudit: props.Bucket is required; a report has to be delivered somewhere")
	for _, f := range p.Frameworks {
		require(f.ID != "" && f.Name != "" && len(f.Controls) > 0, "AuditFramework: ID, Name and Controls are required")
		seen := map[string]bool{}
		for _, c := range f.Controls {
			require(c.Name != "" && !seen[c.Name], "AuditFramework "+f.Name+": a control is named, and in a framework once")
			seen[c.Name] = true
		}
	}
	for _, r := range p.Reports {
		require(r.ID != "" && r.Name != "" && r.Template != "", "AuditReport: ID, Name and Template are required")
	}
	p.Bucket.validate()
}

func (p *ReportBucketProps) validate() {
	require(p.Name != "" && p.Account != "" && p.OrganizationID != "" && p.ReportRoleARN != "",
		"NewReportBucket: props.Name, Account, OrganizationID and ReportRoleARN are required")
	require(p.Days >= 1, "NewReportBucket: props.Days is at least 1")
}

func (f AuditFramework) create(scope awsconstructs.Construct) awsbackup.CfnFramework {
	controls := make([]any, len(f.Controls))
	for i, c := range f.Controls {
		controls[i] = c.property()
	}
	return awsbackup.NewCfnFramework(scope, jsii.String(f.ID), &awsbackup.CfnFrameworkProps{
		FrameworkName:        jsii.String(f.Name),
		FrameworkDescription: jsii.String(f.Description),
		FrameworkControls:    controls,
	})
}

// property has the scope in CloudFormation's own words: the CDK takes it, and the parts of a report plan, for JSON, and
// would write the names of its structs in lower case.
func (c AuditControl) property() *awsbackup.CfnFramework_FrameworkControlProperty {
	control := &awsbackup.CfnFramework_FrameworkControlProperty{ControlName: jsii.String(c.Name)}
	var parameters []any
	for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
		parameters = append(parameters, &awsbackup.CfnFramework_ControlInputParameterProperty{
			ParameterName: jsii.String(name), ParameterValue: jsii.String(c.Parameters[name]),
		})
	}
	if parameters != nil {
		control.ControlInputParameters = parameters
	}
	switch {
	case c.TagKey != "":
		control.ControlScope = map[string]any{"Tags": []any{map[string]string{"Key": c.TagKey, "Value": c.TagValue}}}
	case c.Vault != "":
		control.ControlScope = map[string]any{
			"ComplianceResourceIds": []string{c.Vault}, "ComplianceResourceTypes": []string{"AWS::Backup::BackupVault"},
		}
	}
	return control
}

func (r AuditReport) create(scope awsconstructs.Construct, bucket *ReportBucket, frameworks []*string) awsbackup.CfnReportPlan {
	setting := map[string]any{"ReportTemplate": r.Template}
	if r.Compliance {
		setting["FrameworkArns"] = frameworks
	}
	plan := awsbackup.NewCfnReportPlan(scope, jsii.String(r.ID), &awsbackup.CfnReportPlanProps{
		ReportPlanName:        jsii.String(r.Name),
		ReportDeliveryChannel: map[string]any{"S3BucketName": bucket.Bucket.Ref(), "Formats": []string{"CSV", "JSON"}},
		ReportSetting:         setting,
	})
	plan.AddDependency(bucket.Policy) // without the policy the first report would be refused
	return plan
}

// ReportBucketProps are the props of [NewReportBucket]. All are required.
type ReportBucketProps struct {
	// Name of the bucket.
	Name string
	// Account of the bucket and of the report plans, twelve digits, and its organization.
	Account, OrganizationID string
	// ReportRoleARN is the service-linked role of the account that delivers reports (F-CFN-40).
	ReportRoleARN string
	// Days for which nobody can delete a report.
	Days int
}

// ReportBucket is a bucket for reports of AWS Backup Audit Manager.
type ReportBucket struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bucket is retained.
	Bucket awss3.CfnBucket
	// Policy of the bucket. Nobody but AWS Backup writes reports.
	Policy awss3.CfnBucketPolicy
}

// NewReportBucket creates a bucket that locks each report. S3 encrypts it with keys of its own: a report has names and
// numbers alone, and a key that is lost or denied would take away the proof.
func NewReportBucket(scope awsconstructs.Construct, id *string, props *ReportBucketProps) *ReportBucket {
	props.validate()
	this := awsconstructs.NewConstruct(scope, id)
	bucket := awss3.NewCfnBucket(this, jsii.String(defaultID), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		ObjectLockEnabled:              jsii.Bool(true),
		ObjectLockConfiguration:        objectLock("GOVERNANCE", props.Days),
		BucketEncryption:               encryption(ownKeyOfS3()),
		LifecycleConfiguration: lifecycle(&awss3.CfnBucket_RuleProperty{
			Id:                             jsii.String("AbortUploads"),
			Status:                         jsii.String("Enabled"),
			AbortIncompleteMultipartUpload: afterAWeek(),
		}),
	})
	retain(bucket)
	suppress(bucket, map[string]string{
		"AwsSolutions-S1": "Only AWS Backup writes here, nobody can change what it wrote, and CloudTrail records changes of the bucket.",
	})
	logicalID := *bucket.LogicalId()
	policy := newBucketPolicy(this, bucket, logicalID, keepGovernance(logicalID), props.delivery(logicalID), Statement{
		Sid: "OnlyReportsAreWritten", Deny: true, Principal: anyone, Actions: []string{"s3:DeleteObject", "s3:PutObject"},
		Condition:  map[string]map[string]any{"ArnNotEquals": {"aws:PrincipalArn": props.ReportRoleARN}},
		intrinsics: []any{objectsOf(logicalID)},
	})
	return &ReportBucket{Construct: this, Bucket: bucket, Policy: policy}
}

// delivery lets the service-linked role write. It is not the principal: AWS creates the role with the first report plan,
// and S3 refuses a policy that names a role which does not exist. A statement for the whole account would not do, because
// the role's own policy does not allow to write (F-CFN-40).
func (p *ReportBucketProps) delivery(logicalID string) Statement {
	return Statement{
		Sid: "Reports", Principal: anyone, Actions: []string{"s3:PutObject"},
		Condition: map[string]map[string]any{
			"ArnEquals": {"aws:PrincipalArn": p.ReportRoleARN},
			"StringEquals": {
				"aws:PrincipalAccount": p.Account, "aws:PrincipalOrgID": p.OrganizationID, "s3:x-amz-acl": "bucket-owner-full-control",
			},
		},
		intrinsics: []any{objectsOf(logicalID)},
	}
}
