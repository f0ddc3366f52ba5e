// Package cloudassembly handles the directory of a cloud assembly. It joins the assemblies that several
// processes wrote into the one that a single process would have written.
package cloudassembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The two files that every cloud assembly has.
const (
	// ManifestFile lists the artifacts of the assembly.
	ManifestFile = "manifest.json"
	// MarkFile marks a directory as a cloud assembly.
	MarkFile = "cdk.out"
)

// A stage of a pipeline has an assembly of its own, in a directory whose name begins so, and an artifact of this type.
const (
	stagePrefix = "assembly-"
	stageType   = "cdk:cloud-assembly"
)

// Join moves the files of the assemblies in the directories parts to the directory out, which exists,
// and writes one manifest with the artifacts of all parts in their order. It replaces files of the same
// name, and assemblies of stages as a whole. It removes the stages and reports of an earlier run that no part has. If a manifest
// cannot be read or the manifests do not fit together, it changes nothing in out.
func Join(out string, parts []string) error {
	manifest, err := joinManifests(parts)
	if err != nil {
		return err
	}
	written := map[string]bool{}
	for _, part := range parts {
		entries, err := os.ReadDir(part)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() == ManifestFile {
				continue
			}
			written[e.Name()] = true
			if err := move(filepath.Join(part, e.Name()), filepath.Join(out, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(filepath.Join(out, ManifestFile), manifest, 0o644); err != nil {
		return err
	}
	return removeStale(out, written)
}

// move replaces a file, or the assembly of a stage. Another directory that exists already is an asset with the same content, since
// its name is its hash.
func move(from, to string) error {
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		if !isStage(to) {
			return nil
		}
		if err := os.RemoveAll(to); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

// isStage says whether a directory is the assembly of a stage.
func isStage(dir string) bool {
	if !strings.HasPrefix(filepath.Base(dir), stagePrefix) {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, ManifestFile))
	return err == nil
}

// reports match the files about a whole run: graphs of pipelines, and what cdk-nag has checked.
var reports = []string{"*.dot", "*-NagReport.csv", "*-NagReport.json"}

// removeStale removes what an earlier run wrote and no part of this one did: stages that are gone, and reports.
func removeStale(out string, written map[string]bool) error {
	entries, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(out, e.Name())
		isReport := func(pattern string) bool {
			matches, _ := filepath.Match(pattern, e.Name()) // the patterns are well formed
			return matches && e.Type().IsRegular()
		}
		ofRun := slices.ContainsFunc(reports, isReport) || e.IsDir() && isStage(path)
		if written[e.Name()] || !ofRun {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// member is a member of a JSON object, with the bytes of its value.
type member struct {
	key   string
	value json.RawMessage
}

const artifactsKey = "artifacts"

// joinManifests returns the manifest of all parts. All other members than the artifacts must be the same
// in each part.
func joinManifests(parts []string) ([]byte, error) {
	var whole, artifacts []member
	for i, part := range parts {
		text, err := os.ReadFile(filepath.Join(part, ManifestFile))
		if err != nil {
			return nil, err
		}
		members, err := membersOf(text)
		if err != nil {
			return nil, fmt.Errorf("%s of part %d: %w", ManifestFile, i+1, err)
		}
		if i == 0 {
			whole = members
		}
		for _, m := range members {
			if m.key != artifactsKey {
				if j := slices.IndexFunc(whole, named(m.key)); len(members) != len(whole) || j < 0 || !bytes.Equal(whole[j].value, m.value) {
					return nil, fmt.Errorf("%s of part %d: %s differs from the first part", ManifestFile, i+1, m.key)
				}
				continue
			}
			more, err := membersOf(m.value)
			if err == nil {
				artifacts, err = appendArtifacts(artifacts, more)
			}
			if err != nil {
				return nil, fmt.Errorf("%s of part %d: %w", ManifestFile, i+1, err)
			}
		}
	}
	if i := slices.IndexFunc(whole, named(artifactsKey)); i >= 0 {
		whole[i].value = object(artifacts)
	}
	var text bytes.Buffer
	err := json.Indent(&text, object(whole), "", "  ")
	return text.Bytes(), err
}

// appendArtifacts adds the artifacts of a part. An artifact that all parts have, such as the report of
// feature flags, is kept once, at its place in the last part: an app adds it after its stacks.
func appendArtifacts(all, more []member) ([]member, error) {
	known := make(map[string]int, len(all))
	for i, m := range all {
		known[m.key] = i
	}
	for _, m := range more {
		if i, twice := known[m.key]; twice {
			if typeOf(m.value) == stageType { // its templates would be those of one part
				return nil, fmt.Errorf("another part has the stage %s too", m.key)
			}
			if !bytes.Equal(all[i].value, m.value) {
				return nil, fmt.Errorf("another part has a different artifact %s", m.key)
			}
			all[i].key = ""
		}
	}
	all = slices.DeleteFunc(all, named(""))
	return append(all, more...), nil
}

func typeOf(artifact json.RawMessage) string {
	var a struct{ Type string }
	_ = json.Unmarshal(artifact, &a) // what is no artifact has no type
	return a.Type
}

func named(key string) func(member) bool { return func(m member) bool { return m.key == key } }

func membersOf(text []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("is not a JSON object")
	}
	var members []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)} // keys are strings
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	return members, nil
}

func object(members []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(m.key) // a string always has a form in JSON
		b.Write(key)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}
