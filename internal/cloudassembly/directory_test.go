package cloudassembly

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPrepareDir: a directory of the user's own is refused and stays as it is; what a killed run left is removed.
func TestPrepareDir(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string // before
		left  []string // after
		want  string   // error; empty: none
	}{
		{name: "empty"},
		{name: "an assembly", files: []string{MarkFile, ManifestFile}, left: []string{MarkFile, ManifestFile}},
		{name: "what a killed run left", files: []string{unfinishedPrefix + "1/a"}},
		{
			name:  "an assembly and what a killed run left",
			files: []string{MarkFile, "x", unfinishedPrefix + "1/a"}, left: []string{MarkFile, "x"},
		},
		{name: "other files", files: []string{ManifestFile}, left: []string{ManifestFile}, want: "holds files that are not a cloud assembly"},
		{name: "a directory that is called as the mark is", files: []string{MarkFile + "/a"}, left: []string{MarkFile}, want: "holds files that"},
		{
			name:  "other files and what a killed run left",
			files: []string{"x", unfinishedPrefix + "1/a"}, left: []string{unfinishedPrefix + "1", "x"}, want: "holds files that",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range test.files {
				write(t, filepath.Join(dir, file), "text")
			}
			err := PrepareDir(dir)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if names := namesIn(t, dir); !slices.Equal(names, test.left) {
				t.Errorf("left %v, want %v", names, test.left)
			}
		})
	}
	dir := filepath.Join(t.TempDir(), "new", "out")
	if err := PrepareDir(dir); err != nil || len(namesIn(t, dir)) > 0 {
		t.Errorf("a new directory: %v, %v", namesIn(t, dir), err)
	}
}

// TestStacks: those of the manifest, and none where there is no manifest that can be read.
func TestStacks(t *testing.T) {
	for manifest, want := range map[string]string{
		"": "", "[": "", "{}": "",
		`{"artifacts":{"b":{"type":"aws:cloudformation:stack"},"b.assets":{"type":"cdk:asset-manifest"},` +
			`"a":{"type":"aws:cloudformation:stack"}}}`: "a b",
	} {
		dir := t.TempDir()
		if manifest != "" {
			write(t, filepath.Join(dir, ManifestFile), manifest)
		}
		stacks := Stacks(dir)
		slices.Sort(stacks)
		if got := strings.Join(stacks, " "); got != want {
			t.Errorf("%s: got %s, want %s", manifest, got, want)
		}
	}
}

// TestStackFiles: the resources of a stack are counted, and its files are removed, also when there are none.
func TestStackFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.template.json": `{"Resources":{"A":{},"B":{}}}`, "a.assets.json": "{}", "b.template.json": "[",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	if n, err := CountResources(dir, "a"); n != 2 || err != nil {
		t.Errorf("%d resources, %v", n, err)
	}
	if _, err := CountResources(dir, "b"); err == nil || !strings.HasPrefix(err.Error(), "b: ") {
		t.Errorf("a template that is no JSON: %v", err)
	}
	for range 2 {
		if err := RemoveStack(dir, "a"); err != nil {
			t.Error(err)
		}
	}
	if names := namesIn(t, dir); !slices.Equal(names, []string{"b.template.json"}) {
		t.Errorf("left %v", names)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
