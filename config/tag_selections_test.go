package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// allConditions are all conditions on two keys with two values, and on a third where nothing else must be there.
func allConditions() (all []TagConditions) {
	tags := func(a, b string) map[string]string {
		tags := map[string]string{"a": a, "b": b}
		maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
		return tags
	}
	values := []string{"", "1", "2"}
	for i := range 3 * 3 * 3 * 3 {
		c := TagConditions{Equal: tags(values[i%3], values[i/3%3]), NotEqual: tags(values[i/9%3], values[i/27])}
		if len(c.Equal) == 0 {
			c.Equal = map[string]string{"c": "1"}
		}
		all = append(all, c)
	}
	return all
}

// allTags are all buckets that differ for such conditions: of each key no value, or one of three.
func allTags() (all []map[string]string) {
	values := []string{"", "1", "2", "3"}
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				tags := map[string]string{"a": a, "b": b, "c": c}
				maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
				all = append(all, tags)
			}
		}
	}
	return all
}

// meets says whether a bucket meets conditions. AWS does not say clearly whether one without the key meets StringNotEquals
// (F-LIM-10), so the tests below do it both ways.
func meets(tags map[string]string, c TagConditions, absentMeets bool) bool {
	for key, want := range c.Equal {
		if value, there := tags[key]; !there || value != want {
			return false
		}
	}
	for key, not := range c.NotEqual {
		value, there := tags[key]
		if there && value == not || !there && !absentMeets {
			return false
		}
	}
	return true
}

// TestConditions: what the checks say of any two conditions is what buckets of all tags say, whichever way AWS reads
// StringNotEquals: they are disjoint if and only if no bucket meets both, and one is within the other only if each bucket that
// meets the one meets the other.
func TestTagConditions(t *testing.T) {
	buckets := allTags()
	for _, absentMeets := range []bool{true, false} {
		for _, a := range allConditions() {
			for _, b := range allConditions() {
				both, alone := 0, 0
				for _, tags := range buckets {
					if inA, inB := meets(tags, a, absentMeets), meets(tags, b, absentMeets); inA && inB {
						both++
					} else if inA {
						alone++
					}
				}
				if (both+alone == 0) != (a.contradiction() != "") {
					t.Fatalf("%s: %d buckets meet it, contradiction %q", a, both+alone, a.contradiction())
				}
				if a.contradiction() != "" || b.contradiction() != "" {
					continue
				}
				if a.disjoint(b) != (both == 0) {
					t.Fatalf("%s; %s: disjoint %v, %d buckets meet both", a, b, a.disjoint(b), both)
				}
				if a.within(b) && alone > 0 || absentMeets && !a.within(b) && alone == 0 {
					t.Fatalf("%s; %s: within %v, %d buckets meet the first alone", a, b, a.within(b), alone)
				}
			}
		}
	}
}

// TestSelectionNames: the selection of a tier's own tag has the id and the name that it always had. Those of others depend on
// their own tags alone: not on the order of the keys, on other entries or on tag_key.
func TestSelectionNames(t *testing.T) {
	const entry = `{tier: critical_data, tag: {a: "1", b: "2"}, except_tag: {c: "3"}}`
	names := func(key string, entries ...string) map[string]string {
		text := strings.Replace(minimal, "workloads:", "tag_key: "+key+"\nworkloads:", 1) +
			"    select_tagged: [" + strings.Join(entries, ", ") + "]\n"
		cfg := load(t, text)
		w, all := cfg.Workloads[0], map[string]string{}
		for _, s := range w.SelectTagged {
			id, name := s.SelectionID(), cfg.TaggedSelectionName(w, cfg.tier(s.Tier), s)
			if all[s.Tier+id] != "" {
				t.Errorf("two selections %s of %s", id, s.Tier)
			}
			all[s.Tier+id] = name
		}
		return all
	}
	alone := names(defaultTagKey, entry)
	const id = "critical_dataTaggedSelectioneb6e7642"
	if got := fmt.Sprint(alone); got != "map["+id+":dummy-a-dev-critical-data-tagged-eb6e7642]" {
		t.Errorf("one selection: %s", got)
	}
	several := names("team", "critical_data", `{tier: critical_data, tag: {b: "1", a: "2"}, except_tag: {c: "3"}}`,
		`{tier: critical_data, tag: {a: "1"}, except_tag: {b: "2", c: "3"}}`, `{tier: curated_data, except_tag: {c: "3"}}`,
		`{tier: critical_data, except_tag: {c: "3"}, tag: {b: "2", a: "1"}}`, `{tier: sensitive_data}`)
	if len(several) != 6 || several[id] != alone[id] {
		t.Errorf("several selections: %v; want %s among them", several, alone[id])
	}
	for _, tier := range []string{"critical_data", "sensitive_data"} {
		if name := several[tier+"TaggedSelection"]; name != "dummy-a-dev-"+strings.ReplaceAll(tier, "_", "-")+"-tagged" {
			t.Errorf("%s: %q in %v", tier, name, several)
		}
	}
}

