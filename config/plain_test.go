package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestPlain: a list that is read plainly is the one that the YAML library composes, node by node,
// with lines, columns, tags and styles; one that is not plain is left to the library.
func TestPlain(t *testing.T) {
	long := string(fleet(300, 6))
	head, list, _ := strings.Cut(long, "workloads:\n")
	headWithoutTiers, _, _ := strings.Cut(head, "tiers:")
	change := func(old, replacement string) string {
		return head + "workloads:\n" + strings.Replace(list, old, replacement, 1)
	}
	const bucket = "      - {name: fleet-payments-0007-prod-bucket-0, tier: standard_data}\n"
	for _, test := range []struct {
		name, text string
		plain      bool
	}{
		{"as people and programs write it", long, true},
		{"keys after the list", headWithoutTiers + "workloads:\n" + list + "# a comment\ntiers:\n  - {name: critical_data}\n", true},
		{"a list without indentation", head + "workloads:\n" + strings.ReplaceAll("\n"+list, "\n  ", "\n")[1:], true},
		{"buckets as far in as their key", strings.ReplaceAll(long, "\n      -", "\n    -"), true},
		{"comments and empty lines", strings.ReplaceAll(long, "\n    environment", "\n\n# comment\n    # another \"x\n    environment"), true},
		{"comments behind values", strings.ReplaceAll(strings.ReplaceAll(long, "prod\n", "prod   # why\n"), "}\n", "} # a }\n"), true},
		{"existing buckets", strings.ReplaceAll(long, "tier: standard_data}", "tier: standard_data, existing: true}"), true},
		{"tags", change("    buckets:\n"+bucket, "    select_tagged: [ critical_data,curated_data ]\n    buckets:\n"+bucket), true},
		{"a list of words", change("    buckets:\n"+bucket, "    select_tagged:\n      - critical_data\n    buckets:\n"+bucket), true},
		{"buckets in lines of their own", head + "workloads:\n" + strings.NewReplacer("- {name: ", "- name: ", ", tier: ", "\n        tier: ", "}\n", "\n").Replace(list), true},
		{"as programs write it", head + "workloads:\n" + strings.NewReplacer("      - {name: ", "    - name: ", ", tier: ", "\n      tier: ", "}\n", "\n", `"`, "'").Replace(list), true},
		{"a mapping below a key", change("    buckets:\n"+bucket, "    restore_testing:\n      tiers:\n        - critical_data\n    buckets:\n"+bucket), true},
		{"odd spaces", change(bucket, "      - { name:   x-y ,tier: \"critical_data\"   }   \n"), true},

		{"a short list", string(fleet(10, 3)), false},
		{"no list", head, false},
		{"two lists", long + "workloads:\n" + list, false},
		{"a last line that is not whole", strings.TrimSuffix(long, "\n"), false},
		{"a number", change("payments-0007", "7"), false},
		{"a word that is none", change("payments-0007", "yes"), false},
		{"an odd boolean", change(bucket, "      - {name: x-y, tier: True}\n"), false},
		{"an escape", change("payments-0007", `"\x41"`), false},
		{"a quote in quotes", change("payments-0007", `'it''s'`), false},
		{"an open quote", change("payments-0007", `"payments`), false},
		{"an open bracket", change(bucket, "      - {name: x-y,\n"), false},
		{"a value on two lines", change("payments-0007\n", "payments\n      0007\n"), false},
		{"no value", change("environment: prod", "environment:"), false},
		{"no space", change("environment: prod", "environment:prod"), false},
		{"an empty flow mapping", change(bucket, "      - {}\n"), false},
		{"a comma too many", change(bucket, "      - {name: x-y, tier: critical_data,}\n"), false},
		{"a nested flow mapping", change(bucket, "      - {name: {a: b}}\n"), false},
		{"an anchor", change("payments-0007", "&a payments"), false},
		{"a tab", change(bucket, "      -\t{name: x-y}\n"), false},
		{"CRLF", strings.ReplaceAll(long, "\n", "\r\n"), false},
		{"a line break of another alphabet", change(bucket, "# a\u2028b\n"+bucket), false},
		{"a second document", change(bucket, "---\n"+bucket), false},
		{"a document's end", change(bucket, "...\n"+bucket), false},
		{"a wrong indentation", change("    environment: prod", "     environment: prod"), false},
		{"a bucket's key further in", change(bucket, "      - name: x-y\n         tier: critical_data\n"), false},
		{"a bucket's key further out", change(bucket, "      - name: x-y\n       tier: critical_data\n"), false},
		{"a mapping no further in than its key", change("    buckets:\n"+bucket, "    restore_testing:\n    tiers:\n      - critical_data\n    buckets:\n"+bucket), false},
		{"a list in a list", change(bucket, "      - - name: x-y\n"), false},
		{"a mapping among words", change("    buckets:\n"+bucket, "    select_tagged:\n      - critical_data\n      name: x\n    buckets:\n"+bucket), false},
		{"a dash alone", change(bucket, "      -\n        name: x-y\n"), false},
		{"no faultless beginning", strings.Replace(long, "project: fleet", "project: [fleet", 1), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			plain := composePlain([]byte(test.text))
			if (plain != nil) != test.plain {
				t.Fatalf("plain: %v, want %v", plain != nil, test.plain)
			}
			expectSame(t, plain, []byte(test.text))
		})
	}
}

