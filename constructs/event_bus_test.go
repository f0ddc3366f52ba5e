package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

var eventBusMinimum = inStack("EventBusMinimum", func(stack awscdk.Stack) {
	constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name:           "backup-alerts",
		OrganizationID: "o-a1b2c3d4e5",
		RoleARN:        "arn:aws:iam::*:role/acme-events-*",
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
				"StringEquals": map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
				"ArnLike":      map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::*:role/acme-events-*"}},
			}),
		},
	})
	template.hasID("Bus", "AWS::Events::EventBus")
}

var eventBusEverything = inStack("EventBusEverything", func(stack awscdk.Stack) {
	constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name:              "backup-alerts",
		OrganizationID:    "o-a1b2c3d4e5",
		OrganizationPaths: []string{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"},
		RoleARN:           "arn:aws:iam::*:role/acme-events-*",
	})
})

func TestEventBusEverything(t *testing.T) {
	template := eventBusEverything.template(t)
	template.HasResourceProperties(jsii.String("AWS::Events::EventBusPolicy"), map[string]any{
		"Statement": map[string]any{"Condition": map[string]any{
			"ForAnyValue:StringLike": map[string]any{"aws:PrincipalOrgPaths": []any{"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}},
		}},
	})
	template.ResourceCountIs(jsii.String("AWS::Events::EventBus"), jsii.Number(1))
	template.ResourceCountIs(jsii.String("AWS::Events::EventBusPolicy"), jsii.Number(1))
}

func TestEventBusRefuses(t *testing.T) {
	type props = constructs.EventBusProps
	refuses(t, constructs.NewEventBus, func() *props {
		return &props{Name: "alerts", OrganizationID: "o-a1b2c3d4e5", RoleARN: "arn:aws:iam::*:role/acme-events-*"}
	}, []refusal[props]{
		{"NewEventBus: props.Name is required", func(p *props) { p.Name = "" }},
		{"NewEventBus: props.OrganizationID and props.RoleARN are required; they limit who may send", func(p *props) { p.OrganizationID = "" }},
		{"NewEventBus: props.OrganizationID and props.RoleARN are required; they limit who may send", func(p *props) { p.RoleARN = "" }},
	})
}
