package compare

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"central-s3-backup/internal/s3fake"
)

func listings(t *testing.T, recoveryPoint, restored Bucket) *Listing {
	t.Helper()
	l, err := Listings(context.Background(), recoveryPoint, restored, 100, still, never)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// summary is a listing's differences in a few words.
func summary(l *Listing) string {
	var words []string
	for _, d := range l.First {
		words = append(words, d.Kind+" "+d.Key)
	}
	return fmt.Sprintf("%d/%d %d: %s", l.RecoveryPoint.Objects, l.Restored.Objects, l.Total, strings.Join(words, ", "))
}

// TestListings: each kind of difference is found, at the beginning, in the middle and at the end.
func TestListings(t *testing.T) {
	all := map[string]string{"a": "1", "b": "22", "c": "333"}
	without := func(keys ...string) map[string]string {
		m := maps.Clone(all)
		for _, key := range keys {
			delete(m, key)
		}
		return m
	}
	with := func(key, body string) map[string]string {
		m := maps.Clone(all)
		m[key] = body
		return m
	}
	for _, c := range []struct {
		name     string
		restored map[string]string
		want     string
	}{
		{"equal", all, "3/3 0: "},
		{"the first is missing", without("a"), "3/2 1: missing a"},
		{"one in the middle is missing", without("b"), "3/2 1: missing b"},
		{"the last is missing", without("c"), "3/2 1: missing c"},
		{"one extra at the beginning", with("A", ""), "3/4 1: extra A"},
		{"one extra in the middle", with("aa", ""), "3/4 1: extra aa"},
		{"one extra at the end", with("d", ""), "3/4 1: extra d"},
		{"one more byte", with("b", "222"), "3/3 1: size b"},
		{"nothing was restored", nil, "3/0 3: missing a, missing b, missing c"},
	} {
		if got := summary(listings(t, sideOf(all), sideOf(c.restored))); got != c.want {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
	}
	if got := summary(listings(t, sideOf(nil), sideOf(nil))); got != "0/0 0: " {
		t.Error("both are empty: ", got)
	}
}

// TestSizes: a difference has the sizes of both sides, and the counts have all bytes.
func TestSizes(t *testing.T) {
	l := listings(t, sideOf(map[string]string{"a": "12", "b": "1"}), sideOf(map[string]string{"a": "123"}))
	if d := l.First[0]; *d.RecoveryPointBytes != 2 || *d.RestoredBytes != 3 {
		t.Error(*d.RecoveryPointBytes, *d.RestoredBytes)
	}
	if d := l.First[1]; *d.RecoveryPointBytes != 1 || d.RestoredBytes != nil {
		t.Errorf("%+v", d)
	}
	if l.RecoveryPoint != (Count{2, 3}) || l.Restored != (Count{1, 3}) {
		t.Errorf("%+v %+v", l.RecoveryPoint, l.Restored)
	}
}

// large is a side of many keys under a common beginning.
func large(n int) *memory {
	return &memory{
		n: n, key: func(i int) string { return fmt.Sprintf("data/year=2026/part-%09d.parquet", i) },
		size: func(i int) int64 { return int64(i % 1000) },
	}
}

// TestManyKeys: a million keys are compared as a whole, in ranges, within the memory of a few pages. One difference
// among them is found.
func TestManyKeys(t *testing.T) {
	const keys = 1_000_000
	recoveryPoint, restored := large(keys), large(keys)
	restored.size = func(i int) int64 {
		if i == 765_432 {
			return 1
		}
		return recoveryPoint.size(i)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := listings(t, recoveryPoint, restored)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 4<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if got, want := summary(l), "1000000/1000000 1: size data/year=2026/part-000765432.parquet"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if len(l.NotCompared) > 0 || l.Ranges < maxRanges {
		t.Errorf("%d ranges, of which %v were not compared", l.Ranges, l.NotCompared)
	}
	// Each page was read about once. Pages at the borders of ranges are read twice, and to divide a range takes pages of one key.
	if pages := recoveryPoint.pages.Load(); pages > keys/pageSize*3/2 {
		t.Errorf("%d pages of the recovery point", pages)
	}
	if len(l.Sample) != 100 {
		t.Errorf("%d objects in the sample", len(l.Sample))
	}
	evenly(t, l.Sample, keys, 3)
}

// evenly checks that no part of the keys lacks its share of the sample, up to a factor.
func evenly(t *testing.T, sample []Object, keys, factor int) {
	t.Helper()
	before := 0
	for _, o := range append(slices.Clone(sample), Object{Key: fmt.Sprintf("data/year=2026/part-%09d.parquet", keys)}) {
		var n int
		if _, err := fmt.Sscanf(o.Key, "data/year=2026/part-%d.parquet", &n); err != nil {
			t.Fatal(err)
		}
		if n-before > factor*keys/len(sample) {
			t.Errorf("no object of the sample is between %d and %d", before, n)
		}
		before = n
	}
}

// TestTimeLimit: at the time limit every range was compared to the same extent, and the listing says what was not.
func TestTimeLimit(t *testing.T) {
	const keys = 1_000_000
	recoveryPoint, restored := large(keys), large(keys)
	l, err := Listings(context.Background(), recoveryPoint, restored, 100, ticks(time.Second), time.Unix(900, 0))
	if err != nil {
		t.Fatal(err)
	}
	if l.RecoveryPoint.Objects < 200_000 || l.RecoveryPoint.Objects > 800_000 || l.Total != 0 {
		t.Errorf("compared %d objects, %d differences", l.RecoveryPoint.Objects, l.Total)
	}
	if len(l.NotCompared) < maxRanges/2 {
		t.Fatalf("%d ranges of %d are not finished", len(l.NotCompared), l.Ranges)
	}
	// What was compared and what was not are together everything.
	var left int64
	for _, r := range l.NotCompared {
		from := sort.Search(keys, func(i int) bool { return recoveryPoint.key(i) > r.After })
		to := keys
		if r.UpTo != "" {
			to = sort.Search(keys, func(i int) bool { return recoveryPoint.key(i) > r.UpTo })
		}
		left += int64(to - from)
	}
	if l.RecoveryPoint.Objects+left != keys {
		t.Errorf("%d compared, %d not; want %d in all", l.RecoveryPoint.Objects, left, keys)
	}
	evenly(t, l.Sample, keys, 12)
}

// TestUneven: nearly all keys have one beginning, and few are elsewhere. The time goes where the keys are.
func TestUneven(t *testing.T) {
	const keys = 400_000
	side := func() *memory {
		m := large(keys)
		few := []string{"a/1", "b/1", "c/1"}
		inner := m.key
		m.n += len(few)
		m.key = func(i int) string {
			if i < len(few) {
				return few[i]
			}
			return inner(i - len(few))
		}
		return m
	}
	l := listings(t, side(), side())
	if l.RecoveryPoint.Objects != keys+3 || l.Total != 0 || l.Ranges < maxRanges/2 {
		t.Errorf("%d objects, %d differences, %d ranges", l.RecoveryPoint.Objects, l.Total, l.Ranges)
	}
}

// TestDifferencesAreBounded: all are counted, and the first by key are kept.
func TestDifferencesAreBounded(t *testing.T) {
	l := listings(t, large(300_000), large(0))
	if l.Total != 300_000 || len(l.First) != MaxDifferences || !slices.IsSortedFunc(l.First, func(a, b Difference) int {
		return strings.Compare(a.Key, b.Key)
	}) {
		t.Errorf("%d of %d differences", len(l.First), l.Total)
	}
	if want := "data/year=2026/part-000000099.parquet"; l.First[MaxDifferences-1].Key != want {
		t.Errorf("the last one kept is %s; want %s", l.First[MaxDifferences-1].Key, want)
	}
}

// TestListingFails: a page that cannot be read is an error, and no difference.
func TestListingFails(t *testing.T) {
	for _, at := range []int64{1, 5, 30} {
		recoveryPoint, restored := large(50_000), large(50_000)
		restored.failAt = at
		if l, err := Listings(context.Background(), recoveryPoint, restored, 100, still, never); err == nil {
			t.Errorf("page %d: %s", at, summary(l))
		}
	}
}

// TestProperty: whatever the keys, the comparison finds what a comparison of two maps finds, and a divided range
// loses no key.
func TestProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		alphabet := []rune(rapid.SampledFrom([]string{"ab", "az/09", "ä€𝄞a", "\x01 ~\x7fa", "0123456789abcdef"}).Draw(t, "alphabet"))
		wanted, got := map[string]string{}, map[string]string{}
		for range rapid.IntRange(0, 400).Draw(t, "keys") {
			var key strings.Builder
			for range 1 + random.IntN(12) {
				key.WriteRune(alphabet[random.IntN(len(alphabet))])
			}
			wanted[key.String()] = "1"
			switch random.IntN(20) {
			case 0:
			case 1:
				got[key.String()] = "12"
			default:
				got[key.String()] = "1"
			}
			if random.IntN(20) == 0 {
				got[key.String()+"+"] = ""
			}
		}
		differences := 0
		for key, body := range wanted {
			if other, has := got[key]; !has || other != body {
				differences++
			}
		}
		for key := range got {
			if _, has := wanted[key]; !has {
				differences++
			}
		}
		// Pages of a few keys, so that ranges are divided.
		few := func(m map[string]string) Bucket { return fewer{sideOf(m)} }
		l, err := Listings(context.Background(), few(wanted), few(got), 5, still, never)
		if err != nil {
			t.Fatal(err)
		}
		if l.Total != int64(differences) || l.RecoveryPoint.Objects != int64(len(wanted)) || l.Restored.Objects != int64(len(got)) {
			t.Fatalf("%s; want %d/%d %d", summary(l), len(wanted), len(got), differences)
		}
	})
}

