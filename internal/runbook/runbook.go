// Package runbook has the pages for the day on which data must come back: one for each disaster, and an overview. A page is a
// template in pages. It is filled in with the names of a configuration. The outputs that a page shows are in outputs: the tests of
// backupctl run every command of every page against the fakes of AWS, and write or compare what the commands print.
//
// The pages in docs/restore are those of a workload of testdata/example.yaml.
package runbook

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"central-s3-backup/config"
)

// Backupctl is how backupctl is called in a clone of the repository, and in the files of this package; app is how the app is.
const (
	Backupctl = "go run ./cmd/backupctl"
	app       = "go run ."
)

// Overview is the name of the page that leads to the others.
const Overview = "README"

// Disaster is something for which there is a page.
type Disaster struct {
	// Name is what --for takes. The page is docs/restore/NAME.md.
	Name string
	// Title is the page's heading.
	Title string
}

// Disasters are all disasters that have a page, the smallest first.
func Disasters() []Disaster {
	return []Disaster{
		{"object-overwritten", "An object was overwritten"},
		{"prefix-deleted", "A prefix was deleted"},
		{"bucket-emptied", "A bucket was emptied or deleted"},
		{"ransomware", "Ransomware, and somebody still writes"},
		{"account-compromised", "The workload's account is compromised"},
		{"account-lost", "The workload's account is lost"},
		{"central-lost", "The central account is lost"},
		{"key-deletion", "A key is scheduled for deletion"},
		{regionDown, "A Region is down"},
	}
}

// Names are the names of all disasters.
func Names() []string {
	var names []string
	for _, d := range Disasters() {
		names = append(names, d.Name)
	}
	return names
}

// Files are the templates and outputs of this package.
//
//go:embed pages outputs
var Files embed.FS

// Options say where a page is read. The zero value: at a terminal, for backup.yaml.
type Options struct {
	// Config is the path of the configuration. Empty: backup.yaml.
	Config string
	// Backupctl and App are how the programs are called in commands. Empty: as in a clone.
	Backupctl, App string
	// Docs says that the page is one of docs/restore. Else its links begin at the root of the repository.
	Docs bool
	// Files has pages and outputs. Nil: those of this package.
	Files fs.FS
}

// Render returns the page of a disaster, or the overview, for a workload. The same configuration gives the same bytes.
func Render(cfg *config.Config, w config.Workload, name string, o Options) (string, error) {
	if name != Overview && !slices.Contains(Names(), name) {
		return "", fmt.Errorf("there is no page %s", name)
	}
	if o.Files == nil {
		o.Files = Files
	}
	p := newPage(cfg, w, name, o)
	t := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"link": p.link, "output": func(step string) (string, error) { return p.output(o.Files, step) },
	})
	if _, err := t.ParseFS(o.Files, "pages/*.md"); err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name+".md", p); err != nil {
		return "", err
	}
	called := strings.NewReplacer(Backupctl+" ", cmp.Or(o.Backupctl, Backupctl)+" ", app+" ", cmp.Or(o.App, app)+" ")
	return called.Replace(squeeze(b.String())), nil
}

// link is the path of a page of docs/restore, or of a file relative to it.
func (p *page) link(path string) string {
	if p.Docs {
		return path
	}
	if outside, ok := strings.CutPrefix(path, "../../"); ok {
		return outside
	}
	if outside, ok := strings.CutPrefix(path, "../"); ok {
		return "docs/" + outside
	}
	return "docs/restore/" + path
}

// output is a block with what the commands of a step print.
func (p *page) output(files fs.FS, step string) (string, error) {
	text, err := fs.ReadFile(files, OutputFile(p.Name, step))
	if err != nil {
		return "", err
	}
	t, err := template.New(step).Parse(string(text))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", err
	}
	return "```text\n" + b.String() + "```", nil
}

// OutputFile is the path of the output of a page's step.
func OutputFile(page, step string) string { return "outputs/" + page + "." + step + ".txt" }

// squeeze leaves one empty line where templates left several.
func squeeze(text string) string {
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(text) + "\n"
}
