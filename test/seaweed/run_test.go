package seaweed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func text(body string) object {
	return object{body: body, contentType: "text/plain", metadata: "blue", class: types.StorageClassStandard}
}

// pause lets a second end, so that what is written next is in another one. It returns the one that has ended.
func pause() time.Time {
	ended := time.Now().UTC().Truncate(time.Second)
	time.Sleep(time.Until(ended.Add(1100 * time.Millisecond)))
	return ended
}

// key is one of many, in directories whose names are sorted otherwise than the keys.
func key(i int) string { return fmt.Sprintf("%s%02d/%04d", []string{"d-", "d", "d.x"}[i%3], i%7, i) }

// TestSize: 20,000 versions, one key with more than a page of them, and a bad deployment that overwrites, deletes and adds keys.
func TestSize(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	const versions, everyDay = 20000, 4000
	put := func(ctx context.Context, key, body string) error {
		_, err := b.put(ctx, key, text(body))
		return err
	}
	for day := range 4 {
		b.many(everyDay, func(ctx context.Context, i int) error { return put(ctx, key(i), fmt.Sprint(i, day)) })
	}
	for i := range 1200 { // in order
		b.must(put(t.Context(), "often", fmt.Sprint(i)))
	}
	to := pause()
	b.many(versions-4*everyDay-1200, func(ctx context.Context, i int) error {
		switch {
		case i < 1200:
			return put(ctx, key(i), "bad")
		case i < 1800:
			_, err := b.delete(ctx, key(i))
			return err
		case i == 1800:
			return put(ctx, "often", "bad")
		}
		return put(ctx, fmt.Sprintf("new/%d", i), "bad")
	})
	pause()
	if n := count(b.list()); n != versions {
		t.Fatalf("%d versions, want %d", n, versions)
	}
	b.checkRestore(to, everything, "--concurrency", "32")
}

// TestKilled: backupctl is killed with SIGKILL again and again in the middle of a run, and the same command is run again. It comes to the
// end, and no key has two copies.
func TestKilled(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	const all = 1500
	b.many(all, func(ctx context.Context, i int) error {
		_, err := b.put(ctx, key(i), text(fmt.Sprint("old ", i)))
		return err
	})
	large := text(strings.Repeat("l", 11<<20))
	b.must(b.putParts(t.Context(), "large", large))
	to := pause()
	b.many(all, func(ctx context.Context, i int) error {
		if i%5 == 0 {
			_, err := b.delete(ctx, key(i))
			return err
		}
		_, err := b.put(ctx, key(i), text("bad"))
		return err
	})
	_, err := b.put(t.Context(), "large", text("bad"))
	b.must(err)
	_, err = b.put(t.Context(), "new", text("bad"))
	b.must(err)
	pause()
	before := b.list()
	want := b.view(before, to)
	line := []string{"--bucket", b.name, "--to", to.Format(time.RFC3339), "--apply", "--concurrency", "16", "--multipart-above", "6000000"}
	directory := t.TempDir()
	r := rand.New(rand.NewPCG(1, 1))
	middle := 0
	for range 4 {
		command := restoring(t, line...)
		command.Dir = directory
		b.must(command.Start())
		time.Sleep(time.Duration(300+r.IntN(1500)) * time.Millisecond)
		b.must(command.Process.Kill())
		_ = command.Wait() // it was killed
		if n := count(b.list()) - count(before); n > 0 && n < all+2 {
			middle++
		}
	}
	if middle == 0 {
		t.Error("no kill was in the middle")
	}
	command := restoring(t, line...)
	command.Dir = directory
	if done := result(t, command).Summary; done.Failed > 0 {
		t.Errorf("%+v%s", done, failures(done.Reasons))
	}
	after := b.list()
	for key, ids := range after {
		if made := len(ids) - len(before[key]); made != 1 {
			t.Errorf("%q has %d new versions, want 1", key, made)
		}
	}
	b.view(after, to) // no version is gone
	if different := compare(b.now(), want); different != "" {
		t.Error(different)
	}
}

