package s3fake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (f fixture) copy(source, key string, change ...func(*s3.CopyObjectInput)) (*s3.CopyObjectOutput, error) {
	input := &s3.CopyObjectInput{Bucket: inB, Key: &key, CopySource: &source}
	for _, c := range change {
		c(input)
	}
	return f.client.CopyObject(f.ctx, input)
}

// TestCopy: a copy takes over metadata, tags, annotations and the checksum's algorithm, but not class,
// encryption, lock, ACL, redirect and parts; its ETag is that of content in one piece.
func TestCopy(t *testing.T) {
	f := versioned(t)
	old := f.bucket.Put("a/ü +", Version{
		Body: []byte("ab123"), PartSizes: []int64{2, 3},
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32c, ChecksumType: types.ChecksumTypeComposite,
		Headers:  map[string]string{"Content-Type": "text/plain", "X-Amz-Website-Redirect-Location": "/x"},
		Metadata: map[string]string{"team": "x"}, Tags: map[string]string{"t": "1"}, Annotations: map[string]string{"n": "v"},
		StorageClass: types.StorageClassGlacierIr, Encryption: types.ServerSideEncryptionAwsKms, ACL: types.ObjectCannedACLPublicRead,
	})
	f.bucket.Put("a/ü +", Version{Body: []byte("new")})
	f.clock.Advance(time.Hour)
	out := must(f.copy("b/a/%C3%BC%20%2B?versionId="+old.ID, "a/ü +"))
	v := f.bucket.Versions("a/ü +")[0]
	got := fmt.Sprintln(string(v.Body), v.ETag, v.Headers, v.Metadata, v.Tags, v.Annotations, v.StorageClass, v.Encryption, v.ACL,
		v.ChecksumAlgorithm, v.ChecksumType, v.At.Sub(noon))
	want := "ab123 " + bytesBlob([]byte("ab123")).etag() +
		" map[Content-Type:text/plain] map[team:x] map[t:1] map[n:v] STANDARD AES256  CRC32C FULL_OBJECT 1h0m0s\n"
	if got != want {
		t.Errorf("%s\n%s", got, want)
	}
	if *out.VersionId != v.ID || *out.CopySourceVersionId != old.ID || strings.Trim(*out.CopyObjectResult.ETag, `"`) != v.ETag ||
		*out.CopyObjectResult.ChecksumCRC32C != v.Checksum {
		t.Errorf("%+v", out)
	}
}

// TestCopyDirectives: REPLACE takes the request's instead, EXCLUDE takes no annotations, and what the
// request sets of class, checksum, lock and encryption is the copy's.
func TestCopyDirectives(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ObjectLock: true})
	f.bucket.Put("a", Version{
		Body: []byte(
			"x",
		), Metadata: map[string]string{"team": "x"}, Tags: map[string]string{"t": "1"}, Annotations: map[string]string{"n": "v"},
	})
	must(f.copy("b/a", "b", func(in *s3.CopyObjectInput) {
		in.MetadataDirective, in.Metadata, in.ContentType = types.MetadataDirectiveReplace, map[string]string{"m": "2"}, aws.String("a/b")
		in.TaggingDirective, in.Tagging = types.TaggingDirectiveReplace, aws.String("n=a%20b")
		in.AnnotationDirective = types.AnnotationDirectiveExclude
		in.StorageClass, in.ChecksumAlgorithm = types.StorageClassOnezoneIa, types.ChecksumAlgorithmSha1
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String("arn:key")
		in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ObjectLockModeCompliance, aws.Time(noon.Add(time.Hour))
		in.ObjectLockLegalHoldStatus = types.ObjectLockLegalHoldStatusOn
	}))
	v := f.bucket.Versions("b")[0]
	got := fmt.Sprintln(v.Metadata, v.Headers, v.Tags, v.Annotations, v.StorageClass, v.ChecksumAlgorithm, v.Encryption, v.KMSKey,
		v.LockMode, v.RetainUntil.Sub(noon), v.LegalHold)
	want := "map[m:2] map[Content-Type:a/b] map[n:a b] map[] ONEZONE_IA SHA1 aws:kms arn:key COMPLIANCE 1h0m0s true\n"
	if got != want {
		t.Errorf("%s\n%s", got, want)
	}
	// The ETag under a KMS key is no MD5 of the content, and that of a second copy is another.
	kms := func(in *s3.CopyObjectInput) { in.ServerSideEncryption = types.ServerSideEncryptionAwsKms }
	one, two := must(f.copy("b/a", "c", kms)), must(f.copy("b/a", "c", kms))
	if *one.CopyObjectResult.ETag == *two.CopyObjectResult.ETag || v.ETag == bytesBlob([]byte("x")).etag() {
		t.Error(*one.CopyObjectResult.ETag, v.ETag)
	}
	refused(t, "400 InvalidRequest")(f.copy("b/a", "a")) // onto itself without a change
	must(f.copy("b/a?versionId="+f.bucket.Versions("a")[0].ID, "a"))
}

