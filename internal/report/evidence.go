package report

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
)

// evidence is what the report reads of a file that docs/restore/evidence.schema.json describes.
type evidence struct {
	SchemaVersion  int
	Outcome        string
	Project        string
	Workload       string
	Bucket         string
	Job            struct{ Bytes int64 }
	RestoreMinutes *float64
	Ended          string
}

// addEvidence adds the latest evidence of each bucket. Other files are skipped, and so is evidence of other projects.
func (r *Report) addEvidence(files fs.FS) error {
	type of struct{ workload, bucket string }
	latest := map[of]evidence{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		var e evidence
		if json.Unmarshal(text, &e) != nil || e.SchemaVersion != 1 || e.Project != r.Project || e.Bucket == "" {
			return nil
		}
		if key := (of{e.Workload, e.Bucket}); e.Ended > latest[key].Ended { // times in UTC, which order as text
			latest[key] = e
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	if len(latest) == 0 {
		return errNoEvidence
	}
	for i := range r.Buckets {
		b := &r.Buckets[i]
		if e, there := latest[of{b.Workload, b.Name}]; there && !b.Tagged {
			b.Rehearsal.Last = &Evidence{e.Outcome, e.RestoreMinutes, e.Job.Bytes, e.Ended}
		}
	}
	return nil
}
