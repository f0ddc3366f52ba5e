package rewind

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// PlanVersion is the form of a plan. A plan of another form is refused.
const PlanVersion = 2

// PlanHeader is the first line of a plan.
type PlanHeader struct {
	Version int    `json:"planVersion"`
	Bucket  string `json:"bucket"`
	// Prefix that limited the listing. Empty: all keys.
	Prefix string    `json:"prefix,omitempty"`
	To     time.Time `json:"to"`
	// Listed is when the bucket was listed, by the clock of S3. What was written in a later second is not in the plan.
	Listed time.Time `json:"listed"`
}

// PlanLine says what one key needs, with all that a copy and its conditions need.
type PlanLine struct {
	Key    string  `json:"key"`
	Action Outcome `json:"action"`
	// Reason and Detail say why a key cannot be restored.
	Reason Reason `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Parts says that the object is copied by parts.
	Parts     bool `json:"byParts,omitempty"`
	Ambiguous bool `json:"ambiguous,omitempty"`
	// Source is the version of the moment; nil if the key did not exist. Latest was on top when the bucket was listed.
	Source *PlanEntry `json:"source,omitempty"`
	Latest *PlanEntry `json:"latest"`
}

// PlanEntry is an Entry of a plan. ETags have their quotes, sizes are bytes.
type PlanEntry struct {
	Version       string     `json:"version"`
	Marker        bool       `json:"marker,omitempty"`
	ETag          string     `json:"etag,omitempty"`
	Size          int64      `json:"size,omitempty"`
	Class         string     `json:"class,omitempty"`
	Checksums     []string   `json:"checksums,omitempty"`
	Composite     bool       `json:"composite,omitempty"`
	RestoredUntil *time.Time `json:"restoredUntil,omitempty"`
}

// planEnd is the last line of a plan: without it the plan was cut.
type planEnd struct {
	Lines *int `json:"planLines"`
}

// PlanLine is the line of a plan about a result of a dry run.
func (r Result) PlanLine() PlanLine {
	line := PlanLine{
		Key: r.Key, Action: r.Outcome, Reason: r.Reason, Detail: r.Detail, Parts: r.Parts, Ambiguous: r.Ambiguous,
		Latest: planEntry(r.decision.Latest),
	}
	if r.decision.Source.VersionID != "" {
		line.Source = planEntry(r.decision.Source)
	}
	return line
}

func planEntry(e Entry) *PlanEntry {
	p := &PlanEntry{
		Version: e.VersionID, Marker: e.Marker, ETag: e.ETag, Size: e.Size, Class: e.Class,
		Checksums: e.Algorithms, Composite: e.Composite,
	}
	if e.Restored {
		p.RestoredUntil = &e.RestoredUntil
	}
	return p
}

func (p *PlanEntry) entry(key string) Entry {
	if p == nil {
		return Entry{}
	}
	e := Entry{
		Key: key, VersionID: p.Version, Marker: p.Marker, ETag: p.ETag, Size: p.Size, Class: p.Class,
		Algorithms: p.Checksums, Composite: p.Composite,
	}
	if p.RestoredUntil != nil {
		e.Restored, e.RestoredUntil = true, *p.RestoredUntil
	}
	return e
}

// decision is what the dry run decided. What only a comparison could tell, it has compared.
func (l PlanLine) decision() Decision {
	d := Decision{Key: l.Key, Source: l.Source.entry(l.Key), Latest: l.Latest.entry(l.Key), Ambiguous: l.Ambiguous, Parts: l.Parts}
	switch l.Action {
	case Copied:
		d.Action = Copy
	case Marked:
		d.Action = Mark
	}
	return d
}

// check finds what makes no sense in a line. Without an ETag a copy would have no condition, and shadow what others wrote.
func (l PlanLine) check() error {
	switch {
	case l.Key == "":
		return errors.New("the line has no key")
	case l.Latest == nil || l.Latest.Version == "":
		return errors.New("the line does not say which version was the latest")
	case !l.Latest.Marker && l.Latest.ETag == "":
		return errors.New("the latest version has no ETag, so nobody could see whether it changed")
	}
	switch l.Action {
	case Copied:
		if l.Source == nil || l.Source.Version == "" || l.Source.ETag == "" || l.Source.Marker || l.Source.Size < 0 {
			return errors.New("a copy needs a source with version, ETag and size")
		}
	case Marked:
		if l.Latest.Marker || l.Source != nil {
			return errors.New("a delete marker goes on top of a version of a key that did not exist")
		}
	case Back:
	case Failed:
		if l.Reason == "" {
			return errors.New("the line has no reason for what is not restored")
		}
	default:
		return fmt.Errorf("action %q is unknown; want %s, %s, %s or %s", l.Action, Copied, Marked, Back, Failed)
	}
	return nil
}

// PlanWriter writes a plan. Nil: nothing is written.
type PlanWriter struct {
	header  PlanHeader
	begun   bool
	lines   int
	file    *os.File
	zipped  *gzip.Writer
	buffer  *bufio.Writer
	encoder *json.Encoder
}

// NewPlanWriter creates the file of a plan, compressed if its name ends in .gz. The header's version and Listed are filled in.
func NewPlanWriter(path string, header PlanHeader) (*PlanWriter, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	header.Version = PlanVersion
	w := &PlanWriter{header: header, file: file}
	var to io.Writer = file
	if strings.HasSuffix(path, ".gz") {
		w.zipped = gzip.NewWriter(file)
		to = w.zipped
	}
	w.buffer = bufio.NewWriter(to)
	w.encoder = json.NewEncoder(w.buffer)
	w.encoder.SetEscapeHTML(false)
	return w, nil
}

// Add writes the line about a result of a dry run.
func (w *PlanWriter) Add(result Result) error {
	if w == nil {
		return nil
	}
	if err := w.begin(result.listed); err != nil {
		return err
	}
	w.lines++
	return w.encoder.Encode(result.PlanLine())
}

// begin writes the header, once. When the bucket was listed is known with the first result.
func (w *PlanWriter) begin(listed time.Time) error {
	if w.begun {
		return nil
	}
	w.begun = true
	if w.header.Listed.IsZero() {
		w.header.Listed = listed
	}
	return w.encoder.Encode(w.header)
}

// Close writes the last line, unless the run failed: then the plan is refused as one that was cut. Now is when the
// bucket was listed, of a plan without lines.
func (w *PlanWriter) Close(now time.Time, failed error) error {
	if w == nil {
		return nil
	}
	var err error
	if failed == nil {
		if err = w.begin(now.UTC().Truncate(time.Second)); err == nil {
			err = w.encoder.Encode(planEnd{&w.lines})
		}
	}
	err = errors.Join(err, w.buffer.Flush())
	if w.zipped != nil {
		err = errors.Join(err, w.zipped.Close())
	}
	return errors.Join(err, w.file.Close())
}
