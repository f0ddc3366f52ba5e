// Package cloudassembly joins cloud assemblies that several processes wrote into the one that a single
// process would have written.
package cloudassembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// The two files that every cloud assembly has.
const (
	// ManifestFile says what is in the assembly.
	ManifestFile = "manifest.json"
	// MarkFile marks a directory as one.
	MarkFile = "cdk.out"
)

// Join moves the files of the assemblies in the directories parts to the directory out, which is
// there, and writes one manifest: the artifacts of all parts in their order. Files of the same name
// are replaced. Until everything has been read and fits together, nothing in out is touched.
func Join(out string, parts []string) error {
	manifest, err := joinManifests(parts)
	if err != nil {
		return err
	}
	for _, part := range parts {
		entries, err := os.ReadDir(part)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Name() == ManifestFile {
				continue
			}
			if err := move(filepath.Join(part, e.Name()), filepath.Join(out, e.Name())); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(out, ManifestFile), manifest, 0o644)
}

// move replaces a file. A directory that is there already is an asset with the same content: its name is its hash.
func move(from, to string) error {
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		return nil
	}
	return os.Rename(from, to)
}

// member is one of a JSON object, as it stands there.
type member struct {
	key   string
	value json.RawMessage
}

const artifactsKey = "artifacts"

// joinManifests returns the manifest of all parts. What a manifest says besides its artifacts is
// said of the whole, so it has to be the same in each.
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
					return nil, fmt.Errorf("%s of part %d: %s is not what it is in the first", ManifestFile, i+1, m.key)
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

// appendArtifacts adds those of a part. One that all parts have, such as the report of feature
// flags, stays once, at its place in the last: an app adds it after its stacks.
func appendArtifacts(all, more []member) ([]member, error) {
	known := make(map[string]int, len(all))
	for i, m := range all {
		known[m.key] = i
	}
	for _, m := range more {
		if i, twice := known[m.key]; twice {
			if !bytes.Equal(all[i].value, m.value) {
				return nil, fmt.Errorf("another part has an artifact %s that differs", m.key)
			}
			all[i].key = ""
		}
	}
	all = slices.DeleteFunc(all, named(""))
	return append(all, more...), nil
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
		m := member{key: key.(string)} // a key is text
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
		key, _ := json.Marshal(m.key) // text has a form in JSON
		b.Write(key)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}
