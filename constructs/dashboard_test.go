package constructs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

// The dashboard without scans. TestDashboardQueries has one with them.
var dashboard = inStack("Dashboard", func(stack awscdk.Stack) {
	constructs.NewDashboard(stack, jsii.String("Dashboard"), &constructs.DashboardProps{
		Name:         "backups",
		Project:      "acme",
		Region:       "eu-central-1",
		LogGroupName: "/aws/events/backup-alerts",
	})
})

func TestDashboard(t *testing.T) {
	template := dashboard.template(t)
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Dashboard"), map[string]any{"DashboardName": "backups"})
	template.hasID("Dashboard", "AWS::CloudWatch::Dashboard")

	text := template.resources()[template.only("AWS::CloudWatch::Dashboard")]["Properties"].(map[string]any)["DashboardBody"].(string)
	var body struct {
		Widgets []struct {
			Type                string
			X, Y, Width, Height int
			Properties          struct{ Title, Region, Query, Markdown string }
		}
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, w := range body.Widgets {
		if w.Type == "text" {
			if !strings.HasPrefix(w.Properties.Markdown, "# Backups of acme\n") {
				t.Errorf("the text starts with %.40q", w.Properties.Markdown)
			}
			continue
		}
		titles = append(titles, w.Properties.Title)
		if w.Properties.Region != "eu-central-1" || !strings.HasPrefix(w.Properties.Query, "SOURCE '/aws/events/backup-alerts' | ") {
			t.Errorf("%s queries %s: %s", w.Properties.Title, w.Properties.Region, w.Properties.Query)
		}
		if w.X+w.Width > 24 {
			t.Errorf("%s ends at column %d of 24", w.Properties.Title, w.X+w.Width)
		}
	}
	if len(titles) != 5 {
		t.Errorf("queries %q; want five", titles)
	}
}

func TestDashboardRefuses(t *testing.T) {
	type props = constructs.DashboardProps
	const sentence = "NewDashboard: props.Name, Project, Region and LogGroupName are required"
	refuses(t, constructs.NewDashboard, func() *props {
		return &props{Name: "backups", Project: "acme", Region: "eu-central-1", LogGroupName: "events"}
	}, []refusal[props]{
		{sentence, func(p *props) { p.Name = "" }},
		{sentence, func(p *props) { p.Project = "" }},
		{sentence, func(p *props) { p.Region = "" }},
		{sentence, func(p *props) { p.LogGroupName = "" }},
	})
}
