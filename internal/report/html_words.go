package report

import (
	"html/template"
	"strconv"
	"strings"
)

// pageFunctions are the words of the template.
var pageFunctions = template.FuncMap{
	"count":     count,
	"plural":    plural,
	"minutes":   age,
	"days":      long,
	"dollars":   dollars,
	"lock":      lockInWords,
	"schedule":  scheduleInWords,
	"join":      strings.Join,
	"list":      func(texts []string) string { return strings.Join(texts, ", ") },
	"limit":     limitName,
	"share":     sharePercent,
	"passed":    passedInWords,
	"shortID":   shortVault,
	"placed":    placedVault,
	"anchor":    anchor,
	"spanName":  spanName,
	"place":     placeName,
	"rehearsed": rehearsed,
	"vaultKind": vaultKindName,
	"gone":      gone,
	"moment":    momentInWords,
	"measured":  measured,
	"title":     Protection.title,
	"others":    othersOf,
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

// counted is a number of things.
func counted(n int, word string) string { return count(n) + " " + plural(n, word) }

// lockInWords is a lock as it is today.
func lockInWords(l *Lock) string {
	if l == nil {
		return "no Vault Lock"
	}
	return l.String()
}

// gone is the moment at which data can be gone.
func gone(n int) string {
	if n == 0 {
		return "at once"
	}
	return "after " + days(n)
}

// sharePercent is how much of a limit is used at most, in percent.
func sharePercent(l Limit) int { return int(share(l) * 100) }

// momentInWords writes a moment of an estimate.
func momentInWords(days int) string {
	switch {
	case days == 0:
		return "Now"
	case days%365 == 0:
		return "In " + counted(days/365, "year")
	}
	return "In " + counted(days, "day")
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

func passedInWords(l Limit) string {
	switch {
	case l.PassedAfterDays == nil:
		return "never"
	case *l.PassedAfterDays == 0:
		return "now"
	}
	return "after " + long(*l.PassedAfterDays)
}

// shortVault is the id of a vault without the account and the Region.
func shortVault(id string) string {
	return id[strings.LastIndex(id, "/")+1:]
}

// placedVault is the name of a vault with its Region. Vaults of several Regions may have the same name.
func placedVault(id string) string {
	_, in, _ := strings.Cut(id, "/")
	region, name, _ := strings.Cut(in, "/")
	return name + " (" + region + ")"
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

func placeName(p Place) string {
	switch p {
	case InBucket:
		return "Bucket"
	case InVault:
		return "Vault in the workload's account"
	case InCentral:
		return "Central vault"
	}
	return string(p)
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
	case AirGappedVault:
		return "air-gapped"
	}
	return string(k)
}

// otherMoment is the moment, in the list of them, for which the page compares tiers: in a year, most backups are there.
const otherMoment = 1

// othersOf is what each tier of the report would cost for a bucket, in both accounts. Empty: the tier is its own.
func othersOf(p page, b *Bucket) []string {
	list := make([]string, len(p.Tiers))
	for i := range p.Tiers {
		for _, o := range b.Cost.Others {
			if o.Name == p.Tiers[i].Name && len(o.Amounts) > otherMoment {
				list[i] = dollars(o.Amounts[otherMoment])
			}
		}
	}
	return list
}