// FuzzPlain: whatever is read plainly, the YAML library composes as well, and to the same nodes.
func FuzzPlain(f *testing.F) {
	for _, lines := range []string{
		"  - name: a\n    buckets:\n      - {name: b, tier: c}\n",
		"- name: a-b # c\n  account: \"012\"\n  select_tagged: [d, e]\n  buckets:\n  - {name: b, existing: true}\n  - f\n",
		"  - name: y\n    a: 1e3\n    b: .5\n    c: 2020-01-01\n    d: Inf\n    e: 0x1\n",
		" - a: b\n   c: d\n\n # x\n - a: \"b: c\"\n",
		"- a:\n  - b: c\n    d: e\n  - b:\n      f: g\n  h:\n    i: j\n    k:\n    - l\n",
	} {
		f.Add(lines)
	}
	padding := strings.Repeat("#"+strings.Repeat(" ", 126)+"\n", minPlainBytes/128)
	f.Fuzz(func(t *testing.T, lines string) {
		text := []byte("version: 1\nworkloads:\n" + padding + lines)
		expectSame(t, composePlain(text), text)
	})
}

// expectSame compares a document that was read plainly, if it was, with what the YAML library makes of it.
func expectSame(t *testing.T, plain *yaml.Node, text []byte) {
	t.Helper()
	if plain == nil {
		return
	}
	whole, fault := composeWhole(text)
	if fault != nil {
		t.Fatalf("read plainly, and the YAML library says: %s", fault)
	}
	if n := differences(t, plain, whole); n > 0 {
		t.Errorf("%d nodes differ", n)
	}
}

// differences counts the nodes that differ in anything but the comments attached to them.
func differences(t *testing.T, a, b *yaml.Node) int {
	t.Helper()
	one, two := *a, *b
	for _, node := range []*yaml.Node{&one, &two} {
		node.Content, node.HeadComment, node.LineComment, node.FootComment = nil, "", "", ""
	}
	if !reflect.DeepEqual(one, two) || len(a.Content) != len(b.Content) {
		t.Logf("plain\n%+v with %d\nand the library\n%+v with %d", one, len(a.Content), two, len(b.Content))
		return 1
	}
	n := 0
	for i := range a.Content {
		n += differences(t, a.Content[i], b.Content[i])
	}
	return n
}

// TestManyProblems: problems of a long list are reported in its order, each where it stands.
func TestManyProblems(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(1000, 1)), "region: eu-central-1\n", "region: eu-centrall-1\n")
	problems := slices.DeleteFunc(problemsOf(Load("backup.yaml", []byte(text))), func(p Problem) bool { return p.Level == Warning })
	if len(problems) != 1000 {
		t.Fatalf("%d problems, want 1000", len(problems))
	}
	lines := strings.Split(text, "\n")
	for i, p := range problems {
		if !strings.Contains(lines[p.Line-1], "region: eu-centrall-1") || i > 0 && p.Line <= problems[i-1].Line {
			t.Fatalf("problem %d is in line %d: %s", i, p.Line, lines[p.Line-1])
		}
	}
}
