package s3fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestFaults: each fault as a client sees it, and that nothing was written.
func TestFaults(t *testing.T) {
	f := versioned(t)
	f.bucket.Put("k", Version{Body: []byte("x")})
	for want, fault := range map[string]*Fault{
		"500 InternalError": InternalError(), "409 ConditionalRequestConflict": Conflict(), "429 TooManyRequests": TooManyRequests(),
		"403 AccessDenied": Denied(), "400 ExpiredToken": ExpiredToken(), "404 NoSuchVersion": NoSuchVersion(),
		"400 KMS.DisabledException": KMSDisabled("arn:key"), "503 SlowDown": SlowDown(),
		"404 NoSuchKey": {Status: http.StatusNotFound, Code: "NoSuchKey"},
	} {
		f.server.SetFault(func(r *http.Request) *Fault {
			if Describe(r).Operation == "CopyObject" {
				return fault
			}
			return nil
		})
		refused(t, want)(f.copy("b/k", "copy"))
	}
	if got := f.bucket.Versions("copy"); got != nil {
		t.Errorf("%+v", got)
	}
}

// TestFaultOfOneKey: a hook knows operation, key, version and source.
func TestFaultOfOneKey(t *testing.T) {
	f := versioned(t)
	v := f.bucket.Put("dir/ü +", Version{Body: []byte("x")})
	var seen []Request
	f.server.SetFault(func(r *http.Request) *Fault {
		request := Describe(r)
		seen = append(seen, request)
		if request.Key == "dir/ü +" {
			return Denied()
		}
		return nil
	})
	refused(t, "403 AccessDenied")(f.get("dir/ü +", v.ID))
	must(f.copy("b/dir/%C3%BC%20%2B?versionId="+v.ID, "b"))
	want := []Request{
		{Operation: "GetObject", Bucket: "b", Key: "dir/ü +", VersionID: v.ID},
		{Operation: "CopyObject", Bucket: "b", Key: "b", SourceBucket: "b", SourceKey: "dir/ü +", SourceVersionID: v.ID},
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("%+v", seen)
	}
}

// TestErrorInside: an error with status 200, which the SDK turns into one with 500. With After the operation
// is carried out, and its answer alone is lost.
func TestErrorInside(t *testing.T) {
	f := versioned(t)
	fault := ErrorInside("InternalError")
	if fault.Status != http.StatusOK {
		t.Error(fault.Status)
	}
	f.server.SetFault(func(r *http.Request) *Fault {
		if Describe(r).Operation == "CompleteMultipartUpload" {
			return fault
		}
		return nil
	})
	refused(t, "500 InternalError")(f.upload("k", "x"))
	if got := f.bucket.Versions("k"); got != nil {
		t.Errorf("%+v", got)
	}
	fault.After = true
	refused(t, "500 InternalError")(f.upload("k", "x"))
	if got := history(f.bucket.Versions("k")); got != "x" {
		t.Error(got)
	}
}

// TestCut: the connection ends in the middle of a listing, of content, and before an answer without a body;
// a write has happened.
func TestCut(t *testing.T) {
	f := versioned(t)
	for i := range 100 {
		f.bucket.Put(fmt.Sprint(i), Version{Body: make([]byte, 1000)})
	}
	f.server.SetFault(func(*http.Request) *Fault { return Cut() })
	_, err := f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if body, err := f.get("1", ""); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 500 {
		t.Error(len(body), err)
	}
	if _, err := f.client.PutObject(f.ctx, put("new", "x")); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if got := history(f.bucket.Versions("new")); got != "x" {
		t.Error(got)
	}
}

// TestDelay: a slow answer ends with the client's patience.
func TestDelay(t *testing.T) {
	f := versioned(t)
	f.server.SetFault(func(*http.Request) *Fault { return Delay(time.Hour) })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	f.ctx = ctx
	if _, err := f.get("k", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestSometimes: a share of the requests fails, always the same ones, and a client that retries gets
// through. The counters have all of them.
func TestSometimes(t *testing.T) {
	count := func() map[string]int {
		f := versioned(t)
		f.server.SetFault(Sometimes(7, 0.3, SlowDown(), InternalError(), Cut()))
		for range 30 {
			must(f.client.PutObject(f.ctx, put("k", "x"), func(o *s3.Options) {
				o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
					o.MaxAttempts, o.Backoff = 20, retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
					o.RateLimiter = ratelimit.None
				})
			}))
		}
		return f.server.Requests()
	}
	one, two := count(), count()
	if one["PutObject"] != two["PutObject"] || one["PutObject"] < 35 || one["PutObject"] > 60 {
		t.Error(one, two)
	}
}

// TestTogether: many clients at once, for the race detector.
func TestTogether(t *testing.T) {
	f := versioned(t)
	f.bucket.Put("k", Version{Body: []byte("x")})
	done := make(chan error)
	for i := range 8 {
		go func() {
			var errs []error
			for range 20 {
				_, err := f.copy("b/k", fmt.Sprint(i%3))
				_, err2 := f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB})
				_, err3 := f.client.PutObjectTagging(f.ctx, &s3.PutObjectTaggingInput{
					Bucket: inB, Key: keyK,
					Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("t"), Value: aws.String(fmt.Sprint(i))}}},
				})
				_, err4 := f.head("k", "")
				errs = append(errs, err, err2, err3, err4)
			}
			done <- errors.Join(errs...)
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
