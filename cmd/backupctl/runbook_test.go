package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"central-s3-backup/config"
	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/runbook"
	"central-s3-backup/internal/s3fake"
)

// Paths that hold in other directories, too, in which tests run.
var (
	runbookFiles = absolute("../../internal/runbook")
	docsRestore  = absolute("../../docs/restore")
	exampleFile  = absolute("../../testdata/example.yaml")
)

func absolute(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return path
}

// docsWorkload is the workload of docs/restore, in exampleFile.
const docsWorkload = "dummy-prod"

// disaster is what happened, and how to see that it is over.
type disaster struct {
	happens func(*site)
	over    func(*site)
}

// reports are the keys below reports/.
var reports = []string{"reports/a.csv", "reports/b.csv"}

// back says that the bucket itself is as it was.
func back(s *site) { s.wantGood(s.account(), s.bucket) }

// copied are the buckets whose copies come back, as they were in the last night.
func (s *site) copied(account string) {
	for _, use := range s.cfg.TierUses(s.w) {
		for _, b := range use.Buckets {
			if use.Tier.Copied() {
				s.wantGood(s.server.Account(account), config.RestoredBucketName(b.Name, instant("2026-03-02T02:05:00Z")))
			}
		}
	}
}

// gone takes all vaults and buckets away.
func (s *site) gone() {
	for _, use := range s.cfg.TierUses(s.w) {
		if v := s.account().Vault(s.w.Region, s.cfg.TierName(s.w, use.Tier)); v != nil {
			s.account().RemoveVault(v)
		}
		for _, b := range use.Buckets {
			s.account().S3.RemoveBucket(b.Name)
		}
	}
}

func disasters() map[string]disaster {
	restoredTo := config.RestoredBucketName
	return map[string]disaster{
		"object-overwritten": {func(s *site) {
			s.put("reports/a.csv")
			s.before["restore files"] = func(s *site) { // step 3 is for a version that is gone
				back(s)
				s.put("reports/a.csv")
				s.live().Put("reports/a.csv", s3fake.Version{Body: []byte("bad")})
			}
		}, back},
		"prefix-deleted": {func(s *site) {
			s.remove(reports...)
			s.before["restore files"] = func(s *site) {
				back(s)
				for _, key := range reports {
					s.live().Delete(key, time.Time{})
				}
			}
		}, back},
		"bucket-emptied": {func(s *site) {
			s.remove(s.live().Keys()...)
			s.before["restore backup"] = func(s *site) {
				back(s)
				s.account().S3.RemoveBucket(s.bucket)
			}
			s.before["copy-back"] = func(s *site) {
				s.wantGood(s.account(), restoredTo(s.bucket, instant("2026-03-02T10:00:00Z")))
				s.gone()
			}
		}, func(s *site) { s.wantGood(s.account(), restoredTo(s.bucket, instant("2026-03-02T02:05:00Z"))) }},
		"ransomware": {func(s *site) {
			s.put(reports...)
			s.remove("photos/c.jpg")
			s.put("README.txt")
			s.before["--plan plan.gz"] = func(s *site) { s.live().Put("reports/a.csv", s3fake.Version{Body: []byte("bad again")}) }
		}, back},
		"account-compromised": {func(s *site) {
			s.put(reports...)
			s.remove("photos/c.jpg")
			s.account().Leave()
		}, func(s *site) {
			for _, key := range reports {
				if got, err := os.ReadFile(filepath.Join("restored", key)); err != nil || string(got) != good[key] {
					s.Errorf("%s: %s, %v", key, got, err)
				}
			}
			s.untouched(func(c backupfake.Call) bool { return c.Account == s.w.Account })
		}},
		"account-lost": {func(s *site) {
			s.account().Leave()
			s.gone()
		}, func(s *site) {
			s.copied(newAccount)
			s.untouched(func(c backupfake.Call) bool { return c.Account == s.w.Account })
		}},
		"central-lost": {func(s *site) {
			s.before["list-copy-jobs"] = func(s *site) { // the first night is over
				cfg := s.load()
				for _, use := range cfg.TierUses(s.w) {
					for _, b := range use.Buckets {
						if use.Tier.Copied() {
							s.copy(cfg, b.Name, use.Tier, nil)
						}
					}
				}
			}
		}, func(s *site) {
			s.untouched(func(c backupfake.Call) bool { return c.Account == s.cfg.Central.Account })
			if v := s.server.Account(newCentral).Vault(s.cfg.Central.Region, s.cfg.Central.VaultName); v == nil {
				s.Error("no new central vault is deployed")
			}
		}},
		"key-deletion": {
			func(*site) {},
			func(s *site) { s.wantGood(s.account(), restoredTo(s.bucket, instant("2026-03-02T10:00:00Z"))) },
		},
		"region-down": {func(s *site) { s.moved = s.w.Account }, func(s *site) {
			s.copied(s.w.Account)
			s.untouched(func(c backupfake.Call) bool { return c.Region == s.w.Region && c.Operation != "GetCallerIdentity" })
		}},
	}
}

