package backupfake

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// Step is a state of a job.
type Step struct {
	// After is how long after its start the job comes to it.
	After time.Duration
	// State is a status of restore jobs, or a state of copy jobs.
	State string
	// Percent is what a restore job says of its progress, such as "40.00%". Message is its status message.
	Percent, Message string
}

// Restored and Copied are the steps of a job that a test does not script. The times are those of a small bucket.
var (
	Restored = []Step{
		{0, "PENDING", "0.00%", ""}, {time.Minute, "RUNNING", "0.00%", ""}, {5 * time.Minute, "RUNNING", "60.00%", ""},
		{10 * time.Minute, "COMPLETED", "100.00%", ""},
	}
	Copied = []Step{{0, "CREATED", "", ""}, {time.Minute, "RUNNING", "", ""}, {10 * time.Minute, "COMPLETED", "", ""}}
)

// Script has the next jobs of an operation, StartRestoreJob or StartCopyJob, take these steps. Nil: the usual ones.
func (s *Server) Script(operation string, steps []Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[operation] = steps
}

// job is a restore job or a copy job.
type job struct {
	id, operation, role string
	account             *Account
	region              string
	point               *Point
	metadata            map[string]string // of a restore
	destination         string            // the ARN of the vault of a copy
	days                int               // the retention of a copy
	created             time.Time
	steps               []Step
	result              string // the ARN of what it made
	settled             bool
	test                *test // nil: no restore testing plan started it
}

// used is a token that was used, by whom and for what.
type used struct {
	input any
	job   *job
}

// start starts a job, unless its token was used.
func (q *request) start(token *string, input any, begin func() (*job, error)) (*job, error) {
	key := ""
	if token != nil {
		key = strings.Join([]string{q.account.ID, q.region, q.call.Operation, *token}, " ")
		if before, again := q.tokens[key]; again {
			if !reflect.DeepEqual(before.input, input) {
				return nil, invalidRequest("The idempotency token was used with other parameters.")
			}
			return before.job, nil
		}
	}
	j, err := begin()
	if err != nil {
		return nil, err
	}
	j.id, j.operation, j.account, j.region, j.created = q.id(), q.call.Operation, q.account, q.region, q.now
	if scripted := q.script[j.operation]; scripted != nil {
		j.steps = scripted
	}
	q.jobs = append(q.jobs, j)
	if key != "" {
		q.tokens[key] = used{input, j}
	}
	return j, nil
}

// now is the state of a job at a time.
func (j *job) now(at time.Time) Step {
	step := j.steps[0]
	for _, next := range j.steps {
		if next.After <= at.Sub(j.created) {
			step = next
		}
	}
	return step
}

func (j *job) ended(at time.Time) bool { return j.now(at).After == j.steps[len(j.steps)-1].After }

// end is when the last step comes.
func (j *job) end() time.Time { return j.created.Add(j.steps[len(j.steps)-1].After) }

// failing are the steps of a job that AWS starts and then fails.
func failing(message string) []Step {
	state := "FAILED"
	return []Step{{0, "CREATED", "", ""}, {time.Minute, state, "", message}}
}

// advance does what jobs have done since the last call. The caller holds the lock.
func (s *Server) advance() {
	now := s.options.Clock()
	for _, j := range s.jobs {
		if !j.settled && j.ended(now) {
			j.settled = true
			if j.operation == "StartRestoreJob" {
				j.restored()
			} else {
				j.copied(s)
			}
		}
	}
	s.advancePoints(now)
}

func (q *request) jobNamed(id, operation string) (*job, error) {
	for _, j := range q.jobs {
		if j.id == id && j.operation == operation && j.account == q.account && j.region == q.region {
			return j, nil
		}
	}
	return nil, notFound("Job " + id + " does not exist.")
}

// pass evaluates iam:PassRole, which the start of a job needs.
func (q *request) pass(role string) error {
	parsed, err := arn.Parse(role)
	name, ok := strings.CutPrefix(parsed.Resource, "role/")
	if err != nil || parsed.Service != "iam" || !ok {
		return invalidParameter("Invalid role ARN: " + role)
	}
	call := Call{
		q.account.ID, q.region, q.call.Operation, "iam:PassRole", role,
		map[string]string{"iam:PassedToService": "backup.amazonaws.com"},
	}
	if fault := q.record(call); fault != nil && fault.Status != 0 {
		return fail(fault.Status, fault.Code, fault.Message)
	}
	if parsed.AccountID != q.account.ID {
		return fail(403, "AccessDeniedException", "Cross-account pass role is not allowed.")
	}
	if service := q.account.roles[name]; service != "backup.amazonaws.com" {
		return invalidParameter(fmt.Sprintf("IAM Role %s does not exist or cannot be assumed by AWS Backup", role))
	}
	return nil
}

// Jobs are the ids of all jobs that were started, in their order.
func (s *Server) Jobs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, len(s.jobs))
	for i, j := range s.jobs {
		ids[i] = j.id
	}
	return ids
}
