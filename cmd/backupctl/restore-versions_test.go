package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/s3fake"
)

// lake is a bucket with five keys, as it is at start, and the server that has it.
type lake struct {
	server *s3fake.Server
	bucket *s3fake.Bucket
}

// at is a time on the day before start, in seconds after 10:00:00.
func at(n int) time.Time { return time.Date(2026, 3, 1, 10, 0, n, 0, time.UTC) }

// credentialsFile is where it is when a test has another working directory.
var credentialsFile, _ = filepath.Abs("testdata/credentials")

func newLake(t *testing.T, options s3fake.BucketOptions) *lake {
	return newLakeOf(t, s3fake.DefaultAccount, options)
}

// newLakeOf does so in an account.
func newLakeOf(t *testing.T, account string, options s3fake.BucketOptions) *lake {
	startFake(t, answer{}, nil) // for the environment, and STS
	t.Setenv("AWS_ENDPOINT_URL_STS", os.Getenv("AWS_ENDPOINT_URL"))
	server := s3fake.New(s3fake.Options{Account: account, Clock: func() time.Time { return start }})
	t.Setenv("AWS_ENDPOINT_URL", server.Listen(t))
	t.Setenv("AWS_REGION", s3fake.DefaultRegion)
	t.Chdir(t.TempDir()) // for journals
	l := &lake{server, server.CreateBucket("lake", options)}
	for _, key := range []string{"data/deleted", "data/overwritten", "data/same"} {
		l.bucket.Put(key, s3fake.Version{Body: []byte("old"), At: at(1)})
	}
	l.bucket.Put("data/overwritten", s3fake.Version{Body: []byte("bad"), At: at(5)})
	l.bucket.Delete("data/deleted", at(5))
	l.bucket.Put("data/new", s3fake.Version{Body: []byte("new"), At: at(5)})
	l.bucket.Put("odd\nkey", s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassGlacier, At: at(1)})
	l.bucket.Put("odd\nkey", s3fake.Version{Body: []byte("bad"), At: at(5)})
	return l
}

var versioned = s3fake.BucketOptions{Versioning: types.BucketVersioningStatusEnabled, Settings: map[string]string{
	"ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
}}

// backupctl runs the program on one line of arguments.
func backupctl(t *testing.T, stdin, line string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	code = run(strings.Fields(line), newClock(), strings.NewReader(stdin), &out, &problems)
	return code, out.String(), problems.String()
}

const toLake = "restore versions --bucket lake --to 2026-03-01T10:00:03Z "

// TestRestoreVersions: a dry run, the restore, and a second run that has nothing to do.
func TestRestoreVersions(t *testing.T) {
	l := newLake(t, versioned)
	code, stdout, stderr := backupctl(t, "", toLake+"--list")
	compare(t, "standard output", stdout, `copy	data/deleted
delete-marker	data/new
copy	data/overwritten
not-restored (archived)	"odd\nkey"
bucket lake as it was at 2026-03-01T10:00:03Z: dry run, nothing was changed
keys            5, with 8 versions and delete markers
unchanged       1
copy            2, 6 bytes
delete marker   1
                --remove-markers would save 0 requests and 3 bytes
not restored    1, archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
with --apply    about 5 requests, and 100ms if each takes 0.1 s
`)
	compare(t, "standard error", stderr, "")
	if code != exitDone || l.server.Requests()["CopyObject"]+l.server.Requests()["DeleteObject"] > 0 {
		t.Errorf("exit code %d, requests %v", code, l.server.Requests())
	}

	code, stdout, stderr = backupctl(t, "lake\n", toLake+"--apply --prefix data/")
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            4, with 6 versions and delete markers
unchanged       1
copy            2, 6 bytes
delete marker   1
verified        2 by ETag, 0 by checksum, 0 by size
second listing  4 keys are as they were; 9 versions and delete markers
`)
	compare(t, "standard error", stderr, "Type the bucket's name to change it: ")
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}

	code, stdout, stderr = backupctl(t, "", toLake+"--apply --yes --journal second")
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            5, with 11 versions and delete markers
unchanged       2
already back    2
copy            0, 0 bytes
delete marker   0
not restored    1, archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
second listing  4 keys are as they were; 11 versions and delete markers
`)
	compare(t, "standard error", stderr, "1 key was not restored: 1 archived\n")
	if code != exitSomeNotRestored {
		t.Errorf("exit code %d", code)
	}
}

