package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"central-s3-backup/config"
)

// lookOrganization looks whether copies between accounts are possible (F-COPY-1).
func (p *place) lookOrganization(ctx context.Context) error {
	if !p.copies() {
		return nil
	}
	const subject, setting = "the organization", "cross-account backup"
	output, err := p.organizations.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	manager := ""
	switch {
	case hasCode(err, "AWSOrganizationsNotInUseException"):
		p.wrong(
			subject,
			fmt.Sprintf("the account is in no organization; want %s, or every copy fails (F-COPY-1)", p.cfg.Organization.ID),
			"",
		)
		return nil
	case err != nil:
		if err := p.unread(subject, err); err != nil {
			return err
		}
	default:
		manager = aws.ToString(output.Organization.MasterAccountId)
		if got := aws.ToString(output.Organization.Id); got != p.cfg.Organization.ID {
			p.wrong(
				subject,
				fmt.Sprintf("the account is in %s; want %s, which every policy asks for (F-COPY-1)", got, p.cfg.Organization.ID),
				"",
			)
		} else {
			p.ok(subject, "the account is in "+got)
		}
	}
	settings, err := p.backup.DescribeGlobalSettings(ctx, &backup.DescribeGlobalSettingsInput{})
	if err != nil {
		return p.unread(setting, err)
	}
	const enable = "aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true"
	switch {
	case settings.GlobalSettings["isCrossAccountBackupEnabled"] == "true":
		p.ok(setting, "it is on")
	case manager == p.account.id:
		p.wrong(setting, "it is off, so every copy fails (F-COPY-1)", p.aws("backup", "update-global-settings",
			"--global-settings", "isCrossAccountBackupEnabled=true"))
	default:
		p.unknown(setting, fmt.Sprintf("this account reads that it is off; only the management account%s is certain to know (F-COPY-1); "+
			"if it is off there, turn it on there with %s", before(" ", manager), enable))
	}
	return nil
}

// before puts something before a text that is not empty.
func before(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// lookServiceRole looks for the role with which AWS Backup copies into the account (F-COPY-5).
func (p *place) lookServiceRole(ctx context.Context) error {
	if !p.copies() {
		return nil
	}
	const subject, name, service = "the service-linked role", "AWSServiceRoleForBackup", "backup.amazonaws.com"
	_, err := p.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name)})
	switch {
	case hasCode(err, "NoSuchEntity"), hasCode(err, "NoSuchEntityException"):
	case err != nil:
		return p.unread(subject, err)
	default:
		p.ok(subject, name+" is there")
		return nil
	}
	at := p.wrong(subject, name+" is not there, and AWS Backup copies into this account with it (F-COPY-5)",
		p.aws("iam", "create-service-linked-role", "--aws-service-name", service))
	p.mayFix(at, "create the service-linked role "+name+" in "+p.account.id, func(ctx context.Context) error {
		_, err := p.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String(service)})
		return err
	})
	return nil
}

// mayFix lets --fix mend a finding.
func (p *place) mayFix(finding int, what string, do func(ctx context.Context) error) {
	p.fixes = append(p.fixes, fix{finding, what, p.account, do})
}

// lookRecorder looks whether AWS Config records, which audits need (F-CFN-8).
func (p *place) lookRecorder(ctx context.Context) error {
	if !p.cfg.Central.Audit.Enabled {
		return nil
	}
	const subject = "AWS Config"
	output, err := p.recorders.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		return p.unread(subject, err)
	}
	if len(output.ConfigurationRecordersStatus) == 0 {
		p.wrong(subject, "there is no configuration recorder in "+p.account.region+", so nothing can be audited (F-CFN-8)",
			p.aws("configservice", "put-configuration-recorder", "--configuration-recorder", "name=default,roleARN=ROLE"))
		return nil
	}
	for _, status := range output.ConfigurationRecordersStatus {
		if name := aws.ToString(status.Name); status.Recording {
			p.ok(subject, "the configuration recorder "+name+" records")
		} else {
			p.wrong(subject, "the configuration recorder "+name+" is stopped, so nothing can be audited (F-CFN-8)",
				p.aws("configservice", "start-configuration-recorder", "--configuration-recorder-name", name))
		}
	}
	return nil
}

// lookOptIn looks at the opt-in where tags select buckets. Other selections do not need it (F-REG-1).
func (p *place) lookOptIn(ctx context.Context) error {
	if len(p.workload.SelectTagged) == 0 {
		return nil
	}
	const subject = "the opt-in of S3"
	output, err := p.backup.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{})
	if err != nil {
		return p.unread(subject, err)
	}
	if output.ResourceTypeOptInPreference["S3"] {
		p.ok(subject, "AWS Backup is opted in to S3 in "+p.account.region)
		return nil
	}
	at := p.wrong(subject, "AWS Backup is not opted in to S3 in "+p.account.region+", so no bucket is backed up by its tag (F-REG-1)",
		p.aws("backup", "update-region-settings", "--resource-type-opt-in-preference", optInText(output.ResourceTypeOptInPreference)))
	p.mayFix(at, "opt in to S3 in "+p.account.String(), func(ctx context.Context) error {
		now, err := p.backup.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{})
		if err != nil {
			return err
		}
		_, err = p.backup.UpdateRegionSettings(ctx, &backup.UpdateRegionSettingsInput{
			ResourceTypeOptInPreference: withS3(now.ResourceTypeOptInPreference),
		})
		return err
	})
	return nil
}

// withS3 are the preferences with S3 added. All are sent: AWS does not document that it keeps those that are left out.
func withS3(preferences map[string]bool) map[string]bool {
	all := maps.Clone(preferences)
	if all == nil {
		all = map[string]bool{}
	}
	all["S3"] = true
	return all
}

func optInText(preferences map[string]bool) string {
	text := ""
	for _, name := range sortedKeys(withS3(preferences)) {
		text += fmt.Sprintf(",%s=%t", name, name == "S3" || preferences[name])
	}
	return text[1:]
}

// tests are the restore testing plan of the account and the buckets that it tests. Empty: there is none.
func (p *place) tests() (plan, schedule string, buckets []string) {
	if p.workload != nil && p.workload.RestoreTesting != nil {
		for _, test := range p.cfg.RestoreTests(*p.workload) {
			buckets = append(buckets, test.Buckets...)
		}
		return p.cfg.RestoreTestingPlanName(*p.workload), p.workload.RestoreTesting.Schedule, buckets
	}
	region := p.account.region
	if p.workload != nil || !slices.Contains(p.cfg.TestedCentralRegions(), region) {
		return "", "", nil
	}
	return p.cfg.CentralTestingPlanName(region), p.cfg.Central.RestoreTesting.Schedule, p.cfg.TestedCentralBuckets(region)
}

// bucketARN is the ARN of a bucket in the account's partition.
func (p *place) bucketARN(bucket string) string { return config.BucketARN(p.account.region, bucket) }
