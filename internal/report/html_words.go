package report

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// pageFunctions are the words of the template.
var pageFunctions = template.FuncMap{
	"count":     count,
	"plural":    plural,
	"minutes":   minutesInWords,
	"days":      daysInWords,
	"dollars":   dollars,
	"lock":      lockInWords,
	"schedule":  scheduleInWords,
	"join":      strings.Join,
	"list":      func(texts []string) string { return strings.Join(texts, ", ") },
	"limit":     limitName,
	"share":     share,
	"passed":    passedInWords,
	"shortID":   shortVault,
	"anchor":    anchor,
	"spanName":  spanName,
	"kindName":  kindName,
	"vaultKind": vaultKindName,
	"gone":      goneInWords,
	"moment":    momentInWords,
	"measured":  measured,
	"least":     leastOther,
	"percent":   func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) },
}

// count writes a number with a comma between thousands.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func number(n int, word string) string { return count(n) + " " + plural(n, word) }

// minutesInWords writes a duration in its largest unit, with the rest in the next.
func minutesInWords(minutes int) string {
	const hour, day = 60, 24 * 60
	join := func(unit int, large string, small int, smallName string) string {
		text := number(minutes/unit, large)
		if rest := minutes % unit / small; rest > 0 {
			text += " " + number(rest, smallName)
		}
		return text
	}
	switch {
	case minutes < hour:
		return number(minutes, "minute")
	case minutes < 2*day:
		return join(hour, "hour", 1, "minute")
	default:
		return join(day, "day", hour, "hour")
	}
}

// daysInWords writes days, and years where they are whole ones.
func daysInWords(days int) string {
	if days >= 365 && days%365 == 0 {
		return fmt.Sprintf("%s (%s)", number(days, "day"), number(days/365, "year"))
	}
	return number(days, "day")
}

// momentInWords writes a moment of an estimate.
func momentInWords(days int) string {
	switch {
	case days == 0:
		return "Now"
	case days%365 == 0:
		return "In " + number(days/365, "year")
	}
	return "In " + number(days, "day")
}

// dollars writes an amount. What is not known is said.
func dollars(amount Money) string {
	switch {
	case amount == nil:
		return "not known"
	case *amount > 0 && *amount < 0.01:
		return "< $0.01"
	case *amount >= 1000:
		return "$" + count(int(*amount+0.5))
	}
	return fmt.Sprintf("$%.2f", *amount)
}

func lockInWords(l *Lock) string {
	if l == nil {
		return "no Vault Lock"
	}
	text := l.Mode + ", "
	switch {
	case l.MaxDays == 0:
		text += number(l.MinDays, "day") + " or more"
	case l.MinDays == l.MaxDays:
		text += number(l.MaxDays, "day")
	default:
		text += fmt.Sprintf("%s to %s", count(max(l.MinDays, 1)), number(l.MaxDays, "day"))
	}
	if l.GraceDays > 0 {
		text += fmt.Sprintf("; can be changed in its first %s", number(l.GraceDays, "day"))
	}
	return text
}

func scheduleInWords(cron, timezone string) string {
	if cron == "" {
		return ""
	}
	return cron + " " + timezone
}

var limitNames = map[string]string{
	"recoveryPoints": "recovery points",
	"buckets":        "buckets",
	"copies":         "copies at one time",
	"vaults":         "vaults",
	"policyBytes":    "bytes of a policy",
	"keyPolicyBytes": "bytes of a key policy",
	"templateBytes":  "bytes of a template",
	"resources":      "resources of a stack",
}

func limitName(what string) string {
	if name, found := limitNames[what]; found {
		return name
	}
	return what
}

// share is the part of a limit that is used, in percent.
func share(used, limit int) int {
	if limit <= 0 {
		return 0
	}
	return int(float64(used) / float64(limit) * 100)
}

func passedInWords(l Limit) string {
	switch {
	case l.PassedAfterDays == nil:
		return "never"
	case *l.PassedAfterDays == 0:
		return "now"
	}
	return "after " + daysInWords(*l.PassedAfterDays)
}

// shortVault is the id of a vault without the account and the Region.
func shortVault(id string) string {
	return id[strings.LastIndex(id, "/")+1:]
}

// anchor is the id in the page of a thing with a name.
func anchor(kind, name string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, name)
	return kind + "-" + safe
}

func kindName(k SpanKind) string {
	switch k {
	case ObjectLockSpan:
		return "Object Lock"
	case PITRSpan:
		return "Continuous backup"
	case SnapshotSpan:
		return "Snapshots"
	case CopySpan:
		return "Copies"
	}
	return string(k)
}

// spanName names a span, with its rule if the name of the rule says more.
func spanName(k SpanKind, rule string) string {
	name := kindName(k)
	if (k == SnapshotSpan || k == CopySpan) && rule != "" {
		name += ", rule " + rule
	}
	return name
}

func vaultKindName(k VaultKind) string {
	switch k {
	case CentralVault:
		return "central"
	case RetainedVault:
		return "retained"
	case TierVault:
		return "of a tier"
	case LandingVault:
		return "landing"
	}
	return string(k)
}

func goneInWords(days int) string {
	if days == 0 {
		return "at once"
	}
	return "after " + number(days, "day")
}

func measured(e *Evidence) string {
	switch {
	case e == nil:
		return "not measured"
	case e.RestoreMinutes == nil:
		return "not known"
	}
	return minutesInWords(int(*e.RestoreMinutes + 0.5))
}

// leastOther are the amounts of the other tiers at the first moment.
func leastOther(others []NamedCost) string {
	var texts []string
	for _, o := range others {
		if len(o.Amounts) > 0 {
			texts = append(texts, o.Name+" "+dollars(o.Amounts[0]))
		}
	}
	return strings.Join(texts, ", ")
}
