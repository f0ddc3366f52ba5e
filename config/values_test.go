package config

import "testing"

// TestFault: a value on its own is refused in the words of Load.
func TestFault(t *testing.T) {
	for _, c := range []struct{ row, value, want string }{
		{"bucket_name", "lake", ""},
		{"days", "3650", ""},
		{"bucket_name", "Lake", `is not valid; got "Lake"; want 3 to 63 lowercase letters, digits, dots and hyphens, starting and ending with ` +
			"a letter or digit [F-OL-11]"},
		{"region", "Frankfurt", "is not a Region code; for Frankfurt write eu-central-1 [F-REG-4]"},
		{"days", "0", "is out of range; got 0; want 1 to 36500 days [F-S3-4]"},
		{"days", "ten", `is not a whole number; got "ten"; want 1 to 36500 days [F-S3-4]`},
		{"nope", "x", "there is no syntax nope"},
	} {
		if got := Fault(c.row, c.value); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.row, c.value, got, c.want)
		}
	}
}
