package rewind

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/s3fake"
)

// TestReasons: what cannot be restored is named with its reason, and everything else is restored.
func TestReasons(t *testing.T) {
	fault := func(key string, f *s3fake.Fault, operations ...string) func(*http.Request) *s3fake.Fault {
		return func(r *http.Request) *s3fake.Fault {
			if d := s3fake.Describe(r); d.Key == key && slices.Contains(operations, d.Operation) {
				return f
			}
			return nil
		}
	}
	for _, test := range []struct {
		name   string
		old    s3fake.Version
		fault  func(*http.Request) *s3fake.Fault
		reason Reason
		detail string
	}{
		{"archived", s3fake.Version{StorageClass: types.StorageClassGlacier}, nil, Archived, "storage class GLACIER"},
		{
			"archived by Intelligent-Tiering",
			s3fake.Version{StorageClass: types.StorageClassIntelligentTiering, ArchiveStatus: types.ArchiveStatusArchiveAccess},
			nil, Archived, "ObjectNotInActiveTierError: ",
		},
		{"a customer's key", s3fake.Version{CustomerKey: true}, nil, CustomerKey, "InvalidRequest: "},
		{"a disabled key", s3fake.Version{}, fault("k", s3fake.KMSDisabled("key"), "CopyObject"), Key, "KMS.DisabledException: key is disabled."},
		{"denied", s3fake.Version{}, fault("k", s3fake.Denied(), "CopyObject"), Denied, "AccessDenied: "},
		{"expired meanwhile", s3fake.Version{}, fault("k", s3fake.NoSuchVersion(), "CopyObject", "HeadObject"), Expired, "NoSuchVersion: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			old := test.old
			old.Body, old.At = []byte("old"), second(1)
			l.bucket.Put("k", old)
			l.put("k", "bad", 5)
			l.put("other", "old", 1)
			l.put("other", "bad", 5)
			l.clock.Advance(10 * time.Second)
			l.server.SetFault(test.fault)
			summary, err := l.run(second(3)).Do(t.Context())
			if err != nil || summary.Failed != 1 || summary.Copied != 1 || summary.Confirmed != 1 || summary.Reasons[test.reason] == nil {
				t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
			}
			of := summary.Reasons[test.reason]
			if of.Next == "" || allOf(of)[0].Key != "k" || !strings.HasPrefix(allOf(of)[0].Detail, test.detail) {
				t.Errorf("got %+v", of)
			}
			if len(l.bucket.Versions("k")) != 2 {
				t.Errorf("k was changed: %s", l.history("k"))
			}
		})
	}
}

// TestManyDenied: each of them is named.
func TestManyDenied(t *testing.T) {
	l := newLake(t, enabled, 1000)
	const keys, denied = 400, 40
	for i := range keys {
		l.put(fmt.Sprintf("%04d", i), "old", 1)
		l.put(fmt.Sprintf("%04d", i), "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key < fmt.Sprintf("%04d", denied) {
			return s3fake.Denied()
		}
		return nil
	})
	summary, err := l.run(second(3)).Do(t.Context())
	if err != nil || summary.Copied != keys-denied || len(allOf(summary.Reasons[Denied])) != denied || summary.Reasons[Denied].Keys != denied {
		t.Errorf("%+v, %v", summary, err)
	}
}

// TestExpiredCredentials: the run ends, says why, and goes on where it was.
func TestExpiredCredentials(t *testing.T) {
	l := newLake(t, enabled, 10)
	for i := range 50 {
		l.put(fmt.Sprint(i), "old", 1)
		l.put(fmt.Sprint(i), "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	var mu sync.Mutex
	copies := 0
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		mu.Lock()
		defer mu.Unlock()
		if s3fake.Describe(r).Operation == "CopyObject" {
			copies++
		}
		if copies > 20 {
			return s3fake.ExpiredToken()
		}
		return nil
	})
	if _, err := l.run(second(3)).Do(t.Context()); err == nil || !strings.Contains(err.Error(), "ExpiredToken") {
		t.Errorf("got %v", err)
	}
	l.server.SetFault(nil)
	summary, err := l.run(second(3)).Do(t.Context())
	if err != nil || summary.AlreadyBack < 20 || summary.AlreadyBack+summary.Copied != 50 || summary.Failed > 0 {
		t.Errorf("the second run: %+v, %v", summary, err)
	}
	for i := range 50 {
		if got := l.history(fmt.Sprint(i)); got != "old bad old" {
			t.Errorf("%d: got %s", i, got)
		}
	}
}

