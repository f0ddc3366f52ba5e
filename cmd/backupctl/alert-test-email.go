package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"central-s3-backup/config"
	"central-s3-backup/internal/alerting"
)

// topic is a topic for e-mails, with the credentials of its account.
type topic struct {
	arn, name string
	account   account
	aws       aws.Config
}

// topicsOf lists the topic of the account that is tested and those of the central account, one for each of its Regions, each once.
func topicsOf(cfg *config.Config, source, central account, sourceConfig, centralConfig aws.Config) []topic {
	var all []topic
	for _, region := range cfg.CentralRegions() {
		at, ofRegion := central, centralConfig.Copy()
		at.region, ofRegion.Region = region, region
		all = append(all, topic{arn: cfg.CentralTopicARN(region), name: cfg.TopicName(config.CentralID), account: at, aws: ofRegion})
	}
	for _, w := range cfg.Workloads {
		if w.ID() == source.owner {
			all = append([]topic{{arn: cfg.TopicARN(w), name: cfg.TopicName(w.ID()), account: source, aws: sourceConfig}}, all...)
		}
	}
	return all
}

// sendEmails publishes a test message on each topic. SNS does not say whether an e-mail arrived, so people look for the marker.
func sendEmails(ctx context.Context, stdout io.Writer, topics []topic, marker string, addresses []string) error {
	var failures []error
	for _, t := range topics {
		_, err := sns.NewFromConfig(t.aws).Publish(ctx, &sns.PublishInput{
			TopicArn: aws.String(t.arn),
			Subject:  aws.String("TEST of the alerts of " + t.account.owner + ": nothing is wrong"),
			Message:  aws.String(alerting.TestMessage + "\n" + marker),
		})
		switch {
		case mayNotPublish(err):
			failures = append(failures, fmt.Errorf("%s may not publish on the topic %s of %s: want sns:Publish on it, and "+
				"kms:GenerateDataKey and kms:Decrypt with its key: %w", t.account.credentials(), t.name, t.account, plain(err)))
		case err != nil:
			failures = append(failures, fmt.Errorf("the topic %s of %s did not accept the message: %w", t.name, t.account, plain(err)))
		default:
			fmt.Fprintf(stdout, "published %s on the topic %s of %s: look for it in the inbox of %s; an address that has not confirmed "+
				"its subscription receives nothing\n", marker, t.name, t.account, strings.Join(addresses, ", "))
		}
	}
	return errors.Join(failures...)
}

// mayNotPublish says whether a permission is missing. Amazon SNS has an error of its own for that, and AWS KMS, which it asks for the
// key of the topic, has another one.
func mayNotPublish(err error) bool {
	_, ofTopic := errors.AsType[*types.AuthorizationErrorException](err)
	_, ofKey := errors.AsType[*types.KMSAccessDeniedException](err)
	return ofTopic || ofKey || isDenied(err)
}
