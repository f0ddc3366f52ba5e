package main

import "embed"

// sources are the files of this module that a run builds programs from: its functions, and what synthesizes pipelines. The app carries
// them, so that an installed binary needs no clone. package.json has the version of the CDK's CLI. TestTool and TestPipelineTool find
// one that is missing.
//
//go:embed go.mod go.sum package.json lambda/*/*.go lambda/*/internal/*/*.go
//go:embed cmd/pipeline/*.go config/*.go config/internal/*/*.go constructs/*.go stacks/*.go stacks/pipeline/*.go
//go:embed internal/alerting/*.go internal/cloudassembly/*.go internal/disk/*.go internal/jsiinode/*.go
//go:embed internal/restoretest/*.go internal/startup/*.go internal/synth/*.go
var sources embed.FS

// schema is the JSON schema of backup.yaml, for editors where there is no clone.
//
//go:embed config/schema.json
var schema string
