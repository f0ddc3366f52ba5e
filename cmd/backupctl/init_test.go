package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/config"
	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

// initFlags are flags that say everything.
const initFlags = "init --project shop --organization o-a1b2c3d4e5 --central-account 111111111111 --central-region eu-central-1 "

const initWorkload = "--workload shop/prod/022222222222/eu-west-1 "

// inits runs init in a directory, where nobody can answer, and returns what it wrote.
func inits(t *testing.T, line string) (code int, stdout, stderr, file string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "backup.yaml")
	var written, problems bytes.Buffer
	code = run(append(strings.Fields(line), "--out", out), newClock(), strings.NewReader("shop\n"), &written, &problems)
	text, err := os.ReadFile(out)
	if (err == nil) != (code == exitDone) {
		t.Errorf("%s: exit code %d, and the file: %v", line, code, err)
	}
	return code, strings.ReplaceAll(written.String(), out, "OUT"), strings.ReplaceAll(problems.String(), out, "OUT"), string(text)
}

// loaded is the configuration that init wrote.
func loaded(t *testing.T, file string) *config.Config {
	t.Helper()
	cfg, err := config.Load("backup.yaml", []byte(file))
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return cfg
}

// TestInitInstalled: where an installed backupctl writes a file outside of a clone, it says what can be typed there, and the line for
// editors names a schema that the next command writes.
func TestInitInstalled(t *testing.T) {
	program = "backupctl"
	defer func() { program = inClone }()
	t.Chdir(t.TempDir())
	const line = initFlags + initWorkload + "--bucket shop-lake=curated_data --email a@example.com"
	var stdout, stderr bytes.Buffer
	if code := run(strings.Fields(line), newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	compare(t, "standard output", stdout.String(), "wrote backup.yaml; next:\n"+
		"  central-s3-backup -print-schema > schema.json   # for your editor\n"+
		"  central-s3-backup -check   # 0 warnings\n  central-s3-backup\n")
	if text, err := os.ReadFile("backup.yaml"); err != nil || !bytes.HasPrefix(text, []byte("# yaml-language-server: $schema=schema.json\n")) {
		t.Errorf("%v: %.60s", err, text)
	}
}

// TestInitSaysAllMistakes: mistakes in several flags are reported in one run.
func TestInitSaysAllMistakes(t *testing.T) {
	_, _, stderr, _ := inits(t, "init --project Shop --organization a1 --central-account 11 --central-region frankfurt "+
		"--workload shop/prod/222222222222 --bucket shop-lake=critical")
	for _, want := range []string{
		"--project: is not valid", "--organization: is not valid", "--central-account: is not valid", "for frankfurt write eu-central-1",
		"want NAME/ENV/ACCOUNT/REGION", "did you mean critical_data?",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("lacks %q:\n%s", want, stderr)
		}
	}
}

