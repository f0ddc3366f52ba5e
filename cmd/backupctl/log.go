package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const (
	// pollEvery is the wait between two looks at the log.
	pollEvery = 2 * time.Second
	// skew is how far the clock of this machine may be ahead of AWS's.
	skew = 5 * time.Minute
)

// errNoLogGroup is for a log group that does not exist, or not yet: the function's first line may create it.
var errNoLogGroup = errors.New("there is no such log group")

// functionLog is the log of the alerts function.
type functionLog struct {
	client *cloudwatchlogs.Client
	group  string
}

// outcomes are what became of a test at each destination, by "KIND SECRET", in the function's words.
type outcomes map[string]string

// took says whether a destination took the test.
func (o outcomes) took(destination string) bool {
	return o[destination] == "told" || o[destination] == "told before"
}

// logLine is what matters of a line that the alerts function writes about an alert.
type logLine struct {
	Resource     string   `json:"resource"` // of a test: its marker
	Destinations outcomes `json:"destinations"`
}

// watch looks at the log until it says what became of a test, or the timeout has passed since the test
// was sent. The function writes one line for all destinations, after tries of its own: that line ends
// the watch, and what the queue delivers again later is not waited for. errNoLogGroup is returned only
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

// read returns what the log says of a test, nothing where it does not mention it. Where the function
// tried several times, it is enough that a destination took it once.
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
			var line logLine
			if json.Unmarshal([]byte(aws.ToString(event.Message)), &line) != nil || line.Resource != marker {
				continue // something else that mentions it
			}
			for destination, outcome := range line.Destinations {
				if !found.took(destination) {
					found[destination] = outcome
				}
			}
		}
	}
	return found, nil
}
