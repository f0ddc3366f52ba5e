package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

// eventSenders are the roles that send events to the buses of these tests.
var eventSenders = constructs.OrganizationRoles{OrganizationID: "o-a1b2c3d4e5", RoleARNs: []string{"arn:aws:iam::*:role/acme-events-*"}}

var eventBusMinimum = inStack("EventBusMinimum", func(stack awscdk.Stack) {
	constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name:    "backup-alerts",
		Senders: eventSenders,
		Sources: []string{"aws.*"},
	})
})

func TestEventBusMinimum(t *testing.T) {
	template := eventBusMinimum.template(t)
	template.HasResourceProperties(jsii.String("AWS::Events::EventBus"), map[string]any{
		"Name": "backup-alerts", "Description": assertions.Match_Absent(), // F-CFN-13
	})
	template.HasResourceProperties(jsii.String("AWS::Events::EventBusPolicy"), map[string]any{
		"EventBusName": map[string]any{"Ref": "Bus"},
		"Statement": map[string]any{
			"Effect": "Allow", "Principal": map[string]any{"AWS": "*"}, "Action": []any{"events:PutEvents"},
			"Resource": []any{map[string]any{"Fn::GetAtt": []any{"Bus", "Arn"}}},
			"Condition": assertions.Match_ObjectEquals(&map[string]any{
				"StringEquals":            map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
				"ArnLike":                 map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-events-*"}},
				"ArnNotLike":              map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-events-*/*"}},
				"ForAllValues:StringLike": map[string]any{"events:source": []any{"aws.*"}},
			}),
		},
	})
	template.hasID("Bus", "AWS::Events::EventBus")
}

var eventBusEverything = inStack("EventBusEverything", func(stack awscdk.Stack) {
	constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name: "backup-alerts",
		Senders: constructs.OrganizationRoles{
			OrganizationID:    "o-a1b2c3d4e5",
			OrganizationPaths: []string{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"},
			Accounts:          []string{"222222222222"},
			AccountARNs:       []string{"arn:aws:iam::222222222222:root"},
			RoleARNs:          []string{"arn:aws:iam::222222222222:role/acme-events-invoices"},
		},
		Sources: []string{"aws.*", "acme"},
	})
})

func TestEventBusEverything(t *testing.T) {
	template := eventBusEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::Events::EventBusPolicy"), map[string]any{
		"Statement": map[string]any{
			"Principal": map[string]any{"AWS": []any{"arn:aws:iam::222222222222:root"}},
			"Condition": assertions.Match_ObjectEquals(&map[string]any{
				"StringEquals":            map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": []any{"222222222222"}},
				"ArnLike":                 map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::222222222222:role/acme-events-invoices"}},
				"ForAnyValue:StringLike":  map[string]any{"aws:PrincipalOrgPaths": []any{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}},
				"ForAllValues:StringLike": map[string]any{"events:source": []any{"aws.*", "acme"}},
			}),
		},
	})
	template.ResourceCountIs(jsii.String("AWS::Events::EventBus"), jsii.Number(1))
	template.ResourceCountIs(jsii.String("AWS::Events::EventBusPolicy"), jsii.Number(1))
}

func TestEventBusRefuses(t *testing.T) {
	type props = constructs.EventBusProps
	refuses(t, constructs.NewEventBus, func() *props {
		return &props{
			Name:    "alerts",
			Senders: eventSenders,
			Sources: []string{"aws.*"},
		}
	}, []refusal[props]{
		{"NewEventBus: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewEventBus: props.Senders is required; it limits who may send", func(p *props) { p.Senders.RoleARNs = nil }},
		{"NewEventBus: props.Sources is required; without it events could be made up", func(p *props) { p.Sources = nil }},
		{
			"OrganizationRoles: OrganizationID is required with RoleARNs; it limits who is let in",
			func(p *props) { p.Senders.OrganizationID = "" },
		},
	})
}
