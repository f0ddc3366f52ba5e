package main

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/rewind"
	"central-s3-backup/internal/s3fake"
)

// versionsOfAKey is how many versions and delete markers each key of the generated bucket has.
const versionsOfAKey = 5

// moment is the one to which the bucket is brought back: the third of the seconds in which keys were written.
var moment = time.Date(2026, 3, 2, 10, 0, 3, 0, time.UTC)

// bucket is one flat prefix. Each key was written once a second for five seconds; some writes were deletions.
func (t task) bucket() s3fake.BucketOptions {
	return s3fake.BucketOptions{Versioning: types.BucketVersioningStatusEnabled, Generated: &s3fake.Generated{
		Keys: t.Keys, Key: keyOf, Versions: versionsOf,
	}}
}

func keyOf(n int) string { return fmt.Sprintf("data/%09d", n) }

// versionsOf are the versions of a key, newest first.
func versionsOf(n int) []s3fake.Version {
	all := make([]s3fake.Version, versionsOfAKey)
	for i := range all {
		at := versionsOfAKey - i // the second
		all[i] = s3fake.Version{
			ID: idOf(n, at), At: moment.Add(time.Duration(at-3) * time.Second), Size: int64(100*at + n%7), DeleteMarker: isMarker(n, at),
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, Checksum: "AAAAAAAAAAA=",
		}
	}
	return all
}

func idOf(n, at int) string { return fmt.Sprintf("version.%d.of.%021d", at, n) }

// isMarker says whether a key was deleted in a second.
func isMarker(n, at int) bool {
	switch n % 4 {
	case 0: // deleted and not written any more: nothing is to be done
		return at >= 3
	case 1: // deleted after the moment
		return at == 5
	case 2: // written again after it was deleted
		return at == 3
	}
	return false
}

// digest is the sum over all keys that are not as they were, in any order.
type digest struct {
	keys int
	sum  uint64
}

var seed = maphash.MakeSeed()

func (d *digest) add(r rewind.Result) error {
	d.keys++
	d.sum += maphash.Comparable(seed, [4]string{r.Key, string(r.Outcome), r.SourceVersion, r.LatestVersion})
	return nil
}

// wanted is the digest of the bucket, by the rule that it was made by.
func (t task) wanted() digest {
	var d digest
	for n := range t.Keys {
		r := rewind.Result{Key: keyOf(n), Outcome: rewind.Copied, SourceVersion: idOf(n, 3), LatestVersion: idOf(n, 5)}
		switch n % 4 {
		case 0:
			continue
		case 2:
			r.Outcome, r.SourceVersion = rewind.Marked, ""
		}
		_ = d.add(r) // it always works
	}
	return d
}
