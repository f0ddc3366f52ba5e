// Package fixedseed runs property tests on the same drawn values in every run: what fails must fail
// again. Only tests import it.
package fixedseed

import (
	"flag"
	"os"
	"strconv"
	"testing"

	_ "pgregory.net/rapid" // defines the flags
)

// Main is the body of a TestMain. It draws ten values for each property from one seed, and fewer without the build tag whole,
// unless -rapid.checks or -rapid.seed asks for others.
func Main(m *testing.M) { MainOf(m, 10) }

// MainOf is Main with another number of values.
func MainOf(m *testing.M, checks int) {
	checks = Share(checks)
	flag.Parse()
	asked := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { asked[f.Name] = true })
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": strconv.Itoa(checks), "rapid.nofailfile": "true"} {
		if asked[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err) //nolint:forbidigo // a flag that rapid no longer has
		}
	}
	os.Exit(m.Run()) //nolint:forbidigo // as a TestMain does
}

// Share is how many of n drawn values or iterations go test ./... looks at. make whole, with the build tag whole, looks at all.
func Share(n int) int {
	if Whole {
		return n
	}
	return max(1, n/5)
}
