package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"central-s3-backup/internal/s3fake"
	"central-s3-backup/test/seaweed"
)

const (
	// restoreWorkers work at a time, in backupctl and in the loop beside it.
	restoreWorkers = 32
	// restoreRuns is how often each is measured.
	restoreRuns = 3
	// slow begins the names of the buckets in which the fake waits before each answer.
	slow = "slow"
	// restoreSection begins the part of results.md that -restore writes.
	restoreSection = "## backupctl restore versions\n"
)

// restores measures backupctl restore versions, and writes its part of the results.
func restores(work string) error {
	ctl := filepath.Join(work, "backupctl")
	if _, err := run(nil, "go", "build", "-C", "..", "-o", ctl, "./cmd/backupctl"); err != nil {
		return err
	}
	var t strings.Builder
	fmt.Fprintf(&t, `%s
`+"`go run . -restore`"+` in this directory wrote this section. The loop does nothing but CopyObject, of versions that it knows, with as many workers; it runs by turns with
backupctl, on the same keys, each with three versions. The time of backupctl is that of the whole process: start, first listing, copies with their conditions, and
the second listing, which verifies. A dry run is the start and one listing, and with contents of one size their comparison.

%d cores (%s), %s, load average %s at the start, concurrency %d, medians of %d runs.

| server, in a process of its own | keys | loop: copies a second | backupctl: copies a second | backupctl / loop | backupctl: seconds | a dry run: seconds | loop: cpu of a copy, ms | backupctl: cpu of a copy, ms |
|---|---|---|---|---|---|---|---|---|
`, restoreSection, runtime.NumCPU(), cpuModel(), runtime.Version(), load(), restoreWorkers, restoreRuns)
	program, err := seaweed.Program(context.Background(), filepath.Join("..", "test", "seaweed"))
	if err != nil {
		return err
	}
	weed, err := seaweed.Start(context.Background(), program)
	if err != nil {
		return err
	}
	defer weed.Stop()
	fake, stop, err := startFake()
	if err != nil {
		return err
	}
	defer stop()
	for i, s := range []struct {
		name, endpoint, prefix string
		keys                   int
		sameSize               bool
	}{
		{"SeaweedFS", weed.URL, "lake", 6000, false},
		{"internal/s3fake that waits 50 ms, as S3 does", fake, slow, 30000, false},
		{"internal/s3fake that waits 50 ms, contents of one size", fake, slow, 3000, true},
		{"internal/s3fake", fake, "lake", 6000, false},
	} {
		l := &lake{
			ctl: ctl, endpoint: s.endpoint, prefix: fmt.Sprintf("%s-%d", s.prefix, i), keys: s.keys, sameSize: s.sameSize,
			client: s3fake.NewClient(s.endpoint),
		}
		line, err := l.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Print(s.name, line)
		fmt.Fprintf(&t, "| %s %s", s.name, line)
	}
	mistakes, err := mistakes(ctl, fake)
	if err != nil {
		return err
	}
	fmt.Fprintf(&t, "\nLoad average at the end: %s.\n\n%s", load(), mistakes)
	return writeSection(t.String())
}

// lake is a bucket with two contents of each key.
type lake struct {
	ctl, endpoint, prefix string
	name                  *string
	keys                  int
	sameSize              bool
	client                *s3.Client
	// old are the versions with the old content. At the end of the second newest, the new one was the latest, with newETag.
	old     []string
	newest  time.Time
	newETag string
}

// measure lets the loop copy the old content on top, and then backupctl bring back the new one: in a new bucket each time, because
// backupctl lists all versions.
func (l *lake) measure() (string, error) {
	var loop, dry, ctl samples
	for i := range restoreRuns {
		l.name = aws.String(fmt.Sprintf("%s-%d", l.prefix, i))
		if err := l.fill(); err != nil {
			return "", err
		}
		began, cpuBegan := time.Now(), ownCPU()
		if err := l.copyOld(); err != nil {
			return "", err
		}
		loop = append(loop, sample{wall: time.Since(began), cpu: ownCPU() - cpuBegan})
		time.Sleep(2 * time.Second) // backupctl leaves alone what is written in the seconds after its start
		line := []string{
			l.ctl, "restore", "versions", "--bucket", *l.name, "--to", l.newest.Format(time.RFC3339),
			"--concurrency", fmt.Sprint(restoreWorkers), "--report", l.ctl + ".report",
		}
		looked, err := run(l.env(), line...)
		if err != nil {
			return "", err
		}
		one, err := run(l.env(), append(line, "--apply", "--journal", l.ctl+"."+*l.name+".journal")...)
		if err != nil {
			return "", err
		}
		if err := l.check(); err != nil {
			return "", err
		}
		dry, ctl = append(dry, looked), append(ctl, one)
	}
	n := float64(l.keys)
	return fmt.Sprintf("| %d | %.0f ±%.0f %% | %.0f ±%.0f %% | **%.2f** | %.1f | %.1f | %.2f | %.2f |\n",
		l.keys, n/loop.median(wall), 100*loop.spread(wall),
		n/ctl.median(wall), 100*ctl.spread(wall), loop.median(wall)/ctl.median(wall), ctl.median(wall), dry.median(wall),
		loop.median(cpu)/n*1000, ctl.median(cpu)/n*1000), nil
}

