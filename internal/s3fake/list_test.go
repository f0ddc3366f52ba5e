package s3fake

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// raw is the body of a listing, which has what the SDK loses.
func raw(t *testing.T, s *Server, query string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/b?versions&"+query, nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260309/eu-central-1/s3/aws4_request")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.String()
}

// entries are a body's versions and delete markers in their order.
func entries(t *testing.T, body string) (list []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		begin, ok := token.(xml.StartElement)
		if !ok || begin.Name.Local != "Version" && begin.Name.Local != "DeleteMarker" {
			continue
		}
		var e struct {
			Key          string
			VersionID    string `xml:"VersionId"`
			LastModified string
		}
		if err := decoder.DecodeElement(&e, &begin); err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprint(begin.Name.Local, " ", e.Key, " ", e.VersionID, " ", e.LastModified))
	}
}

// TestListOrder: within a key versions and delete markers come in one order, newest first, and their times
// have whole seconds. Only the order in the XML tells which of one second is newer (F-RST-14).
func TestListOrder(t *testing.T) {
	f := versioned(t)
	for i, kind := range []string{"put", "delete", "put", "delete"} {
		at := noon.Add(time.Duration(i) * 200 * time.Millisecond)
		id := fmt.Sprint("v", i)
		f.bucket.Put("k", Version{ID: id, At: at, Body: []byte(id), DeleteMarker: kind == "delete"})
	}
	f.bucket.Put("k", Version{ID: "older", At: noon.Add(-time.Second), Body: []byte("x")}) // put late, and still the last
	got := strings.Join(entries(t, raw(t, f.server, "")), "\n")
	want := `DeleteMarker k v3 2026-03-09T12:00:00.000Z
Version k v2 2026-03-09T12:00:00.000Z
DeleteMarker k v1 2026-03-09T12:00:00.000Z
Version k v0 2026-03-09T12:00:00.000Z
Version k older 2026-03-09T11:59:59.000Z`
	if got != want {
		t.Errorf("%s", got)
	}
	out := must(f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB}))
	if len(out.Versions) != 3 || len(out.DeleteMarkers) != 2 || !*out.DeleteMarkers[0].IsLatest || *out.Versions[0].IsLatest {
		t.Errorf("%+v", out)
	}
}

// TestListMarkersApart: what a server does that loses the order, for a client that must notice.
func TestListMarkersApart(t *testing.T) {
	f := start(t, Options{MarkersApart: true}, BucketOptions{Versioning: types.BucketVersioningStatusEnabled})
	f.bucket.Put("k", Version{})
	f.bucket.Delete("k", time.Time{})
	f.bucket.Put("l", Version{})
	var got []string
	for _, e := range entries(t, raw(t, f.server, "")) {
		got = append(got, strings.Join(strings.Fields(e)[:2], " "))
	}
	if fmt.Sprint(got) != "[Version k Version l DeleteMarker k]" {
		t.Error(got)
	}
}

// TestOddKeys: whatever a key has, it is written, copied, read, listed and deleted under that name.
func TestOddKeys(t *testing.T) {
	f := versioned(t)
	for _, key := range []string{
		"/a", "a//b", "a/../b", "./a", "a/", "a b", "a+b", "a%2Fb", "a?versionId=1", "a#b", "a&b=c;d", `a\b"<>`, "ü€𐍈", "a\r\n\x01",
	} {
		one := must(f.client.PutObject(f.ctx, put(key, "1")))
		must(f.client.PutObject(f.ctx, put(key, "2")))
		source := "b/" + strings.ReplaceAll(url.QueryEscape(key), "+", "%20") + "?versionId=" + *one.VersionId
		must(f.copy(source, key))
		marker := must(f.delete(key, ""))
		must(f.delete(key, *marker.VersionId))
		if got := must(f.get(key, "")); got != "1" {
			t.Errorf("%q: %s", key, got)
		}
		if got := history(f.bucket.Versions(key)); got != "1 2 1" {
			t.Errorf("%q: %s", key, got)
		}
		out := must(f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{
			Bucket: inB, Prefix: &key, EncodingType: types.EncodingTypeUrl, MaxKeys: aws.Int32(1),
		}))
		if got := must(url.QueryUnescape(*out.Versions[0].Key)); got != key {
			t.Errorf("%q: %q", key, got)
		}
	}
}

// TestListEntry: what a listing says of a version.
func TestListEntry(t *testing.T) {
	f := versioned(t)
	f.bucket.Put("k", Version{
		PartSizes: []int64{2, 3}, Body: []byte("ab123"), StorageClass: types.StorageClassGlacierIr,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, At: noon.Add(999 * time.Millisecond),
	})
	v := must(f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB})).Versions[0]
	got := fmt.Sprintln(*v.ETag, *v.Size, v.StorageClass, v.ChecksumAlgorithm, v.ChecksumType, v.LastModified.Format(time.RFC3339Nano))
	if got != `"89e07d32eeb11f64dd0c405e37bc1100-2" 5 GLACIER_IR [CRC64NVME] FULL_OBJECT 2026-03-09T12:00:00Z`+"\n" {
		t.Error(got)
	}
}

