package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/internal/rewind"
)

const (
	// minPart is the size in bytes of the smallest part that is not the last, maxParts how many an upload has at most.
	minPart  = 5 << 20
	maxParts = 10000
	// maxPart is the size in bytes of the largest part that this command keeps in memory.
	maxPart = 512 << 20
)

// errChanged says that somebody wrote the key while it was put back.
var errChanged = errors.New("somebody wrote it meanwhile; it was left as it is; run again to put the backup on top")

// headOf asks about an object with its checksum.
func headOf(ctx context.Context, client *s3.Client, bucket string, key *string) (*s3.HeadObjectOutput, error) {
	return client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: key, ChecksumMode: types.ChecksumModeEnabled})
}

// putBack puts an object into the bucket, as a new version on top. S3 takes it only if the key is as it was when it was looked at.
func (r *filing) putBack(ctx context.Context, object types.Object) error {
	source, err := headOf(ctx, r.from.s3, r.point.alias, object.Key)
	if err != nil {
		return err
	}
	now, err := headOf(ctx, r.into.s3, r.command.Bucket, object.Key)
	absent := statusOf(err) == http.StatusNotFound
	if err != nil && !absent {
		return err
	}
	if !absent && rewind.SameObject(source, now) {
		r.done(object, true)
		return nil
	}
	tags, err := r.tags(ctx, object, source)
	if err != nil {
		return err
	}
	w := &writing{r: r, object: object, source: source, tags: tags, size: aws.ToInt64(source.ContentLength)}
	w.object.ETag = source.ETag
	if absent {
		w.ifNoneMatch = aws.String("*")
	} else {
		w.ifMatch = now.ETag
	}
	if w.size > maxParts*maxPart {
		return errors.New("it is too large for this command; write restore backup --item")
	}
	if w.size > r.command.PartAbove {
		err = w.byParts(ctx)
	} else {
		err = w.whole(ctx)
	}
	if err != nil && ctx.Err() == nil {
		err = w.doubt(ctx, err)
	}
	if err == nil {
		r.done(object, false)
	}
	return err
}

// doubt finds out what an error of the last request means: an attempt of ours whose answer was lost, or somebody who wrote the key.
func (w *writing) doubt(ctx context.Context, cause error) error {
	_, answered := errors.AsType[smithy.APIError](cause)
	if answered && !conflict(cause) {
		return cause
	}
	now, err := headOf(ctx, w.r.into.s3, w.r.command.Bucket, w.object.Key)
	if err == nil && aws.ToInt64(now.ContentLength) == w.size && aws.ToString(now.ChecksumCRC64NVME) == w.checksum() {
		return nil
	}
	if conflict(cause) {
		return errChanged
	}
	return cause
}

func conflict(err error) bool {
	s := statusOf(err)
	return s == http.StatusPreconditionFailed || s == http.StatusConflict || s == http.StatusNotFound && !hasCode(err, "NoSuchBucket")
}

// tags are the tags of an object in the backup, as a request takes them. Empty: it has none.
func (r *filing) tags(ctx context.Context, object types.Object, source *s3.HeadObjectOutput) (*string, error) {
	if aws.ToInt32(source.TagCount) == 0 {
		return nil, nil
	}
	output, err := r.from.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String(r.point.alias), Key: object.Key})
	if err != nil {
		return nil, fmt.Errorf("its tags cannot be read: %w", err)
	}
	values := url.Values{}
	for _, tag := range output.TagSet {
		values.Set(aws.ToString(tag.Key), aws.ToString(tag.Value))
	}
	return aws.String(values.Encode()), nil
}

// writing is an object on its way into the bucket.
type writing struct {
	r                    *filing
	object               types.Object
	source               *s3.HeadObjectOutput
	tags                 *string
	size                 int64
	ifMatch, ifNoneMatch *string
	// sum is the CRC64NVME of what was read so far.
	sum uint64
}

// nvme is the polynomial of CRC64NVME, reversed.
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

// checksum is the CRC64NVME of the object, as S3 has it.
func (w *writing) checksum() string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, w.sum))
}

// expires is the header of that name. Nil: there is none that S3 takes.
func (w *writing) expires() *time.Time {
	at, err := time.Parse(time.RFC1123, aws.ToString(w.source.ExpiresString))
	if err != nil {
		return nil
	}
	return &at
}

// content reads a part of the object. It is in memory, so that a request can be sent again.
func (w *writing) content(ctx context.Context, from, length int64) ([]byte, error) {
	var err error
	for range readTries {
		var output *s3.GetObjectOutput
		if length == 0 {
			return nil, nil
		}
		if output, err = w.r.get(ctx, w.object, from, length); err != nil {
			return nil, err
		}
		var body []byte
		body, err = io.ReadAll(output.Body)
		_ = output.Body.Close() // it was only read
		if err == nil && int64(len(body)) == length {
			w.sum = crc64.Update(w.sum, nvme, body)
			return body, nil
		}
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("the object could not be read to its end: %w", err)
}

func (w *writing) whole(ctx context.Context) error {
	body, err := w.content(ctx, 0, w.size)
	if err != nil {
		return err
	}
	s := w.source
	_, err = w.r.into.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(w.r.command.Bucket), Key: w.object.Key, Body: bytes.NewReader(body), ContentLength: aws.Int64(w.size),
		IfMatch: w.ifMatch, IfNoneMatch: w.ifNoneMatch, Tagging: w.tags, Metadata: s.Metadata, StorageClass: s.StorageClass,
		CacheControl: s.CacheControl, ContentDisposition: s.ContentDisposition, ContentEncoding: s.ContentEncoding,
		ContentLanguage: s.ContentLanguage, ContentType: s.ContentType, Expires: w.expires(),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
	})
	return err
}

// byParts puts a large object by parts. A failure leaves none of them behind.
func (w *writing) byParts(ctx context.Context) error {
	s, client, bucket := w.source, w.r.into.s3, aws.String(w.r.command.Bucket)
	upload, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: bucket, Key: w.object.Key, Tagging: w.tags, Metadata: s.Metadata, StorageClass: s.StorageClass,
		CacheControl: s.CacheControl, ContentDisposition: s.ContentDisposition, ContentEncoding: s.ContentEncoding,
		ContentLanguage: s.ContentLanguage, ContentType: s.ContentType, Expires: w.expires(),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
	})
	if err != nil {
		return err
	}
	if err = w.complete(ctx, upload.UploadId); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		_, _ = client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{ // a lifecycle rule removes the parts if this fails
			Bucket: bucket, Key: w.object.Key, UploadId: upload.UploadId,
		})
	}
	return err
}

func (w *writing) complete(ctx context.Context, upload *string) error {
	client, bucket := w.r.into.s3, aws.String(w.r.command.Bucket)
	length := max(w.r.command.PartAbove, (w.size+maxParts-1)/maxParts)
	var parts []types.CompletedPart
	for from := int64(0); from < w.size; from += length {
		number := aws.Int32(int32(len(parts) + 1))
		body, err := w.content(ctx, from, min(length, w.size-from))
		if err != nil {
			return err
		}
		output, err := client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: bucket, Key: w.object.Key, UploadId: upload, PartNumber: number, Body: bytes.NewReader(body),
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: number, ETag: output.ETag, ChecksumCRC64NVME: output.ChecksumCRC64NVME})
	}
	_, err := client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: w.object.Key, UploadId: upload, IfMatch: w.ifMatch, IfNoneMatch: w.ifNoneMatch,
		ChecksumType: types.ChecksumTypeFullObject, MpuObjectSize: aws.Int64(w.size),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}
