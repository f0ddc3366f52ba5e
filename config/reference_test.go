package config

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	invopop "github.com/invopop/jsonschema"
)

const referenceFile = "../docs/configuration.md"

// TestReferenceCurrent: docs/configuration.md is current with the schema, which has the doc comments of the Go types.
func TestReferenceCurrent(t *testing.T) {
	want := newReference(reflectSchema(t)).document()
	if *update {
		if err := os.WriteFile(referenceFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, referenceFile), want) {
		t.Error("docs/configuration.md is not current: go test ./config -run Reference -update")
	}
}

// TestReferenceNamesEveryKey: each key of backup.yaml has a row with a meaning.
func TestReferenceNamesEveryKey(t *testing.T) {
	text := string(read(t, referenceFile))
	for _, typ := range configTypes() {
		for _, field := range structKeys(typ).fields {
			row := "| `" + field.name + "` |"
			if _, rest, found := strings.Cut(text, row); !found || strings.HasPrefix(rest, " | |") {
				t.Errorf("%s.%s has no row", typ.Name(), field.name)
			}
		}
	}
}

// reference is the document with a section for each mapping of backup.yaml.
type reference struct {
	schema *invopop.Schema
	order  []string            // names of definitions
	paths  map[string][]string // where each definition appears in the file
}

func newReference(schema *invopop.Schema) *reference {
	r := &reference{schema: schema, paths: map[string][]string{}}
	r.visit(strings.TrimPrefix(schema.Ref, definitions), "")
	return r
}

const definitions = "#/$defs/"

// visit lists the mappings below a definition, each key before those of the next section.
func (r *reference) visit(name, path string) {
	r.paths[name] = append(r.paths[name], path)
	if len(r.paths[name]) > 1 {
		return
	}
	r.order = append(r.order, name)
	properties := r.schema.Definitions[name].Properties
	for pair := properties.Oldest(); pair != nil; pair = pair.Next() {
		at := strings.TrimPrefix(path+"."+pair.Key, ".")
		for _, part := range r.parts(pair.Value) {
			r.visit(part.name, at+part.suffix)
		}
	}
}

// mappingPart is a mapping that a value may be, or may hold in a list.
type mappingPart struct{ name, suffix string }

// parts lists the mappings in a value. A named list is followed to its items.
func (r *reference) parts(s *invopop.Schema) []mappingPart {
	var all []mappingPart
	if name, found := strings.CutPrefix(s.Ref, definitions); found {
		definition := r.schema.Definitions[name]
		if definition.Properties != nil && definition.Properties.Len() > 0 {
			return []mappingPart{{name, ""}}
		}
		all = append(all, r.parts(definition)...)
	}
	for _, choice := range slices.Concat(s.OneOf, s.AnyOf) {
		all = append(all, r.parts(choice)...)
	}
	if s.Items != nil {
		for _, item := range r.parts(s.Items) {
			all = append(all, mappingPart{item.name, "[]" + item.suffix})
		}
	}
	return all
}

func (r *reference) document() []byte {
	var b bytes.Buffer
	b.WriteString(referenceIntroduction)
	for _, name := range r.order {
		definition := r.schema.Definitions[name]
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | value | meaning |\n|---|---|---|\n", r.title(name), markdown(definition.Description))
		for pair := definition.Properties.Oldest(); pair != nil; pair = pair.Next() {
			meaning, want := r.description(pair.Value)
			if slices.Contains(definition.Required, pair.Key) {
				want = "**required**; " + want
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", pair.Key, want, markdown(meaning))
		}
	}
	return b.Bytes()
}

// title names the places of a mapping in the file.
func (r *reference) title(name string) string {
	var places []string
	for _, path := range r.paths[name] {
		if path == "" {
			return "The file"
		}
		places = append(places, "`"+path+"`")
	}
	return strings.Join(places, ", ")
}

// description splits the description of a key into its meaning and what its value must be.
func (r *reference) description(s *invopop.Schema) (meaning, want string) {
	meaning, want, _ = strings.Cut(s.Description, " Want: ")
	if want == "" && s.Items != nil {
		want = strings.TrimPrefix(s.Items.Description, "Want: ")
	}
	want = markdown(strings.TrimSuffix(want, "."))
	kind := r.kind(s)
	if want == "" || strings.Contains(kind, "](#") {
		return meaning, kind
	}
	if s.Items != nil {
		want = "a list, each " + want
	}
	return meaning, want
}

// kind says in words what a value is. A mapping links to its section.
func (r *reference) kind(s *invopop.Schema) string {
	if name, found := strings.CutPrefix(s.Ref, definitions); found {
		definition := r.schema.Definitions[name]
		if definition.Properties == nil || definition.Properties.Len() == 0 {
			return r.kind(definition)
		}
		return "[a mapping](#" + anchorOf(r.title(name)) + ")"
	}
	var choices []string
	for _, choice := range s.OneOf {
		choices = append(choices, r.kind(choice))
	}
	if choices != nil {
		return strings.Join(choices, " or ")
	}
	switch s.Type {
	case "array":
		return "a list of " + plural(r.kind(s.Items))
	case "integer":
		return "a whole number"
	case "boolean":
		return "true or false"
	case "object":
		return "keys with values of your own"
	case "null":
		return "null"
	}
	return "text"
}

func plural(kind string) string {
	if choice, others, several := strings.Cut(kind, " or "); several {
		return plural(choice) + " or " + plural(others)
	}
	if rest, found := strings.CutPrefix(kind, "[a mapping]"); found {
		return "[mappings]" + rest
	}
	return kind + "s"
}

// anchorOf is the anchor that GitHub gives a heading.
func anchorOf(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '_' || r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		}
	}
	return b.String()
}

const referenceIntroduction = `# Every key of backup.yaml

This file is generated from the doc comments of the Go types in config: ` + "`go test ./config -run Reference -update`" + `.

Only ` + "`version`, `project`, `organization.id`, `central.account`, `central.region`" + ` and one workload with one bucket are required. An unknown key is an error.
` + "`go run . -print-config`" + ` prints your file with every default filled in. [checks.md](checks.md) lists what is checked. In an editor that reads the first line of
backup.yaml, the same texts appear beside the keys.
`
