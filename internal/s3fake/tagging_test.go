package s3fake

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestTagging: tags belong to a version, and changing them changes no time (F-RST-14).
func TestTagging(t *testing.T) {
	f := versioned(t)
	old := f.bucket.Put("k", Version{Tags: map[string]string{"a b": "1&2"}})
	f.bucket.Put("k", Version{})
	f.clock.Advance(time.Hour)
	get := func(id string) string {
		out := must(f.client.GetObjectTagging(f.ctx, &s3.GetObjectTaggingInput{Bucket: inB, Key: keyK, VersionId: &id}))
		var tags []string
		for _, tag := range out.TagSet {
			tags = append(tags, *tag.Key+"="+*tag.Value)
		}
		return strings.Join(tags, " ")
	}
	if got := get(old.ID); got != "a b=1&2" {
		t.Error(got)
	}
	must(f.client.PutObjectTagging(f.ctx, &s3.PutObjectTaggingInput{
		Bucket: inB, Key: keyK, VersionId: &old.ID,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("x"), Value: aws.String("y")}}},
	}))
	versions := f.bucket.Versions("k")
	if got := get(old.ID) + get(versions[0].ID); got != "x=y" || !versions[1].At.Equal(noon) {
		t.Error(got)
	}
	must(f.client.DeleteObjectTagging(f.ctx, &s3.DeleteObjectTaggingInput{Bucket: inB, Key: keyK, VersionId: &old.ID}))
	if got := get(old.ID); got != "" {
		t.Error(got)
	}
	input := put("k", "x")
	input.Tagging = aws.String("1&2&3&4&5&6&7&8&9&10&11")
	refused(t, "400 BadRequest")(f.client.PutObject(f.ctx, input))
}

// TestAnnotations: those of a version (F-S3-25).
func TestAnnotations(t *testing.T) {
	f := versioned(t)
	v := f.bucket.Put("k", Version{Annotations: map[string]string{"a": "1"}})
	must(f.client.PutObjectAnnotation(f.ctx, &s3.PutObjectAnnotationInput{
		Bucket: inB, Key: keyK, AnnotationName: aws.String("b"), AnnotationPayload: strings.NewReader("22"),
	}))
	list := must(f.client.ListObjectAnnotations(f.ctx, &s3.ListObjectAnnotationsInput{Bucket: inB, Key: keyK, VersionId: &v.ID}))
	var got []string
	for _, a := range list.Annotations {
		out := must(f.client.GetObjectAnnotation(f.ctx, &s3.GetObjectAnnotationInput{
			Bucket: inB, Key: keyK, AnnotationName: a.AnnotationName,
		}))
		body := must(io.ReadAll(out.AnnotationPayload))
		got = append(got, fmt.Sprint(*a.AnnotationName, *a.Size, string(body)))
	}
	if fmt.Sprint(got) != "[a11 b222]" {
		t.Error(got)
	}
	must(f.client.DeleteObjectAnnotation(f.ctx, &s3.DeleteObjectAnnotationInput{
		Bucket: inB, Key: keyK, AnnotationName: aws.String("a"),
	}))
	if got := f.bucket.Versions("k")[0].Annotations; fmt.Sprint(got) != "map[b:22]" {
		t.Error(got)
	}
}
