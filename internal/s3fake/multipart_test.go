package s3fake

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// upload uploads one part and completes.
func (f fixture) upload(key, body string, change ...func(*s3.CompleteMultipartUploadInput)) (*s3.CompleteMultipartUploadOutput, error) {
	id := must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{
		Bucket: inB, Key: &key, ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
	})).UploadId
	part := must(f.client.UploadPart(f.ctx, &s3.UploadPartInput{
		Bucket: inB, Key: &key, UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader(body),
	}))
	input := &s3.CompleteMultipartUploadInput{
		Bucket: inB, Key: &key, UploadId: id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}},
	}
	for _, c := range change {
		c(input)
	}
	return f.client.CompleteMultipartUpload(f.ctx, input)
}

// TestMultipartCopy: 6 GiB, which CopyObject refuses, are copied in ranges. Nothing of them is stored, and
// the copy has the source's full-object checksum, its size and, with the same parts, its ETag.
func TestMultipartCopy(t *testing.T) {
	f := versioned(t)
	source := f.bucket.Put("k", Version{PartSizes: []int64{4 << 30, 2 << 30}, Fill: 7, ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme})
	refused(t, "400 InvalidRequest")(f.copy("b/k?versionId="+source.ID, "k"))
	id := must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{
		Bucket: inB, Key: keyK,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
		Metadata: map[string]string{"m": "1"}, Tagging: aws.String("t=1"), StorageClass: types.StorageClassStandardIa,
	})).UploadId
	copyRange := func(number int32, ranges string) (*s3.UploadPartCopyOutput, error) {
		return f.client.UploadPartCopy(f.ctx, &s3.UploadPartCopyInput{
			Bucket: inB, Key: keyK, UploadId: id, PartNumber: &number, CopySourceRange: &ranges,
			CopySource: aws.String("b/k?versionId=" + source.ID), CopySourceIfMatch: aws.String(source.ETag),
		})
	}
	refused(t, "400 InvalidArgument")(copyRange(1, fmt.Sprintf("bytes=0-%d", 6<<30)))
	refused(t, "400 EntityTooLarge")(copyRange(1, fmt.Sprintf("bytes=0-%d", 5<<30)))
	one, two := must(copyRange(1, fmt.Sprintf("bytes=0-%d", 4<<30-1))), must(copyRange(2, fmt.Sprintf("bytes=%d-%d", 4<<30, 6<<30-1)))
	if *one.CopySourceVersionId != source.ID {
		t.Error(*one.CopySourceVersionId)
	}
	input := &s3.CompleteMultipartUploadInput{
		Bucket: inB, Key: keyK, UploadId: id, MpuObjectSize: aws.Int64(1),
		ChecksumCRC64NVME: &source.Checksum, ChecksumType: types.ChecksumTypeFullObject,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{
			{PartNumber: aws.Int32(1), ETag: one.CopyPartResult.ETag}, {PartNumber: aws.Int32(2), ETag: two.CopyPartResult.ETag},
		}},
	}
	refused(t, "400 InvalidRequest")(f.client.CompleteMultipartUpload(f.ctx, input))
	input.MpuObjectSize, input.ChecksumCRC64NVME = aws.Int64(6<<30), aws.String("AAAAAAAAAAA=")
	refused(t, "400 BadDigest")(f.client.CompleteMultipartUpload(f.ctx, input))
	input.ChecksumCRC64NVME = &source.Checksum
	out := must(f.client.CompleteMultipartUpload(f.ctx, input))
	v := f.bucket.Versions("k")[0]
	got := fmt.Sprintln(v.ETag == source.ETag, strings.HasSuffix(v.ETag, "-2"), v.Size, v.Checksum == source.Checksum, v.ChecksumType,
		v.Metadata, v.Tags, v.StorageClass, *out.ETag == `"`+v.ETag+`"`, *out.ChecksumCRC64NVME == v.Checksum, *out.VersionId == v.ID)
	if got != "true true 6442450944 true FULL_OBJECT map[m:1] map[t:1] STANDARD_IA true true true\n" {
		t.Error(got)
	}
	refused(t, "404 NoSuchUpload")(f.client.CompleteMultipartUpload(f.ctx, input))
}

