package constructs

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestValidateRolesInPatterns: calls of the validator are left out while the ARNs of its roles fit into the patterns.
func TestValidateRolesInPatterns(t *testing.T) {
	for _, test := range []struct {
		name        string
		roles, path int
		leftOut     bool
	}{
		{"eight roles with the longest names", 8, 0, true},
		{"nine roles", 9, 0, false},
		{"a role with the longest path", 1, 512, true},
		{"eight roles with a long path", 8, 100, false},
	} {
		tampering := Tampering{
			VaultNames:       []string{"vault"},
			RecoveryPoints:   []string{"arn:aws-us-gov:backup:us-gov-west-1:222222222222:recovery-point:"},
			AnyRecoveryPoint: "arn:aws-us-gov:backup:us-gov-west-1:222222222222:recovery-point:",
			DeployRoleARN:    "arn:aws-us-gov:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-us-gov-west-1",
			Alerts:           AlertParts{RulePrefix: "rule", AlarmPrefixes: []string{"alarm"}, TopicARN: "topic"},
		}
		for i := range test.roles {
			name := fmt.Sprintf("%064d", i)
			if test.path > 0 {
				name = strings.Repeat("p", test.path-2) + "/" + name
			}
			tampering.ReaderRoleARNs = append(tampering.ReaderRoleARNs, "arn:aws-us-gov:iam::222222222222:role/"+name)
		}
		for _, rule := range tampering.Rules() {
			text, err := json.Marshal(rule.pattern())
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > maxPatternBytes {
				t.Errorf("%s: the pattern of %s has %d bytes", test.name, rule.ID, len(text))
			}
			if in := strings.Contains(string(text), tampering.ReaderRoleARNs[0]); rule.ID == "AccountCalls" && in != test.leftOut {
				t.Errorf("%s: left out of %s: %v", test.name, rule.ID, in)
			}
		}
	}
}
