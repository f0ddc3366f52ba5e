package cloudassembly

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	head   = "{\n  \"version\": \"50.0.0\",\n  \"artifacts\": {\n    "
	foot   = "\n  },\n  \"minimumCliVersion\": \"2.1105.0\"\n}"
	stackA = `"b-central": {` + "\n      \"type\": \"stack\"\n    }"
	stackB = `"a-dev": {` + "\n      \"type\": \"stack\",\n      \"metadata\": {}\n    }"
	report = `"report": {` + "\n      \"flags\": [\n        \"<&>\"\n      ]\n    }"
	comma  = ",\n    "
)

// TestJoin: artifacts in the order of the parts, what all parts have once and at the end, the form kept to the byte.
func TestJoin(t *testing.T) {
	out := t.TempDir()
	first := part(t, head+stackA+comma+report+foot, map[string]string{
		"b-central.template.json": "central", MarkFile: "mark", "asset.1/bootstrap": "binary",
	})
	second := part(t, head+stackB+comma+report+foot, map[string]string{
		"a-dev.template.json": "dev", MarkFile: "mark", "asset.1/bootstrap": "binary",
	})
	write(t, filepath.Join(out, "a-dev.template.json"), "of an earlier run")
	if err := Join(out, []string{first, second}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		ManifestFile:              head + stackA + comma + stackB + comma + report + foot,
		"b-central.template.json": "central",
		"a-dev.template.json":     "dev",
		MarkFile:                  "mark",
		"asset.1/bootstrap":       "binary",
	} {
		if got := read(t, filepath.Join(out, name)); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestJoinRefuses: parts that do not fit together leave the directory as it was.
func TestJoinRefuses(t *testing.T) {
	good := head + stackA + foot
	for name, test := range map[string]struct{ manifest, want string }{
		"another version": {strings.Replace(good, "50.0.0", "51.0.0", 1), "manifest.json of part 2: version differs from the first part"},
		"something more":  {strings.Replace(good, "\n}", ",\n  \"missing\": []\n}", 1), "differs from the first part"},
		"the same stack": {
			strings.Replace(good, `"stack"`, `"other"`, 1), "manifest.json of part 2: another part has a different artifact b-central",
		},
		"no manifest of JSON": {"[]", "manifest.json of part 2: is not a JSON object"},
		"half a manifest":     {good[:len(good)-30], "manifest.json of part 2: "},
		"odd artifacts":       {strings.Replace(good, stackA, `"a"`, 1), "manifest.json of part 2: "},
		"the same stage":      {head + stage + foot, "manifest.json of part 2: another part has the stage assembly-dev too"},
	} {
		t.Run(name, func(t *testing.T) {
			out, good := t.TempDir(), good
			write(t, filepath.Join(out, ManifestFile), "earlier")
			if name == "the same stage" {
				good = test.manifest
			}
			err := Join(out, []string{part(t, good, map[string]string{"b-central.template.json": "new"}), part(t, test.manifest, nil)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if entries, _ := os.ReadDir(out); len(entries) != 1 || read(t, filepath.Join(out, ManifestFile)) != "earlier" {
				t.Errorf("something was written: %v", entries)
			}
		})
	}
}

const stage = `"assembly-dev": {` + "\n      \"type\": \"cdk:cloud-assembly\"\n    }"

// TestJoinStages: the assembly of a stage replaces that of an earlier run as a whole. Stages and reports that are gone are removed,
// and what is not of a run stays.
func TestJoinStages(t *testing.T) {
	out := t.TempDir()
	for _, name := range []string{
		"assembly-dev/manifest.json", "assembly-dev/gone.template.json", "assembly-gone/manifest.json", "gone.dot",
		"AwsSolutions-gone-NagReport.csv",
		"AwsSolutions-gone-NagReport.json", "assembly-of-somebody/file", "asset.1/bootstrap", "notes.csv",
	} {
		write(t, filepath.Join(out, name), "old")
	}
	one := part(t, head+stage+foot, map[string]string{
		"assembly-dev/manifest.json": "new", "assembly-dev/dev.template.json": "new", "now.dot": "new", "asset.1/bootstrap": "new",
	})
	if err := Join(out, []string{one}); err != nil {
		t.Fatal(err)
	}
	want := []string{"assembly-dev", "assembly-of-somebody", "asset.1", ManifestFile, "notes.csv", "now.dot"}
	if names := namesIn(t, out); !slices.Equal(names, want) {
		t.Errorf("left %v, want %v", names, want)
	}
	if names := namesIn(t, filepath.Join(out, "assembly-dev")); !slices.Equal(names, []string{"dev.template.json", ManifestFile}) {
		t.Errorf("the stage has %v", names)
	}
	if text := read(t, filepath.Join(out, "assembly-dev", ManifestFile)); text != "new" {
		t.Errorf("its manifest is %s", text)
	}
}

func part(t *testing.T, manifest string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, ManifestFile), manifest)
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
