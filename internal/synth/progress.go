package synth

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// manyStacks is the number of stacks above which a person at a terminal wants to see progress.
const manyStacks = 20

// progress shows a person at a terminal how far a run is.
type progress struct {
	terminal io.Writer // nil: nobody is watching
	stacks   int

	mu      sync.Mutex
	count   int
	ended   bool
	silence *time.Timer // nil: a Node.js that does not answer is not reported
}

// nodeSilence is after which time people read that Node.js does not answer. It needs two seconds to its first stack,
// and several more where it unpacks the CDK.
const nodeSilence = 20 * time.Second

// tellSilence writes a line to w if no stack is built within a time. Nothing ends the run: Node.js may only be slow.
func (p *progress) tellSilence(w io.Writer, after time.Duration) {
	p.silence = time.AfterFunc(after, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.count == 0 && !p.ended {
			fmt.Fprintf(w, "Node.js has not answered for %.0f seconds; the run still waits, and Ctrl-C ends it\n", after.Seconds())
		}
	})
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

// end clears the line. Nothing is written after it.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.silence != nil {
		p.silence.Stop()
	}
	if p.terminal != nil && p.count > 0 && p.stacks > manyStacks {
		fmt.Fprint(p.terminal, "\r\x1b[K")
	}
}
