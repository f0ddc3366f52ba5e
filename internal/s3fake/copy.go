package s3fake

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// copyResult is the document of CopyObject and UploadPartCopy.
type copyResult struct {
	XMLName      xml.Name
	ETag         string
	LastModified string
	*checksumElements
}

// source finds what a copy reads, and refuses what cannot be read.
func (c *call) source() (*Version, error) {
	from := c.server.buckets[c.SourceBucket]
	if from == nil {
		return nil, fail(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", c.SourceBucket)
	}
	expected := c.http.Header.Get("X-Amz-Source-Expected-Bucket-Owner")
	if from.Owner != c.server.options.Account || expected != "" && expected != from.Owner {
		return nil, denied()
	}
	if v := find(from.history(c.SourceKey), c.SourceVersionID); v != nil && v.DeleteMarker {
		return nil, invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
	}
	v, err := from.locate(c.SourceKey, c.SourceVersionID)
	if err != nil {
		return nil, err
	}
	if err := v.hidden(); err != nil {
		return nil, err
	}
	if v.archived(c.server.options.Clock()) {
		// AWS documents both codes: the one for the action in general, the other for CopyObject. Here each
		// kind of archive has one, so that clients meet both.
		if v.ArchiveStatus != "" {
			return nil, fail(http.StatusForbidden, "ObjectNotInActiveTierError",
				"The source object of the COPY action is not in the active tier.")
		}
		return nil, v.readable(c.server.options.Clock())
	}
	return v, v.mayRead(c.http.Header, "X-Amz-Copy-Source-")
}

// copyObject stores a version's content as a new version. Of the source come metadata, tags and annotations
// where the directives say COPY, and the algorithm of the checksum; not its storage class, encryption, lock,
// ACL, redirect or parts.
func (c *call) copyObject() (*answer, error) {
	v, err := c.fromHeaders()
	if err != nil {
		return nil, err
	}
	source, err := c.source()
	if err != nil {
		return nil, err
	}
	if limit := c.server.options.MaxCopy; source.content.size() > limit {
		return nil, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: " +
			strconv.FormatInt(limit, 10))
	}
	if err := c.directives(v, source); err != nil {
		return nil, err
	}
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	v.content = source.content
	v.ChecksumAlgorithm = types.ChecksumAlgorithm(c.http.Header.Get("X-Amz-Checksum-Algorithm"))
	if v.ChecksumAlgorithm == "" {
		v.ChecksumAlgorithm = source.ChecksumAlgorithm
	}
	if v.ChecksumAlgorithm == "" {
		v.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme
	}
	if !slices.Contains(algorithms, v.ChecksumAlgorithm) {
		return nil, invalidRequest("Checksum algorithm provided is unsupported.")
	}
	c.b.add(c.Key, v)
	h := http.Header{}
	c.stored(h, v)
	c.copied(h, source)
	return &answer{header: h, document: copyResult{
		xml.Name{Local: "CopyObjectResult"}, `"` + v.ETag + `"`, timestamp(v.At), v.checksumElements(),
	}}, nil
}

// copied names the version that was copied.
func (c *call) copied(h http.Header, source *Version) {
	if c.server.buckets[c.SourceBucket].versioning != "" {
		h.Set("X-Amz-Copy-Source-Version-Id", source.ID)
	}
}

// directives take over from the source what the request does not replace.
func (c *call) directives(v, source *Version) error {
	chosen := map[string]string{}
	for name, values := range map[string][]string{
		"Metadata": {"COPY", "REPLACE"}, "Tagging": {"COPY", "REPLACE"}, "Object-Annotation": {"COPY", "EXCLUDE"},
	} {
		directive := c.http.Header.Get("X-Amz-" + name + "-Directive")
		if directive == "" {
			directive = values[0]
		}
		if !slices.Contains(values, directive) {
			return invalid("Unknown directive.")
		}
		chosen[name] = directive
	}
	changes := v.StorageClass != "" && v.StorageClass != source.StorageClass || v.Encryption != "" ||
		v.Headers["X-Amz-Website-Redirect-Location"] != "" || chosen["Metadata"] == "REPLACE" ||
		c.http.Header.Get("X-Amz-Checksum-Algorithm") != ""
	if c.Bucket == c.SourceBucket && c.Key == c.SourceKey && c.SourceVersionID == "" && !changes {
		return invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the " +
			"object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if chosen["Metadata"] == "COPY" {
		redirect := v.Headers["X-Amz-Website-Redirect-Location"]
		v.Headers, v.Metadata = maps.Clone(source.Headers), maps.Clone(source.Metadata)
		if v.Headers == nil {
			v.Headers = map[string]string{}
		}
		delete(v.Headers, "X-Amz-Website-Redirect-Location")
		if redirect != "" {
			v.Headers["X-Amz-Website-Redirect-Location"] = redirect
		}
	}
	if chosen["Tagging"] == "COPY" {
		v.Tags = maps.Clone(source.Tags)
	}
	if chosen["Object-Annotation"] == "COPY" {
		v.Annotations = maps.Clone(source.Annotations)
	}
	return nil
}
