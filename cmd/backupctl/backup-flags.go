package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"central-s3-backup/config"
)

// backupFlags are the flags of all commands on AWS Backup.
type backupFlags struct {
	Config      string `default:"backup.yaml" placeholder:"FILE" help:"Read the configuration from FILE (default: ${default})."`
	Profile     string `placeholder:"NAME" help:"AWS profile for the workload's account ${noProfile}."`
	Region      string `placeholder:"REGION" help:"The Region. It must be that of the configuration."`
	Output      string `enum:"text,json" default:"text" placeholder:"FORM" help:"Print text or json (default: ${default})."`
	EndpointURL string `name:"endpoint-url" placeholder:"URL" help:"Send all requests to this URL."`
}

// workloadOf finds the workload by --workload or, without it, by the bucket that it names.
func workloadOf(cfg *config.Config, id, bucket string) (config.Workload, error) {
	var ids, buckets []string
	for _, w := range cfg.Workloads {
		if id != "" && w.ID() == id {
			return w, nil
		}
		ids = append(ids, w.ID())
		for _, b := range w.Buckets {
			if id == "" && b.Name == bucket {
				return w, nil
			}
			buckets = append(buckets, b.Name)
		}
	}
	if id != "" {
		return config.Workload{}, fmt.Errorf("--workload %s: there is no such workload%s; want NAME-ENV of a workload",
			id, config.DidYouMean(id, ids))
	}
	return config.Workload{}, fmt.Errorf("--bucket %s: no workload names this bucket%s; "+
		"if a tag selects it, or its account is another now, add --workload NAME-ENV", bucket, config.DidYouMean(bucket, buckets))
}

// checkRegion refuses a Region that is not that of the configuration: a recovery point is restored in its own (F-RST-3).
func (f backupFlags) checkRegion(a account) error {
	if f.Region == "" || f.Region == a.region {
		return nil
	}
	return fmt.Errorf("--region %s: the recovery points of %s are in %s, and AWS Backup restores them there alone (F-RST-3); leave out "+
		"--region",
		f.Region, a.owner, a.region)
}

// clients are the clients of one account.
type clients struct {
	account account
	backup  *backup.Client
	s3      *s3.Client
	// connection makes further clients.
	connection aws.Config
}

// connect checks the account by STS, and returns its clients. Requests are sent again when AWS asks for fewer.
func (f backupFlags) connect(ctx context.Context, a account, clock clock) (*clients, error) {
	if f.EndpointURL != "" {
		if at, err := url.Parse(f.EndpointURL); err != nil || at.Host == "" {
			return nil, fmt.Errorf("--endpoint-url %s: this is not a URL; write https://HOST", f.EndpointURL)
		}
	}
	connection, err := a.connect(ctx,
		awsconfig.WithBaseEndpoint(f.EndpointURL),
		awsconfig.WithLogger(logging.Nop{}),
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = attempts
				if clock.backoff > 0 {
					o.MaxBackoff = clock.backoff
				}
			})
		}),
	)
	if err != nil {
		return nil, err
	}
	return &clients{a, backup.NewFromConfig(connection), s3.NewFromConfig(connection, pathStyle, func(o *s3.Options) {
		o.HTTPClient = awshttp.NewBuildableClient() // without a limit for a whole answer: an object takes its time
	}), connection}, nil
}

// startTimeout limits a call that Ctrl-C does not end.
const startTimeout = time.Minute

// uninterrupted is a context for a call that starts something: its answer must come, also after Ctrl-C. A second Ctrl-C ends the
// process.
func uninterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
}

// pathStyle is for servers other than AWS.
func pathStyle(o *s3.Options) {
	if at, err := url.Parse(aws.ToString(o.BaseEndpoint)); err == nil && at.Host != "" {
		o.UsePathStyle = !strings.HasSuffix(at.Hostname(), "amazonaws.com")
	}
}

var errNoBucket = errors.New("--bucket: a bucket has a name")

// again is the command line of a command with the flags that choose where it works, and more.
func (f backupFlags) again(command string, pairs ...string) string {
	line := program + " " + command
	pairs = append(pairs, "--profile", f.Profile, "--endpoint-url", f.EndpointURL)
	if f.Config != "backup.yaml" {
		pairs = append(pairs, "--config", f.Config)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			line += " " + pairs[i] + " " + quoted(pairs[i+1])
		}
	}
	return line
}
