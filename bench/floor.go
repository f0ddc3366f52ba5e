package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"central-s3-backup/config"
)

// floor is what the work costs without the CDK: it reads and checks the configuration, and writes every
// template from Go values. It takes these values from the app's templates, which costs about as much as
// computing them. Then it compares values and length: it is the same work, in another order of keys.
func floor(file, from, to string) error {
	cfg, err := config.LoadFile(file)
	if err != nil {
		return err
	}
	stacks := []string{cfg.CentralStackName()}
	for _, w := range cfg.Workloads {
		stacks = append(stacks, cfg.StackName(w))
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, stack := range stacks {
		text, err := os.ReadFile(filepath.Join(from, stack+".template.json"))
		if err != nil {
			return err
		}
		var template struct {
			Description string
			Resources   map[string]json.RawMessage
		}
		if err := json.Unmarshal(text, &template); err != nil {
			return err
		}
		resources := map[string]any{}
		for id, resource := range template.Resources {
			var value struct {
				Type                string
				Properties          any
				UpdateReplacePolicy string `json:",omitempty"`
				DeletionPolicy      string `json:",omitempty"`
				Metadata            any    `json:",omitempty"`
			}
			if err := json.Unmarshal(resource, &value); err != nil {
				return err
			}
			resources[id] = value
		}
		again := new(bytes.Buffer)
		encoder := json.NewEncoder(again)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(struct {
			Description string
			Resources   map[string]any
		}{template.Description, resources}); err != nil {
			return err
		}
		again.Truncate(again.Len() - 1) // the CDK ends without a line break
		same, err := equal(text, again.Bytes())
		if err != nil {
			return err
		}
		if !same {
			return fmt.Errorf("%s: pure Go writes another template", stack)
		}
		if err := os.WriteFile(filepath.Join(to, stack+".template.json"), again.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// equal tells whether two JSON documents have the same length and the same values.
func equal(a, b []byte) (bool, error) {
	var one, other any
	if err := errors.Join(json.Unmarshal(a, &one), json.Unmarshal(b, &other)); err != nil {
		return false, err
	}
	return len(a) == len(b) && reflect.DeepEqual(one, other), nil
}
