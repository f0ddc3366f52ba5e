package deliver

// remembered is the number of ids that a memory holds: more than a burst of events has.
const remembered = 10_000

// memory has the ids of the last messages that a destination accepted.
type memory struct {
	known map[string]bool
	ring  []string // in order of arrival, the oldest at next
	next  int
}

func newMemory() *memory {
	return &memory{known: map[string]bool{}, ring: make([]string, remembered)}
}

func (m *memory) has(id string) bool { return m.known[id] }

func (m *memory) add(id string) {
	delete(m.known, m.ring[m.next])
	m.ring[m.next] = id
	m.known[id] = true
	m.next = (m.next + 1) % len(m.ring)
}
