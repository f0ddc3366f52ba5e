package config

import "strings"

// bucketSettings are the keys of a bucket that the app can keep only on a bucket that it creates.
var bucketSettings = []string{"encryption", "bucket_key", "intelligent_tiering_days", "cors", "policy_statements"}

func checkExistingSettings(c *checker) {
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if !b.Existing {
				continue
			}
			for _, key := range bucketSettings {
				if at := bucketPath(i, j) + "." + key; c.written(at) {
					c.report(at, Problem{
						What: "the app changes nothing on an existing bucket, so this setting would not reach it",
						Got:  key + " and existing: true", Want: "no " + key + ", or a bucket that the app creates",
					}, bucketPath(i, j)+".existing")
				}
			}
		}
	}
}

// checkBucketKeys wants no S3 Bucket Key where there is no KMS key.
func checkBucketKeys(c *checker) {
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if b.Encryption == EncryptionS3 && b.BucketKey != nil && *b.BucketKey && !b.Existing {
				c.report(bucketPath(i, j)+".bucket_key", Problem{
					What: "an S3 Bucket Key belongs to SSE-KMS: with SSE-S3 there is no KMS key that S3 would ask less often for",
					Got:  "bucket_key: true", Want: "no bucket_key, or encryption: sse-kms",
				}, bucketPath(i, j)+".encryption")
			}
		}
	}
}

// warnOfUnusedDedicatedKeys finds buckets whose tier has a key of its own that does not encrypt them.
func warnOfUnusedDedicatedKeys(c *checker) {
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			t := c.cfg.tier(b.Tier)
			if b.Encryption != EncryptionS3 || b.Existing || t == nil || !t.DedicatedKey || c.doubtful(c.tierKeys(t, "dedicated_key")...) {
				continue
			}
			c.report(bucketPath(i, j)+".encryption", Problem{
				What: "the tier has a KMS key of its own, and this bucket does not use it: whoever may read the bucket reads its data, " +
					"without a key that somebody must be granted",
				Got: b.Encryption + " in tier " + b.Tier, Want: "sse-kms, or a tier with dedicated_key: false",
			})
		}
	}
}

// bucketFiles reads the file that a key of each created bucket names. field is that key's value: it becomes the absolute path, so
// that a configuration loads back from another directory.
func (c *checker) bucketFiles(
	key string, field func(*Bucket) *string, read func(at string, f *jsonFile, b *Bucket, w Workload),
) {
	for i, w := range c.cfg.Workloads {
		found := false
		for j := range w.Buckets {
			b := &w.Buckets[j]
			at := bucketPath(i, j) + "." + key
			if b.Existing || strings.TrimSpace(*field(b)) == "" {
				continue
			}
			if f := c.readJSON(at, *field(b)); f != nil {
				*field(b) = f.path
				read(at, f, b, w)
				found = true
			}
		}
		if found {
			c.uses[i] = c.cfg.TierUses(w) // which have copies of the buckets
		}
	}
}
