package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"central-s3-backup/internal/alerting"
)

const (
	// pollEvery is the wait between two looks at the log.
	pollEvery = 2 * time.Second
	// skew is how far the clock of this machine may be ahead of AWS's.
	skew = 5 * time.Minute
)

// errNoLogGroup says that the log group does not exist. The first line of the function creates it.
var errNoLogGroup = errors.New("there is no such log group")

// functionLog is the log of the alert function.
type functionLog struct {
	client *cloudwatchlogs.Client
	group  string
}

// outcomes are what became of a test event, by the names of the destinations.
type outcomes map[string]alerting.Outcome

// watch reads the log until it says what became of a test event, or until the timeout has passed since
// the event was sent. The function writes one line for all destinations, after all of its attempts. That
// line ends the watch: a later attempt of the queue is not waited for. errNoLogGroup is returned only
// after the timeout.
func (l functionLog) watch(ctx context.Context, clock clock, marker string, sent time.Time, timeout time.Duration) (outcomes, error) {
	for {
		left := sent.Add(timeout).Sub(clock.now())
		clock.sleep(min(pollEvery, left))
		found, err := l.read(ctx, marker, sent.Add(-skew))
		if len(found) > 0 || err != nil && !errors.Is(err, errNoLogGroup) || left <= pollEvery {
			return found, err
		}
	}
}

// read returns what the log says of a test event; nothing if it does not mention the event. If the
// function tried several times, one success for a destination is enough.
func (l functionLog) read(ctx context.Context, marker string, since time.Time) (outcomes, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(l.client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  aws.String(l.group),
		FilterPattern: aws.String(`"` + marker + `"`),
		StartTime:     aws.Int64(since.UnixMilli()),
	})
	found := outcomes{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if _, absent := errors.AsType[*types.ResourceNotFoundException](err); absent {
			return nil, errNoLogGroup
		}
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			var line alerting.LogLine
			if json.Unmarshal([]byte(aws.ToString(event.Message)), &line) != nil || line.Resource != marker {
				continue // another line that mentions the marker
			}
			for destination, outcome := range line.Destinations {
				if !found[destination].Arrived() {
					found[destination] = outcome
				}
			}
		}
	}
	return found, nil
}
