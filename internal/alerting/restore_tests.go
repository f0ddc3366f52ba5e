package alerting

// RestoreTestDetailType is the detail type of the events about restore tests, with the source [TestSource]. The function
// that validates restore tests sends them from the central account: AWS Backup has no event for the result of a
// validation (F-EVT-7).
const RestoreTestDetailType = "Restore Test"

// RestoreTestOutcome is what an event about a restore test reports.
type RestoreTestOutcome string

// The outcomes.
const (
	// RestoreTestSuccessful: the restored data is that of the recovery point.
	RestoreTestSuccessful RestoreTestOutcome = "successful"
	// RestoreTestFailed: it is not.
	RestoreTestFailed RestoreTestOutcome = "failed"
	// RestoreTestNotValidated: the restore completed, and nothing was compared.
	RestoreTestNotValidated RestoreTestOutcome = "notValidated"
	// RestoreTestMissing: no test of the bucket was validated within the time that its schedule allows.
	RestoreTestMissing RestoreTestOutcome = "missing"
)

// RestoreTestDetail is the detail of an event about a restore test. All fields are texts, as in AWS's events.
type RestoreTestDetail struct {
	// Outcome of the test.
	Outcome RestoreTestOutcome `json:"outcome"`
	// Message says what was found, in one or two sentences.
	Message string `json:"message"`
	// Plan is the workload of the restore testing plan, or "central" for the plan that tests copies.
	Plan string `json:"plan"`
	// Bucket that was backed up, and the account and the Region of the plan.
	Bucket  string `json:"bucket"`
	Account string `json:"account"`
	Region  string `json:"region"`
	// RestoreJobID, RecoveryPointARN and Evidence, an S3 URI. Empty: there was no test.
	RestoreJobID     string `json:"restoreJobId,omitempty"`
	RecoveryPointARN string `json:"recoveryPointArn,omitempty"`
	Evidence         string `json:"evidence,omitempty"`
	// Slow is "true" if the restore took longer than the tier's recovery time objective.
	Slow string `json:"slow,omitempty"`
}
