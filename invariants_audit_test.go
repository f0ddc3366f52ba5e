package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAuditOfEachAccount: the central account and each workload have frameworks, reports and a locked bucket of their own,
// under names that do not collide. Every vault has the statement that the control on manual deletion looks for. As many
// resources are created as the app says, and the policies of cdk bootstrap allow it.
func TestAuditOfEachAccount(t *testing.T) {
	a := synthesizeFile("config/testdata/good/audit-quota.yaml", filepath.Join(t.TempDir(), "out"), nil, "-report=false")
	names := map[string]string{}
	for stack, template := range a.templates {
		if checkDeployPolicies(t, a, template) == 0 {
			t.Errorf("CloudFormation may create nothing of %s", stack)
		}
		if line := fmt.Sprintf("%d resources", len(template.Resources)); !strings.Contains(stackLine(a.stdout, stack), line) {
			t.Errorf("%s has %s; the app says %s", stack, line, stackLine(a.stdout, stack))
		}
		frameworks, reports := template.ofType("AWS::Backup::Framework"), template.ofType("AWS::Backup::ReportPlan")
		if len(frameworks) == 0 || len(reports) < 4 {
			t.Errorf("%s: %d frameworks, %d report plans", stack, len(frameworks), len(reports))
		}
		for _, named := range []struct {
			found map[string]resource
			name  string
		}{{frameworks, "FrameworkName"}, {reports, "ReportPlanName"}} {
			for _, r := range named.found {
				name := fmt.Sprint(r.Properties[named.name])
				if other, twice := names[name]; twice {
					t.Errorf("%s and %s both have %s", stack, other, name)
				}
				names[name] = stack
			}
		}
		locked := 0
		for _, r := range template.ofType("AWS::S3::Bucket") {
			if name := fmt.Sprint(r.Properties["BucketName"]); strings.Contains(name, "-audit-reports-") {
				locked++
				if r.DeletionPolicy != "RetainExceptOnCreate" || r.Properties["ObjectLockEnabled"] != true {
					t.Errorf("%s: %s is not locked and retained", stack, name)
				}
				if strings.Count(string(template.bytes), name) < 2 {
					t.Errorf("%s: nobody is notified of calls on %s", stack, name)
				}
			}
		}
		if locked != 1 {
			t.Errorf("%s: %d buckets for reports", stack, locked)
		}
		for id, r := range template.ofType("AWS::Backup::BackupVault") {
			if strings.HasSuffix(fmt.Sprint(r.Properties["BackupVaultName"]), "-landing") {
				continue // copies that came back for a few days; no tag, and no framework looks at it
			}
			statements, _ := at(r.Properties["AccessPolicy"], "Statement").([]any)
			if !slices.ContainsFunc(statements, func(s any) bool { return at(s, "Sid") == "AuditedDeletion" }) {
				t.Errorf("%s: the policy of %s would be reported", stack, id)
			}
		}
	}
	if len(names) < 30 {
		t.Errorf("%d names", len(names))
	}
}

// stackLine is the line of a stack in what a run prints.
func stackLine(stdout, stack string) string {
	for line := range strings.Lines(stdout) {
		if strings.HasPrefix(line, stack+" ") {
			return line
		}
	}
	return ""
}