// ownCPU is the processor time of this process.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it cannot fail
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (l *lake) env() []string {
	dir := filepath.Dir(l.ctl)
	return []string{
		"HOME=" + dir, "AWS_ENDPOINT_URL=" + l.endpoint, "AWS_REGION=" + s3fake.DefaultRegion, "AWS_ACCESS_KEY_ID=" + seaweed.AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + seaweed.SecretKey, "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
	}
}

func (l *lake) each(do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(restoreWorkers)
	for i := range l.keys {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}

func key(i int) *string { return aws.String(fmt.Sprintf("data/%02d/%06d", i%16, i)) }

// content of one size must be compared with HEAD before it is copied: under KMS, the same bytes have other ETags.
func (l *lake) content(which int) string {
	text := strings.Repeat([]string{"old ", "new "}[which], 256)
	if !l.sameSize {
		text += strings.Repeat(".", which)
	}
	return text
}

// fill writes both contents.
func (l *lake) fill() error {
	ctx := context.Background()
	if _, err := l.client.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket:                    l.name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: s3fake.DefaultRegion},
	}); err != nil {
		return err
	}
	_, err := l.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: l.name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		return err
	}
	l.old = make([]string, l.keys)
	for which := range 2 {
		err := l.each(func(ctx context.Context, i int) error {
			output, err := l.client.PutObject(ctx, &s3.PutObjectInput{Bucket: l.name, Key: key(i), Body: strings.NewReader(l.content(which))})
			if err == nil && which == 0 {
				l.old[i] = aws.ToString(output.VersionId)
			}
			if err == nil && i == l.keys-1 {
				l.newETag = aws.ToString(output.ETag)
			}
			return err
		})
		if err != nil {
			return err
		}
		l.newest = time.Now().UTC().Truncate(time.Second)
		time.Sleep(2 * time.Second)
	}
	return nil
}

// copyOld puts copies of the old content on top: the bare loop.
func (l *lake) copyOld() error {
	return l.each(func(ctx context.Context, i int) error {
		_, err := l.client.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: l.name, Key: key(i), CopySource: aws.String(*l.name + "/" + *key(i) + "?versionId=" + url.QueryEscape(l.old[i])),
		})
		return err
	})
}

// check looks whether backupctl has copied all keys.
func (l *lake) check() error {
	report, err := os.ReadFile(l.ctl + ".report")
	if err != nil {
		return err
	}
	if want := fmt.Sprintf(`"copied": %d,`, l.keys); !strings.Contains(string(report), want) {
		return fmt.Errorf("the report does not have %s: %s", want, report)
	}
	head, err := l.client.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: l.name, Key: key(l.keys - 1)})
	if err == nil && *head.ETag != l.newETag {
		return fmt.Errorf("the last key has ETag %s, want %s", *head.ETag, l.newETag)
	}
	return err
}

// mistakes measures how long backupctl takes to say what is wrong.
func mistakes(ctl, endpoint string) (string, error) {
	var t strings.Builder
	fmt.Fprintf(&t, `What is wrong is one line, after this many seconds, the median and the slowest of %d runs:

| | median | slowest | processor time |
|---|---|---|---|
`, 3*restoreRuns)
	l := &lake{ctl: ctl, endpoint: endpoint}
	for _, wrong := range []struct{ what, flags string }{
		{"a flag", "--bucket lake-3-0 --to 3h --aply"},
		{"a time", "--bucket lake-3-0 --to 09-03-2019"},
		{"a time in the future", "--bucket lake-3-0 --to 2099-01-01T00:00:00Z"},
		{"a bucket", "--bucket lake-3-9 --to 1m"},
		{"a prefix", "--bucket lake-3-0 --to 1s --prefix dta/"},
	} {
		var all samples
		for range 3 * restoreRuns {
			one, err := run(l.env(), "sh", "-c", ctl+" restore versions "+wrong.flags+"; test $? = 1")
			if err != nil {
				return "", fmt.Errorf("%s: %w", wrong.what, err)
			}
			all = append(all, one)
		}
		sorted := all.sorted(wall)
		fmt.Fprintf(
			&t,
			"| %s: `%s` | %.3f | %.3f | %.3f |\n",
			wrong.what,
			wrong.flags,
			all.median(wall),
			sorted[len(sorted)-1],
			all.median(cpu),
		)
	}
	return t.String(), nil
}

// startFake starts this program again as an S3 server, which ends when its standard input is closed.
func startFake() (endpoint string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a free port
	if err != nil {
		return "", nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	command := exec.Command(self, "-fake", address)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = stdin.Close()
		_ = command.Wait()
	}
	for range 100 {
		if connection, err := net.Dial("tcp", address); err == nil {
			return "http://" + address, stop, connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("no S3 server at %s", address)
}

// serveFake is that server.
func serveFake(address string) error {
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1)) // until it is closed
		os.Exit(0)
	}()
	return http.ListenAndServe(address, s3fake.New(s3fake.Options{Clock: time.Now, Fault: func(r *http.Request) *s3fake.Fault {
		if strings.HasPrefix(s3fake.Describe(r).Bucket, slow) {
			return &s3fake.Fault{Delay: 50 * time.Millisecond}
		}
		return nil
	}}))
}
