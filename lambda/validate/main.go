// Command validate is the Lambda function of the central account that validates restore tests. For each restore job
// of a restore testing plan it compares the restored bucket with the recovery point, writes evidence into a locked
// bucket, and puts the validation result. Once a day it looks for buckets without a validated test.
//
// The construct NewValidator deploys it, and NewValidateRole the role in each account.
//
// On your own machine, go run ./lambda/validate -event FILE handles one event from a file.
//
// # Events
//
// The function reads EventBridge events from a queue, one a batch, with ReportBatchItemFailures. The queue's visibility
// timeout is 90 minutes, six times the function's. After three receives a message goes to the redrive queue, whose
// alarm must reach people: nothing else tells them that a validation cannot be done. Two rules fill the queue, both on
// events as they are, without an input transformer:
//
//   - on the central bus: {"source": ["aws.backup"], "detail-type": ["Restore Job State Change"], "detail": {"status":
//     ["COMPLETED", "FAILED", "ABORTED"], "resourceType": ["S3"], "restoreTestingPlanArn": [{"exists": true}]}}. The rules
//     of the workloads' accounts must send these events to the central bus (BackupEventRules does).
//   - on the default bus: a schedule, rate(1 day), for the daily check.
//
// The function itself sends events to the central bus: {"source": ["central-s3-backup"], "detail-type": ["Restore
// Test"], "account": [the central account]}. A rule must send them to the queue of the alert function, and may write
// e-mails of those whose detail.outcome is not "successful".
//
// # Environment
//
//   - EVIDENCE_BUCKET, the bucket's name. It has versioning, Object Lock with a default retention, and no lifecycle
//     rule that deletes within WithinHours of the plans.
//   - EVENT_BUS, the ARN of the central bus.
//   - TESTS, a file with package restoretest's Tests. Default: tests.json beside the program.
//
// provided.al2023, arm64, 15 minutes, 1,024 MB. Reserved concurrency is not needed.
//
// # Permissions of the function's role
//
//   - sts:AssumeRole on the validate roles of the plans. Those trust this role's ARN alone, which no event can choose: the
//     function assumes only roles of its file. ExternalID is passed if the file has one.
//   - on the evidence bucket: s3:PutObject, s3:GetObject on its objects, s3:ListBucket on it. s3:ListBucket also makes a
//     missing object a 404 and not a 403. The bucket's policy denies s3:PutObject where the condition key s3:if-none-match
//     is absent.
//   - events:PutEvents on the central bus.
//   - sqs:ReceiveMessage, DeleteMessage and GetQueueAttributes on the queue, and its log group.
//
// # Permissions of a validate role, in the account of a plan
//
//   - backup:DescribeRestoreJob, backup:GetRestoreJobMetadata, backup:PutRestoreValidationResult and
//     backup:ListBackupAccessPoints on *.
//   - backup:CreateBackupAccessPoint on the recovery points, with s3:CreateAccessPoint on accesspoint/<project>-validate-*.
//   - backup:DescribeBackupAccessPoint and backup:DeleteBackupAccessPoint on accesspoint/<project>-validate-*, with
//     s3:GetAccessPoint and s3:DeleteAccessPoint.
//   - s3:ListBucket and s3:GetObject on awsbackup-restore-test-* and its objects, and through the access points
//     arn:…:accesspoint/<project>-validate-* and …/object/*.
//   - kms:Decrypt through S3 with the keys of the tiers' buckets, with which the restore encrypts. Whether a reader of an
//     access point needs the vault's key is UNVERIFIED (F-RST-13): allow kms:Decrypt with it through S3 and AWS Backup.
//
// The calls that create and delete access points are calls on recovery points, of which a rule notifies people: it leaves
// out the validate roles (ValidateRoleARNs of constructs.Tampering).
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"central-s3-backup/internal/restoretest"
	"central-s3-backup/lambda/validate/internal/evidence"
	"central-s3-backup/lambda/validate/internal/job"
)

// Exit codes.
const (
	exitDone  = 0
	exitWrong = 1 // the environment or the command line is wrong, or the event could not be handled
)

const (
	// most is the time that a comparison takes at most. The function has fifteen minutes, of which an access point takes
	// some.
	most = 12 * time.Minute
	// rest is the time at the end of an invocation that is kept for the evidence and the result.
	rest = 30 * time.Second
	// margin is the time at the end of an invocation that is kept to report which messages failed.
	margin = 2 * time.Second
	// poll is the time between two looks at an access point that is being created.
	poll = 5 * time.Second
	// localTime is the time limit of an event from a file.
	localTime = 15 * time.Minute
	// sessionName is the name of the function's sessions, as CloudTrail shows it.
	sessionName = "restore-test-validation"
)

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stderr))
}

