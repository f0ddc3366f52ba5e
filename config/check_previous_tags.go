package config

import (
	"slices"
	"strings"
)

// taggedThen is a selection by tag of the earlier file, with what has become of it.
type taggedThen struct {
	TagSelection
	conditions TagConditions
	workload   int    // of this file
	path       string // in the earlier file
	// now are the selections of its account and Region, in this file.
	now []tagged
}

// taggedThen goes through the earlier selections by tag of the workloads that still exist. The key of the tiers' tag is this
// file's: another key is one change, which compareTagKey reports.
func (c *checker) taggedThen(compare func(taggedThen)) {
	now := map[accountRegion][]tagged{}
	for i, w := range c.cfg.Workloads {
		in := accountRegion{w.Account, w.Region}
		for j, s := range w.SelectTagged {
			now[in] = append(now[in], tagged{s, c.cfg.Conditions(s), i, selectPath(i, j)})
		}
	}
	stacks := c.cfg.byStack()
	for i, w := range c.previous.cfg.Workloads {
		at, kept := stacks[w.deployed()]
		if !kept {
			continue // reported as a whole
		}
		for j, s := range w.SelectTagged {
			compare(taggedThen{s, c.cfg.Conditions(s), at, selectPath(i, j), now[accountRegion{w.Account, w.Region}]})
		}
	}
}

// covered says whether selections of this file take all that the earlier one took, in any tier.
func (s taggedThen) covered() bool {
	return slices.ContainsFunc(s.now, func(now tagged) bool { return s.conditions.within(now.TagConditions) })
}

// successor is the selection of this file that took the place of an earlier one: a new one of its plan, or one that takes a part
// of what it took.
func (c *checker) successor(s taggedThen) (now tagged, found bool) {
	earlier := c.cfg.conditionsOf(c.previous.cfg)
	i := slices.IndexFunc(s.now, func(now tagged) bool {
		inPlan := now.workload == s.workload && now.Tier == s.Tier
		return now.within(s.conditions) || inPlan && !slices.ContainsFunc(earlier, now.same)
	})
	if i < 0 {
		return tagged{}, false
	}
	return s.now[i], true
}

// conditionsOf are the conditions of all selections of an earlier file, with this file's key of the tiers' tag.
func (c *Config) conditionsOf(previous *Config) (all []TagConditions) {
	for _, w := range previous.Workloads {
		for _, s := range w.SelectTagged {
			all = append(all, c.Conditions(s))
		}
	}
	return all
}

// compareTagSelections finds tags that nothing selects any more.
func compareTagSelections(c *checker) {
	c.taggedThen(func(s taggedThen) {
		if _, changed := c.successor(s); changed || s.covered() {
			return
		}
		name := s.Tier
		if !s.OfTier() {
			name = s.conditions.String() + " for " + s.Tier
		}
		c.report(workloadPath(s.workload)+".select_tagged", Problem{
			What: "buckets with a removed tag are no longer backed up, unless they are named, and their backups expire",
			Got:  "no " + name, Want: name + " in select_tagged", See: c.before(s.path),
		})
	})
}

// compareTagConditions finds selections whose conditions are narrower or other ones than before.
func compareTagConditions(c *checker) {
	c.taggedThen(func(s taggedThen) {
		now, changed := c.successor(s)
		if s.covered() || !changed {
			return // reported as removed
		}
		c.report(now.path, Problem{
			What: "with these tags, buckets that were selected before may no longer be: such a bucket gets no new backup, unless it is named, " +
				"and its backups expire",
			Got: now.String(), Want: s.conditions.String() + " as before, or each such bucket with the new tags first",
			See: c.before(s.path),
		})
	})
}

// tagsInBothTiers goes through the tags that are those of another tier now, in their account and Region.
func (c *checker) tagsInBothTiers(compare func(at string, now, was *Tier, before []Place)) {
	c.taggedThen(func(s taggedThen) {
		i := slices.IndexFunc(s.now, func(now tagged) bool { return now.same(s.conditions) })
		if i < 0 || s.now[i].Tier == s.Tier {
			return
		}
		if now, was := c.cfg.tier(s.now[i].Tier), c.previous.cfg.tier(s.Tier); now != nil && was != nil {
			compare(s.now[i].path+".tier", now, was, c.before(s.path))
		}
	})
}

// compareTiersOfTags finds tags whose buckets come into the vault of another tier.
func compareTiersOfTags(c *checker) {
	c.tagsInBothTiers(func(at string, now, was *Tier, before []Place) {
		c.report(at, Problem{
			What: "in another vault, backups of the buckets with these tags start again with full ones, and the earlier backups expire in the " +
				"old vault",
			Got: now.Name, Want: was.Name + ", unless the cost of full backups is accepted", See: before,
		})
	})
}

// compareWeakerTags finds tags whose buckets have weaker backups in their new tier. The app changes neither the Object Lock nor
// the key of a bucket that a tag selects.
func compareWeakerTags(c *checker) {
	c.tagsInBothTiers(func(at string, now, was *Tier, before []Place) {
		for _, w := range c.weakenings(now, was) {
			if !strings.HasPrefix(w.key, "object_lock") && w.key != "dedicated_key" {
				c.report(at, Problem{What: "buckets with these tags are less protected than before", Got: w.text, Want: consent, See: before})
			}
		}
	})
}

// compareTagKey finds another key of the tag that names a tier. The resources of the app get the new tag, in place.
func compareTagKey(c *checker) {
	now, was := c.cfg.TagKey, c.previous.cfg.TagKey
	byTier := func(w Workload) bool {
		return slices.ContainsFunc(w.SelectTagged, func(s TagSelection) bool { return s.Tag == nil })
	}
	if now == was || !slices.ContainsFunc(c.previous.cfg.Workloads, byTier) && c.previous.cfg.Rollout.StackSet == nil {
		return
	}
	c.report("tag_key", Problem{
		What: "buckets that have their tier under the earlier key alone are no longer selected: they get no new backups, and their backups expire",
		Got:  now, Want: was + " as before, or each such bucket tagged with " + now + " first", See: c.before("tag_key"),
	})
}
