package send

import (
	"context"
	"net/http"

	"central-s3-backup/lambda/alerts/internal/secret"
)

// Message is one request to a destination.
type Message struct {
	// Alerts has the indexes of the alerts in this message. An alert that is in no message is not for
	// this destination.
	Alerts []int
	// Payload is the body of the request, without the secret.
	Payload any
	// Post makes exactly one request, with a client that is used for nothing else. Its error need not
	// contain the answer, and may contain the secret.
	Post func(ctx context.Context, client *http.Client, key secret.Secret) error
}