// TestInitFlags: flags alone write a file that the app takes, with what they say.
func TestInitFlags(t *testing.T) {
	code, stdout, stderr, file := inits(
		t,
		initFlags+initWorkload+"--bucket shop-prod/shop-lake=curated_data --existing-bucket shop-prod/shop-old=critical_data "+
			"--bucket shop-prod/2024=critical_sensitive_data --copy-days critical_sensitive_data=2555 --workload shop/1e3/333333333333/us-east-1 "+
			"--bucket shop-1e3/shop-east=standard_data --email a@example.com --key-administrator ci/role,x=y",
	)
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	compare(t, "standard output", stdout, "wrote OUT; next:\n  go run . -config OUT -check   # 1 warning\n  go run . -config OUT\n")
	cfg := loaded(t, file)
	var got []string
	for _, w := range cfg.Workloads {
		for _, b := range w.Buckets {
			got = append(got, fmt.Sprint(w.Name, " ", w.Environment, " ", w.Account, " ", w.Region, " ", b.Name, " ", b.Tier, " ", b.Existing))
		}
	}
	want := []string{
		"shop prod 022222222222 eu-west-1 shop-lake curated_data false", "shop prod 022222222222 eu-west-1 2024 critical_sensitive_data false",
		"shop prod 022222222222 eu-west-1 shop-old critical_data true", "shop 1e3 333333333333 us-east-1 shop-east standard_data false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(cfg.Alerts.Email, []string{"a@example.com"}) ||
		!slices.Equal(cfg.Central.KeyAdministrators, []string{"ci/role", "x=y"}) {
		t.Errorf("got %q and %q", cfg.Alerts.Email, cfg.Central.KeyAdministrators)
	}
	if !regexp.MustCompile(`^# yaml-language-server: \$schema=\S+schema\.json\nversion: 1\n`).MatchString(file) {
		t.Errorf("no line for editors: %s", file)
	}
}

// TestInitMissing: one message names every flag that is missing, and nothing is read from where nobody types.
func TestInitMissing(t *testing.T) {
	for line, want := range map[string]string{
		"init": "this is no terminal, so nobody can be asked; add --project NAME, --organization ID, --central-account ACCOUNT, " +
			"--central-region REGION, --workload NAME/ENV/ACCOUNT/REGION, --bucket NAME=TIER\n",
		initFlags + initWorkload: "this is no terminal, so nobody can be asked; add --bucket NAME=TIER\n",
		initFlags + initWorkload + "--bucket b-1=critical_sensitive_data": "this is no terminal, so nobody can be asked; add " +
			"--copy-days critical_sensitive_data=DAYS\n",
		initFlags + "--from-account dummy-dev": "this is no terminal, so nobody can be asked; add --workload NAME/ENV\n",
		initFlags + initWorkload + "--from-terraform testdata/terraform/unnamed": "nothing was written; add --tier TIER, or " +
			"--bucket shop-prod/NAME=TIER: nothing says the tier of a bucket of shop-prod\n",
	} {
		code, _, stderr, _ := inits(t, line)
		if code != exitWrong {
			t.Errorf("%s: exit code %d", line, code)
		}
		compare(t, "standard error of "+line, stderr, want)
	}
}

// TestInitWrong: what a flag says is checked as the app checks it.
func TestInitWrong(t *testing.T) {
	for line, want := range map[string]string{
		initFlags + "--workload shop/prod": "--workload shop/prod: want NAME/ENV/ACCOUNT/REGION, such as shop/prod/222222222222/eu-central-1",
		initFlags + "--workload shop/prod/2/eu-west-1": "--workload shop/prod/2/eu-west-1: is not valid; got \"2\"; want twelve digits in quotes, " +
			"such as \"012345678901\"",
		"init --central-region Frankfurt":                        "--central-region: is not a Region code; for Frankfurt write eu-central-1 [F-REG-4]",
		initFlags + initWorkload + "--bucket b-1":                "--bucket b-1: want BUCKET=TIER",
		initFlags + initWorkload + "--bucket B=critical_data":    "--bucket B=critical_data: is not valid; got \"B\"",
		initFlags + initWorkload + "--bucket b-1=critcal_data":   "--bucket b-1 critcal_data: there is no such tier; did you mean critical_data?",
		initFlags + initWorkload + "--bucket x/b-1=curated_data": "--bucket x/b-1=curated_data: there is no workload for it",
		initFlags + initWorkload + "--workload a/b/222222222222/eu-west-1 --bucket b-1=curated_data": "--bucket b-1=curated_data: there are several " +
			"workloads; write shop-prod/b-1=curated_data for the first",
		initFlags + "--bucket b-1=curated_data":                   "--bucket b-1=curated_data: there is no workload for it",
		initFlags + "--copy-days critical_data=0":                 "--copy-days critical_data: is out of range; got 0; want 1 to 36500 days [F-S3-4]",
		initFlags + "--copy-days x=1":                             "--copy-days x: there is no such tier",
		"init --from-account a --from-terraform b":                "--from-account and --from-terraform: write one of them",
		"init --region eu-west-1":                                 "--region and --endpoint-url belong to --from-account",
		"init --var var.x=1":                                      "--var belongs to --from-terraform",
		"init --tier critical_data":                               "--tier and --tag-key belong to --from-account and --from-terraform",
		"init --from-terraform . --tier x":                        "--tier x: there is no such tier",
		initFlags + initWorkload + "--from-terraform . --var x=1": "--var x=1: want var.NAME=VALUE or local.NAME=VALUE",
		initFlags + initWorkload + "--from-terraform nope":        "--from-terraform: nope is not a directory that can be read",
		initFlags + "--from-account a --workload a/b/222222222222/eu-west-1": "--workload a/b/222222222222/eu-west-1: --from-account knows the " +
			"account and the Region; write one workload, as NAME/ENV",
		initFlags + initWorkload + "--bucket b-1=curated_data --bucket b-1=critical_data": "nothing was written: the file would have mistakes:\nOUT:",
	} {
		code, _, stderr, _ := inits(t, line)
		if code != exitWrong || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d: %s, want %s", line, code, stderr, want)
		}
	}
}

