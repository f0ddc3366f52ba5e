package s3fake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// groupURI begins the names of S3's groups of grantees.
const groupURI = "http://acs.amazonaws.com/groups/global/"

// grantHeaders are the headers of a request to write by the permissions that they grant. An object has no others.
var grantHeaders = [...][2]string{
	{"X-Amz-Grant-Full-Control", "FULL_CONTROL"}, {"X-Amz-Grant-Read", "READ"},
	{"X-Amz-Grant-Read-Acp", "READ_ACP"}, {"X-Amz-Grant-Write-Acp", "WRITE_ACP"},
}

// aclHeaders reads the ACL of a request to write. A bucket that enforces its owner takes none but that of its owner
// (F-S3-29), and one that blocks public ACLs takes none that lets everybody in.
func (c *call) aclHeaders(v *Version) error {
	for _, header := range grantHeaders {
		for grantee := range strings.SplitSeq(c.http.Header.Get(header[0]), ",") {
			if grantee = strings.TrimSpace(grantee); grantee != "" {
				v.Grants = append(v.Grants, header[1]+"="+grantee)
			}
		}
	}
	public := strings.HasPrefix(string(v.ACL), "public-") || v.ACL == types.ObjectCannedACLAuthenticatedRead ||
		slices.ContainsFunc(v.Grants, func(grant string) bool { return strings.Contains(grant, groupURI) })
	switch {
	case v.ACL != "" && len(v.Grants) > 0:
		return invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
	case c.b.ownerEnforced() && (len(v.Grants) > 0 || v.ACL != "" && v.ACL != types.ObjectCannedACLBucketOwnerFullControl):
		return fail(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	case public && c.b.blocksPublicACLs():
		return denied()
	}
	return nil
}

// grants are those of a version. A bucket that enforces its owner shows no others than the owner's (F-S3-29).
func (c *call) grants(v *Version) []string {
	owner := fmt.Sprintf("FULL_CONTROL=id=%q", c.b.Owner)
	if c.b.ownerEnforced() {
		return []string{owner}
	}
	if len(v.Grants) > 0 {
		return v.Grants
	}
	group := map[types.ObjectCannedACL]string{
		types.ObjectCannedACLPublicRead: "AllUsers", types.ObjectCannedACLPublicReadWrite: "AllUsers",
		types.ObjectCannedACLAuthenticatedRead: "AuthenticatedUsers",
	}[v.ACL]
	if group == "" {
		return []string{owner}
	}
	return []string{owner, fmt.Sprintf("READ=uri=%q", groupURI+group)}
}

func (c *call) getACL() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	const namespace = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type=`
	out := []byte("<AccessControlPolicy><Owner>")
	out = append(append(out, text(nil, "ID", c.b.Owner)...), "</Owner><AccessControlList>"...)
	for _, grant := range c.grants(v) {
		permission, grantee, _ := strings.Cut(grant, "=")
		kind, name, _ := strings.Cut(grantee, "=")
		name = strings.Trim(name, `"`)
		of, element := "CanonicalUser", "ID"
		if kind == "uri" {
			of, element = "Group", "URI"
		}
		out = append(out, "<Grant><Grantee "+namespace+`"`+of+`">`...)
		out = append(append(out, text(nil, element, name)...), "</Grantee>"...)
		out = append(append(out, text(nil, "Permission", permission)...), "</Grant>"...)
	}
	return &answer{document: append(out, "</AccessControlList></AccessControlPolicy>"...)}, nil
}

// putACL takes a canned ACL or grants in headers.
func (c *call) putACL() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	changed, err := c.fromHeaders()
	if err != nil {
		return nil, err
	}
	if changed.ACL == "" && len(changed.Grants) == 0 {
		return nil, notImplemented()
	}
	v = c.b.mutable(c.Key, v.ID)
	v.ACL, v.Grants = changed.ACL, changed.Grants
	return &answer{}, nil
}
