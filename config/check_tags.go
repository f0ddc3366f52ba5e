package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkTagsOfTiers finds tags with the key that names a tier: selections by tag would take wrong buckets.
func checkTagsOfTiers(c *checker) {
	ofTiers := func(at string, tags Tags) {
		for _, key := range c.inFileOrder(at, tags) {
			if strings.EqualFold(key, c.cfg.TagKey) {
				c.report(tagPath(at, key), Problem{
					What: "the app itself sets this tag, to the tier of a bucket: selections by tag would take wrong buckets",
					Got:  key, Want: "another key",
				}, "tag_key")
			}
		}
	}
	ofTiers(tagsPath, c.cfg.Tags)
	for i, w := range c.cfg.Workloads {
		ofTiers(workloadTagsPath(i), w.Tags)
	}
}

// checkTagKeysTwice finds keys of tags that differ in upper and lower case alone.
func checkTagKeysTwice(c *checker) {
	c.tagKeysTwice(tagsPath, c.cfg.Tags, tagsPath, nil)
	for i, w := range c.cfg.Workloads {
		c.tagKeysTwice(workloadTagsPath(i), w.Tags, tagsPath, c.cfg.Tags)
	}
}

// tagKeysTwice reports keys of a mapping that IAM takes for another key of it, or of the mapping that it adds to.
func (c *checker) tagKeysTwice(at string, tags Tags, aroundAt string, around Tags) {
	first := map[string]string{} // path by key in lower case
	for _, key := range slices.Sorted(maps.Keys(around)) {
		if _, replaced := tags[key]; !replaced {
			first[strings.ToLower(key)] = tagPath(aroundAt, key)
		}
	}
	for _, key := range c.inFileOrder(at, tags) {
		lower := strings.ToLower(key)
		other, twice := first[lower]
		if !twice {
			first[lower] = tagPath(at, key)
			continue
		}
		c.report(tagPath(at, key), Problem{
			What: "no role could be created: to IAM, keys of tags that differ in upper and lower case alone are one key",
			Got:  key, Want: "one of the two keys, or the same key in both places",
		}, other)
	}
}

// inFileOrder are the keys of tags in the order of the file.
func (c *checker) inFileOrder(at string, tags Tags) []string {
	n, _ := lookup(c.root, at)
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		if _, valid := tags[n.Content[i].Value]; valid && !slices.Contains(keys, n.Content[i].Value) {
			keys = append(keys, n.Content[i].Value)
		}
	}
	return keys
}

// checkRecoveryPointTags finds workloads whose backup rules AWS Backup would refuse.
func checkRecoveryPointTags(c *checker) {
	c.tooManyTags(MaxRecoveryPointTags, true, "AWS Backup would refuse the plan: a rule adds at most 10 tags to its recovery points")
}

// checkResourceTags finds tags of workloads without backups that do not fit on a bucket.
func checkResourceTags(c *checker) {
	c.tooManyTags(MaxResourceTags, false, "the deployment would fail: a resource has at most 50 tags")
}

// tooManyTags reports the tags of workloads with or without backups that are more than a limit, each mapping once.
func (c *checker) tooManyTags(limit int, withBackups bool, what string) {
	most := limit - ownTags
	reported := map[string]bool{}
	for i, w := range c.cfg.Workloads {
		n := len(c.cfg.TagsOf(w))
		if backedUp(c.uses[i]) != withBackups || n <= most {
			continue
		}
		at := workloadTagsPath(i)
		if len(c.cfg.Tags) > most || len(w.Tags) == 0 {
			at, n = tagsPath, len(c.cfg.Tags)
		}
		if reported[at] {
			continue
		}
		reported[at] = true
		c.report(at, Problem{
			What: what,
			Got:  fmt.Sprintf("%d tags, with %s and %s %d", n, c.cfg.TagKey, WorkloadTag, n+ownTags),
			Want: fmt.Sprintf("at most %d", most),
		}, tagsPath)
	}
}