// TestRestoreVersionsFiles: keys of a file, the plan, the report, and JSON.
func TestRestoreVersionsFiles(t *testing.T) {
	l := newLake(t, versioned)
	dir := t.TempDir()
	keys, plan, reportFile := filepath.Join(dir, "keys"), filepath.Join(dir, "plan.gz"), filepath.Join(dir, "report")
	if err := os.WriteFile(keys, []byte("data/overwritten\n\ndata/new\ndata/new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := backupctl(t, "", toLake+"--keys "+keys+" --plan-out "+plan+" --report "+reportFile+" --output json")
	compare(t, "standard error", stderr, "")
	var got report
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
		t.Fatalf("exit code %d, %v: %s", code, err, stdout)
	}
	if got.Applied || got.OnlyKeys != 2 || got.Summary.Keys != 2 || got.Summary.Copied != 1 || got.Summary.Marked != 1 {
		t.Errorf("got %s", stdout)
	}
	if written, err := os.ReadFile(reportFile); err != nil || string(written) != stdout {
		t.Errorf("--report wrote %s, %v", written, err)
	}
	file, err := os.Open(plan)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	over := l.bucket.Versions("data/overwritten")
	want := `{"planVersion":2,"bucket":"lake","to":"2026-03-01T10:00:03Z","listed":"2026-03-02T02:17:31Z"}
{"key":"data/new","action":"delete-marker","latest":` + planned(l.bucket.Versions("data/new")[0]) + `}
{"key":"data/overwritten","action":"copy","source":` + planned(over[1]) + `,"latest":` + planned(over[0]) + `}
{"planLines":2}
`
	compare(t, "plan", string(lines), want)
}

// planned is a version in a plan.
func planned(v s3fake.Version) string {
	return fmt.Sprintf(`{"version":%q,"etag":"\"%s\"","size":%d,"class":"STANDARD"}`, v.ID, v.ETag, v.Size)
}

const expiring = `<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>
<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>`

// TestRestoreVersionsRefused: one line, and what to write instead. Nothing is listed.
func TestRestoreVersionsRefused(t *testing.T) {
	withLifecycle := s3fake.BucketOptions{Versioning: versioned.Versioning, Settings: map[string]string{
		"ownershipControls": versioned.Settings["ownershipControls"], "lifecycle": expiring,
	}}
	suspended := s3fake.BucketOptions{Versioning: types.BucketVersioningStatusSuspended, Settings: versioned.Settings}
	for _, test := range []struct {
		name, line string
		bucket     s3fake.BucketOptions
		want       string
	}{
		{
			"no such bucket", "--bucket lakes --to 3h", versioned,
			"--bucket lakes: there is no such bucket; list yours with aws s3 ls",
		},
		{
			"another Region", "--bucket lake --to 3h --region eu-west-1", versioned,
			"--bucket lake: the bucket is in eu-central-1; write --region eu-central-1",
		},
		{
			"never versioned", "--bucket lake --to 3h", s3fake.BucketOptions{},
			"--bucket lake: the bucket has no versions: versioning was never enabled (F-S3-1); restore it from AWS Backup",
		},
		{
			"suspended", "--bucket lake --to 3h --apply", suspended,
			"--bucket lake: versioning is suspended, so a copy could overwrite version null for good (F-S3-1); enable versioning first, or leave out --apply",
		},
		{
			"before what the lifecycle keeps", "--bucket lake --to 2026-03-01T02:00:00Z", withLifecycle,
			`--to 2026-03-01T02:00:00Z: the lifecycle rule "old" deletes versions 1 day after they are overwritten or deleted (F-OL-5): ` +
				"some of that time may be gone; write --to 2026-03-01T03:00:00Z or later, or add --incomplete",
		},
		{
			"no zone", "--bucket lake --to 2026-03-01T10:00:00", versioned,
			"--to 2026-03-01T10:00:00: the time has no zone; write 2026-03-01T10:00:00Z for UTC, or 2026-03-01T10:00:00+01:00",
		},
		{"no such profile", "--bucket lake --to 3h --profile nobody", versioned, "--profile nobody: there is no such profile"},
		{"no such file", "--bucket lake --to 3h --keys none", versioned, "--keys: open none: no such file or directory"},
		{"an empty key", "--bucket lake --to 3h --key=", versioned, "--key: a key has at least one character; without --key and --prefix, all keys are restored"},
		{
			"a journal of nothing", "--bucket lake --to 3h --journal a", versioned,
			"restore versions: --journal goes with --apply: without it nothing is done that could be resumed; -h shows the help",
		},
		{"a directory", "--bucket lake --to 3h --apply --journal .", versioned, "--journal . is not a journal of restore versions; name another file"},
		{"a journal that cannot be", "--bucket lake --to 3h --apply --journal none/a", versioned, "--journal none/a: no such file or directory"},
		{"concurrency", "--bucket lake --to 3h --concurrency 0", versioned, "restore versions: --concurrency 0: want 1 to 512; -h shows the help"},
		{"listers", "--bucket lake --to 3h --listers 65", versioned, "restore versions: --listers 65: want 1 to 64; -h shows the help"},
		{"no listers", "--bucket lake --to 3h --listers 0", versioned, "restore versions: --listers 0: want 1 to 64; -h shows the help"},
		{"an unknown flag", "--bucket lake --to 3h --delete-versions", versioned, "unknown flag --delete-versions; -h shows the help"},
		{"prefix and key", "--bucket lake --to 3h --prefix a --key a", versioned, "--prefix and --key can't be used together; -h shows the help"},
		{
			"list and JSON", "--bucket lake --to 3h --list --output json", versioned,
			"restore versions: --list prints text, --output json prints one JSON document; want --plan-out FILE with --output json; -h shows the help",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, test.bucket)
			code, stdout, stderr := backupctl(t, "", "restore versions "+test.line)
			compare(t, "standard error", stderr, test.want+"\n")
			compare(t, "standard output", stdout, "")
			if code != exitWrong || l.server.Requests()["ListObjectVersions"] > 0 {
				t.Errorf("exit code %d, requests %v", code, l.server.Requests())
			}
		})
	}
}

