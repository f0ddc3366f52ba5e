package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"central-s3-backup/internal/rewind"
)

// report is what --report writes and --output json prints.
type report struct {
	Bucket string `json:"bucket"`
	Prefix string `json:"prefix,omitempty"`
	// OnlyKeys counts the keys of --key and --keys. Zero: all keys of the prefix.
	OnlyKeys int       `json:"onlyKeys,omitempty"`
	To       time.Time `json:"to"`
	Applied  bool      `json:"applied"`
	// VerifiedAgain says that an earlier run did everything, and that the bucket was only listed now.
	VerifiedAgain bool      `json:"verifiedAgain,omitempty"`
	Started       time.Time `json:"started"`
	Ended         time.Time `json:"ended"`
	Warnings      []string  `json:"warnings,omitempty"`
	// Lock is the retention that the copies get from the bucket.
	Lock string `json:"lock,omitempty"`
	// Concurrency is how many keys are worked on at a time.
	Concurrency int `json:"concurrency"`
	// Undo is the file that has the delete markers that were removed. Empty: none was.
	Undo string `json:"undo,omitempty"`
	// Error says why the run ended early.
	Error   string         `json:"error,omitempty"`
	Summary rewind.Summary `json:"summary"`
	// Plan is the file or directory of --plan.
	Plan string `json:"plan,omitempty"`
	// Jobs count the tasks of --batch-report.
	Jobs *rewind.JobReports `json:"jobs,omitempty"`
	// Archived are the files of --archived-manifest.
	Archived []string `json:"archivedManifests,omitempty"`
	// Manifest is the directory of --batch-manifest, and Next what to do with it.
	Manifest string   `json:"batchManifest,omitempty"`
	Next     []string `json:"next,omitempty"`
}

