package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"sync"
)

// pageFiles are the template, the style and the script of report.html.
//
//go:embed page/page.html page/page.css page/page.js
var pageFiles embed.FS

// HTML returns report.html: one file that asks the network for nothing. Its tables need no script. The script searches, filters
// and zooms. A policy in the page allows this script and this style alone, so that no text of backup.yaml can become either.
func HTML(r *Report) ([]byte, error) {
	t, err := pageTemplate()
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := t.Execute(&page, newPage(r)); err != nil {
		return nil, fmt.Errorf("report.html: %w", err)
	}
	return page.Bytes(), nil
}

// pageTemplate is parsed once. html/template escapes what it inserts for the place where it stands.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	text, err := pageFiles.ReadFile("page/page.html")
	if err != nil {
		return nil, err
	}
	// Indentation and the end tags that HTML lets out are for people who read the template. A page of 2,000 buckets would have
	// hundreds of KB of them.
	short := strings.NewReplacer("</td>", "", "</th>", "", "</tr>", "", "</li>", "", "</thead>", "", "</tbody>", "")
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, short.Replace(strings.TrimSpace(line)))
	}
	return template.New("page").Funcs(pageFunctions).Parse(strings.Join(lines, "\n"))
})

// page is what the template shows.
type page struct {
	*Report
	Style    template.CSS
	Script   template.JS
	Policy   string
	Topology drawing
	Lives    []life
	Rows     []bucketRow
	// Figures are the numbers at the top.
	Figures []figure
	// ShownLimits are those that are used the most.
	ShownLimits []Limit
	// OtherMoment is when the tiers are compared, in days.
	OtherMoment int
}

type figure struct {
	Number string
	Of     string
	// Bad marks a number that should be zero.
	Bad bool
}

// bucketRow is a bucket with its protection.
type bucketRow struct {
	*Bucket
	Protection *Protection
	// Ways are the commands that restore this bucket, in their order.
	Ways []string
	// Who can delete data of the bucket before its time, by the age of the data. Alone: one administrator can at any age.
	Who   []string
	Alone bool
	// Rehearsed says that a restore is tested.
	Rehearsed bool
}

func newPage(r *Report) page {
	style, _ := pageFiles.ReadFile("page/page.css") // embedded, so it is there
	script, _ := pageFiles.ReadFile("page/page.js")
	p := page{
		Report:   r,
		Style:    template.CSS(style),
		Script:   template.JS(script),
		Topology: topology(r),
		Lives:    lives(r),

		ShownLimits: mostUsed(r.Limits),
		OtherMoment: Moments[otherMoment],
	}
	p.Policy = fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'", digest(style), digest(script))
	unprotected := 0
	for i := range r.Buckets {
		b := &r.Buckets[i]
		row := bucketRow{Bucket: b, Protection: r.protectionOf(b)}
		row.Rehearsed = b.Rehearsal.Here || b.Rehearsal.Central
		row.Who, row.Alone = deletersInWords(row.Protection), aloneAlways(row.Protection)
		for _, w := range row.Protection.Ways {
			row.Ways = append(row.Ways, r.Command(b, w))
		}
		if !b.Tagged && row.Protection.RPOMinutes == 0 {
			unprotected++
		}
		p.Rows = append(p.Rows, row)
	}
	p.Figures = figures(r, unprotected)
	return p
}

// nearPercent is how much of a limit is used when the page shows it in any case.
const nearPercent = 50

// mostUsed are the limits that are near or passed, and of each kind those that are used the most. report.json has all.
func mostUsed(limits []Limit) []Limit {
	var list []Limit
	shown := map[string]int{}
	for _, l := range limits {
		if shown[l.What]++; shown[l.What] <= shownLimits || l.PassedAfterDays != nil || sharePercent(l) >= nearPercent {
			list = append(list, l)
		}
	}
	return list
}

func figures(r *Report, unprotected int) []figure {
	passed := 0
	for _, l := range r.Limits {
		if l.PassedAfterDays != nil {
			passed++
		}
	}
	list := []figure{
		{count(len(r.Accounts)), plural(len(r.Accounts), "account"), false},
		{count(len(r.Workloads)), plural(len(r.Workloads), "workload"), false},
		{count(r.namedBuckets()), plural(r.namedBuckets(), "bucket"), false},
		{count(unprotected), "without backups", unprotected > 0},
		{count(len(r.Vaults)), plural(len(r.Vaults), "vault"), false},
		{count(passed), plural(passed, "limit") + " passed or to pass", passed > 0},
		{count(len(r.Warnings)), plural(len(r.Warnings), "warning"), len(r.Warnings) > 0},
	}
	if r.Cost != nil && len(r.Cost.Total) > 0 {
		list = append(list, figure{dollars(r.Cost.Total[0]), "cost a month now", false})
	}
	return list
}

// digest is how a policy names a script or a style by its content.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
