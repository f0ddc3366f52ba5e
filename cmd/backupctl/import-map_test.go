package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

const (
	keyOne = "1234abcd-12ab-34cd-56ef-1234567890ab"
	keyTwo = "mrk-1234abcd12ab34cd56ef1234567890ab"
)

// assembly is a directory with templates of the example, newer than its configuration.
func assembly(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob("../../testdata/golden/dummy-*.template.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// mapped runs import-map, and reads the mapping.
func mapped(t *testing.T, dir, line string) (code int, mapping map[string]map[string]string, stderr string) {
	t.Helper()
	var stdout, problems bytes.Buffer
	code = run(strings.Fields("import-map --config ../../testdata/example.yaml --assembly "+dir+" "+line), newClock(), strings.NewReader(""),
		&stdout, &problems)
	if code == exitDone {
		if err := json.Unmarshal(stdout.Bytes(), &mapping); err != nil {
			t.Errorf("%s: %v: %s", line, err, stdout.String())
		}
	}
	return code, mapping, problems.String()
}

// TestImportMap: the vault, the key and its alias by their logical ids, as the CDK reads them, and what they refer to.
func TestImportMap(t *testing.T) {
	dir := assembly(t)
	for _, line := range []string{"--stack central", "--stack dummy-backup-central --only central-aws-vault-S3"} {
		code, got, stderr := mapped(t, dir, line+" --key aws-backup-kms="+keyOne)
		want := map[string]map[string]string{
			"Key": {"KeyId": keyOne}, "KeyAlias6C2E2031": {"AliasName": "alias/aws-backup-kms"},
			"VaultscentralawsvaultS31AAB86B5": {"BackupVaultName": "central-aws-vault-S3"},
		}
		if code != exitDone || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: exit code %d: %v, want %v", line, code, got, want)
		}
		compare(
			t,
			"standard error of "+line,
			stderr,
			"note: central-aws-vault-S3 refers to AlertsTopic4CF1C27A (AWS::SNS::Topic), which must be "+
				"in the stack already or be imported with it\nimport them with npx cdk import dummy-backup-central --resource-mapping FILE, then "+
				"deploy the rest\n",
		)
	}
	code, got, stderr := mapped(t, dir, "--stack dummy-dev --only dummy-dev-curated-data --key alias/dummy-dummy-dev-buckets="+keyTwo)
	want := map[string]map[string]string{
		"Bucketsdummydevcurateddata674FD39D": {"BucketName": "dummy-dev-curated-data"}, "Keysbuckets1C0E3A04": {"KeyId": keyTwo},
		"KeysbucketsAlias398E64D0": {"AliasName": "alias/dummy-dummy-dev-buckets"},
	}
	if code != exitDone || fmt.Sprint(got) != fmt.Sprint(want) || !strings.Contains(stderr, "refers to AccessLogs (AWS::S3::Bucket)") {
		t.Errorf("exit code %d: %v, want %v: %s", code, got, want, stderr)
	}
}

// TestImportMapRefused: what would not import, or would replace a vault.
func TestImportMapRefused(t *testing.T) {
	dir := assembly(t)
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "dummy-backup-dummy-dev.template.json"), []byte(`{"Resources":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "dummy-backup-central.template.json"), []byte(`{`), 0o600); err != nil {
		t.Fatal(err)
	}
	again := "go run . -config ../../testdata/example.yaml -out "
	for _, c := range []struct{ dir, line, want string }{
		{dir, "--stack central", "central-aws-vault-S3 is encrypted with the key of alias/aws-backup-kms, and the mapping does not have it; " +
			"add --key alias/aws-backup-kms=ID (F-CFN-2)\n"},
		{dir, "--stack centra", "--stack centra: there is no such stack; did you mean central?; want one of dummy-backup-central, central, "},
		{dir, "--stack dummy-dev --only dummy-dev-critical-data-logs", "--only dummy-dev-critical-data-logs: dummy-backup-dummy-dev creates no " +
			"vault, bucket or alias of this name; an existing bucket is not in the stack, and is not imported\n"},
		{dir, "--stack central --key aws-backup-kms=arn:aws:kms:x", "--key aws-backup-kms=arn:aws:kms:x: want ALIAS=ID with the id of a key"},
		{dir, "--stack central --key aws-backup-km=" + keyOne, "--key aws-backup-km=" + keyOne + ": dummy-backup-central has no such alias; " +
			"did you mean alias/aws-backup-kms?"},
		{dir + "/nope", "--stack central", dir + "/nope/dummy-backup-central.template.json is not there; write it with " + again + dir + "/nope\n"},
		{other, "--stack dummy-dev", other + "/dummy-backup-dummy-dev.template.json is not of ../../testdata/example.yaml as it is now: " +
			"dummy-dev-standard-data is not in it; write it again with " + again + other + "\n"},
		{other, "--stack central", other + "/dummy-backup-central.template.json cannot be read: "},
	} {
		code, _, stderr := mapped(t, c.dir, c.line)
		if code != exitWrong || !strings.HasPrefix(stderr, c.want) {
			t.Errorf("%s: exit code %d: %s, want %s", c.line, code, stderr, c.want)
		}
	}
}

// TestImportMapStale: a template that is older than the configuration may have other logical ids.
func TestImportMapStale(t *testing.T) {
	dir := assembly(t)
	for age, want := range map[time.Duration]bool{-time.Hour: true, 100 * 365 * 24 * time.Hour: false} {
		config, err := os.Stat("../../testdata/example.yaml")
		if err != nil {
			t.Fatal(err)
		}
		when := config.ModTime().Add(age)
		if err := os.Chtimes(filepath.Join(dir, "dummy-backup-central.template.json"), when, when); err != nil {
			t.Fatal(err)
		}
		_, _, stderr := mapped(t, dir, "--stack central --key aws-backup-kms="+keyOne)
		if strings.Contains(stderr, "changed after") != want {
			t.Errorf("%s: got %s", age, stderr)
		}
	}
}

// TestImportMapLooksUp: with a profile, what exists is mapped, with the keys behind the aliases.
func TestImportMapLooksUp(t *testing.T) {
	dir := assembly(t)
	server := backupfake.New(backupfake.Options{Clock: s3fake.NewClock(start).Now})
	central, dev := server.Account("111111111111"), server.Account("222222222222")
	signIn(t, server.Listen(t))
	code, _, stderr := mapped(t, dir, "--stack central --profile central")
	if code != exitWrong ||
		stderr != "nothing of dummy-backup-central exists, so there is nothing to import; deploy it with npx cdk deploy "+
			"dummy-backup-central\n" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	central.SetAlias("alias/other", keyTwo)
	central.SetAlias("alias/aws-backup-kms", keyOne)
	vault := central.CreateVault("eu-central-1", "central-aws-vault-S3", backupfake.VaultOptions{
		Key: "arn:aws:kms:eu-central-1:111111111111:key/" + keyOne,
	})
	code, got, stderr := mapped(t, dir, "--stack central --profile central")
	if code != exitDone || len(got) != 3 || got["Key"]["KeyId"] != keyOne {
		t.Errorf("exit code %d: %v: %s", code, got, stderr)
	}
	vault.SetOptions(backupfake.VaultOptions{Key: "arn:aws:kms:eu-central-1:111111111111:key/" + keyTwo})
	code, _, stderr = mapped(t, dir, "--stack central --profile central")
	if want := "vault central-aws-vault-S3 is encrypted with key " + keyTwo + ", and alias/aws-backup-kms is " + keyOne +
		": CloudFormation would replace the vault (F-CFN-2)"; code != exitWrong || !strings.HasPrefix(stderr, want) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	dev.S3.CreateBucket("dummy-dev-curated-data", s3fake.BucketOptions{Region: "eu-central-1"})
	dev.SetAlias("alias/dummy-dummy-dev-buckets", keyOne)
	code, got, stderr = mapped(t, dir, "--stack dummy-dev --profile dummy-dev")
	if code != exitDone || len(got) != 3 || got["Bucketsdummydevcurateddata674FD39D"]["BucketName"] != "dummy-dev-curated-data" {
		t.Errorf("exit code %d: %v: %s", code, got, stderr)
	}
	if code, _, stderr = mapped(t, dir, "--stack central --profile dummy-dev"); code != exitWrong ||
		!strings.Contains(stderr, "another account") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, call := range server.Calls() {
		if strings.HasPrefix(call.Operation, "Put") || strings.HasPrefix(call.Operation, "Create") {
			t.Errorf("import-map called %s, which changes something", call.Operation)
		}
	}
}

// TestImportable: what the templates of the example have of these types has a name, and data or its protection is in no other type.
func TestImportable(t *testing.T) {
	text, err := os.ReadFile("../../testdata/golden/data-bearing.json")
	if err != nil {
		t.Fatal(err)
	}
	for kind := range importable {
		if kind != "AWS::KMS::Alias" && !strings.Contains(string(text), kind) {
			t.Errorf("%s holds no data", kind)
		}
	}
}
