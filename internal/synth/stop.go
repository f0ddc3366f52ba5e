package synth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/internal/disk"
)

// ErrInterrupted is returned for a run that was stopped before its cloud assembly was complete.
var ErrInterrupted = errors.New("interrupted: nothing was written")

// patience limits the wait for processes that have to end. Node.js may be working on one call for seconds.
const patience = 10 * time.Second

// command is a command that is killed when ctx is done, with all processes that it has started.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second // where a process that it has started is still there
	leadGroup(cmd)
	return cmd
}

// untilDone calls f, which works with Node.js. When ctx is done it stops Node.js, and so the call that f
// waits for: jsii panics. It then returns [ErrInterrupted], unless f was complete before.
func untilDone(ctx context.Context, f func() error) error {
	returned, stopped := make(chan struct{}), make(chan struct{})
	unregister := context.AfterFunc(ctx, func() {
		defer close(stopped)
		stopNode(returned)
	})
	err := guard(f)
	close(returned)
	if err != nil {
		awaitSignal(ctx)
	}
	if !unregister() {
		<-stopped
		if err != nil {
			return ErrInterrupted
		}
	}
	return err
}

// awaitSignal waits for ctx as long as a signal may take that Node.js has got at the same time: a terminal
// sends it to both.
func awaitSignal(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond):
	}
}

// stopNode ends Node.js, and returns when nobody calls it any more, which closes returned.
func stopNode(returned <-chan struct{}) {
	os.Stderr = nil // jsii would report there that Node.js was killed
	for killChildren() {
		select {
		case <-returned:
			return
		case <-time.After(20 * time.Millisecond): // the caller may be about to start Node.js
		}
	}
	closeNode()
	<-returned
}

// closeNode asks Node.js to end, and waits for it.
func closeNode() {
	ended := make(chan struct{})
	go func() {
		jsii.Close()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		killChildren()
	}
}

// Close stops Node.js. A program that has called this package ends with it, and writes nothing to
// standard error after it: jsii may say there that Node.js "exited abnormally", when all is done.
func Close() {
	os.Stderr = nil
	closeNode()
}

// Renew has jsii begin anew, with the environment and the temporary directory of this moment. Call it before the first call of the CDK:
// jsii took both over when its packages were initialized, which may have been before they were prepared (package startup).
func Renew() { jsii.Close() }

// guard turns a panic, which is how jsii reports every failure, into an error with its first line:
// the JavaScript stack below it helps nobody here.
func guard(f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(cause)), "\n")
			err = errors.New(line)
			failure, _ := cause.(error)
			if _, ofDisk := disk.FaultOf(failure); ofDisk {
				err = failure // ofMachine needs all of it
			} else if failure != nil && nodeEnded(failure) {
				err = ended("Node.js", line)
			}
		}
	}()
	return f()
}
