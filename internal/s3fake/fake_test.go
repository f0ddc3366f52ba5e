package s3fake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// The names that most tests use.
var inB, keyK = aws.String("b"), aws.String("k")

// fixture is a server with one bucket, "b", whose clock stands at noon, and a client.
type fixture struct {
	*testing.T
	ctx    context.Context
	clock  *Clock
	server *Server
	bucket *Bucket
	client *s3.Client
}

func start(t *testing.T, options Options, bucket BucketOptions) fixture {
	t.Helper()
	f := fixture{T: t, ctx: t.Context(), clock: NewClock(noon)}
	options.Clock = f.clock.Now
	f.server = New(options)
	f.bucket = f.server.CreateBucket("b", bucket)
	f.client = f.server.Start(t)
	return f
}

// versioned is a fixture with versioning.
func versioned(t *testing.T) fixture {
	t.Helper()
	return start(t, Options{}, BucketOptions{Versioning: types.BucketVersioningStatusEnabled})
}

// must ends the tests on an error.
func must[T any](what T, err error) T {
	if err != nil {
		panic(err)
	}
	return what
}

// refused checks an error's status and code, such as "412 PreconditionFailed": refused(t, want)(call).
func refused(t testing.TB, want string) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		if got := outcome(err); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func outcome(err error) string {
	if err == nil {
		return "no error"
	}
	var response *smithyhttp.ResponseError
	var api smithy.APIError
	if !errors.As(err, &response) || !errors.As(err, &api) {
		return err.Error()
	}
	return fmt.Sprint(response.HTTPStatusCode(), " ", api.ErrorCode())
}

// text is a short form of a history: bodies and times' seconds, newest first.
func history(versions []Version) string {
	var parts []string
	for _, v := range versions {
		text := string(v.Body)
		if v.DeleteMarker {
			text = "marker"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func put(key, body string) *s3.PutObjectInput {
	return &s3.PutObjectInput{Bucket: inB, Key: &key, Body: strings.NewReader(body)}
}
