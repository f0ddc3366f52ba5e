package main

import "central-s3-backup/config"

// alertsFunction is the name of the central account's function that delivers alerts.
func alertsFunction(cfg *config.Config) string { return cfg.Project + "-backup-alerts" }

// alertsLogGroup is the name of the log group that the function writes to.
func alertsLogGroup(cfg *config.Config) string { return "/aws/lambda/" + alertsFunction(cfg) }

// alertsDeadLetters is the name of the queue that keeps what the function could not deliver.
func alertsDeadLetters(cfg *config.Config) string { return alertsFunction(cfg) + "-dead-letters" }
