package stacks

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// CentralRegionStackProps are the props of [NewCentralRegionStack]. All are required.
type CentralRegionStackProps struct {
	// Config is the whole configuration.
	Config *config.Config
	// Region of the stack, one of config.CentralRegions, and not that of the central stack.
	Region string
}

// NewCentralRegionStack creates the stack of the central backup account in a Region with vaults of central.vaults: keys,
// vaults with their locks, restore tests of the copies, a topic, and the rules that send events to the bus of the central
// stack. The roles that bring copies back and that test them are in the central stack, since IAM is a global service.
func NewCentralRegionStack(scope awsconstructs.Construct, id *string, props *CentralRegionStackProps) awscdk.Stack {
	cfg := props.Config
	account := cfg.Central.Account
	c := central{cfg: cfg, region: props.Region, stack: newStack(scope, id, account, props.Region,
		fmt.Sprintf("Central backup account of %s: keys, vaults and locks for copies of S3 backups in this Region", cfg.Project), cfg.Tags)}
	alerts := awsconstructs.NewConstruct(c.stack, jsii.String("Alerts"))
	c.topic = newTopic(alerts, cfg, cfg.CentralIDIn(props.Region), account, props.Region)
	c.keys = c.newKeys()
	c.newVaults()
	watched := c.watched(cfg.AlertBusARN())
	watched.roles = cfg.CentralRoleNames()
	newRules(alerts, cfg, watched, constructs.OutOfVaultRules(watched.vaultARNs)...)
	if slices.Contains(c.testedElsewhere(), c.region) {
		role := cfg.CentralRoleARN(cfg.RestoreCentralRoleName())
		c.newCopyTests(awsiam.Role_FromRoleArn(c.stack, jsii.String("RestoreRole"), jsii.String(role), &awsiam.FromRoleArnOptions{
			Mutable: jsii.Bool(false),
		}))
	}
	c.newAudit()
	return c.stack
}
