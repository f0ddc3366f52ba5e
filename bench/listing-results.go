package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	// listingWait is what each answer takes where listers are compared.
	listingWait = 100 * time.Millisecond
	// listingRuns is how often the paginator and one lister run, by turns.
	listingRuns = 7
	// manyKeys is how many keys the larger bucket has: ten million versions.
	manyKeys    = 2_000_000
	listingHead = "## Listing of backupctl restore versions"
)

// writeListing measures everything about listings, and writes that section of the results.
func writeListing(keys int) error {
	began := load()
	rate, err := paginatorAndLister(40_000, listingRuns)
	if err != nil {
		return err
	}
	fmt.Printf("paginator %.0f/s, one lister %.0f/s\n", rate.paginator.median(perSecond), rate.lister.median(perSecond))
	tenth, err := serveAndMeasure(keys/10, 0, task{Role: "decide", Listers: 8})
	if err != nil {
		return err
	}
	fmt.Printf("a tenth: %+v\n", tenth[0])
	many, err := serveAndMeasure(keys, listingWait,
		task{Role: "check", Listers: 16}, task{Role: "decide", Listers: 8}, task{Role: "decide", Listers: 1})
	if err != nil {
		return err
	}
	var t strings.Builder
	fmt.Fprintf(&t, `%s

`+"`go run . -listing`"+` in this directory wrote this section. The bucket is generated (internal/s3fake in a process of its own, on the same cores):
one flat prefix, %d versions and delete markers a key, 1,000 a page. %d cores (%s), %s, load average %s at the start and %s at the end.

| versions and markers a second, %d of them, medians of %d runs by turns | | processor time, microseconds each |
|---|---|---|
| the SDK's paginator alone | %.0f ±%.0f %% | %.1f |
| one lister that decides | %.0f ±%.0f %% | %.1f |
| lister / paginator | **%.2f** | |

Each answer takes 0.1 s beside the work for it, but in the first line. Memory is the most that the process had resident.
With 16 listers each decision was compared with what the bucket was generated for.

| versions and markers | listers | seconds | of the time of one | memory, MB |
|---|---|---|---|---|
`, listingHead, versionsOfAKey, runtime.NumCPU(), cpuModel(), runtime.Version(), began, load(), rate.versions, listingRuns,
		rate.paginator.median(perSecond), 100*rate.paginator.spread(perSecond), rate.paginator.median(microseconds),
		rate.lister.median(perSecond), 100*rate.lister.spread(perSecond), rate.lister.median(microseconds),
		rate.lister.median(perSecond)/rate.paginator.median(perSecond))
	one := many[2].Wall.Seconds()
	fmt.Fprintf(&t, "| %d | 8 | %.1f | | %.0f |\n", tenth[0].Versions, tenth[0].Wall.Seconds(), megabytes(tenth[0]))
	for i, listers := range []int{16, 8, 1} {
		fmt.Fprintf(&t, "| %d | %d | %.0f | **%.2f** | %.0f |\n",
			many[i].Versions, listers, many[i].Wall.Seconds(), many[i].Wall.Seconds()/one, megabytes(many[i]))
	}
	return writeSection(t.String())
}

// smokeListing checks a small bucket: decisions are exact, and one lister is not far slower than the paginator. How much
// faster several are depends on what else the machine does; TestListersAreFast of internal/rewind checks that in a time
// of its own.
func smokeListing() error {
	rate, err := paginatorAndLister(4_000, 3)
	if err != nil {
		return err
	}
	found, err := serveAndMeasure(10_000, listingWait/2, task{Role: "check", Listers: 16}, task{Role: "decide", Listers: 1})
	if err != nil {
		return err
	}
	ratio := rate.lister.median(perSecond) / rate.paginator.median(perSecond)
	part := found[0].Wall.Seconds() / found[1].Wall.Seconds()
	fmt.Printf("listing: %.2f of the paginator's rate; 16 listers take %.2f of the time of one; each decision is right\n", ratio, part)
	if ratio < 0.5 {
		return fmt.Errorf("one lister has %.2f of the rate of the SDK's paginator, less than 0.5", ratio)
	}
	return nil
}

// outcomes are runs of one task.
type outcomes []outcome

func perSecond(o outcome) float64    { return float64(o.Versions) / o.Wall.Seconds() }
func microseconds(o outcome) float64 { return o.CPU.Seconds() * 1e6 / float64(o.Versions) }
func megabytes(o outcome) float64    { return float64(o.Memory) / (1 << 20) }

func (s outcomes) median(of func(outcome) float64) float64 { return s.sorted(of)[len(s)/2] }

// spread is what lies between the lowest and the highest value, as a part of the median.
func (s outcomes) spread(of func(outcome) float64) float64 {
	v := s.sorted(of)
	return (v[len(v)-1] - v[0]) / v[len(v)/2]
}

func (s outcomes) sorted(of func(outcome) float64) []float64 {
	var values []float64
	for _, one := range s {
		values = append(values, of(one))
	}
	slices.Sort(values)
	return values
}

// rates are those of the SDK's paginator and of one lister.
type rates struct {
	versions          int
	paginator, lister outcomes
}

func paginatorAndLister(keys, runs int) (r rates, err error) {
	var turns []task
	for range runs {
		turns = append(turns, task{Role: "paginator"}, task{Role: "decide", Listers: 1})
	}
	all, err := serveAndMeasure(keys, 0, turns...)
	if err != nil {
		return r, err
	}
	for i, one := range all {
		if turns[i].Role == "paginator" {
			r.paginator = append(r.paginator, one)
		} else {
			r.lister = append(r.lister, one)
		}
	}
	r.versions = keys * versionsOfAKey
	return r, nil
}

// serveAndMeasure runs tasks one after the other on one bucket.
func serveAndMeasure(keys int, wait time.Duration, tasks ...task) (outcomes, error) {
	url, stop, err := listingServer(keys, wait)
	if err != nil {
		return nil, err
	}
	defer stop()
	var all outcomes
	for _, t := range tasks {
		t.Keys, t.URL = keys, url
		one, err := measureListing(t)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// load is the load average of the last minute and of the last five.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:2], " and ")
}
