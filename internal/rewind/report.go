package rewind

// Summary counts what a run found and did.
type Summary struct {
	// Keys and VersionsBefore are what the first listing has; delete markers count as versions.
	Keys           int `json:"keys"`
	VersionsBefore int `json:"versionsBefore"`
	// VersionsAfter is what the second listing has. Zero in a dry run.
	VersionsAfter int `json:"versionsAfter,omitempty"`
	// Unchanged keys are as they were. AlreadyBack keys have a copy of the old version on top.
	Unchanged   int `json:"unchanged"`
	AlreadyBack int `json:"alreadyBack"`
	// Copied keys got a copy of Bytes bytes, ByParts of them in parts. Marked keys got a delete marker. In a dry
	// run they would.
	Copied  int   `json:"copied"`
	ByParts int   `json:"copiedByParts"`
	Bytes   int64 `json:"bytesCopied"`
	Marked  int   `json:"deleteMarkers"`
	// Uncovered keys come back by the removal of RemovedMarkers delete markers.
	Uncovered      int `json:"uncovered,omitempty"`
	RemovedMarkers int `json:"deleteMarkersRemoved,omitempty"`
	// Removable are the keys that come back, or could, by the removal of delete markers.
	Removable Removable `json:"removable,omitzero"`
	// Overwritten keys were restored over what others wrote after the run started.
	Overwritten int `json:"overwritten,omitempty"`
	// Ambiguous keys have several versions in the second that decides, whose order the server does not tell.
	Ambiguous int `json:"ambiguous"`
	// Failed keys were left as they are.
	Failed  int                  `json:"notRestored"`
	Reasons map[Reason]*Failures `json:"reasons,omitempty"`
	// Verified counts copies by how they were compared with their sources. Confirmed counts the keys that the
	// second listing shows as they were.
	Verified  map[Verification]int `json:"verified,omitempty"`
	Confirmed int                  `json:"confirmedBySecondListing,omitempty"`
}

// Removable counts the keys whose old versions nothing but delete markers hides.
type Removable struct {
	Keys int `json:"keys"`
	// Markers over the versions, and Bytes of the versions.
	Markers int   `json:"deleteMarkers"`
	Bytes   int64 `json:"bytes"`
	// Archived of the keys cannot be copied.
	Archived int `json:"archived,omitempty"`
}

// Failures are the keys that were not restored for one reason.
type Failures struct {
	Keys int    `json:"keys"`
	Next string `json:"next"`
	// All is for those who read a report. A run leaves it empty, because the keys may be millions: see [Failures.Each].
	All []Failure `json:"all"`

	each func(func(Failure) error) error
}

// Each gives each key, in a summary that [Run.Do] has returned, until the run is closed.
func (f *Failures) Each(do func(Failure) error) error {
	if f.each == nil {
		return nil
	}
	return f.each(do)
}

// Failure is a key that was not restored.
type Failure struct {
	Key           string `json:"key"`
	SourceVersion string `json:"sourceVersion,omitempty"`
	Detail        string `json:"detail,omitempty"`
}

func newSummary() Summary {
	return Summary{Reasons: map[Reason]*Failures{}, Verified: map[Verification]int{}}
}

// unchanged counts keys that need nothing.
func (s *Summary) unchanged(keys, versions int) {
	s.Keys += keys
	s.Unchanged += keys
	s.VersionsBefore += versions
}

// take counts the result of a key with so many versions. It replaces one that failed for the reason instead, if that
// is not empty.
func (s *Summary) take(result Result, versions int, instead Reason) {
	if instead == "" {
		s.Keys++
		s.VersionsBefore += versions
		if result.Ambiguous {
			s.Ambiguous++
		}
	} else if of := s.Reasons[instead]; of != nil {
		s.Failed--
		if of.Keys--; of.Keys == 0 {
			delete(s.Reasons, instead)
		}
	}
	s.add(result)
}

func (s *Summary) add(result Result) {
	if result.Verified != "" {
		s.Verified[result.Verified]++
	}
	if result.removable > 0 && (result.Outcome == Copied || result.Outcome == Uncovered || result.Reason == Archived) {
		s.Removable.Keys++
		s.Removable.Markers += result.removable
		s.Removable.Bytes += result.Bytes
		if result.archived || result.Reason == Archived {
			s.Removable.Archived++
		}
	}
	if result.Overwritten && (result.Outcome == Copied || result.Outcome == Marked) {
		s.Overwritten++
	}
	switch result.Outcome {
	case Uncovered:
		s.Uncovered++
		s.RemovedMarkers += len(result.Markers)
	case Copied:
		s.Copied++
		s.Bytes += result.Bytes
		if result.Parts {
			s.ByParts++
		}
	case Marked:
		s.Marked++
	case Back:
		s.AlreadyBack++
	case Failed:
		s.Failed++
		of := s.Reasons[result.Reason]
		if of == nil {
			of = &Failures{Next: result.Reason.Next()}
			s.Reasons[result.Reason] = of
		}
		of.Keys++
	}
}
