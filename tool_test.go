package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTool: an installed binary works in a directory that has nothing but a backup.yaml. With functions that it builds anew it
// writes the same files as the app in its clone, assets included.
func TestTool(t *testing.T) {
	dir := t.TempDir()
	app, home := filepath.Join(dir, "central-s3-backup"), filepath.Join(dir, "home")
	text, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "backup.yaml"), text)
	if out, err := exec.Command("go", "build", "-o", app, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(app, "-config", "backup.yaml")
	run.Dir = home
	run.Env = append(os.Environ(), "GOCACHE="+strings.TrimSpace(string(goCache)), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	stdout, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	if string(stdout) != fleet.stdout {
		t.Errorf("says\n%swant\n%s", stdout, fleet.stdout)
	}
	got, want := contents(t, filepath.Join(home, "cdk.out")), contents(t, fleet.dir)
	if names, others := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, others) {
		t.Fatalf("files %v, want %v", names, others)
	}
	programs := 0
	for name := range got {
		inReport := strings.HasPrefix(name, reportDir+"/") // its commands have the path of the configuration
		if got[name] != want[name] && !inReport {
			t.Errorf("%s is another file than in the clone", name)
		}
		if filepath.Base(name) == "bootstrap" {
			programs++
		}
	}
	if programs != 2 {
		t.Errorf("%d functions", programs)
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) != 2 {
		t.Errorf("the directory has %v, %v; want backup.yaml and cdk.out", left, err)
	}
}
