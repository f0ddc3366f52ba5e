package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"central-s3-backup/config"
	"central-s3-backup/internal/cloudassembly"
	"central-s3-backup/stacks"
)

// plan is which stacks of a configuration are synthesized.
type plan []plannedStack

type plannedStack struct {
	name, account, region string
	resources             int  // how many it has
	function              bool // the stack has the function that delivers alerts
	build                 func(app awscdk.App) error
}

// resources lists those of each stack.
func (p plan) resources() []int {
	list := make([]int, len(p))
	for i, s := range p {
		list[i] = s.resources
	}
	return list
}

// choose plans the stacks of the named workloads, or all where none is named: those of the central
// account first, as they must be deployed (F-COPY-14).
func choose(cfg *config.Config, ids []string) (plan, error) {
	all := []string{config.CentralID}
	byID := map[string]plan{config.CentralID: central(cfg)}
	for _, w := range cfg.Workloads {
		all = append(all, w.ID())
		byID[w.ID()] = plan{{
			cfg.StackName(w), w.Account, w.Region, cfg.StackResources(w), false,
			func(app awscdk.App) error {
				stacks.NewWorkloadStack(app, jsii.String(cfg.StackName(w)), &stacks.WorkloadStackProps{Config: cfg, Workload: w})
				return nil
			},
		}}
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		if _, known := byID[id]; !known {
			return nil, fmt.Errorf("-workload %s: there is no such workload%s; want NAME-ENV of a workload, or central", id, config.DidYouMean(id, all))
		}
		wanted[id] = true
	}
	var p plan
	for _, id := range all {
		if len(ids) == 0 || wanted[id] {
			p = append(p, byID[id]...)
		}
	}
	return p, nil
}

// central plans the stacks of the central account: its own, and those with alarms that it has no room for.
func central(cfg *config.Config) plan {
	at := cfg.Central
	delivered := len(cfg.Alerts.Delivered()) > 0
	p := plan{{
		cfg.CentralStackName(), at.Account, at.Region, cfg.CentralResources(), delivered,
		func(app awscdk.App) error { return buildCentral(app, cfg, delivered) },
	}}
	for i, alarms := range cfg.CopyAlarms()[1:] {
		n := i + 2
		p = append(p, plannedStack{
			cfg.CopyAlarmsStackName(n), at.Account, at.Region, len(alarms), false,
			func(app awscdk.App) error {
				stacks.NewCopyAlarmsStack(app, jsii.String(cfg.CopyAlarmsStackName(n)), &stacks.CopyAlarmsStackProps{Config: cfg, Number: n})
				return nil
			},
		})
	}
	return p
}

func buildCentral(app awscdk.App, cfg *config.Config, delivered bool) error {
	function := ""
	if delivered {
		dir, err := functionPackage(cfg)
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // the CDK has a copy of it
		function = dir
	}
	stacks.NewCentralStack(app, jsii.String(cfg.CentralStackName()), &stacks.CentralStackProps{Config: cfg, Function: function})
	return nil
}

// synthesize writes the cloud assembly. Templates are the same under the CDK CLI and without it:
// what the CLI's context says of metadata does not count. built is called after each stack.
func synthesize(p plan, out string, nag bool, built func()) error {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(out),
		AnalyticsReporting: jsii.Bool(false),
		TreeMetadata:       jsii.Bool(false),
		PostCliContext: &map[string]any{
			"aws:cdk:enable-path-metadata":       false,
			"aws:cdk:disable-logicalId-metadata": true, // a path for each logical id, which says the same
		},
	})
	if nag {
		awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
	}
	for _, s := range p {
		if err := s.build(app); err != nil {
			return err
		}
		built()
	}
	app.Synth(nil)
	return nil
}

// checkOut makes the directory, and refuses one that cannot be written to or that has files that
// are not a cloud assembly, some of which would be lost.
func checkOut(dir string) error {
	if dir == "" {
		return errors.New("-out: want the name of a directory")
	}
	entries, err := os.ReadDir(dir)
	others := func(e fs.DirEntry) bool { return !isUnfinished(e) }
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o755)
	case err == nil && slices.ContainsFunc(entries, others) && !slices.ContainsFunc(entries, isAssemblyMark):
		return fmt.Errorf("-out %s: holds files that are not a cloud assembly, and could lose some of them; name a new or empty directory", dir)
	}
	for _, e := range entries {
		if err == nil && isUnfinished(e) { // left by a run that was killed
			err = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	var probe *os.File
	if err == nil {
		probe, err = os.CreateTemp(dir, "writable")
	}
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		return fmt.Errorf("-out %s: cannot be written to: %w", dir, err)
	}
	return nil
}

// unfinished starts the names of directories in which an assembly is not complete yet.
const unfinished = ".unfinished-"

func isUnfinished(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), unfinished) }

func isAssemblyMark(e fs.DirEntry) bool {
	return e.Name() == cloudassembly.MarkFile && e.Type().IsRegular()
}

// stacksIn lists the stacks that the manifest of a cloud assembly names; without a manifest, none.
func stacksIn(dir string) []string {
	var manifest struct {
		Artifacts map[string]struct{ Type string }
	}
	text, err := os.ReadFile(filepath.Join(dir, cloudassembly.ManifestFile))
	if err != nil || json.Unmarshal(text, &manifest) != nil {
		return nil
	}
	var stacks []string
	for name, artifact := range manifest.Artifacts {
		if artifact.Type == "aws:cloudformation:stack" {
			stacks = append(stacks, name)
		}
	}
	return stacks
}

// removeStale removes the templates of stacks that an earlier run wrote and this one did not.
func removeStale(earlier []string, p plan, dir string) error {
	for _, stack := range earlier {
		if slices.ContainsFunc(p, func(s plannedStack) bool { return s.name == stack }) {
			continue
		}
		for _, suffix := range []string{".template.json", ".assets.json"} {
			if err := os.Remove(filepath.Join(dir, stack+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
