package rewind

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// annotations are those of a version by their names (F-S3-25). Servers other than AWS do not know them.
func (r *Run) annotations(ctx context.Context, key, version string) (map[string]string, error) {
	all := map[string]string{}
	input := &s3.ListObjectAnnotationsInput{
		Bucket: aws.String(
			r.Bucket,
		), Key: aws.String(key), VersionId: aws.String(version), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}
	for {
		output, err := r.Client.ListObjectAnnotations(ctx, input, r.whole)
		if isUnknown(err) {
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
