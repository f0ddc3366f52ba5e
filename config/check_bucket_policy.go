package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// OwnPolicySids are the Sids of the statements that the app itself puts into the policy of a bucket.
var OwnPolicySids = []string{"TLSOnly", "KeepGovernanceRetention"}

// OwnPolicyBytes is the greatest size of these statements, in bytes, without the bucket's name, which they have three times.
const OwnPolicyBytes = 900

// checkPolicyFiles reads the files of statements, and keeps those that a bucket's policy takes.
func checkPolicyFiles(c *checker) {
	field := func(b *Bucket) *string { return &b.PolicyStatements }
	c.bucketFiles("policy_statements", field, func(at string, f *jsonFile, b *Bucket, w Workload) {
		statements, paths, sound := f.decodeStatements(c, at)
		if !sound {
			return
		}
		p := policyFile{c, f, at, *b, w}
		first, before := map[string]string{}, len(c.placed)
		for i := range statements {
			p.checkSid(&statements[i], paths[i], first)
			p.checkPrincipals(&statements[i], paths[i])
			p.checkActions(&statements[i], paths[i])
			p.checkResources(&statements[i], paths[i])
		}
		if len(c.placed) == before {
			b.Statements = statements
			c.policies[strings.TrimSuffix(at, ".policy_statements")] = soundPolicy{f, paths}
		}
	})
}

// soundPolicy is a file of statements without a mistake, and the path of each statement in it.
type soundPolicy struct {
	file  *jsonFile
	paths []string
}

// policyFile is a file of statements while it is checked.
type policyFile struct {
	c      *checker
	f      *jsonFile
	key    string // in backup.yaml
	bucket Bucket
	w      Workload
}

func (p policyFile) report(path string, problem Problem) { p.f.report(p.c, p.key, path, problem) }

func (p policyFile) checkSid(s *PolicyStatement, path string, first map[string]string) {
	path = strings.TrimPrefix(path+".Sid", ".")
	switch other, twice := first[s.Sid]; {
	case s.Sid == "":
	case slices.Contains(OwnPolicySids, s.Sid):
		p.report(path, Problem{What: "the app has a statement with this Sid in the policy", Got: s.Sid, Want: "another Sid"})
	case twice:
		p.report(path, Problem{What: "duplicate Sid: S3 would refuse the policy", Got: s.Sid, Want: "each Sid once; " + other + " has it too"})
	default:
		first[s.Sid] = path
	}
}

// principalARN is a principal that S3 takes, and userID the unique id of a user or role.
var (
	principalARN = re(`arn:(aws[a-z-]*):(iam|sts)::([0-9]{12}|cloudfront):(root|(user|role|assumed-role|federated-user)/[^*?]+)`)
	userID       = re(`A[A-Z0-9]{15,127}`)
	accountID    = re(`[0-9]{12}`)
)

func (p policyFile) checkPrincipals(s *PolicyStatement, path string) {
	path = strings.TrimPrefix(path+".Principal", ".")
	for _, value := range s.Principal["AWS"] {
		switch arn := principalARN.FindStringSubmatch(value); {
		case value == "*", accountID.MatchString(value), userID.MatchString(value):
		case arn == nil:
			p.report(path, Problem{
				What: "is no principal, so S3 would refuse the policy; a principal has no wildcard in it",
				Got:  value, Want: `an account id, the ARN of a role or user, or "*" with a condition on aws:PrincipalArn`,
			})
		case p.w.Region != "" && arn[2] != Partition(p.w.Region):
			p.report(path, Problem{What: "is of another partition than the bucket", Got: value, Want: "arn:" + Partition(p.w.Region) + ":…"})
		}
	}
	if s.Deny() {
		return
	}
	public := slices.ContainsFunc([]string{"AWS", "Service", "Federated"}, func(kind string) bool {
		return slices.Contains(s.Principal[kind], "*")
	})
	if public && !limited(s.Condition) {
		p.report(path, Problem{
			What: "lets everybody in, also without credentials: the bucket blocks public policies, so S3 would refuse this one",
			Got:  `Allow to "*"`,
			Want: "a principal, or a condition on aws:PrincipalOrgID, aws:PrincipalAccount, aws:PrincipalArn, aws:SourceVpce or aws:SourceVpc",
		})
	}
}

// limits are the condition keys that make a statement for everybody one for some, with the form that a value must have: S3
// takes a policy with them for not public (F-OL-21).
var limits = map[string]*form{
	"aws:principalorgid":    re(`o-[a-z0-9]{10,32}`),
	"aws:principalorgpaths": re(`o-[a-z0-9]{10,32}/.*`),
	"aws:principalaccount":  re(`[0-9]{12}`),
	"aws:principalarn":      re(`arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+`),
	"aws:sourceorgid":       re(`o-[a-z0-9]{10,32}`),
	"aws:sourceaccount":     re(`[0-9]{12}`),
	"aws:sourceowner":       re(`[0-9]{12}`),
	"aws:sourcearn":         re(`arn:[^*?]+:[^:]*:[^:]*:[0-9]{12}:.+|arn:aws[a-z-]*:s3:::[^*?]+`),
	"aws:sourcevpc":         re(`vpc-[0-9a-f]+`),
	"aws:sourcevpce":        re(`vpce-[0-9a-f]+`),
	"aws:sourceip": re(`[0-9.]+(/([89]|[12][0-9]|3[0-2]))?|` +
		`[0-9a-fA-F:]*:[0-9a-fA-F:.]*(/(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-8]))?`),
	"s3:dataaccesspointaccount": re(`[0-9]{12}`),
	"s3:dataaccesspointarn":     re(`arn:aws[a-z-]*:s3:[^:]*:[0-9]{12}:.+`),
	"aws:principalserviceorgid": re(`o-[a-z0-9]{10,32}`),
	"aws:vpceorgid":             re(`o-[a-z0-9]{10,32}`),
	"aws:vpceaccount":           re(`[0-9]{12}`),
	"aws:sourcevpcarn":          re(`arn:[^*?]+:[0-9]{12}:vpc/.+`),
}

