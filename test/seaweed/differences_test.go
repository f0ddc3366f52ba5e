package seaweed

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TestDifferences: what the package's comment says of SeaweedFS. Where a newer one is as AWS, the other tests can have more.
func TestDifferences(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	status := func(err error) int {
		var answer *smithyhttp.ResponseError
		if !errors.As(err, &answer) {
			return http.StatusOK
		}
		return answer.HTTPStatusCode()
	}

	upload, err := b.client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &b.name, Key: aws.String("parts")})
	b.must(err)
	started := pause()
	pause()
	part, err := b.client.UploadPart(t.Context(), &s3.UploadPartInput{
		Bucket: &b.name, Key: aws.String("parts"), UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("x"),
	})
	b.must(err)
	completed, err := b.client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: &b.name, Key: aws.String("parts"), UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}},
	})
	b.must(err)
	if at := b.list()["parts"][*completed.VersionId].at; !at.After(started) {
		t.Errorf("a multipart upload has the time of its start: %s", at)
	}

	_, err = b.client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &b.name, Key: aws.String("kms"), Body: strings.NewReader("x"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: aws.String("11111111-2222-3333-4444-555555555555"),
	})
	if got := status(err); got != http.StatusInternalServerError {
		t.Errorf("a request with a KMS key is answered with %d", got)
	}

	for _, key := range []string{"k//k", "k/./k", "/k", `k\k`, "k\u0001"} {
		_, err := b.put(t.Context(), key, text("odd"))
		if _, there := b.list()[key]; err == nil && there {
			t.Errorf("key %q is kept as it is", key)
		}
	}

	for range 2 {
		_, err = b.put(t.Context(), "directory/", text("x"))
		b.must(err)
	}
	if versions := b.list()["directory/"]; len(versions) != 1 || !versions["null"].latest {
		t.Errorf("a key that ends in a slash has versions %v", versions)
	}

	_, err = b.put(t.Context(), "plain", text("x"))
	b.must(err)
	annotations, err := b.client.ListObjectAnnotations(t.Context(), &s3.ListObjectAnnotationsInput{Bucket: &b.name, Key: aws.String("plain")})
	b.must(err)
	answer, ok := middleware.GetRawResponse(annotations.ResultMetadata).(*smithyhttp.Response)
	if !ok || answer.Header.Get("ETag") == "" {
		t.Error("a request for annotations is not answered with the object")
	}
	listing, err := b.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &b.name, Prefix: aws.String("plain")})
	b.must(err)
	head, err := b.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b.name, Key: aws.String("plain"), ChecksumMode: "ENABLED"})
	b.must(err)
	if algorithms := listing.Versions[0].ChecksumAlgorithm; len(algorithms) > 0 || head.ChecksumCRC32 == nil {
		t.Errorf("a listing has checksums %v, HEAD has %v", algorithms, head.ChecksumCRC32)
	}
}

// TestNullVersion: a version from before versioning is listed last, even if a newer one has been written while it was suspended.
func TestNullVersion(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	_, err := b.put(t.Context(), "k", text("a"))
	b.must(err)
	_, err = b.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &b.name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended},
	})
	b.must(err)
	pause()
	_, err = b.put(t.Context(), "k", text("null"))
	b.must(err)
	listing, err := b.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &b.name})
	b.must(err)
	if n := len(listing.Versions); n != 2 || *listing.Versions[n-1].VersionId != "null" {
		t.Errorf("got %+v", listing.Versions)
	}
}
