package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSummedUp: the same mistake in many buckets is shown ten times and then counted. Every other problem is
// shown.
func TestSummedUp(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(100, 6)), "tier: c", "tier: k") // four of the six buckets of each workload
	text = strings.Replace(text, "region: eu-central-1\n    buckets", "region: eu-centrall-1\n    buckets", 1)
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	if n := problems.Number(Error); n != 401 {
		t.Fatalf("%d errors, want 401", n)
	}
	shown := problems.Lines()
	for part, want := range map[string]int{
		"unknown tier; did you mean curated_data?; got":                                   10,
		"unknown tier; did you mean curated_data?: 90 more of the same, the last in line": 1,
		"unknown tier; did you mean critical_data?: 90 more of the same":                  1,
		"is not a Region code; did you mean eu-central-1?":                                1,
		"more of the same": 4,
	} {
		if got := strings.Count(shown, part); got != want {
			t.Errorf("%d times %q, want %d in\n%s", got, part, want, shown)
		}
	}
	if got := problems.Count(); !strings.HasPrefix(got, "401 errors, ") {
		t.Errorf("counted as %s", got)
	}
}

// TestElevenAreShown: the eleventh of the same mistake is shown, because a line that counts it is no shorter.
func TestElevenAreShown(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(11, 1)), "region: eu-central-1\n", "region: eu-centrall-1\n")
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	if shown := problems.Lines(); strings.Count(shown, "eu-centrall-1") != 11 || strings.Contains(shown, "more of the same") {
		t.Errorf("%s", shown)
	}
}

