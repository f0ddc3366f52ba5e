// Package jsiinode prepares how jsii starts Node.js, and waits for what Node.js writes for its next starts. It alone
// relies on what jsii does inside and promises nowhere. Where a new version of jsii does it differently, TestTool and
// TestCalls fail.
package jsiinode

import (
	"cmp"
	"os"
	"path/filepath"
)

// The environment variables of the command that runs Node.js: jsii's own, and the one that keeps what the user has
// set it to.
const (
	nodeVariable = "JSII_NODE"
	userVariable = "CENTRAL_S3_BACKUP_NODE"
)

// nodeOptions limits the heap of Node.js, in megabytes. jsii allows it 4 GB, and with that V8 collects
// no garbage before it has more than 1 GB. A process of a run needs half of the limit, and stays below
// 700 MB with everything else that Node.js has.
const nodeOptions = "--max-old-space-size=500"

// startScript runs in place of Node.js. jsii gives it the path of a program that would start Node.js once more, with the program beside
// it; the script starts that one directly. jsii reads answers from descriptor 4, and everything that is printed goes to standard error.
// Descriptor 3 is /dev/null, so that no file that Node.js opens gets this number.
const startScript = `#!/bin/sh
program=${1%/bin/jsii-runtime.js}/lib/program.js
if [ "$program" = "$1/lib/program.js" ] || [ ! -f "$program" ]; then
	exec "$CENTRAL_S3_BACKUP_NODE" "$@"
fi
exec "$CENTRAL_S3_BACKUP_NODE" --preserve-symlinks --require "${0%/*}/start.js" "$program" 3</dev/null 4>&1 1>&2
`

// startModule runs before jsii's program, which reads requests from descriptor 3 and writes answers to it. The script has them at
// standard input and descriptor 4, which a command of the user may not pass on.
const startModule = `const fs = require('fs');
const { readSync, writeSync } = fs;
fs.readSync = (fd, ...rest) => readSync(fd === 3 ? 0 : fd, ...rest);
fs.writeSync = (fd, ...rest) => writeSync(fd === 3 ? 4 : fd, ...rest);
try {
  writeSync(4, '');
} catch {
  console.error('JSII_NODE: what it starts does not get the descriptors 3 and 4; want Node.js, or a script that ends with exec node "$@"');
  process.exit(1);
}
`

// scriptName is the file name of startScript. The process that jsii starts has it, with any directory.
const scriptName = "central-s3-backup-start.sh"

// Prepare sets environment variables for Node.js, of this process and of those that it starts. jsii takes the environment over when the
// packages of the CDK are initialized, and after jsii.Close once more. A variable that the user has set stays. dir is a directory for
// files that Node.js needs as long as it runs. The error is about a file that cannot be written.
//
// The variables keep the memory of Node.js small, and have it run as one process: jsii would start two, and the first would pass
// on each request and each answer of the second (docs/adr/0015-one-process-of-node.md). jsii still starts two where the system runs
// no programs in dir, and on Windows.
func Prepare(dir string) error {
	getenv := os.Getenv //nolint:forbidigo // jsii takes it over before app.go can read it
	options := map[string]string{"NODE_OPTIONS": nodeOptions}
	if buildsIndex() {
		options = map[string]string{"NODE_OPTIONS": nodeOptions + indexNodeOptions, "MALLOC_ARENA_MAX": indexMallocArenas}
	}
	for name, value := range options {
		if getenv(name) == "" {
			_ = os.Setenv(name, value) // fails only for a malformed name
		}
	}
	if inherited := getenv(nodeVariable); isScript(inherited) && runs(inherited) { // of the process that has started this one
		return nil
	}
	node := cmp.Or(Command(getenv), "node")
	script := filepath.Join(dir, scriptName)
	for name, content := range map[string]string{script: startScript, filepath.Join(dir, "start.js"): startModule} {
		if err := os.WriteFile(name, []byte(content), 0o700); err != nil {
			return err
		}
	}
	_ = os.Setenv(userVariable, node)
	if !runs(script) {
		script = node
	}
	_ = os.Setenv(nodeVariable, script)
	return nil
}

// Command is the command that runs Node.js, as the user has set it in the environment. Empty: node.
func Command(getenv func(string) string) string {
	if node := getenv(nodeVariable); !isScript(node) {
		return node
	}
	return getenv(userVariable)
}

func isScript(node string) bool { return filepath.Base(node) == scriptName }
