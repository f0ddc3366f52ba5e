package s3fake

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way.
type call struct {
	Request
	http   *http.Request
	body   []byte
	server *Server
	b      *Bucket
	region string // of the bucket, where the answer has it in a header
}

// answer is what a call gets. Its body is a document, which is XML or is encoded as XML, or content.
type answer struct {
	status   int // zero is 200
	header   http.Header
	document any
	content  io.WriterTo
	length   int64 // of content
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: Describe(r), http: r}
	s.counters.Lock()
	s.requests[c.Operation]++
	hook := s.fault
	s.counters.Unlock()
	var fault Fault
	if hook != nil {
		if f := hook(r); f != nil {
			fault = *f
		}
	}
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-r.Context().Done():
			return
		}
	}
	var err error
	if c.body, err = readBody(r); err != nil {
		s.write(w, c, s.failed(err), fault)
		return
	}
	if c.Operation == "DeleteObjects" && fault.Code == "AccessDenied" {
		a, err := c.deleteObjects(fail(fault.Status, fault.Code, fault.Message))
		if err != nil {
			a = s.failed(err)
		}
		s.write(w, c, a, Fault{})
		return
	}
	if fault.Status != 0 && !fault.After {
		s.write(w, c, s.failed(fail(fault.Status, fault.Code, fault.Message)), fault)
		return
	}
	a, err := s.do(c)
	if err != nil {
		a = s.failed(err)
	}
	if fault.Status != 0 {
		a = s.failed(fail(fault.Status, fault.Code, fault.Message))
	}
	s.write(w, c, a, fault)
}

func readBody(r *http.Request) ([]byte, error) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return nil, notImplemented() // the SDK sends chunks over TLS only
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "IncompleteBody",
			"You did not provide the number of bytes specified by the Content-Length header.")
	}
	return body, nil
}

func (s *Server) failed(err error) *answer {
	e := &apiError{}
	if !errors.As(err, &e) {
		e = fail(http.StatusInternalServerError, "InternalError", err.Error())
	}
	return &answer{status: e.status, header: e.header, document: struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
		Extra         []element
	}{Code: e.code, Message: e.message, Extra: e.extra}}
}

// operation is one that the server can do. Those that read share the lock.
type operation struct {
	run   func(*call) (*answer, error)
	reads bool
}

var operations = map[string]operation{
	"ListObjectVersions":      {(*call).listObjectVersions, true},
	"ListObjectsV2":           {(*call).listObjectsV2, true},
	"HeadObject":              {(*call).getObject, true},
	"GetObject":               {(*call).getObject, true},
	"GetObjectAttributes":     {(*call).getObjectAttributes, true},
	"PutObject":               {(*call).putObject, false},
	"CopyObject":              {(*call).copyObject, false},
	"DeleteObject":            {(*call).deleteObject, false},
	"DeleteObjects":           {func(c *call) (*answer, error) { return c.deleteObjects(nil) }, false},
	"CreateMultipartUpload":   {(*call).createUpload, false},
	"UploadPart":              {(*call).uploadPart, false},
	"UploadPartCopy":          {(*call).uploadPartCopy, false},
	"CompleteMultipartUpload": {(*call).completeUpload, false},
	"AbortMultipartUpload":    {(*call).abortUpload, false},
	"ListMultipartUploads":    {(*call).listUploads, true},
	"ListParts":               {(*call).listParts, true},
	"ListBuckets":             {(*call).listBuckets, true},
	"CreateBucket":            {(*call).createBucket, false},
	"HeadBucket":              {(*call).headBucket, true},
	"GetBucketLocation":       {(*call).getLocation, true},
	"GetBucketVersioning":     {(*call).getVersioning, true},
	"PutBucketVersioning":     {(*call).putVersioning, false},
	"GetBucketPolicyStatus":   {(*call).getPolicyStatus, true},
	"GetObjectTagging":        {(*call).getTagging, true},
	"PutObjectTagging":        {(*call).putTagging, false},
	"DeleteObjectTagging":     {(*call).putTagging, false},
	"ListObjectAnnotations":   {(*call).listAnnotations, true},
	"GetObjectAnnotation":     {(*call).getAnnotation, true},
	"PutObjectAnnotation":     {(*call).putAnnotation, false},
	"DeleteObjectAnnotation":  {(*call).deleteAnnotation, false},
	"GetObjectAcl":            {(*call).getACL, true},
	"PutObjectAcl":            {(*call).putACL, false},
	"GetObjectRetention":      {(*call).getRetention, true},
	"PutObjectRetention":      {(*call).putRetention, false},
	"GetObjectLegalHold":      {(*call).getLegalHold, true},
	"PutObjectLegalHold":      {(*call).putLegalHold, false},
}

