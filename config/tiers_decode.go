package config

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// decodeNode fills the table: entries that name a built-in tier change its row, the others add a
// row that starts as the one they extend. The changes come first, so that a row that extends a
// built-in tier starts from what the file makes of it, whatever the order of the entries.
func (ts *Tiers) decodeNode(d *decoder, n *yaml.Node, at *path) {
	if n.Kind != yaml.SequenceNode {
		d.wrongKind(n, reflect.TypeFor[[]Tier](), at)
		return
	}
	table := builtinTiers()
	builtin := table.names()
	for i, item := range n.Content {
		if row := table.find(scalarAt(item, "name").Value); row != nil {
			d.decode(item, reflect.ValueOf(row).Elem(), at.item(i), "")
		}
	}
	for i, item := range n.Content {
		if slices.Contains(builtin, scalarAt(item, "name").Value) {
			continue
		}
		row := soundTier()
		if extends := scalarAt(item, "extends").Value; slices.Contains(builtin, extends) {
			row = table.find(extends).clone()
		}
		row.Name = ""
		d.decode(item, reflect.ValueOf(&row).Elem(), at.item(i), "")
		table = append(table, row)
	}
	*ts = table
}

// soundTier is what a row starts from whose entry extends nothing that there is. The entry is
// reported; its uses raise no problem of their own.
func soundTier() Tier { return tier("", lock(1), pitr(1), nil, nil, sharedKey) }

// scalarAt returns the scalar at a key of a mapping, or an empty one at the place of n.
func scalarAt(n *yaml.Node, key string) *yaml.Node {
	if value := descend(n, key); value != nil && n.Kind == yaml.MappingNode && value.Kind == yaml.ScalarNode {
		return value
	}
	return &yaml.Node{Line: n.Line, Column: n.Column}
}
