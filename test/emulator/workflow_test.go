package emulator

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// workflow is a workflow of GitHub Actions, as backupctl github-workflow writes it.
type workflow struct {
	Jobs map[string]*job
}

type job struct {
	If       string
	Needs    any // a name or a list
	Strategy struct{ Matrix struct{ Job string } }
	Steps    []step
}

type step struct {
	Name, Uses, Run string
	Env             map[string]string
	With            map[string]any
}

// output is an expression that takes the stacks of a wave from the output of the job that synthesizes.
var output = regexp.MustCompile(`^\$\{\{ fromJSON\(needs\.synthesize\.outputs\.jobs\)\['(wave-\d+)'\]\.(\w+) \}\}$`)

// roleARN is the role of configure-aws-credentials.
var roleARN = regexp.MustCompile(`^arn:aws:iam::(\d{12}):role/(\w+)$`)

func (s *site) workflow(path string) workflow {
	s.Helper()
	var w workflow
	if err := yaml.Load([]byte(s.read(path)), &w); err != nil {
		s.Fatal(err)
	}
	return w
}

// step is the step of a job that runs a text.
func (s *site) step(w workflow, name, text string) step {
	s.Helper()
	if j := w.Jobs[name]; j != nil {
		for _, one := range j.Steps {
			if strings.Contains(one.Run, text) {
				return one
			}
		}
	}
	s.Fatalf("%s has no script with %s", name, text)
	return step{}
}

// identity are the credentials and the Region that a job takes.
func (s *site) identity(j *job) []string {
	s.Helper()
	for _, one := range j.Steps {
		if strings.HasPrefix(one.Uses, "aws-actions/configure-aws-credentials@") {
			arn := one.With["role-to-assume"].(string)
			role := roleARN.FindStringSubmatch(arn)
			if role == nil || role[1] != s.cfg.Central.Account {
				s.Fatalf("%s is no role of the central account", arn)
			}
			return environment(s.credentials(role[1], role[2]), one.With["aws-region"].(string))
		}
	}
	s.Fatal("a job has no credentials")
	return nil
}

// rollOut runs the scripts of a workflow for a commit on the main branch, each job after those that it needs, and returns the stacks in
// the order in which they were deployed, those of one job of a matrix together, and what the CDK CLI printed.
func (s *site) rollOut(w workflow) (deployed []string, said string) {
	s.Helper()
	if err := os.RemoveAll(filepath.Join(s.dir, "output")); err != nil {
		s.Fatal(err)
	}
	s.run(s.step(w, "synthesize", "jobs=$(jq").Run, nil)
	var waves map[string]map[string]json.RawMessage
	if err := json.Unmarshal([]byte(strings.TrimPrefix(s.read(filepath.Join(s.dir, "output")), "jobs=")), &waves); err != nil {
		s.Fatal(err)
	}
	value := func(expression string, into any) {
		s.Helper()
		found := output.FindStringSubmatch(expression)
		if found == nil {
			s.Fatalf("%s is no output", expression)
		}
		if err := json.Unmarshal(waves[found[1]][found[2]], into); err != nil {
			s.Fatalf("%s: %v", expression, err)
		}
	}
	done := map[string]bool{"synthesize": true}
	for name := s.next(w, done); name != ""; name = s.next(w, done) {
		done[name] = true
		j, deploy := w.Jobs[name], s.step(w, name, "cdk deploy")
		var stacks []string
		if j.Strategy.Matrix.Job == "" {
			var all string
			value(deploy.Env["STACKS"], &all)
			stacks = []string{all}
		} else {
			var matrix []struct{ Stacks string }
			value(j.Strategy.Matrix.Job, &matrix)
			for _, one := range matrix {
				stacks = append(stacks, one.Stacks)
			}
		}
		for _, some := range stacks {
			said += s.run(deploy.Run, append(s.identity(j), "STACKS="+some))
		}
		deployed = append(deployed, stacks...)
	}
	return deployed, said
}

// next is a job that deploys and that has what it needs.
func (s *site) next(w workflow, done map[string]bool) string {
	s.Helper()
	waits := ""
	for name, j := range w.Jobs {
		var needs []string
		switch n := j.Needs.(type) {
		case string:
			needs = []string{n}
		case []any:
			for _, one := range n {
				needs = append(needs, one.(string))
			}
		}
		if done[name] || strings.Contains(j.If, "pull_request") {
			continue
		}
		if !slices.ContainsFunc(needs, func(need string) bool { return !done[need] }) {
			return name
		}
		waits = name
	}
	if waits != "" {
		s.Fatalf("%s waits for a job that does not run", waits)
	}
	return ""
}