// TestExcerpts: at a terminal, a problem comes with its line and the line that it contradicts, each with a
// caret under the value. Control characters are replaced.
func TestExcerpts(t *testing.T) {
	text := strings.Replace(
		minimal,
		"buckets: [{name: dummy-dev-a, tier: critical_data}]",
		"buckets:\n      - {name: dummy-dev-a, tier: critical_data} # ü\u009b31m\n      -\t{name: dummy-dev-a, tier: critical_data}",
		1,
	)
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	want := `backup.yaml:12:16: error: workloads[0].buckets[1].name: duplicate bucket; got dummy-dev-a; want each bucket once; see backup.yaml:11:16 [F-S3-7]
    12 |       -	{name: dummy-dev-a, tier: critical_data}
       |        	       ^
    11 |       - {name: dummy-dev-a, tier: critical_data} # ü·31m
       |                ^

`
	if got := problems.Excerpts(0, nil); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestExcerptOfLongLine: in a line longer than a terminal, the caret is below its value.
func TestExcerptOfLongLine(t *testing.T) {
	list := strings.Repeat("{name: dummy-dev-b, tier: critical_data}, ", 20) + "{name: LAST, tier: critical_data}" + strings.Repeat(" ", 200)
	text := strings.Replace(minimal, "buckets: [", "buckets: ["+list+", ", 1)
	excerpts := strings.Split(problemsOf(Load("backup.yaml", []byte(text))).Excerpts(0, nil), "\n")
	found := false
	for i, line := range excerpts {
		if len([]rune(line)) > excerptWidth+20 && strings.Contains(line, " | ") {
			t.Errorf("%d characters: %s", len([]rune(line)), line)
		}
		if strings.Contains(line, "| …") && strings.HasSuffix(line, "…") && strings.HasSuffix(excerpts[i+1], "^") &&
			strings.HasPrefix(string([]rune(line)[len([]rune(excerpts[i+1]))-1:]), "LAST") {
			found = true
		}
	}
	if !found {
		t.Errorf("no caret below LAST:\n%s", strings.Join(excerpts, "\n"))
	}
}

// TestExcerptWithoutLine: a problem of the whole file has no line, and the CR of CRLF is not shown.
func TestExcerptWithoutLine(t *testing.T) {
	if got := problemsOf(LoadFile("absent.yaml")).Excerpts(0, nil); strings.Contains(got, "|") ||
		!strings.HasPrefix(got, "absent.yaml: error: there is no such file") {
		t.Errorf("got %q", got)
	}
	crlf := strings.ReplaceAll(strings.Replace(minimal, "critical_data", "critcal_data", 1), "\n", "\r\n")
	if got := problemsOf(Load("backup.yaml", []byte(crlf))).Excerpts(0, nil); strings.ContainsAny(got, "\r·") ||
		!strings.Contains(got, "tier: critcal_data}]\n") {
		t.Errorf("got %q", got)
	}
}

// TestOrder: problems of one line are in the order of their columns.
func TestOrder(t *testing.T) {
	text := strings.Replace(
		minimal,
		`{account: "111111111111", region: eu-central-1}`,
		`{region: eu-centrall-1, account: 111111111111, vault_nam: x}`,
		1,
	)
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	last := 0
	for _, p := range problems {
		if p.Line == 4 && p.Column <= last {
			t.Errorf("column %d after %d", p.Column, last)
		}
		if p.Line == 4 {
			last = p.Column
		}
	}
	if last == 0 || problems.Number(Error) != 3 {
		t.Errorf("found\n%s", problems)
	}
}

// TestSuggestionsEnd: with thousands of wrong names, only the first hundred get a suggestion, so that the
// check stays fast.
func TestSuggestionsEnd(t *testing.T) {
	text := string(
		fleet(2000, 1),
	) + "rollout: {pipeline: {account: \"111111111111\", region: eu-central-1, repository: a/b, connection_arn: \"arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b\", waves: [["
	for i := range 1000 {
		text += fmt.Sprintf("payment-%04d-prod, ", i)
	}
	problems := problemsOf(Load("backup.yaml", []byte(text+"payments-0001-prod]]}}\n")))
	suggested := 0
	for _, p := range problems {
		if p.Check == "wave" && strings.Contains(p.What, "did you mean payments-") {
			suggested++
		}
	}
	if problems.Number(Error) != 1000 || suggested != maxSuggestions {
		t.Errorf("%d errors, %d suggestions", problems.Number(Error), suggested)
	}
}

// TestManyProblems: problems of a long list are in its order, each in its own line.
func TestManyProblems(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(1000, 1)), "region: eu-central-1\n", "region: eu-centrall-1\n")
	problems := slices.DeleteFunc(problemsOf(Load("backup.yaml", []byte(text))), func(p Problem) bool { return p.Level == Warning })
	if len(problems) != 1000 {
		t.Fatalf("%d problems, want 1000", len(problems))
	}
	lines := strings.Split(text, "\n")
	for i, p := range problems {
		if !strings.Contains(lines[p.Line-1], "region: eu-centrall-1") || i > 0 && p.Line <= problems[i-1].Line {
			t.Fatalf("problem %d is in line %d: %s", i, p.Line, lines[p.Line-1])
		}
	}
}

// TestWrapped: at a terminal a problem is wrapped between words. Its words stay as they are.
func TestWrapped(t *testing.T) {
	const text = "version: 1\nproject: dummy\norganization: {id: o-a1b2c3d4e5}\ncentral: {account: \"111111111111\", region: Frankfurt}\n" +
		"workloads: [{name: a, environment: b, account: \"222222222222\", region: eu-central-1, buckets: [{name: a-b-c, tier: critcal_data}]}]\n"
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	const width = 60
	lines := 0
	for line := range strings.Lines(problems.Excerpts(width, nil)) {
		line = strings.TrimRight(line, "\n")
		if strings.Contains(line, " | ") {
			continue // of the file
		}
		lines++
		if words := strings.Fields(line); len(line) > width && len(words) > 1 {
			t.Errorf("%d characters: %s", len(line), line)
		}
	}
	if lines <= 2*len(problems) {
		t.Errorf("%d lines for %d problems: nothing is wrapped", lines, len(problems))
	}
	for _, p := range problems {
		if got := strings.Join(strings.Fields(wrapped(p.String(), width)), " "); got != strings.Join(strings.Fields(p.String()), " ") {
			t.Errorf("the words of %s changed to %s", p, got)
		}
	}
	if got := wrapped("a b", minWidth-1); got != "a b" {
		t.Errorf("a terminal that is too narrow gets %q", got)
	}
}
