package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

const webhook = "https://hooks.slack.com/services/T000/B000/hushHushToken"

func TestNew(t *testing.T) {
	for _, test := range []struct{ text, want, err string }{
		{webhook, webhook, ""},
		{" " + webhook + "\n", webhook, ""},
		{`{"url": "` + webhook + `"}`, webhook, ""},
		{`{"routing_key": " key "}`, "key", ""},
		{"", "", "is empty"},
		{" \n", "", "is empty"},
		{`{"url": ""}`, "", "is empty"},
		{"{}", "", "want the value itself"},
		{`{"url": "hush", "old": "hush"}`, "", "want the value itself"},
		{`{"url": 1}`, "", "want the value itself"},
		{`{"url": "hush"`, "", "want the value itself"},
	} {
		got, err := New(test.text)
		asWanted := err == nil && test.err == "" || err != nil && test.err != "" && strings.HasPrefix(err.Error(), test.err)
		if got.Reveal() != test.want || !asWanted {
			t.Errorf("%q: %q, error %v", test.text, got.Reveal(), err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

// TestPrinted: no way of printing a secret shows its value, alone or inside another value.
func TestPrinted(t *testing.T) {
	s, err := New(webhook)
	if err != nil {
		t.Fatal(err)
	}
	within := struct {
		Name   string
		Secret Secret
		Ptr    *Secret
		Map    map[string]Secret
	}{"name", s, &s, map[string]Secret{"key": s}}
	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T%v", "%10s", "%w"} {
		printed = append(printed, fmt.Sprintf(verb, s), fmt.Sprintf(verb, within), fmt.Sprintf(verb, []Secret{s}), fmt.Sprintf(verb, &s))
	}
	document, err := json.Marshal(within)
	if err != nil {
		t.Fatal(err)
	}
	printed = append(printed, string(document), fmt.Sprint(s), s.String(), fmt.Errorf("%v", s).Error())
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("read", "secret", s, "within", within, "pointer", &s)
	}
	printed = append(printed, log.String())
	for _, text := range printed {
		for _, part := range []string{"hush", "hooks", fmt.Sprintf("%x", "hush"), fmt.Sprintf("%X", "hush")} {
			if strings.Contains(text, part) {
				t.Errorf("printed as %s", text)
			}
		}
	}
}

func TestHide(t *testing.T) {
	for _, test := range []struct{ value, text, want string }{
		{webhook, "Post \"" + webhook + "\": refused", "Post \"[secret]\": refused"},
		{webhook, "Cannot POST /services/T000/B000/hushHushToken", "Cannot POST [secret]"},
		{webhook, `no \/services\/T000\/B000\/hushHushToken`, `no \/services\/T000\/B000\/[secret]`},
		{webhook + "?key=1", "GET /services/T000/B000/hushHushToken?key=1", "GET [secret]"},
		{"R0UTINGKEY", "invalid key R0UTINGKEY", "invalid key [secret]"},
		{"short", "is short", "is [secret]"},
		{"https://hooks.slack.com/a", "is a b/a", "is a b/a"},
		{"", "nothing to hide", "nothing to hide"},
	} {
		if got := (Secret{&test.value}).Hide(test.text); got != test.want {
			t.Errorf("%q without %q: %q, want %q", test.text, test.value, got, test.want)
		}
	}
}

// TestCached: a value is kept for five minutes, read again on demand, and kept longer if it cannot be read.
func TestCached(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 5, 0, 0, time.UTC)
	reads, text, fault := 0, "first", error(nil)
	c := &Cached{
		Name: "name",
		Now:  func() time.Time { return now },
		Read: func(ctx context.Context, name string) (string, error) {
			if _, limited := ctx.Deadline(); !limited || name != "name" {
				t.Errorf("read %s", name)
			}
			reads++
			return text, fault
		},
	}
	get := func(want string, wantReads int) {
		t.Helper()
		got, err := c.Get(t.Context())
		if err != nil || got.Reveal() != want || reads != wantReads {
			t.Errorf("%q after %d reads, error %v; want %q after %d", got.Reveal(), reads, err, want, wantReads)
		}
	}
	fault = errors.New("no rights")
	if _, err := c.Get(t.Context()); err == nil || err.Error() != "secret name: no rights" {
		t.Errorf("error %v", err)
	}
	fault = nil
	get("first", 2)
	text = "second"
	now = now.Add(lifetime - 1)
	get("first", 2)
	now = now.Add(1)
	get("second", 3)
	text = "third"
	if got, err := c.Refresh(t.Context()); err != nil || got.Reveal() != "third" {
		t.Errorf("%q, error %v", got.Reveal(), err)
	}
	get("third", 4)
	now = now.Add(lifetime)
	fault = errors.New("no answer")
	get("third", 5)
	fault, text = nil, "{}"
	get("third", 6)
	text = "fourth"
	get("fourth", 7)
}
