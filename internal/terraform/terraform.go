// Package terraform reads the buckets and the backups of a Terraform directory, proposes a tier for each bucket, and names
// what AWS would reject, ignore or only fail at night. It reads files alone: no state, no provider, no modules but the two
// whose inputs it knows, lgallard/backup/aws and terraform-aws-modules/s3-bucket/aws. What has no value in the files is said
// and never guessed.
package terraform

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"central-s3-backup/config"
)

// Found is what a directory has.
type Found struct {
	// Buckets in the order of the files.
	Buckets []Bucket
	// Faults in the order of the files.
	Faults []Fault
	// Missing are the references that have no value in the files, such as local.environment, each with its first place.
	Missing []Fault
}

// Bucket is a bucket that the files create or back up.
type Bucket struct {
	// Name has ${} in place of what has no value in the files.
	Name string
	// Missing are these references. Empty: the name is complete.
	Missing []string
	// Tier is proposed. Empty: nothing says which.
	Tier string
	// Why says what the proposal comes from.
	Why string
	// Created says that the files create the bucket. If not, they only name it.
	Created bool

	place     hcl.Range
	byShape   bool // the tier is proposed by what the plan does
	tags      map[string]string
	versioned bool
	locked    bool
	lifecycle bool
	events    bool
	plans     []*plan
}

// Fault is what is wrong at a place.
type Fault struct {
	File         string
	Line, Column int
	// What is wrong, as a sentence without a full stop, with its facts.
	What string
}

func (f Fault) String() string { return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.What) }

// directory is a directory that is read.
type directory struct {
	*scope
	tiers  config.Tiers
	files  []string
	blocks []*hclsyntax.Block
	found  Found

	plans   []*plan
	locks   []lock
	buckets map[string]*Bucket // by name
	order   []*Bucket
}

// Read reads the files of a directory that end with .tf. given are values by their reference, such as var.environment or
// local.environment. tiers are those that can be proposed.
func Read(dir string, given map[string]string, tiers config.Tiers) (*Found, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if info, statErr := os.Stat(dir); statErr != nil || !info.IsDir() {
		if statErr == nil {
			statErr = fs.ErrInvalid
		}
		return nil, fmt.Errorf("%s is not a directory that can be read: %w", dir, statErr)
	}
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%s has no file that ends with .tf", dir)
	}
	d := &directory{
		scope: &scope{
			given: given, written: map[string]hclsyntax.Expression{}, resources: map[string]*hclsyntax.Block{}, busy: map[string]bool{},
		},
		tiers: tiers, files: files, buckets: map[string]*Bucket{},
	}
	for _, file := range files {
		if err := d.parse(file); err != nil {
			return nil, err
		}
	}
	d.settings()
	d.findBuckets()
	d.findPlans()
	d.findLocks()
	d.findFaults()
	for _, b := range d.order {
		b.Missing = missing(b.Name)
		if fault := config.Fault("bucket_name", b.Name); fault != "" && len(b.Missing) == 0 {
			d.fault(b.place, "the name of the bucket %s", fault)
			continue
		}
		d.propose(b)
		d.needs(b.place, b.Missing)
		d.found.Buckets = append(d.found.Buckets, *b)
	}
	d.sort(d.found.Faults)
	d.sort(d.found.Missing)
	return &d.found, nil
}

// parse reads a file. What Terraform would refuse is a fault; the rest of the file is read as far as it can be.
func (d *directory) parse(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, diagnostics := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	for _, diagnostic := range diagnostics.Errs() {
		if one, ok := diagnostic.(*hcl.Diagnostic); ok && one.Subject != nil { //nolint:errorlint // Errs makes them of this type
			d.fault(*one.Subject, "Terraform refuses this file: %s; what follows may be missing here", strings.ToLower(one.Summary[:1])+
				one.Summary[1:])
			break // the others follow from the first
		}
	}
	if file == nil {
		return nil
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		d.blocks = append(d.blocks, body.Blocks...)
	}
	return nil
}

