package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestNoInjection: text of a file becomes no link, no markup, no heading, no further cell and no mention.
func TestNoInjection(t *testing.T) {
	m := &markdown{}
	for _, evil := range []string{
		"<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](//a.example/i.png)", "a | b | c", "a\n# heading", "*b* _i_ `c`",
		"https://evil.example", "www.evil.example", "@everybody", "<!-- ", "a\r\n\r\n<b>", "``` ", "\x1b[31m", "&lt;b&gt;", "$x$", "~~x~~", "\u202egnp",
	} {
		for form, got := range map[string]string{"text": m.text(evil), "code": m.code(evil)} {
			if strings.ContainsAny(got, "\n\r\x1b\u202e") {
				t.Errorf("%s of %q has control characters: %q", form, evil, got)
			}
			if strings.Contains(strings.ReplaceAll(got, `\|`, ""), "|") {
				t.Errorf("%s of %q ends a cell: %q", form, evil, got)
			}
			if strings.HasPrefix(got, "`") { // nothing in code is markup, and nothing in it ends it
				fence := got[:len(got)-len(strings.TrimLeft(got, "`"))]
				inside := strings.TrimSuffix(strings.TrimPrefix(got, fence), fence)
				if strings.Contains(inside, fence) || !strings.HasSuffix(got, fence) {
					t.Errorf("%s of %q: code ends early: %s", form, evil, got)
				}
				continue
			}
			for _, mark := range []string{"<", ">", "://", "@", "www."} {
				if strings.Contains(got, mark) {
					t.Errorf("%s of %q has %s: %s", form, evil, mark, got)
				}
			}
			for _, mark := range "[]*_`~$#" {
				if strings.Contains(strings.ReplaceAll(got, `\`+string(mark), ""), string(mark)) {
					t.Errorf("%s of %q has %c: %s", form, evil, mark, got)
				}
			}
		}
	}
}

// TestNoInjectionIntoTheReport: the same with a whole report, whose warning and evidence have such text.
func TestNoInjectionIntoTheReport(t *testing.T) {
	cfg := load(t, "example.yaml")
	r := New(cfg, Options{Config: "x`; rm -rf ~\n# heading"})
	evil := "</td><img src=x> | @all\n## heading"
	r.Warnings = []Warning{{Check: evil, Path: evil, What: evil, Got: evil, Want: evil}}
	r.Buckets[0].Rehearsal.Last = &Evidence{Outcome: evil, Ended: evil}
	r.Changes = &Changes{Previous: evil, List: []Change{{Effect: Loses, Buckets: []string{evil}, What: evil, From: evil}}}
	for line := range strings.Lines(string(r.Markdown())) {
		if strings.HasPrefix(line, "## heading") || strings.HasPrefix(line, "# heading") {
			t.Errorf("a heading: %s", line)
		}
	}
	if outside := regexp.MustCompile("`[^`\n]*`").ReplaceAllString(string(r.Markdown()), ""); strings.Contains(outside, "<img") {
		t.Error("there is an element outside of code")
	}
}

// TestDeterministic: the same configuration gives the same bytes.
func TestDeterministic(t *testing.T) {
	forms := func() []byte {
		var all bytes.Buffer
		r := New(load(t, "fleet.yaml"), Options{})
		r.Compare(New(load(t, "example.yaml"), Options{}), "before.yaml")
		r.AddSizes([]Sizes{{Stack: "a", KeyPolicies: map[string]int{"B": 2, "A": 2, "C": 1}}})
		files, err := r.Files()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			all.Write(f.Text)
		}
		return all.Bytes()
	}
	first := forms()
	for range 5 {
		if !bytes.Equal(first, forms()) {
			t.Fatal("the bytes differ")
		}
	}
}