// TestMultipartTime: LastModified of a multipart object is the start of the upload, and a version that was
// written meanwhile stays the current one (F-RST-14).
func TestMultipartTime(t *testing.T) {
	f := versioned(t)
	id := must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{Bucket: inB, Key: keyK})).UploadId
	f.clock.Advance(time.Minute)
	must(f.client.PutObject(f.ctx, put("k", "writer")))
	part := must(f.client.UploadPart(f.ctx, &s3.UploadPartInput{
		Bucket: inB, Key: keyK, UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader("parts"),
	}))
	out := must(f.client.CompleteMultipartUpload(f.ctx, &s3.CompleteMultipartUploadInput{
		Bucket: inB, Key: keyK, UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{
			Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1), ChecksumCRC32: part.ChecksumCRC32}}},
	}))
	if got := history(f.bucket.Versions("k")); got != "writer parts" {
		t.Error(got)
	}
	if h := must(f.head("k", *out.VersionId)); !h.LastModified.Equal(noon) {
		t.Error(h.LastModified)
	}
	id = must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{Bucket: inB, Key: aws.String("l")})).UploadId
	must(f.client.PutObject(f.ctx, put("l", "writer"))) // at the same time: the start is still the earlier
	f.bucket.Put("l", Version{DeleteMarker: true, At: noon})
	part = must(f.client.UploadPart(f.ctx, &s3.UploadPartInput{
		Bucket: inB, Key: aws.String("l"), UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader("parts"),
	}))
	must(f.client.CompleteMultipartUpload(f.ctx, &s3.CompleteMultipartUploadInput{
		Bucket: inB, Key: aws.String("l"), UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{
			Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1), ChecksumCRC32: part.ChecksumCRC32}},
		},
	}))
	if got := history(f.bucket.Versions("l")); got != "writer parts marker" {
		t.Error(got)
	}
}

// TestMultipartKMS: under a KMS key the ETags of parts are no MD5s either.
func TestMultipartKMS(t *testing.T) {
	f := versioned(t)
	id := must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{
		Bucket: inB, Key: keyK, ServerSideEncryption: types.ServerSideEncryptionAwsKms,
	})).UploadId
	var tags []string
	for number := range int32(2) {
		out := must(f.client.UploadPart(f.ctx, &s3.UploadPartInput{
			Bucket: inB, Key: keyK, UploadId: id, PartNumber: aws.Int32(number + 1), Body: strings.NewReader("x"),
		}))
		tags = append(tags, strings.Trim(*out.ETag, `"`))
	}
	if tags[0] == tags[1] || tags[0] == bytesBlob([]byte("x")).etag() {
		t.Error(tags)
	}
}

