package config

import (
	"reflect"

	"go.yaml.in/yaml/v4"
)

// Names of rules. A list may not use the first; a snapshot rule without a name has the second.
const (
	ContinuousRule = "continuous"
	SnapshotRule   = "snapshot"
)

// optional is implemented by types other than pointers that null makes empty.
type optional interface{ isOptional() }

func (s *SnapshotRules) isOptional() {}

// decodeNode reads a list, which replaces the rules, or a mapping, which changes the one rule without a name. If there
// are other rules, the mapping replaces them.
func (s *SnapshotRules) decodeNode(d *decoder, n *yaml.Node, at *path) {
	if d.reportNone(n, at) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		rule := SnapshotBackup{Name: SnapshotRule, Schedule: defaultSnapshotCron}
		if s.unnamed() {
			rule = (*s)[0]
		}
		d.decode(n, reflect.ValueOf(&rule).Elem(), at, "")
		*s = SnapshotRules{rule}
		return
	}
	*s = nil
	for i, item := range n.Content {
		var rule SnapshotBackup
		d.decode(item, reflect.ValueOf(&rule).Elem(), at.item(i), "")
		*s = append(*s, rule)
	}
}

// unnamed says whether the rules are the one rule without a name, which a mapping writes.
func (s SnapshotRules) unnamed() bool { return len(s) == 1 && s[0].Name == SnapshotRule }

// bare says whether a mapping of retention and schedule says everything about the one rule without a name.
func (s SnapshotRules) bare() bool {
	return s.unnamed() && s[0] == (SnapshotBackup{Name: SnapshotRule, DeleteAfterDays: s[0].DeleteAfterDays, Schedule: s[0].Schedule})
}

// MarshalYAML prints the rules in the form that decodeNode reads: the one rule without a name as a mapping, others as a list.
func (s SnapshotRules) MarshalYAML() (any, error) {
	switch {
	case len(s) == 0:
		return nil, nil
	case s.unnamed() && !s[0].item:
		rule := s[0]
		rule.Name = ""
		return rule, nil
	}
	return []SnapshotBackup(s), nil
}

// clone returns a deep copy.
func (s SnapshotRules) clone() SnapshotRules {
	var rules SnapshotRules
	for _, rule := range s {
		rule.CopyToCentral = clonePointer(rule.CopyToCentral)
		rules = append(rules, rule)
	}
	return rules
}
