package seaweed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"central-s3-backup/internal/s3fake"
)

// startTimeout is how long a server may take until it stores an object.
const startTimeout = 2 * time.Minute

// AccessKey and SecretKey are the credentials that a server knows. [s3fake.NewClient] has the same.
const (
	AccessKey = "AKIAEXAMPLE"
	SecretKey = "secret"
)

// Server is a running SeaweedFS with an S3 endpoint.
type Server struct {
	// URL is the endpoint. Requests are path style.
	URL string

	process   *exec.Cmd
	ended     chan struct{} // closed when the process is gone
	directory string
	ports     []int
}

// Start starts a server with no bucket on free ports of this machine, and waits until it stores objects.
func Start(ctx context.Context, program string) (*Server, error) {
	directory, err := os.MkdirTemp("", "seaweed")
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, program, directory)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	return s, nil
}

func start(ctx context.Context, program, directory string) (*Server, error) {
	ports, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	for name, content := range map[string]string{
		"data/": "",
		// A bucket gets one volume at a time, not seven: volumes are limited.
		"master.toml": "[master.volume_growth]\ncopy_1 = 1\n",
		"s3.json": `{"identities": [{"name": "test", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
			"credentials": [{"accessKey": "` + AccessKey + `", "secretKey": "` + SecretKey + `"}]}]}`,
	} {
		if strings.HasSuffix(name, "/") {
			err = os.Mkdir(filepath.Join(directory, name), 0o700)
		} else {
			err = os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(directory, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the server writes to a copy of it
	process := exec.Command(program, "-logtostderr", "server", "-dir=data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
		"-filer", "-s3", "-s3.config=s3.json", "-volume.max=500", "-master.volumeSizeLimitMB=64",
		fmt.Sprintf("-master.port=%d", ports[0]), fmt.Sprintf("-volume.port=%d", ports[1]),
		fmt.Sprintf("-filer.port=%d", ports[2]), fmt.Sprintf("-s3.port=%d", ports[3]))
	process.Dir = directory // where it looks for master.toml
	process.Stderr = log
	dieTogether(process)
	s := &Server{
		URL: fmt.Sprintf("http://127.0.0.1:%d", ports[3]), process: process, ended: make(chan struct{}), directory: directory, ports: ports,
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // Linux kills the server when the thread that started it ends, so it must not end before
		defer runtime.UnlockOSThread()
		err := process.Start()
		started <- err
		if err == nil {
			_ = process.Wait() // it is killed
			close(s.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		said, _ := os.ReadFile(log.Name()) // best effort
		return nil, errors.Join(fmt.Errorf("SeaweedFS stores nothing: %w\n%s", err, lastLines(string(said), 20)), s.Stop())
	}
	return s, nil
}

// Stop kills the server, which would take half a minute to end by itself, and removes its data.
func (s *Server) Stop() error {
	_ = s.process.Process.Kill() // it may have ended
	<-s.ended
	for _, port := range s.ports { // it has sockets with these names in /tmp, whatever else it is told
		for _, number := range []int{port, port + 10000} {
			sockets, _ := filepath.Glob(fmt.Sprintf("/tmp/seaweedfs-*-%d.sock", number)) // the pattern is correct
			for _, socket := range sockets {
				_ = os.Remove(socket) // the system removes what is left
			}
		}
	}
	return os.RemoveAll(s.directory)
}

// Usage is the processor time of the server, after Stop.
func (s *Server) Usage() time.Duration {
	return s.process.ProcessState.UserTime() + s.process.ProcessState.SystemTime()
}

// ready waits until the server stores an object: S3 answers some ten seconds before.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := s3fake.NewClient(s.URL)
	bucket := aws.String("ready")
	for {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("ready")})
		if err == nil {
			return nil
		}
		_, _ = client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}) // it may exist
		select {
		case <-s.ended:
			return errors.New("the process has ended")
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// freePorts are ports below those that systems give to outgoing connections. The port 10,000 above each is free too:
// SeaweedFS takes it for gRPC.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range 1000 {
		port := 10001 + rand.IntN(11000)
		if free(port) && free(port+10000) {
			if ports = append(ports, port); len(ports) == n {
				return ports, nil
			}
		}
	}
	return nil, errors.New("this machine has no free ports")
}

func free(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	return err == nil && listener.Close() == nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
