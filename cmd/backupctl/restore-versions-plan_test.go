package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/internal/rewind/batchtest"
	"central-s3-backup/internal/s3fake"
)

// TestRestoreVersionsPlan: a plan is looked at, carried out, and carried out again.
func TestRestoreVersionsPlan(t *testing.T) {
	l := newLake(t, versioned)
	plan := filepath.Join(t.TempDir(), "plan.jsonl")
	if code, _, stderr := backupctl(t, "", toLake+"--plan-out "+plan); code != exitDone {
		t.Fatal(stderr)
	}
	l.server.ResetRequests()
	code, stdout, stderr := backupctl(t, "", "restore versions --list --plan "+plan)
	compare(t, "standard output", stdout, `copy	data/deleted
delete-marker	data/new
copy	data/overwritten
not-restored (archived)	"odd\nkey"
bucket lake as it was at 2026-03-01T10:00:03Z: dry run, nothing was changed
keys            4, of plan `+plan+`
copy            2, 6 bytes
delete marker   1
not restored    1, archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
with --apply    about 5 requests, and 100ms if each takes 0.1 s
`)
	compare(t, "standard error", stderr, "")
	if r := l.server.Requests(); code != exitDone || r["CopyObject"]+r["DeleteObject"] > 0 {
		t.Errorf("exit code %d, requests %v", code, r)
	}

	code, stdout, stderr = backupctl(t, "lake\n", "restore versions --bucket lake --apply --only copy --plan "+plan)
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            2, of plan `+plan+`
copy            2, 6 bytes
delete marker   0
verified        2 by ETag, 0 by checksum, 0 by size
second listing  2 keys are as they were; 6 versions and delete markers
`)
	compare(t, "standard error", stderr, "Type the bucket's name to change it: ")
	if code != exitDone || l.bucket.Versions("data/new")[0].DeleteMarker {
		t.Errorf("exit code %d", code)
	}

	code, stdout, stderr = backupctl(t, "", "restore versions --apply --yes --plan "+plan)
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            4, of plan `+plan+`
already back    2
copy            0, 0 bytes
delete marker   1
not restored    1, archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
second listing  3 keys are as they were; 10 versions and delete markers
`)
	compare(t, "standard error", stderr, "1 key was not restored: 1 archived\n")
	if code != exitSomeNotRestored {
		t.Errorf("exit code %d", code)
	}
}

// TestRestoreVersionsPlanChanged: a key that others wrote since is left alone.
func TestRestoreVersionsPlanChanged(t *testing.T) {
	l := newLake(t, versioned)
	plan := filepath.Join(t.TempDir(), "plan.gz")
	if code, _, stderr := backupctl(t, "", toLake+"--prefix data/ --plan-out "+plan); code != exitDone {
		t.Fatal(stderr)
	}
	l.bucket.Put("data/overwritten", s3fake.Version{Body: []byte("live"), At: start})
	code, _, stderr := backupctl(t, "", "restore versions --apply --yes --plan "+plan)
	compare(t, "standard error", stderr, "1 key was not restored: 1 changed\n")
	if code != exitSomeNotRestored || string(l.bucket.Versions("data/overwritten")[0].Body) != "live" {
		t.Errorf("exit code %d", code)
	}
}

