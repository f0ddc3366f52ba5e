package config

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"central-s3-backup/config/internal/schedule"

	"go.yaml.in/yaml/v4"
)

// decoder fills Go values from YAML nodes. A value keeps what it had wherever the document has no
// key for it, so that defaults are what decoding starts from. Unlike the YAML library's own
// decoder it goes on after a problem, and knows where each one stands.
type decoder struct {
	problems []placed
}

// nodeDecoder is implemented by types whose defaults depend on the document.
type nodeDecoder interface {
	decodeNode(d *decoder, n *yaml.Node, at *path)
}

// defaulter is implemented by types that are optional, or items of a list, and have defaults once they are present.
type defaulter interface {
	setDefaults()
}

// full says whether there are more problems than anybody wants to hear of.
func (d *decoder) full() bool { return len(d.problems) > maxProblems }

func (d *decoder) report(ch check, n *yaml.Node, at *path, p Problem) {
	if d.full() {
		return
	}
	p.Path = at.String()
	d.problems = append(d.problems, placed{ch.complete(p), n})
}

// decode fills v, which must be settable, from n. rule is the syntax of a scalar or of a list's scalars.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, at *path, rule string) {
	if d.full() {
		return
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.report(anchor, n, at, Problem{What: "anchors and aliases are not supported", Want: "the value written out"})
		return
	}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		d.report(yamlTag, n, at, Problem{What: "tags are not supported", Got: n.Tag, Want: "the value without it"})
		return
	}
	if n.Tag == "!!null" {
		d.decodeNull(n, v, at)
		return
	}
	if custom, ok := v.Addr().Interface().(nodeDecoder); ok {
		custom.decodeNode(d, n, at)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			setDefaults(v.Elem())
		}
		d.decode(n, v.Elem(), at, rule)
	case reflect.Struct:
		d.decodeStruct(n, v, at)
	case reflect.Slice:
		d.decodeSlice(n, v, at, rule)
	default:
		d.decodeScalar(n, v, at, rule)
	}
}

// decodeNull takes a null that was written out as "none" where there can be none. A key without any
// value is more likely forgotten than meant.
func (d *decoder) decodeNull(n *yaml.Node, v reflect.Value, at *path) {
	switch {
	case v.Kind() == reflect.Pointer && n.Value != "":
		v.SetZero()
	case v.Kind() == reflect.Pointer:
		d.report(noValue, n, at, Problem{What: "has no value", Want: "null where none is meant, or its keys"})
	default:
		d.report(noValue, n, at, Problem{What: "has no value", Want: kindName(v.Type())})
	}
}

func (d *decoder) decodeStruct(n *yaml.Node, v reflect.Value, at *path) {
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, v.Type(), at)
		return
	}
	keys := structKeys(v.Type())
	seen := make([]*yaml.Node, len(keys.fields))
	var misspelt []string
	merged := false // from elsewhere, so that nobody knows what is missing
	for i := 0; i+1 < len(n.Content) && !d.full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, ok := keys.byName[key.Value]
		switch {
		case key.Kind == yaml.AliasNode || key.Anchor != "" || key.Tag == "!!merge":
			merged = true
			d.report(anchor, key, at, Problem{What: "anchors and aliases are not supported", Want: "the keys written out"})
		case key.Kind != yaml.ScalarNode || key.Value == "":
			d.report(notAKey, key, at, Problem{What: "is not a key", Want: oneOf(keys.names)})
		case !ok && n.Style&yaml.FlowStyle != 0 && i > 0 && (schedule.IsCutOff(n.Content[i-1].Value) || strings.HasSuffix(key.Value, ")")) && value.Tag == "!!null":
			// the rest of a cron expression with commas, which has been reported
		case !ok:
			d.reportUnknownKey(key, at.child(key.Value), keys.names)
			misspelt = append(misspelt, nearest(key.Value, keys.names))
		case seen[f] != nil:
			d.report(duplicateKey, key, at.child(key.Value), Problem{What: "the key is there already", Want: "it once", See: []Place{{Line: seen[f].Line, Column: seen[f].Column}}})
		default:
			seen[f] = key
			field := keys.fields[f]
			d.decode(value, v.Field(field.index), at.child(field.name), field.syntax)
			if field.required && value.Kind == yaml.SequenceNode && len(value.Content) == 0 {
				d.report(emptyList, value, at.child(field.name), Problem{What: "the list is empty", Want: "at least one item"})
			}
		}
	}
	for f, field := range keys.fields {
		// A scalar may be there already, from the row that a tier extends; a section has defaults in any case.
		absent := seen[f] == nil && (field.typ.Kind() == reflect.Struct || v.Field(field.index).IsZero())
		if field.required && absent && !merged && !slices.Contains(misspelt, field.name) {
			d.report(missingKey, n, at.child(field.name), Problem{What: "is required and is missing", Want: kindWant(field)})
		}
	}
}

