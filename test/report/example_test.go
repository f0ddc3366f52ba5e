package page

import (
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/report"
)

// TestConfigurations opens the pages of real configurations.
func TestConfigurations(t *testing.T) {
	for _, name := range []string{"example.yaml", "fleet.yaml", "locks.yaml"} {
		cfg, err := config.LoadFile("../../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		html := render(t, report.New(cfg, report.Options{}))
		tab := open(t, html, view{width: 390})
		if wide := value[int64](tab, "document.documentElement.scrollWidth"); wide > 390 {
			t.Errorf("%s: %d pixels wide on a phone", name, wide)
		}
		tab.quiet()
	}
}
