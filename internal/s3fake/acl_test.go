package s3fake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// withACLs is a fixture whose bucket takes all ACLs.
func withACLs(t *testing.T) fixture {
	t.Helper()
	return start(t, Options{}, BucketOptions{Settings: map[string]string{"ownershipControls": "", "publicAccessBlock": ""}})
}

// grants are the grants of a key as the client reads them.
func (f fixture) grants(key string) string {
	var all []string
	for _, g := range must(f.client.GetObjectAcl(f.ctx, &s3.GetObjectAclInput{Bucket: inB, Key: &key})).Grants {
		all = append(all, fmt.Sprint(g.Permission, " ", strings.TrimPrefix(aws.ToString(g.Grantee.ID)+aws.ToString(g.Grantee.URI), groupURI)))
	}
	return strings.Join(all, ", ")
}

// TestACL: a copy loses an ACL unless it names one, canned or as grants.
func TestACL(t *testing.T) {
	f := withACLs(t)
	input := put("k", "x")
	input.ACL = types.ObjectCannedACLPublicRead
	must(f.client.PutObject(f.ctx, input))
	must(f.copy("b/k", "copy"))
	if f.grants("k") != "FULL_CONTROL 111122223333, READ AllUsers" || f.grants("copy") != "FULL_CONTROL 111122223333" {
		t.Error(f.grants("k"), f.grants("copy"))
	}
	must(f.client.PutObjectAcl(f.ctx, &s3.PutObjectAclInput{
		Bucket: inB, Key: aws.String("copy"), ACL: types.ObjectCannedACLPublicRead,
	}))
	if f.grants("copy") != f.grants("k") {
		t.Error(f.grants("copy"))
	}
	granted := &s3.CopyObjectInput{
		Bucket: inB, Key: aws.String("granted"), CopySource: aws.String("b/k"),
		GrantFullControl: aws.String(`id="111122223333"`), GrantReadACP: aws.String(`id="a", uri="` + groupURI + `AuthenticatedUsers"`),
	}
	must(f.client.CopyObject(f.ctx, granted))
	if f.grants("granted") != "FULL_CONTROL 111122223333, READ_ACP a, READ_ACP AuthenticatedUsers" {
		t.Error(f.grants("granted"))
	}
	granted.ACL = types.ObjectCannedACLPrivate
	refused(t, "400 InvalidRequest")(f.client.CopyObject(f.ctx, granted))
}

// TestACLRefused: a bucket that blocks public ACLs denies them. One that enforces its owner takes none, and shows none
// but the owner's (F-S3-29).
func TestACLRefused(t *testing.T) {
	f := withACLs(t)
	f.bucket.Put("k", Version{Body: []byte("x"), ACL: types.ObjectCannedACLPublicRead})
	public := put("k", "x")
	public.GrantRead = aws.String(`uri="` + groupURI + `AllUsers"`)
	f.server.CreateBucket("b", BucketOptions{Settings: map[string]string{"ownershipControls": ""}})
	refused(t, "403 AccessDenied")(f.client.PutObject(f.ctx, public))
	f.bucket = f.server.CreateBucket("b", BucketOptions{})
	public.Body = strings.NewReader("x")
	refused(t, "400 AccessControlListNotSupported")(f.client.PutObject(f.ctx, public))
	f.bucket.Put("k", Version{Body: []byte("x"), ACL: types.ObjectCannedACLPublicRead})
	if f.grants("k") != "FULL_CONTROL 111122223333" {
		t.Error(f.grants("k"))
	}
}
