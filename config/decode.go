package config

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"central-s3-backup/config/internal/schedule"
)

// decoder fills Go values from YAML nodes. A value keeps what it had wherever the document has no
// key for it, so decoding starts from the defaults. Unlike the YAML library's own decoder it goes on
// after a problem, and knows the place of each one.
type decoder struct {
	problems []placed
}

// nodeDecoder is implemented by types whose defaults depend on the document.
type nodeDecoder interface {
	decodeNode(d *decoder, n *yaml.Node, at *path)
}

// defaulter is implemented by optional types, and by items of lists, that have defaults once they are present.
type defaulter interface {
	setDefaults()
}

// belonger is implemented by mappings in which people may look for a key that belongs elsewhere.
type belonger interface {
	// belongsTo says where a key belongs. Empty: it is unknown.
	belongsTo(key string) string
}

// secretKeeper is implemented by mappings with the name of a secret, in which people may write the secret itself.
type secretKeeper interface {
	// secretMeant is the key that has the name of the secret, for a key that people may write in its place, and what they would
	// write there. Empty: it is unknown.
	secretMeant(key string) (meant, secret string)
}

// full says whether there are more problems than anybody reads.
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
		d.report(yamlTag, n, at, Problem{What: "YAML tags are not supported", Got: n.Tag, Want: "the value without the tag"})
		return
	}
	if n.Tag == "!!null" {
		d.decodeNull(n, v, at, rule)
		return
	}
	if custom, ok := v.Addr().Interface().(nodeDecoder); ok {
		custom.decodeNode(d, n, at)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if isSection(v.Type()) && d.reportNone(n, at) {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			setDefaults(v.Elem())
		}
		d.decode(n, v.Elem(), at, rule)
	case reflect.Struct:
		d.decodeStruct(n, v, at)
	case reflect.Slice:
		d.decodeSlice(n, v, at, rule)
	case reflect.Map:
		d.decodeMap(n, v, at, rule)
	default:
		d.decodeScalar(n, v, at, rule)
	}
}

// decodeNull reads an explicit null as "none" where a part is optional. A key without a value was
// more likely forgotten than meant.
func (d *decoder) decodeNull(n *yaml.Node, v reflect.Value, at *path, rule string) {
	want := kindName(v.Type())
	if s := syntaxes[rule]; v.Kind() != reflect.Slice && s.enum != nil {
		want = s.want
	}
	_, mayBeNull := v.Addr().Interface().(optional)
	mayBeNull = mayBeNull || isSection(v.Type())
	switch {
	case mayBeNull && n.Value != "":
		v.SetZero()
	case mayBeNull:
		d.report(noValue, n, at, Problem{What: "has no value", Want: "null for none, or its keys"})
	default:
		d.report(noValue, n, at, Problem{What: "has no value", Want: want})
	}
}

// isSection says whether a type is an optional part, which null removes.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

// reportNone reports a word of other tools for what null says here, and tells whether it did.
func (d *decoder) reportNone(n *yaml.Node, at *path) bool {
	words := []string{"false", "no", "none", "off", "disabled", "nil", "nul"}
	if n.Kind != yaml.ScalarNode || !slices.Contains(words, strings.ToLower(n.Value)) {
		return false
	}
	d.report(wrongType, n, at, Problem{What: at.noun() + "is not a mapping", Got: asWritten(n), Want: "null, for none"})
	return true
}

func (d *decoder) decodeStruct(n *yaml.Node, v reflect.Value, at *path) {
	if n.Kind != yaml.MappingNode {
		d.reportNoMapping(n, v.Type(), at)
		return
	}
	keys := structKeys(v.Type())
	seen := make([]*yaml.Node, len(keys.fields))
	var misspelt []string
	merged := false // keys come from elsewhere, so a missing one may be there
	duplicate := false
	for i := 0; i+1 < len(n.Content) && !d.full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, ok := keys.byName[key.Value]
		switch {
		case key.Kind == yaml.AliasNode || key.Anchor != "" || key.Tag == "!!merge":
			merged = true
			d.report(anchor, key, at, Problem{What: "anchors and aliases are not supported", Want: "the keys written out"})
		case key.Kind != yaml.ScalarNode || key.Value == "":
			d.report(notAKey, key, at, Problem{What: "is not a key", Want: oneOf(keys.names)})
		case !ok && i > 0 && isRestOfCron(n, n.Content[i-1], key, value): // the expression has been reported
		case !ok:
			misspelt = append(misspelt, d.reportUnknownKey(key, at.child(key.Value), keys.names, v))
		case seen[f] != nil:
			// In a list, more duplicates come from the same missing dash.
			if inList := n.Style&yaml.FlowStyle == 0 && at.isItem(); !duplicate || !inList {
				d.reportDuplicateKey(key, seen[f], at.child(key.Value), inList)
			}
			duplicate = true
		default:
			seen[f] = key
			field := keys.fields[f]
			d.decode(value, v.Field(field.index), at.child(field.name), field.syntax)
			if field.requiredAt(at) && value.Kind == yaml.SequenceNode && len(value.Content) == 0 {
				d.report(emptyList, value, at.child(field.name), Problem{What: "the list is empty", Want: "at least one item"})
			}
		}
	}
	for f, field := range keys.fields {
		// A scalar may be there already, from the row that a tier extends; a section has defaults in any case.
		absent := seen[f] == nil && (field.typ.Kind() == reflect.Struct || v.Field(field.index).IsZero())
		if field.requiredAt(at) && absent && !merged && !slices.Contains(misspelt, field.name) {
			d.report(missingKey, n, at.child(field.name), Problem{What: "is required but missing", Want: kindWant(field)})
		}
	}
}

