package synth

import (
	"io"
	"os"
)

// wholeLines passes on what jsii writes to standard error while Node.js runs, and ends its last line: jsii writes
// "Runtime process exited abnormally: …" without a line break, and the reason for the end would follow in the same line.
type wholeLines struct {
	stderr, pipe *os.File
	done         chan struct{}
}

// startWholeLines returns nil where there can be no pipe.
func startWholeLines() *wholeLines {
	from, to, err := os.Pipe()
	if err != nil || os.Stderr == nil {
		return nil
	}
	w := &wholeLines{os.Stderr, to, make(chan struct{})}
	os.Stderr = to
	go func() {
		defer close(w.done)
		defer from.Close() //nolint:errcheck // it was only read
		last := &lastByte{value: '\n'}
		_, _ = io.Copy(io.MultiWriter(w.stderr, last), from) // without standard error nobody reads it
		if last.value != '\n' {
			_, _ = w.stderr.WriteString("\n")
		}
	}()
	return w
}

// end returns when all is passed on.
func (w *wholeLines) end() {
	if w == nil {
		return
	}
	if os.Stderr == w.pipe { // stopNode may have taken it away
		os.Stderr = w.stderr
	}
	_ = w.pipe.Close() // nobody needs it
	<-w.done
}

// lastByte remembers the last byte that was written to it.
type lastByte struct{ value byte }

func (l *lastByte) Write(text []byte) (int, error) {
	if len(text) > 0 {
		l.value = text[len(text)-1]
	}
	return len(text), nil
}