// TestRestoreVersionsWrong: what shows only when the bucket is read.
func TestRestoreVersionsWrong(t *testing.T) {
	failing := func(operation string, fault *s3fake.Fault) func(*http.Request) *s3fake.Fault {
		return func(r *http.Request) *s3fake.Fault {
			if s3fake.Describe(r).Operation == operation {
				return fault
			}
			return nil
		}
	}
	for _, test := range []struct {
		name, flags, stdin string
		fault              func(*http.Request) *s3fake.Fault
		want               string
	}{
		{"a prefix without keys", "--prefix none/", "", nil, "bucket lake has no version of a key with prefix none/; nothing was done"},
		{"a key without versions", "--key none", "", nil, "bucket lake has no version of key none; nothing was done"},
		{"another answer", "--apply", "lakes\n", nil, "Type the bucket's name to change it: nothing was changed: the answer is not lake"},
		{
			"the bucket is denied", "", "", failing("HeadBucket", s3fake.Denied()), "--bucket lake: the default credentials, without --profile, may not use " +
				"s3:ListBucket on this bucket; write --profile NAME of a role that may, in the bucket's account",
		},
		{
			"the listing is denied", "", "", failing("ListObjectVersions", s3fake.Denied()), "--bucket lake: the default credentials, without --profile, may not use " +
				"s3:ListBucketVersions on this bucket; write --profile NAME of a role that may, in the bucket's account",
		},
		{
			"expired credentials", "", "", failing("ListObjectVersions", s3fake.ExpiredToken()), "the default credentials, without --profile, have expired; " +
				"renew them and run the same command again: what is back is left as it is",
		},
		{"a plan that cannot be written", "--plan-out none/plan", "", nil, "--plan-out: open none/plan: no such file or directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, versioned)
			l.server.SetFault(test.fault)
			code, _, stderr := backupctl(t, test.stdin, toLake+test.flags)
			compare(t, "standard error", stderr, test.want+"\n")
			if code != exitWrong || l.server.Requests()["CopyObject"] > 0 {
				t.Errorf("exit code %d, requests %v", code, l.server.Requests())
			}
		})
	}
}

