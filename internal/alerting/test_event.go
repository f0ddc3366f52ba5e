package alerting

// The source and the detail type of a test event. Event rules match them.
const (
	TestSource     = "central-s3-backup"
	TestDetailType = "Alert Test"
)

// TestDetail is the detail of a test event.
type TestDetail struct {
	// Marker tells the event apart from other test events.
	Marker string `json:"marker"`
	// Workload whose account the event is sent in: its NAME-ENV, or central.
	Workload string `json:"workload"`
	// Message is for a person who sees the event and does not know of the test.
	Message string `json:"message"`
}
