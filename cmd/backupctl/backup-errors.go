package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
)

// isExpired says whether the credentials have expired.
func isExpired(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		text := strings.ToLower(err.Error())
		return strings.Contains(text, "refresh cached sso token") || strings.Contains(text, "token has expired")
	}
	return strings.HasPrefix(answer.ErrorCode(), "ExpiredToken") || answer.ErrorCode() == "TokenRefreshRequired"
}

// isMissing says whether AWS answered that there is no such thing.
func isMissing(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && (answer.ErrorCode() == "ResourceNotFoundException" || answer.ErrorCode() == "NotFound")
}

// s3Rights are the actions of IAM for calls of S3 whose names differ.
var s3Rights = map[string]string{
	"HeadBucket": "s3:ListBucket", "ListObjectsV2": "s3:ListBucket", "HeadObject": "s3:GetObject",
	"GetBucketEncryption": "s3:GetEncryptionConfiguration", "PutBucketEncryption": "s3:PutEncryptionConfiguration",
	"PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock", "PutBucketNotificationConfiguration": "s3:PutBucketNotification",
	"GetBucketNotificationConfiguration": "s3:GetBucketNotification", "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
	"CreateMultipartUpload":      "s3:PutObject", "UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject",
}

var (
	lackedAction   = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)`)
	lackedResource = regexp.MustCompile(`on resource: (\S+)`)
	lackingRole    = regexp.MustCompile(`User: \S+?:(?:assumed-role/([^/\s]+)|user/(\S+))`)
)

// right is a right that somebody lacks.
type right struct{ who, action, resource string }

// rightOf reads who lacks which right from what AWS answered. What AWS does not say is the name of the call.
func rightOf(err error, who string) right {
	r := right{who: who}
	operation, _ := errors.AsType[*smithy.OperationError](err)
	if operation != nil {
		service := strings.ToLower(operation.Service())
		r.action = service + ":" + operation.Operation()
		if named := s3Rights[operation.Operation()]; service == "s3" && named != "" {
			r.action = named
		}
	}
	text := err.Error()
	if found := lackedAction.FindStringSubmatch(text); found != nil {
		r.action = found[1]
	}
	if found := lackedResource.FindStringSubmatch(text); found != nil {
		r.resource = strings.TrimRight(found[1], ".,;")
	}
	if found := lackingRole.FindStringSubmatch(text); found != nil {
		r.who = "the role " + found[1]
		if found[1] == "" {
			r.who = "the user " + found[2]
		}
	}
	return r
}

func (r right) String() string {
	text := r.who + " may not use " + r.action
	if r.resource != "" && r.resource != "*" {
		text += " on " + r.resource
	}
	return text
}

// explain says what AWS's answer means: which right is missing and what gives it, or which credentials have expired.
func (a account) explain(err error) error {
	if err == nil {
		return nil
	}
	if interrupted, ok := errors.AsType[*exitError](err); ok {
		return interrupted
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	switch {
	case isExpired(err):
		return fmt.Errorf("%s have expired; renew them and run the same command again", a.credentials())
	case isDenied(err) || isForbidden(err):
		return fmt.Errorf("%s; write %s NAME of the role %s, which restore.operators of backup.yaml and npx cdk deploy %s give",
			rightOf(err, a.credentials()), a.flag, a.operator, a.stack)
	}
	return fmt.Errorf("%s: %w", a, plain(err))
}

func isForbidden(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && answer.ErrorCode() == "Forbidden" // HeadBucket has no body to say more
}
