package s3fake

import (
	"encoding/xml"
	"net/http"
)

// apiError is an error in S3's form.
type apiError struct {
	status        int
	code, message string
	extra         []element // such as the Region that the bucket is in
}

// element is one more element of an error's document.
type element struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(status int, code, message string) *apiError {
	return &apiError{status: status, code: code, message: message}
}

func (e *apiError) with(name, value string) *apiError {
	e.extra = append(e.extra, element{XMLName: xml.Name{Local: name}, Value: value})
	return e
}

func denied() *apiError { return fail(http.StatusForbidden, "AccessDenied", "Access Denied") }

func invalid(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", message)
}

func notImplemented() *apiError {
	return fail(http.StatusNotImplemented, "NotImplemented", "A header or a query you provided implies functionality that is not implemented.")
}
