package config

import (
	"maps"
	"strings"
)

// Tags are tags of resources: values by keys.
type Tags map[string]string

// TierTag and WorkloadTag are the keys of the tags that the app itself gives to buckets, vaults, plans and recovery points.
const (
	TierTag     = "backup:tier"
	WorkloadTag = "backup:workload"
)

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
	case lower == TierTag || lower == WorkloadTag:
		return "is a tag that the app sets itself, so another key is needed: selections by tag would take wrong buckets"
	}
	return ""
}

// reservedTags begins the keys and values of tags that AWS alone sets (F-LIM-8).
const reservedTags = "aws:"

func tagValue(value string) string {
	if strings.HasPrefix(strings.ToLower(value), reservedTags) {
		return "starts with aws:, which AWS reserves"
	}
	return ""
}
