// Package restoretest has what the app and the function that validates restore tests both know: the file of the
// tests, the environment variables and the names of access points. It imports the standard library alone, since the
// function does.
package restoretest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	// TestsFile is the file beside the function that has the [Tests], as JSON.
	TestsFile = "tests.json"
	// TestsVariable is the environment variable that names another file, to try the function without deploying it.
	TestsVariable = "TESTS"
	// EvidenceVariable is the environment variable with the name of the bucket for evidence.
	EvidenceVariable = "EVIDENCE_BUCKET"
	// BusVariable is the environment variable with the ARN of the central event bus.
	BusVariable = "EVENT_BUS"
)

// Tests is what the function knows of the restore tests.
type Tests struct {
	// Project is the prefix of the names that the app chooses.
	Project string `json:"project"`
	// Plans are the restore testing plans, those of the workloads and that of the central account.
	Plans []Plan `json:"plans"`
}

// Plan is a restore testing plan (F-RST-11).
type Plan struct {
	// Name of the plan. AWS Backup adds a hyphen and an id to it in the plan's ARN.
	Name string `json:"name"`
	// Workload is its NAME-ENV, or "central" for the plan that tests copies.
	Workload string `json:"workload"`
	// Account and Region of the plan, its jobs and their buckets.
	Account string `json:"account"`
	Region  string `json:"region"`
	// RoleARN is the role that the function assumes in that account.
	RoleARN string `json:"roleArn"`
	// ExternalID that the role's trust policy asks for. Empty: it asks for none.
	ExternalID string `json:"externalId,omitempty"`
	// WithinHours is how many hours old the last validated test of a bucket may be: twice the longest time between
	// two runs of the schedule, and the time that a test takes. Zero: the daily check passes over the plan.
	WithinHours int `json:"withinHours"`
	// Buckets that the plan tests. A test of another bucket is validated too, without canaries and RTO.
	Buckets []Bucket `json:"buckets"`
}

// Bucket is a bucket whose restores are tested.
type Bucket struct {
	// Name of the bucket that was backed up.
	Name string `json:"name"`
	// Workload is the NAME-ENV that owns the bucket.
	Workload string `json:"workload"`
	// Tier of the bucket.
	Tier string `json:"tier"`
	// RTOMinutes is the tier's recovery time objective, in minutes. Zero: none.
	RTOMinutes int `json:"rtoMinutes,omitempty"`
	// Canaries are objects whose content is known.
	Canaries []Canary `json:"canaries,omitempty"`
}

// Canary is an object whose content never changes.
type Canary struct {
	// Key of the object.
	Key string `json:"key"`
	// SHA256 of its content, in lower-case hexadecimal.
	SHA256 string `json:"sha256"`
}

// OfARN says whether an ARN is that of the plan: arn:aws:backup:REGION:ACCOUNT:restore-testing-plan:NAME-ID. The name
// of a plan has no hyphens.
func (p Plan) OfARN(arn string) bool {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) != 7 || parts[2] != "backup" || parts[3] != p.Region || parts[4] != p.Account {
		return false
	}
	name, _, _ := strings.Cut(parts[6], "-")
	return parts[5] == "restore-testing-plan" && name == p.Name
}

// Bucket returns a bucket of the plan, or one without a tier.
func (p Plan) Bucket(name string) Bucket {
	for _, b := range p.Buckets {
		if b.Name == name {
			return b
		}
	}
	return Bucket{Name: name, Workload: p.Workload}
}

// AccessPointPrefix starts the names of the function's access points. The policies of the validate roles match it.
func AccessPointPrefix(project string) string { return project + "-validate-" }

// AccessPointName is the name of the access point for a restore job. A later attempt finds that of an earlier one by
// it. It has at most 50 characters (F-RST-13), since a project has at most 20.
func AccessPointName(project, jobID string) string {
	sum := sha256.Sum256([]byte(jobID))
	return AccessPointPrefix(project) + hex.EncodeToString(sum[:10])
}
