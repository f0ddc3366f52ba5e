package s3fake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (f fixture) delete(key, id string, change ...func(*s3.DeleteObjectInput)) (*s3.DeleteObjectOutput, error) {
	input := &s3.DeleteObjectInput{Bucket: inB, Key: &key}
	if id != "" {
		input.VersionId = &id
	}
	for _, c := range change {
		c(input)
	}
	return f.client.DeleteObject(f.ctx, input)
}

// TestNull: without versioning each write replaces version null; versions of after it leave that one alone;
// a suspended bucket replaces it again, by a delete marker too.
func TestNull(t *testing.T) {
	f := start(t, Options{}, BucketOptions{})
	must(f.client.PutObject(f.ctx, put("k", "1")))
	out := must(f.client.PutObject(f.ctx, put("k", "2")))
	if got := history(f.bucket.Versions("k")); got != "2" || out.VersionId != nil {
		t.Error(got, out.VersionId)
	}
	f.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	must(f.client.PutObject(f.ctx, put("k", "3")))
	f.bucket.SetVersioning(types.BucketVersioningStatusSuspended)
	if got := history(f.bucket.Versions("k")); got != "3 2" {
		t.Error(got)
	}
	must(f.client.PutObject(f.ctx, put("k", "4")))
	if got := history(f.bucket.Versions("k")); got != "4 3" {
		t.Error(got)
	}
	marker := must(f.delete("k", ""))
	if got := history(f.bucket.Versions("k")); got != "marker 3" || *marker.VersionId != "null" {
		t.Error(got, *marker.VersionId)
	}
	f.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	must(f.delete("k", "null"))
	if got := must(f.get("k", "")); got != "3" {
		t.Error(got)
	}
}

// TestDelete: a delete adds a marker, even to nothing; one by version removes for good, and to remove a
// marker brings the object back.
func TestDelete(t *testing.T) {
	f := versioned(t)
	must(f.client.PutObject(f.ctx, put("k", "1")))
	marker := must(f.delete("k", ""))
	must(f.delete("none", ""))
	if got := history(f.bucket.Versions("k")) + "; " + history(f.bucket.Versions("none")); got != "marker 1; marker" ||
		!*marker.DeleteMarker {
		t.Error(got)
	}
	removed := must(f.delete("k", *marker.VersionId))
	if !*removed.DeleteMarker || *removed.VersionId != *marker.VersionId || must(f.get("k", "")) != "1" {
		t.Errorf("%+v", removed)
	}
	must(f.delete("k", "gone"))
	must(f.delete("k", f.bucket.Versions("k")[0].ID))
	if got := strings.Join(f.bucket.Keys(), " "); got != "none" {
		t.Error(got)
	}
}

// TestDeleteIfMatch: the condition is on the current version; a delete marker has no ETag (F-RST-9).
func TestDeleteIfMatch(t *testing.T) {
	f := versioned(t)
	match := func(etag string) func(*s3.DeleteObjectInput) {
		return func(in *s3.DeleteObjectInput) { in.IfMatch = &etag }
	}
	old := must(f.client.PutObject(f.ctx, put("k", "old")))
	now := must(f.client.PutObject(f.ctx, put("k", "new")))
	refused(t, "412 PreconditionFailed")(f.delete("k", "", match(*old.ETag)))
	must(f.delete("k", "", match(*now.ETag)))
	refused(t, "412 PreconditionFailed")(f.delete("k", "", match(*now.ETag)))
	refused(t, "412 PreconditionFailed")(f.delete("k", "", match("*")))
	refused(t, "404 NoSuchKey")(f.delete("none", "", match("*")))
}

// TestDeleteObjects: up to 1,000 at once, each with a result of its own.
func TestDeleteObjects(t *testing.T) {
	f := start(t, Options{}, BucketOptions{ObjectLock: true})
	locked := f.bucket.Put("locked", Version{LegalHold: true})
	marker := f.bucket.Put("marker", Version{DeleteMarker: true})
	f.bucket.Put("k", Version{})
	input := &s3.DeleteObjectsInput{Bucket: inB, Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("locked"), VersionId: &locked.ID}, {Key: aws.String("marker"), VersionId: &marker.ID},
		{Key: keyK}, {Key: keyK, ETag: aws.String("x")},
	}}}
	out := must(f.client.DeleteObjects(f.ctx, input))
	removed, added := out.Deleted[0], out.Deleted[1]
	got := fmt.Sprintln(len(out.Deleted), *removed.VersionId == marker.ID, *removed.DeleteMarker, added.VersionId == nil,
		*added.DeleteMarkerVersionId == f.bucket.Versions("k")[0].ID,
		len(out.Errors), *out.Errors[0].Key, *out.Errors[0].Code, *out.Errors[1].Code)
	if got != "2 true true true true 2 locked AccessDenied PreconditionFailed\n" {
		t.Error(got)
	}
	f.server.SetFault(Sometimes(1, 1, Denied()))
	out = must(f.client.DeleteObjects(f.ctx, input))
	if len(out.Errors) != 4 || len(out.Deleted) != 0 {
		t.Errorf("%+v", out)
	}
	of := Denied()
	of.Keys = func(key string) bool { return key == "locked" }
	f.server.SetFault(Sometimes(1, 1, of))
	input.Delete.Objects[3].ETag = nil
	out = must(f.client.DeleteObjects(f.ctx, input))
	if len(out.Errors) != 1 || *out.Errors[0].Key != "locked" || len(out.Deleted) != 3 {
		t.Errorf("%+v", out)
	}
	f.server.SetFault(nil)
	input.Delete.Objects = make([]types.ObjectIdentifier, 1001)
	for i := range input.Delete.Objects {
		input.Delete.Objects[i].Key = aws.String("k")
	}
	refused(t, "400 MalformedXML")(f.client.DeleteObjects(f.ctx, input))
}