// TestInitOverwritesNothing: neither a file that is there, nor one that another run writes at the same time.
func TestInitOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "backup.yaml")
	start := func(project string) (int, string) {
		var stdout, stderr bytes.Buffer
		line := strings.Replace(initFlags, "shop", project, 1) + initWorkload + "--bucket b-1=curated_data --out " + out
		return run(strings.Fields(line), newClock(), strings.NewReader(""), &stdout, &stderr), stderr.String()
	}
	var codes [8]int
	var all sync.WaitGroup
	for i := range codes {
		all.Go(func() { codes[i], _ = start(fmt.Sprintf("shop%d", i)) })
	}
	all.Wait()
	first := slices.Index(codes[:], exitDone)
	if first < 0 || slices.Index(codes[first+1:], exitDone) >= 0 {
		t.Fatalf("exit codes %v, want one 0", codes)
	}
	before, err := os.ReadFile(out)
	if err != nil || loaded(t, string(before)).Project != fmt.Sprintf("shop%d", first) {
		t.Errorf("the file is not of run %d: %s, %v", first, before, err)
	}
	// write itself refuses, too: the file may come while somebody answers.
	c := &initialize{Out: out}
	d := &draft{project: "late", organization: "o-a1b2c3d4e5", account: "111111111111", region: "eu-central-1", workloads: []*draftWorkload{
		{
			name:        "a",
			environment: "b",
			account:     "222222222222",
			region:      "eu-west-1",
			buckets:     []draftBucket{{name: "b-1", tier: "curated_data"}},
		},
	}}
	want := out + " is there already, and init overwrites nothing; write --out FILE"
	if err := c.write(d, &bytes.Buffer{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if code, stderr := start("later"); code != exitWrong || stderr != want+"\n" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if after, err := os.ReadFile(out); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file changed: %v", err)
	}
}

// TestInitExplains: every tier has two lines, with the numbers of its row.
func TestInitExplains(t *testing.T) {
	var text bytes.Buffer
	(&asker{out: &text}).explain()
	for _, tier := range config.BuiltinTiers() {
		_, rest, found := strings.Cut(text.String(), "  "+tier.Name+": ")
		lines := strings.SplitN(rest, "\n", 3)
		if !found || len(lines) < 3 {
			t.Fatalf("no two lines of %s: %s", tier.Name, text.String())
		}
		wants := []string{fmt.Sprintf("each version %d days", tier.ObjectLock.Days)}
		for _, r := range tier.Rules() {
			if r.Continuous {
				wants = append(wants, fmt.Sprintf("any moment of the last %d days", r.DeleteAfterDays))
			} else {
				wants = append(wants, fmt.Sprintf("snapshots kept %d days", r.DeleteAfterDays))
			}
			if r.Copied && r.CopyDeleteAfterDays > 0 {
				wants = append(wants, fmt.Sprintf("central account, kept %d days", r.CopyDeleteAfterDays))
			}
		}
		for _, want := range wants {
			if !strings.Contains(lines[0]+lines[1], want) {
				t.Errorf("%s: got %q, want %q", tier.Name, lines[:2], want)
			}
		}
		if strings.Contains(lines[1], "of its own") != tier.DedicatedKey || strings.Contains(lines[1], "No AWS Backup") == tier.BackedUp() {
			t.Errorf("%s: got %q", tier.Name, lines[1])
		}
	}
}

