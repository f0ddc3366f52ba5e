package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EventBusProps are the props of [NewEventBus]. All but OrganizationPaths are required.
type EventBusProps struct {
	// Name of the bus.
	Name string
	// OrganizationID of the AWS organization whose accounts may send.
	OrganizationID string
	// OrganizationPaths limit them to accounts below these paths, such as
	// "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*". Empty: no further limit.
	OrganizationPaths []string
	// RoleARN matches the roles that may send, with "*" for any characters, such as
	// "arn:aws:iam::*:role/acme-events-*". [NewEventRules] creates such a role in each account.
	RoleARN string
}

// EventBus is an event bus that receives the events of other accounts.
type EventBus struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bus that receives the events.
	Bus awsevents.CfnEventBus
	// Policy that lets the roles of the organization send.
	Policy awsevents.CfnEventBusPolicy
}

// NewEventBus creates a bus to which the roles of an organization's accounts send events.
func NewEventBus(scope awsconstructs.Construct, id *string, props *EventBusProps) *EventBus {
	require(props.Name != "", "NewEventBus: props.Name is required")
	require(props.OrganizationID != "" && props.RoleARN != "",
		"NewEventBus: props.OrganizationID and props.RoleARN are required; they limit who may send")
	this := awsconstructs.NewConstruct(scope, id)
	// No description: CloudFormation refuses one in AWS GovCloud (US) (F-CFN-13).
	bus := awsevents.NewCfnEventBus(this, jsii.String(defaultID), &awsevents.CfnEventBusProps{Name: jsii.String(props.Name)})
	policy := awsevents.NewCfnEventBusPolicy(this, jsii.String("Policy"), &awsevents.CfnEventBusPolicyProps{
		EventBusName: bus.Ref(),
		StatementId:  jsii.String("Organization"),
		Statement: Statement{
			Sid:       "Organization",
			Principal: anyone,
			Actions:   []string{"events:PutEvents"},
			Resources: []string{*bus.AttrArn()},
			Condition: organizationCondition(props.OrganizationID, props.OrganizationPaths, props.RoleARN),
		}.json(),
	})
	return &EventBus{Construct: this, Bus: bus, Policy: policy}
}
