package rewind

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

const (
	// partSize in bytes, if the source's does not fit.
	partSize = 512 << 20
	// maxParts is how many parts an upload has at most, minPart and MaxCopy the bytes of one.
	maxParts = 10000
	minPart  = 5 << 20
	// partsAtOnce is how many parts of an object are copied at a time.
	partsAtOnce = 8
	// abortTimeout limits the request that removes the parts of an unfinished copy.
	abortTimeout = 20 * time.Second
)

// copyParts copies an old version on top by parts. S3 then takes nothing but the bytes, so metadata, tags and
// annotations are read and set (F-S3-25). A failed copy leaves no parts behind.
func (r *Run) copyParts(ctx context.Context, d Decision, result *Result) error {
	source, err := r.head(ctx, d.Key, d.Source.VersionID)
	if err != nil {
		return err
	}
	tags, err := r.tags(ctx, d.Key, d.Source.VersionID)
	if err != nil {
		return err
	}
	annotations, err := r.annotations(ctx, d.Key, d.Source.VersionID)
	if err != nil {
		return err
	}
	size, err := r.sizeOfParts(ctx, d.Source)
	if err != nil {
		return err
	}
	kept, err := r.kept(ctx, d.Key, d.Source.VersionID, source)
	if err != nil {
		return err
	}
	input := r.create(d, source, tags)
	kept.create(input)
	created, err := r.Client.CreateMultipartUpload(ctx, input, r.whole)
	if err != nil {
		return err
	}
	id := aws.ToString(created.UploadId)
	var output *s3.CompleteMultipartUploadOutput
	if err = r.write(line{Upload: &upload{d.Key, id}}); err == nil {
		output, err = r.complete(ctx, d, id, size)
	}
	if isGone(err) {
		output, err = r.completed(ctx, d, source, err)
	}
	if err != nil {
		return errors.Join(err, r.abort(ctx, d.Key, id))
	}
	if err := r.write(line{Ended: id}); err != nil {
		return err
	}
	result.NewVersion = aws.ToString(output.VersionId)
	if err := r.annotate(ctx, d.Key, result.NewVersion, annotations); err != nil {
		return err
	}
	// An upload counts from its start: what was written since then is the latest, and stays so (F-RST-14).
	now, err := r.head(ctx, d.Key, "")
	switch {
	case isAbsent(err), err == nil && aws.ToString(now.VersionId) != result.NewVersion:
		return &keyError{Changed, "written while it was copied by parts; the copy is version " + result.NewVersion}
	case err != nil:
		return err
	}
	result.Verified, err = r.compare(ctx, d, result.NewVersion, copiedObject{
		etag: aws.ToString(output.ETag), encryption: output.ServerSideEncryption,
		sums: sums{types.ChecksumAlgorithmCrc64nvme: aws.ToString(output.ChecksumCRC64NVME)}.known(),
	})
	return err
}

func (r *Run) create(d Decision, source *s3.HeadObjectOutput, tags map[string]string) *s3.CreateMultipartUploadInput {
	input := &s3.CreateMultipartUploadInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(d.Key), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		CacheControl: source.CacheControl, ContentDisposition: source.ContentDisposition, ContentEncoding: source.ContentEncoding,
		ContentLanguage: source.ContentLanguage, ContentType: source.ContentType, Metadata: source.Metadata,
		StorageClass:      types.StorageClass(d.Source.Class),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
	}
	if at, err := time.Parse(time.RFC1123, aws.ToString(source.ExpiresString)); err == nil {
		input.Expires = aws.Time(at)
	}
	if len(tags) > 0 {
		values := url.Values{}
		for key, value := range tags {
			values.Set(key, value)
		}
		input.Tagging = aws.String(values.Encode())
	}
	return input
}

// complete copies all parts, and completes the upload if the latest version is still the listed one.
func (r *Run) complete(ctx context.Context, d Decision, id string, size int64) (*s3.CompleteMultipartUploadOutput, error) {
	total := d.Source.Size
	parts := make([]types.CompletedPart, (total+size-1)/size)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i := range parts {
		group.Go(func() error {
			from := int64(i) * size
			output, err := r.Client.UploadPartCopy(groupCtx, &s3.UploadPartCopyInput{
				Bucket: aws.String(r.Bucket), Key: aws.String(d.Key), UploadId: aws.String(id), PartNumber: aws.Int32(int32(i + 1)),
				CopySource: aws.String(copySource(r.Bucket, d.Source)), CopySourceIfMatch: aws.String(d.Source.ETag),
				CopySourceRange:     aws.String(fmt.Sprintf("bytes=%d-%d", from, min(from+size, total)-1)),
				ExpectedBucketOwner: r.owner(), ExpectedSourceBucketOwner: r.owner(), RequestPayer: r.payer(),
			}, r.whole)
			if err != nil {
				return err
			}
			parts[i] = types.CompletedPart{PartNumber: aws.Int32(int32(i + 1))}
			if o := output.CopyPartResult; o != nil {
				parts[i].ETag, parts[i].ChecksumCRC64NVME = o.ETag, o.ChecksumCRC64NVME
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	input := &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(d.Key), UploadId: aws.String(id),
		ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		ChecksumType: types.ChecksumTypeFullObject, MpuObjectSize: aws.Int64(total),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	input.IfMatch, input.IfNoneMatch = unchanged(d.Latest)
	return r.Client.CompleteMultipartUpload(ctx, input, r.whole)
}

// completed finds the version that an upload became. An upload that does not exist any more was completed by an
// attempt whose answer was lost.
func (r *Run) completed(
	ctx context.Context,
	d Decision,
	source *s3.HeadObjectOutput,
	cause error,
) (*s3.CompleteMultipartUploadOutput, error) {
	now, err := r.head(ctx, d.Key, "")
	if err != nil || aws.ToString(now.VersionId) == d.Latest.VersionID || !sameHead(source, now) {
		return nil, cause
	}
	return &s3.CompleteMultipartUploadOutput{VersionId: now.VersionId, ETag: now.ETag, ServerSideEncryption: now.ServerSideEncryption}, nil
}

// abort removes the parts of a copy that failed, after Ctrl-C too. If S3 does not do it, whoever resumes the run tries
// again, and a lifecycle rule may. An error is one of the journal.
func (r *Run) abort(ctx context.Context, key, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, err := r.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(key), UploadId: aws.String(id), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	})
	if err != nil && !isGone(err) {
		return nil
	}
	return r.write(line{Ended: id})
}

// sizeOfParts is the size of the source's parts, so that the copy has its ETag, if all but the last are alike.
func (r *Run) sizeOfParts(ctx context.Context, source Entry) (int64, error) {
	size := max(partSize, (source.Size+maxParts-1)/maxParts)
	_, suffix, ok := strings.Cut(strings.Trim(source.ETag, `"`), "-")
	if !ok {
		if r.MultipartAbove > 0 && r.MultipartAbove < partSize {
			size = max(minPart, r.MultipartAbove)
		}
		return size, nil
	}
	count, err := strconv.ParseInt(suffix, 10, 32)
	if err != nil || count == 0 {
		return size, nil
	}
	first, err := r.Client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(source.Key), VersionId: aws.String(source.VersionID),
		ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(), PartNumber: aws.Int32(1),
	}, r.whole)
	if err != nil {
		return 0, err
	}
	length := aws.ToInt64(first.ContentLength)
	if length <= 0 || (source.Size+length-1)/length != count || count > 1 && length < minPart || length > MaxCopy || count > maxParts {
		return size, nil
	}
	return length, nil
}
