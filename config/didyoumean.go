package config

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// DidYouMean returns "; did you mean …?" with the most similar candidate, or "" if none is similar.
func DidYouMean(got string, candidates []string) string {
	return didYouMean(nearest(got, candidates))
}

func didYouMean(meant string) string {
	if meant == "" {
		return ""
	}
	return "; did you mean " + meant + "?"
}

// minCutOff is the number of letters from which the beginning of a name counts as that name.
const minCutOff = 3

// nearest returns the candidate most similar to what was written, or "". A third of its letters may differ,
// or two in a short one, or the end may be missing. Nothing is similar to no text.
func nearest(got string, candidates []string) string {
	if strings.TrimSpace(got) == "" {
		return ""
	}
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
