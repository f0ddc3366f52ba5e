package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/config"
	"central-s3-backup/internal/rewind"
	"central-s3-backup/internal/s3fake"
)

const (
	lakeAccount = "222222222222"
	withConfig  = "restore versions --to 2026-03-01T10:00:03Z --bucket lake --config "
)

// lakeConfig is a backup.yaml with the bucket lake.
func lakeConfig(t *testing.T, region string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.yaml")
	text := `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
workloads:
  - name: dummy
    environment: dev
    account: "` + lakeAccount + `"
    region: ` + region + `
    buckets:
      - {name: lake, tier: standard_data}
      - {name: dummy-dev-a, tier: critical_data}
      - {name: dummy-dev-b, tier: standard_data, existing: true}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestConfig: account and Region come from the file, the caller's account is checked before anything, and every request
// says whose bucket it expects.
func TestConfig(t *testing.T) {
	l := newLakeOf(t, lakeAccount, s3fake.BucketOptions{
		Region: "eu-west-1", Versioning: versioned.Versioning, Settings: versioned.Settings,
	})
	l.bucket.Put("large", s3fake.Version{PartSizes: []int64{5 << 20, 1}, At: at(1), Annotations: map[string]string{"a": "b"}})
	l.bucket.Delete("large", at(5))
	l.bucket.Put("twice", s3fake.Version{Body: []byte("old"), At: at(1)})
	l.bucket.Put("twice", s3fake.Version{Body: []byte("old"), At: at(5)})
	var mu sync.Mutex
	operations := map[string]bool{}
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		mu.Lock()
		defer mu.Unlock()
		d := s3fake.Describe(r)
		operations[d.Operation] = true
		if got := r.Header.Get("X-Amz-Expected-Bucket-Owner"); got != lakeAccount {
			t.Errorf("%s expects owner %q", d.Operation, got)
		}
		if got := r.Header.Get("X-Amz-Source-Expected-Bucket-Owner"); d.SourceKey != "" && got != lakeAccount {
			t.Errorf("%s expects owner %q of the source", d.Operation, got)
		}
		return nil
	})
	file := lakeConfig(t, "eu-west-1")
	for _, flags := range []string{" --key large", " --remove-markers --undo " + filepath.Join(t.TempDir(), "undo"), ""} {
		code, stdout, stderr := backupctl(t, "", withConfig+file+
			" --profile dummy-dev --apply --yes --keep encryption,retention,acl,redirect"+flags)
		if code != exitDone && code != exitSomeNotRestored {
			t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
		}
	}
	for _, operation := range []string{
		"CopyObject", "UploadPartCopy", "CompleteMultipartUpload", "PutObjectAnnotation", "GetObjectAnnotation", "DeleteObjects", "DeleteObject",
		"GetObjectTagging", "HeadObject", "GetObjectRetention", "GetObjectLegalHold", "ListObjectVersions", "GetBucketVersioning", "HeadBucket",
	} {
		if !operations[operation] {
			t.Errorf("%s was not called: %v", operation, slices.Sorted(maps.Keys(operations)))
		}
	}
}

// TestConfigWrong: what is wrong with the file, the account or the bucket, before the bucket is listed.
func TestConfigWrong(t *testing.T) {
	for _, test := range []struct {
		name, line string
		options    s3fake.BucketOptions
		want       string
	}{
		{
			"the profile of another account", "--bucket lake --profile central", versioned,
			"the credentials of --profile central belong to another account; got 111111111111; want 222222222222, the account of dummy-dev",
		},
		{
			"default credentials of another account", "--bucket lake", versioned,
			"the default credentials, without --profile, belong to another account; got 111111111111; want 222222222222, the account of dummy-dev",
		},
		{
			"a bucket that is not in the file", "--bucket lakes --profile dummy-dev", versioned,
			"--bucket lakes: no workload of FILE has this bucket; did you mean lake?; write a bucket of the file, or leave out --config",
		},
		{
			"another Region", "--bucket lake --profile dummy-dev --region eu-west-1", versioned,
			"--region eu-west-1: bucket lake is in eu-central-1 by FILE; leave out --region",
		},
		{
			"a bucket of another account", "--bucket dummy-dev-a --profile dummy-dev", versioned,
			"--bucket dummy-dev-a: the bucket does not belong to 222222222222, the account of its workload in FILE",
		},
		{
			"a bucket that others deny", "--bucket dummy-dev-b --profile dummy-dev", versioned,
			"--bucket dummy-dev-b: the credentials of --profile dummy-dev may not use s3:ListBucket on this bucket; " +
				"write --profile NAME of a role that may, in the bucket's account",
		},
		{
			"the days of the tier", "--bucket lake --profile dummy-dev --to 2026-01-01T00:00:00Z", s3fake.BucketOptions{
				Versioning: versioned.Versioning, Settings: map[string]string{"lifecycle": strings.Replace(expiring, "Days>1<", "Days>15<", 1)},
			},
			`--to 2026-01-01T00:00:00Z: the lifecycle rule "old" deletes versions 15 days after they are overwritten or deleted (F-OL-5): some of ` +
				"that time may be gone; these are the days of object_lock of tier standard_data in FILE; " +
				"write --to 2026-02-15T03:00:00Z or later, or add --incomplete",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLakeOf(t, lakeAccount, test.options)
			l.server.CreateBucket("dummy-dev-b", s3fake.BucketOptions{Owner: "333333333333"})
			l.server.CreateBucket("dummy-dev-a", versioned)
			l.server.SetFault(func(r *http.Request) *s3fake.Fault { // belongs to others who let the caller in
				if r.Header.Get("X-Amz-Expected-Bucket-Owner") != "" && s3fake.Describe(r).Bucket == "dummy-dev-a" {
					return s3fake.Denied()
				}
				return nil
			})
			file := lakeConfig(t, "eu-central-1")
			to := " --to 2026-03-01T10:00:03Z"
			if strings.Contains(test.line, "--to") {
				to = ""
			}
			code, stdout, stderr := backupctl(t, "", "restore versions "+test.line+to+" --config "+file)
			compare(t, "standard error", strings.ReplaceAll(stderr, file, "FILE"), test.want+"\n")
			if code != exitWrong || stdout != "" || l.server.Requests()["ListObjectVersions"] > 0 {
				t.Errorf("exit code %d, %v, %s", code, l.server.Requests(), stdout)
			}
		})
	}
	newLake(t, versioned)
	if code, _, stderr := backupctl(t, "", withConfig+"none.yaml"); code != exitWrong || !strings.Contains(stderr, "none.yaml") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestCopyFlagsWrong: mistakes in the flags, before anything is asked.
func TestCopyFlagsWrong(t *testing.T) {
	for line, want := range map[string]string{
		"--keep encrypton": "restore versions: --keep encrypton: this cannot be kept; did you mean encryption?; want encryption, retention, " +
			"acl or redirect",
		"--keep acl,tags": "restore versions: --keep tags: this cannot be kept; want encryption, retention, acl or redirect",
		"--undo file":     "restore versions: --undo is for --remove-markers; to delete the keys of FILE again run restore undo FILE",
		"--multipart-above -1": "restore versions: --multipart-above -1: want 1 to 5368709120, the most that is copied in one request " +
			"(F-RST-9)",
		"--multipart-above=5368709121": "restore versions: --multipart-above 5368709121: want 1 to 5368709120, the most that is copied " +
			"in one request (F-RST-9)",
	} {
		l := newLake(t, versioned)
		code, stdout, stderr := backupctl(t, "", toLake+strings.Replace(line, " -1", "=-1", 1))
		compare(t, line, stderr, want+"; -h shows the help\n")
		if code != exitWrong || stdout != "" || len(l.server.Requests()) > 0 {
			t.Errorf("%s: exit code %d, %v", line, code, l.server.Requests())
		}
	}
}

// TestNoCredentials: none, a login that is needed, and a profile of the wrong name.
func TestNoCredentials(t *testing.T) {
	for _, test := range []struct{ name, credentials, config, flags, want string }{
		{
			"none", "", "", "", "there are no credentials: the default credentials, without --profile, cannot be used; " +
				"write --profile NAME, or set AWS_PROFILE",
		},
		{
			"SSO login needed", "", "[sso-session corp]\nsso_start_url = https://corp.example.com/start\nsso_region = eu-central-1\n" +
				"[profile dev]\nsso_session = corp\nsso_account_id = 222222222222\nsso_role_name = Admin\n", "--profile dev",
			"the credentials of --profile dev have expired or need a login; run aws sso login --profile dev",
		},
		{
			"SSO login needed by default", "", "[sso-session corp]\nsso_start_url = https://corp.example.com/start\nsso_region = eu-central-1\n" +
				"[default]\nsso_session = corp\nsso_account_id = 222222222222\nsso_role_name = Admin\n", "",
			"the default credentials, without --profile, have expired or need a login; run aws sso login",
		},
		{"no such profile", "", "", "--profile nobody", "--profile nobody: there is no such profile"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, versioned)
			for name, content := range map[string]string{"AWS_SHARED_CREDENTIALS_FILE": test.credentials, "AWS_CONFIG_FILE": test.config} {
				file := filepath.Join(t.TempDir(), "file")
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv(name, file)
			}
			t.Setenv("HOME", t.TempDir()) // where an SSO login would be found
			code, stdout, stderr := backupctl(t, "", toLake+test.flags)
			compare(t, "standard error", stderr, test.want+"\n")
			if code != exitWrong || stdout != "" || len(l.server.Requests()) > 0 {
				t.Errorf("exit code %d, %v", code, l.server.Requests())
			}
		})
	}
}

// TestNotRestored: what one key cannot be restored for. Each class is one line of the summary that says what to do next,
// and the keys are in the report.
func TestNotRestored(t *testing.T) {
	failing := func(operation string, fault *s3fake.Fault) func(*http.Request) *s3fake.Fault {
		return func(r *http.Request) *s3fake.Fault {
			if s3fake.Describe(r).Operation == operation {
				return fault
			}
			return nil
		}
	}
	copying := func(status int, code, message string) func(*http.Request) *s3fake.Fault {
		return failing("CopyObject", &s3fake.Fault{Status: status, Code: code, Message: message})
	}
	const key = "enable the KMS key, or cancel its deletion, or allow kms:Decrypt and kms:GenerateDataKey; then run again"
	for _, test := range []struct {
		name, flags string
		old         s3fake.Version
		fault       func(*http.Request) *s3fake.Fault
		want        string
	}{
		{"KMS key disabled", "", s3fake.Version{}, copying(400, "KMS.DisabledException", "arn:a is disabled."), "kms-key: " + key},
		{
			"KMS key pending deletion", "", s3fake.Version{},
			copying(400, "KMS.KMSInvalidStateException", "arn:a is pending deletion."), "kms-key: " + key,
		},
		{
			"KMS key denied", "", s3fake.Version{},
			copying(403, "AccessDenied", "User: u is not authorized to perform: kms:Decrypt on resource: arn:a"), "kms-key: " + key,
		},
		{
			"KMS key to keep denied", "--keep encryption", s3fake.Version{Encryption: "aws:kms", KMSKey: "arn:a"},
			copying(403, "AccessDenied", "User: u is not authorized to perform: kms:GenerateDataKey on resource: arn:a"), "kms-key: " + key,
		},
		{
			"archived", "", s3fake.Version{StorageClass: types.StorageClassDeepArchive}, nil,
			"archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again",
		},
		{"SSE-C", "", s3fake.Version{CustomerKey: true}, nil, "sse-c: copy the version by hand with its key; S3 does not have it"},
		{
			"denied", "", s3fake.Version{}, copying(403, "AccessDenied", "Access Denied"),
			"denied: allow s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:PutObject, s3:PutObjectTagging and s3:DeleteObject, " +
				"and the same of annotations; then run again",
		},
		{
			"what is kept is denied", "--keep acl", s3fake.Version{}, failing("GetObjectAcl", s3fake.Denied()),
			"not-kept: allow s3:GetObjectRetention, s3:GetObjectLegalHold, s3:GetObjectVersionAcl, and the same with Put; " +
				"or leave it out of --keep; then run again",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, s3fake.BucketOptions{Versioning: versioned.Versioning, Settings: map[string]string{"ownershipControls": ""}})
			old := test.old
			old.Body, old.At = []byte("old"), at(1)
			l.bucket.Put("bad/k", old)
			l.bucket.Put("bad/k", s3fake.Version{Body: []byte("bad"), At: at(5)})
			l.server.SetFault(test.fault)
			file := filepath.Join(t.TempDir(), "report")
			code, stdout, stderr := backupctl(t, "", toLake+"--apply --yes --prefix bad/ --report "+file+" "+test.flags)
			reason, _, _ := strings.Cut(test.want, ":")
			if !strings.Contains(stdout, "\nnot restored    1, "+test.want+"\n") ||
				!strings.HasSuffix(stderr, "1 key was not restored: 1 "+reason+"\n") {
				t.Errorf("got %s%s", stdout, stderr)
			}
			if content, err := os.ReadFile(file); err != nil || code != exitSomeNotRestored ||
				!strings.Contains(string(content), `"key": "bad/k"`) {
				t.Errorf("exit code %d, report %s, %v", code, content, err)
			}
		})
	}
}

// TestAllArchived: nothing can be copied, and the bucket stays as it is.
func TestAllArchived(t *testing.T) {
	l := newLake(t, versioned)
	for i := range 5 {
		l.bucket.Put(fmt.Sprint("cold/", i), s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassGlacier, At: at(1)})
		l.bucket.Put(fmt.Sprint("cold/", i), s3fake.Version{Body: []byte("bad"), StorageClass: types.StorageClassGlacier, At: at(5)})
	}
	code, stdout, stderr := backupctl(t, "", toLake+"--apply --yes --prefix cold/")
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            5, with 10 versions and delete markers
unchanged       0
copy            0, 0 bytes
delete marker   0
not restored    5, archived: write them with --archived-manifest FILE, retrieve them with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
second listing  0 keys are as they were; 10 versions and delete markers
`)
	compare(t, "standard error", stderr, "5 keys were not restored: 5 archived\n")
	if code != exitSomeNotRestored {
		t.Errorf("exit code %d", code)
	}
}