// untouched checks that nobody was asked who cannot answer.
func (s *site) untouched(lost func(backupfake.Call) bool) {
	s.Helper()
	for _, call := range s.server.Calls() {
		if lost(call) {
			s.Errorf("%s in %s was asked for %s", call.Account, call.Region, call.Operation)
		}
	}
}

// TestRunbooks types every command of every page against the fakes: the data comes back, and each output is the one that the page
// shows. -update writes the outputs and the pages of docs/restore.
func TestRunbooks(t *testing.T) {
	for _, name := range runbook.Names() {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, exampleFile, docsWorkload)
			s.suffer(name)
			outputs := s.follow(s.render(name, false))
			s.over(name)
			if *update {
				s.record(name, outputs)
			}
			s.compareDocs(name)
		})
	}
	t.Run(runbook.Overview, func(t *testing.T) {
		s := newSite(t, exampleFile, docsWorkload)
		s.compareDocs(runbook.Overview)
	})
}

// TestAccountLost: a copy of critical_data comes back from the central account to a rebuilt workload account by the printed page
// alone. Nothing of the lost account is left, and what the page lets one deploy is all that the new account has.
func TestAccountLost(t *testing.T) {
	s := newSite(t, exampleFile, docsWorkload)
	s.suffer("account-lost")
	code, page, problems := s.backupctl("runbook", "--workload", docsWorkload, "--for", "account-lost")
	if code != exitDone || problems != "" {
		t.Fatalf("exit code %d: %s", code, problems)
	}
	s.server.ResetCalls()
	s.follow(page)
	rebuilt := s.load().Workloads[0]
	if rebuilt.Account != newAccount || rebuilt.Buckets[0].Tier != "critical_data" {
		t.Errorf("the new workload is %+v", rebuilt)
	}
	s.wantGood(s.server.Account(newAccount), "dummy-prod-critical-data-restored-202603020205")
	s.over("account-lost")
}

