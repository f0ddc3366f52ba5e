package synth

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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

// TestSilence: people read once that Node.js does not answer, and not where it has built a stack or the run is over.
func TestSilence(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*progress)
		want string
	}{
		{"hangs", func(*progress) {}, "Node.js has not answered for 20 seconds; the run still waits, and Ctrl-C ends it\n"},
		{"answers", (*progress).built, ""},
		{"is over", (*progress).end, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var said bytes.Buffer
			p := &progress{stacks: 2}
			p.tellSilence(&said, nodeSilence)
			time.Sleep(nodeSilence - time.Second)
			if said.Len() > 0 {
				t.Errorf("%s: too early: %q", test.name, said.String())
			}
			test.do(p)
			time.Sleep(time.Hour)
			p.end()
			if said.String() != test.want {
				t.Errorf("%s: %q, want %q", test.name, said.String(), test.want)
			}
		})
	}
}
