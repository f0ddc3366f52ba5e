package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are those of Terraform that names, lists and policies need.
var functions = map[string]function.Function{
	"format": stdlib.FormatFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc,
	"replace": stdlib.ReplaceFunc, "concat": stdlib.ConcatFunc, "merge": stdlib.MergeFunc, "jsonencode": stdlib.JSONEncodeFunc,
	"coalesce": stdlib.CoalesceFunc, "flatten": stdlib.FlattenFunc, "distinct": stdlib.DistinctFunc, "split": stdlib.SplitFunc,
	"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
	"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"trimspace": stdlib.TrimSpaceFunc,
}

// scope is what the expressions of a directory may refer to.
type scope struct {
	// given are values by their reference, such as var.environment or local.environment.
	given map[string]string
	// written are the expressions behind var.NAME (its default) and local.NAME.
	written map[string]hclsyntax.Expression
	// resources are resources by their reference, such as aws_s3_bucket.lake.
	resources map[string]*hclsyntax.Block
	// busy are the references under evaluation: a circle has no value.
	busy map[string]bool
}

var errNotEvaluated = errors.New("not evaluated")

// eval evaluates an expression. What has no value in these files becomes the text of its reference, in ${}.
func (s *scope) eval(expr hclsyntax.Expression) (cty.Value, error) {
	tree := map[string]any{}
	for _, traversal := range expr.Variables() {
		path, exact := names(traversal)
		value, depth := s.resolve(path)
		if depth == 0 {
			if !exact {
				return cty.NilVal, fmt.Errorf("%w: %s", errNotEvaluated, reference(traversal))
			}
			value, depth = cty.StringVal("${"+reference(traversal)+"}"), len(path)
		}
		if !place(tree, path[:depth], value) {
			return cty.NilVal, fmt.Errorf("%w: %s", errNotEvaluated, reference(traversal))
		}
	}
	variables := map[string]cty.Value{}
	for name, node := range tree {
		variables[name] = object(node)
	}
	value, diagnostics := expr.Value(&hcl.EvalContext{Variables: variables, Functions: functions})
	if diagnostics.HasErrors() || !value.IsWhollyKnown() {
		return cty.NilVal, errNotEvaluated
	}
	return value, nil
}

// resolve finds the value behind the first names of a path, and how many names that takes. Zero: there is none here.
func (s *scope) resolve(path []string) (cty.Value, int) {
	if len(path) < 2 {
		return cty.NilVal, 0
	}
	name := path[0] + "." + path[1]
	if text, ok := s.given[name]; ok {
		return cty.StringVal(text), 2
	}
	if s.busy[name] {
		return cty.NilVal, 0
	}
	s.busy[name] = true
	defer delete(s.busy, name)
	if expr := s.written[name]; expr != nil {
		if value, err := s.eval(expr); err == nil && !value.IsNull() {
			return value, 2
		}
		return cty.NilVal, 0
	}
	block := s.resources[name]
	if block == nil || len(path) < 3 {
		return cty.NilVal, 0
	}
	attribute := map[string]string{"aws_s3_bucket": "bucket", "aws_backup_vault": "name", "aws_backup_plan": "name"}[path[0]]
	named, ok := s.body(block).get(attribute).text()
	if attribute == "" || !ok {
		return cty.NilVal, 0
	}
	switch {
	case path[0] == "aws_s3_bucket" && path[2] == "arn":
		named = bucketARN + named
	case path[2] == attribute, path[2] == "id" && path[0] != "aws_backup_plan":
	default:
		return cty.NilVal, 0
	}
	return cty.StringVal(named), 3
}

const bucketARN = "arn:aws:s3:::"

// names are the names of a reference up to its first index. exact says that there is no index.
func names(traversal hcl.Traversal) (path []string, exact bool) {
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			path = append(path, step.Name)
		case hcl.TraverseAttr:
			path = append(path, step.Name)
		default:
			return path, false
		}
	}
	return path, true
}

// reference is a reference as people write it.
func reference(traversal hcl.Traversal) string {
	var b strings.Builder
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			text := "…"
			if step.Key.Type() == cty.String {
				text = strconv.Quote(step.Key.AsString())
			} else if step.Key.Type() == cty.Number {
				text = step.Key.AsBigFloat().String()
			}
			b.WriteString("[" + text + "]")
		default:
			b.WriteString("[*]")
		}
	}
	return b.String()
}

// place puts a value at a path of a tree. It fails where two values exclude each other.
func place(tree map[string]any, path []string, value cty.Value) bool {
	for _, name := range path[:len(path)-1] {
		next, there := tree[name]
		if !there {
			next = map[string]any{}
			tree[name] = next
		}
		branch, ok := next.(map[string]any)
		if !ok {
			return false
		}
		tree = branch
	}
	last := path[len(path)-1]
	if _, branch := tree[last].(map[string]any); branch {
		return false
	}
	tree[last] = value
	return true
}

func object(node any) cty.Value {
	branch, ok := node.(map[string]any)
	if !ok {
		return node.(cty.Value)
	}
	values := map[string]cty.Value{}
	for name, node := range branch {
		values[name] = object(node)
	}
	return cty.ObjectVal(values)
}