// isRestOfCron says whether a key of a mapping in braces is a part of a cron expression that has commas and no quotes.
func isRestOfCron(mapping, before, key, value *yaml.Node) bool {
	return mapping.Style&yaml.FlowStyle != 0 && value.Tag == "!!null" &&
		(schedule.IsCutOff(before.Value) || strings.HasSuffix(key.Value, ")"))
}

func (d *decoder) reportDuplicateKey(key, first *yaml.Node, at *path, inList bool) {
	what := fmt.Sprintf("duplicate key, first set in line %d", first.Line)
	if inList {
		what += `; is a "- " missing before this block?`
	}
	d.report(duplicateKey, key, at, Problem{What: what})
}

// reportUnknownKey returns the key that was meant, or "". v is the struct that has no such key.
func (d *decoder) reportUnknownKey(key *yaml.Node, at *path, known []string, v reflect.Value) (meant string) {
	if of, ok := v.Addr().Interface().(belonger); ok && of.belongsTo(key.Value) != "" {
		d.report(misplacedKey, key, at, Problem{What: "does not belong here", Want: of.belongsTo(key.Value)})
		return ""
	}
	if i := strings.IndexFunc(key.Value, isSpecialSpace); i >= 0 {
		r, _ := utf8.DecodeRuneInString(key.Value[i:])
		d.report(unknownKey, key, at, Problem{What: specialSpaceFault(r)})
		meant, _, _ = strings.Cut(strings.TrimFunc(key.Value, unicode.IsSpace), ":")
		return meant
	}
	if of, ok := v.Addr().Interface().(secretKeeper); ok {
		if meant, secret := of.secretMeant(key.Value); meant != "" {
			d.report(unknownKey, key, at, Problem{
				What: "unknown key: " + secret + " does not belong here, since anyone who reads this file could use it",
				Want: meant + " with " + syntaxes[meant].want,
			})
			return meant
		}
	}
	if corrected := withSpace(key.Value, known); corrected != "" {
		d.report(unknownKey, key, at, Problem{What: missingSpace + "`" + corrected + "`"})
		meant, _, _ = strings.Cut(corrected, ":")
		return meant
	}
	meant = meantKey(key.Value, known)
	if strings.Contains(key.Value, "cold_storage") {
		d.report(coldStorage, key, at, Problem{
			What: "AWS Backup ignores cold storage for S3 backups",
			Got:  key.Value, Want: "low_cost_after_days in the tier, for the low-cost warm tier",
		})
	} else {
		d.report(unknownKey, key, at, Problem{What: "unknown key" + didYouMean(meant), Want: oneOf(known)})
	}
	return meant
}

func (d *decoder) decodeSlice(n *yaml.Node, v reflect.Value, at *path, rule string) {
	if n.Kind != yaml.SequenceNode {
		d.reportNoList(n, v.Type().Elem(), at)
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

// decodeMap fills a map of texts. The values have the syntax rule, and the keys that which the rule names.
func (d *decoder) decodeMap(n *yaml.Node, v reflect.Value, at *path, rule string) {
	s := syntaxes[rule]
	if n.Kind != yaml.MappingNode {
		got := kindNames[n.Kind]
		if n.Kind == yaml.ScalarNode {
			got = asWritten(n)
		}
		d.report(wrongType, n, at, Problem{What: "is not a mapping", Got: got, Want: s.example})
		return
	}
	entries := reflect.MakeMap(v.Type())
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content) && !d.full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.AliasNode || key.Anchor != "" || key.Tag == "!!merge" {
			d.report(anchor, key, at, Problem{What: "anchors and aliases are not supported", Want: "the keys written out"})
			continue
		}
		if key.Kind != yaml.ScalarNode || key.Value == "" {
			d.report(notAKey, key, at, Problem{What: "is not a key", Want: syntaxes[s.keys].want})
			continue
		}
		entry := at.entry(key.Value)
		if first := seen[key.Value]; first != nil {
			d.reportDuplicateKey(key, first, entry, false)
			continue
		}
		seen[key.Value] = key
		if p, wrong := syntaxes[s.keys].problem(key.Value); wrong {
			d.report(syntaxes[s.keys].asCheck(s.keys), key, entry, p)
			continue
		}
		if value.Tag == "!!null" {
			d.report(noValue, value, entry, Problem{What: "has no value", Want: `text in quotes, or "" for an empty value`})
			continue
		}
		text := reflect.New(v.Type().Elem()).Elem()
		d.decode(value, text, entry, rule)
		entries.SetMapIndex(reflect.ValueOf(key.Value), text)
	}
	v.SetZero() // an empty mapping is none
	if entries.Len() > 0 {
		v.Set(entries)
	}
}

