package config

import (
	"regexp"
	"strings"
)

// cloneURL is what a repository is cloned from, by HTTPS or SSH, with the host, and the repository as owner/name.
var cloneURL = regexp.MustCompile(`^(?:https?://|ssh://)?(?:[^@/]+@)?[A-Za-z0-9.-]+\.[a-z]+(?::[0-9]+)?[/:]([A-Za-z0-9_./-]+?)/?$`)

// gitSuffix ends URLs of repositories, and no names.
const gitSuffix = ".git"

// repositoryName says what is wrong with a name that has the right form.
func repositoryName(name string) string {
	if strings.HasSuffix(name, gitSuffix) {
		return "ends with " + gitSuffix + ", which belongs to the URL"
	}
	return ""
}

// repositoryNamed is the owner/name in what a repository is cloned from, or "".
func repositoryNamed(url string) string {
	name := strings.TrimSuffix(url, gitSuffix)
	if found := cloneURL.FindStringSubmatch(url); found != nil && strings.Contains(url, ":") {
		name = strings.TrimSuffix(found[1], gitSuffix)
	}
	if name == url || strings.Contains(name, ":") || !strings.Contains(name, "/") {
		return ""
	}
	return name
}

// headsPrefix begins the refs of branches.
const headsPrefix = "refs/heads/"

func branchName(name string) string {
	if strings.HasPrefix(name, "refs/") {
		return "is a ref, not the name of a branch"
	}
	return ""
}

// branchNamed is the branch that a ref names, or "".
func branchNamed(ref string) string {
	if name, is := strings.CutPrefix(ref, headsPrefix); is {
		return name
	}
	return ""
}