func (s *Server) do(c *call) (*answer, error) {
	operation, ok := operations[c.Operation]
	if !ok {
		operation, ok = settingOperations[c.Operation]
	}
	if !ok {
		return nil, notImplemented()
	}
	if operation.reads {
		s.mu.RLock()
		defer s.mu.RUnlock()
	} else {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	c.server = s
	if err := c.admit(); err != nil {
		return nil, err
	}
	if c.b != nil && c.b.readOnly && !operation.reads {
		return nil, denied()
	}
	return operation.run(c)
}

// admit refuses what S3 refuses of any request, and finds the bucket.
func (c *call) admit() error {
	authorization := c.http.Header.Get("Authorization")
	if authorization == "" && c.http.URL.Query().Get("X-Amz-Signature") == "" {
		return denied()
	}
	c.b = c.server.buckets[c.Bucket]
	switch {
	case c.Operation == "ListBuckets" || c.Operation == "CreateBucket":
		return nil
	case c.b == nil:
		return fail(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", c.Bucket)
	}
	// The credential of a signature is key/date/Region/s3/aws4_request.
	if scope := strings.Split(authorization, "/"); len(scope) > 2 && scope[2] != c.b.Region && c.Operation != "GetBucketLocation" {
		c.region = c.b.Region
		return fail(http.StatusMovedPermanently, "PermanentRedirect",
			"The bucket you are attempting to access must be addressed using the specified endpoint. "+
				"Please send all future requests to this endpoint.").
			with("Endpoint", "s3."+c.b.Region+".amazonaws.com").with("Bucket", c.Bucket)
	}
	expected := c.http.Header.Get("X-Amz-Expected-Bucket-Owner")
	if c.b.Owner != c.server.options.Account || expected != "" && expected != c.b.Owner {
		return denied()
	}
	return nil
}

func (s *Server) write(w http.ResponseWriter, c *call, a *answer, fault Fault) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	if c.region != "" {
		header.Set("X-Amz-Bucket-Region", c.region)
	}
	header.Set("Date", s.options.Clock().UTC().Format(http.TimeFormat))
	header.Set("X-Amz-Request-Id", hexID(c.Operation, c.Bucket, c.Key, c.VersionID))
	body := a.content
	length := a.length
	switch document := a.document.(type) {
	case nil:
	case []byte:
		body, length = bytesBlob(document), int64(len(document))
	default:
		encoded, err := xml.Marshal(document)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError) // a document here is always one that can be encoded
			return
		}
		encoded = append([]byte(xml.Header), encoded...)
		body, length = bytesBlob(encoded), int64(len(encoded))
	}
	if a.document != nil {
		header.Set("Content-Type", "application/xml")
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	silent := body == nil || c.http.Method == http.MethodHead || a.status == http.StatusNotModified
	if fault.Cut && !silent {
		w.WriteHeader(a.status)
		_, _ = body.WriteTo(&half{w, length / 2}) // ends with an error
		_ = http.NewResponseController(w).Flush() // the client is to see this half
	}
	if fault.Cut {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how a handler of net/http closes a connection
	}
	w.WriteHeader(a.status)
	if !silent {
		_, _ = body.WriteTo(w) // the client is gone
	}
}

// half takes so many bytes, and no more.
type half struct {
	w    io.Writer
	left int64
}

func (h *half) Write(p []byte) (int, error) {
	n, err := h.w.Write(p[:min(int64(len(p)), h.left)])
	h.left -= int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}
