package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Markdown is report.md. It has a line for each fact, so that a diff shows what changed. Text of backup.yaml and other files is
// escaped: it cannot be a link, a heading, markup or a mention.
func (r *Report) Markdown() []byte {
	m := &markdown{}
	m.line("# Backups of " + m.code(r.Project))
	m.line("")
	m.line(
		fmt.Sprintf("%s, %s, %s, %s. Times are those of schedules and retentions; nothing here was measured "+
			"in AWS, but what is called evidence.", counted(len(r.Accounts), "account"), counted(len(r.Workloads), "workload"),
			counted(r.namedBuckets(), "bucket"), counted(len(r.Vaults), "vault")),
	)
	m.changes(r.Changes)
	m.topology(r)
	m.tiers(r.Tiers)
	m.protections(r.Protections)
	m.buckets(r)
	m.costs(r)
	m.limits(r)
	m.warnings(r.Warnings)
	m.heading("What this report does not know")
	for _, n := range r.NotKnown {
		m.line("- " + m.note(n))
	}
	return []byte(m.b.String())
}

// ChangesMarkdown is what a change means, for a comment on a pull request. Empty: nothing to compare with.
func (r *Report) ChangesMarkdown() []byte {
	m := &markdown{}
	m.changes(r.Changes)
	return []byte(strings.TrimLeft(m.b.String(), "\n"))
}

func (r *Report) namedBuckets() int {
	n := 0
	for _, b := range r.Buckets {
		if !b.Tagged {
			n++
		}
	}
	return n
}

// markdown writes Markdown.
type markdown struct{ b strings.Builder }

func (m *markdown) line(text string) { m.b.WriteString(text + "\n") }

func (m *markdown) heading(text string) { m.line("\n## " + text + "\n") }

// table writes the head of a table, and row a row of it.
func (m *markdown) table(columns ...string) {
	m.row(columns...)
	m.line("|" + strings.Repeat("---|", len(columns)))
}

func (m *markdown) row(cells ...string) { m.line("| " + strings.Join(cells, " | ") + " |") }

// oneLine leaves no line break and no control character.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// code is text of a file as it is, in a cell.
func (m *markdown) code(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(oneLine(text), "|", `\|`)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

var escapes = func() *strings.Replacer {
	var pairs []string
	for _, r := range "\\`*_[]|~$#" {
		pairs = append(pairs, string(r), `\`+string(r))
	}
	return strings.NewReplacer(append(pairs, "<", "&lt;", ">", "&gt;", "&", "&amp;")...)
}()

// text is a sentence that may have text of a file in it. Where that could be a link or a mention, all of it is shown as code.
func (m *markdown) text(text string) string {
	text = oneLine(text)
	if strings.ContainsRune(text, '@') || strings.Contains(text, "://") || strings.Contains(strings.ToLower(text), "www.") {
		return m.code(text)
	}
	return escapes.Replace(text)
}

func (m *markdown) note(n Note) string { return m.text(n.Text) + facts(n.Facts) }

func facts(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// age is minutes for people.
func age(minutes int) string {
	switch {
	case minutes == 0:
		return "none"
	case minutes%(24*60) == 0:
		return days(minutes / (24 * 60))
	case minutes%60 == 0 && minutes > 60:
		return fmt.Sprintf("%d hours", minutes/60)
	}
	return fmt.Sprintf("%d minutes", minutes)
}

// long is days for people, with years where there are whole ones.
func long(n int) string {
	if n >= 2*365 && n%365 == 0 {
		return fmt.Sprintf("%s (%d years)", days(n), n/365)
	}
	return days(n)
}

// dollars are an amount without cents.
func dollars(amount Money) string {
	if amount == nil {
		return "not known"
	}
	return fmt.Sprintf("$%.2f", *amount)
}

func amounts(list []Money) []string {
	var all []string
	for _, a := range list {
		all = append(all, dollars(a))
	}
	return all
}

func orNone(n int, text string) string {
	if n == 0 {
		return "none"
	}
	return text
}

func number(n int) string { return strconv.Itoa(n) }