// fewer has small pages.
type fewer struct{ *memory }

func (f fewer) List(ctx context.Context, after string, limit int) ([]Object, bool, error) {
	return f.memory.List(ctx, after, min(limit, 3))
}

// TestBetween: a text between two others is between them, and it cuts no character in two.
func TestBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("\x01 !aAzZ09/~\x7fäß€𝄞")), 0, 6, -1)
		low, high := text.Draw(t, "low"), text.Draw(t, "high")
		if low > high {
			low, high = high, low
		}
		if low == high {
			high = ""
		}
		got := between(low, high)
		if got != "" && (got <= low || high != "" && got >= high || strings.ToValidUTF8(got, "?") != got) {
			t.Fatalf("%q is not between %q and %q", got, low, high)
		}
	})
	for _, c := range [][3]string{{"", "", "O"}, {"a", "b", "aO"}, {"a", "c", "b"}, {"data/1", "", "q"}, {"a", "a ", ""}} {
		if got := between(c[0], c[1]); got != c[2] {
			t.Errorf("between %q and %q: got %q; want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestInS3: keys that XML cannot have, pages and the alias of an access point, against a server.
func TestInS3(t *testing.T) {
	server := s3fake.New(s3fake.Options{PageSize: 2})
	bucket := server.CreateBucket("lake", s3fake.BucketOptions{Versioning: "Enabled"})
	keys := []string{"a b", "a+b", "folder/", "x\x01y", "ä/€"}
	for _, key := range keys {
		bucket.Put(key, s3fake.Version{Body: []byte(key)})
	}
	gone := bucket.Put("gone", s3fake.Version{Body: []byte("x")})
	bucket.Delete("gone", gone.At.Add(time.Second))
	side := InS3(server.Start(t), "lake")
	l := listings(t, side, sideOf(map[string]string{"a b": "a b", "a+b": "a+b", "folder/": "folder/", "x\x01y": "x\x01y"}))
	if got, want := summary(l), "5/4 1: missing ä/€"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	checks, err := Sample(context.Background(), side, side, l.Sample, time.Now, time.Now().Add(time.Minute))
	if err != nil || len(checks) != 4 || !checks[3].Equal() {
		t.Error(checks, err)
	}
}
