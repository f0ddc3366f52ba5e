// Package docs has no code: its tests read the documentation.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages returns all documents that people write, by their path from this directory.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md", "adr/*.md", "restore/*.md", "../bench/*.md"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, error %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			found[path] = string(text)
		}
	}
	return found
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	unsaid  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors returns the anchors that GitHub gives to the headings of a document.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		found[strings.ReplaceAll(unsaid.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")] = true
	}
	return found
}

// TestLinks: every link between documents leads to a file, and to a heading if it names one.
func TestLinks(t *testing.T) {
	links := 0
	all := pages(t)
	for page, text := range all {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target := match[1] + match[2]
			if strings.Contains(target, "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(target, "#")
			path := strings.TrimPrefix(filepath.Join(filepath.Dir(page), file), "../docs/") // from here
			if file == "" {
				path = page
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", page, target, err)
			}
			if anchor != "" && !anchors(all[path])[anchor] {
				t.Errorf("%s links to %s, and there is no such heading", page, target)
			}
		}
	}
	if links == 0 {
		t.Error("no document has a link")
	}
}

// TestIndex: the index leads to every guide.
func TestIndex(t *testing.T) {
	all := pages(t)
	for page := range all {
		if filepath.Dir(page) == "." && page != "README.md" && !strings.Contains(all["README.md"], "]("+page+")") {
			t.Errorf("README.md of docs does not list %s", page)
		}
	}
}
