package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// tagged is a selection by tag with its place.
type tagged struct {
	TagSelection
	TagConditions
	workload int
	path     string
}

// inOnePlan says whether both are selections of one plan.
func (s tagged) inOnePlan(other tagged) bool {
	return s.workload == other.workload && s.Tier == other.Tier
}

// taggedBefore are the selections by tag, in file order, each with those before it in its account and Region that may select
// the same buckets.
func (c *checker) taggedBefore(compare func(now tagged, before []tagged)) {
	// Selections of tiers' own tags select the same or nothing in common, so that only those of other tags are compared with all.
	own, others := map[string][]tagged{}, map[accountRegion][]tagged{}
	all := map[accountRegion][]tagged{}
	for i, w := range c.cfg.Workloads {
		in := accountRegion{w.Account, w.Region}
		if w.Account == "" || w.Region == "" {
			continue // reported already
		}
		for j, s := range w.SelectTagged {
			now := tagged{s, c.cfg.Conditions(s), i, selectPath(i, j)}
			if t := c.cfg.tier(s.Tier); t == nil || !t.BackedUp() || c.selectionDoubtful(i, j) || now.contradiction() != "" {
				continue // reported already
			}
			key := in.String() + s.Tier
			if s.OfTier() {
				compare(now, slices.Concat(own[key], others[in]))
				own[key] = append(own[key], now)
			} else {
				compare(now, all[in])
				others[in] = append(others[in], now)
			}
			all[in] = append(all[in], now)
		}
	}
}

// selectionDoubtful says whether a problem was reported that may change what a selection by tag selects.
func (c *checker) selectionDoubtful(workload, selection int) bool {
	at, s := selectPath(workload, selection), c.cfg.Workloads[workload].SelectTagged[selection]
	if c.doubtful(at, "tag_key") || !s.OfTier() && c.doubtful(at+".tier") {
		return true
	}
	for key := range s.all() {
		if c.doubtful(tagPath(at+".tag", key), tagPath(at+".except_tag", key)) {
			return true
		}
	}
	return c.doubtful(at+".tag", at+".except_tag")
}

// checkTagsTwice wants one plan for each bucket: two plans of an account and Region that select the same tags would back up the
// same buckets. Within a plan, the narrower of two selections selects nothing more.
func checkTagsTwice(c *checker) {
	c.taggedBefore(func(now tagged, before []tagged) {
		i := slices.IndexFunc(before, func(other tagged) bool {
			return now.within(other.TagConditions) || other.within(now.TagConditions)
		})
		if i < 0 {
			return
		}
		other, w := before[i], c.cfg.Workloads[now.workload]
		at := fmt.Sprintf("in account %s, %s: ", w.Account, w.Region)
		const twice = "its buckets would have two continuous backups, and only one would run"
		p := Problem{Got: now.String(), Want: "each tag selected once in an account and Region"}
		if now.OfTier() {
			p.Got = now.Tier
		}
		switch {
		case now.same(other.TagConditions):
			p.What = "this tag is already selected " + at + twice
		case now.inOnePlan(other) && now.within(other.TagConditions):
			p.What = "another selection of the tier takes every bucket that this one takes, so this one changes nothing"
			p.Want = "one of the two"
		case now.inOnePlan(other):
			p.What = "this selection takes every bucket that another one of the tier takes, so that one changes nothing"
			p.Want = "one of the two"
		case now.within(other.TagConditions):
			p.What = "every bucket with these tags is already selected " + at + twice
			p.Want = apart(now, other)
		default:
			p.What = "every bucket that is already selected by narrower tags " + at + "has these tags too: it would have two continuous " +
				"backups, and only one would run"
			p.Want = apart(now, other)
		}
		c.report(now.path, p, other.path)
	})
}

// warnOfOverlappingTags finds conditions of two plans that one bucket can meet. Whether there is such a bucket is not known here.
func warnOfOverlappingTags(c *checker) {
	c.taggedBefore(func(now tagged, before []tagged) {
		var seen []string
		first := -1
		for i, other := range before {
			if now.within(other.TagConditions) || other.within(now.TagConditions) {
				return // an error
			}
			if !now.inOnePlan(other) && !now.disjoint(other.TagConditions) {
				seen = append(seen, other.path)
				if first < 0 {
					first = i
				}
			}
		}
		if first < 0 {
			return
		}
		const maxSeen = 5
		consequence := "of two continuous backups only one would run"
		if !c.continuous(now.Tier) || !c.continuous(before[first].Tier) {
			consequence = "the backups of both would be paid for"
		}
		c.report(now.path, Problem{
			What: "two tag conditions that can both hold: two plans would back up a bucket with the tags of both, and " + consequence,
			Got:  fmt.Sprintf("%s here, %s there", now.TagConditions, before[first].TagConditions),
			Want: apart(now, before[first]),
		}, seen[:min(len(seen), maxSeen)]...)
	})
}

// continuous says whether a tier has a continuous backup, or is none that is known.
func (c *checker) continuous(name string) bool {
	t := c.cfg.tier(name)
	return t == nil || t.ContinuousBackup != nil
}

// apart says how two selections come to have no bucket in common.
func apart(now, other tagged) string {
	for _, key := range slices.Sorted(maps.Keys(other.Equal)) {
		if _, equal := now.Equal[key]; equal {
			continue // the values are the same: the conditions would contradict each other
		}
		if _, not := now.NotEqual[key]; !not {
			return fmt.Sprintf("tags of which no bucket can have both, such as except_tag: {%s: %q} here", key, other.Equal[key])
		}
	}
	return "tags of which no bucket can have both, such as two values of one tag"
}

// checkTagContradictions finds selections of tags that no bucket can have.
func checkTagContradictions(c *checker) {
	for i, w := range c.cfg.Workloads {
		for j, s := range w.SelectTagged {
			conditions, at := c.cfg.Conditions(s), selectPath(i, j)+".except_tag"
			key := conditions.contradiction()
			if key == "" || s.Tag == nil && s.Tier == "" || c.selectionDoubtful(i, j) {
				continue
			}
			c.report(tagPath(at, key), Problem{
				What: "this selection would select nothing: it wants and does not want the same tag",
				Got:  key + "=" + conditions.NotEqual[key], Want: "another key or another value",
			})
		}
	}
}

func checkTagSelections(c *checker) {
	for i, w := range c.cfg.Workloads {
		ofTier := map[string]int{}
		for j, s := range w.SelectTagged {
			ofTier[s.Tier]++
			if s.Tier != "" && ofTier[s.Tier] == MaxTaggedSelections+1 {
				c.report(selectPath(i, j), Problem{
					What: "a backup plan can have no more selections by tag: the deployment would fail",
					Got:  fmt.Sprintf("selection %d of %s", MaxTaggedSelections+1, s.Tier),
					Want: fmt.Sprintf("at most %d of a tier", MaxTaggedSelections),
				})
			}
		}
	}
}

func checkTagConditions(c *checker) {
	for i, w := range c.cfg.Workloads {
		most, want := MaxTagConditions, fmt.Sprintf("at most %d tags in a selection", MaxTagConditions)
		if w.RestoreTesting != nil { // its selections leave out the buckets that the app creates
			most--
			want = fmt.Sprintf("at most %d with restore_testing, which adds one", most)
		}
		for j, s := range w.SelectTagged {
			if n := c.cfg.Conditions(s).number(); n > most {
				c.report(selectPath(i, j), Problem{
					What: "a selection can have no more conditions on tags: the deployment would fail",
					Got:  strconv.Itoa(n), Want: want,
				})
			}
		}
	}
}
