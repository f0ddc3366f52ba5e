package constructs_test

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A test file declares at package level what its tests look at, each in a stack of its own:
//
//	var keyMinimum = inStack("KeyMinimum", func(stack awscdk.Stack) { constructs.NewKey(stack, …) })
//
// All stacks are in one app, which the first test that needs a template builds: Template_FromStack
// synthesizes the whole app, and after that nothing can be added. Tests that need no template start no
// Node.js.

// fixture is a stack of the app that the tests share.
type fixture struct {
	name   string
	build  func(stack awscdk.Stack)
	stack  awscdk.Stack
	failed string // what build panicked with
}

var (
	fixtures []*fixture
	buildApp = sync.OnceFunc(func() {
		app := awscdk.NewApp(nil)
		for _, f := range fixtures {
			f.stack = awscdk.NewStack(app, jsii.String(f.name), nil)
			f.failed = panicOf(func() { f.build(f.stack) })
		}
	})
)

// inStack declares a stack of the shared app. build adds what is tested to it.
func inStack(name string, build func(stack awscdk.Stack)) *fixture {
	f := &fixture{name: name, build: build}
	fixtures = append(fixtures, f)
	return f
}

// template returns the template of the stack.
func (f *fixture) template(t *testing.T) template {
	t.Helper()
	buildApp()
	if f.failed != "" {
		t.Fatal(f.failed)
	}
	return template{Template: assertions.Template_FromStack(f.stack, nil), t: t}
}

// template has the assertions of the CDK. One that fails panics in Go, so here it fails the test instead,
// in the line of the assertion, and the test goes on.
type template struct {
	assertions.Template
	t *testing.T
}

func (x template) HasResource(resourceType *string, props any) {
	x.t.Helper()
	x.check(func() { x.Template.HasResource(resourceType, props) })
}

func (x template) HasResourceProperties(resourceType *string, props any) {
	x.t.Helper()
	x.check(func() { x.Template.HasResourceProperties(resourceType, props) })
}

func (x template) AllResources(resourceType *string, props any) {
	x.t.Helper()
	x.check(func() { x.Template.AllResources(resourceType, props) })
}

func (x template) ResourceCountIs(resourceType *string, count *float64) {
	x.t.Helper()
	x.check(func() { x.Template.ResourceCountIs(resourceType, count) })
}

func (x template) ResourcePropertiesCountIs(resourceType *string, props any, count *float64) {
	x.t.Helper()
	x.check(func() { x.Template.ResourcePropertiesCountIs(resourceType, props, count) })
}

func (x template) HasOutput(logicalID *string, props any) {
	x.t.Helper()
	x.check(func() { x.Template.HasOutput(logicalID, props) })
}

func (x template) check(assertion func()) {
	x.t.Helper()
	if message := panicOf(assertion); message != "" {
		x.t.Error(message)
	}
}

// panicOf returns what f panics with, as text, with the stack of an error of Go's runtime. Empty: it does not panic.
func panicOf(f func()) (message string) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		message = strings.TrimSpace(fmt.Sprint(r))
		if _, bug := r.(runtime.Error); bug {
			message += "\n" + string(debug.Stack())
		}
	}()
	f()
	return ""
}

// resources returns the resources of the template by their logical ids.
func (x template) resources() map[string]map[string]any {
	found := map[string]map[string]any{}
	for id, resource := range (*x.ToJSON())["Resources"].(map[string]any) {
		found[id] = resource.(map[string]any)
	}
	return found
}

// hasID fails the test if there is no resource of that type with that logical id.
func (x template) hasID(logicalID, resourceType string) {
	x.t.Helper()
	if got := x.resources()[logicalID]["Type"]; got != resourceType {
		x.t.Errorf("%s is %v; want %s; there are %q", logicalID, got, resourceType, slices.Sorted(maps.Keys(x.resources())))
	}
}

// ref is a reference to the only resource of a type, and arn to its ARN.
func (x template) ref(resourceType string) map[string]any {
	x.t.Helper()
	return map[string]any{"Ref": x.only(resourceType)}
}

func (x template) arn(resourceType string) map[string]any {
	x.t.Helper()
	return map[string]any{"Fn::GetAtt": []any{x.only(resourceType), "Arn"}}
}

// only is the logical id of the only resource of a type.
func (x template) only(resourceType string) string {
	x.t.Helper()
	found := *x.FindResources(jsii.String(resourceType), nil)
	if len(found) != 1 {
		x.t.Fatalf("%d resources of type %s; want one", len(found), resourceType)
	}
	return slices.Collect(maps.Keys(found))[0]
}
