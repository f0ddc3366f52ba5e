package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"central-s3-backup/config"
)

// everything is the value of --workload that stands for all accounts.
const everything = "all"

// preflight is the command preflight.
type preflight struct {
	CentralProfile string `placeholder:"NAME" help:"AWS profile for the central account ${noProfile}."`
	Workload       string `default:"all" placeholder:"NAME-ENV" help:"A workload, or central, or all (default: ${default})."`
	Fix            bool   `help:"Turn on the opt-in of S3, the service-linked role and EventBridge of buckets. Asks first."`
	Yes            bool   `help:"With --fix: do not ask."`
	DryRun         bool   `help:"With --fix: say what it would do, and change nothing."`
	backupFlags
}

// checking is one run of preflight.
type checking struct {
	command *preflight
	cfg     *config.Config
	now     time.Time
	report  preflightReport
	// fixes are what --fix does.
	fixes []fix
}

var (
	errYesAlone = errors.New("--yes belongs to --fix; without it, preflight changes nothing")
	errNotYes   = errors.New("nothing was changed: the answer is not yes; write --yes where nobody can answer")
)

// preflightReport is what --output json prints.
type preflightReport struct {
	Findings []finding `json:"findings"`
	Wrong    int       `json:"wrong"`
	Unknown  int       `json:"unknown"`
	DryRun   bool      `json:"dryRun,omitempty"`
}

// fix is a change that --fix makes. finding is the index of what it mends.
type fix struct {
	finding int
	what    string
	account account
	do      func(ctx context.Context) error
}

// Validate finds mistakes in the flags that kong does not know of.
func (c *preflight) Validate() error {
	if c.Yes && !c.Fix {
		return errYesAlone
	}
	return nil
}

// Run looks at what backups and restores need, and says what is wrong.
func (c *preflight) Run(clock clock, stdin io.Reader, streams streams) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	r := &checking{command: c, cfg: cfg, now: clock.now(), report: preflightReport{Findings: []finding{}, DryRun: c.DryRun}}
	places, err := r.places()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(context.Background(), "run the same command again")
	defer stop()
	if err := r.run(ctx, clock, places, stdin, streams); err != nil {
		return causeOf(ctx, err)
	}
	return nil
}

// places are the accounts to look at.
func (r *checking) places() ([]*place, error) {
	c := r.command
	var places []*place
	for _, w := range r.cfg.Workloads {
		if c.Workload == everything || c.Workload == w.ID() {
			places = append(places, &place{checking: r, account: workloadAccount(r.cfg, w, c.Profile), workload: &w})
		}
	}
	if c.Workload == everything || c.Workload == config.CentralID {
		for _, region := range r.cfg.CentralRegions() {
			places = append(places, &place{checking: r, account: centralAccountIn(r.cfg, region, c.CentralProfile)})
		}
	}
	if len(places) == 0 {
		var ids []string
		for _, w := range r.cfg.Workloads {
			ids = append(ids, w.ID())
		}
		return nil, fmt.Errorf("--workload %s: there is no such workload%s; want NAME-ENV, central or all", c.Workload,
			config.DidYouMean(c.Workload, append(ids, config.CentralID, everything)))
	}
	if c.Workload != everything {
		in := slices.DeleteFunc(slices.Clone(places), func(p *place) bool { return p.account.region != c.Region })
		if len(in) > 0 { // one of several Regions of the central account
			return in, nil
		}
		return places, c.checkRegion(places[0].account)
	}
	return places, nil
}

func (r *checking) run(ctx context.Context, clock clock, places []*place, stdin io.Reader, streams streams) error {
	for _, p := range places {
		err := p.connect(ctx, clock)
		if err != nil && (r.command.Workload != everything || ctx.Err() != nil) {
			return err
		}
		if err != nil { // one profile is of one account: the others stay unknown
			p.add(finding{Result: resultUnknown, Subject: "the account", What: err.Error() + "; nothing was looked at"})
			continue
		}
		if err := p.look(ctx); err != nil {
			return err
		}
	}
	refused := r.fix(ctx, stdin, streams.stderr)
	if ctx.Err() != nil {
		return refused
	}
	r.print(streams.stdout)
	switch {
	case refused != nil:
		return refused
	case r.report.Wrong > 0:
		return fmt.Errorf("%s wrong", count(r.report.Wrong, "finding is", "findings are"))
	}
	return nil
}

// fix makes the changes of --fix, once somebody has agreed.
func (r *checking) fix(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	if !r.command.Fix || len(r.fixes) == 0 {
		return nil
	}
	verb := "to do"
	if r.command.DryRun {
		verb = "would do"
	}
	for _, f := range r.fixes {
		fmt.Fprintf(stderr, "%s: %s\n", verb, f.what)
	}
	if r.command.DryRun {
		return nil
	}
	if !r.command.Yes {
		fmt.Fprint(stderr, "Type yes to do this: ")
		answer, _ := bufio.NewReader(stdin).ReadString('\n') // an answer that ends early is no yes
		if strings.TrimSpace(answer) != "yes" {
			return errNotYes
		}
	}
	for _, f := range r.fixes {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		whole, done := uninterrupted(ctx)
		err := f.do(whole)
		done()
		found := &r.report.Findings[f.finding]
		if err != nil {
			found.NotFixed = f.account.lacks(err).Error()
			continue
		}
		found.Result, found.Fixed, found.Mend = resultOK, f.what, ""
	}
	return nil
}

// print prints the findings.
func (r *checking) print(stdout io.Writer) {
	for _, f := range r.report.Findings {
		switch f.Result {
		case resultWrong:
			r.report.Wrong++
		case resultUnknown:
			r.report.Unknown++
		}
	}
	if r.command.Output == "json" {
		text, _ := json.MarshalIndent(&r.report, "", "  ") // of texts and numbers
		fmt.Fprintln(stdout, string(text))
		return
	}
	for _, f := range r.report.Findings {
		fmt.Fprintln(stdout, f)
	}
}
