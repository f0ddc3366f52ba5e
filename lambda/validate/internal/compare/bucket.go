// Package compare compares a restored bucket with the recovery point that it was restored from. It reads both, and
// never the live bucket.
package compare

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Object is an entry of a listing.
type Object struct {
	// Key of the object.
	Key string
	// Size in bytes.
	Size int64
}

// Bucket is one of the two sides: a bucket, or an access point on a recovery point.
type Bucket interface {
	// List returns the first objects whose keys are greater than after, in the order of their bytes, and whether
	// there are more. An empty after is the beginning.
	List(ctx context.Context, after string, limit int) (objects []Object, more bool, err error)
	// Open reads length bytes of an object from offset. A length of zero reads the whole object.
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
}

// S3 is the part of the S3 client that a side needs.
type S3 interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// InS3 is a side in S3. The name is that of a bucket, or the alias or the ARN of an access point.
func InS3(client S3, name string) Bucket { return inS3{client, name} }

type inS3 struct {
	client S3
	name   string
}

func (b inS3) List(ctx context.Context, after string, limit int) ([]Object, bool, error) {
	// XML 1.0 cannot have every character of a key, so the answer has the keys URL-encoded.
	input := &s3.ListObjectsV2Input{
		Bucket: aws.String(b.name), MaxKeys: aws.Int32(int32(limit)), EncodingType: types.EncodingTypeUrl,
	}
	if after != "" {
		input.StartAfter = aws.String(after)
	}
	output, err := b.client.ListObjectsV2(ctx, input)
	if err != nil {
		return nil, false, err
	}
	objects := make([]Object, len(output.Contents))
	for i, entry := range output.Contents {
		key := aws.ToString(entry.Key)
		if output.EncodingType == types.EncodingTypeUrl {
			if key, err = url.QueryUnescape(key); err != nil {
				return nil, false, fmt.Errorf("the listing of %s has a key that is not URL-encoded: %w", b.name, err)
			}
		}
		if key <= after {
			return nil, false, fmt.Errorf("the listing of %s has the key %q after the key %q", b.name, key, after)
		}
		objects[i], after = Object{key, aws.ToInt64(entry.Size)}, key
	}
	more := aws.ToBool(output.IsTruncated)
	if more && len(objects) == 0 {
		return nil, false, fmt.Errorf("the listing of %s has an empty page that is not the last", b.name)
	}
	return objects, more, nil
}

func (b inS3) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	input := &s3.GetObjectInput{Bucket: aws.String(b.name), Key: aws.String(key)}
	if length > 0 {
		input.Range = aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	}
	output, err := b.client.GetObject(ctx, input)
	if err != nil {
		return nil, err
	}
	return output.Body, nil
}