// TestRestoreVersionsPlanWrong: one line that says where the plan is wrong. S3 is not asked, and nothing is changed.
func TestRestoreVersionsPlanWrong(t *testing.T) {
	l := newLake(t, versioned)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) string {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return "--plan " + at(name)
	}
	if code, _, stderr := backupctl(t, "", toLake+"--plan-out "+at("good")+" --report "+at("report")); code != exitDone {
		t.Fatal(stderr)
	}
	if code, _, stderr := backupctl(t, "", toLake+"--batch-manifest "+at("batch")); code != exitDone {
		t.Fatal(stderr)
	}
	content, err := os.ReadFile(at("good"))
	if err != nil {
		t.Fatal(err)
	}
	good := string(content)
	lines := strings.SplitAfter(good, "\n") // header, four lines, end, nothing
	zip := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	without := func(field string) string { // of the second line, a copy
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[1]), &line); err != nil {
			t.Fatal(err)
		}
		at, parent := line, strings.Split(field, ".")
		for _, name := range parent[:len(parent)-1] {
			at = at[name].(map[string]any)
		}
		delete(at, parent[len(parent)-1])
		text, _ := json.Marshal(line)
		return lines[0] + string(text) + "\n"
	}
	other := strings.Replace(good, `"to":"2026-03-01T10:00:03Z"`, `"to":"2026-03-01T10:00:04Z"`, 1)
	const again = "; make the plan again"
	for _, test := range []struct{ name, flags, want string }{
		{"absent", "--plan " + at("none"), "--plan: stat " + at("none") + ": no such file or directory"},
		{"empty", write("empty", ""), "--plan: " + at("empty") + ":1: this is no plan of --plan-out"},
		{"text", write("text", "hello\nworld\n"), "--plan: " + at("text") + ":1: this is no plan of --plan-out"},
		{"a report", "--plan " + at("report"), "--plan: " + at("report") + ":1: this is no plan of --plan-out"},
		{
			"a directory", "--plan " + dir,
			"--plan: " + dir + ": copy.jsonl.gz is missing; this is no directory of --batch-manifest, or it is not complete",
		},
		{
			"another form", write("form", strings.Replace(good, `"planVersion":2`, `"planVersion":1`, 1)),
			"--plan: " + at("form") + ":1: the plan has form 1, this backupctl reads form 2" + again,
		},
		{
			"no bucket", write("bucket", strings.Replace(good, `"bucket":"lake",`, "", 1)),
			"--plan: " + at("bucket") + ":1: the plan does not say its bucket, its moment, and when the bucket was listed" + again,
		},
		{"cut in a line", write("cut", good[:len(good)-30]), "--plan: " + at("cut") + ":5: the plan was cut in the middle" + again},
		{
			"cut after a line", write("cut2", strings.Join(lines[:3], "")),
			"--plan: " + at("cut2") + ":4: the plan was cut in the middle" + again,
		},
		{"cut in the header", write("cut3", lines[0][:20]), "--plan: " + at("cut3") + ":1: this is no plan of --plan-out"},
		{
			"gzip cut", write("cut.gz", zip(good)[:len(zip(good))-9]),
			"--plan: " + at("cut.gz") + ":7: the plan was cut in the middle: its compressed data ends early" + again,
		},
		{
			"gzip cut at once", write("cut2.gz", zip(good)[:5]),
			"--plan: " + at("cut2.gz") + ":1: the plan was cut in the middle: its compressed data ends early" + again,
		},
		{
			"a line too few", write("few", strings.Replace(good, lines[2], "", 1)),
			"--plan: " + at("few") + ":5: the plan has 3 lines, and was written with 4" + again,
		},
		{
			"a long line", write("long", lines[0]+strings.Repeat("x", 1<<20)),
			"--plan: " + at("long") + ":2: the line has more than 1048576 bytes; this is no plan of --plan-out",
		},
		{"two plans", write("two", good+good), "--plan: " + at("two") + ":7: something follows the end of the plan" + again},
		{
			"no JSON", write("line", lines[0]+"{\"key\": 1}\n"+good),
			"--plan: " + at("line") + ":2: this is no line of a plan",
		},
		{"no key", write("key", without("key")), "--plan: " + at("key") + ":2: the line has no key"},
		{
			"no action", write("action", without("action")),
			"--plan: " + at("action") + `:2: action "" is unknown; want copy, delete-marker, already-back or not-restored`,
		},
		{
			"no source", write("source", without("source")),
			"--plan: " + at("source") + ":2: a copy needs a source with version, ETag and size",
		},
		{
			"no version", write("version", without("source.version")),
			"--plan: " + at("version") + ":2: a copy needs a source with version, ETag and size",
		},
		{
			"no latest", write("latest", without("latest")),
			"--plan: " + at("latest") + ":2: the line does not say which version was the latest",
		},
		{
			"no condition", write("marker", without("latest.marker")),
			"--plan: " + at("marker") + ":2: the latest version has no ETag, so nobody could see whether it changed",
		},
		{
			"a marker on a marker", write("mark", lines[0]+strings.Replace(lines[1], `"copy"`, `"delete-marker"`, 1)),
			"--plan: " + at("mark") + ":2: a delete marker goes on top of a version of a key that did not exist",
		},
		{
			"no reason", write("reason", lines[0]+strings.Replace(lines[4], `"archived"`, `""`, 1)),
			"--plan: " + at("reason") + ":2: the line has no reason for what is not restored",
		},
		{
			"in the future", write("future", strings.Replace(good, "2026-03-01T10:00:03Z", "2027-03-01T10:00:03Z", 1)),
			"--to 2027-03-01T10:00:03Z: the time is not over: it is 2026-03-02T02:17:31Z now; write 2026-03-02T02:17:30Z or earlier",
		},
		{"another bucket", "--bucket lakes --plan " + at("good"), "--bucket lakes: the plan is of bucket lake; leave out --bucket"},
		{"with a time", "--to 3h --plan x", "--to and --plan can't be used together; -h shows the help"},
		{"with a prefix", "--prefix a --plan x", "--prefix and --plan can't be used together; -h shows the help"},
		{"with a key", "--key a --plan x", "--key and --plan can't be used together; -h shows the help"},
		{"with keys", "--keys a --plan x", "--keys and --plan can't be used together; -h shows the help"},
		{"neither", "--bucket lake", "restore versions: want --bucket NAME and --to TIME, or --plan FILE; -h shows the help"},
		{
			"plan to plan", "--plan x --plan-out y",
			"restore versions: --plan FILE is a plan already; want --plan-out with --bucket and --to; -h shows the help",
		},
		{
			"plan to manifest", "--plan x --batch-manifest y",
			"restore versions: --batch-manifest needs a new listing; want it with --bucket and --to; -h shows the help",
		},
		{
			"only what", "--plan x --only marks",
			"restore versions: --only marks: want copy, large or mark, or several with commas; -h shows the help",
		},
		{
			"only of nothing", "--bucket lake --to 3h --only mark",
			"restore versions: --only limits a plan; want --plan FILE with it; -h shows the help",
		},
		{
			"manifest and apply", "--bucket lake --to 3h --apply --batch-manifest y",
			"restore versions: --batch-manifest is for a dry run; leave out --apply; -h shows the help",
		},
		{
			"report and apply", "--plan x --apply --batch-report y",
			"restore versions: --batch-report only verifies; leave out --apply; -h shows the help",
		},
		{
			"report and plan-out", "--bucket lake --to 3h --batch-report y --plan-out z",
			"restore versions: --batch-report only verifies; want --plan-out and --batch-manifest in a run of their own; -h shows the help",
		},
		{
			"a file of a directory", "--plan " + at("batch/mark.jsonl") + " --bucket lakes",
			"--bucket lakes: the plan is of bucket lake; leave out --bucket",
		},
		{
			"a directory of two plans", "--plan " + at("batch"),
			"--plan: " + at("batch/mark.jsonl") + ":1: this file is of another plan than " + at("batch/copy.jsonl.gz"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "a directory of two plans" {
				write("batch/mark.jsonl", other)
			}
			l.server.ResetRequests()
			code, stdout, stderr := backupctl(t, "", "restore versions "+test.flags)
			compare(t, "standard error", stderr, test.want+"\n")
			compare(t, "standard output", stdout, "")
			if code != exitWrong || len(l.server.Requests()) > 0 {
				t.Errorf("exit code %d, requests %v", code, l.server.Requests())
			}
		})
	}
}

