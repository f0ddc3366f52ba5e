package stacks

import (
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newAudit creates the frameworks and reports of the central account in this Region: they see no other one (F-CFN-40).
func (c central) newAudit() {
	if c.cfg.Central.Audit.Enabled {
		newAudit(c.stack, c.cfg, c.cfg.Central.Account, c.region, c.cfg.CentralReportBucketName(c.region),
			c.cfg.CentralAuditFrameworks(c.region), c.cfg.CentralAuditReports(c.region))
	}
}

// newAudit creates those of a workload.
func (s workload) newAudit() {
	if s.cfg.Audited(s.w) {
		newAudit(s.stack, s.cfg, s.w.Account, s.w.Region, s.cfg.ReportBucketName(s.w), s.cfg.AuditFrameworks(s.w), s.cfg.AuditReports(s.w))
	}
}

func newAudit(
	scope awsconstructs.Construct, cfg *config.Config, account, region, bucket string,
	frameworks []config.AuditFramework, reports []config.AuditReport,
) {
	props := &constructs.AuditProps{Bucket: &constructs.ReportBucketProps{
		Name: bucket, Account: account, OrganizationID: cfg.Organization.ID,
		ReportRoleARN: config.ReportRoleARN(region, account), Days: cfg.Restore.EvidenceDays,
	}}
	for _, f := range frameworks {
		framework := constructs.AuditFramework{ID: f.ID, Name: f.Name, Description: f.Description}
		for _, control := range f.Controls {
			framework.Controls = append(framework.Controls, constructs.AuditControl(control))
		}
		props.Frameworks = append(props.Frameworks, framework)
	}
	for _, r := range reports {
		props.Reports = append(props.Reports, constructs.AuditReport(r))
	}
	constructs.NewAudit(scope, jsii.String("Audit"), props)
}
