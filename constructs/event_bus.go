package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EventBusProps are the props of [NewEventBus]. All are required.
type EventBusProps struct {
	// Name of the bus.
	Name string
	// Senders may send. [NewEventRules] creates such a role in each account.
	Senders OrganizationRoles
	// Sources of the events that they may send, such as "aws.*". Nobody but AWS can send events whose source starts
	// with "aws." (F-EVT-15).
	Sources []string
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
	require(!props.Senders.none(), "NewEventBus: props.Senders is required; it limits who may send")
	require(len(props.Sources) > 0, "NewEventBus: props.Sources is required; without it events could be made up")
	props.Senders.validate()
	condition := props.Senders.condition()
	// A request may have several events.
	condition["ForAllValues:StringLike"] = map[string]any{"events:source": props.Sources}
	this := awsconstructs.NewConstruct(scope, id)
	// No description: CloudFormation refuses one in AWS GovCloud (US) (F-CFN-13).
	bus := awsevents.NewCfnEventBus(this, jsii.String(defaultID), &awsevents.CfnEventBusProps{Name: jsii.String(props.Name)})
	policy := awsevents.NewCfnEventBusPolicy(this, jsii.String("Policy"), &awsevents.CfnEventBusPolicyProps{
		EventBusName: bus.Ref(),
		StatementId:  jsii.String("Organization"),
		Statement: Statement{
			Sid:       "Organization",
			Principal: props.Senders.principal(),
			Actions:   []string{"events:PutEvents"},
			Resources: []string{*bus.AttrArn()},
			Condition: condition,
		}.json(),
	})
	return &EventBus{Construct: this, Bus: bus, Policy: policy}
}