// TestSelectionsPrinted: the name of a tier is printed as such, and a mapping as a mapping, also the least one.
func TestSelectionsPrinted(t *testing.T) {
	cfg := load(
		t,
		minimal+`    select_tagged: [{tier: curated_data}, sensitive_data, {tier: critical_data, tag: {a: "yes"}, except_tag: {b: no}}]
`,
	)
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	const want = `  select_tagged:
  - curated_data
  - sensitive_data
  - tier: critical_data
    tag:
      a: 'yes'
    except_tag:
      b: 'no'
`
	if !strings.Contains(string(text), want) || !strings.Contains(string(text), "\ntag_key: backup:tier\n") {
		t.Errorf("printed\n%s\nwant in it\n%s", text, want)
	}
}

// TestOwnBuckets: a selection by a tag of the file leaves out the app's own buckets that have the tag too.
func TestOwnBuckets(t *testing.T) {
	except := func(selection, tags string) string {
		cfg := load(t, strings.Replace(minimal, "workloads:", "tags: "+tags+"\nworkloads:", 1)+"    select_tagged: ["+selection+"]\n")
		return strings.Join(cfg.SelectionExcept(cfg.Workloads[0], cfg.Workloads[0].SelectTagged[0]), " ")
	}
	const named, logs = "dummy-dev-a", " dummy-a-dev-access-logs-222222222222"
	for _, test := range []struct{ selection, tags, want string }{
		{`{tier: critical_data, tag: {team: lake}}`, "{team: lake, env: prod}", named + logs},
		{`{tier: critical_data, tag: {team: lake}, except_tag: {env: prod}}`, "{team: lake, env: prod}", named},
		{`{tier: critical_data, tag: {team: lake, env: test}}`, "{team: lake, env: prod}", named},
		{`{tier: critical_data, tag: {team: lake}}`, "{Team: lake}", named},
		{`curated_data`, "{team: lake}", named},
	} {
		if got := except(test.selection, test.tags); got != test.want {
			t.Errorf("%s with tags %s: leaves out %s, want %s", test.selection, test.tags, got, test.want)
		}
	}
}

// TestTagsOfOddForm: what only the reader of tags sees.
func TestTagsOfOddForm(t *testing.T) {
	for tags, want := range map[string]string{
		"{a: b, a: c}":        "select_tagged[0].tag.a: duplicate key, first set in line",
		"{? [a] : b}":         "select_tagged[0].tag: is not a key",
		"{aws:createdBy: me}": "", // AWS's own tags can be looked at
		`{"": b}`:             `is not a key; want the key of a tag`,
		"{a: b, c: &x d}":     "select_tagged[0].tag.c: anchors and aliases are not supported",
		"{" + strings.Repeat("k", 128) + ": " + strings.Repeat("ü", 256) + "}": "",
		"{" + strings.Repeat("k", 129) + ": v}":                                "is not valid",
		"{k: " + strings.Repeat("v", 257) + "}":                                "is not valid",
	} {
		problems := problemsOf(Load("backup.yaml", []byte(minimal+"    select_tagged: [{tier: sensitive_data, tag: "+tags+"}]\n")))
		errors := slices.DeleteFunc(problems, func(p Problem) bool { return p.Level == Warning })
		if want == "" && len(errors) > 0 || want != "" && (len(errors) != 1 || !strings.Contains(errors[0].String(), want)) {
			t.Errorf("%s: want %q, got\n%s", tags, want, errors.Lines())
		}
	}
}

// place of each bucket: the number of its selection.
func selectionOf(names []string) map[string]int {
	use := TierUse{}
	for _, name := range names {
		use.Buckets = append(use.Buckets, Bucket{Name: name})
	}
	at := map[string]int{}
	for i, selection := range use.Named() {
		for _, b := range selection {
			at[b.Name] = i
		}
	}
	return at
}

