package rewind

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// same says whether two versions of a key have the same bytes, metadata, storage class, tags and annotations, and
// whether the other has what is kept of the one.
func (r *Run) same(ctx context.Context, key, one, other string) (bool, error) {
	a, b, err := r.heads(ctx, key, one, other)
	if err != nil || !sameHead(a, b) {
		return false, err
	}
	tagsOfOne, err := r.tags(ctx, key, one)
	if err != nil {
		return false, err
	}
	tagsOfOther, err := r.tags(ctx, key, other)
	if err != nil || !maps.Equal(tagsOfOne, tagsOfOther) {
		return false, err
	}
	annotationsOfOne, err := r.annotations(ctx, key, one)
	if err != nil {
		return false, err
	}
	annotationsOfOther, err := r.annotations(ctx, key, other)
	if err != nil || !maps.Equal(annotationsOfOne, annotationsOfOther) {
		return false, err
	}
	return r.sameKept(ctx, key, a, b)
}

// heads asks about two versions at the same time: most keys that are compared differ here, and then need nothing more.
func (r *Run) heads(ctx context.Context, key, one, other string) (a, b *s3.HeadObjectOutput, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		a, err = r.head(ctx, key, one)
		return err
	})
	group.Go(func() (err error) {
		b, err = r.head(ctx, key, other)
		return err
	})
	err = group.Wait()
	return a, b, err
}

func sameHead(a, b *s3.HeadObjectOutput) bool {
	for _, pair := range [][2]*string{
		{a.CacheControl, b.CacheControl}, {a.ContentDisposition, b.ContentDisposition}, {a.ContentEncoding, b.ContentEncoding},
		{a.ContentLanguage, b.ContentLanguage}, {a.ContentType, b.ContentType}, {a.ExpiresString, b.ExpiresString},
	} {
		if aws.ToString(pair[0]) != aws.ToString(pair[1]) {
			return false
		}
	}
	return aws.ToInt64(a.ContentLength) == aws.ToInt64(b.ContentLength) && a.StorageClass == b.StorageClass &&
		maps.Equal(a.Metadata, b.Metadata) && (aws.ToString(a.ETag) == aws.ToString(b.ETag) || sameSum(sumsOf(a), sumsOf(b)))
}

// tags are the tags of a version.
func (r *Run) tags(ctx context.Context, key, version string) (map[string]string, error) {
	output, err := r.Client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{
		Bucket: aws.String(
			r.Bucket,
		), Key: aws.String(key), VersionId: aws.String(version), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}, r.whole)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, tag := range output.TagSet {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags, nil
}

// sums are checksums of whole objects in base64, by their algorithms.
type sums map[types.ChecksumAlgorithm]string

// sameSum says whether two objects have a checksum in common, and all that they have in common are equal.
func sameSum(a, b sums) bool {
	common := false
	for algorithm, sum := range a {
		if other, ok := b[algorithm]; ok {
			if sum != other {
				return false
			}
			common = true
		}
	}
	return common
}

// known leaves out what is missing, and checksums of parts' checksums, which end in -N.
func (s sums) known() sums {
	maps.DeleteFunc(s, func(_ types.ChecksumAlgorithm, sum string) bool { return sum == "" || strings.Contains(sum, "-") })
	return s
}

func sumsOf(head *s3.HeadObjectOutput) sums {
	if head.ChecksumType == types.ChecksumTypeComposite {
		return nil
	}
	return sums{
		types.ChecksumAlgorithmCrc32:     aws.ToString(head.ChecksumCRC32),
		types.ChecksumAlgorithmCrc32c:    aws.ToString(head.ChecksumCRC32C),
		types.ChecksumAlgorithmCrc64nvme: aws.ToString(head.ChecksumCRC64NVME),
		types.ChecksumAlgorithmMd5:       aws.ToString(head.ChecksumMD5),
		types.ChecksumAlgorithmSha1:      aws.ToString(head.ChecksumSHA1),
		types.ChecksumAlgorithmSha256:    aws.ToString(head.ChecksumSHA256),
		types.ChecksumAlgorithmSha512:    aws.ToString(head.ChecksumSHA512),
		types.ChecksumAlgorithmXxhash64:  aws.ToString(head.ChecksumXXHASH64),
		types.ChecksumAlgorithmXxhash3:   aws.ToString(head.ChecksumXXHASH3),
		types.ChecksumAlgorithmXxhash128: aws.ToString(head.ChecksumXXHASH128),
	}.known()
}
