// Command picture writes the picture of the README: which resources the app creates in which account.
// Run it in the root of the module: go run ./docs/picture.
package main

import (
	"fmt"
	"html"
	"log"
	"os"
	"strings"
)

func main() {
	for _, theme := range themes {
		if err := os.WriteFile(theme.file(), []byte(draw(theme)), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// theme has the colours of one file.
type theme struct{ name, canvas, account, box, line, text, soft, accent string }

// themes are GitHub's two modes.
var themes = []theme{
	{"light", "#ffffff", "#f6f8fa", "#ffffff", "#8c959f", "#1f2328", "#59636e", "#0969da"},
	{"dark", "#0d1117", "#161b22", "#21262d", "#7d8590", "#f0f6fc", "#b1bac4", "#58a6ff"},
}

func (t theme) file() string { return "docs/overview-" + t.name + ".svg" }

// Lengths in pixels. The README shows the picture at about its own width, so texts are as large as they say.
const (
	width, height = 880, 748

	margin      = 16
	columnWidth = 380
	centralX    = width - margin - columnWidth
	inner       = columnWidth - 2*margin // width of what is in an account
	gap         = 12                     // between two boxes side by side
	half        = (inner - gap) / 2

	titleSize  = 14
	textSize   = 13
	lineHeight = 18
)

// rows are the tops of the rows of boxes in both accounts.
var rows = [...]int{164, 260, 338, 416, 510, 606}

const boxHeight = 58

// picture is an SVG that is being written.
type picture struct {
	theme
	strings.Builder
}

func draw(t theme) string {
	p := &picture{theme: t}
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"`, width, height, width, height)
	p.printf(` font-family="-apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Helvetica, Arial, sans-serif">` + "\n")
	p.printf("<title>What central-s3-backup creates in which account</title>\n")
	p.printf(`<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">`)
	p.printf(`<path d="M0 0L10 5L0 10z" fill="%s"/></marker></defs>`+"\n", t.accent)
	p.printf(`<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", width, height, t.canvas)

	p.box(margin, 16, 210, boxHeight, "backup.yaml", "buckets and their tiers")
	p.arrow("", 226, 45, 300, 45)
	p.box(300, 16, 280, boxHeight, "go run .", "checks, then writes templates")
	p.arrow("", 580, 45, 654, 45)
	p.box(654, 16, 210, boxHeight, "npx cdk deploy", "account by account")

	const accountHeight = 570
	p.account(margin, 90, accountHeight, "Workload accounts", "one stack for each workload and environment")
	p.account(centralX, 90, accountHeight, "Central backup account", "receives copies and events of all workloads")

	const left, right = 2 * margin, centralX + margin
	const second, central2 = left + half + gap, right + half + gap // the second of two boxes
	const middle = left + inner/2

	p.box(left, rows[0], 210, 76, "S3 buckets", "Object Lock, versions, logs,", "private, TLS only, encrypted")
	p.box(left+210+gap, rows[0], inner-210-gap, 76, "KMS keys", "and the role that", "AWS Backup uses")
	p.arrow("", left+105, rows[0]+76, left+105, rows[1])
	p.box(left, rows[1], inner, boxHeight, "Backup plan, one for each tier", "rules, copy action, selections of buckets")
	p.arrow("", middle, rows[1]+boxHeight, middle, rows[2])
	p.box(left, rows[2], inner, boxHeight, "Backup vault, one for each tier", "policy denies deletion of recovery points")
	p.box(left, rows[3], half, 76, "CloudWatch alarms", "no backup or copy", "completed in time")
	p.box(second, rows[3], half, 76, "EventBridge rules", "failed jobs, changed or", "deleted resources")
	p.arrow("", left+half/2, rows[3]+76, left+half/2, rows[4])
	p.arrow("", second+half/2, rows[3]+76, second+half/2, rows[4])
	p.box(left, rows[4], inner, rows[5]+40-rows[4], "SNS topic", "failed jobs, missing backups,", "changed or deleted resources")

	p.box(right, rows[0], inner, 76, "KMS key", "for backup roles and AWS Backup only,", "through AWS Backup, inside the organization")
	p.box(right, rows[1], inner, rows[2]+boxHeight-rows[1], "Central backup vault",
		"Vault Lock in governance or compliance mode", "backup roles of the workloads may copy in", "policy denies deletion of recovery points")
	p.box(right, rows[3], inner, 76, "Event bus", "events of AWS Backup, alarms and CloudTrail", "from all accounts")
	p.arrow("", right+half/2, rows[3]+76, right+half/2, rows[4])
	p.arrow("", central2+half/2, rows[3]+76, central2+half/2, rows[4])
	p.box(right, rows[4], half, 76, "Event log", "dashboard and alarms", "on missing copies")
	p.box(central2, rows[4], half, rows[5]+40-rows[4], "Lambda function", "with its queues, only if", "alerts names Slack", "or PagerDuty")
	p.arrow("", right+half/2, rows[4]+76, right+half/2, rows[5])
	p.box(right, rows[5], half, 40, "SNS topic")

	p.arrow("copies", left+inner, rows[2]+boxHeight/2, right, rows[2]+boxHeight/2)
	p.arrow("events", left+inner, rows[3]+38, right, rows[3]+38)

	const people = 692
	p.box(left, people, right+half-left, 40, "E-mail")
	p.box(central2, people, half, 40, "Slack, PagerDuty")
	p.arrow("", middle, rows[5]+40, middle, people)
	p.arrow("", right+half/2, rows[5]+40, right+half/2, people)
	p.arrow("", central2+half/2, rows[5]+40, central2+half/2, people)
	p.printf("</svg>\n")
	return p.String()
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// account draws the frame of an account with its name and a line below it.
func (p *picture) account(x, y, high int, name, line string) {
	p.printf(`<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n",
		x, y, columnWidth, high, p.theme.account, p.line)
	p.write(x+margin, y+28, titleSize+2, "600", "start", p.text, name)
	p.write(x+margin, y+50, textSize, "400", "start", p.soft, line)
}

// box draws a box with a title and lines, all centred.
func (p *picture) box(x, y, wide, high int, title string, lines ...string) {
	p.printf(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="%s"/>`+"\n", x, y, wide, high, p.theme.box, p.line)
	baseline := y + (high-len(lines)*lineHeight)/2 + titleSize/3
	p.write(x+wide/2, baseline, titleSize, "600", "middle", p.text, title)
	for i, line := range lines {
		p.write(x+wide/2, baseline+2+(i+1)*lineHeight, textSize, "400", "middle", p.soft, line)
	}
}

func (p *picture) write(x, y, size int, weight, anchor, colour, text string) {
	p.printf(`<text x="%d" y="%d" font-size="%d" font-weight="%s" text-anchor="%s" fill="%s">%s</text>`+"\n",
		x, y, size, weight, anchor, colour, html.EscapeString(text))
}

// arrow draws an arrow with a label above its middle. Empty: no label.
func (p *picture) arrow(label string, x1, y1, x2, y2 int) {
	p.printf(`<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="2" marker-end="url(#head)"/>`+"\n", x1, y1, x2, y2, p.accent)
	if label != "" {
		p.write((x1+x2)/2, y1-8, titleSize, "600", "middle", p.accent, label)
	}
}
