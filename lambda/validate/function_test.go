package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLocal: go run ./lambda/validate -event FILE handles one event, with the exit code and the reason.
func TestLocal(t *testing.T) {
	tests := filepath.Join(t.TempDir(), "tests.json")
	if err := os.WriteFile(tests, []byte(`{"project": "dummy", "plans": [{"name": "dummy_lake_prod"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"plans": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_REGION", "eu-central-1")
	whole := map[string]string{"EVIDENCE_BUCKET": "evidence", "EVENT_BUS": "bus", "TESTS": tests}
	without := func(name, value string) map[string]string {
		m := map[string]string{}
		for k, v := range whole {
			m[k] = v
		}
		m[name] = value
		return m
	}
	stranger := `{"source": "aws.backup", "detail-type": "Restore Job State Change",
		"detail": {"restoreJobId": "1", "restoreTestingPlanArn": "x"}}`
	for _, c := range []struct {
		args        []string
		environment map[string]string
		event       string
		code        int
		says        string
	}{
		{[]string{"-event", "-"}, whole, stranger, exitDone, "not one of this project"},
		{[]string{"-event", "-"}, whole, "x", exitWrong, "the message is no event"},
		{nil, whole, "", exitWrong, "want -event FILE"},
		{[]string{"-event", "no-such-file"}, whole, "", exitWrong, "no-such-file"},
		{[]string{"-event", "-"}, without("EVIDENCE_BUCKET", ""), "", exitWrong, "EVIDENCE_BUCKET: is missing"},
		{[]string{"-event", "-"}, without("EVENT_BUS", ""), "", exitWrong, "EVENT_BUS: is missing"},
		{[]string{"-event", "-"}, without("TESTS", "no-such-file"), "", exitWrong, "TESTS: "},
		{[]string{"-event", "-"}, without("TESTS", broken), "", exitWrong, "project and plans are required"},
		{[]string{"-h"}, whole, "", exitDone, "handle the EventBridge event"},
	} {
		var stderr bytes.Buffer
		code := run(c.args, func(name string) string { return c.environment[name] }, strings.NewReader(c.event), &stderr)
		if code != c.code || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%v: exit code %d: %s; want %d and %q", c.args, code, stderr.String(), c.code, c.says)
		}
	}
}
