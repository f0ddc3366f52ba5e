package synth

import (
	"errors"
	"testing"
)

// TestDefects: a panic, whatever it holds, becomes its first line.
func TestDefects(t *testing.T) {
	for _, cause := range []any{errors.New("first\n    at Object.f (a.js:1)"), "first\nsecond"} {
		if err := guard(func() error { panic(cause) }); err == nil || err.Error() != "first" {
			t.Errorf("got %v", err)
		}
	}
	if err := guard(func() error { return nil }); err != nil {
		t.Error(err)
	}
}