// TestListPages: a page may end inside a key. Whatever its size, the pages together have every entry once.
func TestListPages(t *testing.T) {
	f := versioned(t)
	for k := range 7 {
		for range k {
			f.bucket.Put(fmt.Sprint("key", k), Version{Body: []byte("x")})
			f.clock.Advance(time.Second)
		}
	}
	all := entries(t, raw(t, f.server, ""))
	for size := 1; size < 23; size++ {
		var got []string
		input := &s3.ListObjectVersionsInput{Bucket: inB, MaxKeys: aws.Int32(int32(size))}
		for page := 0; ; page++ {
			query := url.Values{"max-keys": {fmt.Sprint(size)}}
			if input.KeyMarker != nil {
				query.Set("key-marker", *input.KeyMarker)
				query.Set("version-id-marker", *input.VersionIdMarker)
			}
			got = append(got, entries(t, raw(t, f.server, query.Encode()))...)
			out := must(f.client.ListObjectVersions(f.ctx, input))
			if len(out.Versions) > size {
				t.Fatalf("%d entries, want at most %d", len(out.Versions), size)
			}
			if !*out.IsTruncated {
				break
			}
			input.KeyMarker, input.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
		}
		if strings.Join(got, "\n") != strings.Join(all, "\n") {
			t.Errorf("pages of %d: %d entries, want %d", size, len(got), len(all))
		}
	}
}

// TestListMarkers: a key marker alone begins after the whole key. A version that expired between two pages
// still marks its place, and a marker of nothing is refused.
func TestListMarkers(t *testing.T) {
	f := versioned(t)
	var ids []string
	for range 3 {
		ids = append(ids, f.bucket.Put("a", Version{}).ID)
	}
	f.bucket.Put("b", Version{})
	if got := entries(t, raw(t, f.server, "key-marker=a")); len(got) != 1 || !strings.HasPrefix(got[0], "Version b ") {
		t.Errorf("%q", got)
	}
	f.bucket.Remove("a", ids[1])
	if got := entries(t, raw(t, f.server, "key-marker=a&version-id-marker="+ids[1])); len(got) != 2 || !strings.Contains(got[0], ids[0]) {
		t.Errorf("%q", got)
	}
	for _, query := range []string{"version-id-marker=x", "key-marker=a&version-id-marker=x", "max-keys=x", "encoding-type=x"} {
		if got := raw(t, f.server, query); !strings.Contains(got, "<Code>InvalidArgument</Code>") {
			t.Errorf("%s: %s", query, got)
		}
	}
	if got := raw(t, f.server, "max-keys=0"); !strings.Contains(got, "<IsTruncated>false") || strings.Contains(got, "<Version>") {
		t.Error(got)
	}
}

// TestListPrefixes: keys with the delimiter after the prefix are rolled up, each prefix counts as one
// entry, and a page that ends at a prefix goes on behind it.
func TestListPrefixes(t *testing.T) {
	f := versioned(t)
	for _, key := range []string{"p/a", "p/b/1", "p/b/2", "p/c", "p/d/1", "p/d/2", "q/a"} {
		f.bucket.Put(key, Version{})
	}
	var got []string
	input := &s3.ListObjectVersionsInput{Bucket: inB, Prefix: aws.String("p/"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(1)}
	for {
		out := must(f.client.ListObjectVersions(f.ctx, input))
		for _, v := range out.Versions {
			got = append(got, *v.Key)
		}
		for _, p := range out.CommonPrefixes {
			got = append(got, *p.Prefix)
		}
		if !*out.IsTruncated {
			break
		}
		input.KeyMarker, input.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
	if fmt.Sprint(got) != "[p/a p/b/ p/c p/d/]" {
		t.Error(got)
	}
}

// TestListEncoding: with EncodingType=url keys, markers and prefixes are escaped as in a query, but for the
// slash. Without it a key with a control character cannot be read.
func TestListEncoding(t *testing.T) {
	f := versioned(t)
	odd := "p/ü +%~*(1)&<\r\x01"
	f.bucket.Put(odd, Version{})
	f.bucket.Put(odd, Version{})
	input := &s3.ListObjectVersionsInput{
		Bucket: inB, EncodingType: types.EncodingTypeUrl, MaxKeys: aws.Int32(1), Prefix: aws.String("p/ü +"),
	}
	out := must(f.client.ListObjectVersions(f.ctx, input))
	const escaped = "p/%C3%BC+%2B%25%7E*%281%29%26%3C%0D%01"
	if *out.Versions[0].Key != escaped || *out.NextKeyMarker != escaped || *out.Prefix != "p/%C3%BC+%2B" {
		t.Error(*out.Versions[0].Key, *out.NextKeyMarker, *out.Prefix)
	}
	if plain, err := url.QueryUnescape(*out.NextKeyMarker); err != nil || plain != odd {
		t.Error(plain, err)
	}
	input.KeyMarker, input.VersionIdMarker = &odd, out.NextVersionIdMarker
	if out = must(f.client.ListObjectVersions(f.ctx, input)); len(out.Versions) != 1 || *out.IsTruncated {
		t.Errorf("%+v", out)
	}
	_, err := f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB})
	if err == nil || !strings.Contains(err.Error(), "illegal character") {
		t.Error(err)
	}
	f.bucket.Put("q/\r\t&", Version{}) // what XML can have is written as a reference, and arrives as it is
	out = must(f.client.ListObjectVersions(f.ctx, &s3.ListObjectVersionsInput{Bucket: inB, Prefix: aws.String("q/")}))
	if got := *out.Versions[0].Key; got != "q/\r\t&" {
		t.Errorf("%q", got)
	}
}

