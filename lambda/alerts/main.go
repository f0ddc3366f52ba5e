// Command alerts is the Lambda function of the central account that notifies Slack, PagerDuty, Microsoft Teams, webhooks
// and topics of failed jobs, missing backups and tampering. It reads EventBridge events from a queue.
//
// On your own machine, go run ./lambda/alerts -event FILE delivers one event from a file. With
// -dry-run it prints what each destination would receive.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/deliver"
	"central-s3-backup/lambda/alerts/internal/secret"
)

// Exit codes.
const (
	exitDone  = 0
	exitWrong = 1 // the environment or the command line is wrong, or the delivery failed
)

const (
	// margin is the time at the end of an invocation that is kept to report which alerts failed.
	margin = time.Second
	// localTime is the time limit of a delivery from a file.
	localTime = time.Minute
)

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program. Nothing below it reads the environment, prints, or exits. In Lambda it
// returns only if the environment is wrong.
func run(args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := start(args, getenv, stdin, stdout, stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "alerts:", err)
		return exitWrong
	}
	return exitDone
}

func start(args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("alerts", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("event", "", "deliver the EventBridge event in `FILE`; - reads standard input")
	dryRun := flags.Bool("dry-run", false, "print what each destination would receive, and deliver nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	inLambda := getenv("AWS_LAMBDA_RUNTIME_API") != ""
	if !inLambda && (*file == "" || flags.NArg() > 0) {
		return errors.New("want -event FILE; -h lists the flags")
	}

	destinations, err := deliver.Parse(getenv(alerting.DestinationsVariable))
	if err != nil {
		return fmt.Errorf("%s: %w", alerting.DestinationsVariable, err)
	}
	fleet, err := readFleet(getenv)
	if err != nil {
		return fmt.Errorf("%s: %w", alerting.FleetVariable, err)
	}
	if inLambda {
		deliverer, err := newDeliverer(destinations, stderr)
		if err != nil {
			return err
		}
		lambda.Start(handler(deliverer, fleet)) // does not return
		return nil
	}

	event, err := readEvent(*file, stdin)
	if err != nil {
		return err
	}
	a := fleet.Read(event)
	if *dryRun {
		return preview(stdout, destinations, a)
	}
	deliverer, err := newDeliverer(destinations, stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), localTime)
	defer cancel()
	if failed := deliverer.Deliver(ctx, []deliver.Record{{ID: "local", Alert: a}}); len(failed) > 0 {
		return errors.New("not every destination accepted the alert")
	}
	return nil
}

// readFleet reads the file that is packed beside the function.
func readFleet(getenv func(string) string) (*alert.Fleet, error) {
	file := getenv(alerting.FleetVariable)
	if file == "" {
		file = filepath.Join(getenv("LAMBDA_TASK_ROOT"), alerting.FleetFile)
	}
	document, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	fleet, err := alert.ReadFleet(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return fleet, nil
}

func readEvent(file string, stdin io.Reader) (string, error) {
	var event []byte
	var err error
	if file == "-" {
		event, err = io.ReadAll(stdin)
	} else {
		event, err = os.ReadFile(file)
	}
	return string(event), err
}

func newDeliverer(destinations []alerting.Destination, logs io.Writer) (*deliver.Deliverer, error) {
	aws, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		return nil, err
	}
	return deliver.New(deliver.Props{
		Destinations: destinations,
		ReadSecret:   secret.Manager(secretsmanager.NewFromConfig(aws)),
		Transport:    http.DefaultTransport,
		AWS:          aws,
		Now:          time.Now,
		Log:          slog.New(slog.NewJSONHandler(logs, nil)),
	}), nil
}

// handler delivers a batch of the queue's messages and returns the ones that failed, so that the
// queue delivers them again. A message that a destination always refuses ends in the dead-letter
// queue, and the alarm of that queue goes into ALARM.
func handler(deliverer *deliver.Deliverer, fleet *alert.Fleet) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
			defer cancel()
		}
		records := make([]deliver.Record, len(batch.Records))
		for i, message := range batch.Records {
			records[i] = deliver.Record{ID: message.MessageId, Alert: fleet.Read(message.Body)}
		}
		response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, id := range deliverer.Deliver(ctx, records) {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
		}
		return response, nil
	}
}

// preview prints what each destination would receive, one JSON document per request.
func preview(stdout io.Writer, destinations []alerting.Destination, a alert.Alert) error {
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	for _, to := range destinations {
		for _, message := range deliver.Messages(to, []alert.Alert{a}) {
			request := struct {
				Destination string `json:"destination"`
				Payload     any    `json:"payload"`
			}{to.String(), message.Payload}
			if err := encoder.Encode(request); err != nil {
				return err
			}
		}
	}
	return nil
}
