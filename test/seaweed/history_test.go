package seaweed

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

var keys = []string{"a", "a b+c", "a/b", "a-b", "k%2F?#=", "é/ü/x", "z<&>\"'", "~(1)!*@:,;$"}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomObject(r *rand.Rand) object {
	o := object{
		body: one(r, "x", "y", "zz", ""), contentType: one(r, "text/plain", "text/csv"), metadata: one(r, "blue", "red"),
		class: types.StorageClassStandard,
	}
	if r.IntN(2) == 0 {
		o.tags, o.cacheControl, o.class = one(r, "class=a+b", "class=%3Dc&team=x"), "no-store", types.StorageClassStandardIa
	}
	return o
}

// step does one thing that people do to buckets.
func (b *bucket) step(r *rand.Rand) {
	b.t.Helper()
	time.Sleep(time.Duration(one(r, 1, 1, 100, 300, 700, 1000, 1500)) * time.Millisecond)
	key := one(r, keys...)
	var err error
	switch n := r.IntN(10); {
	case n < 6:
		_, err = b.put(b.t.Context(), key, randomObject(r))
	case n < 7:
		o := randomObject(r)
		o.body = strings.Repeat(one(r, "m", "n"), one(r, 7, 5<<20+1, 11<<20))
		err = b.putParts(b.t.Context(), key, o)
	default:
		_, err = b.delete(b.t.Context(), key)
	}
	b.must(err)
}

// TestHistories: twenty histories, with several versions within a second, the same bytes with other metadata, odd keys
// and multipart uploads. Every moment comes back whole, in any order. No version is lost, and the second run has nothing to do.
func TestHistories(t *testing.T) {
	for seed := range 20 {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			checkHistory(t, rand.New(rand.NewPCG(uint64(seed), 0)))
		})
	}
}

func checkHistory(t *testing.T, r *rand.Rand) {
	b := newBucket(t)
	from := time.Now().UTC().Truncate(time.Second).Add(-time.Second) // before the first version
	for range 5 + r.IntN(20) {
		b.step(r)
	}
	for range 3 {
		time.Sleep(time.Second) // the moment must be over
		seconds := int(time.Since(from)/time.Second) - 1
		to := from.Add(time.Duration(r.IntN(seconds+1)) * time.Second)
		b.checkRestore(to, one(r, everything, everything, scope{prefix: "a"}, scope{prefix: "é/"}, scope{key: one(r, keys...)}),
			"--multipart-above", one(r, "6", "6000000", "20000000"), "--concurrency", one(r, "1", "4", "64"))
		for range r.IntN(4) {
			b.step(r)
		}
	}
}

// scope limits a restore to the keys with a prefix, or to one key.
type scope struct{ prefix, key string }

var everything scope

func (s scope) has(key string) bool {
	return strings.HasPrefix(key, s.prefix) && (s.key == "" || s.key == key)
}

// checkRestore brings keys of the bucket back to a moment, and looks at everything.
func (b *bucket) checkRestore(to time.Time, of scope, flags ...string) {
	b.t.Helper()
	before := b.list()
	if !slices.ContainsFunc(slices.Collect(maps.Keys(before)), of.has) {
		of = everything // without a key there is nothing to restore, which is an error
	}
	want := b.view(before, time.Now())
	maps.DeleteFunc(want, func(key string, _ object) bool { return of.has(key) })
	for key, object := range b.view(before, to) {
		if of.has(key) {
			want[key] = object
		}
	}
	arguments := append([]string{"--bucket", b.name, "--to", to.Format(time.RFC3339)}, flags...)
	switch {
	case of.prefix != "":
		arguments = append(arguments, "--prefix", of.prefix)
	case of.key != "":
		arguments = append(arguments, "--key", of.key)
	}
	dry := result(b.t, restoring(b.t, arguments...)).Summary
	arguments = append(arguments, "--apply")
	done := result(b.t, restoring(b.t, arguments...)).Summary
	if done.Failed > 0 || done.Ambiguous > 0 || done.Confirmed != done.Keys || done.Copied != dry.Copied || done.Marked != dry.Marked {
		b.t.Fatalf("%v: expected %+v, got %+v%s", arguments, dry, done, failures(done.Reasons))
	}
	if different := compare(b.now(), want); different != "" {
		b.t.Fatalf("%v:\n%s", arguments, different)
	}
	after := b.list()
	if made := count(after) - count(before); made != done.Copied+done.Marked {
		b.t.Errorf("%v: %d new versions, %d reported", arguments, made, done.Copied+done.Marked)
	}
	for key, ids := range before {
		for id := range ids {
			if _, there := after[key][id]; !there {
				b.t.Errorf("%v: version %s of %q is gone", arguments, id, key)
			}
		}
	}
	for key, ids := range after {
		for id := range ids {
			if _, there := before[key][id]; !there {
				object, existed := want[key]
				b.add(written{key: key, id: id, marker: !existed, object: object})
			}
		}
	}
	again := result(b.t, restoring(b.t, arguments...)).Summary
	if n := count(b.list()); again.Copied+again.Marked+again.Failed > 0 || n != count(after) {
		b.t.Fatalf("%v: the second run made %d versions: %+v", arguments, n-count(after), again)
	}
}

func failures[K comparable, F any](reasons map[K]*F) string {
	var all strings.Builder
	for reason, of := range reasons {
		fmt.Fprintf(&all, "\n%v: %+v", reason, *of)
	}
	return all.String()
}
