package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// sizes are the numbers of workloads, and how often each is run.
var sizes = []struct{ workloads, runs int }{{1, 9}, {10, 9}, {50, 7}, {200, 7}, {1000, 3}}

// row is what was measured of one number of workloads.
type row struct {
	workloads        int
	app, twin, floor samples
	calls            int
	appBytes         int64
	twinBytes        int64
}

// full measures everything and writes the results.
func (b *bench) full() error {
	var rows []row
	var last *subject
	for _, size := range sizes {
		s, err := b.subject(size.workloads)
		if err != nil {
			return err
		}
		r, err := s.measure(size.runs)
		if err != nil {
			return err
		}
		if err := s.same(); err != nil {
			return err
		}
		fmt.Printf("%d workloads: %.2f s, the twin %.2f s\n", r.workloads, r.app.median(wall), r.twin.median(wall))
		rows, last = append(rows, r), s
	}
	one, err := b.subject(1)
	if err != nil {
		return err
	}
	others, err := b.others(one, last)
	if err != nil {
		return err
	}
	if err := plotRows(rows, "results.svg"); err != nil {
		return err
	}
	return replaceResults(header() + table(rows) + others)
}

// measure runs app, twin and floor by turns, so that what else the machine does meets all alike.
func (s *subject) measure(runs int) (row, error) {
	r := row{workloads: s.workloads}
	for range runs {
		for _, program := range []struct {
			run  func() (sample, error)
			into *samples
		}{{func() (sample, error) { return s.runApp() }, &r.app}, {s.runTwin, &r.twin}, {s.runFloor, &r.floor}} {
			one, err := program.run()
			if err != nil {
				return r, err
			}
			*program.into = append(*program.into, one)
		}
	}
	var err error
	if r.calls, err = s.calls(); err != nil {
		return r, err
	}
	if r.appBytes, err = templateBytes(s.app); err != nil {
		return r, err
	}
	r.twinBytes, err = templateBytes(s.twin)
	return r, err
}

func table(rows []row) string {
	var t strings.Builder
	t.WriteString(`
Wall and processor time in seconds, medians, with the distance between fastest and slowest run in percent of the median. Memory in MB, of the largest process. The floor is pure Go that
checks the same file and writes the same bytes.

| workloads | app: wall | twin: wall | app / twin | floor: wall | app: cpu | twin: cpu | app: memory | twin: memory | app: calls into Node | app: template bytes | twin: template bytes |
|---|---|---|---|---|---|---|---|---|---|---|---|
`)
	for _, r := range rows {
		fmt.Fprintf(
			&t,
			"| %d | %.2f ±%.0f %% | %.2f ±%.0f %% | **%.2f** | %.2f | %.2f | %.2f | %.0f | %.0f | %d | %d | %d |\n",
			r.workloads,
			r.app.median(
				wall,
			),
			100*r.app.spread(wall),
			r.twin.median(wall),
			100*r.twin.spread(wall),
			r.app.median(wall)/r.twin.median(wall),
			r.floor.median(wall),
			r.app.median(cpu),
			r.twin.median(cpu),
			r.app.median(peak),
			r.twin.median(peak),
			r.calls,
			r.appBytes,
			r.twinBytes,
		)
	}
	return t.String()
}

// others are single questions, each with two answers that are compared.
func (b *bench) others(one, many *subject) (string, error) {
	wrong := filepath.Join(b.work, "wrong.yaml")
	text, err := os.ReadFile(many.config)
	if err == nil {
		err = os.WriteFile(wrong, []byte(strings.Replace(string(text), "tier: standard_data", "tier: standrad_data", 1)), 0o644)
	}
	if err != nil {
		return "", err
	}
	noNode := []string{"JSII_NODE=no-node-is-started"}
	reported, err := b.reported()
	if err != nil {
		return "", err
	}
	var t strings.Builder
	fmt.Fprintf(&t, "\nOther questions, each five runs:\n\n| | wall, seconds | memory, MB |\n|---|---|---|\n")
	for _, q := range []struct {
		what string
		run  func() (sample, error)
	}{
		{"the only workload of 1", func() (sample, error) { return one.runApp("-workload", workload(0)+"-prod") }},
		{fmt.Sprintf("the last workload of %d", many.workloads), func() (sample, error) { return many.runApp("-workload", workload(many.workloads-1)+"-prod") }},
		{"200 workloads in one process", func() (sample, error) {
			s, err := b.subject(200)
			if err != nil {
				return sample{}, err
			}
			return s.runApp("-jobs", "1")
		}},
		{fmt.Sprintf("`-check` of %d, without Node", many.workloads), func() (sample, error) { return run(noNode, b.app, "-check", "-config", many.config) }},
		{fmt.Sprintf("a wrong tier in %d, without Node", many.workloads), func() (sample, error) { return run(noNode, "sh", "-c", b.app+" -config "+wrong+"; test $? = 1") }},
		{"`backupctl report` of 200 workloads with 2,000 buckets, beside their templates", reported.run},
		{"`go run .` on the example", func() (sample, error) {
			return run(nil, "go", "run", "-C", "..", ".", "-out", filepath.Join(b.work, "example"))
		}},
	} {
		var s samples
		for range 5 {
			one, err := q.run()
			if err != nil {
				return "", err
			}
			s = append(s, one)
		}
		fmt.Fprintf(&t, "| %s | %.3f | %.0f |\n", q.what, s.median(wall), s.median(peak))
	}
	size, err := reported.size()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&t, "\nThe report.html of the 2,000 buckets has %.2f MB.\n", float64(size)/1e6)
	return t.String(), nil
}

func header() string {
	return fmt.Sprintf(`# This app beside its twin

`+"`make bench`"+` wrote this file and the plot. The twin, in [twin](twin), is the same app in TypeScript, with L2 constructs; it reads the same backup.yaml and
creates the same resources, which is checked property by property in the same run. Every workload has six buckets, one for each tier, and 75 resources. Both are measured as built
programs, by turns.

%d cores (%s), %s, Node %s, aws-cdk-lib 2.240.0, jsii 1.142.0.

![Seconds against workloads](results.svg)
`, runtime.NumCPU(), cpuModel(), strings.TrimPrefix(runtime.Version(), "X:"), firstLine("node", "--version"))
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func firstLine(command ...string) string {
	out, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
