package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"central-s3-backup/internal/fixedseed"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// TestMain draws the same configurations in every run, unless flags ask for others:
// go test ./config -run Property -rapid.seed 7 -rapid.checks 10000.
func TestMain(m *testing.M) { fixedseed.Main(m) }

// TestPropertyValid: random valid configurations load, and their printed form loads to an equal configuration.
func TestPropertyValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := generate(t)
		generateVaults(t, drawn)
		text := printed(t, drawn)
		cfg, err := Load("drawn.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		again, err := Load("again.yaml", printed(t, cfg))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Warnings, again.Warnings = nil, nil
		if !reflect.DeepEqual(cfg, again) {
			t.Fatalf("loaded back different from\n%s", text)
		}
		got, want := strings.Split(string(printed(t, cfg)), "\n"), strings.Split(string(text), "\n")
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("line %d is %q and was %q in\n%s", i+1, got[min(i, len(got)-1)], want[i], text)
			}
		}
	})
}

// TestPropertyFaults: for a single fault in a random valid configuration, the right check reports an error,
// and no other check does.
func TestPropertyFaults(t *testing.T) {
	made := map[string]int{}
	for _, f := range slices.Concat(formFaults, meaningFaults) {
		t.Run(f.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text, check, path, ok := f.put(t, generate(t))
				for draws := 0; !ok && draws < 20; draws++ { // that configuration has no place for the fault
					text, check, path, ok = f.put(t, generate(t))
				}
				if !ok {
					return
				}
				made[f.name]++
				var found []string
				for _, p := range problemsOf(Load("drawn.yaml", text)) {
					if p.Level == Error && !slices.Contains(found, p.Check) {
						found = append(found, p.Check)
					}
					if p.Level == Error && path != "" && p.Path != path {
						t.Fatalf("reported at %s, want %s: %s\n%s", p.Path, path, p, text)
					}
				}
				if len(found) != 1 || found[0] != check {
					t.Fatalf("refused by %v, want %s alone:\n%v\n%s", found, check, problemsOf(Load("drawn.yaml", text)), text)
				}
			})
			if made[f.name] == 0 {
				t.Error("the fault was never made")
			}
		})
	}
}

// fault is one mistake. put returns a text with it, the check that must report it, and the path that the
// problem must have, if only one is right. ok is false if the configuration has no place for the mistake.
type fault struct {
	name string
	put  func(t *rapid.T, cfg *Config) (text []byte, check, path string, ok bool)
}

// formFaults are mistakes in the text.
var formFaults = []fault{
	{"a number over its limit", inText(func(_ place, rule syntax) bool { return rule.max > 0 }, func(n place, rule syntax) (string, string) {
		n.node.Value = strconv.Itoa(rule.max + 1)
		return rule.asCheck(n.rule).name, n.path
	})},
	{
		"a number under its limit",
		inText(func(_ place, rule syntax) bool { return rule.max > 0 }, func(n place, rule syntax) (string, string) {
			n.node.Value = "-1"
			return rule.asCheck(n.rule).name, n.path
		}),
	},
	{"a number in quotes", inText(func(_ place, rule syntax) bool { return rule.max > 0 }, func(n place, _ syntax) (string, string) {
		n.node.Style, n.node.Tag = yaml.DoubleQuotedStyle, "!!str"
		return "wrong-type", n.path
	})},
	{
		"a word that is none of its list",
		inText(func(_ place, rule syntax) bool { return rule.enum != nil }, func(n place, rule syntax) (string, string) {
			n.node.Value += "x"
			return rule.asCheck(n.rule).name, n.path
		}),
	},
	{
		"a word with a character that it cannot have",
		inText(func(_ place, rule syntax) bool { return rule.word != nil }, func(n place, rule syntax) (string, string) {
			n.node.Value += "!"
			return rule.asCheck(n.rule).name, n.path
		}),
	},
	{
		"an account without quotes",
		inText(func(n place, _ syntax) bool { return n.rule == "account" }, func(n place, _ syntax) (string, string) {
			n.node.Style, n.node.Tag = 0, "!!int"
			return "unquoted", n.path
		}),
	},
	{
		"a list for a scalar",
		inText(
			func(n place, _ syntax) bool { return n.node.Kind == yaml.ScalarNode && n.node.Tag != "!!null" },
			func(n place, _ syntax) (string, string) {
				*n.node = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "x"}}}
				return "wrong-type", n.path
			},
		),
	},
	{
		"a scalar for a mapping",
		inText(
			func(n place, _ syntax) bool { return n.node.Kind == yaml.MappingNode && !n.orScalar },
			func(n place, _ syntax) (string, string) {
				*n.node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "x"}
				return "wrong-type", n.path
			},
		),
	},
	{"a key without a value", inText(func(n place, _ syntax) bool { return n.key != nil }, func(n place, _ syntax) (string, string) {
		*n.node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
		return "no-value", n.path
	})},
	{"a misspelt key", inText(func(n place, _ syntax) bool { return n.key != nil }, func(n place, _ syntax) (string, string) {
		n.key.Value += "s"
		return "unknown-key", n.path + "s"
	})},
	{
		"an unknown key",
		inText(
			func(n place, rule syntax) bool { return n.node.Kind == yaml.MappingNode && rule.keys == "" },
			func(n place, _ syntax) (string, string) {
				n.node.Content = append(
					n.node.Content,
					&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "zzzzzzzzzzzz"},
					&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "x"},
				)
				return "unknown-key", n.path + ".zzzzzzzzzzzz"
			},
		),
	},
	{"a key twice", inText(func(n place, _ syntax) bool { return n.key != nil }, func(n place, _ syntax) (string, string) {
		n.parent.Content = append(n.parent.Content, n.key, n.node)
		return "duplicate-key", n.path
	})},
	{"a key missing", inText(func(n place, _ syntax) bool { return n.required }, func(n place, _ syntax) (string, string) {
		i := slices.Index(n.parent.Content, n.key)
		n.parent.Content = slices.Delete(n.parent.Content, i, i+2)
		return "missing-key", n.path
	})},
	{"an anchor", inText(func(n place, _ syntax) bool { return n.key != nil }, func(n place, _ syntax) (string, string) {
		n.node.Anchor = "a"
		return "anchor", n.path
	})},
}