// TestInterrupted: a run that is stopped aborts its multipart uploads.
func TestInterrupted(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.bucket.Put(
		"k",
		s3fake.Version{PartSizes: []int64{5 << 30, 5 << 30, 1 << 30}, At: second(1), ChecksumAlgorithm: "CRC64NVME", ETag: "a-3"},
	)
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "UploadPartCopy" {
			cancel(stop)
			return s3fake.Delay(10 * time.Second)
		}
		return nil
	})
	if _, err := l.run(second(3)).Do(ctx); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	uploads, err := l.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &l.bucket.Name})
	if err != nil || len(uploads.Uploads) > 0 || l.server.Requests()["AbortMultipartUpload"] != 1 {
		t.Errorf("%d uploads are left, %v", len(uploads.Uploads), err)
	}
	if l.history("k") != "bad " {
		t.Errorf("got %s", l.history("k"))
	}
}

// TestLarge: above 5 GB an object is copied by parts, and has everything that it had.
func TestLarge(t *testing.T) {
	l := newLake(t, enabled, 10)
	old := l.bucket.Put("k", s3fake.Version{
		PartSizes: []int64{5 << 30, 5 << 30, 1 << 30}, At: second(1), ChecksumAlgorithm: "CRC64NVME", ETag: "a-3",
		Headers:  map[string]string{"Content-Type": "text/csv", "Cache-Control": "no-store", "Expires": "Wed, 09 Dec 2026 10:00:00 GMT"},
		Metadata: map[string]string{"team": "blue"}, Tags: map[string]string{"a b": "c&d"}, Annotations: map[string]string{"note": "kept"},
		StorageClass: types.StorageClassStandardIa,
	})
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	summary, err := l.run(second(3)).Do(t.Context())
	if err != nil || summary.ByParts != 1 || summary.Bytes != 11<<30 || summary.Verified[ByChecksum]+summary.Verified[ByETag] != 1 ||
		summary.Confirmed != 1 {
		t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
	}
	got := l.bucket.Versions("k")[0]
	if !sameObject(got, old) || got.ID == old.ID || !slices.Equal(got.PartSizes, old.PartSizes) {
		t.Errorf("got %+v\nwant %+v", got, old)
	}
	again, err := l.run(second(3)).Do(t.Context())
	if err != nil || again.AlreadyBack != 1 {
		t.Errorf("the second run: %+v, %v", again, err)
	}
}

// TestLargeWrittenMeanwhile: an upload counts from its start, so what others wrote while its parts were copied stays
// the latest, and is reported.
func TestLargeWrittenMeanwhile(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.bucket.Put("k", s3fake.Version{PartSizes: []int64{5 << 30, 1 << 30}, At: second(1), ChecksumAlgorithm: "CRC64NVME", ETag: "a-2"})
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	var once sync.Once
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "UploadPartCopy" {
			once.Do(func() {
				l.clock.Advance(time.Second)
				l.bucket.Put("k", s3fake.Version{Body: []byte("bad"), Metadata: map[string]string{"live": "yes"}}) // the ETag is the same
			})
		}
		return nil
	})
	summary, err := l.run(second(3)).Do(t.Context())
	if err != nil || summary.Failed != 1 || !strings.HasPrefix(failures(summary), `changed: "k": written while it was copied by parts`) {
		t.Errorf("%+v, %s, %v", summary, failures(summary), err)
	}
	if now := l.bucket.Versions("k")[0]; now.Metadata["live"] != "yes" {
		t.Errorf("the live write is not the latest: %s", l.history("k"))
	}
}
