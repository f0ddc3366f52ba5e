package s3fake

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (f fixture) get(key, id string, change ...func(*s3.GetObjectInput)) (string, error) {
	input := &s3.GetObjectInput{Bucket: inB, Key: &key}
	if id != "" {
		input.VersionId = &id
	}
	for _, c := range change {
		c(input)
	}
	out, err := f.client.GetObject(f.ctx, input)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(out.Body)
	return string(body), err
}

func (f fixture) head(key, id string) (*s3.HeadObjectOutput, error) {
	input := &s3.HeadObjectInput{Bucket: inB, Key: &key, ChecksumMode: types.ChecksumModeEnabled}
	if id != "" {
		input.VersionId = &id
	}
	return f.client.HeadObject(f.ctx, input)
}

// TestRead: a version by its id, and the current one by none; a delete marker hides the key, and is itself
// no object.
func TestRead(t *testing.T) {
	f := versioned(t)
	old := f.bucket.Put("k/ü +", Version{Body: []byte("old")})
	f.bucket.Put("k/ü +", Version{Body: []byte("new")})
	if a, b := must(f.get("k/ü +", old.ID)), must(f.get("k/ü +", "")); a != "old" || b != "new" {
		t.Error(a, b)
	}
	marker := f.bucket.Delete("k/ü +", time.Time{})
	refused(t, "404 NoSuchKey")(f.get("k/ü +", ""))
	refused(t, "405 MethodNotAllowed")(f.get("k/ü +", marker.ID))
	refused(t, "404 NoSuchVersion")(f.get("k/ü +", "x"))
	refused(t, "404 NotFound")(f.head("k/ü +", ""))
	refused(t, "404 NoSuchKey")(f.get("none", ""))
}

// TestReadRange: a range, a part, and the conditions of a read. A part of the content has no checksum, which
// the SDK would compare with the whole's.
func TestReadRange(t *testing.T) {
	f := versioned(t)
	v := f.bucket.Put("k", Version{Body: []byte("0123456789"), PartSizes: []int64{4, 4, 2}, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	for text, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=8-99": "89"} {
		if got := must(f.get("k", "", func(in *s3.GetObjectInput) { in.Range = &text })); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	refused(t, "416 InvalidRange")(f.get("k", "", func(in *s3.GetObjectInput) { in.Range = aws.String("bytes=10-") }))
	if got := must(f.get("k", "", func(in *s3.GetObjectInput) { in.PartNumber = aws.Int32(2) })); got != "4567" {
		t.Error(got)
	}
	head := must(f.client.HeadObject(f.ctx, &s3.HeadObjectInput{Bucket: inB, Key: keyK, PartNumber: aws.Int32(3)}))
	if *head.ContentLength != 2 || *head.PartsCount != 3 {
		t.Error(*head.ContentLength, *head.PartsCount)
	}
	refused(t, "412 PreconditionFailed")(f.get("k", "", func(in *s3.GetObjectInput) { in.IfMatch = aws.String(`"x"`) }))
	refused(t, "304 NotModified")(f.get("k", "", func(in *s3.GetObjectInput) { in.IfNoneMatch = aws.String(v.ETag) }))
	refused(t, "304 NotModified")(f.get("k", "", func(in *s3.GetObjectInput) { in.IfModifiedSince = aws.Time(noon) }))
}

// TestHead: HeadObject shows all that belongs to a version.
func TestHead(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ObjectLock: true})
	until := noon.AddDate(0, 0, 3)
	f.bucket.Put("k", Version{
		Body: []byte("x"), StorageClass: types.StorageClassStandardIa, ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		Headers: map[string]string{
			"Content-Type": "text/plain", "Cache-Control": "no-store", "Content-Disposition": "inline", "Content-Encoding": "gzip",
			"Content-Language": "de", "Expires": "Tue, 10 Mar 2026 12:00:00 GMT", "X-Amz-Website-Redirect-Location": "/other",
		},
		Metadata: map[string]string{"team": "x"}, Tags: map[string]string{"a": "1", "b": "2"},
		Encryption: types.ServerSideEncryptionAwsKms, KMSKey: "arn:key", BucketKey: true,
		LockMode: types.ObjectLockModeGovernance, RetainUntil: until, LegalHold: true,
	})
	h := must(f.head("k", ""))
	got := fmt.Sprintln(*h.ContentType, *h.CacheControl, *h.ContentDisposition, *h.ContentEncoding, *h.ContentLanguage, *h.ExpiresString,
		*h.WebsiteRedirectLocation, h.Metadata, *h.TagCount, h.ServerSideEncryption, *h.SSEKMSKeyId, *h.BucketKeyEnabled,
		h.ObjectLockMode, h.ObjectLockRetainUntilDate.Equal(until), h.ObjectLockLegalHoldStatus, h.StorageClass, h.ChecksumType)
	want := "text/plain no-store inline gzip de Tue, 10 Mar 2026 12:00:00 GMT /other " +
		"map[team:x] 2 aws:kms arn:key true GOVERNANCE true ON STANDARD_IA FULL_OBJECT\n"
	if got != want {
		t.Error(got)
	}
	if *h.ChecksumSHA256 != "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=" {
		t.Error(*h.ChecksumSHA256)
	}
	a := must(f.client.GetObjectAttributes(f.ctx, &s3.GetObjectAttributesInput{
		Bucket: inB, Key: keyK, ObjectAttributes: types.ObjectAttributesEtag.Values(),
	}))
	if *a.ObjectSize != 1 || a.StorageClass != types.StorageClassStandardIa || *a.Checksum.ChecksumSHA256 != *h.ChecksumSHA256 {
		t.Errorf("%+v", a)
	}
}

// TestArchived: of an archived version there are headers and tags; the content is refused until restored,
// to a copy also. A version under a customer's key has not even headers.
func TestArchived(t *testing.T) {
	f := versioned(t)
	f.bucket.Put("glacier", Version{Body: []byte("x"), StorageClass: types.StorageClassDeepArchive})
	f.bucket.Put("tiering", Version{StorageClass: types.StorageClassIntelligentTiering, ArchiveStatus: types.ArchiveStatusArchiveAccess})
	f.bucket.Put("sse-c", Version{CustomerKey: true})
	if h := must(f.head("glacier", "")); h.StorageClass != types.StorageClassDeepArchive {
		t.Errorf("%+v", h)
	}
	refused(t, "403 InvalidObjectState")(f.get("glacier", ""))
	refused(t, "403 InvalidObjectState")(f.copy("b/glacier", "k"))
	refused(t, "403 InvalidObjectState")(f.get("tiering", ""))
	refused(t, "403 ObjectNotInActiveTierError")(f.copy("b/tiering", "k"))
	refused(t, "400 InvalidRequest")(f.copy("b/sse-c", "k"))
	refused(t, "400 BadRequest")(f.head("sse-c", ""))
	id := f.bucket.Versions("glacier")[0].ID
	f.bucket.Change("glacier", id, func(v *Version) { v.RestoredUntil = noon.Add(time.Hour) })
	if got := must(f.get("glacier", "")); got != "x" {
		t.Error(got)
	}
	f.clock.Advance(2 * time.Hour)
	refused(t, "403 InvalidObjectState")(f.get("glacier", ""))
}
