package config

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// decodeNode fills the table. An entry with the name of a built-in tier changes its row; any other entry
// adds a row, which starts as the tier that it extends. Changes come first, so that the order of the
// entries does not matter.
func (ts *Tiers) decodeNode(d *decoder, n *yaml.Node, at *path) {
	if n.Kind != yaml.SequenceNode {
		d.reportNoList(n, reflect.TypeFor[Tier](), at)
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

// soundTier is the row to start from where an entry extends no existing tier. That entry is reported; a
// valid row keeps its uses from being reported too.
func soundTier() Tier { return tier("", lock(1), pitr(1), nil, nil, sharedKey) }

// scalarAt returns the scalar at a key of a mapping, or an empty scalar at the place of n.
func scalarAt(n *yaml.Node, key string) *yaml.Node {
	if value := descend(n, key); value != nil && n.Kind == yaml.MappingNode && value.Kind == yaml.ScalarNode {
		return value
	}
	return &yaml.Node{Line: n.Line, Column: n.Column}
}
