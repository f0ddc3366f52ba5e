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

// Run publishes a test message on the e-mail topics, sends a test event to the other destinations, and prints what became of
// them. If a destination did not receive it, the error says where to look next.
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
	emails := cfg.Alerts.Subscribers()
	reached := config.Partition(source.region) == config.Partition(central.region)
	switch {
	case len(d.destinations)+len(emails) == 0:
		return fmt.Errorf("%s: alerts: there is nothing to test: nobody is notified; "+
			"want email, slack, pagerduty, teams, webhook or topics", c.Config)
	case !reached && len(emails) == 0:
		return fmt.Errorf("%s: alerts: there is nothing to test from %s: events do not leave its partition, %s; want email",
			c.Config, source.owner, config.Partition(source.region))
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
	var failure error
	if len(emails) > 0 {
		failure = sendEmails(ctx, stdout, topicsOf(cfg, source, central, sourceConfig, centralConfig), d.marker, emails)
	}
	if reached && len(d.destinations) > 0 {
		failure = errors.Join(failure, c.deliver(ctx, clock, stdout, d, sourceConfig, centralConfig))
	}
	return failure
}

// deliver sends a test event the way that alerts take to all destinations but e-mail, and prints what became of it.
func (c *alertTest) deliver(
	ctx context.Context, clock clock, stdout io.Writer, d drill, sourceConfig, centralConfig aws.Config,
) error {
	sent := clock.now()
	if err := send(ctx, eventbridge.NewFromConfig(sourceConfig), d.marker, d.source.owner); err != nil {
		return fmt.Errorf("the default bus of %s did not accept the event: %w", d.source, err)
	}
	fmt.Fprintf(stdout, "sent %s to the default bus of %s\n", d.marker, d.source)

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
