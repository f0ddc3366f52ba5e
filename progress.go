package main

import (
	"fmt"
	"io"
	"sync"
)

// manyStacks is how many stacks it takes for people to want to see how far it is.
const manyStacks = 20

// progress tells people at a terminal how far it is. Its zero value tells nobody.
type progress struct {
	terminal io.Writer // nil: there is none
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
