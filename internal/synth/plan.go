package synth

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"central-s3-backup/config"
	"central-s3-backup/stacks"
)

// Plan is which stacks of a configuration a run synthesizes.
type Plan struct {
	cfg       *config.Config
	workloads []string // as [NewPlan] got them
	sources   fs.FS    // of the module, for its programs
	stacks    []stack
	pipelines []pipeline

	programs programs // since Prepare

	createsOut bool // Options.Out was not there before Prepare
}

// stack is one of the plan's.
type stack struct {
	id                    string // of the workload, or central
	name, account, region string
	environment           string                                                                   // of the workload
	wave                  *int                                                                     // nil: no wave deploys it
	approval              bool                                                                     // a person approves before it is deployed
	resources             int                                                                      // how many it will have
	functions             []function                                                               // that it deploys
	build                 func(scope awsconstructs.Construct, id *string, programs programs) error // id is the name
}

// NewPlan plans the stacks of the workloads that are named, each by NAME-ENV or by the name of its stack, or as central those
// of the central account in all its Regions. Without names it plans all of them. Those of the central account come first, as
// they must be deployed first (F-COPY-14). sources are those of the module: the functions of the stacks are built from them.
func NewPlan(cfg *config.Config, workloads []string, sources fs.FS) (*Plan, error) {
	all := centralStacks(cfg)
	for _, w := range cfg.Workloads {
		all = append(all, workloadStack(cfg, w))
	}
	waves := map[string]*int{config.CentralID: new(int)}
	for i, wave := range cfg.Waves() {
		for _, id := range wave {
			waves[id] = new(i + 1)
		}
	}
	pipelines := pipelinesOf(cfg)
	for _, name := range workloads {
		isPipeline := slices.ContainsFunc(pipelines, func(p pipeline) bool { return p.is(name) })
		if !isPipeline && !slices.ContainsFunc(all, func(s stack) bool { return s.is(name) }) {
			if err := noSuchPipeline(name, pipelines); err != nil {
				return nil, err
			}
			return nil, noSuchWorkload(name, all)
		}
	}
	p := &Plan{cfg: cfg, workloads: workloads, sources: sources}
	for _, one := range pipelines {
		if len(workloads) == 0 || slices.ContainsFunc(workloads, one.is) {
			p.pipelines = append(p.pipelines, one)
		}
	}
	for _, s := range all {
		if len(workloads) == 0 || slices.ContainsFunc(workloads, s.is) {
			s.wave, s.approval = waves[s.id], cfg.ApprovedBefore(s.id)
			p.stacks = append(p.stacks, s)
		}
	}
	return p, nil
}

// is says whether a name of the command line means the stack.
func (s stack) is(name string) bool { return name == s.id || name == s.name }

// maxListed is how many workloads a message lists.
const maxListed = 20

// noSuchWorkload is the error of a name that no stack has.
func noSuchWorkload(name string, all []stack) error {
	var ids []string
	for _, s := range all {
		if !slices.Contains(ids, s.id) {
			ids = append(ids, s.id)
		}
	}
	listed := strings.Join(ids[:min(len(ids), maxListed)], ", ")
	if more := len(ids) - maxListed; more > 0 {
		listed += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Errorf("-workload %s: there is no such workload%s; want one of %s", name, config.DidYouMean(name, ids), listed)
}

// stack describes the stack with so many resources.
func (s stack) stack(resources int) Stack {
	return Stack{s.id, s.name, s.account, s.region, s.environment, s.wave, s.approval, resources}
}

func workloadStack(cfg *config.Config, w config.Workload) stack {
	return stack{
		id: w.ID(), environment: w.Environment,
		name: cfg.StackName(w), account: w.Account, region: w.Region, resources: cfg.StackResources(w),
		build: func(scope awsconstructs.Construct, id *string, _ programs) error {
			stacks.NewWorkloadStack(scope, id, &stacks.WorkloadStackProps{Config: cfg, Workload: w})
			return nil
		},
	}
}

// centralStacks are the central stack, those of the central account's other Regions, and those with the copy alarms that
// the first has no room for.
func centralStacks(cfg *config.Config) []stack {
	at, functions := cfg.Central, functionsOf(cfg)
	all := []stack{{
		id:   config.CentralID,
		name: cfg.CentralStackName(), account: at.Account, region: at.Region, resources: cfg.CentralResources(), functions: functions,
		build: func(scope awsconstructs.Construct, id *string, programs programs) error {
			dirs := map[string]string{} // by name
			for _, f := range functions {
				dir, err := f.pack(cfg, programs[f.name])
				if err != nil {
					return err
				}
				defer os.RemoveAll(dir) //nolint:errcheck // the CDK has copied it
				dirs[f.name] = dir
			}
			stacks.NewCentralStack(scope, id, &stacks.CentralStackProps{
				Config: cfg, AlertFunction: dirs[alertFunction.name], Validator: dirs[validator.name],
			})
			return nil
		},
	}}
	for _, region := range cfg.CentralRegions()[1:] {
		all = append(all, stack{
			id:   config.CentralID,
			name: cfg.CentralStackNameIn(region), account: at.Account, region: region, resources: cfg.CentralRegionResources(region),
			build: func(scope awsconstructs.Construct, id *string, _ programs) error {
				stacks.NewCentralRegionStack(scope, id, &stacks.CentralRegionStackProps{Config: cfg, Region: region})
				return nil
			},
		})
	}
	for i, alarms := range cfg.CopyAlarms()[1:] {
		number := i + 2
		all = append(all, stack{
			id:   config.CentralID,
			name: cfg.CopyAlarmsStackName(number), account: at.Account, region: at.Region, resources: len(alarms),
			build: func(scope awsconstructs.Construct, id *string, _ programs) error {
				stacks.NewCopyAlarmsStack(scope, id, &stacks.CopyAlarmsStackProps{Config: cfg, Number: number})
				return nil
			},
		})
	}
	return all
}

// resources lists how many resources each stack will have.
func (p *Plan) resources() []int {
	list := make([]int, len(p.stacks))
	for i, s := range p.stacks {
		list[i] = s.resources
	}
	return list
}

// needs are the programs that the run builds: the functions of the stacks, also of those in stages, and what synthesizes pipelines.
func (p *Plan) needs() []program {
	var functions []function
	for _, s := range p.stacks {
		functions = append(functions, s.functions...)
	}
	var all []program
	if len(p.pipelines) > 0 {
		all = append(all, pipelineProgram)
	}
	if slices.ContainsFunc(p.pipelines, func(p pipeline) bool { return p.part.First() }) {
		functions = append(functions, functionsOf(p.cfg)...)
	}
	for _, f := range functions {
		if !slices.ContainsFunc(all, func(other program) bool { return other.name == f.name }) {
			all = append(all, f.program)
		}
	}
	return all
}

func (p *Plan) has(name string) bool {
	return slices.ContainsFunc(p.all(), func(s stack) bool { return s.name == name })
}

// all are the stacks at the top level of the assembly: those of pipelines come last.
func (p *Plan) all() []stack {
	all := slices.Clone(p.stacks)
	for _, one := range p.pipelines {
		all = append(all, one.stacks...)
	}
	return all
}
