package s3fake

import (
	"iter"
	"slices"
	"sort"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// history are the versions of a key, newest first, stored or generated. It is not to be changed.
func (b *Bucket) history(key string) []*Version {
	if versions, ok := b.stored[key]; ok || b.generated == nil {
		return versions
	}
	if n := b.generated.search(key); n < b.generated.Keys && b.generated.Key(n) == key {
		return b.generate(n)
	}
	return nil
}

// own is a history that may be changed, by [Bucket.set].
func (b *Bucket) own(key string) []*Version { return slices.Clone(b.history(key)) }

// set stores a key's history.
func (b *Bucket) set(key string, versions []*Version) {
	_, known := b.stored[key]
	if !known {
		at, _ := slices.BinarySearch(b.keys, key)
		b.keys = slices.Insert(b.keys, at, key)
	}
	b.stored[key] = versions
}

// mutable is a version that may be changed in place, or nil. A generated key is stored from now on.
func (b *Bucket) mutable(key, id string) *Version {
	history := b.own(key)
	v := find(history, id)
	if v != nil {
		b.set(key, history)
	}
	return v
}

// search is the number of the first generated key that is not before key.
func (g *Generated) search(key string) int {
	return sort.Search(g.Keys, func(n int) bool { return g.Key(n) >= key })
}

// generate completes the versions that the test's function returns.
func (b *Bucket) generate(n int) []*Version {
	generated := b.generated.Versions(n)
	versions := make([]*Version, len(generated))
	for i := range generated {
		v := &generated[i]
		v.sequence = -int64(i) - 1 // below all that is written
		if v.ID == "" {
			v.ID = identifier(b.Name, strconv.Itoa(n), strconv.Itoa(len(generated)-i))
		}
		if !v.DeleteMarker {
			v.fill()
			b.completeGenerated(v)
		}
		versions[i] = v
	}
	return versions
}

// completeGenerated does what a listing of millions can afford.
func (b *Bucket) completeGenerated(v *Version) {
	if v.Encryption == "" && !v.CustomerKey {
		v.Encryption, v.KMSKey, v.BucketKey = types.ServerSideEncryptionAes256, "", false
	}
	if v.ETag == "" && v.Body == nil && len(v.PartSizes) == 0 && v.Encryption == types.ServerSideEncryptionAes256 {
		v.ETag = cachedETag(v.Size, v.Fill)
	}
	b.complete(v)
}

// from are the keys and histories of a bucket from a key on, in order. Keys without versions are left out.
func (b *Bucket) from(start string) iter.Seq2[string, []*Version] {
	return func(yield func(string, []*Version) bool) {
		at, _ := slices.BinarySearch(b.keys, start)
		n, end := 0, 0
		if b.generated != nil {
			n, end = b.generated.search(start), b.generated.Keys
		}
		for at < len(b.keys) || n < end {
			var key string
			generated := n < end
			if generated {
				key = b.generated.Key(n)
			}
			var versions []*Version
			if at < len(b.keys) && (!generated || b.keys[at] <= key) {
				if generated && b.keys[at] == key {
					n++
				}
				key, versions = b.keys[at], b.stored[b.keys[at]]
				at++
			} else {
				versions = b.generate(n)
				n++
			}
			if len(versions) > 0 && !yield(key, versions) {
				return
			}
		}
	}
}
