package rewind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"

	"central-s3-backup/internal/s3fake"
)

// journaled does a run with a journal.
func (l *lake) journaled(ctx context.Context, to time.Time, path string, change ...func(*Run)) (Summary, error) {
	r := l.run(to)
	for _, c := range change {
		c(r)
	}
	if err := r.OpenJournal(path, nil); err != nil {
		return Summary{}, err
	}
	summary, err := r.Do(ctx)
	for _, of := range summary.Reasons {
		of.All = allOf(of) // while the files are open
	}
	return summary, errors.Join(err, r.Close())
}

// TestResumeProperty: a run that is interrupted at any request, and whose journal loses any part of its end, comes to its
// end. The view is that of the moment, no key is copied twice, and the summary is that of a run without interruptions.
func TestResumeProperty(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "journal")
		_ = os.Remove(path) // of the history before
		l := newLake(t, enabled, rapid.IntRange(1, 7).Draw(t, "page"))
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			l.step(t)
		}
		l.clock.Advance(time.Second)
		to := second(rapid.IntRange(0, int(l.clock.Now().Sub(second(0))/time.Second)-1).Draw(t, "to"))
		want, before := l.view(to), map[string]int{}
		for _, key := range l.bucket.Keys() {
			before[key] = len(l.bucket.Versions(key))
		}
		dry := l.run(to)
		dry.Apply = false
		expected, err := dry.Do(context.Background())
		check(t, err)
		only := func(r *Run) {
			if rapid.Bool().Draw(t, "by keys") {
				r.Keys = slices.Sorted(slices.Values(append(slices.Clone(oddKeys), "none")))
			}
		}
		run := l.run(to)
		only(run)
		keys := run.Keys
		var summary Summary
		for {
			l.clock.Advance(1500 * time.Millisecond)
			left := rapid.IntRange(1, 60).Draw(t, "requests")
			ctx, stop := context.WithCancelCause(context.Background())
			var mu sync.Mutex
			l.server.SetFault(func(*http.Request) *s3fake.Fault {
				mu.Lock()
				defer mu.Unlock()
				l.clock.Advance(100 * time.Millisecond)
				if left--; left == 0 {
					stop(errStopped)
				}
				return nil
			})
			summary, err = l.journaled(ctx, to, path, func(r *Run) { r.Keys = keys })
			stop(nil)
			if err == nil {
				break
			}
			if !errors.Is(err, errStopped) {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err == nil && rapid.Bool().Draw(t, "crash") {
				check(t, os.Truncate(path, rapid.Int64Range(0, info.Size()).Draw(t, "size")))
			}
		}
		l.server.SetFault(nil)
		now := l.view(l.clock.Now())
		for _, key := range oddKeys {
			got, is := now[key]
			if then, was := want[key]; is != was || !sameObject(got, then) {
				t.Errorf("%q: there %v, want %v", key, is, was)
			}
			if made := len(l.bucket.Versions(key)) - before[key]; made > 1 {
				t.Errorf("%q got %d versions", key, made)
			}
		}
		// What was lost with the end of the journal counts as already back.
		if summary.Keys != expected.Keys || summary.Failed > 0 || summary.Confirmed != summary.Keys ||
			summary.Copied+summary.AlreadyBack+summary.Marked+summary.Unchanged != expected.Keys {
			t.Errorf("expected %+v, got %+v, %s", expected, summary, failures(summary))
		}
		count := len(l.ids())
		again, err := l.journaled(context.Background(), to, path, func(r *Run) { r.Keys = keys })
		if err != nil || len(l.ids()) != count || again.Copied != summary.Copied || again.Confirmed != summary.Confirmed {
			t.Errorf("the journal of a complete run: %+v, %v", again, err)
		}
	})
}

var errStopped = errors.New("stopped")

