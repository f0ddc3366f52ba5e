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

// minCutOff is how many letters the beginning of a name needs to stand for it.
const minCutOff = 3

// nearest returns the candidate nearest to what was written, or "" where none is near enough to
// have been meant: a third of its letters may differ, two at least, or it may be cut off.
func nearest(got string, candidates []string) string {
	best, bestDistance := "", 0
	for _, c := range candidates {
		d := levenshtein.ComputeDistance(strings.ToLower(got), strings.ToLower(c))
		cutOff := len(got) >= minCutOff && strings.HasPrefix(strings.ToLower(c), strings.ToLower(got))
		if (cutOff || d <= max(2, len(c)/3)) && (best == "" || d < bestDistance) {
			best, bestDistance = c, d
		}
	}
	return best
}