// settings collects variables, locals and resources.
func (d *directory) settings() {
	for _, block := range d.blocks {
		switch {
		case block.Type == "locals":
			for name, attribute := range block.Body.Attributes {
				d.written["local."+name] = attribute.Expr
			}
		case block.Type == "variable" && len(block.Labels) == 1:
			if byDefault := block.Body.Attributes["default"]; byDefault != nil {
				d.written["var."+block.Labels[0]] = byDefault.Expr
			}
		case block.Type == "resource" && len(block.Labels) == 2:
			d.resources[strings.Join(block.Labels, ".")] = block
		}
	}
}

// of are the resources of a type, in the order of the files.
func (d *directory) of(kind string) []value {
	var all []value
	for _, block := range d.blocks {
		if block.Type == "resource" && len(block.Labels) == 2 && block.Labels[0] == kind {
			all = append(all, d.body(block))
		}
	}
	return all
}

// modules are the module calls whose source has a text.
func (d *directory) modules(sources ...string) []*hclsyntax.Block {
	var all []*hclsyntax.Block
	for _, block := range d.blocks {
		if block.Type != "module" || len(block.Labels) != 1 {
			continue
		}
		source, _ := d.body(block).get("source").text()
		if slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(source, s) }) {
			all = append(all, block)
		}
	}
	return all
}

func (d *directory) fault(at hcl.Range, format string, values ...any) {
	d.found.Faults = append(d.found.Faults, faultAt(at, fmt.Sprintf(format, values...)))
}

func faultAt(at hcl.Range, what string) Fault {
	return Fault{File: at.Filename, Line: at.Start.Line, Column: at.Start.Column, What: what}
}

// needs notes references without a value, each once.
func (d *directory) needs(at hcl.Range, references []string) {
	for _, name := range references {
		if !slices.ContainsFunc(d.found.Missing, func(f Fault) bool { return f.What == name }) {
			d.found.Missing = append(d.found.Missing, faultAt(at, name))
		}
	}
}

// unread says that a value of the files cannot be evaluated.
func (d *directory) unread(x value, what string) {
	d.fault(x.at, "%s cannot be evaluated here, so nothing is said of it", what)
}

func (d *directory) sort(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
}

// propose finds a tier by a tag of the bucket, by names, or by what its plan does.
func (d *directory) propose(b *Bucket) {
	for _, key := range slices.Sorted(maps.Keys(b.tags)) {
		if tier := d.tiers.Named(b.tags[key]); tier != "" {
			b.Tier, b.Why = tier, fmt.Sprintf("the tag %s is %q", key, b.tags[key])
			return
		}
	}
	texts := []string{}
	for _, p := range b.plans {
		texts = append(texts, p.vault, p.name, p.label)
	}
	for _, text := range append(texts, b.Name) {
		if tier := d.tierIn(text); tier != "" {
			b.Tier, b.Why = tier, fmt.Sprintf("the name %s says so", text)
			return
		}
	}
	for _, p := range b.plans {
		if tier := d.tierLike(p); tier != "" {
			b.byShape = true
			b.Tier, b.Why = tier, "its backups are kept as long as those of "+p.label
			return
		}
	}
}

// tierIn is the longest name of a tier that a text has.
func (d *directory) tierIn(text string) string {
	text = "_" + config.TierForm(text) + "_"
	best := ""
	for _, t := range d.tiers {
		if strings.Contains(text, "_"+config.TierForm(t.Name)+"_") && len(t.Name) > len(best) {
			best = t.Name
		}
	}
	return best
}

// tierLike is the first tier that keeps backups at least as long as a plan, in the same ways.
func (d *directory) tierLike(p *plan) string {
	if len(p.rules) == 0 {
		return ""
	}
	for _, t := range d.tiers {
		continuous, snapshots, copied := 0, 0, false
		for _, r := range t.Rules() {
			if r.Continuous {
				continuous = r.DeleteAfterDays
			} else {
				snapshots = max(snapshots, r.DeleteAfterDays)
			}
			copied = copied || r.Copied
		}
		fits := t.BackedUp()
		for _, r := range p.rules {
			fits = fits && (r.continuous && r.keep.days <= continuous || !r.continuous && r.keep.days > 0 && r.keep.days <= snapshots) &&
				(len(r.copies) > 0) == copied
		}
		if fits {
			return t.Name
		}
	}
	return ""
}
