package config

// What is checked while a file is read and decoded, besides the syntax of its scalars.
var (
	unreadableFile  = check{name: "unreadable-file", level: Error}
	notText         = check{name: "not-text", level: Error}
	notYAML         = check{name: "not-yaml", level: Error}
	noMapping       = check{name: "no-mapping", level: Error}
	secondDocument  = check{name: "second-document", level: Error}
	anchor          = check{name: "anchor", level: Error}
	yamlTag         = check{name: "yaml-tag", level: Error}
	noValue         = check{name: "no-value", level: Error}
	notAKey         = check{name: "not-a-key", level: Error}
	unknownKey      = check{name: "unknown-key", level: Error}
	duplicateKey    = check{name: "duplicate-key", level: Error}
	missingKey      = check{name: "missing-key", level: Error}
	emptyList       = check{name: "empty-list", level: Error}
	wrongType       = check{name: "wrong-type", level: Error}
	unquoted        = check{name: "unquoted", level: Error}
	tooManyProblems = check{name: "too-many-problems", level: Error}
	coldStorage     = check{name: "cold-storage", level: Error, fact: "F-S3-6"}
)

var readingChecks = []check{
	unreadableFile, notText, notYAML, noMapping, secondDocument, anchor, yamlTag, noValue, notAKey,
	unknownKey, duplicateKey, missingKey, emptyList, wrongType, unquoted, coldStorage, tooManyProblems,
}
