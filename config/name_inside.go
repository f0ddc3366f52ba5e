package config

import (
	"regexp"
	"strings"
)

// noName says that an ARN or a URL stands where a name belongs, and which name it has. It is "" for anything else.
func noName(value string) (what, name string) {
	switch {
	case strings.HasPrefix(value, "arn:"):
		return "is an ARN where a name belongs", nameInARN(value)
	case strings.Contains(value, "://"):
		return "is a URL where a name belongs", nameInURL(value)
	}
	return "", ""
}

// secretSuffix is what Secrets Manager adds to the name of a secret in its ARN.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
var secretSuffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// nameInARN is the name of the bucket, role, vault, secret or alias that an ARN names. A role keeps its path.
func nameInARN(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	service, resource := parts[2], parts[5]
	kind, name, found := strings.Cut(resource, "/")
	switch {
	case service == "s3":
		return kind
	case service == "sts" && kind == "assumed-role":
		role, _, _ := strings.Cut(name, "/") // the session follows
		return role
	case service == "secretsmanager":
		return secretSuffix.ReplaceAllString(strings.TrimPrefix(resource, "secret:"), "")
	case service == "backup":
		return strings.TrimPrefix(resource, "backup-vault:")
	case found && (kind == "role" || kind == "alias"):
		return name
	}
	return ""
}

// bucketURLs are the forms of URLs that have the name of a bucket: s3://NAME, those of its objects, and those of the console.
var bucketURLs = []*regexp.Regexp{
	regexp.MustCompile(`^s3://([^/]+)`),
	regexp.MustCompile(`/s3/buckets/([^/?#]+)`),
	regexp.MustCompile(`^https?://([^/]+)\.s3[.-][a-z0-9.-]*amazonaws\.com`),
	regexp.MustCompile(`^https?://s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/([^/?#]+)`),
	regexp.MustCompile(`#/roles/details/([^/?#]+)`),
	regexp.MustCompile(`#/?backupvaults/details/([^/?#]+)`),
}

func nameInURL(url string) string {
	for _, form := range bucketURLs {
		if found := form.FindStringSubmatch(url); found != nil {
			return found[1]
		}
	}
	return ""
}
