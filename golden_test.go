package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGolden: the templates of the example, those of a configuration with every key, the central one of a fleet, and those of a
// pipeline, byte for byte but for the hashes of the functions, which each version of Go changes. -update renews them; the diff is what
// is reviewed.
func TestGolden(t *testing.T) {
	const dir = "testdata/golden"
	golden := map[string][]byte{}
	for stack, template := range example.templates {
		golden[stack] = template.bytes
	}
	for stack, template := range everything.templates {
		golden[stack] = assetHash.ReplaceAll(template.bytes, []byte("asset.zip"))
	}
	central := fleet.cfg.CentralStackName()
	golden[central] = assetHash.ReplaceAll(fleet.templates[central].bytes, []byte("asset.zip"))
	for stack, template := range ofPipelines() {
		golden[stack] = template.bytes
	}
	if *update {
		for stack, text := range golden {
			write(t, filepath.Join(dir, stack+".template.json"), text)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(golden) {
		t.Errorf("%d golden files and %d templates", len(files), len(golden))
	}
	for stack, text := range golden {
		want, err := os.ReadFile(filepath.Join(dir, stack+".template.json"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(text, want) {
			t.Errorf("%s differs from its golden file in line %d; if it should: go test . -update", stack, firstDifference(text, want))
		}
	}
}

// TestLogicalIDs guards what holds data, and roles. CloudFormation replaces a resource whose logical id,
// physical name or type changes, and what was in it is no longer backed up. -update adds entries
// to the file, and neither removes nor changes any.
func TestLogicalIDs(t *testing.T) {
	const file = "testdata/golden/data-bearing.json"
	got := map[string]string{}
	for _, templates := range []map[string]template{
		example.templates, fleet.templates, gov.templates, everything.templates, ofPipelines(),
	} {
		for _, template := range templates {
			for id, r := range template.Resources {
				name, ok := physicalName(r)
				if r.Type == "AWS::IAM::Role" { // policies of other accounts name it, and people
					name, ok = r.Properties["RoleName"].(string)
				}
				if ok {
					got[template.stack+"/"+id] = r.Type + " " + name
				}
			}
		}
	}
	var want map[string]string
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	for id, resource := range want {
		if got[id] != resource {
			t.Errorf("%s was %s and is %q: an upgrade would replace or orphan it", id, resource, got[id])
		}
	}
	for id := range got {
		if want[id] == "" && !*update {
			t.Errorf("%s is not guarded yet: go test . -update", id)
		}
	}
	if *update && !t.Failed() {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, append(text, '\n'))
	}
}

// physicalName says what a data-bearing resource is called; a key has its logical id alone.
func physicalName(r resource) (name string, dataBearing bool) {
	switch r.Type {
	case "AWS::S3::Bucket":
		name, dataBearing = r.Properties["BucketName"].(string)
	case "AWS::Backup::BackupVault", "AWS::Backup::LogicallyAirGappedBackupVault":
		name, dataBearing = r.Properties["BackupVaultName"].(string)
	case "AWS::KMS::Key":
		name, dataBearing = r.Properties["Description"].(string)
	case "AWS::Logs::LogGroup": // of events, which are nowhere else; not that of the function
		name, _ = r.Properties["LogGroupName"].(string)
		dataBearing = strings.HasPrefix(name, "/aws/events/")
	}
	return name, dataBearing
}

// TestDeterministic: two builds write the same files with the same bytes.
func TestDeterministic(t *testing.T) {
	again := synthesizeFile(exampleFile, filepath.Join(t.TempDir(), "again"), nil)
	one, two := contents(t, example.dir), contents(t, again.dir)
	if names, others := slices.Sorted(maps.Keys(one)), slices.Sorted(maps.Keys(two)); !slices.Equal(names, others) {
		t.Fatalf("files %v and %v", names, others)
	}
	for name := range one {
		if one[name] != two[name] {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(one[name]), []byte(two[name])))
		}
	}
}

// TestOneStackAlone: -workload builds that stack and no other, with the same bytes.
func TestOneStackAlone(t *testing.T) {
	alone := synthesizeFile(exampleFile, t.TempDir(), nil, "-workload", "dummy-prod", "-workload", "central")
	if names := slices.Sorted(maps.Keys(alone.templates)); fmt.Sprint(names) != "[dummy-backup-central dummy-backup-dummy-prod]" {
		t.Errorf("built %v", names)
	}
	for stack, template := range alone.templates {
		if !bytes.Equal(template.bytes, example.templates[stack].bytes) {
			t.Errorf("%s differs when it is built alone", stack)
		}
	}
}

// contents are the files below a directory, by their paths.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+string(os.PathSeparator))] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func firstDifference(a, b []byte) int {
	one, two := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(one), len(two)) {
		if one[i] != two[i] {
			return i + 1
		}
	}
	return min(len(one), len(two)) + 1
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
