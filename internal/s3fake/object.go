package s3fake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// systemHeaders are the metadata that S3 keeps as they were given. CopyObject copies all but the redirect.
var systemHeaders = []string{
	"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires",
	"X-Amz-Website-Redirect-Location",
}

// locate finds what a request reads: a version by id, or the current one.
func (b *Bucket) locate(key, id string) (*Version, error) {
	history := b.history(key)
	switch v := find(history, id); {
	case v != nil && !v.DeleteMarker:
		return v, nil
	case v != nil:
		e := fail(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		e.header.Set("X-Amz-Delete-Marker", "true")
		e.header.Set("Last-Modified", v.At.UTC().Format(http.TimeFormat))
		e.header.Set("Allow", http.MethodDelete)
		return nil, e
	case id != "":
		return nil, fail(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.").
			with("Key", key).with("VersionId", id)
	}
	if v := b.current(key); v != nil {
		return v, nil
	}
	e := noSuchKey(key)
	if len(history) > 0 {
		e.header.Set("X-Amz-Delete-Marker", "true")
		e.header.Set("X-Amz-Version-Id", history[0].ID)
	}
	return nil, e
}

// archived tells whether the content cannot be read now.
func (v *Version) archived(now time.Time) bool {
	glacier := v.StorageClass == types.StorageClassGlacier || v.StorageClass == types.StorageClassDeepArchive
	return (glacier || v.ArchiveStatus != "") && !v.RestoredUntil.After(now)
}

// hidden refuses what needs a customer's key.
func (v *Version) hidden() error {
	if v.CustomerKey {
		return invalidRequest("The object was stored using a form of Server Side Encryption. " +
			"The correct parameters must be provided to retrieve the object.")
	}
	return nil
}

// readable is a version whose content can be read.
func (v *Version) readable(now time.Time) error {
	if err := v.hidden(); err != nil {
		return err
	}
	if v.archived(now) {
		return fail(http.StatusForbidden, "InvalidObjectState", "The action is not valid for the object's storage class").
			with("StorageClass", string(v.StorageClass))
	}
	return nil
}

// describe are the headers of HeadObject and GetObject.
func (c *call) describe(v *Version) http.Header {
	h := http.Header{}
	for name, value := range v.Headers {
		h.Set(name, value)
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	for name, value := range v.Metadata {
		h.Set("X-Amz-Meta-"+name, value)
	}
	h.Set("ETag", `"`+v.ETag+`"`)
	h.Set("Last-Modified", v.At.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	if v.StorageClass != types.StorageClassStandard {
		h.Set("X-Amz-Storage-Class", string(v.StorageClass))
	}
	if v.ArchiveStatus != "" {
		h.Set("X-Amz-Archive-Status", string(v.ArchiveStatus))
	}
	if !v.RestoredUntil.IsZero() {
		h.Set("X-Amz-Restore", fmt.Sprintf("ongoing-request=%q, expiry-date=%q", "false", v.RestoredUntil.UTC().Format(http.TimeFormat)))
	}
	if len(v.Tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(v.Tags)))
	}
	if v.LockMode != "" {
		h.Set("X-Amz-Object-Lock-Mode", string(v.LockMode))
		h.Set("X-Amz-Object-Lock-Retain-Until-Date", v.RetainUntil.UTC().Format(time.RFC3339))
	}
	if v.LegalHold {
		h.Set("X-Amz-Object-Lock-Legal-Hold", "ON")
	}
	if strings.EqualFold(c.http.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
		v.checksumHeaders(h)
	}
	c.stored(h, v)
	return h
}

// stored are the headers that reads and writes have.
func (c *call) stored(h http.Header, v *Version) {
	if c.b.versioning != "" {
		h.Set("X-Amz-Version-Id", v.ID)
	}
	if v.Encryption != "" {
		h.Set("X-Amz-Server-Side-Encryption", string(v.Encryption))
	}
	if v.KMSKey != "" {
		h.Set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", v.KMSKey)
	}
	if v.BucketKey {
		h.Set("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "true")
	}
}

func (v *Version) checksumHeaders(h http.Header) {
	if v.ChecksumAlgorithm != "" {
		h.Set("X-Amz-Checksum-"+string(v.ChecksumAlgorithm), v.Checksum)
		h.Set("X-Amz-Checksum-Type", string(v.ChecksumType))
	}
}

// fromHeaders is a version as a request to write describes it, still without content.
func (c *call) fromHeaders() (*Version, error) {
	h := c.http.Header
	v := &Version{
		Headers: map[string]string{}, Metadata: map[string]string{},
		ACL: types.ObjectCannedACL(h.Get("X-Amz-Acl")), StorageClass: types.StorageClass(h.Get("X-Amz-Storage-Class")),
		Encryption: types.ServerSideEncryption(h.Get("X-Amz-Server-Side-Encryption")),
		KMSKey:     h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"),
		BucketKey:  h.Get("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled") == "true",
		LockMode:   types.ObjectLockMode(h.Get("X-Amz-Object-Lock-Mode")), LegalHold: h.Get("X-Amz-Object-Lock-Legal-Hold") == "ON",
	}
	for _, name := range systemHeaders {
		if value := h.Get(name); value != "" {
			v.Headers[name] = value
		}
	}
	size := 0
	for name, values := range h {
		if meta, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			meta, value := strings.ToLower(meta), strings.Join(values, ",")
			v.Metadata[meta] = value
			size += len(meta) + len(value)
		}
	}
	tags, err := parseTags(h.Get("X-Amz-Tagging"))
	switch {
	case err != nil:
		return nil, err
	case size > 2048:
		return nil, fail(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
	case v.StorageClass != "" && !slices.Contains(v.StorageClass.Values(), v.StorageClass):
		return nil, fail(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid")
	case v.Encryption != "" && !slices.Contains(v.Encryption.Values(), v.Encryption):
		return nil, fail(http.StatusBadRequest, "InvalidEncryptionAlgorithmError", "The encryption request you specified is not valid.")
	case v.KMSKey != "" && !strings.HasPrefix(string(v.Encryption), "aws:kms"):
		return nil, invalid("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
	case h.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "":
		return nil, notImplemented()
	}
	if err := c.aclHeaders(v); err != nil {
		return nil, err
	}
	v.Tags = tags
	return v, c.lockHeaders(v)
}

// parseTags reads tags as x-amz-tagging has them.
func parseTags(text string) (map[string]string, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, invalid("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded " +
			"URL query parameters without tag name duplicates.")
	}
	tags := map[string]string{}
	for key, value := range values {
		tags[key] = value[0]
	}
	return tags, tooManyTags(tags)
}

func tooManyTags(tags map[string]string) error {
	if len(tags) > 10 {
		return fail(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
	}
	return nil
}
