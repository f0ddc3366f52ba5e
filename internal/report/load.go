package report

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"central-s3-backup/config"
)

// Sources are what a report is made from. The zero value is backup.yaml in the current directory, alone.
type Sources struct {
	// Config is the path of the configuration. Empty: backup.yaml.
	Config string
	// Backupctl is how backupctl is called in commands. Empty: as in a clone.
	Backupctl string
	// Previous is the path of an earlier configuration to compare with. Empty: none.
	Previous string
	// Templates is a directory with the synthesized templates of the configuration. Empty: sizes are estimates.
	Templates string
	// Evidence is a directory with evidence of restore tests, which is searched with all directories below it. Empty: none.
	Evidence string
}

// Load makes the report of a configuration, with the estimates that it names, and with all sources. cfg is that of the source Config.
func Load(cfg *config.Config, s Sources) (*Report, error) {
	file := cmp.Or(s.Config, "backup.yaml")
	r := New(cfg, Options{Config: filepath.ToSlash(file), Backupctl: s.Backupctl})
	estimates, err := cfg.LoadEstimates(file)
	if err != nil {
		return nil, err
	}
	r.AddCosts(cfg, cfg.Estimates, estimates)
	if s.Templates != "" {
		sizes, err := ReadSizes(cfg, s.Templates)
		if err != nil {
			return nil, err
		}
		r.AddSizes(sizes)
	}
	if s.Evidence != "" {
		if err := r.addEvidence(os.DirFS(s.Evidence)); err != nil {
			return nil, err
		}
	}
	if s.Previous != "" {
		before, err := config.LoadFile(s.Previous)
		if err != nil {
			return nil, err
		}
		r.Compare(New(before, Options{}), filepath.ToSlash(s.Previous))
	}
	return r, nil
}

// File is a form of the report.
type File struct {
	// Name of the file.
	Name string
	Text []byte
}

// Files are all forms of the report.
func (r *Report) Files() ([]File, error) {
	text, err := r.JSON()
	if err != nil {
		return nil, err
	}
	page, err := HTML(r)
	if err != nil {
		return nil, err
	}
	return []File{{"report.html", page}, {"report.md", r.Markdown()}, {"report.json", text}}, nil
}

// Write writes all forms into a directory, which it creates. The error is one of the file system.
func (r *Report) Write(dir string) ([]string, error) {
	files, err := r.Files()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return nil, err
	}
	var written []string
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := os.WriteFile(name, f.Text, 0o644); err != nil { //nolint:gosec // nothing in it is secret
			return written, err
		}
		written = append(written, name)
	}
	return written, nil
}

// errNoEvidence is that of a directory without evidence, which is more likely a mistake than meant.
var errNoEvidence = errors.New("there is no evidence of this project's restore tests")
