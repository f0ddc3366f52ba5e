package constructs

// EventBusProps describe an event bus that takes the events of other accounts.
type EventBusProps struct {
	// Name of the bus.
	Name string
	// OrganizationID that every account belongs to that may send.
	OrganizationID string
	// OrganizationPaths limit them to accounts below these. Empty: no further limit.
	OrganizationPaths []string
	// RoleARN matches the roles that may send, with "*" for any characters.
	RoleARN string
}

// NewEventBus makes the bus, and returns its name and its ARN.
func NewEventBus(scope Scope, id string, props EventBusProps) (name, arn Value) {
	bus := scope.add(id, resource{
		Type: "AWS::Events::EventBus",
		Properties: properties{
			"Name":        props.Name,
			"Description": "Takes the events about backups of all accounts",
		},
	})
	bus.add("Policy", resource{
		Type: "AWS::Events::EventBusPolicy",
		Properties: properties{
			"EventBusName": bus.ref(),
			"StatementId":  "Organization",
			"Statement": Statement{
				Sid:       "Organization",
				Principal: anyone,
				Actions:   []string{"events:PutEvents"},
				Resources: []Value{bus.arn("")},
				Condition: organizationCondition(props.OrganizationID, props.OrganizationPaths, props.RoleARN),
			}.json(),
		},
	})
	return bus.ref(), bus.arn("")
}
