package rewind

import (
	"math/big"
	"slices"
	"unicode/utf8"
)

// letters tell what keys look like: which kinds of characters follow which, and which characters of each kind there
// are. So a key has a place: its first character chooses a part of all places, as wide as those of the other
// characters that could be there, the next one a part of that part, and so on. S3 lists keys in the order of their
// bytes, which is that of their characters too.
type letters struct {
	known map[kind][]rune // in order
	next  map[kind][]kind
	// after has the characters that may follow a kind, in order. It is empty after something new was seen.
	after map[kind][]rune
}

// kind is a digit, a capital or a small letter, or a character beyond ASCII; each other character is a kind of its own.
type kind rune

const (
	keyBegins, keyEnds = rune(-2), rune(-1)
	// mostOfAKind limits the memory of letters. Guesses without a character are worse, and nothing else.
	mostOfAKind = 4096
	// longestKey is how many bytes a key may have.
	longestKey = 1024
)

// allPlaces is the size of all places together: a place has a thousand bits.
var allPlaces = new(big.Int).Lsh(big.NewInt(1), 1000)

func newLetters() *letters {
	return &letters{known: map[kind][]rune{}, next: map[kind][]kind{}, after: map[kind][]rune{}}
}

func kindOf(c rune) kind {
	switch {
	case c >= '0' && c <= '9':
		return '0'
	case c >= 'A' && c <= 'Z':
		return 'A'
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= utf8.RuneSelf:
		return utf8.RuneSelf
	}
	return kind(c)
}

// see learns from a key.
func (l *letters) see(key string) {
	before := kindOf(keyBegins)
	for _, c := range key {
		before = l.pair(before, c)
	}
	l.pair(before, keyEnds)
}

func (l *letters) pair(before kind, c rune) kind {
	k := kindOf(c)
	if at, have := slices.BinarySearch(l.known[k], c); !have && len(l.known[k]) < mostOfAKind {
		l.known[k] = slices.Insert(l.known[k], at, c)
		clear(l.after)
	}
	if !slices.Contains(l.next[before], k) {
		l.next[before] = append(l.next[before], k)
		clear(l.after)
	}
	return k
}

// following are the characters that may follow a kind, in order.
func (l *letters) following(before kind) []rune {
	all, have := l.after[before]
	if !have {
		for _, k := range l.next[before] {
			all = append(all, l.known[k]...)
		}
		slices.Sort(all)
		l.after[before] = all
	}
	return all
}

// place is where a key is among all that begin with its first bytes.
func (l *letters) place(key string, first int) *big.Int {
	at, size := new(big.Int), new(big.Int).Set(allPlaces)
	before := lastOf(key[:first])
	step := func(c rune) (more bool) {
		next := l.following(before)
		if len(next) == 0 {
			return false
		}
		i, have := slices.BinarySearch(next, c)
		size.Quo(size, big.NewInt(int64(len(next))))
		at.Add(at, new(big.Int).Mul(size, big.NewInt(int64(i))))
		before = kindOf(c)
		return have && size.Sign() > 0
	}
	for _, c := range key[first:] {
		if !step(c) {
			return at
		}
	}
	step(keyEnds)
	return at
}

// key is a key at a place among all that begin with first, or less than enough before it.
func (l *letters) key(first string, at, enough *big.Int) string {
	key, at, size := []byte(first), new(big.Int).Set(at), new(big.Int).Set(allPlaces)
	for before := lastOf(first); len(key) < longestKey-utf8.UTFMax && size.Cmp(enough) > 0; {
		next := l.following(before)
		if len(next) == 0 {
			break
		}
		if size.Quo(size, big.NewInt(int64(len(next)))); size.Sign() == 0 {
			break
		}
		i := int64(len(next) - 1)
		if n := new(big.Int).Quo(at, size); n.IsInt64() {
			i = min(i, n.Int64())
		}
		at.Sub(at, new(big.Int).Mul(size, big.NewInt(i)))
		c := next[i]
		if c == keyEnds {
			break
		}
		key, before = utf8.AppendRune(key, c), kindOf(c)
	}
	return string(key)
}

// lastOf is the kind of character that the next one follows.
func lastOf(first string) kind {
	if first == "" {
		return kindOf(keyBegins)
	}
	c, _ := utf8.DecodeLastRuneInString(first)
	return kindOf(c)
}

// sharedBytes is how many bytes of whole characters two keys begin with in common.
func sharedBytes(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	return n
}
