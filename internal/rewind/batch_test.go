package rewind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"

	"central-s3-backup/internal/rewind/batchtest"
	"central-s3-backup/internal/s3fake"
)

// manifest makes a directory of --batch-manifest by a dry run.
func (l *lake) manifest(t fataler, dir string, to time.Time, change ...func(*Run)) *Manifest {
	m, err := NewManifest(dir, PlanHeader{Bucket: "lake", To: to}, "aws")
	if err != nil {
		t.Fatalf("%v", err)
	}
	m.rows = 2 // several files
	r := l.run(to)
	r.Apply, r.Each = false, m.Add
	for _, c := range change {
		c(r)
	}
	_, err = r.Do(context.Background())
	if err = errors.Join(err, m.Close(l.clock.Now(), err)); err != nil {
		t.Fatalf("%v", err)
	}
	return m
}

// batch lets S3 Batch Operations do the copies of a directory, but those of some keys, and returns the places of the reports.
func (l *lake) batch(t fataler, dir string, denied ...string) []string {
	if l.server.Bucket("jobs") == nil {
		l.server.CreateBucket("jobs", s3fake.BucketOptions{})
	}
	places, err := (&batchtest.Jobs{Client: l.client, Denied: denied}).RunAll(context.Background(), dir, "jobs")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return places
}

// verified verifies what jobs did.
func (l *lake) verified(t fataler, dir string, places []string) Summary {
	plan, err := OpenPlan(dir, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	jobs := &JobReports{}
	for _, place := range places {
		if err := jobs.Read(context.Background(), l.client, place, "lake"); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return l.follow(t, plan, looking, func(r *Run) { r.Jobs = jobs })
}

// TestBatchProperty: S3 Batch Operations copies, this program does the rest, and the bucket is as it was. The listing then
// confirms every key.
func TestBatchProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "batch")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		l := newLake(t, s3fake.BucketOptions{}, rapid.IntRange(1, 7).Draw(t, "page"))
		from := l.begin(t)
		to := from.Add(time.Duration(rapid.IntRange(0, int(l.clock.Now().Sub(from)/time.Second)-1).Draw(t, "to")) * time.Second)
		want := l.view(to)
		m := l.manifest(t, dir, to, func(r *Run) { r.MultipartAbove = 1 })
		l.clock.Advance(2 * time.Second)
		places := l.batch(t, dir)
		l.clock.Advance(2 * time.Second)
		rest, err := OpenPlan(dir, []Kind{KindMark, KindLarge})
		if err != nil || rest.Lines != m.Large+m.Marks {
			t.Fatalf("%d lines of %+v, %v", rest.Lines, m, err)
		}
		if summary := l.follow(t, rest); summary.Failed > 0 || summary.Copied != m.Large || summary.Marked != m.Marks {
			t.Fatalf("%+v, %s", summary, failures(summary))
		}
		l.compare(t, to, want)
		known := l.ids()
		summary := l.verified(t, dir, places)
		if summary.Failed > 0 || summary.Confirmed != summary.Keys || summary.Confirmed < m.Copies+m.Large+m.Marks || len(l.ids()) != len(known) {
			t.Fatalf("%+v of %+v, %s", summary, m, failures(summary))
		}
		// The whole directory can be carried out again, and has nothing to do.
		all, err := OpenPlan(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if again := l.follow(t, all); again.Copied+again.Marked+again.Failed > 0 || len(l.ids()) != len(known) {
			t.Fatalf("again: %+v, %s", again, failures(again))
		}
	})
}