func (d *decoder) reportUnknownKey(key *yaml.Node, at *path, known []string) {
	if strings.Contains(key.Value, "cold_storage") {
		d.report(coldStorage, key, at, Problem{What: "S3 backups have no cold storage: AWS Backup would accept this and ignore it", Got: key.Value, Want: "low_cost_after_days of the tier, for the low-cost warm tier"})
		return
	}
	d.report(unknownKey, key, at, Problem{What: "unknown key" + DidYouMean(key.Value, known), Want: oneOf(known)})
}

func (d *decoder) decodeSlice(n *yaml.Node, v reflect.Value, at *path, rule string) {
	if n.Kind != yaml.SequenceNode {
		d.wrongKind(n, v.Type(), at)
		return
	}
	if len(n.Content) == 0 {
		v.SetZero() // an empty list is no list
		return
	}
	items := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	v.Set(items)
	for i, item := range n.Content {
		setDefaults(items.Index(i))
		d.decode(item, items.Index(i), at.item(i), rule)
	}
}

func setDefaults(v reflect.Value) {
	if with, ok := v.Addr().Interface().(defaulter); ok {
		with.setDefaults()
	}
}

// integer is a number as it is meant to be read: a leading zero could be octal to somebody.
var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (d *decoder) decodeScalar(n *yaml.Node, v reflect.Value, at *path, rule string) {
	s := syntaxes[rule]
	switch {
	case n.Kind != yaml.ScalarNode:
		d.wrongKind(n, v.Type(), at)
	case v.Kind() == reflect.String && n.Tag == "!!str":
		v.SetString(n.Value)
		if fault := s.stringFault(n.Value); fault != "" {
			got := strconv.Quote(n.Value)
			if s.hidden != nil && s.hidden(n.Value) {
				got = "a secret, which is not repeated here"
			}
			d.report(s.asCheck(rule), n, at, Problem{What: fault, Got: got, Want: s.want})
		}
	case v.Kind() == reflect.String:
		want := strconv.Quote(n.Value) + " in quotes"
		if s.stringFault(n.Value) != "" {
			want = s.want
		}
		d.report(unquoted, n, at, Problem{What: "is read by YAML as " + tagName(n) + ", and could lose a zero or change its form", Got: n.Value + " without quotes", Want: want})
	case v.Kind() == reflect.Int && n.Tag != "!!str" && integer.MatchString(n.Value): // a large one has the tag of a float
		number, err := strconv.Atoi(n.Value)
		if fault := s.numberFault(number); err != nil || fault != "" {
			d.report(s.asCheck(rule), n, at, Problem{What: "is out of range", Got: n.Value, Want: s.want})
			return
		}
		v.SetInt(int64(number))
	case v.Kind() == reflect.Bool && n.Tag == "!!bool":
		v.SetBool(strings.EqualFold(n.Value, "true"))
	default:
		d.wrongKind(n, v.Type(), at)
	}
}

func (d *decoder) wrongKind(n *yaml.Node, t reflect.Type, at *path) {
	got := kindNames[n.Kind]
	if n.Kind == yaml.ScalarNode {
		got = n.Value
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		got = strconv.Quote(n.Value) + " in quotes"
	}
	d.report(wrongType, n, at, Problem{What: "has the wrong type", Got: got, Want: kindName(t)})
}

var kindNames = map[yaml.Kind]string{
	yaml.MappingNode:  "a mapping",
	yaml.SequenceNode: "a list",
	yaml.ScalarNode:   "a scalar",
}

func tagName(n *yaml.Node) string {
	switch n.Tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return n.Tag
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kindName(t.Elem())
	case reflect.Struct:
		return "a mapping with the keys " + oneOf(structKeys(t).names)
	case reflect.Slice:
		return "a list"
	case reflect.Int:
		return "a whole number, in decimal"
	case reflect.Bool:
		return "true or false"
	}
	return "a string"
}

func kindWant(f keyField) string {
	if want := syntaxes[f.syntax].want; want != "" {
		return want
	}
	return kindName(f.typ)
}

// keyField is a field of a struct as a key of a mapping.
type keyField struct {
	name     string
	index    int
	typ      reflect.Type
	required bool
	syntax   string
}

// keySet is the keys of a mapping that a struct takes.
type keySet struct {
	fields []keyField
	byName map[string]int
	names  []string
}

var keySets sync.Map // reflect.Type → *keySet

func structKeys(t reflect.Type) *keySet {
	if keys, ok := keySets.Load(t); ok {
		return keys.(*keySet)
	}
	keys := &keySet{byName: map[string]int{}}
	for i := range t.NumField() {
		f := t.Field(i)
		name := yamlName(f)
		if name == "-" || !f.IsExported() {
			continue
		}
		keys.byName[name] = len(keys.fields)
		keys.names = append(keys.names, name)
		keys.fields = append(keys.fields, keyField{name, i, f.Type, f.Tag.Get("required") != "", f.Tag.Get("syntax")})
	}
	keySets.Store(t, keys)
	return keys
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}
