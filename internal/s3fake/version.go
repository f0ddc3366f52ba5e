package s3fake

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Version is one version of an object, or one delete marker. Tests give one to [Bucket.Put] and read what
// is stored in those that methods of [Bucket] return.
type Version struct {
	// ID is what the server gives unless it is set. "null" is the version of a bucket without versioning.
	ID string
	// At is when it was made; listings cut it to seconds (F-RST-14). Zero is now.
	At time.Time
	// DeleteMarker says that it is one; of the fields below none counts then.
	DeleteMarker bool

	// Body is the content. Where it is nil, the content is Size bytes of the value Fill, and is not stored; of
	// more than 4 KiB of those, the ETag is an MD5, but not that of the bytes.
	Body []byte
	Size int64
	Fill byte
	// PartSizes are the bytes of the parts of a multipart object, whose ETag ends in -N. Body, if there is
	// one, has as many bytes as all of them. Empty is an object that is not multipart.
	PartSizes []int64
	// ETag without quotes. The server computes it unless it is set: an MD5, of the parts' MD5s where there
	// are parts, and no digest of the content under a KMS key or a customer's key.
	ETag string
	// ChecksumAlgorithm is empty where the version has no checksum, as those from before S3 added CRC64NVME
	// to all. ChecksumType is FULL_OBJECT unless set.
	ChecksumAlgorithm types.ChecksumAlgorithm
	ChecksumType      types.ChecksumType
	Checksum          string

	// Headers are the system-defined metadata that were given: Content-Type, Cache-Control,
	// Content-Disposition, Content-Encoding, Content-Language, Expires, X-Amz-Website-Redirect-Location.
	Headers map[string]string
	// Metadata are user-defined; keys are lower case and without x-amz-meta-.
	Metadata    map[string]string
	Tags        map[string]string
	Annotations map[string]string // F-S3-25
	// ACL is a canned ACL; empty is private.
	ACL types.ObjectCannedACL
	// Grants are all grants, if they are no canned ACL: "PERMISSION=GRANTEE" each, the grantee as in x-amz-grant-read,
	// such as READ=uri="http://acs.amazonaws.com/groups/global/AllUsers".
	Grants []string

	// StorageClass is STANDARD if empty.
	StorageClass types.StorageClass
	// ArchiveStatus is set where INTELLIGENT_TIERING has archived the version.
	ArchiveStatus types.ArchiveStatus
	// RestoredUntil is until when an archived version can be read. Zero is never.
	RestoredUntil time.Time

	// Encryption is the bucket's default if empty.
	Encryption types.ServerSideEncryption
	KMSKey     string
	BucketKey  bool
	// CustomerKey says that a customer's key encrypts it (SSE-C): without the key not even HeadObject works.
	CustomerKey bool

	// LockMode and RetainUntil are the retention. Empty is the bucket's default retention, if it has one.
	LockMode    types.ObjectLockMode
	RetainUntil time.Time
	LegalHold   bool

	sequence int64 // decides between equal times
	content  blob
}

// clone shares nothing that can change with the original.
func (v Version) clone() Version {
	v.PartSizes, v.Grants = slices.Clone(v.PartSizes), slices.Clone(v.Grants)
	v.Headers, v.Metadata = maps.Clone(v.Headers), maps.Clone(v.Metadata)
	v.Tags, v.Annotations = maps.Clone(v.Tags), maps.Clone(v.Annotations)
	return v
}

// newer tells which of two versions of a key is listed first.
func (v *Version) newer(other *Version) bool {
	if !v.At.Equal(other.At) {
		return v.At.After(other.At)
	}
	return v.sequence > other.sequence
}

// Generated is the history of a bucket that functions compute, so that it takes no memory. Reads and
// listings call them, several at once. A key that is written to is stored from then on.
type Generated struct {
	// Keys is how many keys there are.
	Keys int
	// Key is the key with a number from 0 to Keys-1. Keys rise with their numbers, by bytes.
	Key func(number int) string
	// Versions are those of one key, newest first, with times. Ids and ETags may be left out.
	Versions func(number int) []Version
}
