package report

import (
	"fmt"
	"slices"
	"strings"
)

func (m *markdown) changes(c *Changes) {
	if c == nil {
		return
	}
	m.heading("What changes")
	m.line("Against " + m.code(c.Previous) + ". What nobody can undo comes first.\n")
	if len(c.List) == 0 {
		m.line("No bucket gains or loses protection, and no lock changes.")
		return
	}
	m.table("", "what", "effect", "from", "facts")
	for _, change := range c.List {
		mark := ""
		if change.Irreversible {
			mark = "**cannot be undone**"
		}
		effect := change.Effect + " "
		if change.Effect == Alter {
			effect = change.Effect + ": "
		}
		m.row(mark, m.who(change), effect+m.text(change.What), m.text(change.From), strings.Join(change.Facts, ", "))
	}
}

// who is what a change is for.
func (m *markdown) who(c Change) string {
	const most = 20
	if c.Vault != "" {
		return "vault " + m.code(c.Vault)
	}
	var names []string
	for _, name := range c.Buckets[:min(most, len(c.Buckets))] {
		names = append(names, m.code(name))
	}
	if more := len(c.Buckets) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (m *markdown) topology(r *Report) {
	m.heading("Accounts")
	m.table("account", "Regions", "receives copies", "workloads", "buckets")
	for _, a := range r.Accounts {
		m.row(m.code(a.ID), strings.Join(a.Regions, ", "), yes(a.Central), m.text(strings.Join(a.Workloads, ", ")), number(a.Buckets))
	}
	m.heading("Vaults")
	m.table("vault", "account", "Region", "for", "lock", "retentions that it takes", "buckets")
	for _, v := range r.Vaults {
		lock, lasts := "none", "any"
		if v.Lock != nil {
			lock, lasts = v.Lock.Mode, fmt.Sprintf("%d to %d days", v.Lock.MinDays, v.Lock.MaxDays)
			if v.Lock.MaxDays == 0 {
				lasts = days(v.Lock.MinDays) + " or more"
			}
			if v.Lock.GraceDays > 0 {
				lock += ", can be changed for " + days(v.Lock.GraceDays) + " after its first deployment"
			}
		}
		m.row(m.code(v.Name), m.code(v.Account), v.Region, m.purpose(v), lock, lasts, number(v.Buckets))
	}
	m.heading("Copies")
	m.table("from", "into", "rule", "when", "kept")
	vaults := map[string]Vault{}
	for _, v := range r.Vaults {
		vaults[v.ID] = v
	}
	for _, f := range r.Flows {
		if f.Back {
			m.row(m.code(vaults[f.From].Name), m.code(vaults[f.To].Name), "", "when somebody restores", "")
		}
		for _, c := range f.Copies {
			m.row(m.code(vaults[f.From].Name), m.code(vaults[f.To].Name), m.code(c.Rule), m.code(c.Schedule+" "+c.Timezone), long(c.Days))
		}
	}
}

// purpose is what a vault is for.
func (m *markdown) purpose(v Vault) string {
	switch v.Kind {
	case CentralVault:
		return "copies"
	case RetainedVault:
		return "earlier copies"
	case AirGappedVault:
		if v.Workload == "" {
			return "second copies, air-gapped"
		}
		return m.code(v.Tier) + " of " + m.text(v.Workload) + ", air-gapped"
	case LandingVault:
		return "copies that come back to " + m.text(v.Workload)
	}
	return m.code(v.Tier) + " of " + m.text(v.Workload)
}

func (m *markdown) tiers(tiers []Tier) {
	m.heading("The life of a backup")
	m.table("tier", "what holds the data", "where", "has it after, at the latest", "until", "low-cost tier", "lock that it enters")
	for _, t := range tiers {
		for _, s := range t.Spans {
			where, after, entered := "the workload's account", age(s.FromMinutes), "none"
			switch {
			case s.Kind == ObjectLockSpan:
				where, entered, after = "the bucket, if the app creates it", s.Mode+" mode", "at once"
			case s.Central:
				where, entered = "the central account", m.centralLocks(t)
			case t.VaultLock != nil:
				entered = t.VaultLock.String()
			}
			name := Hold{Kind: s.Kind, Rule: s.Rule}.name()
			low := orNone(s.LowCostAfterDays, "after "+days(s.LowCostAfterDays))
			m.row(m.code(t.Name), m.text(name), where, after, long(s.Days), low, entered)
		}
	}
}

// centralLocks are those of the vaults that the copies enter. They have names where there are several.
func (m *markdown) centralLocks(t Tier) string {
	var all []string
	for _, l := range t.CentralLocks {
		text := l.Lock.String()
		if len(t.CentralLocks) > 1 {
			text = m.code(placedVault(l.Vault)) + " " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func (m *markdown) protections(all []Protection) {
	known := deletersOf(all)
	m.heading("What a bucket has")
	m.table(
		"tier",
		"newest backup, at the most",
		"newest copy, at the most",
		"data written today can be gone for good after",
		"provided that",
		"who can delete it before",
	)
	for _, p := range all {
		m.row(m.title(p), age(p.RPOMinutes), age(p.CentralRPOMinutes), long(p.GoneAfterDays), m.text(p.Condition), m.before(p, known))
	}
	m.heading("Who can delete data before that")
	m.line("For data to be gone before, it must be gone from each place that has it: the bucket, the vault in the workload's account, and " +
		"the central vaults. Its age decides which of them have it: copies come later, and they alone remain when Object Lock and the backups " +
		"of the workload's account have ended. docs/who-can.md has the evaluated decisions.\n")
	m.table("", "place", "what", "who", "how, in this order", "what stops the others", "facts")
	for i, d := range known {
		what, who := "data", d.Who
		if d.Key {
			what = "key"
		}
		if d.Nobody {
			who = "**nobody**"
			if d.AfterDays > 0 {
				who += ", " + days(d.AfterDays) + " after the first deployment"
			}
		}
		m.row(
			letter(i),
			m.place(d),
			what,
			who,
			m.calls(d.How),
			m.text(d.Stops),
			strings.Join(d.Facts, ", "),
		)
	}
	m.heading("Ways back, in their order")
	for _, p := range all {
		m.line("\n### " + m.title(p) + "\n")
		for i, w := range p.Ways {
			m.way(i+1, w)
		}
	}
}

// way is a numbered item.
func (m *markdown) way(n int, w Way) {
	needs, reach := "", days(w.Reach)+" back"
	if w.Needs != "" {
		needs = "; " + m.text(w.Needs)
	}
	if w.Reach == 0 {
		reach = "as far back as the bucket keeps versions"
	}
	m.line(fmt.Sprintf("%d. %s, %s: %s%s", n, w.Title, reach, m.code(w.Command), needs))
}

// place is where an answer is about.
func (m *markdown) place(d Deleter) string {
	if d.Vault == "" {
		return string(d.Place)
	}
	return string(d.Place) + " " + m.code(placedVault(d.Vault))
}

// deletersOf lists the different answers.
func deletersOf(all []Protection) []Deleter {
	var known []Deleter
	for _, p := range all {
		for _, d := range p.Deleters {
			if !slices.ContainsFunc(known, d.same) {
				known = append(known, d)
			}
		}
	}
	return known
}

// same says whether two answers are the same: the place, what it is about, and how it is stopped.
func (d Deleter) same(o Deleter) bool {
	return d.Place == o.Place && d.Vault == o.Vault && d.Key == o.Key && d.Stops == o.Stops
}

// letter names an answer.
func letter(i int) string { return fmt.Sprintf("D%d", i+1) }

// before names the answers of a protection.
func (m *markdown) before(p Protection, known []Deleter) string {
	if len(p.Deleters) == 0 {
		return "whoever may delete from the bucket: nothing of this app protects it"
	}
	var all []string
	for _, d := range p.Deleters {
		all = append(all, letter(slices.IndexFunc(known, d.same)))
	}
	return m.text(strings.Join(deletersInWords(&p), "; ")) + facts(all)
}

func (m *markdown) title(p Protection) string {
	text := m.code(p.Tier)
	if p.Existing {
		text += ", existing buckets"
	}
	if p.WithoutKey {
		text += ", SSE-S3"
	}
	if len(p.CentralVaults) > 0 {
		text += ", copied into"
		for i, v := range p.CentralVaults {
			if i > 0 {
				text += " and"
			}
			text += " " + m.code(placedVault(v))
		}
	}
	return text
}

func (m *markdown) calls(list []string) string {
	var all []string
	for _, call := range list {
		all = append(all, m.code(call))
	}
	return strings.Join(all, ", ")
}

func (m *markdown) buckets(r *Report) {
	m.heading("Buckets")
	m.table(
		"bucket",
		"workload",
		"account",
		"Region",
		"tier",
		"newest backup",
		"newest copy",
		"gone after",
		"restore is rehearsed",
		"target",
		"last measured",
	)
	for i := range r.Buckets {
		b := &r.Buckets[i]
		p := r.protectionOf(b)
		name := m.code(b.Name)
		if b.Tagged {
			name = "others with the tag"
		}
		m.row(name, m.text(b.Workload), m.code(b.Account), b.Region, m.title(*p), age(p.RPOMinutes), age(p.CentralRPOMinutes),
			days(p.GoneAfterDays), rehearsed(b.Rehearsal), age(b.Rehearsal.TargetMinutes), m.text(measured(b.Rehearsal.Last)))
	}
}

func rehearsed(r Rehearsal) string {
	var all []string
	if r.Here {
		all = append(all, "backups")
		if r.Validated {
			all[0] += " (compared)"
		}
	}
	if r.Central {
		all = append(all, "copies")
	}
	if len(all) == 0 {
		return "no"
	}
	return strings.Join(all, ", ")
}

func measured(e *Evidence) string {
	switch {
	case e == nil:
		return "no evidence given"
	case e.RestoreMinutes == nil:
		return e.Outcome + ", " + e.Ended
	}
	return fmt.Sprintf("%.0f minutes, %s, %s", *e.RestoreMinutes, e.Outcome, e.Ended)
}

func (m *markdown) costs(r *Report) {
	m.heading("Monthly cost")
	c := r.Cost
	if c == nil {
		m.line("Not estimated: backup.yaml has no `estimates`.")
		return
	}
	m.line("Estimated from " + m.code(c.File) + ", in US dollars. “Not known”: a price is missing.\n")
	heads := []string{"now", "in 1 year", "in 5 years"}
	m.table(append([]string{""}, heads...)...)
	m.row(append([]string{"**total**"}, amounts(c.Total)...)...)
	for _, group := range []struct {
		of   string
		list []NamedCost
	}{{"tier ", c.Tiers}, {"account ", c.Accounts}, {"workload ", c.Workloads}} {
		for _, n := range group.list {
			m.row(append([]string{group.of + m.code(n.Name)}, amounts(n.Amounts)...)...)
		}
	}
	m.line("")
	m.table(append([]string{"bucket", "tier"}, append(heads, "another tier, in 1 year")...)...)
	for i := range r.Buckets {
		b := &r.Buckets[i]
		if b.Cost == nil {
			continue
		}
		var others []string
		for _, o := range b.Cost.Others {
			others = append(others, m.code(o.Name)+" "+dollars(o.Amounts[1]))
		}
		row := append([]string{m.code(nameOf(b)), m.code(b.Tier)}, amounts(plus(b.Cost.Here, b.Cost.Central))...)
		m.row(append(row, strings.Join(others, ", "))...)
	}
	if c.WithoutEstimate > 0 {
		m.line(fmt.Sprintf("\n%d entries have no estimate and are in no sum.", c.WithoutEstimate))
	}
	m.line("")
	m.prices(c)
}

func (m *markdown) prices(c *Cost) {
	for _, p := range c.Prices {
		m.line(fmt.Sprintf("- Prices of %s: $%g for a GB and month, $%g in the low-cost tier, $%g for moving 1,000 objects there. %s, %s.",
			p.Region, p.WarmGBMonth, p.LowCostGBMonth, p.LowCostPer1000, m.text(p.Source), m.text(p.Date)))
	}
	for _, region := range c.Missing {
		m.line("- No price is known for " + m.text(region) + ": add it under `prices` of the file.")
	}
	for _, n := range c.Included {
		m.line("- Included: " + m.note(n))
	}
	for _, n := range c.NotIncluded {
		m.line("- Not included: " + m.note(n))
	}
}

// shownLimits is how many limits the Markdown shows of each kind beside those that are passed. The JSON has all.
const shownLimits = 3

func (m *markdown) limits(r *Report) {
	m.heading("Capacity")
	sizes := "Sizes are those of the templates."
	if !r.Exact {
		sizes = "Sizes are estimates: the report was made without the templates of all stacks."
	}
	m.line("Each limit that is passed, and of the others those that are used the most. report.json has all. " + sizes + "\n")
	m.table("what", "of", "used", "limit", "passed", "facts")
	shown := map[string]int{}
	for _, l := range r.Limits {
		if shown[l.What]++; shown[l.What] > shownLimits && l.PassedAfterDays == nil {
			continue
		}
		m.row(l.What, m.code(strings.TrimSpace(l.Of+" "+l.At)), used(l), limit(l), when(l), strings.Join(l.Facts, ", "))
	}
}

func used(l Limit) string {
	if len(l.Over) == 0 {
		return number(l.Used)
	}
	var all []string
	for i, n := range l.Over {
		all = append(all, fmt.Sprintf("%d after %s", n, days(l.Moments[i])))
	}
	return strings.Join(all, ", ")
}

func limit(l Limit) string {
	if l.Adjustable {
		return number(l.Limit) + ", AWS can raise it"
	}
	return number(l.Limit)
}

func when(l Limit) string {
	switch {
	case l.PassedAfterDays == nil:
		return "never"
	case *l.PassedAfterDays == 0:
		return "**now**"
	}
	return "**after " + days(*l.PassedAfterDays) + "**"
}

func (m *markdown) warnings(all []Warning) {
	m.heading("Warnings")
	if len(all) == 0 {
		m.line("None.")
		return
	}
	m.table("line", "warning", "got", "want", "fact")
	for _, w := range all {
		m.row(
			number(w.Line),
			m.text(strings.TrimPrefix(w.Path+": ", ": ")+w.What),
			m.text(w.Got),
			m.text(w.Want),
			strings.Join(slices.DeleteFunc([]string{w.Fact}, func(f string) bool { return f == "" }), ""),
		)
	}
}
