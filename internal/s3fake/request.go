package s3fake

import (
	"net/http"
	"net/url"
	"strings"
)

// Request is what a request asks for.
type Request struct {
	// Operation is the name in AWS's API, such as ListObjectVersions. Empty is an unknown operation.
	Operation              string
	Bucket, Key, VersionID string
	// Source of CopyObject and UploadPartCopy.
	SourceBucket, SourceKey, SourceVersionID string
}

// Describe tells what a request asks for. Hooks of faults decide by it.
func Describe(r *http.Request) Request {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	described := Request{Bucket: bucket, Key: key, VersionID: query.Get("versionId")}
	if source := r.Header.Get("X-Amz-Copy-Source"); source != "" {
		path, version, _ := strings.Cut(source, "?versionId=")
		if unescaped, err := url.QueryUnescape(path); err == nil { // S3 wants it encoded: a plus is a space
			path = unescaped
		}
		described.SourceBucket, described.SourceKey, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		described.SourceVersionID = version
	}
	described.Operation = nameOf(r, described, query)
	return described
}

// objectParts are the parts of an object that a query parameter names, without the verb.
var objectParts = map[string]string{
	"tagging": "ObjectTagging", "acl": "ObjectAcl", "retention": "ObjectRetention", "legal-hold": "ObjectLegalHold",
	"attributes": "ObjectAttributes", "annotation": "ObjectAnnotation",
}

var verbs = map[string]string{http.MethodGet: "Get", http.MethodPut: "Put", http.MethodDelete: "Delete"}

func nameOf(r *http.Request, described Request, query url.Values) string {
	if described.Bucket == "" {
		return map[string]string{http.MethodGet: "ListBuckets"}[r.Method]
	}
	if described.Operation = special(r, described, query); described.Operation != "" {
		return described.Operation
	}
	for parameter := range query {
		name := objectParts[parameter]
		if described.Key == "" {
			name = settings[parameter].name
		}
		if name != "" && verbs[r.Method] != "" {
			return strings.Replace(verbs[r.Method]+name, "DeleteBucketLifecycleConfiguration", "DeleteBucketLifecycle", 1)
		}
	}
	if described.Key == "" {
		return map[string]string{
			http.MethodGet: "ListObjects", http.MethodHead: "HeadBucket", http.MethodPut: "CreateBucket", http.MethodDelete: "DeleteBucket",
		}[r.Method]
	}
	return map[string]string{
		http.MethodGet: "GetObject", http.MethodHead: "HeadObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject",
	}[r.Method]
}

// special are the operations whose names are not built of a verb and a subresource.
func special(r *http.Request, described Request, query url.Values) string {
	copies := described.SourceKey != ""
	switch object := described.Key != ""; {
	case !object && r.Method == http.MethodGet && query.Has("versions"):
		return "ListObjectVersions"
	case !object && r.Method == http.MethodGet && query.Has("uploads"):
		return "ListMultipartUploads"
	case !object && r.Method == http.MethodGet && query.Get("list-type") == "2":
		return "ListObjectsV2"
	case !object && r.Method == http.MethodPost && query.Has("delete"):
		return "DeleteObjects"
	case object && r.Method == http.MethodPost && query.Has("uploads"):
		return "CreateMultipartUpload"
	case object && query.Has("uploadId"):
		return map[string]string{
			http.MethodGet: "ListParts", http.MethodDelete: "AbortMultipartUpload", http.MethodPost: "CompleteMultipartUpload",
			http.MethodPut: map[bool]string{true: "UploadPartCopy", false: "UploadPart"}[copies],
		}[r.Method]
	case object && r.Method == http.MethodGet && query.Has("annotation") && !query.Has("annotationName"):
		return "ListObjectAnnotations"
	case object && r.Method == http.MethodPut && copies && !query.Has("annotation"):
		return "CopyObject"
	}
	return ""
}
