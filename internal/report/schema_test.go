package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"central-s3-backup/config"
)

var update = flag.Bool("update", false, "renew docs/report.schema.json and the reports of the examples")

const schemaFile = "../../docs/report.schema.json"

// TestSchemaCurrent: docs/report.schema.json is current with the types of the model.
func TestSchemaCurrent(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the schema is not current: go test ./internal/report -run Schema -update (%v)", err)
	}
}

// TestReportsFollowTheSchema: report.json of different configurations is what the schema describes, and all of it is described.
func TestReportsFollowTheSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(generateSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"example.yaml", "fleet.yaml", "gov.yaml", "locks.yaml", "many.yaml", "prescribed.yaml"} {
		cfg := load(t, file)
		r := New(cfg, Options{})
		r.AddCosts(cfg, "estimates.yaml", &config.Estimates{Default: &config.Estimate{SizeGB: 1}})
		r.Compare(New(load(t, "example.yaml"), Options{}), "before.yaml")
		r.Buckets[0].Rehearsal.Last = &Evidence{Outcome: "successful", RestoreMinutes: new(12.5), Ended: "2026-11-01T06:00:00Z"}
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		value.(map[string]any)["buckets"].([]any)[0].(map[string]any)["surprise"] = true
		if schema.Validate(value) == nil {
			t.Errorf("%s: the schema accepts what it does not describe", file)
		}
	}
}

func generateSchema(t *testing.T) []byte {
	t.Helper()
	reflector := &invopop.Reflector{}
	if err := reflector.AddGoComments("central-s3-backup/internal/report", "./", invopop.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for key, comment := range reflector.CommentMap { // AddGoComments names packages by their folder, here the current one
		reflector.CommentMap[strings.Replace(key, "/report/.", "/report.", 1)] = strings.ReplaceAll(comment, "\n", " ")
	}
	schema := reflector.Reflect(&Report{})
	schema.ID, schema.Title = "", "report.json"
	schema.Description = "What a configuration of central-s3-backup protects, from what, for how long and at what price. docs/report.md explains it."
	nullable(t, schema, reflect.TypeFor[Report](), map[reflect.Type]bool{})
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// nullable lets pointers be null, in the schemas of a struct and of the structs below it.
func nullable(t *testing.T, schema *invopop.Schema, typ reflect.Type, seen map[reflect.Type]bool) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ] {
		return
	}
	seen[typ] = true
	def := schema.Definitions[typ.Name()]
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		property, there := def.Properties.Get(name)
		if !there {
			t.Fatalf("%s.%s has no schema", typ.Name(), f.Name)
		}
		switch {
		case f.Type.Kind() == reflect.Pointer:
			def.Properties.Set(name, orNull(property))
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Pointer:
			property.Items = orNull(property.Items)
		}
		nullable(t, schema, f.Type, seen)
	}
}

func orNull(s *invopop.Schema) *invopop.Schema {
	value := *s
	value.Description = ""
	return &invopop.Schema{Description: s.Description, OneOf: []*invopop.Schema{&value, {Type: "null"}}}
}
