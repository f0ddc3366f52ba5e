//go:build whole

package main

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
)

// TestPartsWithFunctions: several processes write the files that one writes, manifest and functions included, with the same bytes. What
// cdk-nag finds in each part is there, too.
func TestPartsWithFunctions(t *testing.T) {
	several := synthesizeFile("testdata/fleet.yaml", filepath.Join(t.TempDir(), "out"), withNag, "-jobs", "2")
	got, want := contents(t, several.dir), contents(t, nagged(t, "testdata/fleet.yaml").dir)
	if names, others := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, others) {
		t.Fatalf("files %v, want %v", names, others)
	}
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(got[name]), []byte(want[name])))
		}
	}
	if several.stdout != fleet.stdout {
		t.Errorf("says\n%swant\n%s", several.stdout, fleet.stdout)
	}
}
