package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"central-s3-backup/internal/rewind"
)

// attempts is how often a request is sent, at most.
const attempts = 8

// client loads the credentials. It has no time limit for a request: a copy of 5 GB takes its time.
// With an owner it also checks that they are of that account.
func (c *restoreVersions) client(ctx context.Context, owner account) (*s3.Client, error) {
	most := c.Concurrency*2 + c.Listers
	connection, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(c.Region),
		awsconfig.WithSharedConfigProfile(c.Profile),
		awsconfig.WithLogger(logging.Nop{}),
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) { o.MaxAttempts = attempts })
			})
		}),
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = most })),
	)
	if _, absent := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); absent {
		return nil, fmt.Errorf("--profile %s: there is no such profile", c.Profile)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be loaded: %w", c.credentials(), err)
	}
	if connection.Region == "" {
		return nil, errors.New("the Region of the bucket is unknown; write --region REGION, or set AWS_REGION")
	}
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := connection.Credentials.Retrieve(limited); err != nil {
		return nil, noCredentials(c.credentials(), "--profile", c.Profile, err)
	}
	if owner.id != "" {
		if err := owner.check(limited, connection); err != nil {
			return nil, err
		}
	}
	return s3.NewFromConfig(connection, pathStyle), nil
}

func (c *restoreVersions) credentials() string {
	if c.Profile == "" {
		return "the default credentials, without --profile,"
	}
	return "the credentials of --profile " + c.Profile
}

// explain says what an answer about the whole bucket means, and what to write instead.
func (c *restoreVersions) explain(err error) error {
	if err == nil {
		return nil
	}
	if interrupted, ok := errors.AsType[*exitError](err); ok {
		return interrupted
	}
	if absent, ok := errors.AsType[*rewind.NoBucketError](err); ok {
		return fmt.Errorf("--bucket %s: there is no such bucket; list yours with aws s3 ls", absent.Name)
	}
	if elsewhere, ok := errors.AsType[*rewind.RegionError](err); ok {
		if elsewhere.Region == "" {
			return fmt.Errorf("--bucket %s: the bucket is in another Region; write its --region", elsewhere.Name)
		}
		return fmt.Errorf("--bucket %s: the bucket is in %s; write --region %s", elsewhere.Name, elsewhere.Region, elsewhere.Region)
	}
	if others, ok := errors.AsType[*rewind.OwnerError](err); ok {
		return fmt.Errorf(
			"--bucket %s: the bucket does not belong to %s, the account of its workload in %s",
			others.Name,
			others.Owner,
			c.Config,
		)
	}
	if file, ok := errors.AsType[*rewind.FileError](err); ok {
		return unwritten(file)
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	operation, _ := errors.AsType[*smithy.OperationError](err)
	switch code := answer.ErrorCode(); {
	case strings.HasPrefix(code, "ExpiredToken"), code == "TokenRefreshRequired":
		return fmt.Errorf("%s have expired; renew them and %s", c.credentials(), sameAgain)
	case (code == "Forbidden" || strings.HasPrefix(code, "AccessDenied")) && operation != nil:
		action := map[string]string{"HeadBucket": "s3:ListBucket", "ListObjectVersions": "s3:ListBucketVersions"}[operation.Operation()]
		if action == "" {
			action = operation.Operation()
		}
		return fmt.Errorf("--bucket %s: %s may not use %s on this bucket; write --profile NAME of a role that may, in the bucket's account",
			c.Bucket, c.credentials(), action)
	}
	return fmt.Errorf("bucket %s: %w", c.Bucket, plain(err))
}

// refuse finds what cannot be right, before anything is listed.
func (c *restoreVersions) refuse(bucket rewind.Bucket, to, now time.Time, keys []string) error {
	switch bucket.Versioning {
	case types.BucketVersioningStatusEnabled:
	case types.BucketVersioningStatusSuspended:
		if c.Apply {
			return fmt.Errorf("--bucket %s: versioning is suspended, so a copy could overwrite version null for good (F-S3-1); "+
				"enable versioning first, or leave out --apply", c.Bucket)
		}
	default:
		return fmt.Errorf(
			"--bucket %s: the bucket has no versions: versioning was never enabled (F-S3-1); restore it from AWS Backup",
			c.Bucket,
		)
	}
	since, rule := bucket.KeptSince(now, c.Prefix, keys)
	if to.Before(since) && !c.Incomplete {
		return fmt.Errorf("--to %s: the lifecycle rule %q deletes versions %s after they are overwritten or deleted (F-OL-5): "+
			"some of that time may be gone%s; write --to %s or later, or add --incomplete",
			c.To, rule.ID, count(rule.Days, "day", "days"), c.lockOfTier(rule.Days), upToHour(since).Format(time.RFC3339))
	}
	return c.refuseKeep(bucket)
}

func upToHour(t time.Time) time.Time {
	if whole := t.Truncate(time.Hour); whole.Before(t) {
		return whole.Add(time.Hour)
	}
	return t
}

// warnings are what a restore does besides.
func (c *restoreVersions) warnings(bucket rewind.Bucket, to, now time.Time, keys []string) []string {
	var all []string
	add := func(when bool, text string, values ...any) {
		if when {
			all = append(all, fmt.Sprintf(text, values...))
		}
	}
	since, rule := bucket.KeptSince(now, c.Prefix, keys)
	add(bucket.Versioning == types.BucketVersioningStatusSuspended, "versioning is suspended: with --apply this is an error")
	add(to.Before(since), "versions of that time may be gone: the lifecycle rule %q deletes them after %s (F-OL-5)",
		rule.ID, count(rule.Days, "day", "days"))
	add(!to.Before(since) && to.Before(since.AddDate(0, 0, 1)) && !since.IsZero(),
		"the lifecycle rule %q may delete versions of that time during the run (F-OL-5)", rule.ID)
	add(bucket.Replicated, "the bucket is replicated: copies and delete markers may be replicated too")
	add(bucket.Notified, "the bucket sends events: each copy is an ObjectCreated, each delete marker an ObjectRemoved")
	add(bucket.RequesterPays, "requester pays: the account of these credentials pays for the requests")
	add(bucket.ACLs && !c.keeps(keepACL), "the bucket has ACLs enabled: the ACL of an object is not copied; add --keep acl")
	add(bucket.ACLsDisabled && c.keeps(keepACL), "the bucket has ACLs disabled, so that there is none to keep (F-S3-29)")
	add(c.RemoveMarkers, "delete markers are removed: afterwards it looks as if the keys had never been deleted, and a restore to a moment "+
		"in between goes wrong")
	add(c.RemoveMarkers && bucket.Replicated, "the removal of delete markers is not replicated (F-S3-30): where they were replicated to, "+
		"the keys stay deleted")
	add(len(c.BatchReport) > 0 && c.Plan == "",
		"without --plan DIR, nobody sees what others wrote before a job copied over it (F-RST-18)")
	for _, what := range bucket.Unchecked {
		all = append(all, "not checked: "+what)
	}
	return all
}
