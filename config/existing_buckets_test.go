package config

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

const existingBucketsFile = "../docs/existing-buckets.md"

// TestExistingBucketsDocumented: docs/existing-buckets.md is current.
func TestExistingBucketsDocumented(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(existingBucketsIntroduction)
	for _, r := range ExistingBuckets {
		fmt.Fprintf(&b, "| `%s` | %s. | %s | %s |\n", r.Name, r.Requirement, r.Consequence, r.Fact)
	}
	b.WriteString(existingBucketsCommands)
	fmt.Fprintf(&b, existingBucketsOfYourOwn, exampleCode(t, "Example_existingBucket"), exampleCode(t, "ExampleNewBucket_settings"))
	if *update {
		if err := os.WriteFile(existingBucketsFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, existingBucketsFile), b.Bytes()) {
		t.Error("docs/existing-buckets.md is not current: go test ./config -run Documented -update")
	}
}

// exampleCode is the body of an example of package constructs, up to what it prints: the code of the page compiles and runs.
func exampleCode(t *testing.T, name string) string {
	t.Helper()
	_, after, found := strings.Cut(string(read(t, "../constructs/example_test.go")), "\nfunc "+name+"() {\n")
	code, _, ends := strings.Cut(after, "\n\n\tprintResources(")
	if !found || !ends {
		t.Fatalf("there is no %s", name)
	}
	return strings.TrimPrefix(strings.ReplaceAll("\n"+code, "\n\t", "\n"), "\n")
}

// TestExistingBuckets: the list has what AWS Backup needs (F-S3-28), each once, with a fact that exists.
func TestExistingBuckets(t *testing.T) {
	facts := string(read(t, "../docs/aws-facts.md"))
	var names []string
	for _, r := range ExistingBuckets {
		names = append(names, r.Name)
		if r.Requirement == "" || r.Consequence == "" || !strings.Contains(facts, "\n- "+r.Fact+" ") {
			t.Errorf("%+v", r)
		}
	}
	if got := fmt.Sprint(names); got != "[versioning eventbridge region key bucket-policy storage-class sse-c]" {
		t.Errorf("requirements %s", got)
	}
}

// TestExistingBucketsAreReportedOnce: there is one warning for the file, however many buckets with backups it has that the app did
// not create, named or selected by tag. It says what to check, with the fact of each, and there is none without such buckets.
func TestExistingBucketsAreReportedOnce(t *testing.T) {
	const needs = ", so check that each has what AWS Backup needs: S3 Versioning (F-S3-1), events to EventBridge (F-S3-12), the workload's " +
		"account and Region (F-REG-3), a KMS key that lets the backup role decrypt (F-S3-16), a bucket policy that does not deny the " +
		"backup role (F-OL-12), no transition to Glacier Flexible Retrieval or Deep Archive (F-S3-2), no objects under SSE-C (F-S3-3); " +
		"commands for that are in docs/existing-buckets.md; "
	const existing = "buckets: [{name: dummy-dev-b, tier: critical_data, existing: true}, "
	for buckets, want := range map[string]string{
		"buckets: [{name: dummy-dev-b, tier: critical_data}, ":                 "",
		"buckets: [{name: dummy-dev-b, tier: standard_data, existing: true}, ": "",
		existing: "the app changes no existing bucket" + needs + "got 1 existing bucket [F-S3-28]",
		existing + "{name: dummy-dev-c, tier: sensitive_data, existing: true}, {name: dummy-dev-d, tier: standard_data, existing: true}, ": "" +
			"the app changes no existing bucket" + needs + "got 2 existing buckets [F-S3-28]",
		"select_tagged: [critical_data, sensitive_data]\n    buckets: [": "select_tagged[0]: the app changes no bucket that a tag selects" +
			needs + "got select_tagged in 1 workload [F-S3-28]",
		"select_tagged: [sensitive_data]\n    " + existing: "existing: the app changes neither existing buckets nor those that a tag selects" +
			needs + "got 1 existing bucket, and select_tagged in 1 workload [F-S3-28]",
	} {
		cfg := load(t, strings.Replace(minimal, "buckets: [", buckets, 1))
		var reported []string
		for _, p := range cfg.Warnings {
			if p.Check == "existing-buckets" {
				reported = append(reported, p.String())
			}
		}
		if want == "" && reported != nil || want != "" && (len(reported) != 1 || !strings.HasSuffix(reported[0], want)) {
			t.Errorf("%s: %q, want one of %q", buckets, reported, want)
		}
	}
}

