package runbook

import (
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

// TestRebuiltLoads: the workload that a page tells to add is valid in every configuration, also a second time.
func TestRebuiltLoads(t *testing.T) {
	tried := 0
	for _, file := range []string{"example", "fleet", "gov"} {
		text, err := os.ReadFile("../../testdata/" + file + ".yaml")
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
    select_tagged: [critical_data]
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
		"account-lost":       "    select_tagged: [critical_data]\n",
	} {
		if got := render(t, cfg, w, name, Options{}); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, got)
		}
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
