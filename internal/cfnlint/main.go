// Command cfnlint lints the templates of cloud assemblies, each for the Region of its stack. Resource types and
// properties differ between Regions (F-CFN-13, F-REG-6), and cfn-lint takes us-east-1 unless it is told.
//
//	go run ./internal/cfnlint cdk.out cdk.out.gov
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
)

// ignoredEverywhere are rules that cfn-lint has wrong, and that of Fn::Sub: it asks for it in place of the Fn::Join that
// the CDK writes.
var ignoredEverywhere = []string{
	"I1022",
}

// ignored are rules that cfn-lint has wrong in a Region.
var ignored = map[string]string{
	// cfn-lint 1.51 knows the ARNs of three partitions: "does not match '^arn:(aws|aws-cn|aws-us-gov):iam::'".
	"eusc-de-east-1": "E3512",
}

func main() {
	log.SetFlags(0)
	templates := map[string][]string{} // by Region
	for _, dir := range os.Args[1:] {  //nolint:forbidigo // a command of its own
		if err := addTemplates(templates, dir); err != nil {
			log.Fatal(err)
		}
	}
	if len(templates) == 0 {
		log.Fatal("no templates; want directories with cloud assemblies")
	}
	failed := false
	for _, region := range slices.Sorted(maps.Keys(templates)) {
		fmt.Fprintf(os.Stderr, "%s: %d templates\n", region, len(templates[region]))
		args := append([]string{"--include-checks", "I", "--regions", region, "--ignore-checks"}, ignoredEverywhere...)
		if rule, known := ignored[region]; known {
			args = append(args, rule)
		}
		lint := exec.Command("cfn-lint", append(append(args, "--"), templates[region]...)...)
		lint.Stdout, lint.Stderr = os.Stdout, os.Stderr
		if err := lint.Run(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: cfn-lint: %v\n", region, err)
			failed = true
		}
	}
	if failed {
		log.Fatal("there are findings")
	}
}

// addTemplates adds the templates of a cloud assembly, by the Regions of their stacks.
func addTemplates(templates map[string][]string, dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return err
	}
	var manifest struct {
		Artifacts map[string]struct {
			Type, Environment string
			Properties        struct{ TemplateFile string }
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	for _, name := range slices.Sorted(maps.Keys(manifest.Artifacts)) {
		stack := manifest.Artifacts[name]
		if stack.Type != "aws:cloudformation:stack" {
			continue
		}
		region := path.Base(stack.Environment) // aws://ACCOUNT/REGION
		templates[region] = append(templates[region], filepath.Join(dir, stack.Properties.TemplateFile))
	}
	return nil
}
