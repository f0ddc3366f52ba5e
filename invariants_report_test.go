package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
	backupreport "central-s3-backup/internal/report"
)

// readReport reads the report that a run wrote beside its templates.
func readReport(t *testing.T, a *assembly) *backupreport.Report {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, reportDir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r backupreport.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// everyReport calls look with the report of each assembly.
func everyReport(t *testing.T, look func(t *testing.T, a *assembly, r *backupreport.Report)) {
	t.Helper()
	for name, a := range map[string]*assembly{
		"example": example, "fleet": fleet, "gov": gov, "locks": locks, "vaults": vaults, "everything": everything,
	} {
		t.Run(name, func(t *testing.T) { look(t, a, readReport(t, a)) })
	}
}

// kept is what the templates keep of a bucket, in days. Zero: nothing.
type kept struct{ lock, pitr, snapshots, copies int }

// keptOf reads what the templates keep of the buckets that are named in selections, or created.
func keptOf(a *assembly) map[string]kept {
	all := map[string]kept{}
	for _, template := range a.templates {
		for _, bucket := range template.ofType("AWS::S3::Bucket") {
			if days := at(bucket.Properties, "ObjectLockConfiguration", "Rule", "DefaultRetention", "Days"); days != nil {
				name := bucket.Properties["BucketName"].(string)
				k := all[name]
				k.lock = int(days.(float64))
				all[name] = k
			}
		}
		for _, selection := range template.ofType("AWS::Backup::BackupSelection") {
			plan := template.Resources[at(selection.Properties, "BackupPlanId", "Ref").(string)]
			for _, arn := range list(at(selection.Properties, "BackupSelection", "Resources")) {
				name := arn.(string)[strings.LastIndex(arn.(string), ":")+1:]
				if name == "*" {
					continue
				}
				k := all[name]
				for _, rule := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule")) {
					days := int(at(rule, "Lifecycle", "DeleteAfterDays").(float64))
					if at(rule, "EnableContinuousBackup") == true {
						k.pitr = max(k.pitr, days)
					} else {
						k.snapshots = max(k.snapshots, days)
					}
					for _, action := range list(at(rule, "CopyActions")) {
						k.copies = max(k.copies, int(at(action, "Lifecycle", "DeleteAfterDays").(float64)))
					}
				}
				all[name] = k
			}
		}
	}
	return all
}

// TestReportOfBuckets: what the report says of a bucket is what the templates keep of it: the days of each kind, and the earliest moment
// at which data can be gone. Where nothing locks the versions, only what the first backup has counts.
func TestReportOfBuckets(t *testing.T) {
	checked := 0
	everyReport(t, func(t *testing.T, a *assembly, r *backupreport.Report) {
		want := keptOf(a)
		for _, b := range r.Buckets {
			if b.Tagged || b.Name == "" {
				continue
			}
			checked++
			p := r.Protections[slices.IndexFunc(r.Protections, func(p backupreport.Protection) bool { return p.ID == b.Protection })]
			var got kept
			for _, h := range p.Holds {
				switch h.Kind {
				case backupreport.ObjectLockSpan:
					got.lock = h.Days
				case backupreport.PITRSpan:
					got.pitr = h.Days
				case backupreport.SnapshotSpan:
					got.snapshots = max(got.snapshots, h.Days)
				case backupreport.CopySpan:
					got.copies = max(got.copies, h.Days)
				}
			}
			k := want[b.Name]
			if got != k {
				t.Errorf("%s: %+v; the templates keep %+v", b.Name, got, k)
			}
			earliest := max(k.lock, k.pitr, k.snapshots, k.copies)
			if k.lock == 0 && k.pitr > 0 {
				earliest = k.pitr // the next snapshot and copy may come too late
			}
			if p.GoneAfterDays != earliest {
				t.Errorf("%s: gone after %d days; want %d", b.Name, p.GoneAfterDays, earliest)
			}
			if rpo := map[bool]int{true: config.ContinuousRPOMinutes}[k.pitr > 0]; k.pitr > 0 && p.RPOMinutes != rpo ||
				k.pitr+k.snapshots == 0 && p.RPOMinutes != 0 {
				t.Errorf("%s: a newest backup of %d minutes", b.Name, p.RPOMinutes)
			}
		}
	})
	if checked < 20 {
		t.Errorf("%d buckets", checked)
	}
}