// TestLiveWriter: what others write during the run stays on top, or the key is reported.
func TestLiveWriter(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	const all = 400
	for _, body := range []string{"old", "bad"} {
		b.many(all, func(ctx context.Context, i int) error {
			_, err := b.put(ctx, key(i), text(body))
			return err
		})
		pause()
	}
	before := b.list()
	to, old := time.Time{}, "" // old is the ETag of what the run brings back, which the others never write
	for _, w := range b.log {
		if version := before[w.key][w.id]; w.object.body == "old" && version.at.After(to) {
			to, old = version.at, version.etag
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	live := map[string]string{} // keys by the ids of what is written meanwhile
	acknowledged := map[string]time.Time{}
	var writer sync.WaitGroup
	writer.Go(func() {
		r := rand.New(rand.NewPCG(2, 2))
		for ctx.Err() == nil {
			var w written
			var err error
			switch k := key(r.IntN(all)); r.IntN(3) {
			case 0:
				w, err = b.put(t.Context(), k, text("live")) // the last one too is stored and known
			case 1: // the same bytes with other metadata
				o := text("bad")
				o.metadata = "live"
				w, err = b.put(t.Context(), k, o)
			default:
				w, err = b.delete(t.Context(), k)
			}
			if err != nil {
				t.Errorf("a write of others: %v", err)
				return
			}
			live[w.id], acknowledged[w.id] = w.key, time.Now()
		}
	})
	done := result(t, restoring(t, "--bucket", b.name, "--to", to.Format(time.RFC3339), "--apply", "--concurrency", "4"))
	stop()
	writer.Wait()
	reported := map[string]bool{}
	for reason, of := range done.Summary.Reasons {
		if reason != "changed" {
			t.Errorf("%s: %+v", reason, of.All)
		}
		for _, failure := range of.All {
			reported[failure.Key] = true
		}
	}
	after := b.list()
	ours := func(key, id string) bool {
		_, earlier := before[key][id]
		return !earlier && after[key][id].etag == old
	}
	started := time.Now() // not before the run, as far as S3 tells: the second of its first copy
	for key, ids := range after {
		for id, version := range ids {
			if ours(key, id) && version.at.Before(started) {
				started = version.at
			}
		}
	}
	shown, shadowed := 0, 0
	for id, key := range live {
		at, there := after[key][id]
		if !there {
			t.Errorf("%s: a version of others is gone", key)
		}
		if !at.at.After(started) {
			continue
		}
		shown++
		// The ids of SeaweedFS are in the order of time, newest first.
		for above := range after[key] {
			if above < id && ours(key, above) {
				shadowed++
				// The server numbers a write before it stores it: one that is still under way when the run looks shows up later.
				if copied := after[key][above].at; !reported[key] && acknowledged[id].Before(copied) {
					t.Errorf("%s: version %s of ours, of %s, lies above %s of others, of %s, and is not reported",
						key, above, copied, id, acknowledged[id])
				}
			}
		}
	}
	t.Logf("%d writes of others, %d of them later than the start, %d beneath one of ours and reported; %d copied, %d reported",
		len(live), shown, shadowed, done.Summary.Copied, len(reported))
	if shown < 20 || len(reported) == 0 || done.Summary.Copied == 0 {
		t.Error("too few to prove anything")
	}
}

// TestLocked: in a bucket with Object Lock, where S3 takes no copy without a checksum (F-OL-9). Each copy is locked as the bucket says.
func TestLocked(t *testing.T) {
	t.Parallel()
	b := newBucket(t, func(input *s3.CreateBucketInput) { input.ObjectLockEnabledForBucket = aws.Bool(true) })
	_, err := b.client.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{
		Bucket: &b.name, ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{
				Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(3),
			}},
		},
	})
	b.must(err)
	_, err = b.put(t.Context(), "overwritten", text("old"))
	b.must(err)
	_, err = b.put(t.Context(), "deleted", text("old"))
	b.must(err)
	b.must(b.putParts(t.Context(), "large", text(strings.Repeat("l", 6<<20))))
	to := pause()
	_, err = b.put(t.Context(), "overwritten", text("bad"))
	b.must(err)
	_, err = b.put(t.Context(), "large", text("bad"))
	b.must(err)
	_, err = b.put(t.Context(), "new", text("bad"))
	b.must(err)
	_, err = b.delete(t.Context(), "deleted")
	b.must(err)
	pause()
	b.checkRestore(to, everything)
	for _, key := range []string{"overwritten", "deleted", "large"} {
		head, err := b.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b.name, Key: &key})
		b.must(err)
		kept := time.Until(aws.ToTime(head.ObjectLockRetainUntilDate))
		if head.ObjectLockMode != types.ObjectLockModeGovernance || kept < 2*24*time.Hour || kept > 4*24*time.Hour {
			t.Errorf("%s: %s for %s", key, head.ObjectLockMode, kept)
		}
	}
}