// TestRunbooksOfOthers: the pages of workloads with other tiers: their commands run as well.
func TestRunbooksOfOthers(t *testing.T) {
	const small = `version: 1
project: acme
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [backup-oncall@example.com]}
workloads:
  - name: web
    environment: dev
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: web-data, tier: %s}]
`
	dir := t.TempDir()
	if *update { // it is for the pages of docs/restore
		return
	}
	for _, tier := range []string{"standard_data", "curated_data", "critical_data"} {
		file := filepath.Join(dir, tier+".yaml")
		if err := os.WriteFile(file, fmt.Appendf(nil, small, tier), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range runbook.Names() {
			t.Run(tier+"/"+name, func(t *testing.T) {
				s := newSite(t, file, "web-dev")
				s.others = true
				s.suffer(name)
				s.follow(s.render(name, false))
			})
		}
	}
}

func (s *site) suffer(name string) {
	s.Helper()
	d, ok := disasters()[name]
	if !ok {
		s.Fatalf("no test lets %s happen", name)
	}
	d.happens(s)
	s.signIn()
}

func (s *site) over(name string) {
	s.Helper()
	disasters()[name].over(s)
	for with := range s.before {
		s.Errorf("no command has %q", with)
	}
}

// backupctl runs the program.
func (s *site) backupctl(args ...string) (code int, stdout, stderr string) {
	var out, problems bytes.Buffer
	code = run(args, clock{now: s.clock.Now, sleep: s.clock.Advance}, strings.NewReader(""), &out, &problems)
	return code, out.String(), problems.String()
}

// opened has the files of the pages, and remembers which outputs a page has, in their order. One that is not written yet is empty.
type opened struct {
	fs.FS
	steps *[]string
}

func (o opened) Open(name string) (fs.File, error) {
	if !strings.HasPrefix(name, "outputs/") {
		return o.FS.Open(name)
	}
	*o.steps = append(*o.steps, name)
	f, err := o.FS.Open(name)
	if err != nil {
		return fstest.MapFS{name: {}}.Open(name)
	}
	return f, nil
}

// record writes the outputs of a page, with fields of the template in place of names.
func (s *site) record(name string, outputs []string) {
	s.steps = nil
	s.render(name, false)
	if len(s.steps) != len(outputs) {
		s.Fatalf("%s shows %d outputs of %v", name, len(outputs), s.steps)
	}
	for i, output := range outputs {
		if err := os.WriteFile(filepath.Join(runbookFiles, s.steps[i]), []byte(s.fields().Replace(output)), 0o600); err != nil {
			s.Fatal(err)
		}
	}
}

// fields replaces the names of the configuration by fields of the pages, the longest first.
func (s *site) fields() *strings.Replacer {
	values := runbook.Fields(s.cfg, s.w)
	var pairs []string
	for _, value := range slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	}) {
		pairs = append(pairs, value, "{{."+values[value]+"}}")
	}
	return strings.NewReplacer(pairs...)
}

// compareDocs compares a page of docs/restore with its template, or writes it.
func (s *site) compareDocs(name string) {
	s.Helper()
	path := filepath.Join(docsRestore, name+".md")
	text := s.render(name, true)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			s.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.Fatal(err)
	}
	compare(s.T, path+" (go test ./cmd/backupctl -run TestRunbooks -update)", string(want), text)
}

// TestGuides types every command of the guides about restores. That of scale.md is TestScalePage.
func TestGuides(t *testing.T) {
	const lake = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [backup-oncall@example.com]}
workloads:
  - name: dummy
    environment: dev
    account: "222222222222"
    region: eu-west-1
    buckets: [{name: dummy-lake, tier: critical_data}]
`
	file := filepath.Join(t.TempDir(), "lake.yaml")
	if err := os.WriteFile(file, []byte(lake), 0o600); err != nil {
		t.Fatal(err)
	}
	guides, err := filepath.Glob(filepath.Join(docsRestore, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range guides {
		name := strings.TrimSuffix(filepath.Base(path), ".md")
		if slices.Contains(append(runbook.Names(), runbook.Overview, "scale"), name) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "```sh\n") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := newSite(t, file, "dummy-dev")
			t.Setenv("AWS_REGION", s.w.Region)
			s.vars["BUCKET"] = s.bucket // typed when the program asks
			s.put(reports...)
			s.remove("photos/c.jpg")
			if name == "versions" {
				s.before["restore undo"] = func(s *site) {
					s.live().Put("photos/d.jpg", goodVersion("good d")) // nothing but the marker is over it
					s.remove("photos/d.jpg")
					s.types("go run ./cmd/backupctl restore versions --bucket dummy-lake --to 2026-03-02T10:00:00Z --remove-markers --apply")
				}
			}
			s.follow(withoutYAML.ReplaceAllString(string(text), ""))
			for with := range s.before {
				t.Errorf("no command has %q", with)
			}
		})
	}
}

// withoutYAML finds what the guides show of a configuration.
var withoutYAML = regexp.MustCompile("(?ms)^```yaml\n.*?^```\n")
