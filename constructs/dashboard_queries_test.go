package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/awstest"
)

var exampleDashboard = &DashboardProps{
	Name: "dummy-backup", Project: "dummy", Region: "eu-central-1", LogGroupName: "/aws/events/dummy-backup-alerts", Scans: true,
}

// now is a time after the events of the tests.
var now = time.Date(2026, 3, 10, 0, 30, 0, 0, time.UTC)

// TestDashboardQueries: what the dashboard shows of the events that the function for alerts is tested with,
// as a reader would see it.
func TestDashboardQueries(t *testing.T) {
	var log []awstest.Record
	all := alertEvents(t)
	for i, file := range slices.Sorted(maps.Keys(all)) { // an hour apart
		event := all[file]
		event["time"] = time.Date(2026, 3, 2, i, 0, 0, 0, time.UTC).Format(time.RFC3339)
		if event["source"] != "aws.events" {
			log = append(log, awstest.RecordOf(event))
		}
	}
	var got strings.Builder
	for _, w := range widgets(t, exampleDashboard) {
		if w.Type != "log" {
			continue
		}
		if w.Properties.Region != "eu-central-1" || !strings.HasPrefix(w.Properties.Query, "SOURCE '/aws/events/dummy-backup-alerts' | ") {
			t.Errorf("%s: is a query of %s", w.Properties.Title, w.Properties.Query)
		}
		columns, rows := awstest.Query(t, now, w.Properties.Query, log)
		fmt.Fprintf(&got, "%s (%s)\n%s\n", w.Properties.Title, w.Properties.View, awstest.Table(columns, rows))
	}
	compareWithGolden(t, "dashboard.txt", got.String())
}

// TestDashboardByDestination: the age of copies into one vault does not hide that into another.
func TestDashboardByDestination(t *testing.T) {
	var log []awstest.Record
	copied := func(destination string, hours int) {
		log = append(log, awstest.RecordOf(map[string]any{
			"source": "aws.backup", "detail-type": "Copy Job State Change", "account": "222222222222", "region": "eu-central-1",
			"time": now.Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339),
			"detail": map[string]any{
				"state": "COMPLETED", "sourceBackupVaultArn": "arn:aws:backup:eu-central-1:222222222222:backup-vault:own",
				"destinationBackupVaultArn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:" + destination,
			},
		}))
	}
	copied("central", 100)
	copied("central-air-gapped", 2)
	props := *exampleDashboard
	for by, want := range map[bool]string{false: "[2]", true: "[100 2]"} {
		props.ByDestination = by
		for _, w := range widgets(t, &props) {
			if !strings.Contains(w.Properties.Title, "Age") {
				continue
			}
			var hours []any
			columns, rows := awstest.Query(t, now, w.Properties.Query, log)
			for _, row := range rows {
				hours = append(hours, row["hours_since_last_success"])
			}
			if got := fmt.Sprint(hours); got != want || by != slices.Contains(columns, "into") {
				t.Errorf("by destination %v: %s hours in %q, want %s", by, got, columns, want)
			}
		}
	}
}

// TestDashboardGrid: no widget overlaps another one or is outside the grid.
func TestDashboardGrid(t *testing.T) {
	taken := map[[2]int]string{}
	for _, w := range widgets(t, exampleDashboard) {
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				if other, twice := taken[[2]int{x, y}]; twice || x > 23 {
					t.Errorf("%s and %s overlap at %d, %d", w.Properties.Title, other, x, y)
				}
				taken[[2]int{x, y}] = w.Properties.Title
			}
		}
	}
}

// TestDashboardOfManyVaults: each table of vaults has a row for each of many vaults. The vault whose last
// success is the oldest comes first.
func TestDashboardOfManyVaults(t *testing.T) {
	const vaults = 50
	var log []awstest.Record
	for i := range vaults {
		for _, state := range []string{"COMPLETED", "FAILED"} {
			log = append(log, awstest.RecordOf(map[string]any{
				"source": "aws.backup", "detail-type": "Backup Job State Change", "account": fmt.Sprintf("%012d", i), "region": "eu-central-1",
				"time":   now.Add(-time.Duration(i) * time.Hour).Format(time.RFC3339),
				"detail": map[string]any{"state": state, "backupVaultName": fmt.Sprintf("vault-%02d", i)},
			}), awstest.RecordOf(map[string]any{
				"source": "aws.backup", "detail-type": "Scan Job State Change", "account": fmt.Sprintf("%012d", i), "region": "eu-central-1",
				"time":   now.Format(time.RFC3339),
				"detail": map[string]any{"state": state, "backupVaultName": fmt.Sprintf("vault-%02d", i)},
			}))
		}
	}
	tables := 0
	for _, w := range widgets(t, exampleDashboard) {
		if !strings.Contains(w.Properties.Title, "Age") && !strings.Contains(w.Properties.Title, "by vault") {
			continue
		}
		tables++
		_, rows := awstest.Query(t, now, w.Properties.Query, log)
		if len(rows) != vaults {
			t.Errorf("%s: %d rows", w.Properties.Title, len(rows))
		}
		if strings.Contains(w.Properties.Title, "Age") && (rows[0]["vault"] != "vault-49" || rows[0]["hours_since_last_success"] != 49.0) {
			t.Errorf("first is %v", rows[0])
		}
	}
	if tables != 3 {
		t.Errorf("%d tables of vaults", tables)
	}
}

type widget struct {
	Type                string
	X, Y, Width, Height int
	Properties          struct{ Title, View, Region, Query, Markdown string }
}

// widgets are those of a dashboard, which shows the last 30 days.
func widgets(t *testing.T, props *DashboardProps) []widget {
	t.Helper()
	var body struct {
		Start   string
		Widgets []widget
	}
	if err := json.Unmarshal([]byte(props.body()), &body); err != nil || body.Start != "-P30D" || len(body.Widgets) == 0 {
		t.Fatalf("%s, %v", body.Start, err)
	}
	return body.Widgets
}
