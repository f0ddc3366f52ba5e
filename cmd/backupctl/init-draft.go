package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"central-s3-backup/config"
)

// draft is a backup.yaml before it is written.
type draft struct {
	project, organization string
	account, region       string // of the central account
	administrators        []string
	emails                []string
	workloads             []*draftWorkload
	// copyDays is the retention of copies that the business decides, by tier.
	copyDays map[string]int
}

type draftWorkload struct {
	name, environment, account, region string
	buckets                            []draftBucket
	// notes are comments above the buckets.
	notes []string
}

func (w *draftWorkload) id() string { return w.name + "-" + w.environment }

type draftBucket struct {
	name string
	// tier is empty where nothing says which: the bucket stays a comment.
	tier     string
	existing bool
	// notes are comments below the bucket.
	notes []string
}

// undecided are the tiers of buckets whose copies have no default retention, and none here.
func (d *draft) undecided() []string {
	var all []string
	for _, t := range config.BuiltinTiers() {
		used := slices.ContainsFunc(d.workloads, func(w *draftWorkload) bool {
			return slices.ContainsFunc(w.buckets, func(b draftBucket) bool { return b.tier == t.Name })
		})
		if used && decides(&t) && d.copyDays[t.Name] == 0 {
			all = append(all, t.Name)
		}
	}
	return all
}

// decides says whether the business decides how long copies of a tier are kept.
func decides(t *config.Tier) bool {
	return t.CopyToCentral != nil && t.CopyToCentral.DeleteAfterDays == 0
}

// text is the file. out is its name, from which the line for editors finds the schema.
func (d *draft) text(out string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", schemaFrom(out))
	fmt.Fprintf(&b, "version: 1\nproject: %s   # prefix of the physical names\n", yamlText(d.project))
	fmt.Fprintf(&b, "\norganization:\n  id: %s   # condition of every cross-account grant\n", yamlText(d.organization))
	fmt.Fprintf(&b, "\ncentral:   # the account that receives the copies\n  account: %q   # in quotes: leading zeros matter\n  region: %s\n",
		d.account, yamlText(d.region))
	if len(d.administrators) > 0 {
		fmt.Fprintf(&b, "  key_administrators: [%s]   # roles that may administer the key\n", yamlTexts(d.administrators))
	}
	if len(d.emails) > 0 {
		fmt.Fprintf(
			&b,
			"\nalerts:   # who is notified of failures; also slack and pagerduty, see docs/alerts.md\n  email: [%s]\n",
			yamlTexts(d.emails),
		)
	} else {
		b.WriteString("\n# alerts:   # nobody is notified of failures yet; see docs/alerts.md\n#   email: [backup-oncall@example.com]\n")
	}
	d.tierText(&b)
	b.WriteString("\nworkloads:\n")
	for i, w := range d.workloads {
		if i > 0 {
			b.WriteString("\n")
		}
		w.writeTo(&b)
	}
	return b.String()
}

// tierText writes what the business decides.
func (d *draft) tierText(b *strings.Builder) {
	first := true
	for _, t := range config.BuiltinTiers() {
		if d.copyDays[t.Name] == 0 {
			continue
		}
		if first {
			b.WriteString("\ntiers:   # the built-in tiers need no entry; change one or add your own here, see docs/tiers.md\n")
			first = false
		}
		fmt.Fprintf(b, "  - name: %s\n    copy_to_central: {delete_after_days: %d}   # decided by the business\n", t.Name, d.copyDays[t.Name])
	}
}

func (w *draftWorkload) writeTo(b *strings.Builder) {
	fmt.Fprintf(
		b,
		"  - name: %s\n    environment: %s\n    account: %q\n    region: %s\n",
		yamlText(w.name),
		yamlText(w.environment),
		w.account,
		yamlText(w.region),
	)
	for _, note := range w.notes {
		b.WriteString("    # " + commented(note) + "\n")
	}
	b.WriteString("    buckets:\n")
	for _, bucket := range w.buckets {
		existing := ""
		if bucket.existing {
			existing = ", existing: true"
		}
		if bucket.tier == "" {
			fmt.Fprintf(b, "      # - {name: %s, tier: TIER%s}\n", commented(bucket.name), existing)
		} else {
			fmt.Fprintf(b, "      - {name: %s, tier: %s%s}\n", yamlText(bucket.name), yamlText(bucket.tier), existing)
		}
		for _, note := range bucket.notes {
			b.WriteString("        # " + commented(note) + "\n")
		}
	}
}

// faults are the mistakes that the app finds in the file, without their places.
func (d *draft) faults() string {
	_, err := config.Load("backup.yaml", []byte(d.text("backup.yaml")))
	problems, ok := errors.AsType[config.Problems](err)
	if !ok {
		return ""
	}
	var all []string
	for _, p := range problems {
		if p.Level == config.Error {
			p.Place, p.Path, p.See = config.Place{}, "", nil
			_, text, _ := strings.Cut(p.String(), ": ")
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}

// with is the draft with one more workload.
func (d *draft) with(w *draftWorkload) *draft {
	further := *d
	further.workloads = append(slices.Clone(d.workloads), w)
	return &further
}

// commented is a text that ends no comment.
func commented(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
}

// plainText needs no quotes in YAML, also between brackets, if YAML reads it as a text.
var plainText = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.@/-]*$`)

// yamlText is a text as YAML, in quotes where YAML would read something else.
func yamlText(text string) string {
	var read any
	if plainText.MatchString(text) && yaml.Unmarshal([]byte(text), &read) == nil && read == any(text) {
		return text
	}
	return strconv.Quote(text)
}

func yamlTexts(all []string) string {
	quoted := make([]string, len(all))
	for i, text := range all {
		quoted[i] = yamlText(text)
	}
	return strings.Join(quoted, ", ")
}

// schemaInClone is where a clone has the schema of backup.yaml.
const schemaInClone = "config/schema.json"

// outsideClone says that an installed program runs where no clone is.
func outsideClone() bool {
	_, err := os.Stat(schemaInClone)
	return err != nil && program != inClone
}

// schemaFrom is the path of the schema from the directory of the file: in the clone, and else beside the file.
func schemaFrom(out string) string {
	const schema = schemaInClone
	if outsideClone() {
		return filepath.Base(schema)
	}
	if _, err := os.Stat(schema); err != nil {
		return schema
	}
	from, err := filepath.Abs(filepath.Dir(out))
	if err != nil {
		return schema
	}
	to, err := filepath.Abs(schema)
	if err != nil {
		return schema
	}
	path, err := filepath.Rel(from, to)
	if err != nil {
		return schema
	}
	return filepath.ToSlash(path)
}
