package seaweed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"central-s3-backup/internal/s3fake"
)

// bucket is one of the server, and what was written to it.
type bucket struct {
	t      *testing.T
	client *s3.Client
	name   string

	mu  sync.Mutex
	log []written
}

// written is a version or a delete marker, in the order in which it was written.
type written struct {
	key, id string
	marker  bool
	object  object
}

// object is what people see of a version, and what a copy must keep.
type object struct {
	body, contentType, cacheControl, metadata, tags string
	class                                           types.StorageClass
}

var buckets atomic.Int32

func newBucket(t *testing.T, change ...func(*s3.CreateBucketInput)) *bucket {
	t.Helper()
	b := &bucket{t: t, client: s3fake.NewClient(server.URL), name: fmt.Sprintf("lake-%d", buckets.Add(1))}
	t.Cleanup(func() { b.client.Options().HTTPClient.(*http.Client).CloseIdleConnections() })
	input := &s3.CreateBucketInput{Bucket: &b.name}
	for _, f := range change {
		f(input)
	}
	_, err := b.client.CreateBucket(t.Context(), input)
	b.must(err)
	_, err = b.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &b.name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	b.must(err)
	return b
}

func (b *bucket) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bucket) add(w written) written {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, w)
	return w
}

func (b *bucket) put(ctx context.Context, key string, o object) (written, error) {
	output, err := b.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.name, Key: &key, Body: strings.NewReader(o.body), ContentType: &o.contentType, CacheControl: optional(o.cacheControl),
		Metadata: map[string]string{"team": o.metadata}, Tagging: optional(o.tags), StorageClass: o.class,
	})
	if err != nil {
		return written{}, err
	}
	return b.add(written{key: key, id: aws.ToString(output.VersionId), object: o}), nil
}

func (b *bucket) delete(ctx context.Context, key string) (written, error) {
	output, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return written{}, err
	}
	return b.add(written{key: key, id: aws.ToString(output.VersionId), marker: true}), nil
}

// putParts uploads an object in parts of 5 MiB.
func (b *bucket) putParts(ctx context.Context, key string, o object) error {
	upload, err := b.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &b.name, Key: &key, ContentType: &o.contentType, CacheControl: optional(o.cacheControl),
		Metadata: map[string]string{"team": o.metadata}, Tagging: optional(o.tags), StorageClass: o.class,
	})
	if err != nil {
		return err
	}
	var parts []types.CompletedPart
	for from := 0; from < len(o.body); from += 5 << 20 {
		number := aws.Int32(int32(len(parts) + 1))
		part, err := b.client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: &b.name, Key: &key, UploadId: upload.UploadId, PartNumber: number,
			Body: strings.NewReader(o.body[from:min(from+5<<20, len(o.body))]),
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: number, ETag: part.ETag})
	}
	output, err := b.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &b.name, Key: &key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		return err
	}
	b.add(written{key: key, id: aws.ToString(output.VersionId), object: o})
	return nil
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// listed is what the server says of a version or a delete marker.
type listed struct {
	at     time.Time
	latest bool
	marker bool
	etag   string // none for a marker
}

// list has all versions and delete markers by their keys and ids, by the SDK's own paginator.
func (b *bucket) list() map[string]map[string]listed {
	b.t.Helper()
	all := map[string]map[string]listed{}
	add := func(key, id *string, at *time.Time, latest *bool, marker bool, etag *string) {
		if all[*key] == nil {
			all[*key] = map[string]listed{}
		}
		all[*key][*id] = listed{at.UTC().Truncate(time.Second), aws.ToBool(latest), marker, aws.ToString(etag)}
	}
	pages := s3.NewListObjectVersionsPaginator(b.client, &s3.ListObjectVersionsInput{Bucket: &b.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.t.Context())
		b.must(err)
		for _, v := range page.Versions {
			add(v.Key, v.VersionId, v.LastModified, v.IsLatest, false, v.ETag)
		}
		for _, m := range page.DeleteMarkers {
			add(m.Key, m.VersionId, m.LastModified, m.IsLatest, true, nil)
		}
	}
	return all
}

func count(all map[string]map[string]listed) int {
	n := 0
	for _, ids := range all {
		n += len(ids)
	}
	return n
}

// view is what people saw at the end of a second: what was written last until then, by the order of the log and the times of the server.
func (b *bucket) view(all map[string]map[string]listed, to time.Time) map[string]object {
	b.t.Helper()
	view := map[string]object{}
	for _, w := range b.log {
		at, ok := all[w.key][w.id]
		if !ok {
			b.t.Fatalf("%q: version %s is gone", w.key, w.id)
		}
		if at.at.After(to) {
			continue
		}
		view[w.key] = w.object
		if w.marker {
			delete(view, w.key)
		}
	}
	return view
}

// now is what people see.
func (b *bucket) now() map[string]object {
	b.t.Helper()
	var all []types.Object
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.t.Context())
		b.must(err)
		all = append(all, page.Contents...)
	}
	now := map[string]object{}
	b.many(len(all), func(ctx context.Context, i int) error {
		o, err := b.get(ctx, *all[i].Key)
		if err != nil {
			return err
		}
		o.class = types.StorageClass(all[i].StorageClass)
		b.mu.Lock()
		defer b.mu.Unlock()
		now[*all[i].Key] = o
		return nil
	})
	return now
}

// many does something n times, 32 at a time.
func (b *bucket) many(n int, do func(ctx context.Context, i int) error) {
	b.t.Helper()
	group, ctx := errgroup.WithContext(b.t.Context())
	group.SetLimit(32)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	b.must(group.Wait())
}

// get reads everything of an object but its class.
func (b *bucket) get(ctx context.Context, key string) (object, error) {
	got, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return object{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return object{}, err
	}
	tags, err := b.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return object{}, err
	}
	values := url.Values{}
	for _, tag := range tags.TagSet {
		values.Set(*tag.Key, *tag.Value)
	}
	return object{
		body: string(body), contentType: aws.ToString(got.ContentType), cacheControl: aws.ToString(got.CacheControl),
		metadata: got.Metadata["team"], tags: values.Encode(),
	}, nil
}

// compare says how what people see differs from what they shall see.
func compare(got, want map[string]object) string {
	var all bytes.Buffer
	short := func(o object) object {
		if len(o.body) > 20 {
			o.body = fmt.Sprintf("%s… (%d bytes)", o.body[:20], len(o.body))
		}
		return o
	}
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	for key := range keys {
		g, is := got[key]
		w, was := want[key]
		if is != was || g != w {
			fmt.Fprintf(&all, "%q: there %v, want %v\ngot  %+v\nwant %+v\n", key, is, was, short(g), short(w))
		}
	}
	return all.String()
}