// place is a value in a printed configuration.
type place struct {
	path        string
	parent, key *yaml.Node // nil: an item of a list
	node        *yaml.Node
	rule        string // the row of its syntax
	required    bool
	orScalar    bool // a mapping for which there is a scalar too
}

// inText puts a mistake at one of the places that suit it.
func inText(
	suits func(place, syntax) bool,
	put func(place, syntax) (check, path string),
) func(*rapid.T, *Config) ([]byte, string, string, bool) {
	return func(t *rapid.T, cfg *Config) ([]byte, string, string, bool) {
		var document yaml.Node
		if err := yaml.Load(printed(t, cfg), &document); err != nil {
			t.Fatal(err)
		}
		all := slices.DeleteFunc(
			placesIn(document.Content[0], reflect.TypeFor[Config](), "", ""),
			func(p place) bool { return !suits(p, syntaxes[p.rule]) },
		)
		if len(all) == 0 {
			return nil, "", "", false
		}
		chosen := all[rapid.IntRange(0, len(all)-1).Draw(t, "place")]
		check, path := put(chosen, syntaxes[chosen.rule])
		text, err := yaml.Dump(&document)
		if err != nil {
			t.Fatal(err)
		}
		return text, check, path, true
	}
}

// placesIn lists the values below a node, each with the syntax that its field has.
func placesIn(n *yaml.Node, typ reflect.Type, path, rule string) []place {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	var all []place
	if n.Kind == yaml.MappingNode && typ.Kind() == reflect.Slice { // a list with one item, written as a mapping
		typ = typ.Elem()
	}
	switch n.Kind {
	case yaml.MappingNode:
		keys := structKeys(typ)
		for i := 0; i+1 < len(n.Content); i += 2 {
			field := keys.fields[keys.byName[n.Content[i].Value]]
			at := strings.TrimPrefix(path+"."+field.name, ".")
			p := place{
				path:   at,
				parent: n,
				key:    n.Content[i],
				node:   n.Content[i+1],
				rule:   field.syntax,
				required: field.required && (field.name == "name" || !strings.HasPrefix(at, "tiers[")) ||
					field.inList && strings.HasSuffix(path, "]"),
			}
			if field.typ.Kind() == reflect.Map { // its keys are the user's
				all = append(all, p)
				continue
			}
			if p.node.Kind != yaml.ScalarNode {
				p.rule = ""
			}
			all = append(all, p)
			all = append(all, placesIn(p.node, field.typ, at, field.syntax)...)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			p := place{path: at, node: item, orScalar: typ.Elem() == reflect.TypeFor[TagSelection]()}
			if item.Kind == yaml.ScalarNode {
				p.rule = rule
			}
			all = append(all, p)
			all = append(all, placesIn(item, typ.Elem(), at, rule)...)
		}
	}
	return all
}

func printed(t *rapid.T, cfg *Config) []byte {
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
