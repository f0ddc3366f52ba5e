package s3fake

import (
	"encoding/xml"
	"net/http"
)

// apiError is an error in S3's form.
type apiError struct {
	status        int
	code, message string
	header        http.Header
	extra         []element // such as the condition that was not met
}

// element is one more element of an error's document.
type element struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(status int, code, message string) *apiError {
	return &apiError{status: status, code: code, message: message, header: http.Header{}}
}

func (e *apiError) with(name, value string) *apiError {
	e.extra = append(e.extra, element{XMLName: xml.Name{Local: name}, Value: value})
	return e
}

func denied() *apiError { return fail(http.StatusForbidden, "AccessDenied", "Access Denied") }

func invalid(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", message)
}

func invalidRequest(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidRequest", message)
}

func malformed() *apiError {
	return fail(http.StatusBadRequest, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema")
}

func noSuchKey(key string) *apiError {
	return fail(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

func conditionFailed(condition string) *apiError {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold").with("Condition", condition)
}

func notImplemented() *apiError {
	return fail(http.StatusNotImplemented, "NotImplemented",
		"A header or a query you provided implies functionality that is not implemented.")
}
