package rewind

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/s3fake"
)

const (
	everybody = `READ=uri="http://acs.amazonaws.com/groups/global/AllUsers"`
	fourteen  = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode>" +
		"<Days>14</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
)

// locking is a bucket with a default retention of 14 days that takes all ACLs.
var locking = s3fake.BucketOptions{ObjectLock: true, Settings: map[string]string{
	"object-lock": fourteen, "ownershipControls": "", "publicAccessBlock": "",
}}

// day is a moment so many days after the histories.
func day(n int) time.Time { return second(0).AddDate(0, 0, n) }

// everything is a version that has all that can be kept.
func everything() s3fake.Version {
	return s3fake.Version{
		Body: []byte("old"), At: second(1), ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
		Encryption: types.ServerSideEncryptionAwsKms, KMSKey: "arn:aws:kms:eu-central-1:111122223333:key/a", BucketKey: true,
		LockMode: types.ObjectLockModeCompliance, RetainUntil: day(100), LegalHold: true,
		Headers: map[string]string{"Content-Type": "text/plain", "X-Amz-Website-Redirect-Location": "/x"},
		Grants:  []string{`FULL_CONTROL=id="111122223333"`, everybody, `READ_ACP=id="a"`, `READ_ACP=id="b"`, `WRITE_ACP=id="a"`},
	}
}

var keepAll = Keep{Encryption: true, Retention: true, ACL: true, Redirect: true}

// extras are what a version has of what can be kept.
func extras(v s3fake.Version) string {
	slices.Sort(v.Grants)
	return fmt.Sprintln(v.Encryption, v.KMSKey, v.BucketKey, v.LockMode, v.RetainUntil.UTC().Format(time.DateOnly), v.LegalHold,
		v.Headers["X-Amz-Website-Redirect-Location"], v.Grants)
}

// keeping is a run that keeps something, with what it needs to know of the bucket.
func (l *lake) keeping(t *testing.T, keep Keep) *Run {
	t.Helper()
	bucket, err := Inspect(t.Context(), l.client, "lake", "")
	if err != nil {
		t.Fatal(err)
	}
	r := l.run(second(3))
	r.Keep, r.Retention = keep, bucket.Retention
	return r
}

// TestKeep: a copy has what it is to keep, whole or by parts, and a second run finds that.
func TestKeep(t *testing.T) {
	plain := "AES256  false GOVERNANCE 2026-03-16 false  []\n"
	for _, test := range []struct {
		name   string
		keep   Keep
		change func(*s3fake.Version)
		want   func(old s3fake.Version) string
	}{
		{"nothing", Keep{}, nil, func(s3fake.Version) string { return plain }},
		{"all", keepAll, nil, extras},
		{"encryption", Keep{Encryption: true}, nil, func(s3fake.Version) string {
			return "aws:kms arn:aws:kms:eu-central-1:111122223333:key/a true GOVERNANCE 2026-03-16 false  []\n"
		}},
		{"retention", Keep{Retention: true}, nil, func(s3fake.Version) string {
			return "AES256  false COMPLIANCE 2026-06-10 true  []\n"
		}},
		{"a retention that ends before the default", Keep{Retention: true}, func(v *s3fake.Version) {
			v.RetainUntil = day(10)
		}, func(s3fake.Version) string { return "AES256  false GOVERNANCE 2026-03-16 true  []\n" }},
		{"a retention that has ended", Keep{Retention: true}, func(v *s3fake.Version) {
			v.RetainUntil, v.LegalHold = second(2), false
		}, func(s3fake.Version) string { return plain }},
		{"redirect", Keep{Redirect: true}, nil, func(s3fake.Version) string { return "AES256  false GOVERNANCE 2026-03-16 false /x []\n" }},
		{"acl", Keep{ACL: true}, nil, func(old s3fake.Version) string {
			return fmt.Sprintln("AES256  false GOVERNANCE 2026-03-16 false ", old.Grants)
		}},
		{"no bucket key", Keep{Encryption: true}, func(v *s3fake.Version) {
			v.BucketKey = false
		}, func(s3fake.Version) string {
			return "aws:kms arn:aws:kms:eu-central-1:111122223333:key/a false GOVERNANCE 2026-03-16 false  []\n"
		}},
	} {
		for _, parts := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, ", parts ", parts), func(t *testing.T) {
				l := newLake(t, locking, 10)
				old := everything()
				if test.change != nil {
					test.change(&old)
				}
				old = l.bucket.Put("k", old)
				l.put("k", "bad", 5)
				l.clock.Advance(10 * time.Second)
				run := l.keeping(t, test.keep)
				if parts {
					run.MultipartAbove = 1
				}
				summary, err := run.Do(t.Context())
				if err != nil || summary.Copied != 1 || summary.Confirmed != 1 || summary.ByParts == 1 != parts {
					t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
				}
				if got := extras(l.bucket.Versions("k")[0]); got != test.want(old) {
					t.Errorf("got  %swant %s", got, test.want(old))
				}
				again, err := l.keeping(t, test.keep).Do(t.Context())
				if err != nil || again.AlreadyBack != 1 || len(l.bucket.Versions("k")) != 3 {
					t.Errorf("the second run: %+v, %s, %v", again, failures(again), err)
				}
			})
		}
	}
}