// TestReportOfVaults: the report has each vault of the templates, with its lock.
func TestReportOfVaults(t *testing.T) {
	everyReport(t, func(t *testing.T, a *assembly, r *backupreport.Report) {
		found := 0
		for _, template := range a.templates {
			for _, vault := range vaultsOf(template) {
				found++
				name := vault.Properties["BackupVaultName"].(string)
				i := slices.IndexFunc(r.Vaults, func(v backupreport.Vault) bool { return v.Name == name })
				if i < 0 {
					t.Errorf("no %s", name)
					continue
				}
				got := "none"
				if l := r.Vaults[i].Lock; l != nil {
					got = lockText(l.MinDays, l.MaxDays, l.GraceDays)
					if airGapped := r.Vaults[i].Kind == backupreport.AirGappedVault; (l.Mode == config.Compliance) != (l.GraceDays > 0 || airGapped) {
						t.Errorf("%s: mode %s with %d days of grace", name, l.Mode, l.GraceDays)
					}
				}
				want := "none"
				l := vault.Properties["LockConfiguration"]
				if vault.Type == "AWS::Backup::LogicallyAirGappedBackupVault" {
					l = vault.Properties
				}
				if l != nil {
					number := func(key string) int { n, _ := at(l, key).(float64); return int(n) }
					want = lockText(number("MinRetentionDays"), number("MaxRetentionDays"), number("ChangeableForDays"))
				}
				if got != want {
					t.Errorf("%s: lock %s; the template has %s", name, got, want)
				}
			}
		}
		if found != len(r.Vaults) {
			t.Errorf("%d vaults in the report, %d in the templates", len(r.Vaults), found)
		}
	})
}

func lockText(least, most, grace int) string { return fmt.Sprintf("%d to %d, %d", least, most, grace) }

// TestReportOfSizes: sizes of stacks and policies are those of the templates.
func TestReportOfSizes(t *testing.T) {
	everyReport(t, func(t *testing.T, a *assembly, r *backupreport.Report) {
		if !r.Exact {
			t.Error("the sizes are estimates")
		}
		for _, template := range a.templates {
			got := map[string]int{}
			for _, l := range r.Limits {
				if l.Of == template.stack && !l.Estimate {
					got[l.What] = l.Used
				}
			}
			if got[backupreport.ResourceLimit] != len(template.Resources) || got[backupreport.TemplateLimit] != len(template.bytes) {
				t.Errorf("%s: %v; want %d resources, %d bytes", template.stack, got, len(template.Resources), len(template.bytes))
			}
		}
	})
}

// TestDeletersInTemplates: each call that the report says is denied to everybody is denied in the policy of each vault, bucket or key
// that it speaks of. What it says somebody can do first is not denied by it.
func TestDeletersInTemplates(t *testing.T) {
	checked := 0
	everyReport(t, func(t *testing.T, a *assembly, r *backupreport.Report) {
		for _, b := range r.Buckets {
			p := r.Protections[slices.IndexFunc(r.Protections, func(p backupreport.Protection) bool { return p.ID == b.Protection })]
			for _, d := range p.Deleters {
				policy := reportedPolicy(a, r, b, d)
				if policy == nil {
					if !b.Tagged {
						t.Errorf("%s: no policy in %s (key: %v)", b.Name, d.Place, d.Key)
					}
					continue
				}
				checked++
				for _, call := range d.Denied {
					if !deniesEverybody(policy, call) {
						t.Errorf("%s: %s does not deny %s", b.Name, d.Place, call)
					}
				}
				if len(d.How) > 0 && deniesEverybody(policy, d.How[0]) {
					t.Errorf("%s: %s denies %s, which the report says comes first", b.Name, d.Place, d.How[0])
				}
			}
		}
	})
	if checked < 100 {
		t.Errorf("%d policies", checked)
	}
}