// TestCopyRefused: what cannot be a source.
func TestCopyRefused(t *testing.T) {
	f := start(t, Options{MaxCopy: 10}, BucketOptions{Versioning: types.BucketVersioningStatusEnabled})
	other := f.server.CreateBucket("other", BucketOptions{Owner: "999988887777"})
	other.Put("a", Version{})
	f.bucket.Put("large", Version{Size: 11})
	etag := f.bucket.Put("a", Version{Size: 10}).ETag
	refused(t, "400 InvalidRequest")(f.copy("b/large", "k"))
	refused(t, "404 NoSuchKey")(f.copy("b/none", "k"))
	refused(t, "404 NoSuchVersion")(f.copy("b/a?versionId=x", "k"))
	refused(t, "404 NoSuchBucket")(f.copy("none/a", "k"))
	refused(t, "403 AccessDenied")(f.copy("other/a", "k"))
	refused(t, "403 AccessDenied")(f.copy("b/a", "k", func(in *s3.CopyObjectInput) { in.ExpectedBucketOwner = aws.String("999988887777") }))
	refused(t, "403 AccessDenied")(f.copy("b/a", "k", func(in *s3.CopyObjectInput) {
		in.ExpectedSourceBucketOwner = aws.String("999988887777")
	}))
	refused(t, "412 PreconditionFailed")(f.copy("b/a", "k", func(in *s3.CopyObjectInput) { in.CopySourceIfMatch = aws.String(`"x"`) }))
	must(f.copy("b/a", "k", func(in *s3.CopyObjectInput) {
		in.CopySourceIfMatch, in.ExpectedBucketOwner = aws.String(`"`+etag+`"`), aws.String(DefaultAccount)
	}))
	marker := f.bucket.Delete("a", time.Time{})
	refused(t, "400 InvalidRequest")(f.copy("b/a?versionId="+marker.ID, "k"))
	refused(t, "404 NoSuchKey")(f.copy("b/a", "k"))
}

// TestWriteConditions: If-Match and If-None-Match of CopyObject, PutObject and CompleteMultipartUpload
// look at the current version of the destination (F-RST-9).
func TestWriteConditions(t *testing.T) {
	f := versioned(t)
	f.bucket.Put("source", Version{Body: []byte("s")})
	etag := f.bucket.Put("object", Version{Body: []byte("x")}).ETag
	f.bucket.Put("marker", Version{Body: []byte("x")})
	f.bucket.Delete("marker", time.Time{})
	writes := map[string]func(key string, match, none *string) error{
		"copy": func(key string, match, none *string) error {
			_, err := f.copy("b/source", key, func(in *s3.CopyObjectInput) { in.IfMatch, in.IfNoneMatch = match, none })
			return err
		},
		"put": func(key string, match, none *string) error {
			input := put(key, "s")
			input.IfMatch, input.IfNoneMatch = match, none
			_, err := f.client.PutObject(f.ctx, input)
			return err
		},
		"complete": func(key string, match, none *string) error {
			_, err := f.upload(key, "s", func(in *s3.CompleteMultipartUploadInput) { in.IfMatch, in.IfNoneMatch = match, none })
			return err
		},
	}
	for _, name := range slices.Sorted(maps.Keys(writes)) {
		for _, row := range []struct{ key, match, none, want string }{
			{"object", "x", "", "412 PreconditionFailed"},
			{"marker", etag, "", "404 NoSuchKey"},
			{"none", etag, "", "404 NoSuchKey"},
			{"object", "", "*", "412 PreconditionFailed"},
			{"object", "*", "", "501 NotImplemented"},
			{"object", "", etag, "501 NotImplemented"},
			{"object", etag, "", "no error"},
			{"marker", "", "*", "no error"},
			{"none", "", "*", "no error"},
		} {
			if got := outcome(writes[name](row.key, text1(row.match), text1(row.none))); got != row.want {
				t.Errorf("%s of %s, If-Match %q, If-None-Match %q: %s, want %s", name, row.key, row.match, row.none, got, row.want)
			}
		}
		for _, key := range []string{"none", "object", "marker"} { // as it was
			for v := f.bucket.Versions(key); len(v) > map[string]int{"object": 1, "marker": 2}[key]; v = v[1:] {
				f.bucket.Remove(key, v[0].ID)
			}
		}
	}
}

// text1 is a header's value, or none.
func text1(s string) *string {
	if s == "" {
		return nil
	}
	if s != "*" {
		s = `"` + s + `"`
	}
	return &s
}
