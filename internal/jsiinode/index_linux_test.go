package jsiinode

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAwaitIndexWaits looks at the wait without Node: it waits for an index that is being written, and for
// nothing if there is one already or none can come.
func TestAwaitIndexWaits(t *testing.T) {
	unpacked := func(t *testing.T) (dir, hash string) {
		dir = t.TempDir()
		hash = filepath.Join(dir, "[0a1b]") // as good as a hash, and a pattern
		if err := os.Mkdir(hash, 0o755); err != nil {
			t.Fatal(err)
		}
		return dir, hash
	}
	write := func(t *testing.T, hash string) {
		if err := os.WriteFile(filepath.Join(hash, indexManifest), nil, 0o644); err != nil {
			t.Error(err)
		}
	}
	t.Run("an index that is being written", func(t *testing.T) {
		dir, hash := unpacked(t)
		said := 0
		awaitIndex(t.Context(), dir, func(string) { said++; write(t, hash) }, time.Hour)
		if said != 1 {
			t.Errorf("said %d times that it waits", said)
		}
	})
	t.Run("an index that does not come", func(t *testing.T) {
		dir, _ := unpacked(t)
		said := 0
		awaitIndex(t.Context(), dir, func(string) { said++ }, time.Millisecond)
		if said != 1 {
			t.Errorf("said %d times that it waits", said)
		}
	})
	dir, hash := unpacked(t)
	write(t, hash)
	for name, dir := range map[string]string{
		"an index that is there": dir,
		"nothing unpacked":       filepath.Join(t.TempDir(), "absent"),
		"a read-only cache":      "/proc/self", // where nobody, root included, creates a file
	} {
		t.Run(name, func(t *testing.T) {
			awaitIndex(t.Context(), dir, func(string) { t.Error("waits") }, time.Hour)
		})
	}
}

// TestCacheRoot: where jsii keeps packages, and that nobody waits for an index where it keeps none.
func TestCacheRoot(t *testing.T) {
	home := "/home/a"
	byDefault := "/home/a/.cache/aws/jsii/package-cache"
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"by default":           {map[string]string{"HOME": home}, byDefault},
		"enabled":              {map[string]string{"HOME": home, "JSII_RUNTIME_PACKAGE_CACHE": "Enabled"}, byDefault},
		"elsewhere":            {map[string]string{"HOME": home, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "cache"}, "cache"},
		"elsewhere, no home":   {map[string]string{"JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/cache"}, "/cache"},
		"elsewhere, but empty": {map[string]string{"HOME": home, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": ""}, byDefault},
		"disabled":             {map[string]string{"HOME": home, "JSII_RUNTIME_PACKAGE_CACHE": "disabled"}, ""},
		"disabled, by nothing": {map[string]string{"HOME": home, "JSII_RUNTIME_PACKAGE_CACHE": ""}, ""},
		"disabled elsewhere":   {map[string]string{"JSII_RUNTIME_PACKAGE_CACHE": "no", "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/cache"}, ""},
		"no home":              {nil, ""},
		"a relative home":      {map[string]string{"HOME": "a"}, ""},
		"validation":           {map[string]string{"HOME": home, "JSII_VALIDATE_ASSEMBLIES": "1"}, ""},
		"another runtime":      {map[string]string{"HOME": home, "JSII_RUNTIME": "node jsii.js"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := CacheRoot(func(key string) (string, bool) {
				value, set := test.env[key]
				return value, set
			})
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