// TestKeepWithoutDefault: without a default retention, any that has not ended is kept, and one that has is not sent.
func TestKeepWithoutDefault(t *testing.T) {
	for until, want := range map[time.Time]string{
		day(1): "GOVERNANCE 2026-03-03", second(11): " 0001-01-01", second(2): " 0001-01-01",
	} {
		l := newLake(t, s3fake.BucketOptions{ObjectLock: true}, 10)
		l.bucket.Put("k", s3fake.Version{Body: []byte("old"), At: second(1), LockMode: types.ObjectLockModeGovernance, RetainUntil: until})
		l.put("k", "bad", 5)
		l.clock.Advance(10 * time.Second)
		summary, err := l.keeping(t, Keep{Retention: true}).Do(t.Context())
		v := l.bucket.Versions("k")[0]
		if got := fmt.Sprint(v.LockMode, " ", v.RetainUntil.UTC().Format(time.DateOnly)); err != nil || summary.Copied != 1 || got != want {
			t.Errorf("until %s: got %s, want %s; %s, %v", until, got, want, failures(summary), err)
		}
		if again, err := l.keeping(t, Keep{Retention: true}).Do(t.Context()); err != nil || again.AlreadyBack != 1 {
			t.Errorf("the second run: %+v, %v", again, err)
		}
	}
}

// TestKeepCompare: a latest version that lacks something that is kept is not already back. A longer retention and a
// legal hold that the old one had not are no reason to copy.
func TestKeepCompare(t *testing.T) {
	for _, test := range []struct {
		name   string
		back   bool
		change func(*s3fake.Version)
	}{
		{"nothing", true, func(*s3fake.Version) {}},
		{"encryption", false, func(v *s3fake.Version) {
			v.Encryption, v.KMSKey, v.BucketKey = types.ServerSideEncryptionAes256, "", false
		}},
		{"key", false, func(v *s3fake.Version) { v.KMSKey = "other" }},
		{"bucket key", false, func(v *s3fake.Version) { v.BucketKey = false }},
		{"redirect", false, func(v *s3fake.Version) { delete(v.Headers, "X-Amz-Website-Redirect-Location") }},
		{"grants", false, func(v *s3fake.Version) { v.Grants = v.Grants[:3] }},
		{"a grant that means nothing for an object", true, func(v *s3fake.Version) { v.Grants = append(v.Grants, `WRITE=id="a"`) }},
		{"shorter retention", false, func(v *s3fake.Version) { v.RetainUntil = day(50) }},
		{"longer retention", true, func(v *s3fake.Version) { v.RetainUntil = day(150) }},
		{"mode", false, func(v *s3fake.Version) { v.LockMode = types.ObjectLockModeGovernance }},
		{"no legal hold", false, func(v *s3fake.Version) { v.LegalHold = false }},
	} {
		for _, keep := range []Keep{keepAll, {}} {
			t.Run(fmt.Sprint(test.name, ", ", keep), func(t *testing.T) {
				l := newLake(t, locking, 10)
				l.bucket.Put("k", everything())
				after := everything()
				after.At = second(5)
				test.change(&after)
				l.bucket.Put("k", after)
				l.clock.Advance(10 * time.Second)
				summary, err := l.keeping(t, keep).Do(t.Context())
				if back := test.back || keep == (Keep{}); err != nil || summary.Failed > 0 || summary.AlreadyBack == 1 != back {
					t.Errorf("%+v, %s, %v", summary, failures(summary), err)
				}
			})
		}
	}
}

