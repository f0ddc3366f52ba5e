package config

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// everythingFile is the configuration of which the root package has golden files.
const everythingFile = "../testdata/everything.yaml"

// TestEverythingIsUsed: each key of the schema that builds something is in testdata/everything.yaml, so that golden files and
// cfn-lint see what it does. A key that has several forms, such as a mapping and a list, is there in each of them.
func TestEverythingIsUsed(t *testing.T) {
	text, err := os.ReadFile(everythingFile)
	if err != nil {
		t.Fatal(err)
	}
	var file any
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	usedPaths(used, "", file)
	want := schemaPaths(t)
	if len(want) < 150 {
		t.Errorf("the schema has %d keys; is it walked?", len(want))
	}
	for _, part := range notBuilt {
		if !strings.HasPrefix(part.path, "rollout.") {
			t.Errorf("%s is not built, and not left out here", part.path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if !used[path] && !strings.HasPrefix(path, "rollout") {
			t.Errorf("%s does not use %s", everythingFile, path)
		}
	}
	if _, err := LoadFile(everythingFile); err != nil {
		t.Error(err)
	}
}

// usedPaths adds the paths of a value: of a mapping its keys, of a list "[]", of null "null".
func usedPaths(used map[string]bool, path string, value any) {
	used[path] = true
	switch v := value.(type) {
	case map[string]any:
		for key, inside := range v {
			usedPaths(used, strings.TrimPrefix(path+"."+key, "."), inside)
		}
	case []any:
		for _, inside := range v {
			usedPaths(used, path+"[]", inside)
		}
	}
}

// schemaPaths are the paths of all keys that the schema knows, in the form of usedPaths. Keys that people choose have none.
func schemaPaths(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	defs := schema["$defs"].(map[string]any)
	paths := map[string]bool{}
	var walk func(path string, node map[string]any)
	walk = func(path string, node map[string]any) {
		if ref, ok := node["$ref"].(string); ok {
			walk(path, defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any))
		}
		for _, several := range []string{"anyOf", "oneOf", "allOf"} {
			forms, _ := node[several].([]any)
			for _, form := range forms {
				walk(path, form.(map[string]any))
			}
		}
		if items, ok := node["items"].(map[string]any); ok {
			paths[path+"[]"] = true
			walk(path+"[]", items)
		}
		properties, _ := node["properties"].(map[string]any)
		for key, property := range properties {
			inside := strings.TrimPrefix(path+"."+key, ".")
			paths[inside] = true
			walk(inside, property.(map[string]any))
		}
	}
	walk("", schema)
	return paths
}
