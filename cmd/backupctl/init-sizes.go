package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The daily metrics of S3 in CloudWatch (F-S3-46).
const (
	s3Metrics     = "AWS/S3"
	bucketBytes   = "BucketSizeBytes"
	bucketObjects = "NumberOfObjects"
	// maxQueries of a request, as CloudWatch allows.
	maxQueries = 500
)

// sizes are the sizes of buckets. unread says why there are none.
type sizes struct {
	bytes, objects map[string]float64
	unread         string
}

// of is the size of a bucket in words.
func (s *sizes) of(bucket string) string {
	bytes, known := s.bytes[bucket]
	switch {
	case s.unread != "":
		return "size unknown: " + s.unread
	case !known:
		return "size unknown: CloudWatch has no daily metric of the last three days"
	}
	return fmt.Sprintf("%s in %s objects, noncurrent versions included", inUnits(bytes), strconv.FormatFloat(s.objects[bucket], 'f', 0, 64))
}

// inUnits is a number of bytes with a unit of 1,024.
func inUnits(bytes float64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"}
	at := 0
	for ; bytes >= 1024 && at < len(units)-1; at++ {
		bytes /= 1024
	}
	if at == 0 {
		return strconv.FormatFloat(bytes, 'f', 0, 64) + " " + units[at]
	}
	return strconv.FormatFloat(bytes, 'f', 1, 64) + " " + units[at]
}

// measure asks CloudWatch for the sizes of all buckets of the Region. Without the right to it, they are unknown.
func (s *survey) measure(ctx context.Context, client *cloudwatch.Client, now time.Time) (*sizes, error) {
	found := &sizes{bytes: map[string]float64{}, objects: map[string]float64{}}
	for metric, into := range map[string]map[string]float64{bucketBytes: found.bytes, bucketObjects: found.objects} {
		if err := s.sum(ctx, client, metric, now, into); err != nil {
			s.report.Findings = nil
			if err := s.unread("the sizes", err); err != nil { // Ctrl-C, or expired credentials
				return nil, err
			}
			found.unread = s.report.Findings[0].What
			return found, nil
		}
	}
	return found, nil
}

// sum adds the latest values of a metric over the storage classes of each bucket.
func (s *survey) sum(ctx context.Context, client *cloudwatch.Client, metric string, now time.Time, into map[string]float64) error {
	var queries []types.MetricDataQuery
	var buckets []string
	for pages := cloudwatch.NewListMetricsPaginator(client, &cloudwatch.ListMetricsInput{
		Namespace: aws.String(s3Metrics), MetricName: aws.String(metric),
	}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, m := range page.Metrics {
			for _, dimension := range m.Dimensions {
				if aws.ToString(dimension.Name) == "BucketName" {
					buckets = append(buckets, aws.ToString(dimension.Value))
					queries = append(queries, types.MetricDataQuery{
						Id: aws.String("m" + strconv.Itoa(len(queries))),
						MetricStat: &types.MetricStat{
							Metric: &m, Period: aws.Int32(24 * 60 * 60), Stat: aws.String("Average"),
						},
					})
				}
			}
		}
	}
	for first := 0; first < len(queries); first += maxQueries {
		if err := latest(ctx, client, queries[first:min(first+maxQueries, len(queries))], now, func(query int, value float64) {
			into[buckets[query]] += value
		}); err != nil {
			return err
		}
	}
	return nil
}

// latest passes on the latest value of each query, by its number.
func latest(ctx context.Context, client *cloudwatch.Client, queries []types.MetricDataQuery, now time.Time, got func(int, float64)) error {
	seen := map[int]bool{}
	pages := cloudwatch.NewGetMetricDataPaginator(client, &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: aws.Time(now.AddDate(0, 0, -3)), EndTime: aws.Time(now), ScanBy: types.ScanByTimestampDescending,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, result := range page.MetricDataResults {
			query, err := strconv.Atoi(aws.ToString(result.Id)[1:])
			if err == nil && len(result.Values) > 0 && !seen[query] {
				seen[query] = true
				got(query, result.Values[0])
			}
		}
	}
	return nil
}