// value is a part of a file: an expression, looked into as far as it is written out, blocks of one type, or what an
// expression evaluates to. Its zero value is absent.
type value struct {
	scope  *scope
	at     hcl.Range
	expr   hclsyntax.Expression
	bodies []*hclsyntax.Body
	result cty.Value
}

func (s *scope) body(block *hclsyntax.Block) value {
	return value{scope: s, at: block.DefRange(), bodies: []*hclsyntax.Body{block.Body}}
}

// there says whether it is written, and is not null.
func (x value) there() bool {
	if len(x.bodies) > 0 {
		return true
	}
	v, err := x.eval()
	return x.scope != nil && (err != nil || !v.IsNull())
}

func (x value) eval() (cty.Value, error) {
	switch {
	case x.expr != nil:
		return x.scope.eval(x.expr)
	case x.result != cty.NilVal:
		return x.result, nil
	}
	return cty.NilVal, errNotEvaluated
}

// get is what a key has: an attribute, blocks, or an element of an object.
func (x value) get(key string) value {
	if len(x.bodies) > 0 {
		body := x.bodies[0]
		if attribute := body.Attributes[key]; attribute != nil {
			return value{scope: x.scope, at: attribute.SrcRange, expr: attribute.Expr}
		}
		var found value
		for _, block := range body.Blocks {
			if block.Type == key {
				if found.scope == nil {
					found = value{scope: x.scope, at: block.DefRange()}
				}
				found.bodies = append(found.bodies, block.Body)
			}
		}
		return found
	}
	if written, ok := x.expr.(*hclsyntax.ObjectConsExpr); ok {
		for _, item := range written.Items {
			if name, diagnostics := item.KeyExpr.Value(nil); !diagnostics.HasErrors() && name.Type() == cty.String && name.AsString() == key {
				return value{scope: x.scope, at: hcl.RangeBetween(item.KeyExpr.Range(), item.ValueExpr.Range()), expr: item.ValueExpr}
			}
		}
		return value{}
	}
	v, err := x.eval()
	if err != nil || v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return value{}
	}
	if element, ok := v.AsValueMap()[key]; ok {
		return value{scope: x.scope, at: x.at, result: element}
	}
	return value{}
}

// list is what a list, or a mapping, has. known is false where it cannot be evaluated.
func (x value) list() (all []value, known bool) {
	if len(x.bodies) > 0 {
		for _, body := range x.bodies {
			all = append(all, value{scope: x.scope, at: body.SrcRange, bodies: []*hclsyntax.Body{body}})
		}
		return all, true
	}
	switch written := x.expr.(type) {
	case *hclsyntax.TupleConsExpr:
		for _, expr := range written.Exprs {
			all = append(all, value{scope: x.scope, at: expr.Range(), expr: expr})
		}
		return all, true
	case *hclsyntax.ObjectConsExpr:
		for _, item := range written.Items {
			all = append(all, value{scope: x.scope, at: item.ValueExpr.Range(), expr: item.ValueExpr})
		}
		return all, true
	}
	if x.scope == nil {
		return nil, true
	}
	v, err := x.eval()
	if err != nil || !v.IsNull() && !v.CanIterateElements() {
		return nil, false
	}
	if v.IsNull() {
		return nil, true
	}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		all = append(all, value{scope: x.scope, at: x.at, result: element})
	}
	return all, true
}

// texts are the texts of a mapping, such as tags. Those that have no value are left out.
func (x value) texts() map[string]string {
	all := map[string]string{}
	v, err := x.eval()
	if err != nil || v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return all
	}
	for key, element := range v.AsValueMap() {
		if text, ok := (value{scope: x.scope, result: element}).text(); ok && isKnown(text) {
			all[key] = text
		}
	}
	return all
}

// text is a text, with ${} for what has no value in these files.
func (x value) text() (string, bool) {
	v, err := x.eval()
	if err != nil || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// number is a whole number, also one in quotes, as Terraform takes it.
func (x value) number() (int, bool) {
	v, err := x.eval()
	if err != nil || v.IsNull() {
		return 0, false
	}
	if v.Type() == cty.String {
		number, err := strconv.Atoi(v.AsString())
		return number, err == nil
	}
	if v.Type() != cty.Number {
		return 0, false
	}
	number, _ := v.AsBigFloat().Int64()
	return int(number), true
}

func (x value) yes() bool {
	v, err := x.eval()
	return err == nil && !v.IsNull() && (v.Type() == cty.Bool && v.True() || v.Type() == cty.String && v.AsString() == "true")
}

// document is a JSON document, with ${} in its texts.
func (x value) document(into any) bool {
	text, ok := x.text()
	return ok && json.Unmarshal([]byte(text), into) == nil
}

// source is the reference that an expression is, such as data.aws_sns_topic.alerts.arn, or "".
func (x value) source() string {
	if traversal, ok := x.expr.(*hclsyntax.ScopeTraversalExpr); ok {
		return reference(traversal.Traversal)
	}
	return ""
}

// isKnown says whether a text has all its values.
func isKnown(text string) bool { return !strings.Contains(text, "${") }

// missing are the references in a text without a value.
func missing(text string) []string {
	var all []string
	for {
		_, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return all
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
		text = after
	}
}