// TestNotKept: what cannot be kept leaves the key as it is, and is its reason.
func TestNotKept(t *testing.T) {
	failing := func(operation string, fault *s3fake.Fault) func(*lake) {
		return func(l *lake) {
			l.server.SetFault(func(r *http.Request) *s3fake.Fault {
				if d := s3fake.Describe(r); d.Operation == operation && d.Key == "k" {
					return fault
				}
				return nil
			})
		}
	}
	for _, test := range []struct {
		name    string
		old     s3fake.Version
		disturb func(*lake)
		reason  Reason
		detail  string
	}{
		{"the ACL is denied", everything(), failing("GetObjectAcl", s3fake.Denied()), NotKept, "the ACL cannot be read: AccessDenied"},
		{"the retention is denied", s3fake.Version{}, failing("GetObjectRetention", s3fake.Denied()), NotKept, "the retention cannot be read: "},
		{"the legal hold is denied", s3fake.Version{}, failing("GetObjectLegalHold", s3fake.Denied()), NotKept, "the legal hold cannot"},
		{"ACLs are disabled", everything(), func(l *lake) {
			failing("CopyObject", &s3fake.Fault{Status: 400, Code: "AccessControlListNotSupported", Message: "The bucket does not allow ACLs"})(l)
		}, NotKept, "AccessControlListNotSupported: "},
		{"a retention must not be set", everything(), failing("CopyObject", &s3fake.Fault{
			Status: 403, Code: "AccessDenied", Message: "User: u is not authorized to perform: s3:PutObjectRetention on resource: r",
		}), NotKept, "AccessDenied: User: u is not"},
		{"the key is disabled", everything(), failing("CopyObject", s3fake.KMSDisabled("key")), Key, "KMS.DisabledException: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, locking, 10)
			old := test.old
			old.Body, old.At = []byte("old"), second(1)
			if old.RetainUntil.IsZero() { // older than the bucket's lock
				l.bucket.Put("k", old)
				l.bucket.Change("k", l.bucket.Versions("k")[0].ID, func(v *s3fake.Version) { v.LockMode, v.RetainUntil = "", time.Time{} })
			} else {
				l.bucket.Put("k", old)
			}
			l.put("k", "bad", 5)
			l.put("other", "old", 1)
			l.put("other", "bad", 5)
			l.clock.Advance(10 * time.Second)
			run := l.keeping(t, keepAll)
			test.disturb(l)
			summary, err := run.Do(t.Context())
			if err != nil || summary.Failed != 1 || summary.Copied != 1 || summary.Reasons[test.reason] == nil ||
				!strings.HasPrefix(summary.Reasons[test.reason].All[0].Detail, test.detail) || summary.Reasons[test.reason].Next == "" {
				t.Errorf("%+v, %s, %v", summary, failures(summary), err)
			}
			if len(l.bucket.Versions("k")) != 2 {
				t.Errorf("k was changed: %s", l.history("k"))
			}
		})
	}
}

// TestPartsOfTheSource: a copy by parts has the parts of its source, and so its ETag, if all but the last are alike.
func TestPartsOfTheSource(t *testing.T) {
	for _, test := range []struct {
		parts []int64
		want  string
	}{
		{[]int64{5 << 20, 5 << 20, 1}, "[5242880 5242880 1]"},
		{[]int64{6 << 20, 6 << 20}, "[6291456 6291456]"},
		{[]int64{7}, "[7]"},
		{[]int64{5 << 20, 6 << 20, 1}, "[5242880 5242880 1048577]"}, // not alike
	} {
		t.Run(fmt.Sprint(test.parts), func(t *testing.T) {
			l := newLake(t, enabled, 10)
			old := l.bucket.Put("k", s3fake.Version{PartSizes: test.parts, At: second(1)})
			l.put("k", "bad", 5)
			l.clock.Advance(10 * time.Second)
			run := l.run(second(3))
			run.MultipartAbove = 1 << 30
			summary, err := run.Do(t.Context())
			if err != nil || summary.Copied != 1 || summary.Failed > 0 {
				t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
			}
			got := l.bucket.Versions("k")[0]
			if fmt.Sprint(got.PartSizes) != test.want || (test.want == fmt.Sprint(test.parts)) != (got.ETag == old.ETag) {
				t.Errorf("parts %v, ETag %s, want that of %v, %s", got.PartSizes, got.ETag, test.parts, old.ETag)
			}
		})
	}
}

// TestNoUploadLeft: a copy by parts that fails leaves no parts behind.
func TestNoUploadLeft(t *testing.T) {
	for name, fault := range map[string]func(l *lake, operation string) *s3fake.Fault{
		"a part is denied": func(_ *lake, operation string) *s3fake.Fault {
			if operation == "UploadPartCopy" {
				return s3fake.Denied()
			}
			return nil
		},
		"a part fails": func(_ *lake, operation string) *s3fake.Fault {
			if operation == "UploadPartCopy" {
				return s3fake.ErrorInside("InternalError")
			}
			return nil
		},
		"written meanwhile": func(l *lake, operation string) *s3fake.Fault {
			if operation == "CompleteMultipartUpload" {
				l.bucket.Put("k", s3fake.Version{Body: []byte("live")})
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			l.bucket.Put("k", s3fake.Version{PartSizes: []int64{5 << 20, 5 << 20}, At: second(1)})
			l.put("k", "bad", 5)
			l.clock.Advance(10 * time.Second)
			l.server.SetFault(func(r *http.Request) *s3fake.Fault { return fault(l, s3fake.Describe(r).Operation) })
			summary, err := l.run(second(3)).Do(t.Context())
			if err != nil || summary.Failed != 1 || l.server.Requests()["CreateMultipartUpload"] != 1 {
				t.Errorf("%+v, %s, %v, %v", summary, failures(summary), l.server.Requests(), err)
			}
			if left := l.bucket.Uploads(); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}
