package config

import (
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestPieces: a document that is composed in pieces is the one that is composed whole, node by node
// and line by line, and one that does not come apart is left to the whole.
func TestPieces(t *testing.T) {
	long := string(fleet(1000, 3))
	head, list, _ := strings.Cut(long, "workloads:\n")
	list = "workloads:\n" + list
	headWithoutTiers, _, _ := strings.Cut(head, "tiers:")
	flush := strings.ReplaceAll(list, "\n  ", "\n")
	for _, test := range []struct {
		name, text string
		apart      bool
	}{
		{"a long list at the end", long, true},
		{"keys after the list", headWithoutTiers + list + "# a comment\ntiers:\n  - {name: critical_data}\n", true},
		{"a list without indentation", head + flush, true},
		{"comments and empty lines", strings.ReplaceAll(long, "\n    environment", "\n\n# comment\n    # another\n    environment"), true},
		{"a short list", string(fleet(10, 3)), false},
		{"no list", head, false},
		{"a quote that is open at every place to cut", head + "workloads:\n  - name: \"" + strings.TrimPrefix(list, "workloads:\n") + "\"\n", false},
		{"a bracket that is open", head + strings.Replace(list, "buckets:", "buckets: [", 1), false},
		{"an anchor", strings.Replace(strings.Replace(long, "environment: prod", "environment: &e prod", 1), "environment: prod\n    account: \"000000000999\"", "environment: *e\n    account: \"000000000999\"", 1), false},
		{"a second document", long + "---\nversion: 1\n", false},
		{"a second document amid the list", strings.Replace(long, "  - name: payments-0900", "---\n  - name: payments-0900", 1), false},
		{"a list that is none", head + "workloads:\n  a: b\n" + strings.Repeat("  # comment\n", 20000), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			pieces := composePieces([]byte(test.text))
			if (pieces != nil) != test.apart {
				t.Fatalf("composed in pieces: %v, want %v", pieces != nil, test.apart)
			}
			if pieces == nil {
				return
			}
			whole, fault := composeWhole([]byte(test.text))
			if fault != nil {
				t.Fatal(fault)
			}
			if n := differences(pieces, whole); n > 0 {
				t.Errorf("%d nodes differ", n)
			}
		})
	}
}

// differences counts the nodes that differ in anything but where comments were attached.
func differences(a, b *yaml.Node) int {
	n := 0
	one, two := *a, *b
	for _, node := range []*yaml.Node{&one, &two} {
		node.Content, node.HeadComment, node.LineComment, node.FootComment = nil, "", "", ""
	}
	if !reflect.DeepEqual(one, two) || len(a.Content) != len(b.Content) {
		return 1
	}
	for i := range a.Content {
		n += differences(a.Content[i], b.Content[i])
	}
	return n
}

// TestManyProblems: problems of a long list are reported in its order, each where it stands.
func TestManyProblems(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(1000, 1)), "region: eu-central-1\n", "region: eu-centrall-1\n")
	_, err := Load("backup.yaml", []byte(text))
	problems, _ := err.(Problems) //nolint:errorlint // it is returned as it is
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
