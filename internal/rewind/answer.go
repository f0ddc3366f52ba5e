package rewind

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// body is the body of an answer, as it came.
type body struct {
	content bytes.Buffer
	// date is when the server answered, by its clock. Its zero value: it does not tell.
	date time.Time
}

// keep lets a call leave its answer's body here.
func (b *body) keep(options *s3.Options) {
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("KeepBody", b.read), middleware.After)
	})
}

// read reads the whole body before anything of the SDK does. The SDK sends a request again if there is no answer, but not if the
// answer ends early; an error from here it takes for a lost connection.
func (b *body) read(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok {
		return out, metadata, err
	}
	b.content.Reset() // of the answer to an attempt before
	_, err = b.content.ReadFrom(response.Body)
	_ = response.Body.Close() // it was read
	if err != nil {
		return out, metadata, &cutError{err}
	}
	b.date, _ = http.ParseTime(response.Header.Get("Date"))
	response.Body = io.NopCloser(bytes.NewReader(b.content.Bytes()))
	return out, metadata, nil
}

// cutError is an answer that ended early.
type cutError struct{ err error }

func (e *cutError) Error() string         { return "the answer ended early: " + e.err.Error() }
func (e *cutError) Unwrap() error         { return e.err }
func (e *cutError) ConnectionError() bool { return true }

// whole makes a call of which the SDK sends the request again if the answer ends early, and lets each attempt tell the
// run when S3 asks for fewer requests. No answer but a listing is large.
func (r *Run) whole(options *s3.Options) {
	new(body).keep(options)
	r.pace.watch(options)
}