// TestRestoreVersionsPlanRefused: what a listing would refuse, a plan does too.
func TestRestoreVersionsPlanRefused(t *testing.T) {
	l := newLake(t, versioned)
	plan := filepath.Join(t.TempDir(), "plan")
	if code, _, stderr := backupctl(t, "", toLake+"--plan-out "+plan); code != exitDone {
		t.Fatal(stderr)
	}
	l.bucket.SetVersioning("Suspended")
	code, _, stderr := backupctl(t, "", "restore versions --apply --yes --plan "+plan)
	compare(t, "standard error", stderr, "--bucket lake: versioning is suspended, so a copy could overwrite version null for good (F-S3-1); "+
		"enable versioning first, or leave out --apply\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
}

// TestRestoreVersionsPlanOutFails: a run that ends early leaves a plan that is refused.
func TestRestoreVersionsPlanOutFails(t *testing.T) {
	l := newLake(t, versioned)
	dir := t.TempDir()
	plan, batch := filepath.Join(dir, "plan"), filepath.Join(dir, "batch")
	l.server.SetFault(expiredFor("ListObjectVersions"))
	if code, _, _ := backupctl(t, "", toLake+"--plan-out "+plan+" --batch-manifest "+batch); code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	l.server.SetFault(nil)
	for _, path := range []string{plan, batch} {
		code, _, stderr := backupctl(t, "", "restore versions --plan "+path)
		if code != exitWrong || !strings.Contains(stderr, ":1: this is no plan of --plan-out") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	}
}

// expiredFor lets an operation fail.
func expiredFor(operation string) func(*http.Request) *s3fake.Fault {
	return func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == operation {
			return s3fake.ExpiredToken()
		}
		return nil
	}
}