// reportedPolicy is the policy of the bucket, vault or key that an answer of the report speaks of.
func reportedPolicy(a *assembly, r *backupreport.Report, b backupreport.Bucket, d backupreport.Deleter) any {
	id, stack := b.Vault, ""
	if d.Place == backupreport.InCentral {
		id, stack = d.Vault, a.cfg.CentralStackNameIn(strings.Split(d.Vault, "/")[1])
	} else {
		i := slices.IndexFunc(r.Workloads, func(w backupreport.Workload) bool { return w.ID == b.Workload })
		stack = r.Workloads[i].Stack
	}
	vault := id[strings.LastIndex(id, "/")+1:]
	template := a.templates[stack]
	if d.Place == backupreport.InBucket {
		for id, bucket := range template.ofType("AWS::S3::Bucket") {
			if bucket.Properties["BucketName"] != b.Name {
				continue
			}
			if d.Key {
				encryption := at(bucket.Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault")
				return template.Resources[at(encryption, "KMSMasterKeyID", "Fn::GetAtt", 0).(string)].Properties["KeyPolicy"]
			}
			for _, policy := range template.ofType("AWS::S3::BucketPolicy") {
				if at(policy.Properties, "Bucket", "Ref") == id {
					return policy.Properties["PolicyDocument"]
				}
			}
		}
		return nil
	}
	for _, of := range vaultsOf(template) {
		switch {
		case of.Properties["BackupVaultName"] != vault:
		case d.Key:
			return template.Resources[at(of.Properties, "EncryptionKeyArn", "Fn::GetAtt", 0).(string)].Properties["KeyPolicy"]
		default:
			return of.Properties["AccessPolicy"]
		}
	}
	return nil
}

// vaultsOf are all vaults of a template, air-gapped ones as well.
func vaultsOf(template template) map[string]resource {
	all := template.ofType("AWS::Backup::BackupVault")
	maps.Copy(all, template.ofType("AWS::Backup::LogicallyAirGappedBackupVault"))
	return all
}

// deniesEverybody says whether a policy denies a call to all people and roles.
func deniesEverybody(policy any, call string) bool {
	return slices.ContainsFunc(list(at(policy, "Statement")), func(s any) bool {
		condition := fmt.Sprint(at(s, "Condition"))
		always := condition == "map[BoolIfExists:map[aws:PrincipalIsAWSService:false]]" || at(s, "Condition") == nil
		return at(s, "Effect") == "Deny" && at(s, "Principal", "AWS") == "*" && always && slices.Contains(list(at(s, "Action")), any(call))
	})
}

// TestReportFlag: a run writes the same report each time, and none with -report=false.
func TestReportFlag(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	args := []string{"-config", exampleFile, "-workload", "dummy-dev", "-out", filepath.Join(dir, "without"), "-report=false"}
	if code := run(args, func(string) string { return "" }, &stdout, &stderr); code != exitDone {
		t.Fatal(stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "without", reportDir)); !os.IsNotExist(err) {
		t.Errorf("a report: %v", err)
	}
	for _, name := range []string{"report.html", "report.md", "report.json"} {
		written, err := os.ReadFile(filepath.Join(example.dir, reportDir, name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := backupreport.Load(example.cfg, backupreport.Sources{Config: exampleFile, Templates: example.dir})
		if err != nil {
			t.Fatal(err)
		}
		files, err := r.Files()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(files, func(f backupreport.File) bool { return f.Name == name })
		if !bytes.Equal(files[i].Text, written) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestEstimatesAreChecked: a mistake in the file of estimates is reported with the others, before Node.js starts.
func TestEstimatesAreChecked(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile("config/testdata/good/estimates.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "backup.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-config", file, "-check"}, func(string) string { return "" }, &stdout, &stderr); code != exitWrong ||
		!strings.Contains(stderr.String(), "backup.yaml:6:12: estimates: there is no such file; got costs/estimates.yaml;") {
		t.Errorf("code %d: %s", code, stderr.String())
	}
}
