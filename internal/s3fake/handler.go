package s3fake

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// upload is a multipart upload that is not completed.
type upload struct{}

// call is one request on its way.
type call struct {
	Request
	http *http.Request
	body []byte
	b    *Bucket
}

// answer is what a call gets. Its body is a document, which is encoded as XML, or content.
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
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length header.")
	}
	return body, nil
}

func (s *Server) failed(err error) *answer {
	e := &apiError{}
	if !errors.As(err, &e) {
		e = fail(http.StatusInternalServerError, "InternalError", err.Error())
	}
	return &answer{status: e.status, header: http.Header{}, document: struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
		Extra         []element
	}{Code: e.code, Message: e.message, Extra: e.extra}}
}

func (s *Server) do(*call) (*answer, error) { return nil, notImplemented() }

func (s *Server) write(w http.ResponseWriter, c *call, a *answer, fault Fault) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	header.Set("X-Amz-Request-Id", hexID(c.Operation, c.Bucket, c.Key, c.VersionID))
	body := a.content
	length := a.length
	if a.document != nil {
		encoded, err := xml.Marshal(a.document)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		encoded = append([]byte(xml.Header), encoded...)
		body, length = bytesBlob(encoded), int64(len(encoded))
		header.Set("Content-Type", "application/xml")
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.status != http.StatusNoContent {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.WriteHeader(a.status)
	if body == nil || c.http.Method == http.MethodHead {
		return
	}
	if fault.Cut {
		return
	}
	_, _ = body.WriteTo(w) // the client is gone
}
