package rewind

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// copyWhole copies an old version on top in one request: S3 takes its metadata, tags and annotations (F-S3-25). The
// class must be named, else it would be STANDARD. Encryption, retention and ACL are the bucket's default, and there is
// no redirect, unless Keep says so.
func (r *Run) copyWhole(ctx context.Context, d Decision, result *Result) error {
	input := &s3.CopyObjectInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(d.Key), CopySource: aws.String(copySource(r.Bucket, d.Source)),
		ExpectedBucketOwner: r.owner(), ExpectedSourceBucketOwner: r.owner(), RequestPayer: r.payer(),
		MetadataDirective: types.MetadataDirectiveCopy, TaggingDirective: types.TaggingDirectiveCopy,
		AnnotationDirective: types.AnnotationDirectiveCopy,
		StorageClass:        types.StorageClass(d.Source.Class), ChecksumAlgorithm: algorithmOf(d.Source),
		CopySourceIfMatch: aws.String(d.Source.ETag),
	}
	if r.Keep != (Keep{}) {
		source, err := r.head(ctx, d.Key, d.Source.VersionID)
		if err != nil {
			return err
		}
		kept, err := r.kept(ctx, d.Key, d.Source.VersionID, source)
		if err != nil {
			return err
		}
		kept.copy(input)
	}
	input.IfMatch, input.IfNoneMatch = unchanged(d.Latest)
	output, err := r.Client.CopyObject(ctx, input, r.whole)
	if err != nil {
		return err
	}
	result.NewVersion = aws.ToString(output.VersionId)
	copied := copiedObject{encryption: output.ServerSideEncryption}
	if o := output.CopyObjectResult; o != nil {
		copied.etag, copied.sums = aws.ToString(o.ETag), sums{
			types.ChecksumAlgorithmCrc32: aws.ToString(o.ChecksumCRC32), types.ChecksumAlgorithmCrc32c: aws.ToString(o.ChecksumCRC32C),
			types.ChecksumAlgorithmCrc64nvme: aws.ToString(o.ChecksumCRC64NVME), types.ChecksumAlgorithmMd5: aws.ToString(o.ChecksumMD5),
			types.ChecksumAlgorithmSha1: aws.ToString(o.ChecksumSHA1), types.ChecksumAlgorithmSha256: aws.ToString(o.ChecksumSHA256),
			types.ChecksumAlgorithmSha512: aws.ToString(o.ChecksumSHA512), types.ChecksumAlgorithmXxhash64: aws.ToString(o.ChecksumXXHASH64),
			types.ChecksumAlgorithmXxhash3: aws.ToString(o.ChecksumXXHASH3), types.ChecksumAlgorithmXxhash128: aws.ToString(o.ChecksumXXHASH128),
		}.known()
	}
	result.Verified, err = r.compare(ctx, d, result.NewVersion, copied)
	return err
}

// unchanged is the condition that the latest entry of a key is still the listed one: an object by its ETag, a
// delete marker by the absence of an object (F-RST-9).
func unchanged(latest Entry) (ifMatch, ifNoneMatch *string) {
	if latest.Marker {
		return nil, aws.String("*")
	}
	return aws.String(latest.ETag), nil
}

// algorithmOf is the checksum that a copy gets. Without one, a bucket with Object Lock does not take it (F-OL-9).
func algorithmOf(source Entry) types.ChecksumAlgorithm {
	if len(source.Algorithms) > 0 && !source.Composite {
		return types.ChecksumAlgorithm(source.Algorithms[0])
	}
	return types.ChecksumAlgorithmCrc64nvme
}

// copySource names a version in a header. S3 decodes it, and takes + for a space.
func copySource(bucket string, source Entry) string {
	key := strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(source.Key))
	return bucket + "/" + key + "?versionId=" + url.QueryEscape(source.VersionID)
}

// copiedObject is what S3 says of a copy.
type copiedObject struct {
	etag       string
	sums       sums
	encryption types.ServerSideEncryption
}

// compare says how a copy is known to have the bytes of its source. Under a KMS key an ETag is no digest, and that
// of a multipart upload depends on the sizes of its parts.
func (r *Run) compare(ctx context.Context, d Decision, version string, copied copiedObject) (Verification, error) {
	if copied.etag == d.Source.ETag {
		return ByETag, nil
	}
	source, err := r.head(ctx, d.Key, d.Source.VersionID)
	if err != nil {
		return "", err
	}
	made, err := r.head(ctx, d.Key, version)
	if err != nil {
		return "", err
	}
	ofSource, ofCopy := sumsOf(source), sumsOf(made)
	if sameSum(ofSource, ofCopy) || sameSum(ofSource, copied.sums) {
		return ByChecksum, nil
	}
	common := false
	for algorithm := range ofSource {
		_, has := ofCopy[algorithm]
		common = common || has
	}
	plain := !isKMS(source.ServerSideEncryption) && !isKMS(copied.encryption) && !isKMS(made.ServerSideEncryption) &&
		!d.Source.multipart() && !strings.Contains(copied.etag, "-")
	if common || plain || aws.ToInt64(source.ContentLength) != aws.ToInt64(made.ContentLength) {
		return "", &keyError{Different, "version " + version + " differs from " + d.Source.VersionID + ", of which it is a copy"}
	}
	return BySize, nil
}

func isKMS(encryption types.ServerSideEncryption) bool {
	return strings.HasPrefix(string(encryption), "aws:kms")
}