func setDefaults(v reflect.Value) {
	if with, ok := v.Addr().Interface().(defaulter); ok {
		with.setDefaults()
	}
}

// integer is a whole number without a leading zero, which some readers take for octal.
var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// decimal is a number with or without decimals, and without an exponent.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

func (d *decoder) decodeScalar(n *yaml.Node, v reflect.Value, at *path, rule string) {
	s := syntaxes[rule]
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	kind := v.Kind()
	switch {
	case n.Kind != yaml.ScalarNode:
		d.report(wrongType, n, at, Problem{
			What: "is not " + kindName(v.Type()),
			Got:  kindNames[n.Kind], Want: cmp.Or(s.want, kindName(v.Type())),
		})
	case kind == reflect.String && (n.Tag == "!!str" || rule == ""): // without a rule it is compared as it is written
		v.SetString(n.Value)
		if p, wrong := s.problem(n.Value); wrong {
			d.report(s.asCheck(rule), n, at, p)
		}
	case kind == reflect.String:
		want := strconv.Quote(n.Value)
		if s.stringFault(n.Value) != "" {
			want = s.want
		}
		d.report(unquoted, n, at, Problem{What: "needs quotes: YAML reads it as " + readAs(n), Got: s.got(n.Value, n.Value), Want: want})
	case kind == reflect.Int && n.Tag != "!!str" && integer.MatchString(n.Value): // a large one has the tag of a float
		number, err := strconv.Atoi(n.Value)
		if fault := s.numberFault(float64(number)); err != nil || fault != "" {
			d.report(s.asCheck(rule), n, at, Problem{What: "is out of range", Got: n.Value, Want: s.want})
			return
		}
		v.SetInt(int64(number))
	case kind == reflect.Float64 && decimal.MatchString(n.Value) && !quoted:
		number, err := strconv.ParseFloat(n.Value, 64)
		if fault := s.numberFault(number); err != nil || fault != "" {
			d.report(s.asCheck(rule), n, at, Problem{What: "is out of range", Got: n.Value, Want: s.want})
			return
		}
		v.SetFloat(number)
	case kind == reflect.Bool && n.Tag == "!!bool":
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case quoted && (kind == reflect.Int && integer.MatchString(n.Value) || kind == reflect.Float64 && decimal.MatchString(n.Value) ||
		kind == reflect.Bool && (n.Value == "true" || n.Value == "false")):
		d.report(wrongType, n, at, Problem{What: "is text because of the quotes; write " + n.Value})
	default:
		d.report(wrongType, n, at, Problem{What: "is not " + kindName(v.Type()), Got: asWritten(n), Want: s.want})
	}
}

// reportNoList reports a value where a list belongs.
func (d *decoder) reportNoList(n *yaml.Node, item reflect.Type, at *path) {
	p := Problem{What: "is not a list"}
	switch {
	case n.Kind == yaml.MappingNode:
		p.Got, p.Want = kindNames[n.Kind], `a "- " before each item`
	case item.Kind() == reflect.Struct && item != reflect.TypeFor[TagSelection]():
		_, example := needs(item, n, nil)
		p.Want = "[" + example + "]"
	default:
		p.Got, p.Want = asWritten(n), "["+n.Value+"]"
	}
	d.report(wrongType, n, at, p)
}

// reportNoMapping reports a value where a mapping belongs.
func (d *decoder) reportNoMapping(n *yaml.Node, t reflect.Type, at *path) {
	if corrected := withSpace(n.Value, structKeys(t).names); corrected != "" && !fitsFirstKey(t, n.Value) {
		if key, value, _ := strings.Cut(corrected, ": "); isHidden(t, key, value) {
			corrected = key + ": …"
		}
		d.report(wrongType, n, at, Problem{What: missingSpace + "`" + corrected + "`"})
		return
	}
	p := Problem{}
	if n.Kind != yaml.ScalarNode {
		p.Got = kindNames[n.Kind]
	}
	keys, example := needs(t, n, at)
	if p.What = at.noun() + "needs " + keys; example != "" {
		p.What += ": " + example
	}
	d.report(wrongType, n, at, p)
}