// TestRestoreVersionsWarnings: what a restore does besides.
func TestRestoreVersionsWarnings(t *testing.T) {
	newLake(t, s3fake.BucketOptions{Versioning: types.BucketVersioningStatusSuspended, Settings: map[string]string{
		"ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
		"lifecycle":         expiring,
		"notification":      "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>",
		"requestPayment":    "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		"replication": "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status>" +
			"<Destination><Bucket>b</Bucket></Destination></Rule></ReplicationConfiguration>",
	}})
	code, _, stderr := backupctl(t, "", "restore versions --bucket lake --to 2026-03-01T02:00:00Z --incomplete")
	compare(t, "standard error", stderr, `warning: versioning is suspended: with --apply this is an error
warning: versions of that time may be gone: the lifecycle rule "old" deletes them after 1 day (F-OL-5)
warning: the bucket is replicated: copies and delete markers may be replicated too
warning: the bucket sends events: each copy is an ObjectCreated, each delete marker an ObjectRemoved
warning: requester pays: the account of these credentials pays for the requests
warning: the bucket has ACLs enabled: the ACL of an object is not copied; add --keep acl
`)
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

// TestRestoreVersionsInterrupted: Ctrl-C ends the run with its own exit code, and the same command goes on.
func TestRestoreVersionsInterrupted(t *testing.T) {
	l := newLake(t, versioned)
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "CopyObject" {
			_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
			return s3fake.Delay(time.Minute)
		}
		return nil
	})
	code, stdout, stderr := backupctl(t, "", toLake+"--apply --yes --concurrency 1 --prefix data/")
	again := "restore versions --bucket=lake --to=2026-03-01T10:00:03Z --prefix=data/ --apply --yes --concurrency=1 --journal=lake.20260301T100003Z.journal"
	compare(t, "standard error", stderr, "interrupted; go on with: go run ./cmd/backupctl "+again+"\n")
	if code != 130 || !strings.Contains(stdout, ": applied\n") || strings.Contains(stdout, "second listing") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	l.server.SetFault(nil)
	code, stdout, stderr = backupctl(t, "", again)
	compare(t, "standard error", stderr, "lake.20260301T100003Z.journal: going on with the run of 2026-03-02T02:17:31Z, which restored 0 keys\n")
	if code != exitDone || !strings.Contains(stdout, "\ncopy            2, 6 bytes\n") {
		t.Errorf("the second run: exit code %d: %s", code, stdout)
	}
}

// TestRestoreVersionsRetries: the client sends a request up to eight times, and fewer requests when S3 asks for that.
func TestRestoreVersionsRetries(t *testing.T) {
	newLake(t, versioned)
	client, err := (&restoreVersions{Concurrency: 1, Listers: 1}).client(t.Context(), account{})
	if err != nil {
		t.Fatal(err)
	}
	retryer := client.Options().Retryer
	if _, adaptive := retryer.(*retry.AdaptiveMode); !adaptive || retryer.MaxAttempts() != 8 {
		t.Errorf("%T with %d attempts", retryer, retryer.MaxAttempts())
	}
}

// TestRestoreVersionsListers: --list and --plan-out have the keys in order, however many listers there are.
func TestRestoreVersionsListers(t *testing.T) {
	l := newLake(t, versioned)
	for i := range 3000 {
		l.bucket.Put(fmt.Sprintf("more/%04d", i), s3fake.Version{Body: []byte("old"), At: at(1)})
		l.bucket.Put(fmt.Sprintf("more/%04d", i), s3fake.Version{Body: []byte("bad!"), At: at(5)})
	}
	l.server.SetFault(func(*http.Request) *s3fake.Fault { return s3fake.Delay(10 * time.Millisecond) })
	var first [2]string
	for _, listers := range []string{"1", "16"} {
		plan := filepath.Join(t.TempDir(), "plan")
		code, stdout, stderr := backupctl(t, "", toLake+"--list --plan-out "+plan+" --listers "+listers)
		written, err := os.ReadFile(plan)
		if err != nil || code != exitDone {
			t.Fatalf("exit code %d, %v: %s", code, err, stderr)
		}
		if first[0] == "" {
			first = [2]string{stdout, string(written)}
		}
		if first != [2]string{stdout, string(written)} {
			t.Errorf("%s listers: the keys or the plan are others than those of one lister", listers)
		}
	}
	if l.server.Requests()["ListObjectVersions"] <= 2*7 {
		t.Error("the listers did not split anything")
	}
}
