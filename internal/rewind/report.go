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
	Keys int       `json:"keys"`
	Next string    `json:"next"`
	All  []Failure `json:"all"`
}

// Failure is a key that was not restored.
type Failure struct {
	Key           string `json:"key"`
	SourceVersion string `json:"sourceVersion,omitempty"`
	Detail        string `json:"detail,omitempty"`
}

func (s *Summary) add(result Result) {
	if result.Ambiguous {
		s.Ambiguous++
	}
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
		of.All = append(of.All, Failure{result.Key, result.SourceVersion, result.Detail})
	}
}
