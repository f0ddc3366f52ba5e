package send

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"central-s3-backup/lambda/alerts/internal/secret"
)

// Message is one request to a destination.
type Message struct {
	// Alerts has the indexes of the alerts in this message. An alert that is in no message is not for
	// this destination.
	Alerts []int
	// Payload is the body of the request, without the secret.
	Payload any
	// Post makes exactly one request. Its error need not contain the answer, and may contain the secrets.
	Post func(ctx context.Context, with Means) error
}

// Means are what a request is made with.
type Means struct {
	// Client makes the request, and is used for nothing else.
	Client *http.Client
	// Keys are the secrets of the destination.
	Keys secret.Keys
	// AWS has the credentials of the function.
	AWS aws.Config
}
