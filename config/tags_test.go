package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestTags: a workload has the tags at the top and its own, which count; the file keeps its own form.
func TestTags(t *testing.T) {
	text := strings.Replace(
		minimal,
		"    buckets:",
		"    tags: {Owner: \"0815\", acme.com/x: \"\"}\n    buckets:",
		1,
	) + "tags: {Owner: us, Stage: dev}\n"
	cfg := load(t, text)
	if got := fmt.Sprint(cfg.TagsOf(cfg.Workloads[0])); got != "map[Owner:0815 Stage:dev acme.com/x:]" {
		t.Errorf("a workload has %s", got)
	}
	if got := fmt.Sprint(cfg.Tags); got != "map[Owner:us Stage:dev]" {
		t.Errorf("the top has %s", got)
	}
	if got := fmt.Sprint(load(t, minimal+"tags: {Owner: us}\n").TagsOf(Workload{})); got != "map[Owner:us]" {
		t.Errorf("a workload without its own has %s", got)
	}
	printed, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(printed), "tags:\n  Owner: us\n  Stage: dev\n") || !strings.Contains(string(printed), "Owner: '0815'\n") {
		t.Errorf("printed as\n%s", printed)
	}
	if again := load(t, string(printed)); fmt.Sprint(again.Tags, again.Workloads[0].Tags) != fmt.Sprint(cfg.Tags, cfg.Workloads[0].Tags) {
		t.Errorf("loads back as %v and %v", again.Tags, again.Workloads[0].Tags)
	}
	if empty := load(t, minimal+"tags: {}\n"); empty.Tags != nil {
		t.Errorf("no tags are %#v", empty.Tags)
	}
}

// TestPathsOfTags: a key with a dot is in brackets, and is found there.
func TestPathsOfTags(t *testing.T) {
	for path, want := range map[string]string{
		`tags["acme.com/team"]`:             "[tags acme.com/team]",
		`workloads[0].tags["a.b"]`:          "[workloads 0 tags a.b]",
		`workloads[0].tags.Owner`:           "[workloads 0 tags Owner]",
		`workloads[0].tags["a.b"].c[1]`:     "[workloads 0 tags a.b c 1]",
		tagPath(workloadTagsPath(1), "a:b"): "[workloads 1 tags a:b]",
	} {
		if got := fmt.Sprint(steps(path)); got != want {
			t.Errorf("%s has the steps %s, want %s", path, got, want)
		}
	}
}