// TestMultipartRefused: parts too small, out of order, unknown or without a composite checksum.
func TestMultipartRefused(t *testing.T) {
	f := start(t, Options{MinPart: 3}, BucketOptions{})
	create := func(algorithm types.ChecksumAlgorithm, kind types.ChecksumType) (*s3.CreateMultipartUploadOutput, error) {
		return f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{
			Bucket: inB, Key: keyK, ChecksumAlgorithm: algorithm, ChecksumType: kind,
		})
	}
	refused(t, "400 InvalidRequest")(create(types.ChecksumAlgorithmSha256, types.ChecksumTypeFullObject))
	refused(t, "400 InvalidRequest")(create(types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeComposite))
	id := must(create(types.ChecksumAlgorithmSha256, "")).UploadId
	var parts []types.CompletedPart
	for i, body := range []string{"abc", "de", "f"} {
		out := must(f.client.UploadPart(f.ctx, &s3.UploadPartInput{
			Bucket: inB, Key: keyK, UploadId: id, PartNumber: aws.Int32(int32(i + 1)),
			Body: strings.NewReader(body), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		}))
		parts = append(parts, types.CompletedPart{ETag: out.ETag, ChecksumSHA256: out.ChecksumSHA256, PartNumber: aws.Int32(int32(i + 1))})
	}
	complete := func(parts ...types.CompletedPart) (*s3.CompleteMultipartUploadOutput, error) {
		return f.client.CompleteMultipartUpload(f.ctx, &s3.CompleteMultipartUploadInput{
			Bucket: inB, Key: keyK, UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		})
	}
	without := parts[0]
	without.ChecksumSHA256 = nil
	wrong := parts[0]
	wrong.ETag = aws.String("x")
	refused(t, "400 EntityTooSmall")(complete(parts...))
	refused(t, "400 InvalidPartOrder")(complete(parts[1], parts[0]))
	refused(t, "400 InvalidPart")(complete(wrong, parts[1]))
	refused(t, "400 InvalidPart")(complete(types.CompletedPart{ETag: aws.String("x"), PartNumber: aws.Int32(9)}))
	refused(t, "400 InvalidRequest")(complete(without, parts[1]))
	list := s3.NewListPartsPaginator(f.client, &s3.ListPartsInput{Bucket: inB, Key: keyK, UploadId: id, MaxParts: aws.Int32(2)})
	var sizes []int64
	for list.HasMorePages() {
		for _, p := range must(list.NextPage(f.ctx)).Parts {
			sizes = append(sizes, *p.Size)
		}
	}
	if fmt.Sprint(sizes) != "[3 2 1]" {
		t.Error(sizes)
	}
	must(complete(parts[0], parts[1]))
	if v := f.bucket.Versions("k")[0]; string(v.Body) != "abcde" || v.ID != "null" || !strings.HasSuffix(v.Checksum, "-2") {
		t.Errorf("%+v", v)
	}
}

// TestUploads: unfinished uploads are listed until they are aborted.
func TestUploads(t *testing.T) {
	f := versioned(t)
	for _, key := range []string{"b", "a", "b", "c"} {
		must(f.client.CreateMultipartUpload(f.ctx, &s3.CreateMultipartUploadInput{Bucket: inB, Key: &key}))
	}
	var keys []string
	input := &s3.ListMultipartUploadsInput{Bucket: inB, MaxUploads: aws.Int32(1)}
	for {
		out := must(f.client.ListMultipartUploads(f.ctx, input))
		for _, u := range out.Uploads {
			keys = append(keys, *u.Key)
		}
		if !*out.IsTruncated {
			break
		}
		input.KeyMarker, input.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
	}
	if fmt.Sprint(keys) != "[a b b c]" {
		t.Error(keys)
	}
	for _, u := range f.bucket.Uploads() {
		must(f.client.AbortMultipartUpload(f.ctx, &s3.AbortMultipartUploadInput{Bucket: inB, Key: &u.Key, UploadId: &u.ID}))
	}
	if left := f.bucket.Uploads(); left != nil {
		t.Error(left)
	}
}

// TestContent: however content is cut and joined, its digests are those of its bytes.
func TestContent(t *testing.T) {
	b := blob{{stored: []byte("abc"), size: 3}, {size: 1000, fill: 9}, {stored: []byte("xyz"), size: 3}}
	var all bytes.Buffer
	must(b.WriteTo(&all))
	for _, offset := range []int64{0, 1, 3, 500, 1003, 1005} {
		for _, length := range []int64{0, 1, 2, 400, 1006 - offset} {
			if offset+length > 1006 {
				continue
			}
			var got bytes.Buffer
			must(b.slice(offset, length).WriteTo(&got))
			want := all.Bytes()[offset : offset+length]
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%d bytes at %d", length, offset)
			}
			for _, algorithm := range algorithms {
				if a, b := b.slice(offset, length).checksum(algorithm), bytesBlob(want).checksum(algorithm); a != b {
					t.Errorf("%s of %d bytes at %d: %s, want %s", algorithm, length, offset, a, b)
				}
			}
		}
	}
	if got := bytesBlob([]byte("123456789")).crc64(); got != 0xae8b14860a799888 { // the check value of CRC-64/NVME
		t.Errorf("%x", got)
	}
}
