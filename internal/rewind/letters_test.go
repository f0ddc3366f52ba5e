package rewind

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLetters: places are in the order of keys, and the key of a place does not lie after it.
func TestLetters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLetters()
		keys := rapid.SliceOfN(rapid.Custom(anyKey), 2, 20).Draw(t, "keys")
		slices.Sort(keys)
		for _, key := range keys {
			l.see(key)
		}
		for i := range keys[1:] {
			if l.place(keys[i], 0).Cmp(l.place(keys[i+1], 0)) > 0 {
				t.Fatalf("%q has a place after that of %q", keys[i], keys[i+1])
			}
		}
		first := keys[0][:sharedBytes(keys[0], keys[len(keys)-1])]
		at := new(big.Int).Rsh(allPlaces, uint(rapid.IntRange(1, 9).Draw(t, "part")))
		made := l.key(first, at, new(big.Int).Rsh(at, 20))
		if !strings.HasPrefix(made, first) || l.place(made, len(first)).Cmp(at) > 0 {
			t.Errorf("%q, after the place that it was made for", made)
		}
	})
}

// TestLettersOdd: keys that are no text, and more kinds of characters than are remembered, are no reason to fail.
func TestLettersOdd(t *testing.T) {
	l := newLetters()
	for c := range rune(2 * mostOfAKind) {
		l.see("a" + string(0x4e00+c))
	}
	l.see("\xff\xfe")
	for _, key := range []string{"", "\xff", "a\u9fff", "zz"} {
		place := l.place(key, 0)
		if place.Sign() < 0 || place.Cmp(allPlaces) > 0 {
			t.Errorf("%q has the place %v", key, place)
		}
		_ = l.key("", place, big.NewInt(1))
	}
	if got := sharedBytes("aé", "aè"); got != 1 {
		t.Errorf("%d bytes of whole characters", got)
	}
}
