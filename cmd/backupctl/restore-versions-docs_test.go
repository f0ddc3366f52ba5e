package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/rewind/batchtest"
	"central-s3-backup/internal/s3fake"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	comment    = regexp.MustCompile(` +# .*`)
)

// guide is a reader who types the commands of a page.
type guide struct {
	t      *testing.T
	clock  *s3fake.Clock
	server *s3fake.Server
	bucket *s3fake.Bucket
	jobs   *batchtest.Jobs
	output string // of all commands
}

// docsMoment is that of the pages.
var docsMoment = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func newGuide(t *testing.T) *guide {
	startFake(t, answer{}, nil) // for the environment
	g := &guide{t: t, clock: s3fake.NewClock(docsMoment.Add(time.Hour))}
	g.server = s3fake.New(s3fake.Options{Clock: g.clock.Now})
	g.bucket = g.server.CreateBucket("dummy-lake", versioned)
	g.server.CreateBucket("dummy-jobs", s3fake.BucketOptions{})
	url := g.server.Listen(t)
	g.jobs = &batchtest.Jobs{Client: s3fake.NewClient(url)}
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_REGION", s3fake.DefaultRegion)
	for _, key := range []string{"2025/kept", "2025/a b", "2026/deleted", "2026/overwritten"} {
		g.bucket.Put(key, s3fake.Version{Body: []byte("old"), Metadata: map[string]string{"team": "blue"}, At: docsMoment.Add(-time.Hour)})
	}
	g.bucket.Put("2026/large", s3fake.Version{
		PartSizes: []int64{5 << 30, 1 << 30}, ETag: "large-2", ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme,
		At: docsMoment.Add(-time.Hour),
	})
	g.spoil()
	return g
}

// spoil is what the bad deployment did.
func (g *guide) spoil() {
	g.clock.Advance(time.Minute)
	for _, key := range []string{"2025/a b", "2026/overwritten", "2026/large", "2026/new"} {
		g.bucket.Put(key, s3fake.Version{Body: []byte("bad")})
	}
	g.bucket.Delete("2026/deleted", time.Time{})
	g.clock.Advance(time.Minute)
}

// back says whether the bucket is as it was.
func (g *guide) back() bool {
	now := map[string]string{}
	for _, key := range g.bucket.Keys() {
		if v := g.bucket.Versions(key)[0]; !v.DeleteMarker {
			now[key] = fmt.Sprintf("%s %d bytes, team %s", v.Body, v.Size, v.Metadata["team"])
		}
	}
	old := "old 3 bytes, team blue"
	return maps.Equal(now, map[string]string{
		"2025/kept": old, "2025/a b": old, "2026/deleted": old, "2026/overwritten": old, "2026/large": " 6442450944 bytes, team ",
	})
}

// docsCommands are the lines of a page's block with a text.
func docsCommands(t *testing.T, page, with string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(block[1], with) {
			return strings.Split(strings.TrimSpace(comment.ReplaceAllString(block[1], "")), "\n")
		}
	}
	t.Fatalf("%s has no block with %s", page, with)
	return nil
}

// types types commands. Each must succeed.
func (g *guide) types(lines []string) {
	g.t.Helper()
	for _, line := range lines {
		g.clock.Advance(time.Minute)
		var err error
		switch {
		case strings.HasPrefix(line, "go run ./cmd/backupctl "):
			var out, problems bytes.Buffer
			code := run(strings.Fields(line)[3:], clock{now: g.clock.Now, sleep: time.Sleep}, strings.NewReader("dummy-lake\n"), &out, &problems)
			g.output += out.String()
			if code != exitDone {
				err = fmt.Errorf("exit code %d: %s%s", code, out.String(), problems.String())
			}
		case strings.HasPrefix(line, "aws "):
			err = g.aws(strings.Fields(line))
		default:
			var output []byte
			if output, err = exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
				err = fmt.Errorf("%w: %s", err, output)
			}
		}
		if err != nil {
			g.t.Fatalf("%s: %v", line, err)
		}
	}
}

// aws does what the AWS CLI does.
func (g *guide) aws(words []string) error {
	flag := func(name string) string {
		for i, word := range words {
			if word == name {
				return words[i+1]
			}
		}
		g.t.Fatalf("%v lacks %s", words, name)
		return ""
	}
	switch words[2] {
	case "put-object":
		content, err := os.ReadFile(flag("--body"))
		if err == nil {
			g.server.Bucket(flag("--bucket")).Put(flag("--key"), s3fake.Version{Body: content})
		}
		return err
	case "create-job":
		text, err := os.ReadFile(strings.TrimPrefix(flag("--cli-input-json"), "file://"))
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("ACCOUNT_ID")) || bytes.Contains(text, []byte("BATCH_ROLE")) {
			return fmt.Errorf("not filled in: %s", text)
		}
		_, err = g.jobs.Create(g.t.Context(), text)
		return err
	case "update-job-status":
		if flag("--requested-job-status") != "Ready" || len(flag("--account-id")) != 12 {
			return fmt.Errorf("%v", words)
		}
		_, err := g.jobs.Confirm(g.t.Context(), flag("--job-id"))
		return err
	}
	return fmt.Errorf("%s is unknown", words[2])
}

