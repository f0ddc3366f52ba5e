package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// sample is one run of a program, with all processes that it started.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory that the largest of its processes had
}

func run(env []string, command ...string) (sample, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, stderr.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), usage.Maxrss << 10}, nil
}

// samples are runs of one program.
type samples []sample

func (s samples) median(of func(sample) float64) float64 { return s.sorted(of)[len(s)/2] }

// spread is what lies between the fastest and the slowest run, as a part of the median.
func (s samples) spread(of func(sample) float64) float64 {
	v := s.sorted(of)
	return (v[len(v)-1] - v[0]) / v[len(v)/2]
}

func (s samples) sorted(of func(sample) float64) []float64 {
	var values []float64
	for _, one := range s {
		values = append(values, of(one))
	}
	slices.Sort(values)
	return values
}

func wall(s sample) float64 { return s.wall.Seconds() }
func cpu(s sample) float64  { return s.cpu.Seconds() }
func peak(s sample) float64 { return float64(s.peak) / (1 << 20) }