// run is the whole program. Nothing below it reads the environment, prints, or exits. In Lambda it returns only if
// the environment is wrong.
func run(args []string, getenv func(string) string, stdin io.Reader, stderr io.Writer) int {
	err := start(args, getenv, stdin, stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "validate:", err)
		return exitWrong
	}
	return exitDone
}

func start(args []string, getenv func(string) string, stdin io.Reader, stderr io.Writer) error {
	flags := flag.NewFlagSet("validate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("event", "", "handle the EventBridge event in `FILE`; - reads standard input")
	if err := flags.Parse(args); err != nil {
		return err
	}
	inLambda := getenv("AWS_LAMBDA_RUNTIME_API") != ""
	if !inLambda && (*file == "" || flags.NArg() > 0) {
		return errors.New("want -event FILE; -h lists the flags")
	}
	v, err := newValidator(getenv, stderr)
	if err != nil {
		return err
	}
	if inLambda {
		lambda.Start(handler(v)) // does not return
		return nil
	}
	event, err := readEvent(*file, stdin)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), localTime)
	defer cancel()
	return v.Handle(ctx, string(event))
}

func readEvent(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// handler handles the messages of a batch one after the other. Those that could not be handled go back to the queue.
func handler(v *job.Validator) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
			defer cancel()
		}
		response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, message := range batch.Records {
			if err := v.Handle(ctx, message.Body); err != nil {
				v.Log.ErrorContext(ctx, "the event goes back to the queue", "message", message.MessageId, "error", err.Error())
				response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
			}
		}
		return response, nil
	}
}

// newValidator reads the environment.
func newValidator(getenv func(string) string, stderr io.Writer) (*job.Validator, error) {
	for _, name := range []string{restoretest.EvidenceVariable, restoretest.BusVariable} {
		if getenv(name) == "" {
			return nil, fmt.Errorf("%s: is missing", name)
		}
	}
	tests, err := readTests(getenv)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", restoretest.TestsVariable, err)
	}
	program, err := identity()
	if err != nil {
		return nil, err
	}
	central, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		return nil, err
	}
	a := &accounts{central: central, known: map[string]job.Account{}}
	return &job.Validator{
		Tests: *tests, Connect: a.connect,
		Store:  &evidence.Store{Client: s3.NewFromConfig(central), Bucket: getenv(restoretest.EvidenceVariable)},
		Events: eventbridge.NewFromConfig(central), Bus: getenv(restoretest.BusVariable),
		Program: program, Now: time.Now, Poll: poll, Most: most, Rest: rest,
		Log: slog.New(slog.NewJSONHandler(stderr, nil)),
	}, nil
}

// readTests reads the file that is packed beside the function.
func readTests(getenv func(string) string) (*restoretest.Tests, error) {
	file := getenv(restoretest.TestsVariable)
	if file == "" {
		file = filepath.Join(getenv("LAMBDA_TASK_ROOT"), restoretest.TestsFile)
	}
	document, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	tests := &restoretest.Tests{}
	if err := json.Unmarshal(document, tests); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if tests.Project == "" || len(tests.Plans) == 0 {
		return nil, fmt.Errorf("%s: project and plans are required", file)
	}
	return tests, nil
}

// identity is what evidence says of this program.
func identity() (evidence.Validator, error) {
	path, err := os.Executable()
	if err != nil {
		return evidence.Validator{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return evidence.Validator{}, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return evidence.Validator{}, err
	}
	return evidence.Validator{Version: evidence.ValidatorVersion, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// accounts are the clients of the plans' accounts.
type accounts struct {
	central aws.Config
	mu      sync.Mutex
	known   map[string]job.Account // by role and Region
}

// connect returns clients with the role of a plan. The credentials are renewed by themselves.
func (a *accounts) connect(ctx context.Context, p restoretest.Plan) (job.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := p.RoleARN + " " + p.Region
	if account, known := a.known[key]; known {
		return account, nil
	}
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(a.central), p.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
		if p.ExternalID != "" {
			o.ExternalID = aws.String(p.ExternalID)
		}
	})
	there := a.central.Copy()
	there.Region, there.Credentials = p.Region, aws.NewCredentialsCache(role)
	if _, err := there.Credentials.Retrieve(ctx); err != nil {
		return job.Account{}, err
	}
	account := job.Account{Backup: backup.NewFromConfig(there), S3: s3.NewFromConfig(there)}
	a.known[key] = account
	return account, nil
}
