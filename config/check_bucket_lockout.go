package config

import (
	"slices"
	"strings"
)

// dependent is a role whose requests to a bucket the app depends on.
type dependent struct {
	noun, arn   string
	ofBucket    []string // actions on the bucket
	ofObjects   []string // actions on its objects
	consequence string
}

// dependents are the roles that a bucket's policy must let in (F-IAM-1, F-IAM-2).
func (c *Config) dependents(w Workload, t *Tier) []dependent {
	deploy := dependent{
		noun: "the role that deploys",
		arn:  DeployRoleARN(w.Region, w.Account),
		ofBucket: []string{
			"s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning", "s3:PutBucketNotification",
			"s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration", "s3:PutBucketObjectLockConfiguration",
			"s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutBucketLogging", "s3:PutBucketCORS", "s3:PutBucketTagging",
		},
		consequence: "no deployment could change this bucket again",
	}
	if !t.BackedUp() {
		return []dependent{deploy}
	}
	return []dependent{
		{
			noun: "the backup role",
			arn:  c.WorkloadRoleARN(w, c.BackupRoleName(w)),
			ofBucket: []string{
				"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning", "s3:GetBucketLocation", "s3:GetBucketNotification",
				"s3:PutBucketNotification", "s3:GetBucketTagging", "s3:GetBucketAcl", "s3:GetInventoryConfiguration",
				"s3:PutInventoryConfiguration",
			},
			ofObjects: []string{
				"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAcl", "s3:GetObjectVersionAcl", "s3:GetObjectTagging",
				"s3:GetObjectVersionTagging",
			},
			consequence: "backups would fail at night, or complete without objects",
		},
		deploy,
		{
			noun:        "the restore role",
			arn:         c.WorkloadRoleARN(w, c.RestoreRoleName(w)),
			ofBucket:    []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning", "s3:GetBucketLocation"},
			ofObjects:   []string{"s3:PutObject", "s3:PutObjectTagging"},
			consequence: "nothing could be restored into this bucket",
		},
	}
}

// checkLockouts finds statements that surely deny a request that the app depends on.
func checkLockouts(c *checker) { c.lockouts(surely) }

// warnOfLockouts finds those that deny it in cases that nothing here can tell.
func warnOfLockouts(c *checker) { c.lockouts(perhaps) }

func (c *checker) lockouts(wanted verdict) {
	c.eachPolicy(func(p policyFile, paths []string) {
		t := c.cfg.tier(p.bucket.Tier)
		if t == nil {
			return // reported already
		}
		for i := range p.bucket.Statements {
			s := &p.bucket.Statements[i]
			var nouns, arns []string
			var consequence string
			worst := never
			for _, d := range c.cfg.dependents(p.w, t) {
				action, how := c.cfg.denies(s, d, p)
				worst = max(worst, how)
				if how != wanted {
					continue
				}
				nouns, arns = append(nouns, d.noun+" ("+action+")"), append(arns, `"`+d.arn+`"`)
				if consequence == "" {
					consequence = d.consequence
				}
			}
			if worst != wanted {
				continue
			}
			what := "locks out "
			if wanted == perhaps {
				what = "may lock out "
			}
			p.report(paths[i], Problem{
				What: what + oneAndAll(nouns) + ": " + consequence,
				Got:  "a Deny that " + appliesTo(s),
				Want: `"ArnNotLike": {"aws:PrincipalArn": [` + strings.Join(arns, ", ") + `]} in its Condition`,
			})
		}
	})
}

func appliesTo(s *PolicyStatement) string {
	if len(s.Condition) == 0 {
		return "has no condition"
	}
	return "has no exception for the role"
}

// oneAndAll lists values as the end of a sentence: "a, b and c".
func oneAndAll(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " and " + values[last]
}

// denies says whether a statement denies a request of a role, and the first action that it denies.
func (c *Config) denies(s *PolicyStatement, d dependent, p policyFile) (action string, how verdict) {
	if !s.Deny() || !names(s.Principal["AWS"], d.arn, p.w.Account) {
		return "", never
	}
	bucket := BucketARN(p.w.Region, p.bucket.Name)
	if slices.Contains(s.Resource, bucket) {
		action = firstOf(s.Action, d.ofBucket)
	}
	if action == "" && slices.ContainsFunc(s.Resource, func(r string) bool { return r != bucket }) {
		action = firstOf(s.Action, d.ofObjects)
	}
	if action == "" {
		return "", never
	}
	return action, roleRequest(d.arn, p.w.Account, c.Organization.ID).meets(s.Condition)
}

// names says whether a principal of a Deny is the role, its account or everybody.
func names(principals []string, role, account string) bool {
	return slices.ContainsFunc(principals, func(value string) bool {
		return value == "*" || value == account || matches(role, value) ||
			strings.HasPrefix(value, "arn:") && strings.HasSuffix(value, ":iam::"+account+":root")
	})
}
