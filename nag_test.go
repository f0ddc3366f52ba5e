package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"central-s3-backup/internal/fixedseed"
)

// withNag is the context with which the CDK CLI asks for cdk-nag.
var withNag = map[string]string{"CDK_CONTEXT_JSON": `{"nag":"true"}`}

// naggedAssemblies are those of [nagged], by their files.
var naggedAssemblies = map[string]*assembly{}

// nagged is the assembly of a configuration with cdk-nag, synthesized once for all tests.
func nagged(t *testing.T, file string) *assembly {
	t.Helper()
	if naggedAssemblies[file] == nil {
		dir := filepath.Join(shared, "nag-"+filepath.Base(file))
		naggedAssemblies[file] = synthesizeFile(file, dir, withNag)
	}
	return naggedAssemblies[file]
}

// TestNag: cdk-nag's AwsSolutions find nothing in any stack, and find what is planted. For cdk-nag all
// resources are L1 constructs, which check their properties and references; the templates stay the same.
func TestNag(t *testing.T) {
	for _, test := range []struct {
		file  string
		plain *assembly
	}{{"testdata/fleet.yaml", fleet}, {exampleFile, example}, {"testdata/gov.yaml", gov}} {
		if test.plain != fleet && !fixedseed.Whole {
			continue
		}
		a := nagged(t, test.file)
		if found := nagFindings(t, a.dir); len(found) > 0 {
			t.Errorf("%s", strings.Join(found, "\n"))
		}
		for stack, template := range a.templates {
			if !reflect.DeepEqual(template.Resources, test.plain.templates[stack].Resources) {
				t.Errorf("cdk-nag changes %s", stack)
			}
		}
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(dir)})
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	awss3.NewCfnBucket(awscdk.NewStack(app, jsii.String("planted"), nil), jsii.String("Bucket"), nil)
	app.Synth(nil)
	if found := nagFindings(t, dir); !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, "AwsSolutions-S10") }) {
		t.Errorf("a bucket without TLS only was not found: %v", found)
	}
}

// nagFindings reads what cdk-nag found: outside the CDK CLI it says so in the manifest alone.
func nagFindings(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	var visit func(any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if kind := v["type"]; kind == "aws:cdk:error" || kind == "aws:cdk:warning" {
				text, _ := v["data"].(string)
				found = append(found, text)
			}
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	for name, text := range contents(t, dir) {
		if name != "manifest.json" && !strings.HasSuffix(name, ".metadata.json") {
			continue
		}
		var document any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		visit(document)
	}
	return found
}