// TestAddedBucket: a bucket that is added at the end moves none, whatever their number. One that is added elsewhere moves at
// most one bucket of each full selection, into the next one, so that all stay in the plan. No more can be had: of 501 buckets
// whose first 500 were together, each could be the new one.
func TestAddedBucket(t *testing.T) {
	var names []string
	for n := 0; n <= 3*MaxSelectionARNs+1; n++ {
		edge := n % MaxSelectionARNs
		if edge <= 1 || edge == MaxSelectionARNs-1 || edge == 250 {
			before := selectionOf(names)
			for _, at := range []int{0, n / 2, max(0, n-1), n} {
				after := selectionOf(slices.Insert(slices.Clone(names), at, "new"))
				addedTo(t, before, after, at == n)
			}
		}
		names = append(names, fmt.Sprintf("bucket-%d", n))
	}
}

func addedTo(t *testing.T, before, after map[string]int, atEnd bool) {
	t.Helper()
	moved, sizes := map[int]int{}, map[int]int{}
	for name, selection := range before {
		now, there := after[name]
		if !there || now != selection && now != selection+1 {
			t.Fatalf("%s was in selection %d and is in %d (%v)", name, selection, now, there)
		}
		moved[selection] += now - selection
	}
	for _, selection := range after {
		sizes[selection]++
	}
	if len(after) != len(before)+1 {
		t.Fatalf("%d buckets of %d are placed", len(after), len(before)+1)
	}
	for selection, size := range sizes {
		last := selection+1 == len(sizes)
		if size > MaxSelectionARNs || !last && size != MaxSelectionARNs || moved[selection] > 1 || moved[selection] > 0 && (atEnd || last) {
			t.Fatalf("%d buckets: selection %d of %d has %d buckets and lost %d", len(after), selection, len(sizes), size, moved[selection])
		}
	}
}

// TestSelectionsOfManyBuckets: up to 500 buckets of a tier have the one selection that they always had. An account has no more
// buckets than fit into the selections of one plan, beside those by tag (F-LIM-1).
func TestSelectionsOfManyBuckets(t *testing.T) {
	cfg := load(t, minimal)
	w, tier := cfg.Workloads[0], cfg.tier("critical_data")
	for n, want := range map[int]string{1: "[1]", 500: "[500]", 501: "[500 1]", 1000: "[500 500]", 1001: "[500 500 1]"} {
		use := TierUse{Tier: tier, Buckets: make([]Bucket, n)}
		var sizes []int
		for _, selection := range use.Named() {
			sizes = append(sizes, len(selection))
		}
		if fmt.Sprint(sizes) != want || use.selections() != len(sizes) {
			t.Errorf("%d buckets: %v in %d selections, want %s", n, sizes, use.selections(), want)
		}
	}
	if got := fmt.Sprintln(SelectionID(1), cfg.SelectionName(w, tier, 1), SelectionID(2), cfg.SelectionName(w, tier, 2)); got !=
		"Selection dummy-a-dev-critical_data Selection2 dummy-a-dev-critical-data-2\n" {
		t.Errorf("named %s", got)
	}
	resources := func(named, tagged int) int {
		w.Buckets, w.SelectTagged = nil, nil
		for i := range named {
			w.Buckets = append(w.Buckets, Bucket{Name: fmt.Sprintf("bucket-%d", i), Tier: tier.Name, Existing: true})
		}
		for i := range tagged {
			w.SelectTagged = append(w.SelectTagged, TagSelection{Tier: tier.Name, Tag: TagValues{"a": fmt.Sprint(i)}})
		}
		return cfg.StackResources(w)
	}
	if one := resources(500, 0); resources(501, 0) != one+1 || resources(1001, 0) != one+2 || resources(500, 3) != resources(500, 1)+2 {
		t.Errorf(
			"resources of the stack: %d with 500 buckets, %d with 501, %d with 3 selections by tag and %d with one",
			one,
			resources(501, 0),
			resources(500, 3),
			resources(500, 1),
		)
	}
	const maxSelections = 100
	if use := (TierUse{Buckets: make([]Bucket, MaxBucketsPerAccount), Tagged: make([]TagSelection, MaxTaggedSelections)}); use.selections() > maxSelections {
		t.Errorf("%d selections of the buckets of an account", use.selections())
	}
}
