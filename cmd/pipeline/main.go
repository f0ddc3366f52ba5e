// Command pipeline synthesizes one pipeline of a configuration. The app builds it where a backup.yaml has rollout.pipeline, and runs
// it as a part of a run: the part is on standard input. It is no command for people.
//
// It is apart from the app because it links the CDK's library for pipelines (docs/adr/0014-pipelines.md).
package main

import (
	"os"

	"central-s3-backup/internal/startup"
	"central-s3-backup/internal/synth"
	"central-s3-backup/stacks/pipeline"
)

// exitDefect is the exit code of a process that has reported an error. The run prints it.
const exitDefect = 2

func main() {
	synth.Renew()
	os.Exit(process())
}

// process is the process that main ends. It leaves no temporary file behind.
func process() int {
	defer startup.Close()
	defer synth.Close()
	if synth.RunPart(os.Stdin, os.Stdout, func() { os.Exit(exitDefect) }, pipeline.New) != nil {
		return exitDefect
	}
	return 0
}
