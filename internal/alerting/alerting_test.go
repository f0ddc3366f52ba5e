package alerting

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestDestination: a destination without severity and endpoint has no such keys, since they would be in every template.
func TestDestination(t *testing.T) {
	text, err := json.Marshal([]Destination{{Kind: Slack, Secret: "s"}, {Kind: PagerDuty, Secret: "p", Severity: "error", Endpoint: "e"}})
	const want = `[{"kind":"slack","secret":"s"},{"kind":"pagerduty","secret":"p","severity":"error","endpoint":"e"}]`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	if name := (Destination{Kind: Slack, Secret: "s"}).String(); name != "slack s" {
		t.Errorf("name %q", name)
	}
}

// TestOutcome: what did not arrive has a reason, also when the function of another version writes other words.
func TestOutcome(t *testing.T) {
	for outcome, want := range map[Outcome]string{
		Failed("answered 503: "): "answered 503: ",
		NotSent:                  "nothing to tell",
		"postponed":              "postponed",
	} {
		if got := outcome.Reason(); outcome.Arrived() || got != want {
			t.Errorf("%q: arrived %v, reason %q", outcome, outcome.Arrived(), got)
		}
	}
	for _, outcome := range []Outcome{Delivered, DeliveredBefore} {
		if !outcome.Arrived() {
			t.Errorf("%q did not arrive", outcome)
		}
	}
}

// TestLogLine: a line with the keys is read back.
func TestLogLine(t *testing.T) {
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("alert", ResourceKey, "marker", slog.Group(DestinationsKey, "slack s", Delivered))
	var got LogLine
	err := json.Unmarshal(line.Bytes(), &got)
	if want := (LogLine{"marker", map[string]Outcome{"slack s": Delivered}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestWordsAreHereAlone: no program has a text of its own for what three programs must say in the same words.
func TestWordsAreHereAlone(t *testing.T) {
	words := []string{
		TestDetailType,
		TestMessage,
		markerPrefix,
		string(Delivered),
		string(DeliveredBefore),
		string(NotSent),
		failed,
		FleetFile,
	}
	const root = "../.."
	read := 0
	for _, dir := range []string{"cmd", "constructs", "config", "stacks", "lambda", "internal/synth"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			read++
			for _, word := range words {
				if strings.Contains(string(text), `"`+word+`"`) {
					t.Errorf("%s has %q; want the constant of internal/alerting", path, word)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Errorf("read %d files", read)
	}
}

// TestMarker: only a marker of backupctl is one.
func TestMarker(t *testing.T) {
	for text, want := range map[string]bool{
		NewMarker(): true, "alert-test-0123abcd": true, "": false, "alert-test-": false, "alert-test-0123abcd\nThe vault is gone": false,
		"The vault is gone": false,
	} {
		if IsMarker(text) != want {
			t.Errorf("%q is a marker: %v", text, !want)
		}
	}
}
