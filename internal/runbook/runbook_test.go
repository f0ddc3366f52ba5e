package runbook

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"central-s3-backup/config"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.LoadFile(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return cfg
}

func render(t *testing.T, cfg *config.Config, w config.Workload, name string, o Options) string {
	t.Helper()
	text, err := Render(cfg, w, name, o)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestCopiesOfEachRule: a page says when the copies of each rule start, and for how long they are kept.
func TestCopiesOfEachRule(t *testing.T) {
	text, err := os.ReadFile("../../config/testdata/good/nhs-defaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg := load(t, strings.Replace(string(text), "copy_to_central: {of: continuous, delete_after_days: 365}", "copy_to_central: null", 1))
	page := render(t, cfg, cfg.Workloads[0], "account-lost", Options{})
	for _, at := range []string{"0 0 * * ? *", "0 1 ? * SUN *", "0 2 1 * ? *"} {
		want := "- Copies of `records-prod-images` start at `cron(" + at + ") Etc/UTC`, and are kept for 365 days.\n"
		if !strings.Contains(page, want) {
			t.Errorf("missing %q", want)
		}
	}
	if strings.Count(page, "- Copies of ") != 3 {
		t.Errorf("copies of the continuous rule, of which there are none:\n%s", page)
	}
}

// TestCalled: the commands of a page are those that the reader can type, in a clone and where the programs are installed.
func TestCalled(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ backupctl, app, others string }{
		{"", "", "central-s3-backup "},
		{"backupctl", "central-s3-backup", "go run"},
		{"go run example.com/you/central-s3-backup/cmd/backupctl@v1.2.3", "go run example.com/you/central-s3-backup@v1.2.3", "go run ."},
	} {
		restores, checks := 0, 0
		for _, name := range append(Names(), Overview) {
			page := render(t, cfg, cfg.Workloads[0], name, Options{Backupctl: test.backupctl, App: test.app})
			if strings.Contains(page, test.others) {
				t.Errorf("%s, called as %s, has %q", name, test.backupctl, test.others)
			}
			restores += strings.Count(page, cmp.Or(test.backupctl, "go run ./cmd/backupctl")+" restore ")
			checks += strings.Count(page, cmp.Or(test.app, "go run .")+" -check")
		}
		if restores < 20 || checks == 0 {
			t.Errorf("%s: %d restores, %d checks", test.backupctl, restores, checks)
		}
	}
}

// TestRebuiltLoads: the workload that a page tells to add is valid in every configuration, also a second time.
func TestRebuiltLoads(t *testing.T) {
	tried := 0
	for _, file := range []string{
		"testdata/example", "testdata/fleet", "testdata/gov", "config/testdata/good/vault-locks", // the last one with compliance locks of tiers
	} {
		text, err := os.ReadFile("../../" + file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		cfg := load(t, string(text))
		for _, w := range cfg.Workloads {
			for _, name := range []string{"account-lost", "region-down"} {
				block := yamlBlock.FindStringSubmatch(render(t, cfg, w, name, Options{}))
				if block == nil {
					if cfg.Copies(w) && (name == "account-lost" || w.Region != cfg.Central.Region) {
						t.Errorf("%s: %s of %s adds no workload", file, name, w.ID())
					}
					continue
				}
				tried++
				more := strings.Replace(string(text), "\nworkloads:\n", "\nworkloads:\n"+block[1], 1)
				with := load(t, more)
				again := yamlBlock.FindStringSubmatch(render(t, with, w, name, Options{}))
				if again == nil || again[1] == block[1] {
					t.Errorf("%s: %s of %s adds the same workload a second time", file, name, w.ID())
					continue
				}
				load(t, strings.Replace(more, "\nworkloads:\n", "\nworkloads:\n"+strings.ReplaceAll(again[1], "999999999999", "888888888888"), 1))
			}
		}
	}
	if tried == 0 {
		t.Error("no page adds a workload")
	}
}

const tagged = `version: 1
project: acme
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [backup-oncall@example.com]}
restore: {operators: ["arn:aws:iam::*:role/backup-operators"], remove_delete_markers: true, landing_days: 30}
workloads:
  - name: web
    environment: an-environment-with-a-very-long-name-of-49-letter
    account: "222222222222"
    region: eu-west-1
    select_tagged:
      - critical_data
`

// TestTagged: without named buckets the commands name the workload, and the Region where no configuration helps.
func TestTagged(t *testing.T) {
	cfg := load(t, tagged)
	w := cfg.Workloads[0]
	for name, want := range map[string]string{
		Overview:             "Other buckets with the tag `backup:tier=critical_data`",
		"object-overwritten": "--in-place --profile " + w.ID() + " --workload " + w.ID() + "\n",
		"prefix-deleted":     "With `--remove-markers` it takes",
		"bucket-emptied":     "restore versions --region eu-west-1 --bucket",
		"account-lost":       "    select_tagged:\n      - critical_data\n",
	} {
		if got := render(t, cfg, w, name, Options{}); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, got)
		}
	}
	other := load(t, tagged+"      - {tier: curated_data, tag: {team: lake, env: prod}, except_tag: {backup: no, test: \"yes\"}}\n")
	if got := render(t, other, other.Workloads[0], Overview, Options{}); !strings.Contains(got,
		"Other buckets with the tags `env=prod` and `team=lake`, without `backup=no` and `test=yes`, are in the vault") {
		t.Errorf("the overview lacks other tags:\n%s", got)
	}
	if got := render(t, other, other.Workloads[0], "account-lost", Options{}); !strings.Contains(got, `    select_tagged:
      - critical_data
      - {tier: curated_data, tag: {"env": "prod", "team": "lake"}, except_tag: {"backup": "no", "test": "yes"}}
`) {
		t.Errorf("the new workload has other selections:\n%s", got)
	}
	if got := render(t, cfg, w, "account-lost", Options{}); !strings.Contains(got, "What has landed is deleted after 30 days") {
		t.Error("landing_days of the file is not on the page")
	}
	if got := render(t, cfg, w, Overview, Options{}); strings.Contains(got, "no `restore.operators`") {
		t.Error("the overview misses operators that are there")
	}
	load(t, tagged+
		yamlBlock.FindStringSubmatch(render(t, cfg, w, "account-lost", Options{}))[1])
}

