package compare

import (
	"cmp"
	"math/bits"
	"slices"
)

// sampler keeps every n-th object of each range. When it has too many, n doubles, and it drops every second one. So
// what it keeps is spread evenly, depends on the keys alone, and has a bounded size.
type sampler struct {
	most   int // objects
	stride int64
	kept   []numbered
}

// numbered is an object with its number in its range, from one.
type numbered struct {
	number int64
	Object
}

func (s *sampler) add(number int64, o Object) {
	if number%s.stride != 0 {
		return
	}
	s.kept = append(s.kept, numbered{number, o})
	for len(s.kept) > s.most {
		s.stride *= 2
		s.kept = slices.DeleteFunc(s.kept, func(k numbered) bool { return k.number%s.stride != 0 })
	}
}

// pick returns at most n of the objects, spread evenly, by key.
func (s *sampler) pick(n int) []Object {
	slices.SortFunc(s.kept, func(a, b numbered) int { return cmp.Compare(a.Key, b.Key) })
	have := len(s.kept)
	objects := make([]Object, min(n, have))
	for i := range objects {
		at := i
		if have > n {
			at = i * (have - 1) / max(n-1, 1)
		}
		objects[i] = s.kept[at].Object
	}
	return objects
}

// spread returns the numbers from 0 to n-1 in an order whose every beginning is spread evenly: 0, the middle, the
// quarters, and so on.
func spread(n int) []int {
	order := make([]int, 0, n)
	width := bits.Len(uint(max(n-1, 0)))
	for i := range 1 << width {
		if at := int(bits.Reverse64(uint64(i)) >> (64 - width)); at < n {
			order = append(order, at)
		}
	}
	return order
}