// fitsFirstKey tells whether a text is a value of the first key that a mapping needs: an ARN looks like the key arn with
// a space missing.
func fitsFirstKey(t reflect.Type, text string) bool {
	for _, f := range structKeys(t).fields {
		if f.required {
			return syntaxes[f.syntax].stringFault(text) == ""
		}
	}
	return false
}

// isHidden tells whether no message may repeat the value of a key.
func isHidden(t reflect.Type, key, value string) bool {
	for _, f := range structKeys(t).fields {
		if s := syntaxes[f.syntax]; f.name == key && s.hidden != nil {
			return s.hidden(value)
		}
	}
	return false
}

// needs lists the keys that a mapping at a place needs: "a name and a tier". The example has the scalar n, if it
// is one, as its first value: "{name: nordwind-lake, tier: …}". It is "" where no key is required.
func needs(t reflect.Type, n *yaml.Node, at *path) (keys, example string) {
	var phrases, pairs []string
	for _, f := range structKeys(t).fields {
		if !f.requiredAt(at) {
			continue
		}
		value := "…"
		if s := syntaxes[f.syntax]; len(pairs) == 0 && n.Value != "" && fits(f, n) && (s.hidden == nil || !s.hidden(n.Value)) {
			value = n.Value
		}
		phrases = append(phrases, withArticle(f.name))
		pairs = append(pairs, f.name+": "+value)
	}
	last := len(phrases) - 1
	switch {
	case last < 0:
		for _, f := range structKeys(t).fields {
			if isValueOf(f, n) {
				return f.name, "{" + f.name + ": " + n.Value + "}"
			}
		}
		return "keys: " + oneOf(structKeys(t).names), ""
	case last == 0:
		keys = phrases[0]
	default:
		keys = strings.Join(phrases[:last], ", ") + " and " + phrases[last]
	}
	return keys, "{" + strings.Join(pairs, ", ") + "}"
}

// fits tells whether a value has the type of a key, as far as numbers and text go.
func fits(f keyField, n *yaml.Node) bool { return f.typ.Kind() != reflect.Int || n.Tag == "!!int" }

// isValueOf tells whether a value can belong to no other kind of key: one of an enumeration, or true or false.
func isValueOf(f keyField, n *yaml.Node) bool {
	if f.typ.Kind() == reflect.Bool {
		return n.Tag == "!!bool"
	}
	return slices.Contains(syntaxes[f.syntax].enum, n.Value)
}

// withArticle is "a name" or "an account"; a key of several words, or in the plural, stays as it is.
func withArticle(key string) string {
	switch {
	case strings.Contains(key, "_") || strings.HasSuffix(key, "s"):
		return key
	case strings.ContainsRune("aeiou", rune(key[0])):
		return "an " + key
	}
	return "a " + key
}

var kindNames = map[yaml.Kind]string{
	yaml.MappingNode:  "a mapping",
	yaml.SequenceNode: "a list",
	yaml.ScalarNode:   "a scalar",
}

func asWritten(n *yaml.Node) string {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return strconv.Quote(n.Value) + " in quotes"
	}
	return n.Value
}

// readAs says what YAML takes an unquoted value for, and what it loses.
func readAs(n *yaml.Node) string {
	switch n.Tag {
	case "!!int", "!!float":
		return "a number, and a number loses leading zeros"
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
		keys, example := needs(t, &yaml.Node{}, nil)
		return strings.TrimSuffix(keys+": "+example, ": ")
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a mapping of text to text"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	}
	return "text"
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
	inList   bool // required in an item of a list
	syntax   string
}

// requiredAt says whether a mapping at a place must have the key.
func (f keyField) requiredAt(at *path) bool { return f.required || f.inList && at.isItem() }

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
		keys.fields = append(keys.fields, keyField{
			name, i, f.Type, f.Tag.Get("required") == "true", f.Tag.Get("required") == "item", f.Tag.Get("syntax"),
		})
	}
	keySets.Store(t, keys)
	return keys
}

// yamlName is the key of a field. Without a tag it is the field's name, as in the JSON files that buckets name.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return cmp.Or(name, f.Name)
}

// configTypes lists the struct types below Config.
func configTypes() []reflect.Type { return typesBelow(reflect.TypeFor[Config]()) }

// typesBelow lists a struct type and those below it.
func typesBelow(t reflect.Type) []reflect.Type {
	var types []reflect.Type
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || slices.Contains(types, t) {
			return
		}
		types = append(types, t)
		for _, field := range structKeys(t).fields {
			visit(field.typ)
		}
	}
	visit(t)
	return types
}
