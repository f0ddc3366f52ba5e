package evidence

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/s3fake"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func store(t *testing.T) (*Store, *s3fake.Server) {
	server := s3fake.New(s3fake.Options{})
	server.CreateBucket("evidence", s3fake.BucketOptions{ObjectLock: true})
	return &Store{server.Start(t), "evidence"}, server
}

func of(outcome Outcome, completed time.Time) *Evidence {
	return &Evidence{Outcome: outcome, Job: Job{ID: "job", Completed: &completed}}
}

// TestWriteOnce: a second attempt neither overwrites evidence nor fails, and returns what the first one wrote.
func TestWriteOnce(t *testing.T) {
	s, server := store(t)
	ctx, key := context.Background(), Key("lake-prod", "lake", noon, "job")
	if e, err := s.Read(ctx, key); e != nil || err != nil {
		t.Fatal(e, err)
	}
	if e, err := s.Write(ctx, key, of(Failed, noon)); err != nil || e.Outcome != Failed {
		t.Fatal(e, err)
	}
	if e, err := s.Write(ctx, key, of(Successful, noon)); err != nil || e.Outcome != Failed {
		t.Error(e, err)
	}
	if versions := server.Bucket("evidence").Versions(key); len(versions) != 1 {
		t.Errorf("%d versions", len(versions))
	}
}

// TestLostAnswer: evidence whose answer was lost is found by the next attempt.
func TestLostAnswer(t *testing.T) {
	s, server := store(t)
	ctx, key := context.Background(), Key("lake-prod", "lake", noon, "job")
	server.SetFault(func(r *http.Request) *s3fake.Fault {
		if r.Method == http.MethodPut {
			return &s3fake.Fault{Status: 500, Code: "InternalError", After: true}
		}
		return nil
	})
	if _, err := s.Write(ctx, key, of(Failed, noon)); err == nil {
		t.Fatal("no error")
	}
	server.SetFault(nil)
	if e, err := s.Read(ctx, key); err != nil || e.Outcome != Failed {
		t.Error(e, err)
	}
}

// TestKey: a key has what people look for, and names cannot leave their place.
func TestKey(t *testing.T) {
	if got, want := Key("lake-prod", "lake", noon, "5C20"), "evidence/lake-prod/lake/2026-03-09/5C20.json"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if got := Key("lake-prod", "lake", noon, "../../x"); strings.Count(got, "/") != 4 {
		t.Error(got)
	}
}

// TestLook: only a successful test within the time counts, and a new bucket is expected from the first look on.
func TestLook(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	look := func(now time.Time) History {
		t.Helper()
		h, err := s.Look(ctx, "lake-prod", "lake", now.AddDate(0, 0, -14), now)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	put := func(outcome Outcome, created time.Time, job string) {
		t.Helper()
		if _, err := s.Write(ctx, Key("lake-prod", "lake", created, job), of(outcome, created.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	if h := look(noon); h.Validated != (time.Time{}) || !h.Expected.Equal(noon) {
		t.Errorf("at the first look: %+v", h)
	}
	if h := look(noon.AddDate(0, 0, 20)); h.Validated != (time.Time{}) || !h.Expected.Equal(noon) {
		t.Errorf("at a later look: %+v", h)
	}
	put(Successful, noon.AddDate(0, 0, 1), "a")
	put(Failed, noon.AddDate(0, 0, 2), "b")
	if h := look(noon.AddDate(0, 0, 3)); !h.Validated.Equal(noon.AddDate(0, 0, 1).Add(time.Hour)) {
		t.Errorf("the failed one counts: %+v", h)
	}
	// Much later the successful one is too old, and the bucket is expected since its first evidence.
	if h := look(noon.AddDate(0, 0, 16)); h.Validated != (time.Time{}) || h.Expected.After(noon.AddDate(0, 0, 1)) {
		t.Errorf("the old one counts: %+v", h)
	}
	other, err := s.Look(ctx, "lake-prod", "lake2", noon.AddDate(0, 0, -14), noon)
	if err != nil || other.Validated != (time.Time{}) || !other.Expected.Equal(noon) {
		t.Errorf("another bucket: %+v %v", other, err)
	}
}
