package synth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"central-s3-backup/internal/jsiinode"
)

// AwaitIndex waits until Node.js has written what makes its next starts faster, and says so on Options.Terminal. Call it in the
// process that has synthesized, before [Close].
func AwaitIndex(ctx context.Context, o Options) { jsiinode.AwaitIndex(ctx, o.announce) }

// MachineError is an error of the machine that a run was on. It says what to do.
type MachineError string

func (e MachineError) Error() string { return string(e) }

// ended is the error for a process that ended in the middle of its work.
func ended(process, how string) error {
	return MachineError(fmt.Sprintf("%s ended before the stacks were complete (%s): look at what it printed above and run the app again; "+
		"if it printed nothing, memory may have run out, of which each process needs up to 700 MB: free some, or use -jobs 1", process, how))
}

// nodeEnded tells whether jsii failed because Node.js is gone or because what answers is not Node.js, and
// not because the CDK found something wrong.
func nodeEnded(failure error) bool {
	const gone, closed = "no response received from child process", "this process has been closed" // jsii has no types for these
	_, unreadable := errors.AsType[*json.SyntaxError](failure)
	_, notStarted := errors.AsType[*exec.Error](failure)
	_, broken := errors.AsType[*fs.PathError](failure) // of the pipe, or of the program
	return unreadable || notStarted || broken || errors.Is(failure, io.ErrUnexpectedEOF) ||
		failure.Error() == gone || failure.Error() == closed
}

// minNode is the oldest major version of Node.js that the CDK runs in.
const minNode = 20

// isSupported tells whether the CDK in go.mod supports a major version of Node.js.
func isSupported(major int) bool { return major == 22 || major == 24 }

// nodeAnswer is how long Node.js may take to tell its version. It needs 50 ms.
const nodeAnswer = 10 * time.Second

// checkNode reports in a sentence what jsii would report by a panic, or what it would wait for without an
// end. Empty: the command is node. A notice is about a version that still works.
func checkNode(ctx context.Context, node string, limit time.Duration) (notice string, err error) {
	if node == "" {
		node = "node"
	}
	const install = "install version 22 or 24 from https://nodejs.org"
	const advice = "the AWS CDK runs in Node.js; " + install
	path, err := exec.LookPath(node)
	if err != nil {
		return "", fmt.Errorf("there is no %q on the PATH: %s", node, advice)
	}
	limited, stop := context.WithTimeout(ctx, limit)
	defer stop()
	answer, err := command(limited, path, "--version").Output()
	switch {
	case limited.Err() != nil:
		return "", fmt.Errorf("%s hangs: it did not answer --version within %v: %s", path, limit, advice)
	case err != nil:
		return "", fmt.Errorf("%s does not run (%w): %s", path, err, advice)
	}
	version, _, _ := strings.Cut(string(answer), "\n")
	var major int
	if _, err := fmt.Sscanf(version, "v%d.", &major); err != nil {
		return "", fmt.Errorf("%s is not Node.js: it answers --version with %q: %s", path, version, advice)
	}
	if major < minNode {
		return "", fmt.Errorf("%s is Node.js %s, which is too old: %s", path, version, advice)
	}
	if !isSupported(major) {
		return fmt.Sprintf("%s is Node.js %s, which this version of the AWS CDK does not support: %s", path, version, install), nil
	}
	return "", nil
}
