package pagerduty

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/send"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestServiceRegions: the events of an account in the EU go to its own endpoint, in the path of the same API (F-EVT-20).
func TestServiceRegions(t *testing.T) {
	for region, want := range map[string]string{
		alerting.EndpointUS: "https://events.pagerduty.com/v2/enqueue",
		alerting.EndpointEU: "https://events.eu.pagerduty.com/v2/enqueue",
	} {
		got := ""
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return &http.Response{StatusCode: http.StatusAccepted, Body: io.NopCloser(strings.NewReader(`{"status":"success"}`))}, nil
		})}
		to := alerting.Destination{Kind: alerting.PagerDuty, Secret: "s", Endpoint: alerting.Endpoint(region)}
		for _, message := range Messages(to, []alert.Alert{{Action: alert.Trigger, Title: "t", Key: "k"}}) {
			if err := message.Post(context.Background(), send.Means{Client: client}); err != nil {
				t.Error(err)
			}
		}
		if got != want {
			t.Errorf("%s: %s; want %s", region, got, want)
		}
	}
}