// TestInitTerraform: the article's Terraform gives buckets with tiers, and its faults are named, each with its facts.
func TestInitTerraform(t *testing.T) {
	from := initFlags + initWorkload + "--from-terraform testdata/terraform/article "
	code, stdout, stderr, file := inits(t, from+"--var local.environment=dev")
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	golden(t, "testdata/terraform/article.txt", stdout)
	for fact, at := range map[string]string{ // the rows of docs/article.md that a file can show
		"F-LOCK-3, F-LOCK-4": "workload.tf:68", "F-LOCK-1, F-LOCK-6": "central.tf:55", "F-S3-6, F-TIER-1": "workload.tf:68",
		"F-S3-8": "workload.tf:46", "F-KMS-1": "central.tf:7", "F-KMS-3": "central.tf:7", "F-KMS-2": "central.tf:7",
		"F-COPY-8, F-KMS-4": "central.tf:7", "F-COPY-3": "central.tf:62", "F-IAM-1, F-IAM-3": "workload.tf:54",
		"F-S3-1, F-S3-12": "workload.tf:74", "F-S3-19": "workload.tf:63", "F-OL-5": "workload.tf:10", "F-EVT-2": "workload.tf:59",
		"F-EVT-1": "workload.tf:59", "F-EVT-5": "workload.tf:58",
	} {
		if !regexp.MustCompile(`(?m)^testdata/terraform/article/` + regexp.QuoteMeta(at) + `:\d+: .*\[` + fact + `\]$`).MatchString(stdout) {
			t.Errorf("no fault [%s] at %s", fact, at)
		}
	}
	got := map[string]string{}
	for _, b := range loaded(t, file).Workloads[0].Buckets {
		got[b.Name] = fmt.Sprint(b.Tier, " ", b.Existing)
	}
	want := map[string]string{
		"project-standard-data": "standard_data true", "prefix-dummy-dev-database-sensitive-data-bucket": "sensitive_data true",
		"dummy-dev-sensitive-data-logs": "sensitive_data true", "dummy-dev-curated-data-logs": "curated_data true",
		"prefix-dummy-dev-database-critical-data-bucket": "critical_data true", "dummy-dev-critical-data-logs": "critical_data true",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestInitUnknown: what Terraform has elsewhere is said, and its buckets stay comments.
func TestInitUnknown(t *testing.T) {
	code, stdout, _, file := inits(t, initFlags+initWorkload+"--from-terraform testdata/terraform/article")
	if code != exitDone || !strings.Contains(stdout, "workload.tf:33:7: local.environment has no value in these files; if you know it, add "+
		"--var local.environment=VALUE\n") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	if buckets := loaded(t, file).Workloads[0].Buckets; len(buckets) != 1 {
		t.Errorf("got %v, want the one with a complete name", buckets)
	}
	for _, want := range []string{
		"      # - {name: dummy-${local.environment}-critical-data-logs, tier: TIER, existing: true}\n",
		"        # tier critical_data; the name is not complete: local.environment has no value\n",
	} {
		if !strings.Contains(file, want) {
			t.Errorf("no %q in\n%s", want, file)
		}
	}
	_, stdout, _, file = inits(t, initFlags+initWorkload+"--from-terraform testdata/terraform/resources --tier sensitive_data")
	golden(t, "testdata/terraform/resources.txt", stdout)
	golden(t, "testdata/terraform/resources.yaml", regexp.MustCompile(`schema=\S+`).ReplaceAllString(file, "schema=SCHEMA"))
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	compareActions(t, file, got)
}

// newSurvey is an account with buckets that lack something.
func newSurvey(t *testing.T) (*backupfake.Server, *backupfake.Account) {
	server := backupfake.New(backupfake.Options{Clock: s3fake.NewClock(start).Now})
	dev := server.Account("222222222222")
	tagged := func(key, value string) map[string]string {
		return map[string]string{"tagging": "<Tagging><TagSet><Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag></TagSet></Tagging>"}
	}
	dev.S3.CreateBucket("bare", s3fake.BucketOptions{Region: "eu-west-1", Settings: tagged("backup:tier", "curated_data")})
	fine := tagged("backup:tier", "Critical Data")
	fine["encryption"], fine["notification"], fine["object-lock"] = blocked, events, strings.Replace(locked, "30", "35", 1)
	dev.S3.CreateBucket("fine", s3fake.BucketOptions{
		Region: "eu-west-1", Versioning: types.BucketVersioningStatusEnabled, Settings: fine,
	})
	dev.S3.CreateBucket("other", s3fake.BucketOptions{Region: "eu-west-1", Settings: tagged("team", "x")})
	dev.S3.CreateBucket("far", s3fake.BucketOptions{Region: "us-east-1"})
	dev.SetStorage("eu-west-1", "BucketSizeBytes", "fine", "StandardStorage", 3<<40)
	dev.SetStorage("eu-west-1", "BucketSizeBytes", "fine", "StandardIAStorage", 1<<39)
	dev.SetStorage("eu-west-1", "NumberOfObjects", "fine", "AllStorageTypes", 1234567)
	signIn(t, server.Listen(t))
	return server, dev
}

const fromDev = initFlags + "--workload shop/prod --from-account dummy-dev --region eu-west-1 "

// TestInitAccount: the buckets of an account, with what each lacks, its size and a tier by its tag.
func TestInitAccount(t *testing.T) {
	server, _ := newSurvey(t)
	code, stdout, stderr, file := inits(t, fromDev)
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	golden(t, "testdata/init-account.yaml", strings.ReplaceAll(regexp.MustCompile(`schema=\S+`).ReplaceAllString(file, "schema=SCHEMA"),
		regexp.MustCompile(`--config (\S+backup\.yaml)`).FindStringSubmatch(file)[1], "OUT"))
	if !strings.HasPrefix(stdout, "wrote OUT") {
		t.Errorf("got %s", stdout)
	}
	got := map[string]string{}
	w := loaded(t, file).Workloads[0]
	for _, b := range w.Buckets {
		got[b.Name] = fmt.Sprint(b.Tier, " ", b.Existing)
	}
	if want := "map[bare:curated_data true fine:critical_data true]"; fmt.Sprint(got) != want || w.Account != "222222222222" {
		t.Errorf("got %v of %s, want %s", got, w.Account, want)
	}
	of := func(bucket string) string {
		_, rest, _ := strings.Cut(file, "{name: "+bucket+",")
		notes, _, _ := strings.Cut(rest, "{name:")
		return notes
	}
	for bucket, wants := range map[string][]string{
		"bare":  {"(F-S3-1)", "(F-S3-12)", "(F-OL-3)", "(F-S3-3)", "size unknown"},
		"fine":  {"tag backup:tier=Critical Data", "3.5 TiB in 1234567 objects"},
		"other": {"tier: TIER", "no tag backup:tier; its tags are team; choose a tier"},
	} {
		for _, want := range wants {
			if !strings.Contains(of(bucket), want) {
				t.Errorf("%s: no %q in %s", bucket, want, of(bucket))
			}
		}
	}
	if strings.Contains(of("fine"), "wrong") || !strings.Contains(file, "# us-east-1 has 1 bucket more: far; that is another workload") {
		t.Errorf("got %s", file)
	}
	for _, call := range server.Calls() {
		if !regexp.MustCompile(`^(Get|List|Head)`).MatchString(call.Operation) {
			t.Errorf("init called %s, which changes something", call.Operation)
		}
	}
	compareActions(t, "testdata/actions-init.txt", (&lab{T: t, server: server}).actions())
}

// TestInitAccountTags: another tag, and a tier for the rest.
func TestInitAccountTags(t *testing.T) {
	newSurvey(t)
	_, _, stderr, file := inits(t, fromDev+"--tag-key team --tier sensitive_data --existing-bucket bare=standard_data")
	got := ""
	for _, b := range loaded(t, file).Workloads[0].Buckets {
		got += b.Name + "=" + b.Tier + " "
	}
	if want := "bare=standard_data fine=sensitive_data other=sensitive_data "; got != want ||
		!strings.Contains(file, "tag team=x names no tier") {
		t.Errorf("got %s, want %s: %s%s", got, want, stderr, file)
	}
}

// TestInitAccountDenied: what the credentials may not read is unknown, and says which right is missing.
func TestInitAccountDenied(t *testing.T) {
	server, dev := newSurvey(t)
	server.SetFault(func(call backupfake.Call) *backupfake.Fault {
		if strings.HasPrefix(call.Action, "cloudwatch:") {
			return backupfake.Denied(call)
		}
		return nil
	})
	dev.S3.SetFault(func(r *http.Request) *s3fake.Fault {
		if asked := s3fake.Describe(r); asked.Operation == "GetBucketTagging" && asked.Bucket == "fine" {
			return &s3fake.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return nil
	})
	code, _, stderr, file := inits(t, fromDev)
	for _, want := range []string{"size unknown: ", "cloudwatch:ListMetrics", "the tags cannot be read; choose", "may not use s3:GetBucketTagging"} {
		if code != exitDone || !strings.Contains(file, want) {
			t.Errorf("exit code %d: %s, no %q in %s", code, stderr, want, file)
		}
	}
}

// TestInitAccountRefused: what cannot be read at all.
func TestInitAccountRefused(t *testing.T) {
	newSurvey(t)
	for line, want := range map[string]string{
		strings.Replace(fromDev, "dummy-dev", "nope", 1):      "--from-account nope: there is no such profile\n",
		strings.Replace(fromDev, "--region eu-west-1", "", 1): "--from-account dummy-dev: the profile has no Region; write --region REGION\n",
		fromDev + "--endpoint-url aws":                        "--endpoint-url aws: this is not a URL; write https://HOST\n",
		strings.Replace(fromDev, "eu-west-1", "ap-east-1", 1): "nothing was written; add --tier TIER, or --bucket shop-prod/NAME=TIER: nothing says " +
			"the tier of a bucket of shop-prod\n",
	} {
		code, _, stderr, _ := inits(t, line)
		if code != exitWrong {
			t.Errorf("%s: exit code %d", line, code)
		}
		compare(t, "standard error of "+line, stderr, want)
	}
}
