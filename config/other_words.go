package config

import (
	"slices"
	"strings"
)

// otherWords are the words of Terraform, CloudFormation and other tools for what has another key here: the keys that can be meant. They
// are too different for a comparison of letters. Where none of the keys is known, the word says nothing.
var otherWords = map[string][]string{
	"account_id":                   {"account"},
	"copy":                         {"copy_to_central"},
	"copy_action":                  {"copy_to_central"},
	"copy_actions":                 {"copy_to_central"},
	"cron":                         {"schedule"},
	"completion_window":            {"completion_window_minutes"},
	"delete_after":                 {"delete_after_days"},
	"days":                         {"delete_after_days"},
	"enable_continuous_backup":     {"continuous_backup"},
	"kms_key_alias":                {"key_alias"},
	"org_id":                       {"id"},
	"recovery_point_tags":          {"tags"},
	"retention":                    {"delete_after_days"},
	"retention_days":               {"delete_after_days"},
	"rule":                         {"snapshot_backup"},
	"rules":                        {"snapshot_backup"},
	"schedule_expression":          {"schedule", "cron"},
	"schedule_expression_timezone": {"timezone"},
	"selection_tag":                {"select_tagged"},
	"selection_tags":               {"select_tagged"},
	"secret":                       {"webhook_secret", "routing_key_secret", "url_secret"},
	"start_window":                 {"start_window_minutes"},
	"topic_arn":                    {"arn"},
	"url_secret":                   {"webhook_secret"},
	"vault_lock_configuration":     {"vault_lock"},
	"url":                          {"webhook_secret", "url_secret"},
	"webhook":                      {"webhook_secret", "url_secret"},
	"webhook_secret":               {"url_secret"},
	"webhook_url":                  {"webhook_secret", "url_secret"},
}

// meantKey returns the known key that an unknown one means, or "".
func meantKey(got string, known []string) string {
	for _, key := range otherWords[strings.ToLower(got)] {
		if slices.Contains(known, key) {
			return key
		}
	}
	return nearest(got, known)
}
