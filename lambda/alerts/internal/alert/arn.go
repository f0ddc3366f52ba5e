package alert

import (
	"regexp"
	"strings"
)

// arn is an ARN in its parts. What is none has none.
type arn struct{ region, account, resource string }

func parseARN(s string) arn {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return arn{}
	}
	return arn{parts[3], parts[4], parts[5]}
}

// bucketOf is the name of the bucket of a bucket's ARN.
func bucketOf(s string) string {
	if parts := strings.SplitN(s, ":", 6); len(parts) == 6 && parts[2] == "s3" {
		name, _, _ := strings.Cut(parts[5], "/")
		return name
	}
	return ""
}

// vaultOf is the name of the vault of a vault's ARN.
func vaultOf(s string) string {
	name, is := strings.CutPrefix(parseARN(s).resource, "backup-vault:")
	if !is {
		return ""
	}
	return name
}

// pointOfBucket is the form of a recovery point's ARN of a bucket: the bucket's name, the time of a
// periodic backup, and eight digits (F-S3-23).
var pointOfBucket = regexp.MustCompile(`^recovery-point:(.+?)(?:-[0-9]{14})?-[0-9a-f]{8}$`)

// bucketOfPoint is the name of the bucket of a recovery point's ARN, empty where it is another's.
func bucketOfPoint(s string) string {
	if match := pointOfBucket.FindStringSubmatch(parseARN(s).resource); match != nil {
		return match[1]
	}
	return ""
}
