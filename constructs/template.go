// Package constructs has one building block of S3 backup per file: plain Go props in, CloudFormation
// resources out, in AWS's own words. A block assumes that its props are valid; it composes no names and
// reads nothing but its props. The CDK gets all resources of a stack in one call ([Template.Include]).
package constructs

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/jsii-runtime-go"
)

// Template has the resources of a stack. Its zero value has none.
type Template struct {
	resources map[string]resource // by logical id
}

// resource is a resource as CloudFormation takes it.
type resource struct {
	Type                string
	Properties          properties
	Metadata            map[string]any `json:",omitempty"` //nolint:tagliatelle // CloudFormation's words
	DeletionPolicy      string         `json:",omitempty"` //nolint:tagliatelle // CloudFormation's words
	UpdateReplacePolicy string         `json:",omitempty"` //nolint:tagliatelle // CloudFormation's words
}

// properties are those of a resource, or of a part of one.
type properties = map[string]any

// Value is a text, or a reference to what CloudFormation knows only when it deploys.
type Value any

// Scope is a place in a template. What is added to it has a logical id made of the ids on the way there.
type Scope struct {
	template *Template
	path     []string
}

// Scope is the place below the template itself of that id.
func (t *Template) Scope(ids ...string) Scope { return Scope{t, ids} }

// Scope is the place of that id below this one.
func (s Scope) Scope(id string) Scope { return Scope{s.template, slices.Concat(s.path, []string{id})} }

// added is a resource in its template.
type added struct {
	Scope // of what belongs to it
	id    string
}

func (s Scope) add(id string, r resource) added {
	a := added{Scope: s.Scope(id)}
	a.id = logicalID(a.path)
	if _, twice := s.template.resources[a.id]; twice {
		panic("the template already has a resource " + a.id) //nolint:forbidigo // as the CDK does it with two constructs of one id
	}
	if s.template.resources == nil {
		s.template.resources = map[string]resource{}
	}
	s.template.resources[a.id] = r
	return a
}

// retained keeps the resource in AWS when it leaves the template, or would be replaced.
func (r resource) retained() resource {
	r.DeletionPolicy, r.UpdateReplacePolicy = "Retain", "Retain"
	return r
}

// deleted deletes the resource with its place in the template: it holds nothing that is not elsewhere.
func (r resource) deleted() resource {
	r.DeletionPolicy, r.UpdateReplacePolicy = "Delete", "Delete"
	return r
}

// ref is what CloudFormation calls the resource, mostly its name. It makes the other one wait for it.
func (a added) ref() Value { return map[string]any{"Ref": a.id} }

// attribute is what CloudFormation knows of the resource by that name.
func (a added) attribute(name string) Value {
	return map[string]any{"Fn::GetAtt": []string{a.id, name}}
}

// arn is the ARN of the resource with something at its end.
func (a added) arn(suffix string) Value {
	if suffix == "" {
		return a.attribute("Arn")
	}
	return map[string]any{"Fn::Sub": "${" + a.id + ".Arn}" + suffix}
}

// logicalID is the id that the CDK gives a resource at that path. It is a contract: CloudFormation
// replaces a resource whose logical id changes, with what it holds.
func logicalID(path []string) string {
	var human string
	last := ""
	for i, id := range path {
		if i == 0 || !strings.HasSuffix(last, id) {
			human += strings.Map(alphanumeric, id)
			last = id
		}
	}
	if len(path) == 1 {
		return human
	}
	hash := md5.Sum([]byte(strings.Join(path, "/")))
	return human + strings.ToUpper(hex.EncodeToString(hash[:4]))
}

func alphanumeric(r rune) rune {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return r
	}
	return -1
}

// Include adds the resources to a stack, in one call: each call into Node costs a third of a
// millisecond, and one for each resource and dependency would double the time of a synthesis
// (docs/adr/0009). As L1 constructs of their types they can be looked into, which cdk-nag needs;
// otherwise they are added as they are, which takes the CDK half the time.
func (t *Template) Include(stack awscdk.Stack, l1 bool) {
	file, err := t.write()
	if err != nil {
		panic(err) //nolint:forbidigo // as every failure of the CDK arrives
	}
	defer os.Remove(file) //nolint:errcheck // a temporary file
	props := &cloudformationinclude.CfnIncludeProps{TemplateFile: jsii.String(file)}
	if !l1 {
		props.DehydratedResources = jsii.Strings(slices.Sorted(maps.Keys(t.resources))...)
	}
	// The id "Default" is not seen in the logical ids of what is below it, so they are those of the
	// template. The construct has none itself then, though the CDK asks for it.
	include := cloudformationinclude.NewCfnInclude(stack, jsii.String("Default"), props)
	include.OverrideLogicalId(jsii.String("Template"))
}

// write writes the template to a temporary file: the CDK takes it in no other way.
func (t *Template) write() (name string, err error) {
	file, err := os.CreateTemp("", "central-s3-backup-*.template.json")
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // what is written is checked
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	return file.Name(), encoder.Encode(map[string]any{"Resources": t.resources})
}
