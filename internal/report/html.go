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
	// Indentation in the template is for people who read it. In a page of 2,000 buckets it would be most of the bytes.
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimSpace(line))
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
	// NamedBuckets are the entries of single buckets.
	NamedBuckets int
}

type figure struct {
	Number string
	Of     string
	// Bad marks a number that should be zero.
	Bad bool
}

// bucketRow is a bucket with its protection.
type bucketRow struct {
	Bucket
	// ID is the id of the row in the page.
	ID         string
	Protection *Protection
	// Ways are the ways to restore, with the command for this bucket.
	Ways []bucketWay
	// Deletable says that somebody can delete data of the bucket before its time. Rehearsed: a restore is tested.
	Deletable bool
	Rehearsed bool
}

type bucketWay struct{ Title, Command string }

func newPage(r *Report) page {
	style, _ := pageFiles.ReadFile("page/page.css") // embedded, so it is there
	script, _ := pageFiles.ReadFile("page/page.js")
	p := page{
		Report:   r,
		Style:    template.CSS(style),
		Script:   template.JS(script),
		Topology: topology(r),
		Lives:    lives(r),
	}
	p.Policy = fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'", digest(style), digest(script))
	protections := map[string]*Protection{}
	for i := range r.Protections {
		protections[r.Protections[i].ID] = &r.Protections[i]
	}
	unprotected := 0
	for i, b := range r.Buckets {
		row := bucketRow{Bucket: b, ID: fmt.Sprintf("b%d", i+1), Protection: protections[b.Protection]}
		row.Rehearsed = b.Rehearsal.Here || b.Rehearsal.Central
		if row.Protection == nil {
			row.Protection = &Protection{}
		}
		for _, d := range row.Protection.Deleters {
			row.Deletable = row.Deletable || d.Who != ""
		}
		for _, w := range row.Protection.Ways {
			row.Ways = append(row.Ways, bucketWay{w.Title, r.Command(w, b)})
		}
		if !b.Tagged {
			p.NamedBuckets++
			if row.Protection.RPOMinutes == 0 {
				unprotected++
			}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Figures = figures(r, p.NamedBuckets, unprotected)
	return p
}

func figures(r *Report, buckets, unprotected int) []figure {
	passed := 0
	for _, l := range r.Limits {
		if l.PassedAfterDays != nil {
			passed++
		}
	}
	list := []figure{
		{count(len(r.Accounts)), plural(len(r.Accounts), "account"), false},
		{count(len(r.Workloads)), plural(len(r.Workloads), "workload"), false},
		{count(buckets), plural(buckets, "bucket"), false},
		{count(unprotected), "without backups", unprotected > 0},
		{count(len(r.Vaults)), plural(len(r.Vaults), "vault"), false},
		{count(passed), plural(passed, "limit") + " passed or to pass", passed > 0},
		{count(len(r.Warnings)), plural(len(r.Warnings), "warning"), len(r.Warnings) > 0},
	}
	if r.Cost != nil && len(r.Cost.Total) > 0 {
		list = append(list, figure{dollars(r.Cost.Total[0]), "a month now", false})
	}
	return list
}

// digest is how a policy names a script or a style by its content.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