// limited says whether conditions let only some principals, accounts or networks in. A condition that holds where its key is
// absent limits nobody.
func limited(conditions Conditions) bool {
	for text, keys := range conditions {
		o, _ := parseOperator(text)
		if o.negated() || o.all || o.ifExists || !slices.Contains([]string{
			"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress",
		}, o.name) {
			continue
		}
		for key, values := range keys {
			form := limits[strings.ToLower(key)]
			if form != nil && !slices.ContainsFunc(values, func(v string) bool { return !form.MatchString(v) || strings.Contains(v, "${") }) {
				return true
			}
		}
	}
	return false
}

func (p policyFile) checkActions(s *PolicyStatement, path string) {
	for i, action := range s.Action {
		name, ofS3 := strings.CutPrefix(strings.ToLower(action), "s3:")
		if action == "*" || ofS3 && name != "" {
			continue
		}
		p.report(item(path, "Action", i, len(s.Action)), Problem{
			What: "is no action of S3, so S3 would refuse the policy", Got: action, Want: "actions such as s3:GetObject",
		})
	}
}

func (p policyFile) checkResources(s *PolicyStatement, path string) {
	if p.bucket.Name == "" || p.w.Region == "" {
		return // reported already
	}
	arn := BucketARN(p.w.Region, p.bucket.Name)
	for i, resource := range s.Resource {
		if resource != arn && !strings.HasPrefix(resource, arn+"/") {
			p.report(item(path, "Resource", i, len(s.Resource)), Problem{
				What: "is neither this bucket nor its objects, so S3 would refuse the policy", Got: resource, Want: arn + " or " + arn + "/*",
			})
		}
	}
}

// item is the path of a value, which is in a list unless it is the only one.
func item(path, key string, i, of int) string {
	path = strings.TrimPrefix(path+"."+key, ".")
	if of == 1 {
		return path
	}
	return path + "[" + strconv.Itoa(i) + "]"
}

// eachPolicy goes through the files of statements that are sound.
func (c *checker) eachPolicy(look func(p policyFile, paths []string)) {
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if f := c.policies[bucketPath(i, j)]; f.file != nil {
				look(policyFile{c, f.file, bucketPath(i, j) + ".policy_statements", b, w}, f.paths)
			}
		}
	}
}

func checkPolicyBytes(c *checker) {
	c.eachPolicy(func(p policyFile, _ []string) {
		bytes := OwnPolicyBytes + 3*len(p.bucket.Name)
		for i := range p.bucket.Statements {
			bytes += p.bucket.Statements[i].bytes()
		}
		if bytes > MaxPolicyBytes {
			p.report("", Problem{
				What: fmt.Sprintf("a bucket policy has at most %d bytes, those of the app's own statements among them", MaxPolicyBytes),
				Got:  fmt.Sprint(bytes), Want: "fewer or shorter statements",
			})
		}
	})
}

// warnOfStatementsOfServices finds service principals that anybody's resources could make act on the bucket.
func warnOfStatementsOfServices(c *checker) {
	c.eachPolicy(func(p policyFile, paths []string) {
		for i, s := range p.bucket.Statements {
			if !s.Deny() && len(s.Principal["Service"]) > 0 && !limited(s.Condition) {
				p.report(strings.TrimPrefix(paths[i]+".Principal.Service", "."), Problem{
					What: "this service may act for anybody who asks it to, also from other accounts (confused deputy)",
					Got:  strings.Join(s.Principal["Service"], ", "), Want: "a condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID",
				})
			}
		}
	})
}

// weakeningActions change what protects a bucket and its backups.
var weakeningActions = []string{
	"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning", "s3:PutBucketNotification",
	"s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock",
}

// warnOfOpenedSettings finds statements that let somebody change the settings that backups rest on.
func warnOfOpenedSettings(c *checker) {
	c.eachPolicy(func(p policyFile, paths []string) {
		for i, s := range p.bucket.Statements {
			if s.Deny() {
				continue
			}
			if action := firstOf(s.Action, weakeningActions); action != "" && slices.Contains(s.Resource, BucketARN(p.w.Region, p.bucket.Name)) {
				p.report(strings.TrimPrefix(paths[i]+".Action", "."), Problem{
					What: "lets its principal change what the backups of this bucket rest on, such as its policy or versioning",
					Got:  action, Want: "only the actions that the principal needs",
				})
			}
		}
	})
}

// firstOf returns the first action that a pattern of the list matches, or "".
func firstOf(patterns, actions []string) string {
	for _, action := range actions {
		if slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, action) }) {
			return action
		}
	}
	return ""
}
