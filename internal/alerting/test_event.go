package alerting

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// The source and the detail type of a test event. Event rules match them.
const (
	TestSource     = "central-s3-backup"
	TestDetailType = "Alert Test"
)

// TestMessage is the message of a test event, for a person who sees the event and does not know of the test.
const TestMessage = "this is a test of the alerts: nothing is wrong"

// TestDetail is the detail of a test event.
type TestDetail struct {
	// Marker tells the event apart from other test events: see [NewMarker].
	Marker string `json:"marker"`
	// Workload whose account the event is sent in: its NAME-ENV, or central.
	Workload string `json:"workload"`
	// Message is [TestMessage].
	Message string `json:"message"`
}

const markerPrefix = "alert-test-"

var marker = regexp.MustCompile("^(" + markerPrefix + ")?[0-9a-f]{8}$")

// NewMarker returns a marker that nobody has used.
func NewMarker() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return markerPrefix + hex.EncodeToString(random[:])
}

// IsMarker says whether a text has the form of a marker.
func IsMarker(text string) bool { return marker.MatchString(text) }
