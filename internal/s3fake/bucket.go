package s3fake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// BucketOptions say how a bucket starts. The zero value is one of the caller's, in [DefaultRegion], that
// never had versioning.
type BucketOptions struct {
	Versioning types.BucketVersioningStatus
	// Owner is the account; one that is not the server's Account is answered with AccessDenied.
	Owner string
	// Region is [DefaultRegion] if empty; requests signed for another are answered with 301.
	Region string
	// ObjectLock says that the bucket has Object Lock, and so versioning (F-OL-2).
	ObjectLock bool
	// Settings are documents of the bucket by their query parameter, such as "lifecycle". A client's
	// PutBucketLifecycleConfiguration does the same. A new bucket has S3's: encryption by SSE-S3, no ACLs
	// ("ownershipControls") and no public access ("publicAccessBlock"); an empty document is none.
	Settings map[string]string
	// Generated is the bucket's history, see there.
	Generated *Generated
	// ReadOnly refuses every write, as an access point on a backup does (F-RST-13).
	ReadOnly bool
}

// Bucket is a bucket of a server. Its methods are for tests: they pass over locks and faults.
type Bucket struct {
	Name, Owner, Region string

	server     *Server
	readOnly   bool
	versioning types.BucketVersioningStatus
	lock       *lockConfiguration // nil: no Object Lock
	settings   map[string][]byte
	generated  *Generated

	keys   []string              // of histories, in order
	stored map[string][]*Version // by key, newest first; a key that lost all versions stays, empty
	gone   map[entry]*Version    // what was removed: a page that ended there still goes on there
}

// entry names a version.
type entry struct{ key, id string }

// CreateBucket creates a bucket, or replaces one.
func (s *Server) CreateBucket(name string, options BucketOptions) *Bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create(name, options)
}

// create does so. The caller holds the lock.
func (s *Server) create(name string, options BucketOptions) *Bucket {
	b := &Bucket{
		Name: name, Owner: options.Owner, Region: options.Region, server: s, versioning: options.Versioning, readOnly: options.ReadOnly,
		settings: map[string][]byte{}, generated: options.Generated, stored: map[string][]*Version{},
		gone: map[entry]*Version{},
	}
	if b.Owner == "" {
		b.Owner = s.options.Account
	}
	if b.Region == "" {
		b.Region = DefaultRegion
	}
	for parameter, document := range newBucket {
		b.settings[parameter] = []byte(document)
	}
	for parameter, document := range options.Settings {
		b.settings[parameter] = []byte(document)
	}
	if document, ok := options.Settings["object-lock"]; ok || options.ObjectLock {
		b.lock = &lockConfiguration{}
		_ = xml.Unmarshal([]byte(document), b.lock) // the test's own; of nothing comes no default retention
		b.versioning = types.BucketVersioningStatusEnabled
	}
	s.buckets[name] = b
	return b
}

// RemoveBucket removes a bucket with all that is in it.
func (s *Server) RemoveBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, name)
}

// Versioning is the state of the versioning. Empty: it never was enabled.
func (b *Bucket) Versioning() types.BucketVersioningStatus {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	return b.versioning
}

// Setting is a document of the bucket by its query parameter, as it was put. Empty: there is none.
func (b *Bucket) Setting(parameter string) string {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	return string(b.settings[parameter])
}

// OwnerEnforced says whether the bucket has no ACLs.
func (b *Bucket) OwnerEnforced() bool {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	return b.ownerEnforced()
}

// SetVersioning changes the state of the versioning. Versions stay.
func (b *Bucket) SetVersioning(status types.BucketVersioningStatus) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.versioning = status
}

// Put adds a version, or a delete marker where v says so, wherever in the history its time belongs, and
// returns what is stored. Without versioning, and with it suspended, it replaces version null.
func (b *Bucket) Put(key string, v Version) Version {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	v = v.clone()
	v.fill()
	return b.add(key, &v).view()
}

// fill makes the content of what a test gave.
func (v *Version) fill() {
	size := v.Size
	if size == 0 {
		for _, part := range v.PartSizes {
			size += part
		}
	}
	v.content = blob{{size: size, fill: v.Fill}}
	if v.Body != nil {
		v.content = bytesBlob(v.Body)
	}
}

// Delete does what DeleteObject without a version does at a time, zero being now, and returns the delete
// marker. Without versioning there is none, and version null is gone.
func (b *Bucket) Delete(key string, at time.Time) Version {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	if b.versioning == "" {
		b.remove(key, "null")
		return Version{}
	}
	return b.add(key, &Version{DeleteMarker: true, At: at}).view()
}

// Remove deletes a version or a delete marker for good, as an expiry does, and tells whether it was there.
func (b *Bucket) Remove(key, id string) bool {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return b.remove(key, id) != nil
}

// Change lets a test change what is stored of a version, such as its storage class or lock, but neither id
// nor time nor content. It tells whether the version is there.
func (b *Bucket) Change(key, id string, change func(*Version)) bool {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	v := b.mutable(key, id)
	if v != nil {
		change(v)
	}
	return v != nil
}

