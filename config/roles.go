package config

import "strings"

// rolePath returns what is wrong with the path of IAM roles, or "" (F-IAM-16). The policies that let the roles in match
// patterns, in which some characters stand for others.
func rolePath(path string) string {
	switch {
	case !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/"):
		return "does not begin and end with a slash"
	case len(path) > MaxRolePath:
		return "is too long"
	case strings.Contains(path, "//"):
		return "has two slashes in a row"
	case strings.ContainsAny(path, "*?$"):
		return "has a character that stands for others in policies, so roles of other paths would be let in, too"
	}
	for _, r := range path {
		if r < '!' || r > '~' {
			return "has a character that IAM does not allow"
		}
	}
	return ""
}
