package synth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"central-s3-backup/config"
)

// TestJobsOfStacks: a pipeline and the stacks of its workloads are a process each, and no job is idle.
func TestJobsOfStacks(t *testing.T) {
	for _, test := range []struct{ jobs, pipelines, want int }{
		{1, 0, 1}, {8, 0, 8}, {2, 1, 1}, {1, 1, 1}, {8, 1, 7}, {2, 10, 10}, {16, 10, 10},
	} {
		if got := jobsOfStacks(test.jobs, test.pipelines); got != test.want {
			t.Errorf("%d jobs and %d pipelines: %d, want %d", test.jobs, test.pipelines, got, test.want)
		}
	}
}

// TestCut: parts cover all stacks, none is larger than a process can take, and no process waits for a last part.
func TestCut(t *testing.T) {
	same := func(stacks, resources int) []int { return slices.Repeat([]int{resources}, stacks) }
	for _, test := range []struct {
		resources []int
		jobs      int
		want      string
	}{
		{same(1, 75), 1, "[1]"},
		{same(2, 75), 5, "[1 2]"},
		{same(133, 75), 1, "[133]"},
		{same(134, 75), 1, "[67 134]"},
		{same(401, 75), 2, "[101 201 301 401]"},
		{[]int{500, 1, 1, 1}, 2, "[1 4]"},
		{[]int{1, 1, 1, 500}, 3, "[2 3 4]"},
	} {
		if got := fmt.Sprint(cut(test.resources, test.jobs)); got != test.want {
			t.Errorf("%v, %d jobs: %s, want %s", test.resources, test.jobs, got, test.want)
		}
	}
	random := rand.New(rand.NewPCG(4, 5))
	for range 2000 {
		resources := make([]int, 1+random.IntN(1000))
		for i := range resources {
			resources[i] = 1 + random.IntN(config.MaxStackResources)
		}
		jobs := 1 + random.IntN(16)
		from, ends := 0, cut(resources, jobs)
		for _, to := range ends {
			n := 0
			for _, r := range resources[from:to] {
				n += r
			}
			if to <= from || n > maxResources+config.MaxStackResources {
				t.Fatalf("%d stacks, %d jobs: a part from %d to %d of %d resources", len(resources), jobs, from, to, n)
			}
			from = to
		}
		if from != len(resources) || len(ends) < len(resources) && len(ends)%min(jobs, len(resources)) != 0 {
			t.Fatalf("%d stacks, %d jobs: %v", len(resources), jobs, ends)
		}
	}
	if n := jobsFor([]int{1}); n != 1 {
		t.Errorf("%d jobs for one resource", n)
	}
}

// TestWithoutRepetition: a line that several processes write is there once, where it was first. What one
// process writes stays as it is.
func TestWithoutRepetition(t *testing.T) {
	for _, test := range []struct {
		texts []string
		want  string
	}{
		{nil, ""},
		{[]string{"", ""}, ""},
		{[]string{"one\ntwo\n"}, "one\ntwo\n"},
		{[]string{"", "one\n\ntwo\n"}, "one\n\ntwo\n"},
		{[]string{"one\ntwo\n", "", "one\ntwo\n"}, "one\ntwo\n"},
		{[]string{"one\n", "one\nexit status 3"}, "one\nexit status 3\n"},
		{[]string{"one\nexit status 3", "one\n"}, "one\nexit status 3\n"},
		{[]string{"one\n", "zero\none\ntwo\n", "two\nthree\n"}, "one\nzero\ntwo\nthree\n"},
		{[]string{"same\n\nsame\n\nlast\n", "same\n\n"}, "same\n\nsame\n\nlast\n"},
	} {
		if got := withoutRepetition(test.texts); got != test.want {
			t.Errorf("%q: got %q, want %q", test.texts, got, test.want)
		}
	}
}