// TestScalePage: the commands of docs/restore/scale.md bring a bucket back, by prefixes and by S3 Batch Operations.
func TestScalePage(t *testing.T) {
	page, err := filepath.Abs("../../docs/restore/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	g := newGuide(t)
	t.Chdir(t.TempDir())
	g.types(docsCommands(t, page, "--prefix"))
	if !g.back() {
		t.Fatal("by prefixes, the bucket is not back")
	}
	g.spoil()
	for _, with := range []string{"--batch-manifest", "create-job", "--only mark,large"} {
		g.types(docsCommands(t, page, with))
	}
	if !g.back() {
		t.Fatal("after the job and the rest, the bucket is not back")
	}
	g.output = ""
	g.types(docsCommands(t, page, "--batch-report"))
	compare(t, "the verification", g.output, `bucket dummy-lake as it was at 2026-03-02T10:00:00Z: verified, nothing was changed
keys            5, of plan rollback
already back    5
job reports     3 tasks succeeded, 0 failed
listing         5 keys are as they were
`)
}

// TestScaleSteps: the steps that --batch-manifest prints are those of the page, and work.
func TestScaleSteps(t *testing.T) {
	g := newGuide(t)
	t.Chdir(t.TempDir())
	t.Setenv("AWS_REGION", "")
	g.types([]string{"go run ./cmd/backupctl restore versions --bucket dummy-lake --to 2026-03-02T10:00:00Z " +
		"--batch-manifest roll+back --region eu-central-1"})
	compare(t, "the steps", g.output, `bucket dummy-lake as it was at 2026-03-02T10:00:00Z: dry run, nothing was changed
keys            6, with 10 versions and delete markers
unchanged       1
copy            4, 6.4 GB, 1 of them by parts
delete marker   1
                --remove-markers would save 0 requests and 3 bytes
with --apply    about 19 requests, and 100ms if each takes 0.1 s
next            roll+back has 3 copies for S3 Batch Operations in 1 job, 1 by parts, 1 delete marker, 0 archived
                S3 Batch Operations copies without conditions (F-RST-18): what others write until it has copied lies beneath the copy; it is not lost, and the last step reports it
                in create-job-*.json write your account for ACCOUNT_ID, the role of the jobs for BATCH_ROLE, and for MANIFEST_BUCKET a bucket without SSE-KMS (F-RST-19)
                aws s3api put-object --region eu-central-1 --bucket MANIFEST_BUCKET --key dummy-lake-20260302T100000Z/copy-001.csv --body roll+back/copy-001.csv
                aws s3control create-job --region eu-central-1 --cli-input-json file://roll+back/create-job-001.json
                aws s3control update-job-status --region eu-central-1 --account-id ACCOUNT_ID --job-id JOB_ID --requested-job-status Ready
                go run ./cmd/backupctl restore versions --plan roll+back --region eu-central-1 --only mark,large --apply
                go run ./cmd/backupctl restore versions --plan roll+back --region eu-central-1 --batch-report s3://MANIFEST_BUCKET/dummy-lake-20260302T100000Z/reports/job-JOB_ID/manifest.json
`)
	fill := strings.NewReplacer("ACCOUNT_ID", "111122223333", "MANIFEST_BUCKET", "dummy-jobs", "JOB_ID", "1", "BATCH_ROLE", "batch")
	g.types([]string{"sed -i 's/ACCOUNT_ID/111122223333/; s/BATCH_ROLE/batch/; s/MANIFEST_BUCKET/dummy-jobs/' roll+back/create-job-*.json"})
	for _, line := range strings.Split(strings.TrimSpace(g.output), "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "aws ") || strings.HasPrefix(line, "go run ") {
			g.types([]string{fill.Replace(line)})
		}
	}
	if !g.back() {
		t.Error("the bucket is not back")
	}
}

// TestVersionsPagePlan: the commands about plans of docs/restore/versions.md.
func TestVersionsPagePlan(t *testing.T) {
	commands := docsCommands(t, "../../docs/restore/versions.md", "--plan ")
	g := newGuide(t)
	t.Chdir(t.TempDir())
	g.types(commands)
	if !g.back() {
		t.Error("the bucket is not back")
	}
}
