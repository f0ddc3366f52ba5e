// Command bench measures this app beside its twin, the CDK app in TypeScript that makes the same
// resources, and beside pure Go that writes the same templates: the floor. It writes results.md and
// results.svg. With -smoke it measures little and fails where the app has become far slower, makes other
// resources than the twin, or calls into Node more often. With -listing it measures how backupctl restore versions
// lists a bucket.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if os.Getenv(asNode) != "" {
		countCalls()
		return
	}
	if text := os.Getenv(asListing); text != "" {
		if err := listing(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	smoke := flag.Bool("smoke", false, "check ratios with 1 and 50 workloads, and write nothing")
	listings := flag.Bool(
		"listing",
		false,
		"measure the listing of backupctl restore versions for half an hour, and write its section of results.md",
	)
	keys := flag.Int("listing-keys", manyKeys, "for -listing: how many keys of five versions the larger bucket has")
	floorOf := flag.String("floor", "", "write the templates of the assembly in `DIR` again, in pure Go, and stop")
	config := flag.String("config", "", "the configuration for -floor")
	out := flag.String("out", "", "the directory for -floor")
	piped := flag.Bool("pipelines", false, "measure what rollout.pipeline adds, and write its section of results.md")
	restore := flag.Bool("restore", false, "measure backupctl restore versions, and write nothing but its part of the results")
	fake := flag.String("fake", "", "be an S3 server at `ADDRESS` for -restore")
	flag.Parse()
	err := func() error {
		if *floorOf != "" {
			return floor(*config, *floorOf, *out)
		}
		if *fake != "" {
			return serveFake(*fake)
		}
		work, err := os.MkdirTemp("", "central-s3-backup-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(work)
		if *restore {
			return restores(work)
		}
		if *listings {
			return writeListing(*keys)
		}
		b, err := prepare(work)
		if err != nil {
			return err
		}
		if *piped {
			return b.pipelines()
		}
		if *smoke {
			return errors.Join(b.smoke(), smokeListing())
		}
		return b.full()
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench has what is measured: built programs, and a directory for what they read and write.
type bench struct {
	work, self, app, twin string
}

// prepare builds the app and the twin; both are measured as built programs.
func prepare(work string) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bench{work: work, self: self, app: filepath.Join(work, "app"), twin: filepath.Join("twin", "dist", "bin", "twin.js")}
	for _, command := range [][]string{
		{"go", "build", "-C", "..", "-o", b.app, "."},
		{"npm", "ci", "--prefix", "twin", "--no-audit", "--no-fund", "--loglevel=error"},
		{"npm", "run", "--prefix", "twin", "--silent", "build"},
	} {
		if _, err := run(nil, command...); err != nil {
			return nil, err
		}
	}
	// Once without being measured: file caches, and the CDK unpacked for jsii.
	one, err := b.subject(1)
	if err == nil {
		_, err = one.runApp()
	}
	if err == nil {
		_, err = one.runTwin()
	}
	return b, err
}

// smoke is for CI, on machines of any speed: the ratios are generous, the rest is exact.
func (b *bench) smoke() error {
	for _, check := range []struct {
		workloads int
		most      float64 // ratio to the twin
	}{{1, 8}, {50, 4}} {
		s, err := b.subject(check.workloads)
		if err != nil {
			return err
		}
		app, err := s.runApp()
		if err != nil {
			return err
		}
		twin, err := s.runTwin()
		if err != nil {
			return err
		}
		if err := s.same(); err != nil {
			return err
		}
		calls, err := s.calls()
		if err != nil {
			return err
		}
		ratio := app.wall.Seconds() / twin.wall.Seconds()
		fmt.Printf("%d workloads: %.2f of the twin's time, %d calls into Node, the same resources\n", check.workloads, ratio, calls)
		if ratio > check.most {
			return fmt.Errorf("%d workloads take %.2f of the twin's time, more than %v", check.workloads, ratio, check.most)
		}
		if want := callsOfARun + callsOfAWorkload*check.workloads; calls != want {
			return fmt.Errorf("%d workloads make %d calls into Node, want %d", check.workloads, calls, want)
		}
	}
	return nil
}
