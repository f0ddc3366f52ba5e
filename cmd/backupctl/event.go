package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// The event by which the alerts function knows a test.
const (
	testSource     = "central-s3-backup"
	testDetailType = "Alert Test"
)

// testDetail is the detail of a test event.
type testDetail struct {
	// Marker tells it from other tests.
	Marker string `json:"marker"`
	// Workload is NAME-ENV, or central.
	Workload string `json:"workload"`
	// Message is for whoever sees the event without knowing of the test.
	Message string `json:"message"`
}

// newMarker makes a marker that nobody has used.
func newMarker() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return "alert-test-" + hex.EncodeToString(random[:])
}

// send puts a test event on the default bus.
func send(ctx context.Context, bus *eventbridge.Client, marker, workload string) error {
	detail, err := json.Marshal(testDetail{marker, workload, "this is a test of the alerts: nothing is wrong"})
	if err != nil {
		return err
	}
	answer, err := bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String("default"),
		Source:       aws.String(testSource),
		DetailType:   aws.String(testDetailType),
		Detail:       aws.String(string(detail)),
	}}})
	if err != nil {
		return plain(err)
	}
	if answer.FailedEntryCount > 0 {
		entry := answer.Entries[0] // as many as were sent
		return fmt.Errorf("%s: %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
	}
	return nil
}
