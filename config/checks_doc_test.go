package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const checksFile = "../docs/checks.md"

// TestChecksDocumented: docs/checks.md is current, and testdata has an example of each check.
func TestChecksDocumented(t *testing.T) {
	want := checksDocument(t)
	if *update {
		if err := os.WriteFile(checksFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, checksFile), want) {
		t.Error("docs/checks.md is not current: go test ./config -run Documented -update")
	}
}

// TestNamedTestsExist: docs/checks.md names only tests that exist.
func TestNamedTestsExist(t *testing.T) {
	var code strings.Builder
	for _, pattern := range []string{"*_test.go", "../*_test.go", "../constructs/*_test.go"} {
		for _, file := range files(t, pattern) {
			code.Write(read(t, file))
		}
	}
	named := regexp.MustCompile(`Test\w+`).FindAllString(byConstruction, -1)
	for _, name := range named {
		if !strings.Contains(code.String(), "func "+name+"(t *testing.T)") {
			t.Errorf("there is no %s", name)
		}
	}
	if len(named) == 0 {
		t.Error("no test is named")
	}
}

// TestChecksNamedOnce: each check has a unique name, because tools identify checks by it.
func TestChecksNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, ch := range slices.Concat(readingChecks, syntaxChecks(), checks, comparisons) {
		if seen[ch.name] || ch.name == "" || ch.level != Error && ch.level != Warning {
			t.Errorf("%q, level %q: want a unique name and a level", ch.name, ch.level)
		}
		seen[ch.name] = true
	}
}

func syntaxChecks() []check {
	var all []check
	for _, row := range slices.Sorted(maps.Keys(syntaxes)) {
		all = append(all, syntaxes[row].asCheck(row))
	}
	return all
}

func checksDocument(t *testing.T) []byte {
	examples := corpusExamples(t)
	var b bytes.Buffer
	b.WriteString(checksIntroduction)
	for _, section := range []struct {
		title  string
		checks []check
	}{
		{"Reading the file", readingChecks},
		{"Values on their own", syntaxChecks()},
		{"Values together", checks},
		{"Compared with an earlier file (`-previous FILE`)", comparisons},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| check | level | fact | example |\n|---|---|---|---|\n", section.title)
		for _, ch := range section.checks {
			example, found := examples[ch.name]
			if !found {
				t.Errorf("testdata has no example of %s", ch.name)
			}
			if found && (example.Level != ch.level || example.Fact != ch.fact) {
				t.Errorf("%s: the example has level %s and fact %q", ch.name, example.Level, example.Fact)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", ch.name, ch.level, ch.fact, markdown(example.String()))
		}
	}
	b.WriteString(byConstruction)
	return b.Bytes()
}

const checksIntroduction = `# The checks

This file is generated from the checks and the files in config/testdata: ` + "`go test ./config -run Documented -update`" + `.

An error stops the synthesis: nothing is written. A warning does not. ` + "`-format json`" + ` writes the name of the check in the field ` + "`check`" + `.
The facts are in [aws-facts.md](aws-facts.md). A check that rests on an UNVERIFIED fact is a warning. A check without a fact is a rule of this app, not of AWS.
`

const byConstruction = `
## Rules that the app keeps itself

No configuration can break these rules.

| rule | fact | tests |
|---|---|---|
| buckets that the app creates have versioning and EventBridge notifications | F-S3-1, F-S3-12 | TestBucketsAreProtected |
| the rules of a tier are in one plan and use one vault | F-S3-8 | TestPlans |
| no rule and no copy uses cold storage | F-S3-6 | TestPlans |
| a selection lists bucket ARNs, or selects S3 by tag and excludes the named buckets | F-LIM-2, F-S3-7 | TestPlans |
| a plan has at most 100 selections, and each selection by name at most 500 buckets | F-LIM-1, F-LIM-2, F-S3-15 | TestSelectionsOfManyBuckets |
| noncurrent versions expire only after the default lock has ended, and without one after 35 days | F-OL-5 | TestBucketsAreProtected |
| the access-log bucket has no Object Lock and does not log to itself | F-OL-7, F-S3-17 | TestBucketsAreProtected |
| no policy names a role that may not exist, and policies fit into AWS's size limits | F-KMS-2, F-LIM-7 | TestCentralPolicies, TestLogDeliverySize |
| composed names fit into AWS's length limits | F-LIM-3 | TestNames, TestLongRoleNames |
| a tag of the file changes nothing but tags, and no type with tags is replaced for them | F-CFN-15 | TestTagsOfTheFile |
`

func markdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}

// corpusExamples returns the first problem of each check in testdata, those of bad files first.
func corpusExamples(t *testing.T) map[string]Problem {
	t.Helper()
	examples := map[string]Problem{}
	add := func(problems Problems) {
		for _, p := range problems {
			if _, there := examples[p.Check]; !there {
				p.File = filepath.Base(p.File)
				for i := range p.See {
					p.See[i].File = filepath.Base(p.See[i].File)
				}
				examples[p.Check] = p
			}
		}
	}
	for _, file := range append(files(t, "testdata/bad/*.yaml"), files(t, "testdata/good/*.yaml")...) {
		add(problemsOf(Load(file, read(t, file))))
	}
	for _, after := range files(t, "testdata/previous/*/after.yaml") {
		before := filepath.Join(filepath.Dir(after), "before.yaml")
		add(problemsOf(LoadAfter(after, read(t, after), before, read(t, before))))
	}
	add(problemsOf(LoadFile("absent.yaml")))
	add(problemsOf(Load("too-many.yaml", []byte("version: 1\nworkloads:\n"+strings.Repeat("- x\n", maxProblems+1)))))
	return examples
}

// problemsOf returns all problems, whether the configuration loaded or not.
func problemsOf(cfg *Config, err error) Problems {
	var problems Problems
	if errors.As(err, &problems) {
		return problems
	}
	return cfg.Warnings
}