// TestManyDenied: of 10,000 objects that were overwritten, 200 are denied. All of them are in the report, and no other.
func TestManyDenied(t *testing.T) {
	const keys, denied = 10000, 200
	name := func(n int) string { return fmt.Sprintf("data/%05d", n) }
	options := versioned
	options.Generated = &s3fake.Generated{Keys: keys, Key: name, Versions: func(n int) []s3fake.Version {
		if n%10 > 0 { // these are as they were
			return []s3fake.Version{{Size: 1, Fill: 1, At: at(1)}}
		}
		return []s3fake.Version{{Size: 1, Fill: 2, At: at(5)}, {Size: 1, Fill: 1, At: at(1)}}
	}}
	startFake(t, answer{}, nil)
	t.Chdir(t.TempDir()) // for the journal
	server := s3fake.New(s3fake.Options{Clock: func() time.Time { return start }})
	t.Setenv("AWS_ENDPOINT_URL", server.Listen(t))
	t.Setenv("AWS_REGION", s3fake.DefaultRegion)
	server.CreateBucket("lake", options)
	server.SetFault(func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key < name(10*denied) {
			return s3fake.Denied()
		}
		return nil
	})
	code, stdout, stderr := backupctl(t, "", toLake+"--apply --yes --output json")
	compare(t, "standard error", stderr, "200 keys were not restored: 200 denied\n")
	var got report
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitSomeNotRestored || got.Summary.Copied != keys/10-denied ||
		got.Summary.Unchanged != keys-keys/10 || got.Summary.Failed != denied || got.Summary.Confirmed != keys-denied {
		t.Fatalf("exit code %d, %+v, %v", code, got.Summary, err)
	}
	named := map[string]bool{}
	for _, failure := range got.Summary.Reasons[rewind.Denied].All {
		named[failure.Key] = true
	}
	for n := range denied {
		if !named[name(10*n)] {
			t.Errorf("%s is not in the report", name(10*n))
		}
	}
	if len(named) != denied {
		t.Errorf("%d keys are in the report", len(named))
	}
}

