package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newValidator creates the function that validates the restore tests of all accounts, with its evidence.
func (c central) newValidator(bus awsevents.CfnEventBus, function string) {
	if !c.cfg.Validates() {
		return
	}
	constructs.NewValidator(c.stack, jsii.String("Validator"), &constructs.ValidatorProps{
		Account:          c.cfg.Central.Account,
		Name:             c.cfg.ValidatorName(),
		LogGroupName:     c.cfg.ValidatorLogGroup(),
		UndeliveredName:  c.cfg.NotValidatedName(),
		RoleName:         c.cfg.ValidatorRoleName(),
		RolePath:         c.cfg.RolePath,
		Bus:              bus,
		Code:             awss3assets.NewAsset(c.stack, jsii.String("ValidatorFunction"), &awss3assets.AssetProps{Path: jsii.String(function)}),
		ValidateRoleARNs: c.cfg.ValidatedRoleARNs(),
		EvidenceName:     c.cfg.EvidenceBucketName(),
		EvidenceDays:     c.cfg.Restore.EvidenceDays,
		Topic:            c.topic.Topic,
	})
}

// watchValidator adds the validator and its evidence to what the alerts watch.
func (c central) watchValidator(on *watched) {
	on.buckets = append(on.buckets, c.cfg.EvidenceBucketName())
	on.alerts.AlarmPrefixes = append(on.alerts.AlarmPrefixes, c.cfg.ValidatorName())
	on.alerts.Validator.Name = c.cfg.ValidatorName()
	for _, queue := range []string{c.cfg.ValidatorName(), c.cfg.NotValidatedName()} {
		on.alerts.Validator.QueuePaths = append(on.alerts.Validator.QueuePaths, "/"+c.cfg.Central.Account+"/"+queue)
	}
}

// newCentralValidateRole creates the role with which the validator compares the copies that a test restored.
func (c central) newCentralValidateRole() {
	at := c.cfg.Central
	access := recoveryPointAccess(c.cfg.ValidateAccessPointPrefix(), at.Region, at.Account, c.keyARNs()...)
	for _, region := range c.testedElsewhere() {
		access = access.And(recoveryPointAccess(c.cfg.ValidateAccessPointPrefix(), region, at.Account, c.cfg.CentralKeysARN(region)))
	}
	constructs.NewValidateRole(c.stack, jsii.String("ValidateRole"), &constructs.ValidateRoleProps{
		Name:                c.cfg.ValidateCentralRoleName(),
		Path:                c.cfg.RolePath,
		Account:             at.Account,
		ValidatorAccountARN: config.AccountARN(at.Region, at.Account),
		ValidatorRoleARN:    c.cfg.CentralRoleARN(c.cfg.ValidatorRoleName()),
		Access:              access,
		RestoredBucketARN:   config.BucketARN(at.Region, config.TestBucketPrefix+"*"),
		BucketKeysARNs:      append([]string{c.cfg.CentralKeysARN(at.Region)}, c.keysOfTestsElsewhere()...),
	})
}
