package rewind

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// flat is a listing in memory: keys in order, each with as many versions.
type flat struct {
	keys     []string
	versions int
	pageSize int
	wait     time.Duration // for each answer

	// answer is what the server does; nil: list.
	answer func(ctx context.Context, at marker, most int32) (page, error)

	mu            sync.Mutex
	pages, probes int
	stretches     int // of the last walk
}

func (f *flat) list(ctx context.Context, at marker, most int32) (page, error) {
	select {
	case <-time.After(f.wait):
	case <-ctx.Done():
		return page{}, context.Cause(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages++
	if most > 0 {
		f.pages--
		f.probes++
	} else {
		most = int32(f.pageSize)
	}
	// The number of the entry that comes first.
	key, found := slices.BinarySearch(f.keys, at.key)
	n := key * f.versions
	if found {
		n += f.versions
		if at.version != "" {
			var v int
			fmt.Sscan(at.version, &v)
			n = key*f.versions + v + 1
		}
	}
	p := page{date: second(100)}
	for ; n < len(f.keys)*f.versions && len(p.entries) < int(most); n++ {
		v := n % f.versions
		p.entries = append(p.entries, Entry{Key: f.keys[n/f.versions], VersionID: fmt.Sprint(v), Latest: v == 0, Time: second(f.versions - v)})
		p.next = marker{f.keys[n/f.versions], fmt.Sprint(v)}
	}
	p.more = n < len(f.keys)*f.versions
	return p, nil
}

// decided lists with a number of listers, and checks that each key is decided once and that the stretches tile the spans.
func (f *flat) decided(t interface {
	Errorf(string, ...any)
	Fatalf(string, ...any)
}, listers int) (took time.Duration) {
	var mu sync.Mutex
	got := map[string]int{}
	ends := map[string]string{}
	last := map[*stretch]string{}
	r := &Run{To: second(2)}
	w := newWalk(r, []span{{}}, func(at *stretch, d Decision) error {
		mu.Lock()
		defer mu.Unlock()
		got[d.Key] += d.Entries
		if d.Key <= last[at] || d.Key <= at.after {
			t.Errorf("%q after %q in the stretch after %q", d.Key, last[at], at.after)
		}
		last[at] = d.Key
		return nil
	}, func(at *stretch, upTo string) error {
		mu.Lock()
		defer mu.Unlock()
		if upTo != "" && last[at] > upTo {
			t.Errorf("%q is after the end %q of its stretch", last[at], upTo)
		}
		if _, twice := ends[at.after]; twice {
			t.Errorf("two stretches begin after %q", at.after)
		}
		ends[at.after] = upTo
		return nil
	})
	if w.list = f.list; f.answer != nil {
		w.list = f.answer
	}
	begin := time.Now()
	if err := w.start(context.Background(), listers); err != nil {
		t.Fatalf("%v", err)
	}
	took = time.Since(begin)
	if len(got) != len(f.keys) {
		t.Errorf("%d keys of %d", len(got), len(f.keys))
	}
	for key, n := range got {
		if n != f.versions {
			t.Errorf("%q: %d versions of %d", key, n, f.versions)
		}
	}
	at, tiles := "", 1
	for ; ends[at] != ""; tiles++ {
		at = ends[at]
	}
	f.stretches = len(ends)
	if tiles != len(ends) {
		t.Errorf("%d of %d stretches tile the keys", tiles, len(ends))
	}
	return took
}

// layouts are ways in which people name keys: about n keys, in order. They are all, or those with the names.
func layouts(n int, names ...string) map[string][]string {
	random := rand.New(rand.NewPCG(1, 1))
	hex := func(digits int) string {
		var text strings.Builder
		for range digits {
			fmt.Fprintf(&text, "%x", random.IntN(16))
		}
		return text.String()
	}
	uuid := func() string { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12) }
	all := map[string]func(i int) string{
		"numbers":               func(i int) string { return fmt.Sprintf("data/%09d", i) },
		"numbers as wide":       func(i int) string { return fmt.Sprintf("%07d", i*7) },
		"numbers unpadded":      func(i int) string { return fmt.Sprintf("n%d.json", i) },
		"hex":                   func(int) string { return "data/" + hex(16) },
		"uuids":                 func(int) string { return uuid() },
		"an object a directory": func(int) string { return "tenant/" + uuid() + "/body.bin" },
		"days": func(i int) string {
			day := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*1500/n)
			return "AWSLogs/123456789012/CloudTrail/eu-central-1/" + day.Format("2006/01/02/") + uuid() + ".json.gz"
		},
		"many small trees": func(i int) string {
			return fmt.Sprintf("%s/%s-%d/%d/%02d/%02d/%s", hex(1), []string{"central", "west", "north"}[i%3], i%5, 2021+i%4, 1+i%12, 1+i%9, uuid())
		},
		"hive": func(i int) string {
			return fmt.Sprintf("warehouse/sales/dt=2024-%02d-%02d/part-%05d-%s.snappy.parquet", 1+i*12/n, 1+i%28, i%1000, uuid())
		},
		"one large directory": func(i int) string {
			if i%50 == 0 {
				return fmt.Sprintf("%c%s/x", rune('A'+i%26), hex(4))
			}
			return "kafka/topics/orders/" + hex(12)
		},
		"a tail far away": func(i int) string {
			if i%n < 5 {
				return fmt.Sprintf("zz/%d", i)
			}
			return fmt.Sprintf("app/logs/%012d", i)
		},
		"times": func(i int) string { return fmt.Sprintf("%d-%s", 1700000000000+i*977, hex(6)) },
		"unicode": func(int) string {
			text := "Ärzte/"
			for range 8 {
				text += string(rune(0x4e00 + random.IntN(3000)))
			}
			return text + "😀"
		},
		"base64": func(int) string {
			const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
			text := ""
			for range 12 {
				text += string(digits[random.IntN(64)])
			}
			return text
		},
	}
	made := map[string][]string{}
	for name, key := range all {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		keys := make([]string, n)
		for i := range keys {
			keys[i] = key(i)
		}
		slices.Sort(keys)
		made[name] = slices.Compact(keys)
	}
	return made
}

