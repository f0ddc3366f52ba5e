package backupfake

import (
	"net/http"
	"strings"

	"central-s3-backup/internal/s3fake"
)

// s3Actions are the actions of IAM that operations of S3 need, where the name of the action is not that of the operation.
var s3Actions = map[string][]string{
	"HeadBucket": {"s3:ListBucket"}, "ListObjectsV2": {"s3:ListBucket"}, "ListObjectVersions": {"s3:ListBucketVersions"},
	"HeadObject": {"s3:GetObject"}, "ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
	"CreateMultipartUpload": {"s3:PutObject"}, "UploadPart": {"s3:PutObject"}, "UploadPartCopy": {"s3:PutObject"},
	"CompleteMultipartUpload": {"s3:PutObject"}, "CopyObject": {"s3:PutObject"}, "ListParts": {"s3:ListMultipartUploadParts"},
	"GetBucketEncryption": {"s3:GetEncryptionConfiguration"}, "PutBucketEncryption": {"s3:PutEncryptionConfiguration"},
	"GetBucketLifecycleConfiguration":    {"s3:GetLifecycleConfiguration"},
	"PutBucketLifecycleConfiguration":    {"s3:PutLifecycleConfiguration"},
	"GetBucketReplication":               {"s3:GetReplicationConfiguration"},
	"GetBucketNotificationConfiguration": {"s3:GetBucketNotification"},
	"PutBucketNotificationConfiguration": {"s3:PutBucketNotification"},
	"GetObjectLockConfiguration":         {"s3:GetBucketObjectLockConfiguration"},
	"PutObjectLockConfiguration":         {"s3:PutBucketObjectLockConfiguration"},
	"GetPublicAccessBlock":               {"s3:GetBucketPublicAccessBlock"}, "PutPublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
	"ListBuckets": {"s3:ListAllMyBuckets"}, "ListObjectAnnotations": {"s3:ListObjectAnnotations"},
}

// versionActions are other actions where a request names a version.
var versionActions = map[string]string{
	"s3:GetObject": "s3:GetObjectVersion", "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
	"s3:PutObjectTagging": "s3:PutObjectVersionTagging", "s3:DeleteObject": "s3:DeleteObjectVersion",
}

// s3 records the call, and lets the account's buckets answer.
func (s *Server) s3(w http.ResponseWriter, r *http.Request, account, region string) {
	asked := s3fake.Describe(r)
	s.mu.Lock()
	a := s.account(account)
	s.advance()
	bucket, object := "arn:aws:s3:::"+asked.Bucket, "arn:aws:s3:::"+asked.Bucket+"/"+asked.Key
	for _, p := range s.points {
		if p.account == a && p.alias == asked.Bucket {
			bucket = s3AccessPoint(p.region, a.ID, p.name)
			object = bucket + "/object/" + asked.Key
		}
	}
	resource := bucket
	if asked.Key != "" {
		resource = object
	}
	if asked.Bucket == "" {
		resource = "*"
	}
	for _, action := range actionsOf(r, asked) {
		s.calls = append(s.calls, Call{account, region, asked.Operation, action, resource, nil})
	}
	s.mu.Unlock()
	a.S3.ServeHTTP(w, r)
}

// actionsOf are the actions that IAM evaluates for a request.
func actionsOf(r *http.Request, asked s3fake.Request) []string {
	actions := s3Actions[asked.Operation]
	if actions == nil {
		actions = []string{"s3:" + asked.Operation}
	}
	if other, ok := versionActions[actions[0]]; ok && asked.VersionID != "" {
		actions = []string{other}
	}
	if r.Header.Get("X-Amz-Tagging") != "" {
		actions = append(actions[:len(actions):len(actions)], "s3:PutObjectTagging")
	}
	return actions
}

// Actions are the different actions of calls, such as s3:ListBucket, with the resources of each.
func Actions(calls []Call) map[string][]string {
	all := map[string][]string{}
	for _, call := range calls {
		if !strings.Contains(strings.Join(all[call.Action], "\n"), call.Resource) {
			all[call.Action] = append(all[call.Action], call.Resource)
		}
	}
	return all
}
