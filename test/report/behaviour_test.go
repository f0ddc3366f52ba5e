package page

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"central-s3-backup/internal/report"
)

// TestQuiet: the page asks the network for nothing, writes nothing to the console, and is not wider than the window.
func TestQuiet(t *testing.T) {
	for _, workloads := range []int{1, 3, 60} {
		html := render(t, sample(workloads))
		for _, width := range append([]int64{320}, widths...) {
			tab := open(t, html, view{width: width})
			if wide := value[int64](tab, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("%d workloads: %d pixels wide in a window of %d", workloads, wide, width)
			}
			tab.quiet()
		}
	}
}

// TestAccessible runs the rules of axe-core in both colour schemes, with all that can be opened open. They may find nothing. What
// they cannot decide is mostly the contrast of text in what scrolls: TestContrast decides it.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("run npm ci in test/report first: %v", err)
	}
	for _, v := range []view{{width: 390}, {width: 390, dark: true}, {width: 1280}, {width: 1280, dark: true}} {
		t.Run(v.String(), func(t *testing.T) {
			tab := open(t, render(t, sample(3)), v)
			value[int](tab, "document.querySelectorAll('details').forEach(d => { d.open = true }); 0")
			value[int](tab, string(axe)+"; 0")
			text, err := chromedp.Run(tab.Context, chromedp.Evaluate[string](
				`axe.run({resultTypes: ['violations', 'incomplete']}).then(r => JSON.stringify({violations: r.violations, incomplete: r.incomplete}))`,
				chromedp.EvalAwaitPromise,
			))
			if err != nil {
				t.Fatal(err)
			}
			type finding struct {
				ID, Impact, Help string
				Nodes            []struct{ HTML, FailureSummary string }
			}
			var found struct{ Violations, Incomplete []finding }
			if err := json.Unmarshal([]byte(text), &found); err != nil {
				t.Fatal(err)
			}
			for _, f := range found.Violations {
				t.Errorf("%s (%s): %s: %.300s %s", f.ID, f.Impact, f.Help, f.Nodes[0].HTML, f.Nodes[0].FailureSummary)
			}
			for _, f := range found.Incomplete {
				t.Logf("undecided: %s (%s): %s: %d times, as in %.200s", f.ID, f.Impact, f.Help, len(f.Nodes), f.Nodes[0].HTML)
			}
		})
	}
}

// TestContrast: all colours of text on all colours behind text have the contrast that WCAG 2.2 wants for AA.
func TestContrast(t *testing.T) {
	for _, dark := range []bool{false, true} {
		tab := open(t, render(t, sample(1)), view{width: 820, dark: dark})
		colour := func(name string) [3]float64 {
			var c [3]float64
			text := value[string](tab, `getComputedStyle(document.documentElement).getPropertyValue('--`+name+`').trim()`)
			for i := range c {
				channel, err := strconv.ParseUint(text[1+2*i:3+2*i], 16, 8)
				if err != nil {
					t.Fatalf("--%s is %q: %v", name, text, err)
				}
				c[i] = float64(channel) / 255
			}
			return c
		}
		for _, text := range []string{"text", "soft", "link", "bad", "copy", "back"} {
			for _, behind := range []string{"page", "panel", "card", "locked"} {
				if got := contrast(colour(text), colour(behind)); got < 4.5 {
					t.Errorf("dark %t: --%s on --%s has a contrast of %.2f, want 4.5", dark, text, behind, got)
				}
			}
		}
		for _, shape := range []string{"pitr", "snapshot", "central", "lock", "range", "copy", "back", "focus"} {
			if got := contrast(colour(shape), colour("page")); got < 3 {
				t.Errorf("dark %t: --%s has a contrast of %.2f, want 3", dark, shape, got)
			}
		}
	}
}

// contrast is the contrast ratio of WCAG.
func contrast(a, b [3]float64) float64 {
	luminance := func(c [3]float64) float64 {
		for i, v := range c {
			if v <= 0.04045 {
				c[i] = v / 12.92
			} else {
				c[i] = math.Pow((v+0.055)/1.055, 2.4)
			}
		}
		return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	}
	light, dark := luminance(a)+0.05, luminance(b)+0.05
	return max(light, dark) / min(light, dark)
}

const shownRows = `document.querySelectorAll('#bucket-table tbody tr:not([hidden])').length`

