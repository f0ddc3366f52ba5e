package alert

import (
	"regexp"
	"strings"
)

// arn has the parts of an ARN. Its zero value: the text is not an ARN.
type arn struct{ region, account, resource string }

func parseARN(s string) arn {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return arn{}
	}
	return arn{parts[3], parts[4], parts[5]}
}

// bucketOf returns the bucket's name from the ARN of a bucket. Empty: it is not such an ARN.
func bucketOf(s string) string {
	if parts := strings.SplitN(s, ":", 6); len(parts) == 6 && parts[2] == "s3" {
		name, _, _ := strings.Cut(parts[5], "/")
		return name
	}
	return ""
}

// vaultOf returns the vault's name from the ARN of a vault. Empty: it is not such an ARN.
func vaultOf(s string) string {
	name, is := strings.CutPrefix(parseARN(s).resource, "backup-vault:")
	if !is {
		return ""
	}
	return name
}

// pointOfBucket matches the ARN of a bucket's recovery point: the bucket's name, the time if it is a
// periodic backup, and eight hexadecimal digits (F-S3-23).
var pointOfBucket = regexp.MustCompile(`^recovery-point:(.+?)(?:-[0-9]{14})?-[0-9a-f]{8}$`)

// bucketOfPoint returns the bucket's name from the ARN of a recovery point. Empty: it is not one of a bucket.
func bucketOfPoint(s string) string {
	if match := pointOfBucket.FindStringSubmatch(parseARN(s).resource); match != nil {
		return match[1]
	}
	return ""
}

// functionName matches what names a function (F-EVT-24): its ARN, a part of it from the account on, or its name, each
// also with a version or an alias behind it.
var functionName = regexp.MustCompile(`^(?:arn:[^:]*:lambda:[^:]*:)?(?:[0-9]{12}:)?(?:function:)?([^:]+)(?::[^:]+)?$`)

// functionOf returns a function's name from what names it.
func functionOf(s string) string {
	if match := functionName.FindStringSubmatch(s); match != nil {
		return match[1]
	}
	return s
}

// queueOf returns a queue's name from its URL.
func queueOf(url string) string { return url[strings.LastIndex(url, "/")+1:] }