// TestListersAreFast: in virtual time, 16 listers take less than a quarter of the time of one, whatever the keys look
// like, and ask few questions.
func TestListersAreFast(t *testing.T) {
	for name, keys := range layouts(4000) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &flat{keys: keys, versions: 2, pageSize: 20, wait: 100 * time.Millisecond}
				took := f.decided(t, 16)
				alone := (len(keys)*2 + 19) / 20
				t.Logf("%d pages %.1f times as fast, %d more pages, %d probes",
					alone, float64(alone)*f.wait.Seconds()/took.Seconds(), f.pages-alone, f.probes)
				if took*4 > time.Duration(alone)*f.wait || f.pages > alone*6/5 || f.probes > alone {
					t.Errorf("%v for %d pages, of which one lister takes %d, and %d probes", took, f.pages, alone, f.probes)
				}
			})
		})
	}
}

// TestListersAreFastOnManyPages: the more pages, the nearer 16 listers come to a sixteenth of the time of one.
func TestListersAreFastOnManyPages(t *testing.T) {
	for name, keys := range layouts(15_000, "numbers", "uuids") {
		synctest.Test(t, func(t *testing.T) {
			f := &flat{keys: keys, versions: 1, pageSize: 5, wait: 100 * time.Millisecond}
			took, alone := f.decided(t, 16), len(f.keys)/5
			t.Logf("%s: %d pages %.1f times as fast, %d probes", name, alone, float64(alone)*f.wait.Seconds()/took.Seconds(), f.probes)
			if took*10 > time.Duration(alone)*f.wait || f.probes > alone/10 {
				t.Errorf("%s: %v for %d pages, and %d probes", name, took, alone, f.probes)
			}
		})
	}
}

// TestLastPage: nobody asks where to split a stretch whose lister has the last page, even if it still decides about the keys there.
func TestLastPage(t *testing.T) {
	for _, test := range []struct {
		name, upTo string
		more       bool
		split      bool
	}{
		{"more pages", "", true, true},
		{"the last page", "", false, false},
		{"more pages in the span", "9", true, true},
		{"beyond the end", "009", true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(&Run{}, []span{{}}, nil, nil)
			w.listers = 2
			s, err := w.take(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.upTo = test.upTo
			for i, keys := range []string{"0009 0019", "0029 0039", "0049 0059", "0069 0079", "0089 0099"} {
				first, last, _ := strings.Cut(keys, " ")
				w.claim(s, page{entries: []Entry{{Key: first}, {Key: last}}, more: i < 4 || test.more})
			}
			if got := w.largest() == s; got != test.split {
				t.Errorf("split: %v, want %v", got, test.split)
			}
		})
	}
}

// TestListersSmall: a bucket of a few pages is listed without any question where to split it.
func TestListersSmall(t *testing.T) {
	for _, n := range []int{0, 1, 10, 39} {
		synctest.Test(t, func(t *testing.T) {
			f := &flat{keys: layouts(n, "numbers")["numbers"], versions: 1, pageSize: 10, wait: time.Millisecond}
			if f.decided(t, 16); f.probes > 0 || f.pages > 4 {
				t.Errorf("%d keys: %d pages, %d probes", n, f.pages, f.probes)
			}
		})
	}
}
