package rewind

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// body is the body of an answer, as it came.
type body struct {
	content []byte
	// large says that it is read into one of the buffers, and held is that one. So however many listers there are,
	// memory has few pages.
	large bool
	held  *bytes.Buffer
	// date is when the server answered, by its clock. Its zero value: it does not tell.
	date time.Time
}

// buffers are for large bodies, from the first byte that is read until the page is decoded. More of them than processors:
// some wait for the network.
var buffers = func() chan *bytes.Buffer {
	all := make(chan *bytes.Buffer, 2*runtime.GOMAXPROCS(0))
	for range cap(all) {
		all <- new(bytes.Buffer)
	}
	return all
}()

// release gives the buffer of a large body to others.
func (b *body) release() {
	if b.held != nil {
		buffers <- b.held
		b.held = nil
	}
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
	b.release() // of an attempt before
	content := new(bytes.Buffer)
	if b.large && response.StatusCode == http.StatusOK { // an error is small, and the SDK may wait after it
		b.held = <-buffers
		content = b.held
		content.Reset()
	}
	_, err = content.ReadFrom(response.Body)
	_ = response.Body.Close() // it was read
	if err != nil {
		b.release()
		return out, metadata, &cutError{err}
	}
	b.content = content.Bytes()
	b.date, _ = http.ParseTime(response.Header.Get("Date"))
	response.Body = io.NopCloser(bytes.NewReader(b.content))
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
