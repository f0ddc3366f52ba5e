package seaweed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"central-s3-backup/internal/rewind"
	"central-s3-backup/internal/s3fake"
)

// server is the one of all tests, each of which has buckets of its own.
var server *Server

// backupctl is the path of the program.
var backupctl string

func TestMain(m *testing.M) {
	flag.Parse()
	// The tests mostly wait, for seconds to end and for other processes.
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err) // a flag that go test no longer has
	}
	code, err := withServer(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withServer(run func() int) (code int, err error) {
	work, err := os.MkdirTemp("", "seaweed-test")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(work)
	backupctl = filepath.Join(work, "backupctl")
	if output, err := exec.Command("go", "build", "-C", "../..", "-o", backupctl, "./cmd/backupctl").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, output)
	}
	began := time.Now()
	program, err := Program(context.Background(), ".")
	if err != nil {
		return 0, err
	}
	built := time.Now()
	server, err = Start(context.Background(), program)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	fmt.Printf("SeaweedFS: built in %.1f s, stores objects after %.1f s\n", built.Sub(began).Seconds(), time.Since(built).Seconds())
	return run(), nil
}

// report is what backupctl prints with --output json.
type report struct {
	Error   string         `json:"error"`
	Summary rewind.Summary `json:"summary"`
}

// restoring is backupctl restore versions with arguments, as a user starts it. It has a directory of its own, for what it writes.
func restoring(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(backupctl, append([]string{"restore", "versions", "--output", "json"}, arguments...)...)
	command.Dir = t.TempDir()
	command.Env = []string{
		"HOME=" + command.Dir, "AWS_ENDPOINT_URL=" + server.URL, "AWS_REGION=" + s3fake.DefaultRegion,
		"AWS_ACCESS_KEY_ID=" + AccessKey, "AWS_SECRET_ACCESS_KEY=" + SecretKey, "AWS_EC2_METADATA_DISABLED=true",
	}
	return command
}

// result runs a command to its end. Exit code 3 says that keys were not restored.
func result(t *testing.T, command *exec.Cmd) report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var r report
	wrong := json.Unmarshal(stdout.Bytes(), &r)
	switch {
	case wrong != nil || r.Error != "" || command.ProcessState.ExitCode() == 3 != (r.Summary.Failed > 0):
		t.Fatalf("%v: %v %v\n%s\n%s", command.Args[1:], err, wrong, stdout.Bytes(), stderr.Bytes())
	case err != nil && r.Summary.Failed == 0:
		t.Fatalf("%v: %v\n%s", command.Args[1:], err, stderr.Bytes())
	}
	return r
}