// TestSearch searches and filters with keys alone.
func TestSearch(t *testing.T) {
	tab := open(t, render(t, sample(60)), view{width: 1280})
	rows := func(want int) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); value[int](tab, shownRows) != want && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond) // the page follows a key a little later
		}
		if got := value[int](tab, shownRows); got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
		if got, want := value[string](tab, `document.getElementById('found').textContent`), fmt.Sprintf("%d of 181", want); got != want {
			t.Errorf("the status is %q, want %q", got, want)
		}
	}
	keys := func(text string) { t.Helper(); tab.do(chromedp.KeyEvent(text)) }
	focused := func() string { return value[string](tab, `document.activeElement.id`) }
	rows(181)
	tab.slash()
	if got := focused(); got != "q" {
		t.Fatalf("the key / focuses %q", got)
	}
	keys("orders")
	rows(9*3 + 1) // orders, orders1 to orders8, and the tagged ones
	keys(" DB critical")
	rows(9)
	keys(kb.Escape)
	rows(181)
	keys(kb.Tab)
	if got := focused(); got != "f-tier" {
		t.Fatalf("the tabulator goes to %q", got)
	}
	keys("st") // types standard_data
	rows(60)
	keys(kb.Tab)
	keys("catalog-t") // one workload, catalog-test
	rows(1)
	keys(kb.Escape)
	keys(kb.Tab)
	if got := focused(); got != "f-what" {
		t.Fatalf("the tabulator goes to %q", got)
	}
	keys("without b")
	rows(60)
	keys(kb.End) // restores that are not rehearsed
	rows(61)
	keys(kb.Escape)
	rows(181)
	tab.quiet()
}

// slash presses the key that focuses the search, as a keyboard does: a script that takes the key leaves no letter.
func (tab *tab) slash() {
	tab.t.Helper()
	press := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/",
		WindowsVirtualKeyCode: 191}
	call(tab, input.DispatchKeyEvent, press)
	press.Type, press.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(tab, input.DispatchKeyEvent, press)
}

// TestZoom zooms the topology with keys and buttons.
func TestZoom(t *testing.T) {
	tab := open(t, render(t, sample(60)), view{width: 820})
	width := func() float64 {
		return value[float64](tab, `document.getElementById('map').getBoundingClientRect().width`)
	}
	natural := width()
	value[int](tab, `document.querySelector('.picture').focus(); 0`)
	tab.do(chromedp.KeyEvent("+"))
	if got := width(); got <= natural {
		t.Errorf("the key + gives %v pixels, before %v", got, natural)
	}
	tab.do(chromedp.KeyEvent("0"))
	if got, want := width(), value[float64](tab, `document.getElementById('map').viewBox.baseVal.width`); got != want {
		t.Errorf("the key 0 gives %v pixels, not %v", got, want)
	}
	value[int](tab, `document.querySelector('[data-by=fit]').focus(); 0`)
	tab.do(chromedp.KeyEvent(kb.Enter))
	fits := `(f => f.scrollWidth <= f.clientWidth && f.scrollHeight <= f.clientHeight + 1)(document.querySelector('.picture'))`
	if !value[bool](tab, fits) {
		t.Error("the whole picture does not fit into its frame")
	}
	tab.quiet()
}

// TestWithoutJavaScript: every table and every row is there, and nothing that does nothing.
func TestWithoutJavaScript(t *testing.T) {
	r := sample(60)
	html := render(t, r)
	tab := open(t, html, view{width: 1280, noJavaScript: true})
	if got := value[int](tab, shownRows); got != len(r.Buckets) {
		t.Errorf("%d buckets, want %d", got, len(r.Buckets))
	}
	if got := value[int](tab, `[...document.querySelectorAll('input, select, button')].filter(e => e.checkVisibility()).length`); got != 0 {
		t.Errorf("%d controls do nothing", got)
	}
	hidden := `[...document.querySelectorAll('table')].filter(t => !t.closest('details') && !t.checkVisibility()).length`
	if got := value[int](tab, hidden); got != 0 {
		t.Errorf("%d tables are hidden", got)
	}
	// A table in details opens without a script.
	tab.do(chromedp.Click[string]("#topology summary"))
	if !value[bool](tab, `[...document.querySelectorAll('#topology table')].every(t => t.checkVisibility({contentVisibilityAuto: true}))`) {
		t.Error("the tables of the picture do not open")
	}
}

