package rewind

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"central-s3-backup/internal/fixedseed"
	"central-s3-backup/internal/s3fake"
)

// childURL makes the test's program a child, which restores the bucket of the server at that URL. childJournal is
// its journal.
const childURL, childJournal = "REWIND_CHILD_URL", "REWIND_CHILD_JOURNAL"

// outcome is what a child prints.
type outcome struct {
	Summary Summary
	Error   string
	// Peak is the most memory that the process had, in kB; zero where the system does not tell.
	Peak int
}

// restoreAsChild is the main function of a child.
func restoreAsChild() int {
	r := &Run{
		Client: s3fake.NewClient(os.Getenv(childURL), retrying), Bucket: "lake", To: second(3), Apply: true, Concurrency: 16, Now: time.Now,
	}
	var o outcome
	err := r.OpenJournal(os.Getenv(childJournal), nil)
	if err == nil {
		o.Summary, err = r.Do(context.Background())
	}
	if err != nil {
		o.Error = err.Error()
	}
	status, _ := os.ReadFile("/proc/self/status")
	if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
		o.Peak, _ = strconv.Atoi(strings.Fields(peak)[0])
	}
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		return 1
	}
	return 0
}

// child is the command of a child, and what kills it with SIGKILL.
func child(t *testing.T, url, journal string) (c *exec.Cmd, kill func()) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	t.Cleanup(kill)
	c = exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), childURL+"="+url, childJournal+"="+journal)
	c.Stderr = os.Stderr
	return c, kill
}

// generatedLake is a bucket of any size: each key has an old version and a newer one, which was there before the moment for
// those keys that are to stay.
func generatedLake(
	t *testing.T, page, keys, versions int, old func(n int) s3fake.Version, changed func(n int) bool,
) (*s3fake.Server, *s3fake.Bucket, string) {
	clock := s3fake.NewClock(second(30))
	server := s3fake.New(s3fake.Options{PageSize: page, Clock: func() time.Time {
		clock.Advance(10 * time.Millisecond)
		return clock.Now()
	}})
	bucket := server.CreateBucket("lake", s3fake.BucketOptions{Versioning: enabled.Versioning, Generated: &s3fake.Generated{
		Keys: keys, Key: func(n int) string { return fmt.Sprintf("data/%08d", n) },
		Versions: func(n int) []s3fake.Version {
			all := make([]s3fake.Version, versions)
			for i := range all {
				all[i] = old(n)
				all[i].At = second(0)
			}
			all[versions-1].At = second(-1)
			if changed(n) {
				all[0] = s3fake.Version{Size: 3, Fill: 'b', At: second(5)}
			}
			return all
		},
	}})
	return server, bucket, server.Listen(t)
}

// TestKilled: a run that is killed again and again at random points comes to its end. Nothing is copied twice, nothing
// is left out, and the summary is that of the whole run.
func TestKilled(t *testing.T) {
	keys, kills := 1000, 8
	if fixedseed.Whole {
		keys, kills = 20000, 50
	}
	every := func(int) bool { return true }
	server, bucket, url := generatedLake(t, 1000, keys, 2, func(int) s3fake.Version { return s3fake.Version{Size: 3, Fill: 'a'} }, every)
	journal := filepath.Join(t.TempDir(), "journal")
	random := rand.New(rand.NewPCG(1, 2))
	for killed := 0; ; killed++ {
		c, kill := child(t, url, journal)
		left := random.IntN(2 * keys / kills)
		var mu sync.Mutex
		server.SetFault(func(r *http.Request) *s3fake.Fault {
			if s3fake.Describe(r).Operation != "CopyObject" {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if left--; left < 0 && killed < kills {
				kill()
			}
			return nil
		})
		printed, err := c.Output()
		if err != nil && killed < kills {
			continue
		}
		var got outcome
		if failed := json.Unmarshal(printed, &got); failed != nil || err != nil || got.Error != "" {
			t.Fatalf("%v, %v: %s", err, failed, printed)
		}
		s := got.Summary
		if s.Keys != keys || s.Copied+s.AlreadyBack != keys || s.AlreadyBack > killed*16 || s.Failed > 0 || s.Confirmed != keys {
			t.Errorf("after %d kills: %+v", killed, s)
		}
		if killed < kills/2 {
			t.Errorf("it was killed %d times only", killed)
		}
		t.Logf("%d kills, %d copies not in the journal, %d kB", killed, s.AlreadyBack, got.Peak)
		break
	}
	for _, key := range bucket.Keys() {
		versions := bucket.Versions(key)
		if len(versions) != 3 || versions[0].ETag != versions[2].ETag {
			t.Fatalf("%s has %d versions, the latest %+v", key, len(versions), versions[0])
		}
	}
}

// TestKilledLate: a run that is killed late lists what was left, and no more. Its memory does not grow with the keys, also
// not with those that were not restored.
func TestKilledLate(t *testing.T) {
	page, keys, versions, share := 100, 4000, 2, 25
	if fixedseed.Whole {
		page, keys, versions, share = 1000, 200000, 5, 15
	}
	server, _, url := generatedLake(t, page, keys, versions, func(n int) s3fake.Version {
		v := s3fake.Version{Size: 3, Fill: 'a'}
		if n%100 != 0 {
			v.StorageClass = "GLACIER"
		}
		return v
	}, func(n int) bool { return n%100 == 0 || n%2 == 0 })
	journal := filepath.Join(t.TempDir(), "journal")
	c, kill := child(t, url, journal)
	var once sync.Once
	server.SetFault(func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key >= fmt.Sprintf("data/%08d", keys*9/10) {
			once.Do(kill)
		}
		return nil
	})
	if _, err := c.Output(); err == nil {
		t.Fatal("it was not killed")
	}
	server.ResetRequests()
	c, _ = child(t, url, journal)
	printed, err := c.Output()
	var got outcome
	if failed := json.Unmarshal(printed, &got); failed != nil || err != nil || got.Error != "" {
		t.Fatalf("%v, %v: %s", err, failed, printed)
	}
	pages := keys * versions / page
	first := server.Requests()["ListObjectVersions"] - pages // without the second listing
	if most := pages * share / 100; first > most {
		t.Errorf("the resumed run listed %d pages of %d, want %d at most", first, pages, most)
	}
	s := got.Summary
	if s.Keys != keys || s.VersionsBefore < keys*versions || s.Copied+s.AlreadyBack != keys/100 ||
		s.Reasons[Archived].Keys != keys/2-keys/100 ||
		s.Failed+s.Confirmed != keys {
		t.Errorf("%+v", s)
	}
	if got.Peak > 64<<10 {
		t.Errorf("it had %d kB of memory", got.Peak)
	}
	t.Logf("%d pages of %d, %d kB", first, pages, got.Peak)
}
