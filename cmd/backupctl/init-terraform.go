package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/terraform"
)

// reference is a name that --var can give a value.
var reference = regexp.MustCompile(`^(var|local)\.[A-Za-z_][A-Za-z0-9_-]*$`)

// readTerraform adds the buckets of a Terraform directory to the last workload, and prints the faults of the directory.
func (c *initialize) readTerraform(d *draft, stdout io.Writer) error {
	given := map[string]string{}
	for _, text := range c.Var {
		name, value, ok := strings.Cut(text, "=")
		if !ok || !reference.MatchString(name) {
			return fmt.Errorf("--var %s: want var.NAME=VALUE or local.NAME=VALUE", text)
		}
		given[name] = value
	}
	found, err := terraform.Read(c.FromTerraform, given, config.BuiltinTiers())
	if err != nil {
		return fmt.Errorf("--from-terraform: %w", err)
	}
	var b strings.Builder
	for _, f := range found.Faults {
		fmt.Fprintln(&b, f)
	}
	for _, f := range found.Missing {
		how := "it stays unknown"
		if reference.MatchString(f.What) {
			how = "if you know it, add --var " + f.What + "=VALUE"
		}
		f.What += " has no value in these files; " + how
		fmt.Fprintln(&b, f)
	}
	if len(found.Faults) > 0 {
		fmt.Fprintf(&b, "%s; docs/article.md says what this app does instead\n", count(len(found.Faults), "fault", "faults"))
	}
	if _, err := io.WriteString(stdout, b.String()); err != nil {
		return noOutput(err)
	}
	w := d.workloads[len(d.workloads)-1]
	for _, bucket := range found.Buckets {
		if named := slices.ContainsFunc(w.buckets, func(b draftBucket) bool { return b.name == bucket.Name }); !named {
			w.buckets = append(w.buckets, c.ofTerraform(bucket))
		}
	}
	w.notes = append(w.notes, "from "+c.FromTerraform+": Terraform owns these buckets, so the app backs them up and does not change them")
	return nil
}

// ofTerraform is a bucket of Terraform as a bucket of the file. One without a complete name or a tier stays a comment.
func (c *initialize) ofTerraform(bucket terraform.Bucket) draftBucket {
	b := draftBucket{name: bucket.Name, tier: bucket.Tier, existing: true}
	switch {
	case b.tier != "":
		b.notes = append(b.notes, "proposed because "+bucket.Why)
	case c.Tier != "":
		b.tier = c.Tier
		b.notes = append(b.notes, "nothing proposes a tier; --tier says this one")
	default:
		b.notes = append(b.notes, "nothing proposes a tier")
	}
	if len(bucket.Missing) > 0 {
		b.notes = append(b.notes, fmt.Sprintf("tier %s; the name is not complete: %s has no value", b.tier, strings.Join(bucket.Missing, ", ")))
		b.tier = ""
	}
	if !bucket.Created {
		b.notes = append(b.notes, "these files do not create it; look whether it has what docs/existing-buckets.md lists")
	}
	return b
}
