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

// Main is the body of a TestMain. It draws ten values for each property from one seed, unless
// -rapid.checks or -rapid.seed asks for others.
func Main(m *testing.M) { MainOf(m, 10) }

// MainOf is Main with another number of values.
func MainOf(m *testing.M, checks int) {
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
