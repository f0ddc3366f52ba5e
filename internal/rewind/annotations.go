package rewind

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// annotations are those of a version by their names (F-S3-25). Servers other than AWS do not know them, and are
// asked once.
func (r *Run) annotations(ctx context.Context, key, version string) (map[string]string, error) {
	if r.noAnnotations.Load() {
		return nil, nil
	}
	all := map[string]string{}
	input := &s3.ListObjectAnnotationsInput{
		Bucket: aws.String(
			r.Bucket,
		), Key: aws.String(key), VersionId: aws.String(version), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}
	for {
		output, err := r.Client.ListObjectAnnotations(ctx, input, r.whole, notTheObject)
		if isUnknown(err) || errors.Is(err, errTheObject) {
			r.noAnnotations.Store(true)
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, entry := range output.Annotations {
			name := aws.ToString(entry.AnnotationName)
			if all[name], err = r.annotation(ctx, key, version, name); err != nil {
				return nil, err
			}
		}
		if aws.ToString(output.NextContinuationToken) == "" {
			return all, nil
		}
		input.ContinuationToken = output.NextContinuationToken
	}
}

var errTheObject = errors.New("the server answers with the object, not with its annotations")

// notTheObject refuses an answer that is the object itself, however large: servers that do not know annotations pass
// over the parameter that asks for them. Only an object has an ETag.
func notTheObject(options *s3.Options) {
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("NotTheObject",
			func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
				middleware.DeserializeOutput, middleware.Metadata, error,
			) {
				out, metadata, err := next.HandleDeserialize(ctx, in)
				if response, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil && response.Header.Get("ETag") != "" {
					_ = response.Body.Close() // without reading it
					err = errTheObject
				}
				return out, metadata, err
			}), middleware.After)
	})
}

func (r *Run) annotation(ctx context.Context, key, version, name string) (string, error) {
	output, err := r.Client.GetObjectAnnotation(ctx, &s3.GetObjectAnnotationInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(key), VersionId: aws.String(version), AnnotationName: aws.String(name),
		ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}, r.whole)
	if err != nil {
		return "", err
	}
	defer output.AnnotationPayload.Close() //nolint:errcheck // it was only read
	payload, err := io.ReadAll(output.AnnotationPayload)
	return string(payload), err
}

// annotate gives annotations to a version.
func (r *Run) annotate(ctx context.Context, key, version string, annotations map[string]string) error {
	for name, payload := range annotations {
		_, err := r.Client.PutObjectAnnotation(ctx, &s3.PutObjectAnnotationInput{
			Bucket: aws.String(r.Bucket), Key: aws.String(key), VersionId: aws.String(version), AnnotationName: aws.String(name),
			AnnotationPayload: strings.NewReader(payload), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		}, r.whole)
		if err != nil {
			return err
		}
	}
	return nil
}
