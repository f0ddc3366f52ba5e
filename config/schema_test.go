package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "renew generated files")

const schemaFile = "schema.json"

// TestSchemaCurrent: schema.json is current with the Go types and the syntax table.
func TestSchemaCurrent(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, schemaFile), want) {
		t.Error("schema.json is not current: go test ./config -run Schema -update")
	}
}

// TestSchemaAccepts: the schema accepts every file that loads.
func TestSchemaAccepts(t *testing.T) {
	schema := compileSchema(t)
	for _, file := range append(files(t, "testdata/good/*.yaml"), "../testdata/example.yaml") {
		if err := schema.Validate(asJSON(t, read(t, file))); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestSchemaRefuses: the schema refuses the files with errors of structure.
func TestSchemaRefuses(t *testing.T) {
	schema := compileSchema(t)
	structurallySound := []string{ // the errors are in the meaning of values
		"account-partitions", "accounts-by-path", "accounts-not-named", "air-gapped-key-alias", "air-gapped-tier-in-govcloud", "air-gapped-vault-against-copies",
		"air-gapped-vault-in-govcloud", "air-gapped-vault-too-long", "air-gapped-vault-upside-down", "alias-collision", "another-organization",
		"audit-bucket", "bucket-limit", "bucket-namespace", "bucket-twice", "business-decision", "central-names-of-a-workload", "central-stack-too-large",
		"china", "china-by-stack-set", "compliance-lock", "compliance-lock-acknowledged-wrongly", "copies-of-rules", "copies-without-vaults",
		"cors-files", "empty-workload", "governance-lock", "inherited-copy", "landing-vault", "lock-against-copies", "lock-min-above-max",
		"lock-minimum", "low-cost-copies", "low-cost-in-china", "low-cost-partition", "low-cost-values", "name-collisions", "organization-roots", "partitions",
		"operators-size", "pipeline", "pipeline-accounts", "policy-files", "policy-names", "quotas", "reserved-name", "reserved-project", "restore-testing-plans", "restore-testing-size",
		"restore-testing-without-copies", "schedules", "schedules-that-never-come", "stack-too-large",
		"central-vault-locks", "tag-conditions", "tag-key", "tag-limits", "tag-of-tiers", "tag-selections", "tags-of-recovery-points", "tags-of-recovery-points-at-the-top",
		"tags-of-resources", "template-too-large", "too-long-a-role-path", "unknown-tiers", "vault-locks", "vault-locks-against-rules", "vaults-against-copies",
		"workload-twice",
	}
	notJSON := []string{ // not valid YAML, or an error that the schema does not see
		"anchor-of-the-document", "anchors", "bracket-not-closed", "bracket-too-many", "colon-without-space", "colon-without-space-in-item", "comma-missing", "comment-with-a-quote",
		"control-character", "cron-with-a-comma", "dash-without-space", "duplicate-keys", "empty", "escape", "flow-not-closed", "indented-too-far", "indented-too-little", "item-among-keys",
		"item-not-aligned", "item-without-dash", "key-without-colon", "missing-dash", "odd-keys", "quote-not-closed", "several-documents", "single-quote-not-closed", "tab", "tags-twice", "text-after-a-quote",
		"value-that-starts-with-a-star", "value-that-starts-with-at", "value-with-a-colon", "yaml-tags",
	}
	for _, file := range files(t, "testdata/bad/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if slices.Contains(notJSON, name) {
			continue
		}
		refused := schema.Validate(asJSON(t, read(t, file))) != nil
		if want := !slices.Contains(structurallySound, name); refused != want {
			t.Errorf("%s: refused %v, want %v", file, refused, want)
		}
	}
}

// TestSchemaNamesEveryKey: an editor can complete and explain each key that the loader knows.
func TestSchemaNamesEveryKey(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(read(t, schemaFile), &schema); err != nil {
		t.Fatal(err)
	}
	for _, typ := range configTypes() {
		for _, field := range structKeys(typ).fields {
			if schema.Defs[typ.Name()].Properties[field.name].Description == "" {
				t.Errorf("%s.%s has no description", typ.Name(), field.name)
			}
		}
	}
}

func generateSchema(t *testing.T) []byte {
	t.Helper()
	text, err := json.MarshalIndent(reflectSchema(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// reflectSchema reflects the types with their doc comments, and adds what their tags say.
func reflectSchema(t *testing.T) *invopop.Schema {
	t.Helper()
	reflector := &invopop.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true}
	if err := reflector.AddGoComments("central-s3-backup/config", "./", invopop.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	// AddGoComments names packages by their folder, here the current one.
	for key, comment := range reflector.CommentMap {
		reflector.CommentMap[strings.Replace(key, "central-s3-backup/config/.", "central-s3-backup/config.", 1)] = strings.ReplaceAll(
			comment,
			"\n",
			" ",
		)
	}
	schema := reflector.ReflectFromType(reflect.TypeFor[Config]())
	schema.ID = ""
	schema.Title = "backup.yaml"
	for _, typ := range configTypes() {
		def := schema.Definitions[typ.Name()]
		def.Description = withoutGoName(def.Description, typ.Name(), typ.Name())
		for _, field := range structKeys(typ).fields {
			property, _ := def.Properties.Get(field.name)
			property.Description = withoutGoName(property.Description, typ.Field(field.index).Name, field.name)
			if field.required && typ != reflect.TypeFor[Tier]() || field.name == "name" {
				def.Required = append(def.Required, field.name)
			}
			if isSection(field.typ) {
				def.Properties.Set(field.name, &invopop.Schema{
					Description: property.Description,
					OneOf:       []*invopop.Schema{{Ref: property.Ref}, {Type: "null"}},
				})
			}
			if field.typ == reflect.TypeFor[SnapshotRules]() {
				def.Properties.Set(field.name, &invopop.Schema{
					Description: property.Description,
					OneOf:       []*invopop.Schema{{Ref: "#/$defs/SnapshotBackup"}, {Ref: property.Ref}, {Type: "null"}},
				})
				schema.Definitions["SnapshotRules"].Items.Required = itemKeys(field.typ.Elem())
				continue
			}
			if field.typ.Kind() == reflect.Slice {
				if field.required {
					property.MinItems = new(uint64(1))
				}
				if property = property.Items; property == nil { // a named list type has its own definition
					continue
				}
			}
			if rule := syntaxes[field.syntax]; rule.keys != "" {
				constrainEntries(schema.Definitions[field.typ.Name()], rule)
				continue
			}
			if property.Ref == tagSelection { // or the name of a tier
				item := &invopop.Schema{Type: "string"}
				property.Ref, property.OneOf = "", []*invopop.Schema{item, {Ref: tagSelection}}
				property = item
			}
			constrain(property, syntaxes[field.syntax])
			if field.name == "of" {
				property.AnyOf = []*invopop.Schema{{Enum: []any{ContinuousRule, SnapshotRule}}, {Type: "string"}}
			}
			if field.name == "tier" || field.name == "select_tagged" { // any name is allowed; editors propose these
				property.AnyOf = []*invopop.Schema{{Enum: syntaxes["extends"].enumValues()}, {Type: "string"}}
			}
		}
	}
	// A tier that changes or extends another one need not repeat these keys.
	for _, name := range []string{"ObjectLock", "ContinuousBackup", "SnapshotBackup"} {
		schema.Definitions[name].Required = nil
	}
	return schema
}

const tagSelection = "#/$defs/TagSelection"

// withoutGoName is a doc comment for an editor, which shows it beside the key: "project is the prefix" needs no "project", and no word in
// the spelling of Go.
func withoutGoName(comment, goName, name string) string {
	rest, found := strings.CutPrefix(comment, goName+" ")
	if !found {
		return comment
	}
	for _, verb := range []string{"is ", "are "} {
		if meaning, found := strings.CutPrefix(rest, verb); found {
			return strings.ToUpper(meaning[:1]) + meaning[1:]
		}
	}
	if strings.Contains(name, "_") {
		return name + " " + rest
	}
	return comment
}

// itemKeys lists the keys that an item of a list must have.
func itemKeys(item reflect.Type) []string {
	var keys []string
	for _, field := range structKeys(item).fields {
		if field.required || field.inList {
			keys = append(keys, field.name)
		}
	}
	return keys
}

func constrain(property *invopop.Schema, rule syntax) {
	if rule.pattern != nil {
		property.Pattern = rule.pattern.String()
	}
	if rule.word != nil {
		property.Pattern = rule.word.pattern()
	}
	property.Enum = rule.enumValues()
	if rule.max > 0 {
		low := rule.min
		if rule.orZero {
			low = 0
		}
		property.Minimum, property.Maximum = asNumber(low), asNumber(rule.max)
	}
	if rule.want != "" {
		property.Description = strings.TrimSpace(property.Description + " Want: " + rule.want + ".")
	}
}

// constrainEntries constrains a mapping with keys of the user.
func constrainEntries(mapping *invopop.Schema, rule syntax) {
	mapping.PropertyNames, mapping.AdditionalProperties = &invopop.Schema{}, &invopop.Schema{Type: "string"}
	constrain(mapping.PropertyNames, syntaxes[rule.keys])
	constrain(mapping.AdditionalProperties, rule)
	if rule.pattern == nil {
		mapping.AdditionalProperties.Pattern = tagValuePattern.String()
	}
}

func (s syntax) enumValues() []any {
	var values []any
	for _, value := range s.enum {
		values = append(values, value)
	}
	return values
}

func asNumber(n int) json.Number {
	text, _ := json.Marshal(n) //nolint:errchkjson // an int
	return json.Number(text)
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, schemaFile)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaFile, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := yaml.Load(text, &value); err != nil {
		t.Fatal(err)
	}
	asText, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asText))
	if err != nil {
		t.Fatal(err)
	}
	return document
}
