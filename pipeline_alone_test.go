//go:build whole

package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pipelineAlone is its pipeline, synthesized alone and without cdk-nag into a directory in which an earlier run has left all files
// of [pipelined], with other content, and one more wave.
var pipelineAlone = sync.OnceValue(func() *assembly {
	dir := filepath.Join(shared, "pipeline-alone")
	err := errors.Join(os.CopyFS(dir, os.DirFS(pipelined().dir)),
		os.CopyFS(filepath.Join(dir, "assembly-wave-3"), os.DirFS(filepath.Join(dir, "assembly-wave-2"))))
	for _, pattern := range []string{"*.template.json", "*.assets.json", "assembly-*/*.json"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern)) // the patterns are well formed
		for _, file := range files {
			err = errors.Join(err, os.WriteFile(file, []byte(`{"stale": true}`), 0o644))
		}
	}
	if err != nil {
		panic(err)
	}
	return synthesizeFile(pipelineFile, dir, nil, "-workload", "pipeline-1")
})

// TestPipelineAlone: a pipeline that is synthesized alone, and its stages, have the bytes that they have beside all other stacks.
func TestPipelineAlone(t *testing.T) {
	alone := pipelineAlone()
	checkStages(t, alone.dir)
	for name, template := range alone.templates {
		if !strings.Contains(name, "-pipeline-1") {
			t.Errorf("the pipeline alone has %s at the top level", name)
		}
		if !bytes.Equal(template.bytes, pipelined().templates[name].bytes) {
			t.Errorf("%s differs when it is built alone", name)
		}
	}
}

// TestNothingIsStale: a run over the files of another one leaves what a first run would have written: those of the pipeline and of its
// stages, with the bytes that they have beside all other stacks.
func TestNothingIsStale(t *testing.T) {
	got, want := contents(t, pipelineAlone().dir), contents(t, pipelined().dir)
	maps.DeleteFunc(want, func(name, _ string) bool {
		ofCentral, ofWorkload := strings.HasPrefix(name, "dummy-backup-central."), strings.HasPrefix(name, "dummy-backup-dummy-")
		return ofCentral || ofWorkload || strings.Contains(name, "NagReport")
	})
	if names, others := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, others) {
		t.Fatalf("files %v, want %v", names, others)
	}
	for name := range got {
		ofAll := name == "manifest.json" || strings.HasPrefix(name, reportDir+"/") // with all stacks
		if got[name] != want[name] && !ofAll {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(got[name]), []byte(want[name])))
		}
		if strings.Contains(got[name], `"stale"`) {
			t.Errorf("%s is of the earlier run", name)
		}
	}
}
