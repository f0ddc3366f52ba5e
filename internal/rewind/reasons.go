package rewind

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Reason says why a key was not restored.
type Reason string

// The reasons.
const (
	// Changed: somebody wrote the key after it was listed.
	Changed Reason = "changed"
	// Archived: the version must be retrieved first.
	Archived Reason = "archived"
	// Expired: the version was deleted after it was listed.
	Expired Reason = "expired"
	// Key: the KMS key is disabled, pending deletion, or denied.
	Key Reason = "kms-key"
	// CustomerKey: the version is encrypted with a key that only the customer has.
	CustomerKey Reason = "sse-c"
	// Denied: the caller lacks a permission.
	Denied Reason = "denied"
	// NotKept: the copy would lack something of Run.Keep.
	NotKept Reason = "not-kept"
	// Different: the copy has other bytes than its source.
	Different Reason = "different"
	// NotThere: the second listing does not show the key as it was.
	NotThere Reason = "not-verified"
	// Other is what S3 answered.
	Other Reason = "other"
)

// Next says what to do about a reason.
func (r Reason) Next() string {
	return map[Reason]string{
		Changed:     "decide who is right: run again with --key KEY, or keep what was written",
		Archived:    "retrieve the versions with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again",
		Expired:     "the version is gone: look into AWS Backup, or into a later moment",
		Key:         "enable the KMS key, or cancel its deletion, or allow kms:Decrypt and kms:GenerateDataKey; then run again",
		CustomerKey: "copy the version by hand with its key; S3 does not have it",
		Denied: "allow s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:PutObject, s3:PutObjectTagging and s3:DeleteObject, " +
			"and the same of annotations; then run again",
		NotKept: "allow s3:GetObjectRetention, s3:GetObjectLegalHold, s3:GetObjectVersionAcl, and the same with Put; " +
			"or leave it out of --keep; then run again",
		Different: "do not use the copy; the source is still there; report it to AWS",
		NotThere:  "run again without --apply, and look at what it finds",
		Other:     "run again; what is already back is left as it is",
	}[r]
}

// keyError is a failure that concerns one key.
type keyError struct {
	reason Reason
	detail string
}

func (e *keyError) Error() string { return e.detail }

// useless are codes after which no further request can succeed.
var useless = []string{
	"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch",
	"RequestTimeTooSkewed", "NoSuchBucket", "PermanentRedirect", "AccountProblem", "InvalidClientTokenId",
}

// toKeep are the actions that only a copy needs that keeps something, as an answer that denies them has them.
var toKeep = []string{"s3:putobjectacl", "s3:putobjectretention", "s3:putobjectlegalhold"}

func deniesToKeep(message string) bool {
	return slices.ContainsFunc(toKeep, func(action string) bool { return strings.Contains(message, action) })
}

// reasonOf classifies what S3 answered about a key. If whole is true, the run cannot go on.
func reasonOf(err error) (reason Reason, whole bool) {
	if one, ok := errors.AsType[*keyError](err); ok {
		return one.reason, false
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return Other, !isAnswer(err) // no connection, or no credentials
	}
	code, message := answer.ErrorCode(), strings.ToLower(answer.ErrorMessage())
	switch {
	case slices.Contains(useless, code):
		return Other, true
	case code == "AccessControlListNotSupported", strings.HasPrefix(code, "AccessDenied") && deniesToKeep(message):
		return NotKept, false
	case strings.HasPrefix(code, "KMS."), strings.Contains(message, "kms:"), strings.Contains(message, "kms key"):
		return Key, false
	case code == "InvalidObjectState", code == "ObjectNotInActiveTierError":
		return Archived, false
	case code == "NoSuchVersion", code == "NoSuchKey", code == "NotFound":
		return Expired, false
	case strings.HasPrefix(code, "AccessDenied"), code == "Forbidden":
		return Denied, false
	case code == "InvalidRequest" && strings.Contains(message, "server side encryption"):
		return CustomerKey, false
	}
	if status(err) == http.StatusBadRequest && code == "BadRequest" { // HeadObject has no body to say more
		return CustomerKey, false
	}
	return Other, false
}

// mayBeConflict says whether a failed write may mean that the key changed after it was listed.
func mayBeConflict(err error) bool {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		switch answer.ErrorCode() { // also inside an answer that began as a success
		case "PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "NoSuchVersion", "NoSuchUpload":
			return true
		}
	}
	switch status(err) {
	case http.StatusPreconditionFailed, http.StatusConflict, http.StatusNotFound:
		return true
	}
	return false
}

// isGone says whether an upload does not exist any more.
func isGone(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && answer.ErrorCode() == "NoSuchUpload"
}

// isUnknown says whether the server does not know the operation.
func isUnknown(err error) bool {
	return status(err) == http.StatusNotImplemented || status(err) == http.StatusMethodNotAllowed
}

func isAnswer(err error) bool { return status(err) != 0 }

// status is the HTTP status of an answer. Zero: there was none.
func status(err error) int {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// plain returns what S3 answered, without what the SDK adds.
func plain(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		if answer.ErrorMessage() == "" {
			return answer.ErrorCode()
		}
		return answer.ErrorCode() + ": " + answer.ErrorMessage()
	}
	return err.Error()
}
