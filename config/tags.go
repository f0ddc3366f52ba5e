package config

import (
	"maps"
	"strings"
)

// Tags are tags of resources: values by keys.
type Tags map[string]string

// WorkloadTag is the key of the tag that names the workload of a created bucket, a vault, a plan and a recovery point.
const WorkloadTag = "backup:workload"

// defaultTagKey is the key of the tag that names a tier, where the file has no tag_key.
const defaultTagKey = "backup:tier"

// ownTags is how many of the tags of a bucket or recovery point are the app's own.
const ownTags = 2

// TagsOf are the tags of a workload's resources: those at the top of the file, and its own, which win.
func (c *Config) TagsOf(w Workload) Tags {
	if len(w.Tags) == 0 {
		return c.Tags
	}
	tags := Tags{}
	maps.Copy(tags, c.Tags)
	maps.Copy(tags, w.Tags)
	return tags
}

// tagKey returns what is wrong with the key of a tag, or "". Keys that differ in case alone are one key to IAM (F-IAM-18).
func tagKey(key string) string {
	switch lower := strings.ToLower(key); {
	case strings.HasPrefix(lower, reservedTags):
		return "starts with aws:, which AWS reserves"
	case lower == defaultTagKey || lower == WorkloadTag:
		return "is a tag that the app sets itself, so another key is needed: selections by tag would take wrong buckets"
	}
	return ""
}

// tierTagKey returns what is wrong with the key of the tag that names a tier, or "".
func tierTagKey(key string) string {
	switch lower := strings.ToLower(key); {
	case strings.HasPrefix(lower, reservedTags):
		return "starts with aws:, which AWS reserves"
	case lower == WorkloadTag:
		return "is the key of the tag that names the workload"
	}
	return ""
}

// reservedTags begins the keys and values of tags that AWS alone sets (F-LIM-8).
const reservedTags = "aws:"

// conditionValue returns what is wrong with the value of a tag that a selection looks for, or "".
func conditionValue(value string) string {
	if strings.ContainsAny(value, "*?") {
		return "has a wildcard, which no tag has and no condition here knows"
	}
	if !tagValuePattern.MatchString(value) {
		return notValid
	}
	return ""
}

// tagValuePattern is what AWS takes as the value of a tag (F-LIM-8).
var tagValuePattern = re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}`)

func tagValue(value string) string {
	if strings.HasPrefix(strings.ToLower(value), reservedTags) {
		return "starts with aws:, which AWS reserves"
	}
	return ""
}