// TestRoleARNs: the profiles of the overview name roles with their path.
func TestRoleARNs(t *testing.T) {
	cfg := load(t, tagged+"role_path: /it/\nrole_prefix: pl-\n")
	page := render(t, cfg, cfg.Workloads[0], Overview, Options{})
	for _, want := range []string{
		"role_arn = arn:aws:iam::222222222222:role/it/pl-acme-operate-web-an-environment-with-a-very-l",
		"role_arn = arn:aws:iam::111111111111:role/it/pl-acme-operate-central\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the overview lacks %q:\n%s", want, page)
		}
	}
}

// TestConfigFlag: every command of a page reads the file that the page was made of.
func TestConfigFlag(t *testing.T) {
	cfg := load(t, tagged+"    buckets: [{name: web-data, tier: critical_data}]\n")
	for _, name := range append(Names(), Overview) {
		page := render(t, cfg, cfg.Workloads[0], name, Options{Config: "my file.yaml"})
		for _, line := range strings.Split(page, "\n") {
			command := strings.HasPrefix(line, "go run ") || strings.HasPrefix(line, "npx ")
			if command && !strings.Contains(line, "--config 'my file.yaml'") && !strings.Contains(line, "-c 'config=my file.yaml'") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// TestNoPage: a name that no page has.
func TestNoPage(t *testing.T) {
	cfg := load(t, tagged)
	if _, err := Render(cfg, cfg.Workloads[0], "head", Options{}); err == nil {
		t.Error("head is no page")
	}
}

// TestUnlockedBuckets: the pages do not promise Object Lock where a tier has none.
func TestUnlockedBuckets(t *testing.T) {
	cfg, err := config.LoadFile("../../config/testdata/good/bucket-settings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	overview := render(t, cfg, cfg.Workloads[0], Overview, Options{})
	for _, row := range []string{"| `dummy-dev-inbox` | curated_data | 0 | 35 |", "| `dummy-dev-ledger` | ledger_data | 90 | 35 |"} {
		if !strings.Contains(overview, row) {
			t.Errorf("the overview lacks %s:\n%s", row, overview)
		}
	}
	const want = "the versions of `dummy-dev-scratch`, `dummy-dev-inbox`, `dummy-dev-exports` from whoever may delete versions"
	if page := render(t, cfg, cfg.Workloads[0], "ransomware", Options{}); !strings.Contains(page, want) {
		t.Errorf("the page lacks %q:\n%s", want, page)
	}
}