// TestRemoveMarkersDenied: versions are copied in the markers' place, and one warning says so.
func TestRemoveMarkersDenied(t *testing.T) {
	l := newLake(t, versioned)
	l.bucket.Put("data/too", s3fake.Version{Body: []byte("old"), At: at(1)})
	l.bucket.Delete("data/too", at(5))
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "DeleteObjects" {
			return s3fake.Denied()
		}
		return nil
	})
	file := filepath.Join(t.TempDir(), "undo")
	code, stdout, stderr := backupctl(t, "", toLake+"--apply --yes --prefix data/ --remove-markers --output json --undo "+file)
	const warning = "delete markers cannot be removed, so versions are copied in their place (AccessDenied: Access Denied); " +
		"allow s3:DeleteObjectVersion to remove them"
	compare(t, "standard error", stderr, removal+"warning: "+warning+"\n")
	var got report
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got.Summary.Copied != 3 || got.Summary.Uncovered > 0 ||
		!slices.Contains(got.Warnings, warning) {
		t.Errorf("exit code %d, %s, %v", code, stdout, err)
	}
}

// TestLockedBucket: with Object Lock and a default retention, end to end.
func TestLockedBucket(t *testing.T) {
	l := newLake(t, s3fake.BucketOptions{ObjectLock: true, Settings: map[string]string{
		"object-lock": "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode>" +
			"<Days>14</Days></DefaultRetention></Rule></ObjectLockConfiguration>",
		"ownershipControls": versioned.Settings["ownershipControls"],
	}})
	longer := start.AddDate(1, 0, 0)
	l.bucket.Put("data/long", s3fake.Version{
		Body: []byte("old"), At: at(1), LockMode: types.ObjectLockModeCompliance, RetainUntil: longer, LegalHold: true,
	})
	l.bucket.Delete("data/long", at(5))
	code, stdout, stderr := backupctl(t, "", toLake+"--prefix data/ --apply --yes --keep retention")
	if code != exitDone || stderr != "" || !strings.Contains(stdout, "\nlock            each copy: GOVERNANCE, 14 days (F-OL-2)\n") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	for key, want := range map[string]string{
		"data/long": fmt.Sprint("COMPLIANCE ", longer, " true"), "data/overwritten": fmt.Sprint("GOVERNANCE ", start.AddDate(0, 0, 14), " false"),
	} {
		v := l.bucket.Versions(key)[0]
		if got := fmt.Sprint(v.LockMode, " ", v.RetainUntil.UTC(), " ", v.LegalHold); got != want || string(v.Body) != "old" {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	code, stdout, _ = backupctl(t, "", toLake+"--prefix data/ --apply --yes --keep retention --journal second")
	if code != exitDone || !strings.Contains(stdout, "\nalready back    3\n") {
		t.Errorf("the second run: exit code %d: %s", code, stdout)
	}
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "GetObjectLockConfiguration" {
			return s3fake.Denied()
		}
		return nil
	})
	code, _, stderr = backupctl(t, "", toLake+"--keep retention")
	compare(t, "standard error", stderr, "--keep retention: the default retention of bucket lake cannot be read, so a copy could get "+
		"a shorter one: Object Lock (AccessDenied: Access Denied); allow s3:GetBucketObjectLockConfiguration\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
}

// TestKMSBucket: under a KMS key an ETag is no digest, so a copy is verified by checksum, or by size if the old version
// has none, and counted as such.
func TestKMSBucket(t *testing.T) {
	l := newLake(t, s3fake.BucketOptions{Versioning: versioned.Versioning, Settings: map[string]string{
		"encryption": "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>" +
			"<KMSMasterKeyID>arn:bucket</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>" +
			"</ServerSideEncryptionConfiguration>",
		"ownershipControls": versioned.Settings["ownershipControls"],
	}})
	l.bucket.Put("data/summed", s3fake.Version{
		Body: []byte("old"), At: at(1), ChecksumAlgorithm: "SHA256", Encryption: "aws:kms", KMSKey: "arn:old",
	})
	l.bucket.Put("data/summed", s3fake.Version{Body: []byte("bad"), At: at(5)})
	code, stdout, stderr := backupctl(t, "", toLake+"--prefix data/ --apply --yes --keep encryption")
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-03-01T10:00:03Z: applied
keys            5, with 8 versions and delete markers
unchanged       1
copy            3, 9 bytes
delete marker   1
verified        0 by ETag, 1 by checksum, 2 by size
second listing  5 keys are as they were; 12 versions and delete markers
`)
	if code != exitDone || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for key, want := range map[string]string{"data/summed": "arn:old false", "data/deleted": "arn:bucket true"} {
		if v := l.bucket.Versions(key)[0]; fmt.Sprint(v.KMSKey, " ", v.BucketKey) != want {
			t.Errorf("%s: got %s %v, want %s", key, v.KMSKey, v.BucketKey, want)
		}
	}
}

// TestCopyWarnings: what --keep acl and --remove-markers mean in a bucket.
func TestCopyWarnings(t *testing.T) {
	replicated := "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status><Destination><Bucket>b</Bucket></Destination>" +
		"</Rule></ReplicationConfiguration>"
	newLake(t, s3fake.BucketOptions{Versioning: versioned.Versioning, Settings: map[string]string{
		"ownershipControls": versioned.Settings["ownershipControls"], "replication": replicated,
	}})
	code, _, stderr := backupctl(t, "", toLake+"--remove-markers --keep acl")
	compare(t, "standard error", stderr, `warning: the bucket is replicated: copies and delete markers may be replicated too
warning: the bucket has ACLs disabled, so that there is none to keep (F-S3-29)
`+removal+`warning: the removal of delete markers is not replicated (F-S3-30): where they were replicated to, the keys stay deleted
`)
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	newLake(t, s3fake.BucketOptions{Versioning: versioned.Versioning, Settings: map[string]string{"ownershipControls": ""}})
	if _, _, stderr := backupctl(t, "", toLake+"--keep acl"); stderr != "" {
		t.Errorf("got %s", stderr)
	}
}

// TestDaysOfTier: the refusal of a moment says where the days of the bucket's lifecycle rule come from, also without Object Lock.
func TestDaysOfTier(t *testing.T) {
	for _, test := range []struct {
		tier *config.Tier
		want string
	}{
		{nil, ""},
		{&config.Tier{Name: "a", ObjectLock: &config.ObjectLock{Days: 35}}, "; these are the days of object_lock of tier a in FILE"},
		{&config.Tier{Name: "a", ObjectLock: &config.ObjectLock{Days: 90}}, ""},
		{&config.Tier{Name: "a"}, "; tier a in FILE has no object_lock, and its buckets keep noncurrent versions for that time"},
	} {
		c := restoreVersions{}
		c.tier = test.tier
		c.Config = "FILE"
		if got := c.lockOfTier(35); got != test.want {
			t.Errorf("%+v: %q, want %q", test.tier, got, test.want)
		}
	}
}
