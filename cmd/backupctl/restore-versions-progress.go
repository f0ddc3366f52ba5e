package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"central-s3-backup/internal/rewind"
)

const (
	// lineEvery is how often a line of progress is printed, barEvery how often the bar of a terminal is renewed.
	lineEvery = 30 * time.Second
	barEvery  = 200 * time.Millisecond
	// barWidth is that of a bar in characters.
	barWidth = 20
)

// meter shows how far a run is: a line that is renewed on a terminal, else a new line from time to time.
type meter struct {
	to       io.Writer
	now      func() time.Time
	progress func() rewind.Progress
	// width of the terminal in characters. Nil: it is none.
	width func() int

	// from and since are where the rate begins: the phase of the run changed, or the run started.
	from  rewind.Progress
	since time.Time
}

// terminal is the width of the terminal that is written to. Nil: there is none.
func terminal(to io.Writer) func() int {
	file, ok := to.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return func() int {
		width, _, err := term.GetSize(int(file.Fd()))
		if err != nil {
			return 80
		}
		return width
	}
}

// start shows the progress until the function that it returns is called.
func (m *meter) start() (stop func()) {
	m.from, m.since = m.progress(), m.now()
	every := lineEvery
	if m.width != nil {
		every = barEvery
	}
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				m.show()
			case <-stopped:
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-ended
		if m.width != nil {
			fmt.Fprint(m.to, "\r\x1b[K")
		}
	}
}

func (m *meter) show() {
	p := m.progress()
	if p.Second != m.from.Second {
		m.from, m.since = p, m.now()
	}
	if m.width == nil {
		fmt.Fprintln(m.to, m.line(p))
		return
	}
	line := bar(p) + m.line(p)
	if width := m.width() - 1; len(line) > width {
		line = line[:max(0, width)]
	}
	fmt.Fprintf(m.to, "\r%s\x1b[K", line)
}

// line is what is known of the progress.
func (m *meter) line(p rewind.Progress) string {
	what := "keys done"
	if p.Second {
		what = "keys in the second listing"
	}
	rate := 0.0
	if elapsed := m.now().Sub(m.since).Seconds(); elapsed > 0 {
		rate = float64(p.Done-m.from.Done) / elapsed
	}
	text := fmt.Sprintf("%d %s, %.0f/s", p.Done, what, rate)
	if p.Remaining >= 0 {
		text += fmt.Sprintf(", %d remaining", p.Remaining)
		if left := time.Duration(float64(p.Remaining) / rate * float64(time.Second)); rate > 0 && left >= time.Second {
			text += " (about " + left.Round(time.Second).String() + ")"
		}
	}
	return text + fmt.Sprintf(", %d not restored", p.Failed)
}

// bar is empty where it is unknown how much remains.
func bar(p rewind.Progress) string {
	all := p.Done + p.Remaining
	if p.Remaining < 0 || all == 0 {
		return ""
	}
	full := barWidth * p.Done / all
	return fmt.Sprintf("[%s%s] %3d%% ", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), 100*p.Done/all)
}
