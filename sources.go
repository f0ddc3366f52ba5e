package main

import "embed"

// sources are the files of this module that its functions are built from. The app carries them, so that an installed binary
// needs no clone. TestTool finds one that is missing.
//
//go:embed go.mod go.sum internal/alerting/*.go internal/restoretest/*.go lambda/*/*.go lambda/*/internal/*/*.go
var sources embed.FS
