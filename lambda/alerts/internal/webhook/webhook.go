// Package webhook posts alerts as JSON to a URL of one's own.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/send"
)

// Messages returns one request for each alert. A job that succeeds again gives one too: its action resolves the incident
// with the same key.
func Messages(_ alerting.Destination, alerts []alert.Alert) []send.Message {
	var messages []send.Message
	for i, a := range alerts {
		if a.Quiet && a.Action != alert.Resolve {
			continue
		}
		document := NewDocument(a)
		messages = append(messages, send.Message{
			Alerts: []int{i}, Payload: document,
			Post: func(ctx context.Context, with send.Means) error { return Post(ctx, with, document) },
		})
	}
	return messages
}

// Post posts a value as JSON to the URL that is the destination's secret.
func Post(ctx context.Context, with send.Means, value any) error {
	address, err := Address(with)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), strings.NewReader(plainJSON(value)))
	if err != nil {
		return errNoURL // the error of package http would show it
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", alerting.TestSource)
	if err := with.Keys.SetHeader(request.Header); err != nil {
		return err
	}
	response, err := with.Client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

var errNoURL = errors.New("the secret is not a URL that begins with https://")

// Address returns the URL. Without TLS everybody on the way could read the alert, and the secret.
func Address(with send.Means) (*url.URL, error) {
	u, err := url.Parse(with.Keys.Main.Reveal())
	if err != nil || u.Host == "" || u.Scheme != "https" {
		return nil, errNoURL // the error of package url would show it
	}
	return u, nil
}