// TestRestoreVersionsFilesWrong: files that cannot be written are named with their flags.
func TestRestoreVersionsFilesWrong(t *testing.T) {
	newLake(t, versioned)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for flags, want := range map[string]string{
		"--plan-out " + dir:                       "--plan-out: open " + dir + ": is a directory",
		"--batch-manifest " + dir:                 "--batch-manifest: " + dir + " is not empty; want a new directory",
		"--batch-manifest " + dir + "/file":       "--batch-manifest: mkdir " + dir + "/file: not a directory",
		"--archived-manifest " + dir + "/no/file": "--archived-manifest: open " + dir + "/no/file: no such file or directory",
		"--batch-report " + dir + "/no":           "--batch-report: open " + dir + "/no: no such file or directory",
		"--batch-report s3://reports":             "--batch-report: s3://reports: want s3://BUCKET/KEY of the job's manifest.json",
		"--batch-report " + dir + "/file":         "--batch-report: " + dir + "/file: this is no manifest.json of a completion report of S3 Batch Operations",
	} {
		code, _, stderr := backupctl(t, "", toLake+flags)
		compare(t, "standard error of "+flags, stderr, want+"\n")
		if code != exitWrong {
			t.Errorf("%s: exit code %d", flags, code)
		}
	}
}

// TestRestoreVersionsArchived: the file for a job that retrieves versions, and the line that names it.
func TestRestoreVersionsArchived(t *testing.T) {
	l := newLake(t, versioned)
	path := filepath.Join(t.TempDir(), "retrieve.csv")
	for _, flags := range []string{"", "--apply --yes "} {
		code, stdout, _ := backupctl(t, "", toLake+flags+"--archived-manifest "+path)
		if code == exitWrong || !strings.HasSuffix(stdout, "archived        "+path+": versions to retrieve first\n") {
			t.Errorf("exit code %d: %s", code, stdout)
		}
		content, err := os.ReadFile(path)
		if err != nil || string(content) != "lake,odd%0Akey,"+l.bucket.Versions("odd\nkey")[1].ID+"\n" {
			t.Errorf("got %s, %v", content, err)
		}
		_ = os.Remove(path)
	}
	_, stdout, _ := backupctl(t, "", toLake+"--key data/new --archived-manifest "+path)
	if _, err := os.Stat(path); err == nil || strings.Contains(stdout, path) {
		t.Errorf("there is a file of nothing: %s", stdout)
	}
}

// TestRestoreVersionsBatchReport: keys that a job did not bring back, as text and as JSON, with exit code 3.
func TestRestoreVersionsBatchReport(t *testing.T) {
	l := newLake(t, versioned)
	l.server.CreateBucket("jobs", s3fake.BucketOptions{})
	dir := filepath.Join(t.TempDir(), "batch")
	code, stdout, stderr := backupctl(t, "", toLake+"--prefix data/ --output json --batch-manifest "+dir)
	var got report
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got.Manifest != dir || len(got.Next) != 8 {
		t.Fatalf("exit code %d: %s%s, %v", code, stdout, stderr, err)
	}
	jobs := &batchtest.Jobs{Client: s3fake.NewClient(os.Getenv("AWS_ENDPOINT_URL")), Denied: []string{"data/deleted"}}
	places, err := jobs.RunAll(t.Context(), dir, "jobs")
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = backupctl(t, "", "restore versions --plan "+dir+" --batch-report "+places[0])
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: verified, nothing was changed
keys            3, of plan `+dir+`
already back    1
not restored    1, denied: allow s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:PutObject, s3:PutObjectTagging and s3:DeleteObject, and the same of annotations; then run again
not restored    1, not-verified: run again without --apply, and look at what it finds
job reports     1 tasks succeeded, 1 failed
listing         1 keys are as they were
`)
	compare(t, "standard error", stderr, "2 keys were not restored: 1 denied, 1 not-verified\n")
	if code != exitSomeNotRestored {
		t.Errorf("exit code %d", code)
	}
	// Without the plan, all keys of the bucket are looked at.
	code, stdout, stderr = backupctl(t, "", toLake+"--prefix data/ --output json --batch-report "+places[0])
	compare(t, "standard error", stderr, "warning: without --plan DIR, nobody sees what others wrote before a job copied over it (F-RST-18)\n"+
		"2 keys were not restored: 1 denied, 1 not-verified\n")
	got = report{}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitSomeNotRestored || got.Jobs.Failed != 1 || got.Summary.Confirmed != 2 {
		t.Errorf("exit code %d: %s, %v", code, stdout, err)
	}
	// What the job did not do, the plan does from here.
	if code, _, stderr := backupctl(t, "", "restore versions --apply --yes --plan "+dir); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if code, _, stderr := backupctl(t, "", "restore versions --plan "+dir+" --batch-report "+places[0]); code != exitDone || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, _, stderr = backupctl(t, "", "restore versions --bucket jobs --to 3h --batch-report "+places[0])
	if !strings.Contains(stderr, "never enabled") || code != exitWrong {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestShellWord: words that a shell would read otherwise are quoted.
func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{"a/b-c.d": "a/b-c.d", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := quoted(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}
