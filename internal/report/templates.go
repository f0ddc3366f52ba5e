package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"central-s3-backup/config"
)

// ReadSizes reads the templates of a configuration's stacks in a cloud assembly. Stacks without a template there are left out.
func ReadSizes(cfg *config.Config, dir string) ([]Sizes, error) {
	stacks := []string{cfg.CentralStackName()}
	for i := range cfg.CopyAlarms()[1:] {
		stacks = append(stacks, cfg.CopyAlarmsStackName(i+2))
	}
	for _, w := range cfg.Workloads {
		stacks = append(stacks, cfg.StackName(w))
	}
	var all []Sizes
	for _, stack := range stacks {
		text, err := os.ReadFile(filepath.Join(dir, stack+".template.json"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s, err := sizesOf(stack, text)
		if err != nil {
			return nil, fmt.Errorf("the template of %s is damaged: %w", stack, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// sizesOf measures a template.
func sizesOf(stack string, text []byte) (Sizes, error) {
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ KeyPolicy, PolicyDocument, AccessPolicy json.RawMessage }
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		return Sizes{}, err
	}
	s := Sizes{Stack: stack, Resources: len(template.Resources), Bytes: len(text), KeyPolicies: map[string]int{}, Policies: map[string]int{}}
	for id, r := range template.Resources {
		switch r.Type {
		case "AWS::KMS::Key":
			s.KeyPolicies[id] = compact(r.Properties.KeyPolicy)
		case "AWS::S3::BucketPolicy":
			s.Policies[id] = compact(r.Properties.PolicyDocument)
		case "AWS::Backup::BackupVault":
			s.Policies[id] = compact(r.Properties.AccessPolicy)
		}
	}
	return s, nil
}

// compact is the size of JSON without white space.
func compact(text json.RawMessage) int {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return len(text)
	}
	return b.Len()
}
