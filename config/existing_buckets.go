package config

import (
	"cmp"
	"strings"
)

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
	// Short is what the bucket must have, in a few words of a list, such as "S3 Versioning".
	Short string
}

// ExistingBuckets lists what an existing bucket in a tier with backups needs (F-S3-28). The buckets that the app
// creates have it. docs/existing-buckets.md is generated from this list.
var ExistingBuckets = []BucketRequirement{
	{"versioning", "S3 Versioning is enabled", "every backup job fails", "F-S3-1", "S3 Versioning"},
	{"eventbridge", "The bucket sends its events to Amazon EventBridge", "continuous backups stop", "F-S3-12", "events to EventBridge"},
	{"region", "The bucket is in the account and Region of its workload", "the plan does not find it", "F-REG-3",
		"the workload's account and Region"},
	{"key", "The KMS key of its objects lets the backup role decrypt them",
		"jobs complete without these objects", "F-S3-16", "a KMS key that lets the backup role decrypt"},
	{"bucket-policy", "The bucket policy does not deny access to the backup role, for example by VPC or IP address",
		"jobs fail, or complete without objects", "F-OL-12", "a bucket policy that does not deny the backup role"},
	{"storage-class", "No lifecycle rule moves objects to S3 Glacier Flexible Retrieval or Deep Archive",
		"backups do not have these objects; if all are there, recovery points are empty or expire", "F-S3-2",
		"no transition to Glacier Flexible Retrieval or Deep Archive"},
	{"sse-c", "No object is encrypted with SSE-C, a key that the caller provides", "backups do not have these objects", "F-S3-3",
		"no objects under SSE-C"},
}

// warnOfExistingBuckets warns once of all buckets with backups that the app does not create, named or selected by tag:
// nothing in a template can set or check what they need.
func warnOfExistingBuckets(c *checker) {
	existing, tagged := "", "" // the first path of each
	buckets, workloads := 0, 0
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if t := c.cfg.tier(b.Tier); b.Existing && t != nil && t.BackedUp() {
				existing = cmp.Or(existing, bucketPath(i, j)+".existing")
				buckets++
			}
		}
		if len(w.SelectTagged) > 0 {
			tagged = cmp.Or(tagged, selectPath(i, 0))
			workloads++
		}
	}
	which, got := "no existing bucket", count(buckets, "existing bucket")
	switch {
	case buckets == 0 && workloads == 0:
		return
	case buckets == 0:
		which, got = "no bucket that a tag selects", "select_tagged in "+count(workloads, "workload")
	case workloads > 0:
		which, got = "neither existing buckets nor those that a tag selects", got+", and select_tagged in "+count(workloads, "workload")
	}
	c.report(cmp.Or(existing, tagged), Problem{
		What: "the app changes " + which + ", so check that each has what AWS Backup needs: " + requirements() +
			"; commands for that are in docs/existing-buckets.md",
		Got: got,
	})
}

// requirements are the requirements in short words, each with its fact.
func requirements() string {
	var all []string
	for _, r := range ExistingBuckets {
		all = append(all, r.Short+" ("+r.Fact+")")
	}
	return strings.Join(all, ", ")
}
