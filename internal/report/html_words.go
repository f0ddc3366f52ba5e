package report

import (
	"html/template"
	"slices"
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
	"anchor":    anchor,
	"spanName":  spanName,
	"place":     placeName,
	"rehearsed": rehearsed,
	"vaultKind": vaultKindName,
	"gone":      gone,
	"moment":    momentInWords,
	"measured":  measured,
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

// deletersInWords are who must act for data to be gone from each place before its time, and whether one person can.
func deletersInWords(p *Protection) (who string, alone bool) {
	if len(p.Deleters) == 0 {
		return "whoever may delete from the bucket", true
	}
	var needed []string
	onlyKey := false
	for _, place := range []Place{InBucket, InVault, InCentral} {
		var able []string
		kept := false
		for _, d := range p.Deleters {
			if d.Place != place {
				continue
			}
			kept = true
			if d.Nobody {
				onlyKey = onlyKey || !d.Key
			} else if !slices.Contains(able, d.Who) {
				able = append(able, d.Who)
			}
		}
		if kept && len(able) == 0 {
			return "nobody", false
		}
		if one := strings.Join(able, " or "); one != "" && !slices.Contains(needed, one) {
			needed = append(needed, one)
		}
	}
	who = strings.Join(needed, " together with ")
	if onlyKey {
		who += ", through a key"
	}
	return who, len(needed) == 1
}
