package jsiinode

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Node loads the CDK from a cache of unpacked packages: a directory for each package, version and hash.
// The package's type description is 70 MB of JSON. A load that has to parse it also starts a worker
// thread, which writes an index there, and the next loads read only the types that they need: they
// take half the time and a third of the memory. The worker needs about two seconds more than the load,
// and jsii ends Node without waiting for it. The worker renames each file when it is complete,
// indexManifest last, so several processes may write an index at the same time, and any may be killed.
const (
	cdkPackage    = "aws-cdk-lib"
	indexManifest = ".jsii.runtime.v1.json"
)

// cdkVersion is the version of the CDK in go.mod. The program could tell it, by runtime/debug; but with that import this package would
// be initialized after jsii.
const cdkVersion = "2.240.0"

// indexWait limits the wait for the index. An idle machine needs 2 seconds, a busy one several times that.
const indexWait = 15 * time.Second

// What keeps Node below 700 MB while it holds the parsed type description and the worker parses it once
// more. Without both, Node takes up to 1.1 GB.
const (
	// indexNodeOptions has V8 keep less space for young objects. That costs a large run time, so it is for
	// runs that build the index.
	indexNodeOptions = " --max-semi-space-size=2"
	// indexMallocArenas has the worker give back what it has freed, as it has no arena of its own.
	indexMallocArenas = "1"
)

// buildsIndex tells whether Node builds the index when it next loads the CDK.
func buildsIndex() bool {
	dir := cdkDir()
	return dir != "" && !hasIndex(dir)
}

// AwaitIndex waits until Node has written the index that makes its next starts faster. Call it in the
// process that has synthesized, before Node is closed. Only the first run with a version of the CDK has
// to wait, and says so first.
//
// Nothing depends on the index. AwaitIndex returns at once if it cannot be written, and after 15 seconds
// if it does not appear or ctx is done. The next run then starts as slowly as this one.
func AwaitIndex(ctx context.Context, say func(string)) {
	if dir := cdkDir(); dir != "" {
		awaitIndex(ctx, dir, say, indexWait)
	}
}

// awaitIndex waits for the index below the directory of a version.
func awaitIndex(ctx context.Context, dir string, say func(string), limit time.Duration) {
	if hasIndex(dir) || !writable(dir) {
		return
	}
	say("preparing the AWS CDK for faster starts; once per version of the CDK")
	const step = 50 * time.Millisecond
	for ; limit > 0 && !hasIndex(dir) && ctx.Err() == nil; limit -= step {
		time.Sleep(step)
	}
}

// hasIndex tells whether the version in a directory has an index.
func hasIndex(dir string) bool {
	found, err := fs.Glob(os.DirFS(dir), "*/"+indexManifest)
	return err == nil && len(found) > 0
}

// writable tells whether the version in a directory is there and files can be created in it. If not, no
// index is being written.
func writable(dir string) bool {
	entries, _ := os.ReadDir(dir) // without entries, no
	for _, e := range entries {
		if !e.IsDir() { // the lock of a process that unpacks
			continue
		}
		probe, err := os.CreateTemp(filepath.Join(dir, e.Name()), ".writable-*")
		if err != nil {
			return false
		}
		return errors.Join(probe.Close(), os.Remove(probe.Name())) == nil
	}
	return false
}

// cdkDir is the directory of the CDK's version in the package cache. Empty: no index is kept there.
func cdkDir() string {
	root := CacheRoot(os.LookupEnv)
	if root == "" {
		return ""
	}
	return filepath.Join(root, cdkPackage, cdkVersion)
}

// CacheRoot is the directory of jsii's package cache. Empty: there is none, it keeps no index, or it may
// not last. Node inherits the environment that decides about this.
func CacheRoot(lookupEnv func(string) (string, bool)) string {
	env := func(name string) string {
		value, _ := lookupEnv(name)
		return value
	}
	cache, set := lookupEnv("JSII_RUNTIME_PACKAGE_CACHE")
	root, home := env("JSII_RUNTIME_PACKAGE_CACHE_ROOT"), env("HOME")
	switch {
	case set && !strings.EqualFold(cache, "enabled"):
		return ""
	case env("JSII_VALIDATE_ASSEMBLIES") != "": // parses the type description in any case
		return ""
	case env("JSII_RUNTIME") != "": // a command in place of jsii's own program
		return ""
	case runtime.GOOS == "windows": // Node may load a copy of the package, and then the index is lost with it
		return ""
	case root != "":
		return root
	case !filepath.IsAbs(home):
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Caches", "com.amazonaws.jsii", "package-cache")
	}
	return filepath.Join(home, ".cache", "aws", "jsii", "package-cache")
}
