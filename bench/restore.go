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
	restoreRuns = 5
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
backupctl, on the same keys, each with an old and a new content. The time of backupctl is that of the whole process: start, first listing, copies with their conditions, and
the second listing, which verifies.

%d cores (%s), %s, load average %s at the start, concurrency %d, medians of %d runs.

| server, in a process of its own | keys | loop: copies a second | backupctl: copies a second | backupctl / loop |
|---|---|---|---|---|
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
	for _, s := range []struct {
		name, endpoint string
		keys           int
	}{{"SeaweedFS", weed.URL, 2000}, {"internal/s3fake", fake, 20000}} {
		l := &lake{ctl: ctl, endpoint: s.endpoint, keys: s.keys, client: s3fake.NewClient(s.endpoint)}
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
	ctl, endpoint string
	keys          int
	client        *s3.Client
	// versions are the ids of the old and the new content of each key, and moments the seconds at whose ends they were the latest.
	versions [2][]string
	moments  [2]time.Time
}

var lakeName = aws.String("lake")

// measure lets the loop bring back the old content, and backupctl the new one, by turns; and then the other way round.
func (l *lake) measure() (string, error) {
	if err := l.fill(); err != nil {
		return "", err
	}
	var loop, ctl samples
	for i := range restoreRuns {
		began := time.Now()
		if err := l.copyAll(i % 2); err != nil {
			return "", err
		}
		loop = append(loop, sample{wall: time.Since(began)})
		time.Sleep(2 * time.Second) // backupctl leaves alone what is written in the seconds after its start
		one, err := run(l.env(), l.ctl, "restore", "versions", "--bucket", *lakeName, "--to", l.moments[1-i%2].Format(time.RFC3339), "--apply",
			"--concurrency", fmt.Sprint(restoreWorkers), "--report", l.ctl+".report")
		if err != nil {
			return "", err
		}
		if err := l.check(1 - i%2); err != nil {
			return "", err
		}
		ctl = append(ctl, one)
		time.Sleep(2 * time.Second)
	}
	n := float64(l.keys)
	return fmt.Sprintf("| %d | %.0f ±%.0f %% | %.0f ±%.0f %% | **%.2f** |\n", l.keys, n/loop.median(wall), 100*loop.spread(wall),
		n/ctl.median(wall), 100*ctl.spread(wall), loop.median(wall)/ctl.median(wall)), nil
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

func content(which int) string { return strings.Repeat([]string{"old ", "new "}[which], 256) }

// fill writes both contents.
func (l *lake) fill() error {
	ctx := context.Background()
	if _, err := l.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: lakeName}); err != nil {
		return err
	}
	_, err := l.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: lakeName, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		return err
	}
	for which := range l.versions {
		l.versions[which] = make([]string, l.keys)
		err := l.each(func(ctx context.Context, i int) error {
			output, err := l.client.PutObject(ctx, &s3.PutObjectInput{Bucket: lakeName, Key: key(i), Body: strings.NewReader(content(which))})
			if err == nil {
				l.versions[which][i] = aws.ToString(output.VersionId)
			}
			return err
		})
		if err != nil {
			return err
		}
		l.moments[which] = time.Now().UTC().Truncate(time.Second)
		time.Sleep(2 * time.Second)
	}
	return nil
}

// copyAll puts copies of one content on top: the bare loop.
func (l *lake) copyAll(which int) error {
	return l.each(func(ctx context.Context, i int) error {
		_, err := l.client.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: lakeName, Key: key(i), CopySource: aws.String(*lakeName + "/" + *key(i) + "?versionId=" + url.QueryEscape(l.versions[which][i])),
		})
		return err
	})
}

// check looks whether backupctl has copied all keys.
func (l *lake) check(which int) error {
	report, err := os.ReadFile(l.ctl + ".report")
	if err != nil {
		return err
	}
	if want := fmt.Sprintf(`"copied": %d,`, l.keys); !strings.Contains(string(report), want) {
		return fmt.Errorf("the report does not have %s: %s", want, report)
	}
	head, err := l.client.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: lakeName, Key: key(l.keys - 1)})
	if err != nil {
		return err
	}
	old, err := l.client.HeadObject(context.Background(), &s3.HeadObjectInput{
		Bucket: lakeName, Key: key(l.keys - 1), VersionId: aws.String(l.versions[which][l.keys-1]),
	})
	if err == nil && *head.ETag != *old.ETag {
		return fmt.Errorf("the last key has ETag %s, want %s", *head.ETag, *old.ETag)
	}
	return err
}

// mistakes measures how long backupctl takes to say what is wrong.
func mistakes(ctl, endpoint string) (string, error) {
	var t strings.Builder
	fmt.Fprintf(&t, "What is wrong is one line, after this many seconds, the median and the slowest of %d runs:\n\n| | median | slowest |\n|---|---|---|\n", 2*restoreRuns)
	l := &lake{ctl: ctl, endpoint: endpoint}
	for _, wrong := range []struct{ what, flags string }{
		{"a flag", "--bucket lake --to 3h --aply"},
		{"a time", "--bucket lake --to 09-03-2019"},
		{"a time in the future", "--bucket lake --to 2099-01-01T00:00:00Z"},
		{"a bucket", "--bucket lakes --to 1m"},
		{"a prefix", "--bucket lake --to 1s --prefix dta/"},
	} {
		var all samples
		for range 2 * restoreRuns {
			one, err := run(l.env(), "sh", "-c", ctl+" restore versions "+wrong.flags+"; test $? = 1")
			if err != nil {
				return "", fmt.Errorf("%s: %w", wrong.what, err)
			}
			all = append(all, one)
		}
		sorted := all.sorted(wall)
		fmt.Fprintf(&t, "| %s: `%s` | %.3f | %.3f |\n", wrong.what, wrong.flags, all.median(wall), sorted[len(sorted)-1])
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
	return http.ListenAndServe(address, s3fake.New(s3fake.Options{Clock: time.Now}))
}
