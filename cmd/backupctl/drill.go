package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"central-s3-backup/config"
)

// alertTest is the command alert-test.
type alertTest struct {
	Config         string        `default:"backup.yaml" placeholder:"FILE" help:"The file to read (default: backup.yaml)."`
	Workload       string        `default:"central" placeholder:"NAME-ENV" help:"Send the event in the account of that workload (default: central, for the central account)."`
	Profile        string        `placeholder:"NAME" help:"AWS profile for the account that the event is sent in (default: the default credentials)."`
	CentralProfile string        `placeholder:"NAME" help:"AWS profile for the central account, whose log says who took it (default: the default credentials)."`
	Timeout        time.Duration `default:"3m" placeholder:"TIME" help:"How long to watch, such as 90s or 5m (default: 3m)."`
}

// Run sends a test and says what became of it. Where not every destination took it, the error says
// where to look next.
func (c *alertTest) Run(clock clock, stdout io.Writer) error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout: got %s; want more than 0s", c.Timeout)
	}
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	source, central, err := c.accounts(cfg)
	if err != nil {
		return err
	}
	d := drill{newMarker(), destinations(cfg.Alerts), source, central, cfg.AlertLogGroup(), cfg.UndeliveredName()}
	if len(d.destinations) == 0 {
		return fmt.Errorf("%s: alerts: nothing would deliver a test; want slack or pagerduty; email goes another way", c.Config)
	}

	ctx := context.Background()
	sourceConfig, err := source.connect(ctx)
	if err != nil {
		return fmt.Errorf("nothing was sent: %w", err)
	}
	centralConfig, err := central.connect(ctx)
	if err != nil {
		return fmt.Errorf("nothing was sent: %w", err)
	}
	sent := clock.now()
	if err := send(ctx, eventbridge.NewFromConfig(sourceConfig), d.marker, source.owner); err != nil {
		return fmt.Errorf("the default bus of %s did not take the event: %w", source, err)
	}
	fmt.Fprintf(stdout, "sent %s to the default bus of %s\n", d.marker, source)

	log := functionLog{cloudwatchlogs.NewFromConfig(centralConfig), d.logGroup}
	found, err := log.watch(ctx, clock, d.marker, sent, c.Timeout)
	switch {
	case len(found) > 0:
		return d.seen(stdout, found, clock.now().Sub(sent))
	case err == nil || errors.Is(err, errNoLogGroup):
		return d.unseen(err, c.Timeout)
	}
	return d.unreadable(err)
}

// accounts are the account that the event is sent in, and the central account. Where they are the
// same, a profile that is given for one of them is for both.
func (c *alertTest) accounts(cfg *config.Config) (source, central account, err error) {
	central = account{
		owner: config.CentralID, stack: cfg.CentralStackName(), id: cfg.Central.Account, region: cfg.Central.Region,
		flag: "--central-profile", profile: c.CentralProfile,
	}
	if c.Workload == config.CentralID {
		source = central
		if c.Profile != "" {
			source.flag, source.profile = "--profile", c.Profile
		}
		if c.CentralProfile == "" {
			central = source
		}
		return source, central, nil
	}
	known := []string{config.CentralID}
	for _, w := range cfg.Workloads {
		if w.ID() == c.Workload {
			source = account{
				owner: w.ID(), stack: cfg.StackName(w), id: w.Account, region: w.Region,
				flag: "--profile", profile: c.Profile,
			}
			return source, central, nil
		}
		known = append(known, w.ID())
	}
	return source, central, fmt.Errorf("--workload %s: there is no such workload%s; want NAME-ENV of a workload, or central", c.Workload, config.DidYouMean(c.Workload, known))
}

// destinations are those of the alerts function, as it names them in its log, each once.
func destinations(alerts config.Alerts) []string {
	var all []string
	for _, d := range alerts.Delivered() {
		if name := d.Kind + " " + d.Secret; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
