package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"central-s3-backup/config"
)

// many is a configuration of 200 workloads with 2,000 buckets of all tiers.
func many(t testing.TB) *config.Config {
	t.Helper()
	var text strings.Builder
	text.WriteString(`version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [a@example.com]}
tiers: [{name: critical_sensitive_data, copy_to_central: {delete_after_days: 2555}}]
workloads:
`)
	tiers := []string{"standard_data", "sensitive_data", "curated_data", "curated_sensitive_data", "critical_data", "critical_sensitive_data"}
	for w := range 200 {
		fmt.Fprintf(&text, "  - name: load%d\n    environment: prod\n    account: \"%012d\"\n    region: eu-central-1\n    buckets:\n", w,
			222222220000+w)
		for b := range 10 {
			fmt.Fprintf(&text, "      - {name: dummy-load%d-prod-bucket-with-quite-a-name-%d, tier: %s}\n", w, b, tiers[b%len(tiers)])
		}
	}
	cfg, err := config.Load("backup.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestHTMLIsSmallAndQuick: the report of 200 workloads with 2,000 buckets has at most 3 MB and takes at most 2 s.
func TestHTMLIsSmallAndQuick(t *testing.T) {
	cfg := many(t)
	began := time.Now()
	r := New(cfg, Options{})
	r.AddCosts(cfg, "estimates.yaml", &config.Estimates{Default: &config.Estimate{SizeGB: 123.4, Objects: 100_000, DailyChangePercent: 1}})
	page, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if took > 2*time.Second {
		t.Errorf("the report takes %v, want at most 2 s", took)
	}
	if len(page) > 3_000_000 {
		t.Errorf("the page has %d bytes, want at most 3 MB", len(page))
	}
	t.Logf("%d bytes in %v", len(page), took)
}

// TestHTMLIsTheSame: the same configuration gives the same bytes.
func TestHTMLIsTheSame(t *testing.T) {
	var pages [2][]byte
	for i := range pages {
		var err error
		if pages[i], err = HTML(New(load(t, "fleet.yaml"), Options{})); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(pages[0], pages[1]) {
		t.Error("the pages differ")
	}
}

// TestMostUsed: of each kind the page shows some limits, and all that are near or passed.
func TestMostUsed(t *testing.T) {
	var limits []Limit
	for i := range 100 {
		limits = append(limits, Limit{What: "buckets", Used: 100 - i, Limit: 100})
	}
	limits = append(limits, Limit{What: "copies", Used: 1, Limit: 100}, Limit{What: "buckets", Used: 1, Limit: 100, PassedAfterDays: new(9)})
	if got := len(mostUsed(limits)); got != 51+2 { // 100 to 50 %
		t.Errorf("%d limits", got)
	}
}

// TestTopologyFits: no workload, account or vault is outside of the picture, and no two accounts overlap.
func TestTopologyFits(t *testing.T) {
	for _, r := range []*Report{New(load(t, "example.yaml"), Options{}), New(load(t, "fleet.yaml"), Options{}), New(many(t), Options{})} {
		d := topology(r)
		var cards []box
		for _, b := range d.Boxes {
			if b.X < 0 || b.Y < 0 || b.X+b.W > d.Width || b.Y+b.H > d.Height || b.H <= 0 {
				t.Errorf("%+v is not in %d x %d", b, d.Width, d.Height)
			}
			if b.Class == "account" {
				cards = append(cards, b)
			}
		}
		for i, a := range cards {
			for _, b := range cards[:i] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("%+v overlaps %+v", a, b)
				}
			}
		}
		shown := map[string]bool{}
		for _, l := range d.Labels {
			shown[l.Text], shown[l.Whole] = true, true
		}
		for _, w := range r.Workloads {
			if !shown[w.ID] {
				t.Errorf("workload %s is not in the picture", w.ID)
			}
		}
	}
}

// TestAxis: the axis is logarithmic, and nothing leaves it.
func TestAxis(t *testing.T) {
	a := axis{end: 10 * 365 * minutesDay}
	for minutes, want := range map[int]string{0: "0.00%", 1: "0.00%", 10 * 365 * minutesDay: "100.00%", minutesDay: "46.99%"} {
		if got := percent(a.at(minutes)); got != want {
			t.Errorf("%d minutes are at %s, want %s", minutes, got, want)
		}
	}
	for _, l := range lives(New(load(t, "fleet.yaml"), Options{})) {
		for _, b := range l.Bars {
			var x, width float64
			if _, err := fmt.Sscanf(b.X+" "+b.Width, "%f%% %f%%", &x, &width); err != nil || x < 0 || x+width > 100.5 {
				t.Errorf("%s of %s begins at %s and is %s wide: %v", b.Label, l.Name, b.X, b.Width, err)
			}
		}
	}
}
