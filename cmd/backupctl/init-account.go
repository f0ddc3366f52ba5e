package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"central-s3-backup/config"
)

// survey is the look at the buckets of an account.
type survey struct {
	*place
	tagKey, tier string
	sizes        *sizes
}

// readAccount adds the buckets of an account to the workload, with what each lacks.
func (c *initialize) readAccount(ctx context.Context, clock clock, d *draft) error {
	flags := backupFlags{Config: c.Out, Profile: c.FromAccount, EndpointURL: c.EndpointURL}
	a := account{owner: "the buckets", region: c.Region, flag: "--from-account", profile: c.FromAccount}
	if a.region == "" {
		profile, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithSharedConfigProfile(a.profile))
		if a.region = profile.Region; err == nil && a.region == "" {
			return fmt.Errorf("--from-account %s: the profile has no Region; write --region REGION", a.profile)
		}
	}
	there, err := flags.connect(ctx, a, clock)
	if err != nil {
		return err
	}
	if a.id, err = a.owned(ctx, there.connection); err != nil {
		return err
	}
	w := d.workloads[len(d.workloads)-1]
	w.account, w.region = a.id, a.region
	there.account = a
	s := &survey{
		place: &place{
			checking: &checking{command: &preflight{backupFlags: flags}, now: clock.now()}, account: a, clients: there,
			workload: &config.Workload{Name: w.name, Environment: w.environment, Account: a.id, Region: a.region},
		},
		tagKey: c.TagKey, tier: c.Tier,
	}
	if s.tagKey == "" {
		s.tagKey = config.TierTag
	}
	here, elsewhere, err := s.list(ctx)
	if err != nil {
		return err
	}
	if s.sizes, err = s.measure(ctx, cloudwatch.NewFromConfig(there.connection), clock.now()); err != nil {
		return err
	}
	w.notes = append(w.notes, fmt.Sprintf("from account %s, %s: the app backs these buckets up and does not change them", a.id, a.region))
	for _, region := range sortedKeys(elsewhere) {
		w.notes = append(w.notes, fmt.Sprintf("%s has %s more: %s; that is another workload", region,
			count(len(elsewhere[region]), "bucket", "buckets"), strings.Join(elsewhere[region], ", ")))
	}
	for _, name := range here {
		if named := slices.ContainsFunc(w.buckets, func(b draftBucket) bool { return b.name == name }); named {
			continue
		}
		b, err := s.bucket(ctx, name)
		if err != nil {
			return err
		}
		w.buckets = append(w.buckets, b)
	}
	return nil
}

// list lists the buckets of the account: those of the Region, and the others by theirs.
func (s *survey) list(ctx context.Context) (here []string, elsewhere map[string][]string, err error) {
	elsewhere = map[string][]string{}
	for pages := s3.NewListBucketsPaginator(s.s3, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, s.account.lacks(err)
		}
		for _, b := range page.Buckets {
			name, region := aws.ToString(b.Name), aws.ToString(b.BucketRegion)
			if region == "" { // servers other than AWS leave it out
				location, err := s.s3.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: b.Name})
				if err != nil {
					return nil, nil, s.account.lacks(err)
				}
				if region = string(location.LocationConstraint); region == "" {
					region = "us-east-1"
				}
			}
			if region == s.account.region {
				here = append(here, name)
			} else {
				elsewhere[region] = append(elsewhere[region], name)
			}
		}
	}
	return here, elsewhere, nil
}

// bucket looks at a bucket and proposes its tier. What it lacks are its notes.
func (s *survey) bucket(ctx context.Context, name string) (draftBucket, error) {
	b := draftBucket{name: name, existing: true}
	s.report.Findings = nil
	tags, err := s.tags(ctx, name)
	if err != nil {
		return b, err
	}
	why := s.untagged(tags)
	if len(s.report.Findings) > 0 {
		why = "the tags cannot be read"
	}
	tiers := config.BuiltinTiers()
	switch {
	case tiers.Named(tags[s.tagKey]) != "":
		b.tier = tiers.Named(tags[s.tagKey])
		b.notes = append(b.notes, fmt.Sprintf("tag %s=%s", s.tagKey, tags[s.tagKey]))
	case s.tier != "":
		b.tier = s.tier
		b.notes = append(b.notes, why+"; --tier says this one")
	default:
		b.notes = append(b.notes, why+"; choose a tier and remove the # above")
	}
	b.notes = append(b.notes, s.sizes.of(name))
	if err := s.look(ctx, name, tierOf(tiers, b.tier)); err != nil {
		return b, err
	}
	for _, f := range s.report.Findings {
		if f.Result == resultOK {
			continue
		}
		note := f.Result + ": " + f.Subject + ": " + f.What
		if f.Mend != "" {
			note += "; mend it with " + f.Mend
		}
		b.notes = append(b.notes, note)
	}
	return b, nil
}

// tierOf is the tier of that name or, where nothing says which, the first one with continuous backups: those need most.
func tierOf(tiers config.Tiers, name string) *config.Tier {
	for i, t := range tiers {
		if t.Name == name || name == "" && t.ContinuousBackup != nil {
			return &tiers[i]
		}
	}
	return &tiers[0]
}

func (s *survey) look(ctx context.Context, bucket string, tier *config.Tier) error {
	if err := s.lookSettings(ctx, bucket, tier); err != nil {
		return err
	}
	subject := "Object Lock of bucket " + bucket
	days, err := s.lockDays(ctx, bucket)
	switch {
	case err != nil:
		return s.unread(subject, err)
	case days == 0:
		s.wrong(subject, "there is no default retention, and the app gives an existing bucket none: versions can be deleted at any time "+
			"(F-OL-3)", "")
	case days < tier.ObjectLock.Days:
		s.wrong(subject, fmt.Sprintf("it keeps each version %s, and %s keeps %d (F-OL-3)", count(days, "day", "days"), tier.Name,
			tier.ObjectLock.Days), "")
	}
	return nil
}

func (s *survey) untagged(tags map[string]string) string {
	if value, there := tags[s.tagKey]; there {
		return fmt.Sprintf("tag %s=%s names no tier", s.tagKey, value)
	}
	if len(tags) == 0 {
		return "no tag " + s.tagKey
	}
	return "no tag " + s.tagKey + "; its tags are " + strings.Join(slices.Sorted(maps.Keys(tags)), ", ")
}

// tags are the tags of a bucket. What could not be read is a finding of the look that follows.
func (s *survey) tags(ctx context.Context, bucket string) (map[string]string, error) {
	output, err := s.s3.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: aws.String(bucket)})
	if statusOf(err) == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, s.unread("the tags of bucket "+bucket, err)
	}
	tags := map[string]string{}
	for _, tag := range output.TagSet {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags, nil
}