// damaged is a lake of which each key was overwritten, at second 5.
func damaged(t *testing.T, keys int) *lake {
	l := newLake(t, enabled, 10)
	for i := range keys {
		l.put(fmt.Sprintf("%03d", i), "old", 1)
		l.put(fmt.Sprintf("%03d", i), "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	return l
}

// deny denies copies of the keys before one.
func deny(before string) func(*http.Request) *s3fake.Fault {
	return func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key < before {
			return s3fake.Denied()
		}
		return nil
	}
}

// TestJournalAgain: with the journal of a complete run, only what was not restored is tried again, and what others wrote
// since the run started stays, and is reported.
func TestJournalAgain(t *testing.T) {
	l := damaged(t, 30)
	path := filepath.Join(t.TempDir(), "journal")
	l.server.SetFault(deny("003"))
	summary, err := l.journaled(t.Context(), second(3), path)
	if err != nil || summary.Copied != 27 || summary.Reasons[Denied].Keys != 3 || summary.Confirmed != 27 {
		t.Fatalf("%+v, %v", summary, err)
	}
	l.clock.Advance(time.Minute)
	l.put("000", "live", 60)
	l.put("010", "live", 60)
	l.put("new", "live", 60)
	l.server.SetFault(nil)
	l.server.ResetRequests()
	summary, err = l.journaled(t.Context(), second(3), path)
	if err != nil || summary.Keys != 30 || summary.Copied != 29 || summary.Failed != 3 || summary.Reasons[Denied] != nil ||
		l.server.Requests()["CopyObject"] != 2 {
		t.Errorf("%+v, %s, %v, %v", summary, failures(summary), err, l.server.Requests())
	}
	for key, want := range map[string]string{
		"000": "live bad old", "001": "old bad old", "010": "live old bad old", "020": "old bad old", "new": "live",
	} {
		if got := l.history(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if got := failures(summary); !strings.Contains(got, `"000": written at 2026-03-02T10:01:00Z, after the run started`) ||
		!strings.Contains(got, `"010": version `) || !strings.Contains(got, `"new": version `) {
		t.Errorf("got %s", got)
	}
}

// TestResumeReports: after a resume the summary has the keys that failed before, and Each gets the keys of the whole run.
func TestResumeReports(t *testing.T) {
	l := damaged(t, 60)
	path := filepath.Join(t.TempDir(), "journal")
	ctx, stop := context.WithCancelCause(t.Context())
	denied := deny("002")
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key == "030" {
			stop(errStopped)
		}
		return denied(r)
	})
	if _, err := l.journaled(ctx, second(3), path); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	l.server.SetFault(nil)
	r := l.run(second(3))
	var keys []string
	r.Each = func(result Result) error {
		keys = append(keys, result.Key)
		return nil
	}
	if err := r.OpenJournal(path, nil); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := r.Earlier(); !e.Started.Equal(second(10)) || e.Complete || e.Restored < 20 {
		t.Errorf("got %+v", e)
	}
	summary, err := r.Do(t.Context())
	slices.Sort(keys)
	if err != nil || len(slices.Compact(slices.Clone(keys))) != 60 || len(keys) != 60 ||
		summary.Copied+summary.AlreadyBack+summary.Failed != 60 {
		t.Errorf("%d keys, %+v, %v", len(keys), summary, err)
	}
}

// TestLeftoverUploads: parts of an upload that nobody ended are removed when the run is resumed.
func TestLeftoverUploads(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.bucket.Put("k", s3fake.Version{PartSizes: []int64{5 << 30, 1 << 30}, At: second(1), ChecksumAlgorithm: "CRC64NVME", ETag: "a-2"})
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	path := filepath.Join(t.TempDir(), "journal")
	ctx, stop := context.WithCancelCause(t.Context())
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		switch s3fake.Describe(r).Operation {
		case "UploadPartCopy":
			stop(errStopped)
		case "AbortMultipartUpload":
			return s3fake.ExpiredToken()
		}
		return nil
	})
	uploads := func() int {
		got, err := l.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &l.bucket.Name})
		if err != nil {
			t.Fatal(err)
		}
		return len(got.Uploads)
	}
	if _, err := l.journaled(ctx, second(3), path); !errors.Is(err, errStopped) || uploads() != 1 {
		t.Fatalf("%d uploads, %v", uploads(), err)
	}
	l.server.SetFault(nil)
	summary, err := l.journaled(t.Context(), second(3), path)
	if err != nil || summary.Copied != 1 || uploads() != 0 {
		t.Errorf("%d uploads, %+v, %v", uploads(), summary, err)
	}
	l.server.ResetRequests()
	if _, err := l.journaled(t.Context(), second(3), path); err != nil || l.server.Requests()["AbortMultipartUpload"] != 0 {
		t.Errorf("%v, %v", l.server.Requests(), err)
	}
}

// fullDisk takes some bytes, and then no more.
type fullDisk struct {
	to   io.Writer
	left int
}

func (d *fullDisk) Write(text []byte) (int, error) {
	if len(text) <= d.left {
		d.left -= len(text)
		return d.to.Write(text)
	}
	n, err := d.to.Write(text[:d.left])
	d.left = 0
	return n, errors.Join(err, &os.PathError{Op: "write", Path: "journal", Err: syscall.ENOSPC})
}

