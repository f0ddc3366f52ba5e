package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
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
	for _, file := range loadable(t) {
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
		"cors-files", "empty-workload", "estimates", "governance-lock", "inherited-copy", "landing-vault", "lock-against-copies", "lock-min-above-max",
		"lock-minimum", "low-cost-copies", "low-cost-in-china", "low-cost-partition", "low-cost-values", "name-collisions",
		"organization-roots", "own-buckets", "partitions",
		"central-vault-locks", "operators-size", "pipeline", "pipeline-accounts", "policy-files", "policy-names", "quotas", "reserved-name",
		"reserved-project", "restore-testing-plans", "restore-testing-size", "restore-testing-without-copies",
		"schedules-that-never-come", "stack-too-large", "tag-conditions", "tag-key",
		"tag-limits", "tag-of-tiers", "tag-selections", "tags-of-recovery-points", "tags-of-recovery-points-at-the-top", "tags-of-resources",
		"template-too-large", "too-long-a-role-path", "unknown-tiers", "vault-locks", "vault-locks-against-rules", "vaults-against-copies",
		"workload-twice",
	}
	notJSON := []string{ // not valid YAML, or an error that the schema does not see
		"anchor-of-the-document", "anchors", "bracket-not-closed", "bracket-too-many", "colon-without-space", "colon-without-space-in-item", "comma-missing", "comment-with-a-quote",
		"control-character", "cron-with-a-comma", "dash-without-space", "duplicate-keys", "empty", "escape", "flow-not-closed", "indented-too-far", "indented-too-little", "item-among-keys",
		"ideographic-space-indents", "item-not-aligned", "item-without-dash", "key-without-colon", "missing-dash", "no-break-space-after-colon", "no-break-space-indents", "odd-keys", "quote-not-closed", "several-documents", "single-quote-not-closed", "tab", "tags-twice", "text-after-a-quote",
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

// TestSchemaRefusesSyntax: an editor underlines what the loader refuses of a single value, cron expressions, addresses, secrets and
// numbers included.
func TestSchemaRefusesSyntax(t *testing.T) {
	for row, values := range map[string][]any{
		"cron":                {"rate(1 day)", "cron(5 2 * * *)", "5 2 * * ? *"},
		"email":               {"oncall", "Oncall <oncall@example.com>", "a@example.com, b@example.com"},
		"webhook_secret":      {"https://hooks.slack.com/services/T0/B0/x", "hooks.slack.com/services/T0/B0/x", "arn:aws:secretsmanager:a:1:secret:b", ""},
		"routing_key_secret":  {"0123456789abcdef0123456789abcdef", "backup pagerduty"},
		"operator":            {"arn:aws:iam::111111111111:user/somebody", "backup-operator"},
		"role_path":           {"backup", "/backup", "/my backup/"},
		"bucket_name":         {"xn--a", "a..b", "192.168.1.2", "dummy-s3alias", "Dummy"},
		"key_alias":           {"alias/backup", "aws/backup"},
		"rule_name":           {ContinuousRule},
		"timezone":            {"Etc/UTC ", "UTC+1:00"},
		"object_key":          {""},
		"low_cost_after_days": {-1, 30, MaxRetentionDays + 1},
		"days":                {0, MaxRetentionDays + 1, "35"},
	} {
		rule, known := syntaxes[row]
		if !known {
			t.Fatalf("no row %s", row)
		}
		property := &invopop.Schema{Type: "string"}
		if rule.max > 0 {
			property.Type = "integer"
		}
		constrain(property, rule)
		schema := compile(t, property)
		for _, value := range values {
			if text, is := value.(string); is && rule.max == 0 && rule.stringFault(text) == "" {
				t.Errorf("%s: the loader takes %q", row, text)
			}
			if schema.Validate(value) == nil {
				t.Errorf("%s: takes %v", row, value)
			}
		}
	}
}

// TestSchemaKnowsChecks: whatever a row checks in Go, the schema has a form for the most of it.
func TestSchemaKnowsChecks(t *testing.T) {
	for row, rule := range syntaxes {
		if rule.check != nil && rule.form == nil && rule.never == nil && rule.pattern == nil && rule.word == nil {
			t.Errorf("%s: its check is not in schema.json: want form or never", row)
		}
	}
}

func compile(t *testing.T, schema *invopop.Schema) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("row.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("row.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// TestHoversHaveNoGo: what an editor shows beside a key has the key's spelling and none of Go's: no type, no field, no link of a doc
// comment.
func TestHoversHaveNoGo(t *testing.T) {
	ofGo := map[string]bool{}
	for _, typ := range configTypes() {
		ofGo[typ.Name()] = true
		for i := range typ.NumField() {
			ofGo[typ.Field(i).Name] = true
		}
	}
	for name := range ofGo { // of one word, they are English
		humps := regexp.MustCompile(`[A-Z]+[a-z0-9]*`).FindAllString(name, -1)
		if len(humps) < 2 || name == "PagerDuty" || name == "StackSet" { // nor are these words of Go
			delete(ofGo, name)
		}
	}
	if !ofGo["KeyAlias"] || !ofGo["VaultLock"] {
		t.Fatalf("the names are %v", ofGo)
	}
	var visit func(at string, value any)
	visit = func(at string, value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				visit(at, item)
			}
		case map[string]any:
			for key, item := range v {
				text, isText := item.(string)
				if key != "description" || !isText {
					visit(at+"/"+key, item)
					continue
				}
				for _, word := range regexp.MustCompile(`\w+`).FindAllString(text, -1) {
					if ofGo[word] {
						t.Errorf("%s says %s: %s", at, word, text)
					}
				}
				if link := regexp.MustCompile(`\[[A-Z]\w*(\.\w+)?\]`).FindString(text); link != "" {
					t.Errorf("%s has the link %s: %s", at, link, text)
				}
			}
		}
	}
	var document any
	if err := json.Unmarshal(read(t, schemaFile), &document); err != nil {
		t.Fatal(err)
	}
	visit("", document)
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
	if rule.form != nil {
		property.Pattern = rule.form.String()
	}
	if rule.never != nil {
		property.Not = &invopop.Schema{Pattern: rule.never.String()}
	}
	property.Enum = rule.enumValues()
	switch {
	case rule.orZero:
		property.AnyOf = []*invopop.Schema{{Minimum: asNumber(rule.min), Maximum: asNumber(rule.max)}, {Enum: []any{0}}}
	case rule.max > 0:
		property.Minimum, property.Maximum = asNumber(rule.min), asNumber(rule.max)
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
