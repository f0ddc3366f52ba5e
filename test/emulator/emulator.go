package emulator

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Python is the Python that runs the emulator.
func Python() string {
	return cmp.Or(os.Getenv("EMULATOR_PYTHON"), "python3")
}

// Emulator is a running emulator, with nothing in any account.
type Emulator struct {
	// URL is the endpoint of all services.
	URL string

	process *exec.Cmd
	input   io.Closer
	log     string // a file with what it wrote to standard error
	printed sync.WaitGroup

	mutex   sync.Mutex
	noModel map[string]bool
}

// Start starts an emulator, which writes its log into a directory.
func Start(directory string) (*Emulator, error) {
	e := &Emulator{log: filepath.Join(directory, "emulator.log"), noModel: map[string]bool{}}
	log, err := os.Create(e.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the emulator writes to a copy of it
	e.process = exec.Command(Python(), "emulator.py")
	e.process.Stderr = log
	if e.input, err = e.process.StdinPipe(); err != nil { // it ends with its input, so also when this process is killed
		return nil, err
	}
	output, err := e.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.process.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(output)
	if !lines.Scan() {
		said, _ := os.ReadFile(e.log) // best effort
		return nil, fmt.Errorf("%s emulator.py does not start; it needs requirements.txt: %w\n%s", Python(), e.Stop(), said)
	}
	e.URL = lines.Text()
	e.printed.Go(func() {
		for lines.Scan() {
			if kind, found := strings.CutPrefix(lines.Text(), "no model: "); found {
				e.mutex.Lock()
				e.noModel[kind] = true
				e.mutex.Unlock()
			}
		}
	})
	return e, nil
}

// Stop ends the emulator.
func (e *Emulator) Stop() error {
	err := e.input.Close()
	e.printed.Wait()
	return errors.Join(err, e.process.Wait())
}

// WithoutModel are the types that the emulator accepted as they are, in order.
func (e *Emulator) WithoutModel() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	kinds := make([]string, 0, len(e.noModel))
	for kind := range e.noModel {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

var failure = regexp.MustCompile(`(?m)^[A-Za-z.]*(Error|Exception)\b.*$`)

// Faults are the exceptions that the emulator did not expect.
func (e *Emulator) Faults() ([]string, error) {
	text, err := os.ReadFile(e.log)
	return failure.FindAllString(string(text), -1), err
}

// Credentials are those of a role of an account. The role need not exist.
func (e *Emulator) Credentials(ctx context.Context, account, role string) (aws.Credentials, error) {
	client := sts.New(sts.Options{
		BaseEndpoint: &e.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
	arn := "arn:aws:iam::" + account + ":role/" + role
	out, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("test")})
	if err != nil {
		return aws.Credentials{}, err
	}
	return aws.Credentials{
		AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken,
	}, nil
}
