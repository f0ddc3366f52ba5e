package config

import "testing"

// TestRepositoryNamed: what people copy from their browser or from git has the name of the repository in it.
func TestRepositoryNamed(t *testing.T) {
	for value, want := range map[string]string{
		"https://github.com/heron/backup.git":      "heron/backup",
		"https://github.com/heron/backup/":         "heron/backup",
		"https://someone@bitbucket.org/heron/b":    "heron/b",
		"git@github.com:heron/backup.git":          "heron/backup",
		"ssh://git@gitlab.com:2222/a/group/backup": "a/group/backup",
		"heron/backup.git":                         "heron/backup",
		"heron/backup":                             "",
		"backup":                                   "",
		"https://github.com/heron":                 "",
		"a b":                                      "",
	} {
		if got := repositoryNamed(value); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	for ref, want := range map[string]string{"refs/heads/main": "main", "refs/heads/a/b": "a/b", "refs/tags/v1": "", "main": ""} {
		if got := branchNamed(ref); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}
