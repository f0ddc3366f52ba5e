package synth

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// What jsii does, and names nowhere in its interface, is all in this file: TestAwaitIndex fails when a
// new version of it does something else.
//
// Node loads the CDK from a cache of unpacked packages, a directory for each package, version and hash.
// The type description in it has 70 MB of JSON. A load that parses it also starts a worker thread, which
// writes an index for the next loads: they take half the time and a quarter of the memory. The worker
// needs some two seconds more, and jsii ends Node without waiting for it. The worker writes each file
// under another name and renames it, indexManifest last, so that processes may do it at the same time
// or be stopped in between.
const (
	cdkModule     = "github.com/aws/aws-cdk-go/awscdk/v2"
	cdkPackage    = "aws-cdk-lib"
	indexManifest = ".jsii.runtime.v1.json"
)

// indexWait is how long a run waits for the index: an idle machine needs 2 seconds, a busy one several times that.
const indexWait = 15 * time.Second

// AwaitIndex waits until Node has written the index that makes its next starts faster. Call it in the
// process that has synthesized, after that and before Node is closed. Only the first run with a version
// of the CDK has anything to wait for. It says so on Options.Terminal.
//
// Nothing depends on the index: where it cannot be written AwaitIndex returns at once, where it does not
// appear after 15 seconds, and the next run starts as slowly as this one.
func AwaitIndex(o Options) {
	awaitIndex(cdkDir(cacheRoot(os.LookupEnv), cdkVersion()), o.announce)
}

// awaitIndex waits for the index in the directory of a package.
func awaitIndex(dir string, say func(string)) {
	if dir == "" || hasIndex(dir) || !writable(dir) {
		return
	}
	say("preparing the AWS CDK for faster starts, once per version of the CDK")
	const step = 50 * time.Millisecond
	for waited := time.Duration(0); waited < indexWait && !hasIndex(dir); waited += step {
		time.Sleep(step)
	}
}

func hasIndex(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, indexManifest))
	return err == nil
}

// writable tells whether files can be made in a directory. The worker makes some, or gives up.
func writable(dir string) bool {
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return false
	}
	_ = probe.Close() // nothing was written
	return os.Remove(probe.Name()) == nil
}

// cacheRoot is the directory of jsii's package cache. It is "" where jsii has none, keeps no index in
// it, or takes a directory that does not last. Node inherits the environment, which decides.
func cacheRoot(lookupEnv func(string) (string, bool)) string {
	env := func(name string) string {
		value, _ := lookupEnv(name)
		return value
	}
	use, set := lookupEnv("JSII_RUNTIME_PACKAGE_CACHE")
	disabled := set && !strings.EqualFold(use, "enabled")
	copied := runtime.GOOS == "windows" // without symbolic links Node loads a copy of the package, and the index goes there
	if disabled || copied || env("JSII_RUNTIME") != "" || env("JSII_VALIDATE_ASSEMBLIES") != "" {
		return ""
	}
	if root := env("JSII_RUNTIME_PACKAGE_CACHE_ROOT"); root != "" {
		return root
	}
	home := env("HOME")
	switch {
	case !filepath.IsAbs(home):
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Caches", "com.amazonaws.jsii", "package-cache")
	}
	return filepath.Join(home, ".cache", "aws", "jsii", "package-cache")
}

// cdkDir is the directory that Node loads a version of the CDK from. It is "" where there is none.
func cdkDir(root, version string) string {
	if root == "" || version == "" {
		return ""
	}
	hashes, err := filepath.Glob(filepath.Join(root, cdkPackage, version, "*", "package.json"))
	if err != nil || len(hashes) != 1 {
		return ""
	}
	return filepath.Dir(hashes[0])
}

// cdkVersion is the version of the CDK that this program is built with, without a v. It is "" where the
// program does not know.
func cdkVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == cdkModule {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return ""
}