const existingBucketsIntroduction = `# Existing buckets

This file is generated from ` + "`config/existing_buckets.go`: `go test ./config -run Documented -update`" + `.

A bucket with ` + "`existing: true`" + ` is backed up and not changed. The same is true of the buckets that ` + "`select_tagged`" + ` selects. Such a
bucket must already have what AWS Backup needs (F-S3-28); the buckets that the app creates have it. Nothing in a
template can check it, so the app warns once for all these buckets. The facts are in [aws-facts.md](aws-facts.md).

| name | requirement | otherwise | fact |
|---|---|---|---|
`

const existingBucketsCommands = `
Look at a bucket before its first backup:

` + "```sh" + `
aws s3api get-bucket-versioning --bucket BUCKET                   # Status: Enabled
aws s3api get-bucket-notification-configuration --bucket BUCKET   # EventBridgeConfiguration
aws s3api get-bucket-location --bucket BUCKET                     # null is us-east-1
aws s3api get-bucket-encryption --bucket BUCKET                   # the key; then aws kms get-key-policy
aws s3api get-bucket-policy --bucket BUCKET                       # statements with Deny
aws s3api get-bucket-lifecycle-configuration --bucket BUCKET      # transitions to GLACIER or DEEP_ARCHIVE
` + "```" + `

After the first backup, compare the size of the recovery point with that of the bucket: a job can complete without
all objects (F-S3-16).

## Select buckets by their tags

` + "`select_tagged`" + ` of a workload lists what its plans select beside the buckets that it names:

` + "```yaml" + `
tag_key: DataClassification      # of the tag that names a tier; default: backup:tier
workloads:
  - name: dummy
    # …
    select_tagged:
      - curated_data             # buckets with the tag DataClassification=curated_data
      - {tier: sensitive_data, except_tag: {backup: "no"}}             # the same for sensitive_data, without those with backup=no
      - tier: critical_data                                           # tags of your own
        tag: {BackupLocal: "True", Environment: prod}                  # all of them
        except_tag: {backup: "no", DataClassification: curated_data}   # none of them
` + "```" + `

- A selection takes buckets of the workload's account and Region, and leaves out all that a workload there names. It can leave out
  500, so with more named buckets in an account and Region nothing can be selected by tag there (F-LIM-2).
- If a selection looks for a tag that ` + "`tags`" + ` of the file gives to all resources, it leaves out the app's own buckets, such as those for access logs.
- AWS compares keys and values letter by letter: ` + "`true`" + ` is not ` + "`True`" + `, and there are no wildcards (F-LIM-10). Quote what
  YAML reads as a number or as true or false.
- A bucket without the key of ` + "`except_tag`" + ` is selected. AWS describes this only by its likeness to IAM (F-LIM-10), so look at the
  first backups.
- A bucket must not come into two plans: two continuous backups of a bucket exclude each other (F-S3-7). If it is certain that each bucket
  of one selection is also in another, that is an error. If a bucket could have the tags of both, it is a warning with a tag to
  leave out. No bucket has two values of one tag, so selections of two values need no more.
- Several selections of one tier in one workload are selections of one plan. A bucket that two of them take has one continuous backup.
  AWS does not say whether a snapshot is taken twice (F-LIM-11).
- A plan has at most 10 selections by tag, and a selection 30 tags (F-LIM-1).
- With another ` + "`tag_key`" + `, created buckets, vaults, plans and recovery points get the new tag, and nothing is replaced. Tag the
  other buckets before you deploy it: ` + "`-previous`" + ` warns.
- A bucket that loses its tags gets no new backups. Its recovery points are kept until they expire.

The buckets that a workload names are in selections of 500 each, in the order of the file. A bucket that you add at the end moves none
into another selection; one that you add elsewhere moves at most one bucket of each full selection. Both are selections of one plan, so
backups go on as before.
`

const existingBucketsOfYourOwn = `
## Which bucket should the app create?

The app creates a bucket with all that AWS Backup needs, and with the settings that
[tiers.md](tiers.md#settings-of-a-bucket) lists. Whoever needs more, such as replication or a website, creates the
bucket and names it with ` + "`existing: true`" + `. There are two ways in CDK code of your own.

**CDK's bucket**, with what the table asks for:

` + "```go\n%s\n```" + `

` + "```yaml\nbuckets:\n  - {name: acme-website, tier: curated_data, existing: true}\n```" + `

**The construct of this app** ([library.md](library.md)), which has what the table asks for:

` + "```go\n%s\n```" + `

Then name it with ` + "`existing: true`" + ` too: the stack of your app creates it. The code is that of the examples in package
constructs, which compile and run.
`
