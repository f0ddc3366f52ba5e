package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDashboard: what the dashboard shows of the events that the function is tested with, as a reader
// would see it.
func TestDashboard(t *testing.T) {
	const golden = "testdata/golden/dashboard.txt"
	var log []record
	all := events(t)
	for i, file := range slices.Sorted(maps.Keys(all)) { // an hour apart
		event := all[file]
		event["time"] = time.Date(2026, 3, 2, i, 0, 0, 0, time.UTC).Format(time.RFC3339)
		if event["source"] != "aws.events" {
			log = append(log, recordOf(event))
		}
	}
	var got strings.Builder
	for _, w := range widgets(t, example.templates["dummy-backup-central"]) {
		if w.Type != "log" {
			continue
		}
		if w.Properties.Region != "eu-central-1" || !strings.HasPrefix(w.Properties.Query, "SOURCE '/aws/events/dummy-backup-alerts' | ") {
			t.Errorf("%s: is a query of %s", w.Properties.Title, w.Properties.Query)
		}
		var rows []record
		for _, r := range log {
			rows = append(rows, maps.Clone(r))
		}
		q := insights{t, time.Date(2026, 3, 6, 0, 30, 0, 0, time.UTC)}
		columns, rows := q.run(w.Properties.Query, rows)
		fmt.Fprintf(&got, "%s (%s)\n%s\n", w.Properties.Title, w.Properties.View, table(columns, rows))
	}
	if *update {
		write(t, golden, []byte(got.String()))
	}
	if want, err := os.ReadFile(golden); err != nil || got.String() != string(want) {
		t.Errorf("shows\n%swant\n%s%v", got.String(), want, err)
	}
}

// TestDashboardOfMany: the dashboard of a thousand workloads is that of one, with a row of each table for
// each vault, those first that had no success for the longest time. Widgets are on the grid and beside each other.
func TestDashboardOfMany(t *testing.T) {
	one, many := centralOf(t, 1, ""), centralOf(t, 50, "")
	if a, b := fmt.Sprint(one.ofType("AWS::CloudWatch::Dashboard")), fmt.Sprint(many.ofType("AWS::CloudWatch::Dashboard")); a != b || !strings.Contains(a, "fleet-backup") {
		t.Errorf("with one workload\n%s\nand with many\n%s", a, b)
	}
	now := time.Date(2026, 3, 6, 0, 30, 0, 0, time.UTC)
	tables := 0
	taken := map[[2]int]string{}
	for _, w := range widgets(t, many) {
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				if other, twice := taken[[2]int{x, y}]; twice || x > 23 {
					t.Errorf("%s and %s overlap at %d, %d", w.Properties.Title, other, x, y)
				}
				taken[[2]int{x, y}] = w.Properties.Title
			}
		}
		if !strings.Contains(w.Properties.Title, "Age") && !strings.Contains(w.Properties.Title, "by vault") {
			continue
		}
		tables++
		var log []record
		for i := range 50 {
			for _, state := range []string{"COMPLETED", "FAILED"} {
				log = append(log, recordOf(map[string]any{
					"source": "aws.backup", "detail-type": "Backup Job State Change", "account": fmt.Sprintf("%012d", i), "region": "eu-central-1",
					"time":   now.Add(-time.Duration(i) * time.Hour).Format(time.RFC3339),
					"detail": map[string]any{"state": state, "backupVaultName": fmt.Sprintf("vault-%02d", i)},
				}))
			}
		}
		_, rows := insights{t, now}.run(w.Properties.Query, log)
		if len(rows) != 50 {
			t.Errorf("%s: %d rows", w.Properties.Title, len(rows))
		}
		if strings.Contains(w.Properties.Title, "Age") && (rows[0]["vault"] != "vault-49" || rows[0]["hours_since_last_success"] != 49.0) {
			t.Errorf("first is %v", rows[0])
		}
	}
	if tables != 2 {
		t.Errorf("%d tables of vaults", tables)
	}
	if without := centralOf(t, 1, "\n  dashboard: false").ofType("AWS::CloudWatch::Dashboard"); len(without) > 0 {
		t.Errorf("%d dashboards that nobody asked for", len(without))
	}
}

type widget struct {
	Type                string
	X, Y, Width, Height int
	Properties          struct{ Title, View, Region, Query, Markdown string }
}

func widgets(t *testing.T, central template) []widget {
	t.Helper()
	for _, dashboard := range central.ofType("AWS::CloudWatch::Dashboard") {
		var body struct {
			Start   string
			Widgets []widget
		}
		if err := json.Unmarshal([]byte(dashboard.Properties["DashboardBody"].(string)), &body); err != nil || body.Start != "-P30D" {
			t.Fatalf("%s, %v", body.Start, err)
		}
		return body.Widgets
	}
	t.Fatal("no dashboard")
	return nil
}
