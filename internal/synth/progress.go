package synth

import (
	"fmt"
	"io"
	"sync"
)

// manyStacks is the number of stacks above which a person at a terminal wants to see progress.
const manyStacks = 20

// progress shows a person at a terminal how far a run is.
type progress struct {
	terminal io.Writer // nil: nobody is watching
	stacks   int

	mu    sync.Mutex
	count int
}

// built counts a stack. Several goroutines may call it.
func (p *progress) built() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	if p.terminal == nil || p.stacks <= manyStacks {
		return
	}
	fmt.Fprintf(p.terminal, "\r%d of %d stacks", p.count, p.stacks)
	if p.count == p.stacks {
		fmt.Fprint(p.terminal, ", writing their templates")
	}
}

// end clears the line.
func (p *progress) end() {
	if p.terminal != nil && p.count > 0 && p.stacks > manyStacks {
		fmt.Fprint(p.terminal, "\r\x1b[K")
	}
}