// TestBatchReport: what a job could not do is reported by its reason; what others wrote before the job copied is beneath the
// copy, is reported, and is not lost.
func TestBatchReport(t *testing.T) {
	l := newLake(t, enabled, 10)
	for _, key := range []string{"a b%20+ü", "denied, %41", "fine", "late", "not done", "written"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.put("new", "bad", 5)
	l.put("new, and written", "bad", 5)
	l.bucket.Put("archived", s3fake.Version{Body: []byte("old"), At: second(1), StorageClass: types.StorageClassGlacier})
	l.put("archived", "bad", 5)
	l.clock.Advance(10 * time.Second)
	dir := filepath.Join(t.TempDir(), "dir")
	l.manifest(t, dir, second(3))
	l.clock.Advance(2 * time.Second)
	live := l.bucket.Put("written", s3fake.Version{Body: []byte("live")})
	l.clock.Advance(2 * time.Second)
	places := l.batch(t, dir, "denied, %41", "not done")
	l.batch(t, dir, "denied, %41", "not done") // a job that is repeated hides nothing
	l.clock.Advance(2 * time.Second)
	l.bucket.Put("late", s3fake.Version{Body: []byte("live")})
	summary := l.verified(t, dir, places)
	text := failures(summary)
	for _, want := range []string{
		`archived: "archived": storage class GLACIER`,
		`changed: "late": version `,
		`changed: "written": version ` + live.ID + " was written after the plan was made, and lies beneath the copy",
		`denied: "denied, %41": S3 Batch Operations: AccessDenied (403): Access Denied, said S3`,
		`denied: "not done": S3 Batch Operations: AccessDenied`,
		`not-verified: "new": the key did not exist, and has no delete marker on top`,
		`not-verified: "new, and written": the key did not exist`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if summary.Failed != 7 || summary.Confirmed != 2 || summary.Copied+summary.Marked > 0 || l.server.Requests()["DeleteObject"] > 0 {
		t.Errorf("%+v\n%s", summary, text)
	}
	if got := l.history("written"); !strings.HasSuffix(got, "live bad old") {
		t.Errorf("got %s", got)
	}
}

// TestBatchReportAlone: without the plan, a listing tells what is not back, and the report why.
func TestBatchReportAlone(t *testing.T) {
	l := newLake(t, enabled, 10)
	for _, key := range []string{"denied", "fine"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	dir := filepath.Join(t.TempDir(), "dir")
	l.manifest(t, dir, second(3))
	places := l.batch(t, dir, "denied")
	l.clock.Advance(2 * time.Second)
	r := l.run(second(3))
	r.Apply, r.Jobs = false, &JobReports{}
	if err := r.Jobs.Read(t.Context(), l.client, places[0], "lake"); err != nil {
		t.Fatal(err)
	}
	summary, err := r.Do(t.Context())
	if err != nil || summary.Confirmed != 1 || summary.Failed != 1 || allOf(summary.Reasons[Denied])[0].Key != "denied" ||
		r.Jobs.Succeeded != 1 || r.Jobs.Failed != 1 {
		t.Errorf("%+v, %s, %+v, %v", summary, failures(summary), r.Jobs, err)
	}
}

// TestBatchReportLocal: the same report, copied from S3 to here.
func TestBatchReportLocal(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.put("k", "old", 1)
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	dir := filepath.Join(t.TempDir(), "dir")
	l.manifest(t, dir, second(3))
	place := l.batch(t, dir, "k")[0]
	jobs := l.server.Bucket("jobs")
	_, folder, _ := strings.Cut(strings.TrimSuffix(place, "manifest.json"), "s3://jobs/")
	local := t.TempDir()
	for _, key := range jobs.Keys() {
		name, ok := strings.CutPrefix(key, folder)
		if !ok {
			continue
		}
		path := filepath.Join(local, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, jobs.Versions(key)[0].Body, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, places := range [][]string{{place}, {filepath.Join(local, "manifest.json")}} {
		summary := l.verified(t, dir, places)
		if summary.Failed != 1 || summary.Reasons[Denied] == nil {
			t.Errorf("%+v, %s", summary, failures(summary))
		}
	}
	err := (&JobReports{}).Read(t.Context(), l.client, "s3://jobs/none/manifest.json", "lake")
	if err == nil || !strings.HasPrefix(err.Error(), "s3://jobs/none/manifest.json cannot be read: NoSuchKey") {
		t.Errorf("got %v", err)
	}
}

// TestBatchReportReasons: codes of failed tasks, in either order of the columns.
func TestBatchReportReasons(t *testing.T) {
	for row, want := range map[string]Reason{
		"AccessDenied,403,Access Denied":                              Denied,
		"403,AccessDenied,Access Denied":                              Denied,
		"403,PermanentFailure,Access denied by policy":                Denied,
		"404,NoSuchVersion,The specified version does not exist":      Expired,
		"404,PermanentFailure,gone":                                   Expired,
		"403,InvalidObjectState,The operation is not valid":           Archived,
		"400,KMS.DisabledException,arn is disabled":                   Key,
		"200,PermanentFailure,not authorized to perform: kms:Decrypt": Key,
		"500,InternalError,We encountered an internal error":          Other,
		"PermanentFailure,,no status":                                 Other,
	} {
		j := &JobReports{}
		schema := []string{"Bucket", "Key", "VersionId", "TaskStatus", "ErrorCode", "HTTPStatusCode", "ResultMessage"}
		if err := j.tasks(strings.NewReader("lake,a%20b,v,failed,"+row+"\n"), "x.csv", "lake", schema); err != nil {
			t.Fatal(err)
		}
		for _, other := range []Result{{Key: "a b", SourceVersion: "w", Outcome: Copied}, {Key: "b", SourceVersion: "v", Outcome: Copied}} {
			if got := j.blame(other); got.Reason != NotThere {
				t.Errorf("%+v", got)
			}
		}
		if got := j.blame(Result{Key: "a b", SourceVersion: "v", Outcome: Copied}); got.Outcome != Failed || got.Reason != want {
			t.Errorf("%s: got %+v", row, got)
		}
	}
}

// TestBatchReportWrong: files that are no completion report of this bucket.
func TestBatchReportWrong(t *testing.T) {
	const good = `{"Format":"Report_CSV_20180820","Results":[{"TaskExecutionStatus":"failed","Bucket":"r","Key":"job-1/results/f.csv"}],` +
		`"ReportSchema":"Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"}`
	for _, test := range []struct{ manifest, rows, want string }{
		{"", "", "DIR/manifest.json: this is no manifest.json of a completion report of S3 Batch Operations"},
		{"bucket,key\n", "", "DIR/manifest.json: this is no manifest.json of a completion report of S3 Batch Operations"},
		{good[:40], "", "DIR/manifest.json: this is no manifest.json of a completion report of S3 Batch Operations"},
		{`{"Results":[]}`, "", "DIR/manifest.json: this is no manifest.json of a completion report of S3 Batch Operations"},
		{strings.ReplaceAll(good, "VersionId, ", ""), "x", "DIR/f.csv: the report has no column VersionId"},
		{good, "", "DIR/manifest.json: f.csv is missing beside it; " +
			"copy the whole folder of the job with aws s3 cp --recursive, or write s3://…"},
		{good, "lake,k,v,failed,403,x,y\nlakes,k,v,failed,403,x,y\n",
			"DIR/f.csv:2: the task is of bucket lakes; want lake: this is the report of another job"},
		{good, "lake,k,v,done,403,x,y\n", `DIR/f.csv:1: task status "done" is unknown; want succeeded or failed`},
		{good, "lake,k,v,fai", "DIR/f.csv: record on line 1: wrong number of fields"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(test.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if test.rows != "" {
			if err := os.WriteFile(filepath.Join(dir, "f.csv"), []byte(test.rows), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := (&JobReports{}).Read(t.Context(), nil, filepath.Join(dir, "manifest.json"), "lake")
		if got := strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// TestManifest: which file has what, in the form that AWS documents (F-RST-19).
func TestManifest(t *testing.T) {
	l := newLake(t, enabled, 10)
	old := func(key string, class types.StorageClass, size int64) s3fake.Version {
		v := l.bucket.Put(key, s3fake.Version{Size: size, StorageClass: class, At: second(1)})
		l.put(key, "bad", 5)
		return v
	}
	a, b, c := old("a b/ü,\"+%\n", "STANDARD", 1), old("b", "STANDARD", MaxCopy), old("c", "STANDARD", 1)
	ia := old("ia", "STANDARD_IA", 1)
	old("large", "STANDARD", MaxCopy+1)
	old("rrs", "REDUCED_REDUNDANCY", 1)
	glacier, deep := old("glacier", "GLACIER", 1), old("deep", "DEEP_ARCHIVE", 1)
	l.put("new", "bad", 5)
	l.put("same", "old", 1)
	l.clock.Advance(10 * time.Second)
	dir := filepath.Join(t.TempDir(), "dir")
	m := l.manifest(t, dir, second(3))
	if m.Copies != 4 || m.Large != 2 || m.Marks != 1 || m.Archived != 2 {
		t.Errorf("got %+v", m)
	}
	for name, want := range map[string]string{
		"copy-001.csv": "lake,a%20b/%C3%BC%2C%22%2B%25%0A," + a.ID + "\nlake,b," + b.ID + "\n",
		"copy-002.csv": "lake,c," + c.ID + "\n",
		"copy-003.csv": "lake,ia," + ia.ID + "\n",
		"archived.csv": "lake,deep," + deep.ID + "\nlake,glacier," + glacier.ID + "\n",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	want := "archived.csv copy-001.csv copy-002.csv copy-003.csv copy.jsonl.gz create-job-001.json create-job-002.json create-job-003.json " +
		"create-job-archived.json large.jsonl left.jsonl mark.jsonl"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s", got)
	}
	for file, keys := range map[string]string{
		largePlan: "large rrs", markPlan: "new", leftPlan: "deep glacier", copyPlan: "a b/ü,\"+%\n b c ia",
	} {
		plan, err := OpenPlan(filepath.Join(dir, file), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line, err := range plan.All() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, line.Key)
		}
		if strings.Join(got, " ") != keys {
			t.Errorf("%s: got %q", file, got)
		}
	}
	_, err := NewManifest(dir, PlanHeader{Bucket: "lake", To: second(3)}, "aws")
	if err == nil || !strings.HasSuffix(err.Error(), "is not empty; want a new directory") {
		t.Errorf("got %v", err)
	}
}

// TestCreateJob: the jobs say what is copied and what is not (F-RST-18, F-RST-21). That the SDK takes them, batchtest checks.
func TestCreateJob(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.bucket.Put("ia", s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassStandardIa, At: second(1)})
	l.put("ia", "bad", 5)
	l.bucket.Put("glacier", s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassGlacier, At: second(1)})
	l.put("glacier", "bad", 5)
	l.clock.Advance(10 * time.Second)
	dir := filepath.Join(t.TempDir(), "dir")
	l.manifest(t, dir, second(3))
	read := func(name string) map[string]any {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var job map[string]any
		if err := json.Unmarshal(text, &job); err != nil {
			t.Fatal(err)
		}
		return job
	}
	copies := read("create-job-001.json")
	for member, want := range map[string]string{
		"ConfirmationRequired": "true",
		// Tags, metadata and checksum are those of the source; encryption and retention are the bucket's.
		"Operation": `{"S3PutObjectCopy":{"MetadataDirective":"COPY","StorageClass":"STANDARD_IA","TargetResource":"arn:aws:s3:::lake"}}`,
		"Report": `{"Bucket":"arn:aws:s3:::MANIFEST_BUCKET","Enabled":true,"Format":"Report_CSV_20180820",` +
			`"Prefix":"lake-20260302T100003Z/reports","ReportScope":"AllTasks"}`,
		"RoleArn":     `"arn:aws:iam::ACCOUNT_ID:role/BATCH_ROLE"`,
		"AccountId":   `"ACCOUNT_ID"`,
		"Description": `"lake as it was at 2026-03-02T10:00:03Z: copy-001.csv, 1 copies"`,
	} {
		if got, _ := json.Marshal(copies[member]); string(got) != want {
			t.Errorf("%s: got %s", member, got)
		}
	}
	restore, _ := json.Marshal(read("create-job-archived.json")["Operation"])
	if string(restore) != `{"S3InitiateRestoreObject":{"ExpirationInDays":14,"GlacierJobTier":"BULK"}}` {
		t.Errorf("got %s", restore)
	}
	l.batch(t, dir)
}

// TestArchivedManifest: Intelligent-Tiering has a file of its own, because a job takes only one kind (F-RST-21).
func TestArchivedManifest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "to-retrieve.csv")
	a := NewArchivedManifest("lake", path)
	if paths := a.Paths(); len(paths) > 0 {
		t.Errorf("got %v", paths)
	}
	for _, result := range []Result{
		{Key: "a", SourceVersion: "1", Reason: Archived, Class: "GLACIER"},
		{Key: "b", SourceVersion: "2", Reason: Archived, Class: "INTELLIGENT_TIERING"},
		{Key: "c", SourceVersion: "3", Reason: Denied, Class: "GLACIER"},
		{Key: "d", SourceVersion: "4", Outcome: Copied},
	} {
		if err := a.Add(result); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lake,a,1\n", "lake,b,2\n"} {
		got, err := os.ReadFile(a.Paths()[0])
		if a.files = a.files[1:]; err != nil || string(got) != want {
			t.Errorf("got %s, want %s, %v", got, want, err)
		}
	}
	if tiered := strings.TrimSuffix(path, ".csv") + "-intelligent-tiering.csv"; !slices.Contains([]string{tiered}, a.byName[tiered].path) {
		t.Errorf("%v", a.byName)
	}
}
