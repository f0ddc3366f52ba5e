package config

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// PolicyStatement is a statement that a bucket's policy has beside those of the app.
type PolicyStatement struct {
	// Sid of the statement. Empty: none.
	Sid string
	// Effect is Allow or Deny.
	Effect string `required:"true" syntax:"effect"`
	// Principal has principals by their kind, such as "AWS".
	Principal Principals `required:"true"`
	// Action has actions of S3, with "*" and "?".
	Action Strings `required:"true"`
	// Resource has ARNs of the bucket and of its objects.
	Resource Strings `required:"true"`
	// Condition is operator → key → values.
	Condition Conditions

	// These would be about everything else, which nothing can check.
	NotPrincipal negated
	NotAction    negated
	NotResource  negated
}

// Deny says whether the statement denies.
func (s *PolicyStatement) Deny() bool { return s.Effect == effectDeny }

const effectDeny = "Deny"

type (
	// Strings are one or more texts.
	Strings []string
	// Principals are principals by their kind: AWS, Service, Federated or CanonicalUser.
	Principals map[string][]string
	// Conditions are values by operator and key.
	Conditions map[string]map[string][]string

	negated        struct{}
	statementList  []PolicyStatement
	policyDocument struct {
		Version   string        `syntax:"policy_version"`
		ID        string        `yaml:"Id"` //nolint:tagliatelle // AWS's word
		Statement statementList `required:"true"`
	}
)

var principalKinds = []string{"AWS", "Service", "Federated", "CanonicalUser"}

// decodeStatements reads one statement, a list of them, or a policy. It returns the path of each statement.
func (f *jsonFile) decodeStatements(c *checker, key string) (statements []PolicyStatement, paths []string, sound bool) {
	var list statementList
	prefix, root := "", f.root
	sound = f.decode(c, key, func(d *decoder) {
		if f.root.Kind == yaml.MappingNode && !isStatement(f.root) {
			var document policyDocument
			d.decode(f.root, reflect.ValueOf(&document).Elem(), nil, "")
			prefix, root, list = "Statement", descend(f.root, "Statement"), document.Statement
			return
		}
		list.decodeNode(d, f.root, nil)
	})
	for i := range list {
		if root.Kind == yaml.SequenceNode {
			paths = append(paths, prefix+"["+strconv.Itoa(i)+"]")
		} else {
			paths = append(paths, prefix)
		}
	}
	return list, paths, sound
}

// isStatement says whether a mapping has a key of a statement.
func isStatement(n *yaml.Node) bool {
	return slices.ContainsFunc([]string{"Effect", "Principal", "Action", "Resource"}, func(key string) bool { return descend(n, key) != nil })
}

const policyWant = "a statement, a list of statements, or a policy with Statement"

func (l *statementList) decodeNode(d *decoder, n *yaml.Node, at *path) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if n.Kind == yaml.ScalarNode || len(items) == 0 {
		d.report(wrongType, n, at, Problem{What: "has no statements", Want: policyWant})
		return
	}
	*l = make(statementList, len(items))
	for i, item := range items {
		place := at
		if n.Kind == yaml.SequenceNode {
			place = at.item(i)
		}
		d.decode(item, reflect.ValueOf(&(*l)[i]).Elem(), place, "")
	}
}

func (s *Strings) decodeNode(d *decoder, n *yaml.Node, at *path) {
	*s = decodeStrings(d, n, at)
}

// decodeStrings reads one value or a list. Numbers and booleans become text, as in every policy that AWS stores.
func decodeStrings(d *decoder, n *yaml.Node, at *path) []string {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		d.report(wrongType, n, at, Problem{What: "is empty", Want: "at least one value"})
	}
	var values []string
	for i, item := range items {
		place := at
		if n.Kind == yaml.SequenceNode {
			place = at.item(i)
		}
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			d.report(wrongType, item, place, Problem{What: "is not text", Want: "a value or a list of values"})
			continue
		}
		values = append(values, item.Value)
	}
	return values
}

func (p *Principals) decodeNode(d *decoder, n *yaml.Node, at *path) {
	*p = Principals{}
	if n.Kind == yaml.ScalarNode && n.Value == "*" {
		(*p)["AWS"] = []string{"*"}
		return
	}
	decodeMap(d, n, at, `"*", or an object with AWS or Service`, func(key, value *yaml.Node, at *path) {
		if !slices.Contains(principalKinds, key.Value) {
			what := "unknown kind of principal" + DidYouMean(key.Value, principalKinds)
			d.report(unknownKey, key, at, Problem{What: what, Want: oneOf(principalKinds)})
			return
		}
		(*p)[key.Value] = decodeStrings(d, value, at)
	})
}

func (c *Conditions) decodeNode(d *decoder, n *yaml.Node, at *path) {
	*c = Conditions{}
	decodeMap(d, n, at, "an object of operators", func(operator, keys *yaml.Node, at *path) {
		if _, known := parseOperator(operator.Value); !known {
			d.report(unknownKey, operator, at, Problem{
				What: "unknown operator" + DidYouMean(operator.Value, conditionOperators), Want: "an operator of IAM, such as StringEquals",
			})
			return
		}
		values := map[string][]string{}
		decodeMap(d, keys, at, "an object of condition keys", func(key, value *yaml.Node, at *path) {
			values[key.Value] = decodeStrings(d, value, at)
		})
		(*c)[operator.Value] = values
	})
}

// decodeMap goes through the keys of an object, each once.
func decodeMap(d *decoder, n *yaml.Node, at *path, want string, each func(key, value *yaml.Node, at *path)) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.report(wrongType, n, at, Problem{What: "is not an object with keys", Want: want})
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] {
			d.report(duplicateKey, key, at.child(key.Value), Problem{What: "duplicate key"})
			continue
		}
		seen[key.Value] = true
		each(key, value, at.child(key.Value))
	}
}

func (*negated) decodeNode(d *decoder, n *yaml.Node, at *path) {
	d.report(wrongType, n, at, Problem{
		What: "is about everything but what it lists, so the app cannot check whom it lets in or locks out",
		Want: strings.Replace(at.key, "Not", "", 1) + " in its place, or existing: true and a policy of your own",
	})
}

// bytes is the size of the statement in a policy, in bytes.
func (s *PolicyStatement) bytes() int {
	text, _ := json.Marshal(map[string]any{ //nolint:errchkjson // strings, and maps of them
		"Sid": s.Sid, "Effect": s.Effect, "Principal": s.Principal, "Action": s.Action, "Resource": s.Resource, "Condition": s.Condition,
	})
	return len(text)
}

// fileBytes is an upper estimate of what the files of a bucket add to a template, in bytes: it is indented there.
func (b *Bucket) fileBytes() int {
	const perValue, perKey = 40, 60 // indentation, quotes, a comma
	n := 0
	for i := range b.Statements {
		s := &b.Statements[i]
		values := len(s.Action) + len(s.Resource) + 2
		for _, kind := range s.Principal {
			values += len(kind)
		}
		for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
			for _, listed := range s.Condition[operator] {
				values += len(listed) + 2
			}
		}
		n += s.bytes() + perValue*values + 4*perKey
	}
	for _, r := range b.CORSRules {
		n += 8 * perKey
		for _, list := range [][]string{{r.ID}, r.AllowedHeaders, r.AllowedMethods, r.AllowedOrigins, r.ExposeHeaders} {
			for _, value := range list {
				n += len(value) + perValue
			}
		}
	}
	return n
}
