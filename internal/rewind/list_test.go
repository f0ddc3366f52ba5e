package rewind

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/s3fake"
)

var enabled = s3fake.BucketOptions{Versioning: types.BucketVersioningStatusEnabled}

// retrying is a client option: eight attempts with short waits.
func retrying(o *s3.Options) {
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 12
		o.RateLimiter = noLimit{}
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return time.Millisecond, nil })
	})
}

// noLimit is that of a client with endless patience.
type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noLimit) AddTokens(uint) error { return nil }

// listed is a listing as text: key, version or marker, second.
func listed(t *testing.T, r *Run) (text []string, pages int, apart bool) {
	t.Helper()
	err := r.list(t.Context(), r.Prefix, "", func(p page) (bool, error) {
		pages++
		apart = apart || p.apart
		for _, e := range p.entries {
			kind := "v"
			if e.Marker {
				kind = "m"
			}
			if e.Latest {
				kind += "*"
			}
			text = append(text, fmt.Sprintf("%q %s %d", e.Key, kind, e.Time.Second()))
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text, pages, apart
}

// TestListOrder: markers among versions in the order of the answer, keys as they are, in pages that end inside keys.
func TestListOrder(t *testing.T) {
	clock := s3fake.NewClock(second(0))
	server := s3fake.New(s3fake.Options{Clock: clock.Now, PageSize: 2})
	bucket := server.CreateBucket("lake", enabled)
	client := server.Start(t)
	for _, key := range []string{"a+b c%d/é", "a\x01\n", "b<Version>&"} {
		bucket.Put(key, s3fake.Version{Body: []byte("1"), At: second(1)})
		bucket.Delete(key, second(2))
		bucket.Put(key, s3fake.Version{Body: []byte("2"), At: second(2).Add(time.Millisecond)})
		bucket.Delete(key, second(2).Add(2*time.Millisecond))
		bucket.Put(key, s3fake.Version{Body: []byte("3"), At: second(4)})
	}
	text, pages, apart := listed(t, &Run{Client: client, Bucket: "lake"})
	var want []string
	for _, key := range []string{"a\x01\n", "a+b c%d/é", "b<Version>&"} {
		for _, what := range []string{"v* 4", "m 2", "v 2", "m 2", "v 1"} {
			want = append(want, fmt.Sprintf("%q %s", key, what))
		}
	}
	if strings.Join(text, "\n") != strings.Join(want, "\n") || apart || pages != 8 {
		t.Errorf("%d pages, apart %v:\n%s\nwant\n%s", pages, apart, strings.Join(text, "\n"), strings.Join(want, "\n"))
	}
}

// TestListApart: a server that lists versions before delete markers is noticed, and each key's entries are together.
func TestListApart(t *testing.T) {
	const entry = "<%[1]s><Key>%[2]s</Key><VersionId>%[3]d</VersionId><IsLatest>%[4]v</IsLatest><LastModified>2026-03-02T10:00:0%[3]d.700Z</LastModified></%[1]s>"
	answers := "<ListVersionsResult>" + fmt.Sprintf(entry, "Version", "a", 1, false) + fmt.Sprintf(entry, "Version", "b", 2, true) +
		fmt.Sprintf(entry, "DeleteMarker", "a", 3, true) + "</ListVersionsResult>"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answers) }))
	defer server.Close()
	text, _, apart := listed(t, &Run{Client: s3fake.NewClient(server.URL), Bucket: "lake"})
	if got := strings.Join(text, ", "); got != `"a" v 1, "a" m* 3, "b" v* 2` || !apart {
		t.Errorf("got %s, apart %v", got, apart)
	}
}

// TestListSamePage: a server whose markers do not move is no reason to go on for ever.
func TestListSamePage(t *testing.T) {
	const answer = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>" +
		"<NextVersionIdMarker>1</NextVersionIdMarker></ListVersionsResult>"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
	defer server.Close()
	r := &Run{Client: s3fake.NewClient(server.URL), Bucket: "lake"}
	err := r.list(t.Context(), "", "", func(page) (bool, error) { return true, nil })
	if err == nil || !strings.Contains(err.Error(), "the same page") {
		t.Errorf("got %v", err)
	}
}

// TestListCut: an answer that ends early is asked for again.
func TestListCut(t *testing.T) {
	server := s3fake.New(s3fake.Options{PageSize: 3})
	bucket := server.CreateBucket("lake", enabled)
	client := server.Start(t, retrying)
	for i := range 10 {
		bucket.Put(fmt.Sprint(i), s3fake.Version{Body: []byte("x")})
	}
	cut := 0
	server.SetFault(func(*http.Request) *s3fake.Fault {
		if cut++; cut%2 == 1 {
			return s3fake.Cut()
		}
		return nil
	})
	if text, pages, _ := listed(t, &Run{Client: client, Bucket: "lake"}); len(text) != 10 || pages != 4 || cut != 8 {
		t.Errorf("%d entries on %d pages, %d requests", len(text), pages, cut)
	}
}

// TestKinds: nothing but the elements themselves.
func TestKinds(t *testing.T) {
	var got []string
	for kind := range kinds([]byte("<R><VersionIdMarker/><Version ><VersionId>1</VersionId></Version><DeleteMarker>" +
		"&lt;Version&gt;</DeleteMarker><DeleteMarkers/><Version\n/><Versio")) {
		got = append(got, kind)
	}
	if strings.Join(got, " ") != "Version DeleteMarker Version" {
		t.Errorf("got %v", got)
	}
}

// TestCopySource: S3 decodes the header, so every character must survive that.
func TestCopySource(t *testing.T) {
	for key, want := range map[string]string{
		"a/b": "lake/a/b?versionId=null", "a+b c": "lake/a%2Bb%20c?versionId=null", "é?%2F": "lake/%C3%A9%3F%252F?versionId=null",
	} {
		if got := copySource("lake", Entry{Key: key, VersionID: "null"}); got != want {
			t.Errorf("%q: got %s, want %s", key, got, want)
		}
	}
}