// TestFullDisk: wherever the disk gets full, the run ends, says so, and goes on with the same journal when there is room.
func TestFullDisk(t *testing.T) {
	for _, left := range []int{0, 10, 150, 1500, 4000, 6000} {
		for _, cut := range []bool{false, true} {
			t.Run(fmt.Sprint(left, cut), func(t *testing.T) {
				l := damaged(t, 30)
				path := filepath.Join(t.TempDir(), "journal")
				r := l.run(second(3))
				if err := r.OpenJournal(path, nil); err != nil {
					t.Fatal(err)
				}
				r.journal.out = &fullDisk{r.journal.file, left}
				_, err := r.Do(t.Context())
				if file, ok := errors.AsType[*FileError](err); !ok || file.Path != path || !errors.Is(err, syscall.ENOSPC) ||
					strings.Contains(err.Error(), "\n") {
					t.Fatalf("got %v", err)
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				if text, err := os.ReadFile(path); err == nil && len(text) > 0 && !strings.HasSuffix(string(text), "}\n") {
					t.Errorf("a part of a line is left: %s", text)
				}
				if cut { // where it could not be cut off
					appendText(t, path, `{"n":`)
				}
				if _, err := os.Stat(path); cut && left < 150 && err == nil {
					_ = os.Remove(path) // this is not the start of a journal
				}
				summary, err := l.journaled(t.Context(), second(3), path)
				if err != nil || summary.Copied+summary.AlreadyBack != 30 || summary.Confirmed != 30 {
					t.Errorf("%+v, %v", summary, err)
				}
				for _, key := range l.bucket.Keys() {
					if got := l.history(key); got != "old bad old" {
						t.Errorf("%s: got %s", key, got)
					}
				}
			})
		}
	}
}

func appendText(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestJournalRefused: a journal that is not that of the run is left as it is, and one line says why and what to do.
func TestJournalRefused(t *testing.T) {
	l := damaged(t, 5)
	good := filepath.Join(t.TempDir(), "good")
	if _, err := l.journaled(t.Context(), second(3), good); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	same := func(string) string { return string(text) }
	replace := func(old, new string) func(string) string {
		return func(string) string { return strings.Replace(string(text), old, new, 1) }
	}
	const remove = "; name another file, or remove this one if that run is no longer needed"
	const cut, unreadable = "was cut in the middle or changed: line ", " cannot be read" + remove
	const foreign = "is not a journal of restore versions; name another file"
	for _, test := range []struct {
		name   string
		text   func(string) string
		change func(*Run)
		want   string
	}{
		{
			"another bucket", same, func(r *Run) { r.Bucket = "pond" },
			"is the journal of another run: its bucket is lake, and here pond" + remove,
		},
		{
			"another time", same, func(r *Run) { r.To = second(2) },
			"is the journal of another run: its time is 2026-03-02T10:00:03Z, and here 2026-03-02T10:00:02Z" + remove,
		},
		{"another prefix", same, func(r *Run) { r.Prefix = "a" }, "is the journal of another run: its prefix is none, and here a" + remove},
		{
			"some keys", same, func(r *Run) { r.Keys = []string{"000"} },
			"is the journal of another run: it has all keys, and here are some" + remove,
		},
		{
			"other flags", replace(`"started":`, `"flags":{"keep":"acl"},"started":`), nil,
			"is the journal of another run: its --keep is acl, and here none" + remove,
		},
		{
			"another form", replace(`"version":1`, `"version":2`), nil,
			"has form 2, and this program writes form 1; end that run with the program that started it, or name another file",
		},
		{
			"a line is gone",
			func(string) string { return strings.Join(slices.Delete(slices.Clone(lines), 2, 3), "") }, nil,
			cut + "3" + unreadable,
		},
		{"bytes are gone", func(string) string { return lines[0] + lines[1][:100] + lines[2][50:] + lines[3] }, nil, cut + "2" + unreadable},
		{"garbage in it", func(string) string { return lines[0] + "\x00\x00\n" + lines[1] }, nil, cut + "2" + unreadable},
		{"an unknown line", func(string) string { return lines[0] + `{"n":2,"phase":"begun"}` + "\n" }, nil, cut + "2" + unreadable},
		{"an unknown word", func(string) string { return lines[0] + `{"n":2,"more":1}` + "\n" }, nil, cut + "2" + unreadable},
		{"a long line", func(string) string { return lines[0] + strings.Repeat("x", longest+1) }, nil, cut + "2" + unreadable},
		{"another file", func(string) string { return "bucket,key\n" }, nil, foreign},
		{"another file without an end", func(string) string { return "secret" }, nil, foreign},
		{"a plan", func(string) string { return `{"planVersion":1,"bucket":"lake"}` + "\n" }, nil, foreign},
		{"a long other file", func(string) string { return strings.Repeat("x", 2*longest) }, nil, foreign},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			appendText(t, path, test.text(""))
			r := l.run(second(3))
			if test.change != nil {
				test.change(r)
			}
			if err := r.OpenJournal(path, nil); err == nil || err.Error() != path+" "+test.want {
				t.Errorf("got %v\nwant %s %s", err, path, test.want)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != test.text("") {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestJournalInUse: two runs cannot use one journal at a time.
func TestJournalInUse(t *testing.T) {
	l := damaged(t, 1)
	path := filepath.Join(t.TempDir(), "journal")
	first := l.run(second(3))
	if err := first.OpenJournal(path, nil); err != nil {
		t.Fatal(err)
	}
	second := l.run(second(3))
	err := second.OpenJournal(path, nil)
	if err == nil || err.Error() != path+" is in use by another run; wait until it has ended, or name another file" {
		t.Errorf("got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.OpenJournal(path, nil); err != nil {
		t.Error(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal of a run that did nothing is there: %v", err)
	}
}

// TestProgress: what is known of a run while it is under way.
func TestProgress(t *testing.T) {
	l := damaged(t, 25)
	r := l.run(second(3))
	r.Concurrency = 1
	denied := deny("001")
	var mu sync.Mutex
	seen := map[string]Progress{}
	l.server.SetFault(func(request *http.Request) *s3fake.Fault {
		mu.Lock()
		defer mu.Unlock()
		d := s3fake.Describe(request)
		seen[d.Operation+" "+d.Key] = r.Progress()
		return denied(request)
	})
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, last, second := seen["CopyObject 001"], seen["CopyObject 024"], seen["ListObjectVersions "]
	if first != (Progress{Done: 1, Failed: 1, Remaining: -1}) || last != (Progress{Done: 24, Failed: 1, Remaining: 1}) {
		t.Errorf("got %+v, %+v", first, last)
	}
	if second != (Progress{Second: true, Done: 23, Failed: 1, Remaining: 2}) {
		t.Errorf("got %+v", second)
	}
}

// TestJournalOfNothing: a run that finds no key leaves no journal behind, which would refuse the right one.
func TestJournalOfNothing(t *testing.T) {
	l := damaged(t, 1)
	path := filepath.Join(t.TempDir(), "journal")
	summary, err := l.journaled(t.Context(), second(3), path, func(r *Run) { r.Prefix = "none/" })
	if _, gone := os.Stat(path); err != nil || summary.Keys > 0 || !errors.Is(gone, os.ErrNotExist) {
		t.Errorf("%+v, %v, %v", summary, err, gone)
	}
}

// TestBySizeWithJournal: what nothing but its size verifies is known from the journal, so that it is not copied again.
func TestBySizeWithJournal(t *testing.T) {
	l := newLake(t, enabled, 10)
	old := s3fake.Version{Body: []byte("old"), At: second(1), Encryption: types.ServerSideEncryptionAwsKms, KMSKey: "key"}
	for _, key := range []string{"a", "b", "c"} {
		l.bucket.Put(key, old)
		l.put(key, "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	path := filepath.Join(t.TempDir(), "journal")
	ctx, stop := context.WithCancelCause(t.Context())
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if d := s3fake.Describe(r); d.Operation == "CopyObject" && d.Key == "b" {
			stop(errStopped)
			return s3fake.Delay(time.Second)
		}
		return nil
	})
	if _, err := l.journaled(ctx, second(3), path, func(r *Run) { r.Concurrency = 1 }); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	l.server.SetFault(nil)
	l.clock.Advance(10 * time.Second)
	for range 2 {
		summary, err := l.journaled(t.Context(), second(3), path)
		if err != nil || summary.Copied != 3 || summary.Verified[BySize] != 3 || summary.Confirmed != 3 {
			t.Errorf("%+v, %s, %v", summary, failures(summary), err)
		}
	}
	for _, key := range []string{"a", "b", "c"} {
		if got := l.history(key); got != "old bad old" {
			t.Errorf("%s: got %s", key, got)
		}
	}
}
