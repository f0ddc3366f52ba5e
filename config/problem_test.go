package config

import (
	"strings"
	"testing"
)

// TestSummedUp: the same mistake in 500 buckets is shown ten times, in its place among the others,
// and then counted; every other problem is shown.
func TestSummedUp(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(100, 6)), "tier: c", "tier: k") // of each workload's six buckets, four
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
		"is unknown; did you mean eu-central-1?":                                          1,
		"more of the same":                                                                4,
	} {
		if got := strings.Count(shown, part); got != want {
			t.Errorf("%d times %q, want %d in\n%s", got, part, want, shown)
		}
	}
	if got := problems.Count(); !strings.HasPrefix(got, "401 errors, ") {
		t.Errorf("counted as %s", got)
	}
}

// TestElevenAreShown: a line that says that there is one more takes as long to read as the one.
func TestElevenAreShown(t *testing.T) {
	text := strings.ReplaceAll(string(fleet(11, 1)), "region: eu-central-1\n", "region: eu-centrall-1\n")
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	if shown := problems.Lines(); strings.Count(shown, "eu-centrall-1") != 11 || strings.Contains(shown, "more of the same") {
		t.Errorf("%s", shown)
	}
}

// TestExcerpts: at a terminal a problem has its line with a caret under the value, and the line that
// it contradicts; what the terminal would obey is not written to it.
func TestExcerpts(t *testing.T) {
	text := strings.Replace(minimal, "buckets: [{name: dummy-dev-a, tier: critical_data}]", "buckets:\n      - {name: dummy-dev-a, tier: critical_data} # ü\u009b31m\n      -\t{name: dummy-dev-a, tier: critical_data}", 1)
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	want := `backup.yaml:12:16: workloads[0].buckets[1].name: the bucket is there already; got dummy-dev-a; want every bucket once; see backup.yaml:11:16 [F-S3-7]
    12 |       -	{name: dummy-dev-a, tier: critical_data}
       |        	       ^
    11 |       - {name: dummy-dev-a, tier: critical_data} # ü·31m
       |                ^

`
	if got := problems.Excerpts(); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestExcerptOfLongLine: a caret stands below its value in a line that is longer than a terminal is wide.
func TestExcerptOfLongLine(t *testing.T) {
	long := "project: dummy # " + strings.Repeat("x", 500)
	text := strings.Replace(minimal, "project: dummy", long, 1)
	text = strings.Replace(text, "buckets: [", "buckets: ["+strings.Repeat("{name: dummy-dev-b, tier: critical_data}, ", 2), 1)
	problems := problemsOf(Load("backup.yaml", []byte(text)))
	for _, line := range strings.Split(problems.Excerpts(), "\n") {
		if strings.Contains(line, " | ") && len([]rune(line)) > excerptWidth+20 {
			t.Errorf("%d characters: %s", len([]rune(line)), line)
		}
	}
	if !strings.Contains(problems.Excerpts(), "…") {
		t.Errorf("no line was cut:\n%s", problems.Excerpts())
	}
}
