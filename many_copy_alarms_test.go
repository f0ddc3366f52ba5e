//go:build whole

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/awstest"
)

// TestManyCopyAlarms: with more workloads than the central stack has room for alarms, further stacks of
// the central account have the rest, each vault's once. Their filters share the accounts, and count each
// event once.
func TestManyCopyAlarms(t *testing.T) {
	const workloads = 1000
	a := centralAssembly(t, "{id: o-a1b2c3d4e5}", workloads, "")
	var stacks []string
	alarms := map[any]int{}
	for stack, template := range a.templates {
		stacks = append(stacks, stack)
		if len(template.Resources) > config.MaxStackResources || len(template.bytes) > config.MaxTemplateBytes {
			t.Errorf("%s: %d resources, %d bytes", stack, len(template.Resources), len(template.bytes))
		}
		for id, alarm := range template.ofType("AWS::CloudWatch::Alarm") {
			alarms[at(alarm.Properties, "Dimensions", 0, "Value")]++
			topic := at(alarm.Properties, "AlarmActions", 0)
			if stack != "fleet-backup-central" && topic != "arn:aws:sns:eu-central-1:111111111111:fleet-central-alerts" {
				t.Errorf("%s, %s: tells %v", stack, id, topic)
			}
		}
	}
	slices.Sort(stacks)
	if fmt.Sprint(stacks) != "[fleet-backup-central fleet-copy-alarms-2 fleet-copy-alarms-3]" || len(alarms) != workloads {
		t.Errorf("%d alarms in %v", len(alarms), stacks)
	}
	for vault, n := range alarms {
		if n != 1 {
			t.Errorf("%d alarms on %v", n, vault)
		}
	}
	central := a.templates["fleet-backup-central"]
	if got := a.cfg.CentralResources(); got != len(central.Resources) {
		t.Errorf("counts %d resources, has %d", got, len(central.Resources))
	}
	for _, w := range a.cfg.Workloads[:20] {
		event := jobCompleted(w.Account, "Copy Job State Change", "sourceBackupVaultArn", "v")
		if got := fmt.Sprint(counts(t, central, event)); got != "[fleet-backup CopyJobsCompleted BackupVaultArn v 1]" {
			t.Errorf("an event of account %s is counted as %s", w.Account, got)
		}
		event["source"] = "somebody"
		if got := counts(t, central, event); len(got) > 0 {
			t.Errorf("an event that is not AWS Backup's is counted as %s", got)
		}
	}
	rule := ""
	for id := range central.ofType("AWS::Events::Rule") {
		if strings.HasPrefix(id, "AlertsRulesAlarms") {
			rule = id
		}
	}
	for _, stack := range stacks { // CloudFormation makes the names of the stack's and the logical id
		event := map[string]any{
			"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change",
			"detail": map[string]any{"alarmName": stack + "-AlertsCopies-1A2B3C"},
		}
		if !awstest.MatchesPattern(t, central.Resources[rule].Properties["EventPattern"], event) {
			t.Errorf("alarms of %s reach nobody but by e-mail", stack)
		}
	}
}
