package rewind

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// act does what a decision says, or in a dry run only looks. The error ends the run; what concerns one key alone
// is in the result. With OverwriteChanged a key that others wrote meanwhile is decided once more.
func (r *Run) act(ctx context.Context, d Decision) (Result, error) {
	result, err := r.attempt(ctx, d)
	if err != nil || result.Reason != Changed || !r.OverwriteChanged {
		return result, err
	}
	again, exists, err := r.decideAlone(ctx, d.Key)
	if err != nil || !exists {
		return result, err
	}
	again.Meanwhile = true // whatever is on top now
	return r.attempt(ctx, again)
}

// attempt is act without a second decision.
func (r *Run) attempt(ctx context.Context, d Decision) (Result, error) {
	result := r.resultOf(d)
	if r.removes(d) { // with Apply, those of many keys are removed at a time
		return r.uncovered(d), nil
	}
	var err error
	switch {
	case d.Action == Nothing: // others brought it back
		result.Outcome = Back
	case d.Meanwhile && !r.OverwriteChanged:
		err = r.meanwhile(ctx, d, &result)
	case d.Action == Mark:
		err = r.mark(ctx, d, &result)
	default:
		err = r.bringBack(ctx, d, &result)
	}
	return r.settle(ctx, result, err)
}

// resultOf is a result that says nothing yet but what was decided.
func (r *Run) resultOf(d Decision) Result {
	return Result{
		Key: d.Key, Ambiguous: d.Ambiguous, SourceVersion: d.Source.VersionID, LatestVersion: d.Latest.VersionID,
		Bytes: d.Source.Size, Class: d.Source.Class, Overwritten: d.Meanwhile,
		removable: len(d.Markers), decision: d, listed: r.started,
	}
}

// settle takes what went wrong with a key into its result. An error that concerns more than the key ends the run.
func (r *Run) settle(ctx context.Context, result Result, err error) (Result, error) {
	if err == nil {
		return result, nil
	}
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	reason, whole := reasonOf(err)
	if whole {
		return result, err
	}
	return result.failed(reason, plain(err)), nil
}

func (r Result) failed(reason Reason, detail string) Result {
	r.Outcome, r.Reason, r.Detail = Failed, reason, detail
	return r
}

// meanwhile looks at a version that was written after the run started. It may be a copy that the run made itself before
// it was interrupted, and could not record.
func (r *Run) meanwhile(ctx context.Context, d Decision, result *Result) error {
	if d.Action == Compare {
		same, err := r.same(ctx, d.Key, d.Source.VersionID, d.Latest.VersionID)
		if err != nil {
			return err
		}
		if same {
			result.Outcome = Back
			return nil
		}
	}
	return &keyError{Changed, "written at " + d.Latest.Time.Format(time.RFC3339) + ", after the run started"}
}

// bringBack copies the old version on top, unless the latest already is such a copy.
func (r *Run) bringBack(ctx context.Context, d Decision, result *Result) error {
	if d.Source.archived(r.Now()) {
		return &keyError{Archived, "storage class " + d.Source.Class}
	}
	if d.Action == Compare {
		same, err := r.same(ctx, d.Key, d.Source.VersionID, d.Latest.VersionID)
		if err != nil {
			return err
		}
		if same {
			result.Outcome = Back
			return nil
		}
	}
	result.Outcome, result.Parts = Copied, d.Parts || r.inParts(d.Source)
	if !r.Apply {
		return nil
	}
	var err error
	if result.Parts {
		err = r.copyParts(ctx, d, result)
	} else {
		err = r.copyWhole(ctx, d, result)
	}
	if err != nil && mayBeConflict(err) {
		return r.conflict(ctx, d, result, err)
	}
	return err
}

// conflict finds out what a condition that failed means: an attempt of ours whose answer was lost, a version that
// has expired, or somebody who wrote the key after it was listed.
func (r *Run) conflict(ctx context.Context, d Decision, result *Result, cause error) error {
	if _, err := r.head(ctx, d.Key, d.Source.VersionID); isAbsent(err) {
		return &keyError{Expired, plain(cause)}
	} else if err != nil {
		return err
	}
	now, err := r.head(ctx, d.Key, "")
	switch {
	case isAbsent(err):
		return &keyError{Changed, plain(cause)}
	case err != nil:
		return err
	case aws.ToString(now.VersionId) == d.Latest.VersionID:
		return cause // nobody wrote it; the answer means something else
	}
	same, err := r.same(ctx, d.Key, d.Source.VersionID, aws.ToString(now.VersionId))
	if err != nil {
		return err
	}
	if !same {
		return &keyError{Changed, plain(cause)}
	}
	result.NewVersion, result.Verified = aws.ToString(now.VersionId), ByChecksum
	if aws.ToString(now.ETag) == d.Source.ETag {
		result.Verified = ByETag
	}
	r.already(result)
	return nil
}

// already says of a key that is as it should be, and that this request did not change, that it was already so: a plan may
// be carried out twice.
func (r *Run) already(result *Result) {
	if r.Plan != nil {
		result.Outcome, result.NewVersion, result.Verified = Back, "", ""
	}
}

// mark puts a delete marker on top. S3 takes it only if the latest version is still the listed one.
func (r *Run) mark(ctx context.Context, d Decision, result *Result) error {
	result.Outcome, result.Bytes, result.Class = Marked, 0, ""
	if !r.Apply {
		return nil
	}
	output, err := r.Client.DeleteObject(ctx, &s3.DeleteObjectInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(d.Key), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		IfMatch: aws.String(d.Latest.ETag),
	}, r.whole)
	if err == nil {
		result.NewVersion = aws.ToString(output.VersionId)
		return nil
	}
	if !mayBeConflict(err) {
		return err
	}
	if _, now := r.head(ctx, d.Key, ""); isAbsent(now) { // an attempt of ours whose answer was lost, or the same by others
		result.NewVersion = markerOf(now)
		r.already(result)
		return nil
	}
	return &keyError{Changed, plain(err)}
}

// head asks about a version, or about the latest one.
func (r *Run) head(ctx context.Context, key, version string) (*s3.HeadObjectOutput, error) {
	input := &s3.HeadObjectInput{
		Bucket: aws.String(r.Bucket), Key: aws.String(key), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
		ChecksumMode: "ENABLED",
	}
	if version != "" {
		input.VersionId = aws.String(version)
	}
	return r.Client.HeadObject(ctx, input, r.whole)
}

// isAbsent says whether an answer of HeadObject means that there is no such version, or that a delete marker is
// the latest.
func isAbsent(err error) bool {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return ok && answer.HTTPStatusCode() == http.StatusNotFound
}

// markerOf is the version id of the delete marker that made an object absent.
func markerOf(err error) string {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answer.Response == nil {
		return ""
	}
	return answer.Response.Header.Get("X-Amz-Version-Id")
}
