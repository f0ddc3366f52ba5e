package config

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// DidYouMean returns "; did you mean …?" with the candidate that was meant, or "".
func DidYouMean(got string, candidates []string) string {
	if meant := nearest(got, candidates); meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// nearest returns the candidate nearest to what was written, or "" where none is near enough to
// have been meant: a third of its letters may differ, two at least.
func nearest(got string, candidates []string) string {
	best, bestDistance := "", 0
	for _, c := range candidates {
		d := levenshtein.ComputeDistance(strings.ToLower(got), strings.ToLower(c))
		if d <= max(2, len(c)/3) && (best == "" || d < bestDistance) {
			best, bestDistance = c, d
		}
	}
	return best
}
