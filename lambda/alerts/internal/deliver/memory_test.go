package deliver

import (
	"fmt"
	"testing"
)

// TestMemory: the memory holds the last ids and forgets older ones.
func TestMemory(t *testing.T) {
	m := newMemory()
	for i := range 3 * remembered {
		id := fmt.Sprint(i)
		if m.has(id) {
			t.Fatalf("%s is known", id)
		}
		m.add(id)
	}
	for i, want := range map[int]bool{0: false, 2*remembered - 1: false, 2 * remembered: true, 3*remembered - 1: true} {
		if got := m.has(fmt.Sprint(i)); got != want {
			t.Errorf("%d is known: %t", i, got)
		}
	}
	if len(m.known) != remembered {
		t.Errorf("%d ids", len(m.known))
	}
}
