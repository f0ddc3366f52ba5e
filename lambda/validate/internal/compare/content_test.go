package compare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestSampler: the sample is spread evenly over any number of objects, and is the same whatever the order of the ranges.
func TestSampler(t *testing.T) {
	for _, keys := range []int{0, 1, 99, 100, 101, 199, 200, 201, 1000, 12345} {
		s := &sampler{most: 200, stride: 1}
		for i := range keys {
			s.add(int64(i+1), Object{Key: fmt.Sprintf("%09d", i)})
		}
		picked := s.pick(100)
		if len(picked) != min(keys, 100) {
			t.Errorf("%d of %d", len(picked), keys)
		}
		last := -1
		for _, o := range picked {
			var at int
			_, _ = fmt.Sscanf(o.Key, "%d", &at)
			if at <= last || keys >= 100 && at-last > keys*3/100+2 {
				t.Errorf("of %d objects %d is after %d", keys, at, last)
			}
			last = at
		}
	}
}

// TestSpread: every beginning of the order is spread evenly, and nothing is left out.
func TestSpread(t *testing.T) {
	if got := fmt.Sprint(spread(8)); got != "[0 4 2 6 1 5 3 7]" {
		t.Error(got)
	}
	for n := range 130 {
		order := spread(n)
		slices.Sort(order)
		for i, at := range order {
			if i != at || len(order) != n {
				t.Fatalf("spread(%d) is not the numbers below it", n)
			}
		}
	}
}

func sample(t *testing.T, recoveryPoint, restored Bucket, objects ...Object) []Check {
	t.Helper()
	checks, err := Sample(context.Background(), recoveryPoint, restored, objects, time.Now, time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

// TestOneByte: one byte that differs in an object of the same size is found, and the hashes are those of the content.
func TestOneByte(t *testing.T) {
	checks := sample(t, sideOf(map[string]string{"a": "same", "b": "12345"}), sideOf(map[string]string{"a": "same", "b": "12346"}),
		Object{"a", 4}, Object{"b", 5})
	sum := sha256.Sum256([]byte("12346"))
	if !checks[0].Equal() || checks[1].Equal() || checks[1].RestoredSHA256 != hex.EncodeToString(sum[:]) || checks[1].HashedBytes != 5 {
		t.Errorf("%+v", checks)
	}
}

// TestLargeObjects: of an object above the limit three parts are read, and the check says how much that was.
func TestLargeObjects(t *testing.T) {
	one := func(size int64) *memory {
		return &memory{n: 1, key: func(int) string { return "large" }, size: func(int) int64 { return size }}
	}
	for size, hashed := range map[int64]int64{WholeBytes: WholeBytes, WholeBytes + 1: 3 * PartBytes} {
		check := sample(t, one(size), one(size), Object{"large", size})[0]
		if !check.Equal() || check.HashedBytes != hashed || check.Size != size {
			t.Errorf("%d bytes: %+v", size, check)
		}
	}
}

// TestSampleTimeLimit: what the time does not allow is not read, and that is no difference and no error.
func TestSampleTimeLimit(t *testing.T) {
	objects := make([]Object, 100)
	bodies := map[string]string{}
	for i := range objects {
		objects[i] = Object{fmt.Sprintf("%03d", i), 1}
		bodies[objects[i].Key] = "x"
	}
	side := sideOf(bodies)
	checks, err := Sample(context.Background(), side, side, objects, ticks(time.Second), time.Unix(11, 0))
	if err != nil || len(checks) != 9 || checks[0].Key != "000" || checks[len(checks)-1].Key < "080" {
		t.Errorf("%d checks: %v", len(checks), err)
	}
	checks, err = Sample(context.Background(), hanging{side}, side, objects, time.Now, time.Now().Add(20*time.Millisecond))
	if err != nil || len(checks) != 0 {
		t.Errorf("%d checks: %v", len(checks), err)
	}
}

// TestSampleFails: an object that cannot be read is an error, and no difference.
func TestSampleFails(t *testing.T) {
	side := sideOf(map[string]string{"a": "1"})
	for name, object := range map[string]Object{"absent": {"b", 1}, "another size than listed": {"a", 2}} {
		if checks, err := Sample(context.Background(), side, side, []Object{object}, time.Now, time.Now().Add(time.Minute)); err == nil {
			t.Errorf("%s: %+v", name, checks)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Sample(ctx, hanging{side}, side, []Object{{"a", 1}}, time.Now, time.Now().Add(time.Minute)); err == nil {
		t.Error("an invocation that ends is an error")
	}
}

// TestCanaries: a canary must have its hash on both sides.
func TestCanaries(t *testing.T) {
	sum := sha256.Sum256([]byte("canary"))
	known := []Known{{"canary", hex.EncodeToString(sum[:])}}
	right, wrong, none := map[string]string{"canary": "canary"}, map[string]string{"canary": "canarx"}, map[string]string{}
	for _, c := range []struct {
		name                    string
		recoveryPoint, restored map[string]string
		equal                   bool
	}{
		{"both", right, right, true},
		{"changed before the backup", wrong, wrong, false},
		{"changed by the restore", right, wrong, false},
		{"not restored", right, none, false},
		{"in neither", none, none, false},
	} {
		checks, err := Canaries(context.Background(), sideOf(c.recoveryPoint), sideOf(c.restored), known,
			func(err error) bool { return errors.Is(err, errAbsent) })
		if err != nil || checks[0].Equal() != c.equal {
			t.Errorf("%s: %+v %v", c.name, checks, err)
		}
	}
	_, err := Canaries(context.Background(), sideOf(none), sideOf(none), known, func(error) bool { return false })
	if err == nil {
		t.Error("a canary that cannot be read is an error")
	}
}
