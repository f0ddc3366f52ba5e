package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"central-s3-backup/internal/rewind"
	"central-s3-backup/internal/s3fake"
)

// asListing is the environment variable that makes this program one of those below: it has their task, as JSON.
const asListing = "BENCH_AS_LISTING"

// task is what a program of a listing does.
type task struct {
	// Role is "server", "paginator" (the SDK's, alone), "decide" (a dry run), or "check" (one whose decisions are
	// compared with those that the bucket was generated for).
	Role string
	// Keys of the bucket; each has versionsOfAKey.
	Keys int
	// Wait is what each answer takes, beside the work for it.
	Wait    time.Duration
	URL     string
	Listers int
}

// outcome is what a program of a listing has to say.
type outcome struct {
	Versions int
	// Wall and CPU are the time that it took, and that the process worked.
	Wall, CPU time.Duration
	// Memory is the most that the process had resident, in bytes.
	Memory int64
}

// listing is the body of such a program.
func listing(text string) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	if t.Role == "server" {
		return t.serve()
	}
	client := s3fake.NewClient(t.URL)
	began := time.Now()
	versions, err := t.list(client)
	if err != nil {
		return err
	}
	if versions != t.Keys*versionsOfAKey {
		return fmt.Errorf("%s: %d versions, want %d", t.Role, versions, t.Keys*versionsOfAKey)
	}
	o := outcome{Versions: versions, Wall: time.Since(began)}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	o.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	if o.Memory, err = mostResident(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

// serve has a generated bucket, and ends with its standard input.
func (t task) serve() error {
	server := s3fake.New(s3fake.Options{})
	server.CreateBucket("lake", t.bucket())
	if t.Wait > 0 {
		server.SetFault(func(*http.Request) *s3fake.Fault { return s3fake.Delay(t.Wait) })
	}
	listener := httptest.NewServer(server)
	fmt.Println(listener.URL)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// list lists the bucket, and counts its versions.
func (t task) list(client *s3.Client) (versions int, err error) {
	if t.Role == "paginator" {
		pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: aws.String("lake")})
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				return 0, err
			}
			versions += len(page.Versions) + len(page.DeleteMarkers)
		}
		return versions, nil
	}
	run := &rewind.Run{Client: client, Bucket: "lake", To: moment, Listers: t.Listers, Now: time.Now}
	var got digest
	if t.Role == "check" {
		run.Each = got.add
	}
	summary, err := run.Do(context.Background())
	if err != nil {
		return 0, err
	}
	if t.Role == "check" {
		if want := t.wanted(); got != want || summary.Keys != t.Keys || summary.Unchanged != t.Keys-want.keys {
			return 0, fmt.Errorf(
				"decided %+v of %d keys with %d unchanged, want %+v of %d",
				got,
				summary.Keys,
				summary.Unchanged,
				want,
				t.Keys,
			)
		}
	}
	return summary.VersionsBefore, nil
}

// mostResident is the peak of this process alone. The system's count for a child includes its parent's memory before it
// became another program.
func mostResident() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if kilobytes, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(kilobytes)[0], 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("/proc/self/status has no VmHWM")
}

// listingServer starts a server in a process of its own.
func listingServer(keys int, wait time.Duration) (url string, stop func(), err error) {
	cmd := listingProgram(task{Role: "server", Keys: keys, Wait: wait})
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	}
	url, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server does not start: %w", err)
	}
	return strings.TrimSpace(url), stop, nil
}

func listingProgram(t task) *exec.Cmd {
	text, _ := json.Marshal(t) // of texts and numbers
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), asListing+"="+string(text))
	cmd.Stderr = os.Stderr
	return cmd
}

// measureListing runs a task in a process of its own.
func measureListing(t task) (outcome, error) {
	cmd := listingProgram(t)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Run(); err != nil {
		return outcome{}, fmt.Errorf("%s of %d keys: %w", t.Role, t.Keys, err)
	}
	var o outcome
	err := json.Unmarshal(stdout.Bytes(), &o)
	return o, err
}
