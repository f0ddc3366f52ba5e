package alert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Title returns the title of a message about several alerts, at least one.
func Title(alerts []Alert) string {
	title := alerts[0].Headline()
	if len(alerts) > 1 {
		title = fmt.Sprintf("%d alerts: %s", len(alerts), strings.Join(Count(alerts, func(a Alert) string { return a.Kind }), ", "))
	}
	if project := alerts[0].Project; project != "" {
		title = project + ": " + title
	}
	return title
}

// Count returns the number of alerts of each name, the most frequent first.
func Count(alerts []Alert, name func(Alert) string) []string {
	numbers := map[string]int{}
	var names []string
	for _, a := range alerts {
		n := name(a)
		if numbers[n] == 0 {
			names = append(names, n)
		}
		numbers[n]++
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(numbers[b], numbers[a]) })
	for i, n := range names {
		names[i] = fmt.Sprintf("%d × %s", numbers[n], n)
	}
	return names
}

// Told returns the alerts that people are notified of, and their indexes.
func Told(alerts []Alert) (told []Alert, places []int) {
	for i, a := range alerts {
		if !a.Quiet {
			told = append(told, a)
			places = append(places, i)
		}
	}
	return told, places
}

// Where are the names of what the alert is about, as far as it has them.
func (a Alert) Where() []Detail {
	return slices.DeleteFunc([]Detail{
		{Name: "workload", Value: a.Workload}, {Name: "tier", Value: a.Tier}, {Name: "bucket", Value: a.Bucket},
		{Name: "vault", Value: a.Vault}, {Name: "account", Value: a.Account}, {Name: "region", Value: a.Region},
	}, func(d Detail) bool { return d.Value == "" })
}

// Cut returns a plain text of at most limit characters.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
