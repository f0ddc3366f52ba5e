package config

import "fmt"

// BucketRequirement is what AWS Backup needs of a bucket, and the app does not set on an existing one.
type BucketRequirement struct {
	// Name identifies the requirement, such as "versioning".
	Name string
	// Requirement is what the bucket must have, as a sentence without a full stop.
	Requirement string
	// Consequence is what happens otherwise, as the end of a sentence.
	Consequence string
	// Fact is the number of the fact in docs/aws-facts.md.
	Fact string
}

// ExistingBuckets lists what an existing bucket in a tier with backups needs (F-S3-28). The buckets that the app
// creates have it. docs/existing-buckets.md is generated from this list.
var ExistingBuckets = []BucketRequirement{
	{"versioning", "S3 Versioning is enabled", "every backup job fails", "F-S3-1"},
	{"eventbridge", "The bucket sends its events to Amazon EventBridge", "continuous backups stop", "F-S3-12"},
	{"region", "The bucket is in the account and Region of its workload", "the plan does not find it", "F-REG-3"},
	{"key", "The KMS key of its objects lets the backup role decrypt them",
		"jobs complete without these objects", "F-S3-16"},
	{"bucket-policy", "The bucket policy does not deny access to the backup role, for example by VPC or IP address",
		"jobs fail, or complete without objects", "F-OL-12"},
	{"storage-class", "No lifecycle rule moves objects to S3 Glacier Flexible Retrieval or Deep Archive",
		"backups do not have these objects; if all are there, recovery points are empty or expire", "F-S3-2"},
	{"sse-c", "No object is encrypted with SSE-C, a key that the caller provides", "backups do not have these objects", "F-S3-3"},
}

// warnOfExistingBuckets warns once of all existing buckets with backups: nothing in a template can set or check what
// they need.
func warnOfExistingBuckets(c *checker) {
	first, buckets := "", 0
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if t := c.cfg.tier(b.Tier); b.Existing && t != nil && t.BackedUp() {
				if first == "" {
					first = bucketPath(i, j) + ".existing"
				}
				buckets++
			}
		}
	}
	if buckets > 0 {
		c.report(first, Problem{
			What: fmt.Sprintf("the app changes no existing bucket, so check that yours meet the %d requirements of AWS Backup, such as "+
				"S3 Versioning: docs/existing-buckets.md", len(ExistingBuckets)),
			Got: count(buckets, "existing bucket"),
		})
	}
}
