package compare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// WholeBytes is the size up to which an object of the sample is read as a whole. Two hundred reads of it take
	// about two minutes.
	WholeBytes = 64 << 20
	// PartBytes is how much of a larger object is read at each of its beginning, middle and end.
	PartBytes = 8 << 20
	// readers is how many objects are read at the same time, from both sides.
	readers = 4
)

// Check is the comparison of one object's bytes.
type Check struct {
	// Key of the object, and its size in bytes. The size of a canary is what was read.
	Key  string `json:"key"`
	Size int64  `json:"bytes"`
	// HashedBytes is how many of them were hashed: all, or of an object above [WholeBytes] those of three parts.
	HashedBytes int64 `json:"hashedBytes"`
	// RecoveryPointSHA256 and RestoredSHA256 are the hashes of both sides, in hexadecimal. Empty: the side does not
	// have the object.
	RecoveryPointSHA256 string `json:"recoveryPointSha256"`
	RestoredSHA256      string `json:"restoredSha256"`
	// ExpectedSHA256 is that of a canary in backup.yaml. Empty: it is no canary.
	ExpectedSHA256 string `json:"expectedSha256,omitempty"`
}

// Equal says whether both sides have the same bytes, and of a canary the expected ones.
func (c Check) Equal() bool {
	return c.RecoveryPointSHA256 != "" && c.RecoveryPointSHA256 == c.RestoredSHA256 &&
		(c.ExpectedSHA256 == "" || c.ExpectedSHA256 == c.RestoredSHA256)
}

// Known is an object whose hash is known.
type Known struct{ Key, SHA256 string }

// Sample compares the bytes of objects that both sides have with the same size, until the time limit. It returns the
// checks in the order of the objects, without those that it did not reach. Those that it reached are spread evenly.
func Sample(ctx context.Context, recoveryPoint, restored Bucket, objects []Object, now func() time.Time, limit time.Time) ([]Check, error) {
	checks := make([]*Check, len(objects))
	timed, cancel := context.WithTimeout(ctx, limit.Sub(now()))
	defer cancel()
	group, reading := errgroup.WithContext(timed)
	group.SetLimit(readers)
	for _, i := range spread(len(objects)) {
		group.Go(func() error {
			if !now().Before(limit) {
				return nil
			}
			check, err := checkOf(reading, recoveryPoint, restored, objects[i])
			if err != nil && ctx.Err() == nil && timed.Err() != nil {
				return nil // the time limit ended the reading
			}
			if err == nil {
				checks[i] = check
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	done := []Check{}
	for _, check := range checks {
		if check != nil {
			done = append(done, *check)
		}
	}
	return done, nil
}

// checkOf hashes an object on both sides.
func checkOf(ctx context.Context, recoveryPoint, restored Bucket, o Object) (*Check, error) {
	check := &Check{Key: o.Key, Size: o.Size}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		check.RecoveryPointSHA256, check.HashedBytes, err = hashOf(ctx, recoveryPoint, o)
		return err
	})
	group.Go(func() (err error) { check.RestoredSHA256, _, err = hashOf(ctx, restored, o); return err })
	return check, group.Wait()
}

// hashOf hashes an object, or of a large one its beginning, middle and end.
func hashOf(ctx context.Context, side Bucket, o Object) (string, int64, error) {
	sum := sha256.New()
	if o.Size <= WholeBytes {
		n, err := into(ctx, sum, side, o.Key, 0, 0)
		if err == nil && n != o.Size {
			err = fmt.Errorf("%q has %d bytes; its listing had %d", o.Key, n, o.Size)
		}
		return hex.EncodeToString(sum.Sum(nil)), n, err
	}
	var total int64
	for _, offset := range []int64{0, (o.Size - PartBytes) / 2, o.Size - PartBytes} {
		n, err := into(ctx, sum, side, o.Key, offset, PartBytes)
		if err != nil {
			return "", 0, err
		}
		total += n
	}
	return hex.EncodeToString(sum.Sum(nil)), total, nil
}

// into streams an object into a hash.
func into(ctx context.Context, sum hash.Hash, side Bucket, key string, offset, length int64) (int64, error) {
	body, err := side.Open(ctx, key, offset, length)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(sum, body)
	return n, errors.Join(err, body.Close())
}

// Canaries compares the whole objects whose hashes are known. An object that a side does not have is no error:
// isAbsent tells it from others.
func Canaries(ctx context.Context, recoveryPoint, restored Bucket, known []Known, isAbsent func(error) bool) ([]Check, error) {
	checks := make([]Check, len(known))
	for i, k := range known {
		check := Check{Key: k.Key, ExpectedSHA256: k.SHA256}
		for _, side := range []struct {
			Bucket
			sum *string
		}{{recoveryPoint, &check.RecoveryPointSHA256}, {restored, &check.RestoredSHA256}} {
			sum := sha256.New()
			n, err := into(ctx, sum, side.Bucket, k.Key, 0, 0)
			if err != nil && isAbsent(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			check.Size, check.HashedBytes = n, n
			*side.sum = hex.EncodeToString(sum.Sum(nil))
		}
		checks[i] = check
	}
	return checks, nil
}
