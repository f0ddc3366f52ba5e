package synth

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"central-s3-backup/config"
)

// piped is a configuration with two pipelines.
func piped(t *testing.T) *config.Config {
	t.Helper()
	var b strings.Builder
	b.WriteString("version: 1\nproject: heron\norganization: {id: o-a1b2c3d4e5}\n" +
		"central: {account: \"111111111111\", region: eu-west-1}\nworkloads:\n")
	for i := range config.MaxPipelineWorkloads + 1 {
		fmt.Fprintf(&b, "  - {name: w%d, environment: prod, account: \"%012d\", region: eu-west-1, "+
			"buckets: [{name: heron-w%d, tier: standard_data}]}\n",
			i, 222_222_222_222+i, i)
	}
	b.WriteString("rollout: {pipeline: {account: \"111111111111\", region: eu-west-1, repository: heron/backup, " +
		"connection_arn: \"arn:aws:codeconnections:eu-west-1:111111111111:connection/01234567\"}}\n")
	cfg, err := config.Load("backup.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestWorkloadNamesPipelines: pipeline means all of them and pipeline-N one, alone. Without names, they come after all other stacks.
func TestWorkloadNamesPipelines(t *testing.T) {
	const (
		first  = "heron-backup-pipeline-1-artifacts-eu-west-1 heron-backup-pipeline-1"
		second = "heron-backup-pipeline-2-artifacts-eu-west-1 heron-backup-pipeline-2"
	)
	cfg := piped(t)
	for names, want := range map[string]string{
		"pipeline": first + " " + second, "pipeline-2": second, "heron-backup-pipeline-1": first,
		"heron-backup-pipeline-2-artifacts-eu-west-1": second, "w0-prod,pipeline-1": "heron-backup-w0-prod " + first,
	} {
		plan, err := NewPlan(cfg, strings.Split(names, ","), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range plan.Stacks() {
			got = append(got, s.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", names, got, want)
		}
	}
	plan, err := NewPlan(cfg, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := plan.Stacks()
	if n := config.MaxPipelineWorkloads + 1 + 1 + 4; len(all) != n || all[0].ID != config.CentralID || all[n-1].ID != "pipeline-2" {
		t.Errorf("%d stacks, the last one %+v", len(all), all[len(all)-1])
	}
}

// TestNoSuchPipeline: a pipeline that there is not is named as such.
func TestNoSuchPipeline(t *testing.T) {
	cfg := piped(t)
	for name, want := range map[string]string{
		"pipeline-3": "-workload pipeline-3: there is no such pipeline; want pipeline, or pipeline-1 to pipeline-2",
		"pipelines":  "-workload pipelines: there is no such workload",
	} {
		if _, err := NewPlan(cfg, []string{name}, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	cfg.Rollout.Pipeline = nil
	for _, name := range []string{"pipeline", "pipeline-1"} {
		want := "-workload " + name + ": the configuration has no rollout.pipeline"
		if _, err := NewPlan(cfg, []string{name}, nil); err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}

// TestPathInRepository: the pipeline reads the file by its path from the module, whatever the path of the checkout.
func TestPathInRepository(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for file, want := range map[string]string{
		"backup.yaml": "backup.yaml", "./a/b.yaml": "a/b.yaml", filepath.Join(dir, "a", "b.yaml"): "a/b.yaml", "../b.yaml": "b.yaml",
		"/elsewhere/c.yaml": "c.yaml",
	} {
		var said strings.Builder
		got := Options{Config: file, Stderr: &said}.inRepository()
		if outside := strings.HasPrefix(file, "..") || strings.HasPrefix(file, "/elsewhere"); got != want || (said.Len() > 0) != outside {
			t.Errorf("%s: got %s, want %s; said %q", file, got, want, said.String())
		}
	}
}

// TestCLIVersion: it is one version; with a range, a pipeline would change by itself.
func TestCLIVersion(t *testing.T) {
	for version, ok := range map[string]bool{"2.1148.1": true, "^2.1148.1": false, "latest": false, "": false} {
		manifest := fstest.MapFS{"package.json": {Data: []byte(`{"devDependencies": {"aws-cdk": "` + version + `"}}`)}}
		got, err := cliVersion(manifest)
		if ok != (err == nil) || ok && got != version {
			t.Errorf("%q: got %q, %v", version, got, err)
		}
	}
	if _, err := cliVersion(fstest.MapFS{}); err == nil {
		t.Error("no error without the file")
	}
}
