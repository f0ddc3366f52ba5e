package synth

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestFunctionSources: the digest covers all packages of this module that the function is built from.
func TestFunctionSources(t *testing.T) {
	const module = "central-s3-backup/"
	list := exec.Command("go", "list", "-deps", module+functionSource)
	list.Env = append(os.Environ(), functionEnvironment...)
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for _, pkg := range strings.Fields(string(out)) {
		dir, isOwn := strings.CutPrefix(pkg, module)
		if !isOwn {
			continue
		}
		own++
		covered := false
		for _, root := range append([]string{functionSource}, sharedSources...) {
			covered = covered || dir == root || strings.HasPrefix(dir, root+"/")
		}
		if !covered {
			t.Errorf("a change of %s would not build the function anew", dir)
		}
	}
	if own < 2 {
		t.Errorf("%d packages", own)
	}
}
