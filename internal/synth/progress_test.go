package synth

import (
	"bytes"
	"strings"
	"testing"
)

// TestProgress: people at a terminal see what they wait for, and nobody else does.
func TestProgress(t *testing.T) {
	var terminal bytes.Buffer
	many := progress{terminal: &terminal, stacks: manyStacks + 1}
	for range many.stacks {
		many.built()
	}
	many.end()
	for _, want := range []string{"\r7 of 21 stacks", "\r21 of 21 stacks, writing their templates\r\x1b[K"} {
		if !strings.Contains(terminal.String(), want) {
			t.Errorf("%q lacks %q", terminal.String(), want)
		}
	}
	terminal.Reset()
	few := progress{terminal: &terminal, stacks: manyStacks}
	few.built()
	few.end()
	if terminal.Len() > 0 {
		t.Errorf("few stacks: %q", terminal.String())
	}
	nobody := progress{stacks: manyStacks + 1}
	nobody.built()
	nobody.end()
}
