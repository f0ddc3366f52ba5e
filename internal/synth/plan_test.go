package synth

import (
	"encoding/json"
	"strings"
	"testing"

	"central-s3-backup/config"
)

const fleet = `version: 1
project: heron
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-west-1 COMPLIANCE}
alerts: {email: [backup@example.com]}
workloads:
  - {name: web, environment: prod, account: "222222222222", region: eu-west-1, buckets: [{name: heron-web-prod, tier: standard_data}]}
  - {name: web, environment: dev, account: "333333333333", region: eu-west-1, buckets: [{name: heron-web-dev, tier: standard_data}]}
  - {name: api, environment: prod, account: "444444444444", region: eu-west-1, buckets: [{name: heron-api-prod, tier: standard_data}]}
`

// TestStacks: the stacks are listed in the order of their deployment, with what a rollout has to know of each.
func TestStacks(t *testing.T) {
	compliance := strings.Replace(
		fleet,
		" COMPLIANCE",
		`, vault_lock: {mode: compliance, min_retention_days: 7, max_retention_days: 400, changeable_for_days: 7,
  acknowledge_irreversible: central-aws-vault-S3}`,
		1,
	)
	for name, test := range map[string]struct{ file, want string }{
		"a wave for each environment": {
			strings.Replace(fleet, " COMPLIANCE", "", 1), `
central heron-backup-central 111111111111 eu-west-1  wave 0
web-prod heron-backup-web-prod 222222222222 eu-west-1 prod wave 1
api-prod heron-backup-api-prod 444444444444 eu-west-1 prod wave 1
web-dev heron-backup-web-dev 333333333333 eu-west-1 dev wave 2
`,
		},
		"waves and approvals": {
			compliance + `rollout:
  pipeline:
    account: "111111111111"
    region: eu-west-1
    repository: heron/backup
    connection_arn: arn:aws:codeconnections:eu-west-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef
    waves: [[web-dev], [web-prod]]
    approve_before: [web-prod]
`, `
central heron-backup-central 111111111111 eu-west-1  wave 0 approval
web-dev heron-backup-web-dev 333333333333 eu-west-1 dev wave 1
web-prod heron-backup-web-prod 222222222222 eu-west-1 prod wave 2 approval
api-prod heron-backup-api-prod 444444444444 eu-west-1 prod no wave
pipeline-1 heron-backup-pipeline-1-artifacts-eu-west-1 111111111111 eu-west-1  no wave
pipeline-1 heron-backup-pipeline-1 111111111111 eu-west-1  no wave
`,
		},
	} {
		cfg, err := config.Load("backup.yaml", []byte(test.file))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := NewPlan(cfg, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		got.WriteString("\n")
		for _, s := range plan.Stacks() {
			wave := "no wave"
			if s.Wave != nil {
				text, _ := json.Marshal(*s.Wave)
				wave = "wave " + string(text)
			}
			if s.Approval {
				wave += " approval"
			}
			got.WriteString(strings.Join([]string{s.ID, s.Name, s.Account, s.Region, s.Environment, wave}, " ") + "\n")
		}
		if got.String() != test.want {
			t.Errorf("%s: got%swant%s", name, got.String(), test.want)
		}
	}
}
