//go:build workflow

package githubactions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/internal/synth"
)

// TestScripts runs the scripts of the workflow in bash, with stand-ins for what they call. It needs bash and jq, as GitHub's runners
// have them: make workflow.
func TestScripts(t *testing.T) {
	for _, accounts := range []int{3, 300, 520} {
		rollout := ""
		if accounts == 3 {
			rollout = pipeline
		}
		cfg := load(t, accounts, compliance, rollout)
		plan, err := synth.NewPlan(cfg, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		stacks := plan.Stacks()
		check, err := json.Marshal(map[string]any{"problems": []any{}, "stacks": stacks})
		if err != nil {
			t.Fatal(err)
		}
		workflow := readJobs(t, files(t, cfg, options())[".github/workflows/backup.yml"])
		dir := t.TempDir()
		write(t, filepath.Join(dir, "check.in"), string(check), 0o600)
		write(t, filepath.Join(dir, "go"), "#!/bin/sh\ncat '"+dir+"/check.in'\n", 0o700)
		write(t, filepath.Join(dir, "npx"), "#!/bin/sh\necho \"$3\" >> '"+dir+"/deployed'\n", 0o700)

		runScript(t, dir, scriptWith(t, workflow, "synthesize", "jobs=$(jq"), nil)
		output := readFile(t, filepath.Join(dir, "output"))
		var listed map[string]struct {
			Jobs     []struct{ Stacks string }
			Approved []struct{ ID, Stacks string }
			All      string
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(output, "jobs=")), &listed); err != nil {
			t.Fatal(err)
		}
		// What GitHub would do: the central account, then wave after wave.
		deploy := func(job, stacks string) {
			runScript(t, dir, scriptWith(t, workflow, job, "cdk deploy"), []string{"STACKS=" + stacks})
		}
		deploy("central", listed["wave-0"].All)
		for i := range cfg.Waves() {
			name := fmt.Sprintf("wave-%d", i+1)
			if len(listed[name].Jobs) > MaxMatrix {
				t.Errorf("%d accounts: %d jobs in %s", accounts, len(listed[name].Jobs), name)
			}
			for _, j := range listed[name].Jobs {
				deploy(name, j.Stacks)
			}
			for _, j := range listed[name].Approved {
				if !cfg.ApprovedBefore(j.ID) {
					t.Errorf("%s is approved", j.ID)
				}
				deploy(name+"-approved", j.Stacks)
			}
		}
		var want []string
		for _, s := range stacks {
			if s.Wave != nil { // the stacks of a pipeline are deployed once, by hand
				want = append(want, s.Name)
			}
		}
		if got := strings.Fields(readFile(t, filepath.Join(dir, "deployed"))); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d accounts: deployed %d stacks, want %d in the order of -check", accounts, len(got), len(want))
		}
	}
}

// TestAnnotations: each problem is a command of GitHub Actions, on its line, whatever characters it has.
func TestAnnotations(t *testing.T) {
	workflow := readJobs(t, files(t, load(t, 1, "", ""), options())[".github/workflows/backup.yml"])
	dir := t.TempDir()
	write(t, filepath.Join(dir, "check.in"), `{"problems": [
  {"file": "backup.yaml", "line": 8, "column": 14, "path": "a.b", "check": "unknown-tier", "level": "error", "what": "100% wrong\nhere", "got": "x", "want": "y", "fact": "F-1"},
  {"check": "run", "level": "error", "what": "no Node.js"},
  {"file": "backup.yaml", "line": 9, "column": 1, "check": "odd", "level": "warning", "what": "odd"}], "stacks": []}`, 0o600)
	write(t, filepath.Join(dir, "go"), "#!/bin/sh\ncat '"+dir+"/check.in'\nexit 1\n", 0o700)
	write(t, filepath.Join(dir, "git"), "#!/bin/sh\necho version: 1\n", 0o700)
	got := runScriptCode(t, dir, scriptWith(t, workflow, "check", "-check -format json"), []string{"BASE=main"}, 1)
	const want = `::error file=backup.yaml,line=8,col=14,title=unknown-tier::a.b; 100%25 wrong%0Ahere; got x; want y; F-1
::error file=,line=1,col=1,title=run::no Node.js
::warning file=backup.yaml,line=9,col=1,title=odd::odd
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// scriptWith is the script of a job that has a text.
func scriptWith(t *testing.T, j jobs, job, text string) string {
	t.Helper()
	for _, step := range j.Jobs[job].Steps {
		if strings.Contains(step.Run, text) {
			return step.Run
		}
	}
	t.Fatalf("%s has no script with %s", job, text)
	return ""
}

func runScript(t *testing.T, dir, script string, env []string) {
	t.Helper()
	runScriptCode(t, dir, script, env, 0)
}

// runScriptCode runs a script as GitHub does: in bash, which stops at the first error, also of a pipe.
func runScriptCode(t *testing.T, dir, script string, env []string, code int) string {
	t.Helper()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+dir+"/output"), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, _ := cmd.Output() // the code says whether it failed
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code %d, want %d: %s%s", got, code, out, stderr.String())
	}
	return string(out)
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