// TestGenerated: a bucket of 10,000,000 versions takes no memory, any page of it is found at once, and a
// key that is written to is stored from then on.
func TestGenerated(t *testing.T) {
	f := start(t, Options{}, BucketOptions{Versioning: types.BucketVersioningStatusEnabled, Generated: &Generated{
		Keys: 2_000_000,
		Key:  func(n int) string { return fmt.Sprintf("%07d", n) },
		Versions: func(n int) (versions []Version) {
			for v := range 5 {
				versions = append(versions, Version{At: noon.Add(-time.Duration(v) * time.Hour), Size: int64(n % 100), DeleteMarker: v == 2})
			}
			return versions
		},
	}})
	input := &s3.ListObjectVersionsInput{Bucket: inB, KeyMarker: aws.String("1234567")}
	out := must(f.client.ListObjectVersions(f.ctx, input))
	if len(out.Versions) != 800 || len(out.DeleteMarkers) != 200 || *out.Versions[0].Key != "1234568" || *out.NextKeyMarker != "1234767" {
		t.Errorf("%d, %d, %s, %s", len(out.Versions), len(out.DeleteMarkers), *out.Versions[0].Key, *out.NextKeyMarker)
	}
	f.bucket.Put("1234568", Version{Body: []byte("new")})
	f.bucket.Put("1234568a", Version{Body: []byte("between")})
	f.bucket.Remove("1234569", *out.Versions[4].VersionId)
	again := must(f.client.ListObjectVersions(f.ctx, input))
	if *again.Versions[1].VersionId != *out.Versions[0].VersionId || *again.Versions[5].Key != "1234568a" ||
		*again.Versions[6].VersionId != *out.Versions[5].VersionId {
		t.Errorf("%+v", again.Versions[:7])
	}
	f.bucket.Change("1500000", f.bucket.Versions("1500000")[1].ID, func(v *Version) { v.LegalHold = true })
	if v := f.bucket.Versions("1500000"); v[0].LegalHold || !v[1].LegalHold {
		t.Errorf("%+v", v)
	}
}

// TestListCurrent: ListObjectsV2 lists what a reader without versions sees.
func TestListCurrent(t *testing.T) {
	f := versioned(t)
	for _, key := range []string{"a", "b", "c", "d"} {
		f.bucket.Put(key, Version{Body: []byte("x")})
	}
	f.bucket.Delete("b", time.Time{})
	var got []string
	pages := s3.NewListObjectsV2Paginator(f.client, &s3.ListObjectsV2Input{Bucket: inB, MaxKeys: aws.Int32(2)})
	for pages.HasMorePages() {
		for _, o := range must(pages.NextPage(f.ctx)).Contents {
			got = append(got, *o.Key)
		}
	}
	if fmt.Sprint(got) != "[a c d]" {
		t.Error(got)
	}
}

// BenchmarkList: entries a second of a generated bucket, as the SDK's paginator reads them.
func BenchmarkList(b *testing.B) {
	server := New(Options{})
	server.CreateBucket("b", BucketOptions{Versioning: types.BucketVersioningStatusEnabled, Generated: &Generated{
		Keys: 2_000_000, Key: func(n int) string { return fmt.Sprintf("%07d", n) },
		Versions: func(int) []Version {
			return []Version{{At: noon, Size: 1000}, {At: noon}, {At: noon, DeleteMarker: true}, {At: noon}, {At: noon}}
		},
	}})
	client := server.Start(b)
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: inB})
	entries := 0
	for b.Loop() {
		out := must(pages.NextPage(b.Context()))
		entries += len(out.Versions) + len(out.DeleteMarkers)
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkPage is the server's part of that.
func BenchmarkPage(b *testing.B) {
	server := New(Options{})
	server.CreateBucket("b", BucketOptions{Versioning: types.BucketVersioningStatusEnabled, Generated: &Generated{
		Keys: 2_000_000, Key: func(n int) string { return fmt.Sprintf("%07d", n) },
		Versions: func(int) []Version {
			return []Version{{At: noon, Size: 1000}, {At: noon}, {At: noon}, {At: noon}, {At: noon}}
		},
	}})
	r := httptest.NewRequest(http.MethodGet, "/b?versions&key-marker=1000000", nil)
	r.Header.Set("Authorization", "x")
	for b.Loop() {
		server.ServeHTTP(httptest.NewRecorder(), r)
	}
}