// TestPaper: a print has all rows, whatever the reader searched for, and no controls. It is light.
func TestPaper(t *testing.T) {
	tab := open(t, render(t, sample(3)), view{width: 820, dark: true})
	tab.slash()
	tab.do(chromedp.KeyEvent("nothing has this name"))
	printed := call(tab, page.PrintToPDF, page.PrintToPDFParams{})
	if len(printed.Data) < 10_000 {
		t.Errorf("a PDF of %d bytes", len(printed.Data))
	}
	tab = open(t, render(t, sample(3)), view{width: 820, dark: true, print: true})
	tab.slash()
	tab.do(chromedp.KeyEvent("nothing has this name"))
	if got := value[int](tab, `[...document.querySelectorAll('#bucket-table tbody tr')].filter(r => !r.checkVisibility()).length`); got != 0 {
		t.Errorf("%d buckets are not on paper", got)
	}
	if got := value[string](tab, `getComputedStyle(document.body).backgroundColor`); got != "rgb(255, 255, 255)" {
		t.Errorf("paper is %s", got)
	}
	if value[bool](tab, `document.querySelector('.tools').checkVisibility()`) {
		t.Error("there are buttons on paper")
	}
}

// marks are texts that would become markup, a script or a style if they were not escaped for the place where they stand.
var marks = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'"><svg onload=alert(1)>`, `</script><script>alert(1)</script>`,
	`</style><b>`, `javascript:alert(1)`, `{{.}}`, `&lt;b&gt;`, `]]>`, `--><b>`, `</title><b>`, "`${alert(1)}`",
}

// TestMarkup puts each of them into every text of a report.
func TestMarkup(t *testing.T) {
	clean := open(t, render(t, sample(3)), view{width: 1280})
	// A text that is cut in the picture has a title with the whole.
	elements := `[...document.querySelectorAll(':not(text > title)')].map(e => e.localName).join()`
	attributes := `[...new Set([...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))].sort().join()`
	want, wantAttributes := value[string](clean, elements), value[string](clean, attributes)
	for _, mark := range marks {
		tab := open(t, render(t, marked(t, sample(3), mark)), view{width: 1280})
		if got := value[string](tab, elements); got != want {
			t.Errorf("%s changes the elements of the page", mark)
		}
		if got := value[string](tab, attributes); got != wantAttributes {
			t.Errorf("%s changes the attributes of the page", mark)
		}
		if got := value[string](tab, `document.querySelector('#bucket-table tbody th').textContent`); !strings.Contains(got, mark) {
			t.Errorf("the bucket is shown as %q, want %q", got, mark)
		}
		if got := value[int](tab, `[...document.querySelectorAll('a')].filter(a => !a.getAttribute('href').startsWith('#')).length`); got != 0 {
			t.Errorf("%s makes %d links that leave the page", mark, got)
		}
		tab.quiet()
	}
}

// marked appends a text to every text of a report but the words that the page compares with.
func marked(t *testing.T, r *report.Report, mark string) *report.Report {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var model any
	if err := json.Unmarshal(text, &model); err != nil {
		t.Fatal(err)
	}
	text, err = json.Marshal(withMark(model, "", mark))
	if err != nil {
		t.Fatal(err)
	}
	var out report.Report
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func withMark(v any, key, mark string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = withMark(v[k], k, mark)
		}
	case []any:
		for i := range v {
			v[i] = withMark(v[i], key, mark)
		}
	case string:
		if v != "" && key != "kind" && key != "of" && key != "place" {
			return v + mark
		}
	}
	return v
}

// TestSecondLine: even if a script or a style came into the page, the policy in it would stop both.
func TestSecondLine(t *testing.T) {
	html := string(render(t, sample(1)))
	planted := strings.Replace(html, "</main>",
		`<script>document.title="planted"</script><p id="planted" style="color:red" onclick="1">x</p></main>`, 1)
	tab := open(t, []byte(planted), view{width: 820})
	if got := value[string](tab, "document.title"); strings.Contains(got, "planted") {
		t.Error("a planted script ran")
	}
	if got := value[string](tab, `getComputedStyle(document.getElementById('planted')).color`); got == "rgb(255, 0, 0)" {
		t.Error("a planted style counts")
	}
}