// write writes JSON. The keys that were not restored may be millions: they come one by one from the run.
func (r report) write(to io.Writer) error {
	text, _ := json.MarshalIndent(r, "", "  ") // of texts and numbers
	out := bufio.NewWriter(to)
	parts := bytes.Split(text, []byte(`"all": null`)) // in a text the quotes would have backslashes
	for i, reason := range slices.Sorted(maps.Keys(r.Summary.Reasons)) {
		fmt.Fprintf(out, `%s"all": [`, parts[i])
		comma := ""
		err := r.Summary.Reasons[reason].Each(func(failure rewind.Failure) error {
			line, _ := json.MarshalIndent(failure, "          ", "  ") // of texts
			_, err := fmt.Fprintf(out, "%s\n          %s", comma, line)
			comma = ","
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprint(out, "\n        ]")
	}
	fmt.Fprintf(out, "%s\n", parts[len(parts)-1])
	return out.Flush()
}

// text is the summary for people.
func (r report) text() string {
	s := r.Summary
	var b strings.Builder
	line := func(when bool, what string, values ...any) {
		if when {
			fmt.Fprintf(&b, what+"\n", values...)
		}
	}
	state := "dry run, nothing was changed"
	switch {
	case r.VerifiedAgain:
		state = "applied by an earlier run, and verified again"
	case r.Applied:
		state = "applied"
	case r.Jobs != nil:
		state = "verified, nothing was changed"
	}
	fmt.Fprintf(&b, "bucket %s as it was at %s: %s\n", r.Bucket, r.To.Format(time.RFC3339), state)
	line(r.Plan == "", "keys            %d, with %d versions and delete markers", s.Keys, s.VersionsBefore)
	line(r.Plan != "", "keys            %d, of plan %s", s.Keys, r.Plan)
	line(r.Plan == "", "unchanged       %d", s.Unchanged)
	line(s.AlreadyBack > 0, "already back    %d", s.AlreadyBack)
	byParts := ""
	if s.ByParts > 0 {
		byParts = fmt.Sprintf(", %d of them by parts", s.ByParts)
	}
	line(r.Jobs == nil, "copy            %d, %s%s", s.Copied, size(s.Bytes), byParts)
	line(r.Jobs == nil, "delete marker   %d", s.Marked)
	line(s.Uncovered > 0, "remove markers  %s of %s%s", count(s.RemovedMarkers, "delete marker", "delete markers"),
		count(s.Uncovered, "key", "keys"), r.undoText())
	line(!r.Applied && s.Removable.Keys > 0, "%s", savings(s))
	line(s.Overwritten > 0, "overwritten     %d of them were changed by others during the run; what they wrote lies beneath", s.Overwritten)
	line(s.Ambiguous > 0, "ambiguous       %d: several versions have that second, and the server does not tell their order", s.Ambiguous)
	for _, reason := range slices.Sorted(maps.Keys(s.Reasons)) {
		line(true, "not restored    %d, %s: %s", s.Reasons[reason].Keys, reason, s.Reasons[reason].Next)
	}
	line(r.Lock != "" && s.Copied > 0, "lock            each copy: %s (F-OL-2)", r.Lock)
	requests := r.requests()
	line(!r.Applied && r.Jobs == nil, "with --apply    about %s, and %s if each takes 0.1 s", count(requests, "request", "requests"),
		(time.Duration(1+requests/max(1, r.Concurrency)) * requestTime).Round(time.Second/10))
	if r.Applied {
		line(s.Copied > 0, "verified        %d by ETag, %d by checksum, %d by size",
			s.Verified[rewind.ByETag], s.Verified[rewind.ByChecksum], s.Verified[rewind.BySize])
		line(r.Error == "", "second listing  %d keys are as they were; %d versions and delete markers", s.Confirmed, s.VersionsAfter)
	}
	if r.Jobs != nil {
		line(true, "job reports     %d tasks succeeded, %d failed", r.Jobs.Succeeded, r.Jobs.Failed)
		line(r.Error == "", "listing         %d keys are as they were", s.Confirmed)
	}
	for _, path := range r.Archived {
		line(true, "archived        %s: versions to retrieve first", path)
	}
	for i, step := range r.Next {
		line(true, "%-15s %s", map[bool]string{true: "next"}[i == 0], step)
	}
	return b.String()
}

// undoText names the file that has the markers that were removed.
func (r report) undoText() string {
	if r.Undo == "" {
		return ""
	}
	return "; they are in " + r.Undo + ", for restore undo"
}

// savings say in a dry run what the removal of delete markers is worth.
func savings(s rewind.Summary) string {
	saves := "                --remove-markers would save"
	if s.Uncovered > 0 {
		saves = "                which saves"
	}
	r := s.Removable
	text := fmt.Sprintf("%s %s and %s", saves,
		count(max(0, r.Keys-r.Archived-pages(r.Markers)), "request", "requests"), size(r.Bytes))
	if r.Archived > 0 {
		text += fmt.Sprintf(", and brings %s back that cannot be copied", count(r.Archived, "archived key", "archived keys"))
	}
	return text
}

// pages is the number of requests for so many keys, of which each has 1,000 (F-S3-31).
func pages(n int) int { return (n + 999) / 1000 }

// requestTime is how long a request takes in the estimate of a dry run.
const requestTime = 100 * time.Millisecond

// requests estimates those that change the bucket, and the two listings of 1,000 entries a page. An object that is
// copied by parts counts for the parts of 512 MiB that all bytes would have.
func (r report) requests() int {
	s := r.Summary
	all := s.Copied + s.Marked + pages(s.RemovedMarkers) + 2*(1+s.VersionsBefore/1000)
	if s.ByParts > 0 {
		all += int(s.Bytes >> 29)
	}
	return all
}

// reasons are the reasons of a summary with their keys' numbers, in a sentence.
func reasons(s rewind.Summary) string {
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(s.Reasons)) {
		all = append(all, fmt.Sprintf("%d %s", s.Reasons[reason].Keys, reason))
	}
	return strings.Join(all, ", ")
}

// listLine is the line of --list about a key.
func listLine(result rewind.Result) string {
	text := string(result.Outcome)
	if result.Reason != "" {
		text += " (" + string(result.Reason) + ")"
	}
	return text + "\t" + printable(result.Key)
}

// printable quotes a key with characters that a line cannot have.
func printable(key string) string {
	if strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c == 0x7f || c == '�' }) {
		return fmt.Sprintf("%q", key)
	}
	return key
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// size is a number of bytes for people.
func size(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	value, unit := float64(bytes), ""
	for _, unit = range []string{"kB", "MB", "GB", "TB", "PB"} {
		if value /= 1000; value < 999.95 {
			break
		}
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}
