package constructs

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "renew golden files")

// compareWithGolden compares a text with a file in testdata/golden. -update renews the file.
func compareWithGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || got != string(want) {
		t.Errorf("%s: got\n%swant\n%s%v", file, got, want, err)
	}
}

// alertEvents are the events that the function for alerts is tested with, by their files.
func alertEvents(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob("../lambda/alerts/testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no events: %v", err)
	}
	all := map[string]map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event map[string]any
		if json.Unmarshal(text, &event) == nil { // the others are for the function alone
			all[filepath.Base(file)] = event
		}
	}
	return all
}
