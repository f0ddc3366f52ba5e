package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"central-s3-backup/config"
	"central-s3-backup/internal/alerting"
)

// alertTest is the command alert-test.
type alertTest struct {
	Config         string        `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
	Workload       string        `default:"central" placeholder:"NAME-ENV" help:"Send from this workload's account (default: ${default})."`
	Profile        string        `placeholder:"NAME" help:"AWS profile for that account ${noProfile}."`
	CentralProfile string        `placeholder:"NAME" help:"AWS profile to read the log in the central account ${noProfile}."`
	Timeout        time.Duration `default:"3m" placeholder:"TIME" help:"Wait at most this long, such as 90s (default: ${default})."`
}

// Run sends a test event and prints what became of it. If a destination did not receive it, the error
// says where to look next.
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
	d := drill{alerting.NewMarker(), destinations(cfg.Alerts), source, central, cfg.AlertLogGroup(), cfg.UndeliveredName()}
	if len(d.destinations) == 0 {
		return fmt.Errorf(
			"%s: alerts: no destination would receive a test event; want slack, pagerduty, teams, webhook or topics; e-mails take another way",
			c.Config,
		)
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
		return fmt.Errorf("the default bus of %s did not accept the event: %w", source, err)
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

// accounts returns the account that the event is sent in, and the central account. If they are the same
// and only one profile is given, it is used for both.
func (c *alertTest) accounts(cfg *config.Config) (source, central account, err error) {
	central = centralAccount(cfg, c.CentralProfile)
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
			if !cfg.Reached(w) {
				return source, central, fmt.Errorf("--workload %s: events do not leave its partition, %s, so no destination but e-mail receives "+
					"anything of it, and the topic of its own account sends that; want a workload in the partition of %s, or central",
					c.Workload, config.Partition(w.Region), cfg.Central.Region)
			}
			return workloadAccount(cfg, w, c.Profile), central, nil
		}
		known = append(known, w.ID())
	}
	return source, central, fmt.Errorf("--workload %s: there is no such workload%s; want NAME-ENV of a workload, or central",
		c.Workload, config.DidYouMean(c.Workload, known))
}

// destinations are the names of the destinations in the function's log, each once, in file order.
func destinations(alerts config.Alerts) []string {
	var all []string
	for _, d := range alerts.Delivered() {
		if name := d.String(); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// send puts a test event on the default bus.
func send(ctx context.Context, bus *eventbridge.Client, marker, workload string) error {
	detail, err := json.Marshal(alerting.TestDetail{Marker: marker, Workload: workload, Message: alerting.TestMessage})
	if err != nil {
		return err
	}
	answer, err := bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String("default"),
		Source:       aws.String(alerting.TestSource),
		DetailType:   aws.String(alerting.TestDetailType),
		Detail:       aws.String(string(detail)),
	}}})
	if err != nil {
		return plain(err)
	}
	if answer.FailedEntryCount > 0 {
		entry := answer.Entries[0] // there are as many as were sent
		return fmt.Errorf("%s: %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
	}
	return nil
}
