package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// TagConditions are conditions on the tags of a bucket. AWS Backup takes a bucket that meets all of them (F-LIM-10).
type TagConditions struct {
	// Equal lists the tags that a bucket must have: values by keys. It is never empty.
	Equal map[string]string
	// NotEqual lists the tags that a bucket must not have: values by keys.
	NotEqual map[string]string
}

// OfTier says whether the selection is that of the tier's own tag, and no more.
func (s TagSelection) OfTier() bool { return s.Tag == nil && s.ExceptTag == nil }

// Conditions of a selection by tag. Without tags of its own, it selects the tag of the tier.
func (c *Config) Conditions(s TagSelection) TagConditions { return s.conditions(c.TagKey) }

func (s TagSelection) conditions(tagKey string) TagConditions {
	conditions := TagConditions{Equal: s.Tag, NotEqual: s.ExceptTag}
	if s.Tag == nil {
		conditions.Equal = map[string]string{tagKey: s.Tier}
	}
	return conditions
}

// String is the conditions in words: "team=lake, and not backup=no".
func (a TagConditions) String() string {
	texts := func(tags map[string]string) (all []string) {
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			all = append(all, key+"="+tags[key])
		}
		return all
	}
	text := strings.Join(texts(a.Equal), " and ")
	if len(a.NotEqual) > 0 {
		text += ", and not " + strings.Join(texts(a.NotEqual), " or ")
	}
	return text
}

// number is how many conditions there are.
func (a TagConditions) number() int { return len(a.Equal) + len(a.NotEqual) }

// same says whether both are the same conditions.
func (a TagConditions) same(b TagConditions) bool {
	return maps.Equal(a.Equal, b.Equal) && maps.Equal(a.NotEqual, b.NotEqual)
}

// contradiction is a key whose value must both be and not be the same, or "".
func (a TagConditions) contradiction() string {
	for _, key := range slices.Sorted(maps.Keys(a.NotEqual)) {
		if value, both := a.Equal[key]; both && value == a.NotEqual[key] {
			return key
		}
	}
	return ""
}

// disjoint says whether no bucket can meet both: they want two values of one tag, or one of them wants what the other does
// not want. It rests on no more than that a bucket has one value of a tag.
func (a TagConditions) disjoint(b TagConditions) bool {
	for key, value := range a.Equal {
		if other, both := b.Equal[key]; both && other != value {
			return true
		}
	}
	return excludes(a.NotEqual, b.Equal) || excludes(b.NotEqual, a.Equal)
}

func excludes(not, equal map[string]string) bool {
	for key, value := range not {
		if other, both := equal[key]; both && other == value {
			return true
		}
	}
	return false
}

// within says whether every bucket that meets these conditions also meets the others.
func (a TagConditions) within(b TagConditions) bool {
	for key, value := range b.Equal {
		if mine, both := a.Equal[key]; !both || mine != value {
			return false
		}
	}
	for key, value := range b.NotEqual {
		mine, equal := a.Equal[key]
		excluded, not := a.NotEqual[key]
		if (!equal || mine == value) && (!not || excluded != value) {
			return false
		}
	}
	return true
}

// all goes through the tags of the entry, in no order.
func (s TagSelection) all() iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for _, tags := range []TagValues{s.Tag, s.ExceptTag} {
			for key, value := range tags {
				if !yield(key, value) {
					return
				}
			}
		}
	}
}

// meets says whether a bucket with these tags, and no others, meets the conditions.
func (a TagConditions) meets(tags map[string]string) bool {
	for key, value := range a.Equal {
		if has, there := tags[key]; !there || has != value {
			return false
		}
	}
	return !excludes(a.NotEqual, tags)
}

// SelectionExcept are the buckets that a selection by tag of a workload leaves out: all that workloads of the account and Region
// name, and what else the app creates there with tags of the file that the selection looks for.
func (c *Config) SelectionExcept(w Workload, s TagSelection) []string {
	return append(c.NamedBuckets(w.Account, w.Region), c.ownBuckets(w, s)...)
}

// ownBuckets are buckets of the app that nobody names and that a selection by tag of a workload would take.
func (c *Config) ownBuckets(w Workload, s TagSelection) (names []string) {
	conditions := c.Conditions(s)
	if len(c.Tags) == 0 && !slices.ContainsFunc(c.Workloads, func(w Workload) bool { return len(w.Tags) > 0 }) {
		return nil
	}
	for _, other := range c.Workloads {
		creates := slices.ContainsFunc(other.Buckets, func(b Bucket) bool { return !b.Existing })
		if creates && other.Account == w.Account && other.Region == w.Region && conditions.meets(c.TagsOf(other)) {
			names = append(names, c.AccessLogBucketName(other))
		}
	}
	if c.Validates() && c.Central.Account == w.Account && c.Central.Region == w.Region && conditions.meets(c.Tags) {
		names = append(names, c.EvidenceBucketName())
	}
	return names
}

// mark tells selections of one plan apart. It depends on what the entry says alone, so another entry and another tag_key
// change no id and no name.
func (s TagSelection) mark() string {
	var b strings.Builder
	for i, tags := range []TagValues{s.Tag, s.ExceptTag} {
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			fmt.Fprintf(&b, "%d %q %q\n", i, key, tags[key])
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:4])
}

// SelectionID is the id of a selection by tag in its plan. It does not change when others are added.
func (s TagSelection) SelectionID() string {
	const id = "TaggedSelection"
	if s.OfTier() {
		return id
	}
	return id + s.mark()
}

// TagValues are tags: values by keys.
type TagValues map[string]string

// decodeNode reads the name of a tier as the selection of its tag.
func (s *TagSelection) decodeNode(d *decoder, n *yaml.Node, at *path) {
	v := reflect.ValueOf(s).Elem()
	if n.Kind == yaml.MappingNode {
		d.decodeStruct(n, v, at)
		if tag := descend(n, "tag"); tag != nil && tag.Kind == yaml.MappingNode && len(tag.Content) == 0 {
			d.report(
				emptyList,
				tag,
				at.child("tag"),
				Problem{What: "there is no tag", Want: "at least one tag, or no key tag for that of the tier"},
			)
		}
		return
	}
	d.decode(n, reflect.ValueOf(&s.Tier).Elem(), at, "tier")
}

// MarshalYAML writes the selection of a tier's tag as the name of the tier.
func (s TagSelection) MarshalYAML() (any, error) {
	if s.OfTier() {
		return s.Tier, nil
	}
	type mapping TagSelection // has no MarshalYAML
	return mapping(s), nil
}