// Versions are those of one key, with their content, newest first.
func (b *Bucket) Versions(key string) []Version {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	var versions []Version
	for _, v := range b.history(key) {
		versions = append(versions, v.view())
	}
	return versions
}

// Keys are all keys that have a version or a delete marker, in the order of listings.
func (b *Bucket) Keys() []string {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	var keys []string
	for key := range b.from("") {
		keys = append(keys, key)
	}
	return keys
}

// view is a copy for tests, with as much content as is stored.
func (v *Version) view() Version {
	c := v.clone()
	c.Body, c.Size = nil, v.content.size()
	var body strings.Builder
	for _, p := range v.content {
		if p.stored == nil && p.size > 0 {
			return c
		}
		body.Write(p.stored)
	}
	if !v.DeleteMarker {
		c.Body = []byte(body.String())
	}
	return c
}

// add fills in what a version lacks, and puts it into its key's history. The caller holds the lock.
func (b *Bucket) add(key string, v *Version) *Version {
	if v.sequence == 0 {
		v.sequence = b.server.next()
	}
	if v.At.IsZero() {
		v.At = b.server.options.Clock()
	}
	if b.versioning != types.BucketVersioningStatusEnabled && v.ID == "" {
		v.ID = "null"
	}
	if v.ID == "" {
		v.ID = identifier(b.Name, fmt.Sprint(v.sequence))
	}
	if !v.DeleteMarker {
		b.complete(v)
	}
	history := b.own(key)
	if v.ID == "null" {
		history = slices.DeleteFunc(history, func(old *Version) bool { return old.ID == "null" })
	}
	at, _ := slices.BinarySearchFunc(history, v, func(have, v *Version) int {
		if have.newer(v) {
			return -1
		}
		return 1
	})
	b.set(key, slices.Insert(history, at, v))
	return v
}

// complete fills in ETag, checksum, encryption, storage class and the bucket's default retention.
func (b *Bucket) complete(v *Version) {
	if v.StorageClass == "" {
		v.StorageClass = types.StorageClassStandard
	}
	if v.Encryption == "" && !v.CustomerKey {
		v.Encryption, v.KMSKey, v.BucketKey = b.defaultEncryption()
	}
	if v.LockMode == "" && b.lock != nil {
		v.LockMode, v.RetainUntil = b.lock.until(v.At)
	}
	if v.ETag == "" {
		v.ETag = etagOf(v)
	}
	if v.ChecksumAlgorithm == "" {
		return
	}
	if v.ChecksumType == "" {
		v.ChecksumType = types.ChecksumTypeFullObject
	}
	if v.Checksum != "" {
		return
	}
	if v.ChecksumType == types.ChecksumTypeFullObject {
		v.Checksum = v.content.checksum(v.ChecksumAlgorithm)
		return
	}
	var sums []string
	for _, part := range v.parts() {
		sums = append(sums, part.checksum(v.ChecksumAlgorithm))
	}
	v.Checksum = compositeChecksum(v.ChecksumAlgorithm, sums)
}

// parts are the pieces in which the content was uploaded.
func (v *Version) parts() []blob {
	var parts []blob
	var offset int64
	for _, size := range v.PartSizes {
		parts = append(parts, v.content.slice(offset, size))
		offset += size
	}
	return parts
}

// etagOf is the MD5 of the content, or that of the parts' MD5s. Under a KMS key or a customer's key an ETag
// is no digest of the content: each version has another.
func etagOf(v *Version) string {
	var salt []byte
	if v.CustomerKey || strings.HasPrefix(string(v.Encryption), "aws:kms") {
		salt = fmt.Append(nil, "encrypted ", v.ID, v.sequence)
	}
	if len(v.PartSizes) == 0 {
		if salt != nil {
			return bytesBlob(append(salt, v.content.md5()...)).etag()
		}
		return v.content.etag()
	}
	var sums [][]byte
	for _, part := range v.parts() {
		sums = append(sums, part.md5())
	}
	if salt != nil {
		sums[0] = bytesBlob(append(salt, sums[0]...)).md5()
	}
	return multipartETag(sums)
}

func (b *Bucket) remove(key, id string) *Version {
	history := b.own(key)
	v := find(history, id)
	if v != nil {
		b.set(key, slices.DeleteFunc(history, func(old *Version) bool { return old == v }))
		b.gone[entry{key, id}] = &Version{ID: v.ID, At: v.At, sequence: v.sequence}
	}
	return v
}

func find(history []*Version, id string) *Version {
	for _, v := range history {
		if v.ID == id {
			return v
		}
	}
	return nil
}

// next numbers versions and uploads. The caller holds the lock.
func (s *Server) next() int64 {
	s.sequence++
	return s.sequence
}

// identifier is a text like S3's ids, always the same for the same parts. Its order says nothing.
func identifier(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return alphabet.EncodeToString(sum[:24])
}

// alphabet is that of S3's version ids.
var alphabet = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._").WithPadding(base64.NoPadding)

func hexID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToUpper(hex.EncodeToString(sum[:8]))
}
