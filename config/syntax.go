package config

import (
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"central-s3-backup/config/internal/schedule"
	"central-s3-backup/internal/alerting"
)

// syntax says what a scalar must look like on its own, whatever the rest of the file says. A field of
// the types in config.go names its row with the tag syntax; schema.json is generated from the same rows.
type syntax struct {
	// Of strings:
	word    *word
	pattern *form               // where a word is not enough
	enum    []string            // the only values
	noun    string              // what each value of enum is
	check   func(string) string // what else is wrong, or ""
	instead func(string) string // the value that a wrong one stands for, or ""
	meant   func(string) string // the value that a wrong one may stand for, where that is not the most similar one, or ""
	hidden  func(string) bool   // whether the value is a secret: no message repeats it
	named   bool                // it is the name of something in AWS, for which people write an ARN or a URL
	form    *form               // what schema.json can say of check: the form that a value must have
	never   *form               // and a form that it must not have
	keys    string              // in a mapping with keys of the user: the row of the keys
	example string              // of such a mapping

	// Of numbers:
	min, max int  // both inclusive
	orZero   bool // zero means none

	want string
	fact string
}

var syntaxes = map[string]syntax{
	"version": {min: 1, max: 1, want: "1, the only version of the schema"},
	"project": {
		word: newWord("a-z", "a-z0-9-", "a-z0-9-", 2, 20),
		want: "2 to 20 lowercase letters, digits and hyphens, starting with a letter",
	},
	"organization_id": {pattern: re(`o-[a-z0-9]{10,32}`), want: `an organization id, such as "o-a1b2c3d4e5"`, fact: "F-COPY-3"},
	"organization_path": {
		pattern: re(`o-[a-z0-9]{10,32}/(\*|r-[a-z0-9]{4,32}/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}/)*(\*|ou-\*)?)?`),
		want:    `a path such as "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"`,
		fact:    "F-COPY-3",
	},
	"account": {word: newWord("0-9", "0-9", "0-9", 12, 12), want: `twelve digits in quotes, such as "012345678901"`},
	"region": {
		enum:    regionCodes(),
		noun:    "a Region code",
		instead: regionNamed,
		want:    "the code of an AWS Region, such as eu-central-1",
		fact:    "F-REG-4",
	},
	"vault_name": {
		named: true,
		word:  newWord("a-zA-Z0-9_-", "a-zA-Z0-9_-", "a-zA-Z0-9_-", 2, MaxVaultName),
		want:  "2 to 50 letters, digits, hyphens and underscores",
		fact:  "F-LIM-3",
	},
	"key_alias": {
		never:   inside(`^(alias|aws)/`),
		named:   true,
		pattern: re(`[a-zA-Z0-9/_-]{1,250}`),
		check:   keyAlias,
		want:    `letters, digits, "/", "_" and "-", without the prefix "alias/"`,
	},
	"role_name": {named: true, pattern: re(`([\w+=,.@-]+/)*[\w+=,.@-]{1,64}`), want: "the name of an IAM role, not its ARN", fact: "F-KMS-2"},
	"role_path": {
		form:  re(`/([!-.0-~]+/)*`),
		check: rolePath,
		want:  `a path that begins and ends with a slash, such as "/backup/", of at most 512 characters`,
		fact:  "F-IAM-16",
	},
	"role_prefix": {
		word: newWord("A-Za-z0-9_+=,.@-", "A-Za-z0-9_+=,.@-", "A-Za-z0-9_+=,.@-", 1, MaxRolePrefix),
		want: fmt.Sprintf("1 to %d letters, digits and characters of _+=,.@-", MaxRolePrefix),
		fact: "F-IAM-16",
	},
	"resource_tag_key": {
		pattern: re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}`),
		check:   tagKey,
		want:    "1 to 128 letters, digits, spaces and characters of _.:/=+-@",
		fact:    "F-LIM-8",
	},
	"resource_tag": {
		pattern: re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}`),
		check:   tagValue,
		keys:    "resource_tag_key",
		example: `keys with values in quotes: {CostCenter: "4711"}`,
		want:    "text in quotes, of at most 256 letters, digits, spaces and characters of _.:/=+-@",
		fact:    "F-LIM-8",
	},
	"mode":      {enum: []string{Governance, Compliance}, noun: "a mode", want: "governance or compliance", fact: "F-LOCK-1"},
	"scan_mode": {enum: []string{IncrementalScan, FullScan}, noun: "a mode of malware scans", want: "incremental or full", fact: "F-SCAN-2"},
	"tier_name": {
		word: newWord("a-z", "a-z0-9_-", "a-z0-9_-", 1, 100),
		want: "1 to 100 lowercase letters, digits, underscores and hyphens, starting with a letter",
	},
	"tier":    {pattern: re(`.+`), want: "the name of a tier"},
	"extends": {enum: builtinTiers().names(), noun: "a built-in tier", want: oneOf(builtinTiers().names())},
	"rule_name": {
		never: re(ContinuousRule),
		word:  newWord("a-zA-Z0-9", "a-zA-Z0-9_-", "a-zA-Z0-9", 1, MaxSnapshotRuleName),
		check: ruleName,
		want:  fmt.Sprintf("1 to %d letters, digits, hyphens and underscores, starting and ending with a letter or digit", MaxSnapshotRuleName),
		fact:  "F-LIM-3",
	},
	"workload_name": {
		word: newWord("a-z0-9", "a-z0-9-", "a-z0-9", 1, 49),
		want: "1 to 49 lowercase letters, digits and hyphens, without a hyphen at the start or end",
	},
	"bucket_name": {
		never: reservedBucketName(),
		named: true,
		word:  newWord("a-z0-9", "a-z0-9.-", "a-z0-9", 3, MaxBucketName),
		check: bucketName,
		want:  "3 to 63 lowercase letters, digits, dots and hyphens, starting and ending with a letter or digit",
		fact:  "F-OL-11",
	},
	"cron": {form: re(`\s*cron\(\s*\S+(\s+\S+){5}\s*\)\s*`), check: cron, want: "AWS's six fields, such as cron(5 2 * * ? *)", fact: "F-SCH-1"},
	"encryption": {
		enum: []string{EncryptionKMS, EncryptionS3},
		noun: "an encryption",
		want: "sse-kms or sse-s3",
		fact: "F-S3-26",
	},
	"transition_days": {min: 0, max: MaxRetentionDays, want: days(0, MaxRetentionDays) + ", 0 for at once", fact: "F-OL-19"},
	"json_file":       {pattern: re(`.+`), want: "the path of a JSON file, relative to backup.yaml"},
	"cors_method": {
		enum: []string{"GET", "PUT", "HEAD", "POST", "DELETE"},
		noun: "a method of CORS rules",
		want: "GET, PUT, HEAD, POST or DELETE",
		fact: "F-OL-20",
	},
	"cors_max_age":   {min: 0, max: math.MaxInt32, want: "0 seconds or more", fact: "F-OL-20"},
	"effect":         {enum: []string{"Allow", effectDeny}, noun: "an effect", want: "Allow or Deny", fact: "F-KMS-3"},
	"policy_version": {enum: []string{"2012-10-17", "2008-10-17"}, noun: "a version of the policy language", want: "2012-10-17"},
	"email":          {form: re(`[^\s@<>]+@[^\s@<>,]+`), check: email, want: "an e-mail address, such as backup-oncall@example.com"},
	"webhook_secret": {
		form:   secretName,
		never:  inside(`hooks\.slack\.com`),
		named:  true,
		check:  webhookSecret,
		hidden: isWebhook,
		want:   "the name of a Secrets Manager secret with the webhook's URL, such as backup/slack-webhook",
		fact:   "F-EVT-14",
	},
	"routing_key_secret": {
		form:   secretName,
		never:  routingKey,
		named:  true,
		check:  routingKeySecret,
		hidden: isRoutingKey,
		want:   "the name of a Secrets Manager secret with the routing key, such as backup/pagerduty-key",
		fact:   "F-EVT-13",
	},
	"teams_secret": {
		form:   secretName,
		named:  true,
		check:  urlSecret("is the URL of the workflow, which is a secret: anyone who reads this file could post to the channel"),
		hidden: isURL,
		want:   "the name of a Secrets Manager secret with the workflow's URL, such as backup/teams",
		fact:   "F-EVT-40",
	},
	"url_secret": {
		form:   secretName,
		named:  true,
		check:  urlSecret("is the URL itself, which is a secret: anyone who reads this file could post there"),
		hidden: isURL,
		want:   "the name of a Secrets Manager secret with the URL, such as backup/hook",
	},
	"header_secret": {
		form:   secretName,
		named:  true,
		check:  headerSecret,
		hidden: isHeader,
		want:   "the name of a Secrets Manager secret with a header as Name: value, such as backup/hook-auth",
	},
	"topic_arn": {
		form:  re(`arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}`),
		check: topicFault,
		want:  "the ARN of a standard SNS topic, such as arn:aws:sns:eu-central-1:111111111111:oncall",
		fact:  "F-EVT-41",
	},
	"severity": {
		enum: []string{"critical", "error", "warning", "info"},
		noun: "a severity",
		want: "critical, error, warning or info",
		fact: "F-EVT-13",
	},
	"pagerduty_endpoint": {
		enum:  []string{alerting.EndpointUS, alerting.EndpointEU},
		noun:  "a service region of PagerDuty",
		meant: pagerDutyRegionMeant,
		want:  "us or eu",
		fact:  "F-EVT-20",
	},
	"repository": {
		pattern: re(`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+`),
		never:   inside(`\.git$`),
		check:   repositoryName,
		instead: repositoryNamed,
		want:    "a repository as owner/name",
	},
	"branch": {
		pattern: re(`[A-Za-z0-9_.+#@=-]+(/[A-Za-z0-9_.+#@=-]+)*`),
		never:   inside(`^refs/`),
		check:   branchName,
		instead: branchNamed,
		want:    "the name of a branch, such as main",
	},
	"connection_arn": {
		pattern: re(`arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/.+`),
		want:    "the ARN of a CodeConnections connection, such as arn:aws:codeconnections:eu-central-1:111111111111:connection/…",
	},
	"organizational_unit": {
		pattern: re(`r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}`),
		want:    `the id of an organizational unit, such as "ou-ab12-11111111", or of the root`,
	},
	"operator": {
		form:  roleARNPattern,
		check: operator,
		want: `the ARN of a role, or a pattern for one such as "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*` +
			`AWSReservedSSO_BackupOperator_*"`,
		fact: "F-IAM-11",
	},
	"tag_key": {
		pattern: re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}`),
		check:   tierTagKey,
		want:    "the key of a tag, such as DataClassification: 1 to 128 letters, digits, spaces and characters of _.:/=+-@",
		fact:    "F-LIM-8",
	},
	"condition_key": {
		pattern: re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}`),
		want:    "the key of a tag: 1 to 128 letters, digits, spaces and characters of _.:/=+-@",
		fact:    "F-LIM-8",
	},
	"condition_value": {
		form:    re(`[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}`),
		check:   conditionValue,
		keys:    "condition_key",
		example: `keys with values in quotes: {backup: "yes"}`,
		want:    "the value of a tag: at most 256 letters, digits, spaces and characters of _.:/=+-@",
		fact:    "F-LIM-8",
	},
	"object_key": {form: re(`[\s\S]+`), check: objectKey, want: "1 to 1024 bytes", fact: "F-RST-12"},
	"sha256": {
		word: newWord("0-9a-f", "0-9a-f", "0-9a-f", 64, 64),
		want: "64 lowercase hexadecimal digits, as sha256sum prints them",
		fact: "F-RST-12",
	},
	"timezone": {form: re(`[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*`), check: timezone, want: "an IANA time zone, such as Etc/UTC", fact: "F-SCH-2"},

	"estimates_file": {form: re(`.+`), check: estimatesFile, want: "the path of a YAML file beside this one, such as estimates.yaml"},
	"size_gb":        {min: 0, max: maxEstimate, want: "a number of GB, 0 or more"},
	"objects":        {min: 0, max: maxEstimate, want: "a number, 0 or more"},
	"percent":        {min: 0, max: 100, want: "0 to 100 percent"},
	"growth_percent": {min: -100, max: 1000, want: "-100 to 1000 percent"},
	"price":          {min: 0, max: 1000, want: "US dollars, 0 to 1000"},

	"copies": {min: 1, max: MaxCopies, want: "1 or 2"},
	"days":   {min: 1, max: MaxRetentionDays, want: days(1, MaxRetentionDays), fact: "F-S3-4"},
	"continuous_days": {
		min:  1,
		max:  MaxContinuousRetentionDays,
		want: days(1, MaxContinuousRetentionDays) + ", the limit of a continuous backup",
		fact: "F-S3-5",
	},
	"air_gapped_days": {
		min:  MinAirGappedRetentionDays,
		max:  MaxRetentionDays,
		want: days(MinAirGappedRetentionDays, MaxRetentionDays),
		fact: "F-LAG-1",
	},
	"encryption_key": {
		enum: []string{KeyAWSOwned, KeyOwn},
		noun: "a kind of key",
		want: "aws_owned or own",
		fact: "F-LAG-4",
	},
	"approval_team_arn": {
		pattern: re(`arn:aws[a-z-]*:mpa:[a-z0-9-]+:[0-9]{12}:approval-team/[A-Za-z0-9_+=,.@/-]+`),
		want:    "the ARN of an approval team, such as arn:aws:mpa:us-east-1:555555555555:approval-team/backups",
		fact:    "F-LAG-3",
	},
	"changeable_for_days": {
		min:  MinChangeableForDays,
		max:  MaxChangeableForDays,
		want: days(MinChangeableForDays, MaxChangeableForDays),
		fact: "F-LOCK-2",
	},
	"low_cost_after_days": {
		min:    MinLowCostAfterDays,
		max:    MaxRetentionDays,
		orZero: true,
		want:   days(MinLowCostAfterDays, MaxRetentionDays) + ", or 0 for never",
		fact:   "F-TIER-1",
	},
	"landing_days": {
		min:  1,
		max:  MaxLandingDays,
		want: days(1, MaxLandingDays) + "; a copy that came back is there to be restored, and the original stays in the central account",
		fact: "F-RST-15",
	},
	"evidence_days": {min: 1, max: MaxRetentionDays, want: days(1, MaxRetentionDays) + ", as Object Lock allows", fact: "F-OL-2"},
	"minutes":       {min: 1, max: MaxWindowMinutes, want: "1 minute or more"},
	"start_window_minutes": {
		min:  MinStartWindowMinutes,
		max:  MaxWindowMinutes,
		want: fmt.Sprintf("%d to %d minutes", MinStartWindowMinutes, MaxWindowMinutes),
		fact: "F-SCH-3",
	},
	"completion_window_minutes": {
		min:  MinStartWindowMinutes + 1,
		max:  MaxWindowMinutes,
		want: fmt.Sprintf("%d to %d minutes", MinStartWindowMinutes+1, MaxWindowMinutes),
		fact: "F-SCH-3",
	},
}

// form is a regular expression for a value. It is compiled when it is first used: those that count characters of Unicode take
// tens of milliseconds, and most files use few of them.
type form struct {
	text     string
	compiled func() *regexp.Regexp
}

// re is a form of a whole value.
func re(pattern string) *form {
	return inside("^(" + pattern + ")$")
}

// inside is a form of a part of a value.
func inside(text string) *form {
	return &form{text, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// String is the expression.
func (f *form) String() string { return f.text }

// MatchString tells whether a value has the form.
func (f *form) MatchString(value string) bool { return f.compiled().MatchString(value) }

// FindStringSubmatch is the method of [regexp.Regexp].
func (f *form) FindStringSubmatch(value string) []string {
	return f.compiled().FindStringSubmatch(value)
}

func days(from, to int) string { return fmt.Sprintf("%d to %d days", from, to) }

// asCheck returns the check that a row is in docs/checks.md.
func (s syntax) asCheck(row string) check {
	return check{name: strings.ReplaceAll(row, "_", "-"), level: Error, fact: s.fact}
}

// problem returns what is wrong with a string, and whether anything is.
func (s syntax) problem(value string) (p Problem, wrong bool) {
	fault := s.stringFault(value)
	if fault == "" {
		return Problem{}, false
	}
	if s.instead != nil && s.instead(value) != "" {
		return Problem{What: fault + "; for " + value + " write " + s.instead(value)}, true
	}
	if what, name := noName(value); s.named && what != "" && s.got(value, "") == "" {
		if name != "" && s.stringFault(name) == "" {
			return Problem{What: what + "; write " + name}, true
		}
		fault = what
	}
	return Problem{What: fault, Got: s.got(value, strconv.Quote(value)), Want: s.want}, true
}

// got is how a message shows a value, unless that is a secret.
func (s syntax) got(value, shown string) string {
	if s.hidden != nil && s.hidden(value) {
		return "a secret, which is not repeated here"
	}
	return shown
}

const notValid = "is not valid"

// stringFault returns what is wrong with a string, or "".
func (s syntax) stringFault(value string) string {
	if s.enum != nil && !slices.Contains(s.enum, value) {
		if s.instead != nil && s.instead(value) != "" {
			return "is not " + s.noun
		}
		if s.meant != nil && s.meant(value) != "" {
			value = s.meant(value)
		}
		return "is not " + s.noun + DidYouMean(value, s.enum)
	}
	if s.word != nil && !s.word.match(value) || s.pattern != nil && !s.pattern.MatchString(value) {
		return notValid
	}
	if s.check != nil {
		return s.check(value)
	}
	return ""
}

// numberFault returns what is wrong with a number, or "".
func (s syntax) numberFault(value float64) string {
	if s.orZero && value == 0 || float64(s.min) <= value && value <= float64(s.max) {
		return ""
	}
	return "is out of range"
}

func cron(expression string) string {
	if _, err := schedule.Parse(expression); err != nil {
		return err.Error()
	}
	return ""
}

func timezone(name string) string {
	if schedule.Location(name) == nil {
		return "is not a time zone"
	}
	return ""
}

// maxEstimate is the largest number in a file of estimates.
const maxEstimate = 1_000_000_000_000

func estimatesFile(name string) string {
	switch {
	case strings.Contains(name, "://"):
		return "is a URL; the app reads nothing from the network"
	case name == "" || strings.ContainsFunc(name, unicode.IsControl):
		return notValid
	}
	return ""
}

func ruleName(name string) string {
	if name == ContinuousRule {
		return "is the name of the rule of continuous_backup"
	}
	return ""
}

func keyAlias(alias string) string {
	switch {
	case strings.HasPrefix(alias, "alias/"):
		return "starts with alias/, which the app adds itself"
	case strings.HasPrefix(alias, "aws/"):
		return "starts with aws/, which AWS reserves"
	}
	return ""
}

// What S3 does not allow at the start and at the end of a name (F-OL-11).
var (
	bucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-", "awsbackup-restore-test-"}
	bucketSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// reservedBucketName is the form of the names that [bucketName] refuses.
func reservedBucketName() *form {
	alternatives := func(list []string) string {
		var quoted []string
		for _, text := range list {
			quoted = append(quoted, regexp.QuoteMeta(text))
		}
		return strings.Join(quoted, "|")
	}
	return inside(`\.\.|^[0-9]+(\.[0-9]+){3}$|^(` + alternatives(bucketPrefixes) + `)|(` + alternatives(bucketSuffixes) + `)$`)
}

func bucketName(name string) string {
	if strings.Contains(name, "..") {
		return "has two dots in a row"
	}
	if isIPAddress(name) {
		return "looks like an IP address"
	}
	for _, prefix := range bucketPrefixes {
		if strings.HasPrefix(name, prefix) {
			return "starts with " + prefix + ", which S3 reserves"
		}
	}
	for _, suffix := range bucketSuffixes {
		if strings.HasSuffix(name, suffix) {
			return "ends with " + suffix + ", which S3 reserves"
		}
	}
	return ""
}

// roleARNPattern is the ARN of a role with its path and name, in which "*" and "?" stand for other characters.
var roleARNPattern = re(`arn:aws(-[a-z]+)*:iam::([0-9]{12}|\*):role/([\w+=,.@*?-]+/)*([\w+=,.@*?-]+)`)

// operator returns what is wrong with a pattern for the roles of people who restore. aws:PrincipalArn of a person who
// has assumed a role is the ARN of that role, with its path.
func operator(pattern string) string {
	switch {
	case strings.Contains(pattern, ":assumed-role/"):
		return "is the ARN of a session: write that of its role, with :iam:: and :role/"
	case strings.Contains(pattern, ":user/"):
		return "is a user, whose keys never expire; people restore with a role"
	case strings.Contains(pattern, ":group/"):
		return "is a group, which cannot assume a role"
	case strings.HasSuffix(pattern, ":root"):
		return "is a whole account: every role and user of it could restore"
	case !roleARNPattern.MatchString(pattern):
		return "is not the ARN of a role"
	}
	name := pattern[strings.LastIndex(pattern, "/")+1:]
	switch strings.Trim(name, "*?") {
	case "":
		return "matches roles of any name: all of them could read and restore the backups"
	case "AWSReservedSSO_":
		return "matches every permission set: whoever has one could read and restore the backups"
	}
	return ""
}

func objectKey(key string) string {
	if key == "" || len(key) > 1024 {
		return notValid
	}
	return ""
}

func isIPAddress(name string) bool {
	if strings.Trim(name, "0123456789.") != "" {
		return false
	}
	parts := strings.Split(name, ".")
	for _, part := range parts {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return false
		}
	}
	return len(parts) == 4
}

func email(address string) string {
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
		return notValid
	}
	return ""
}

// secretName is the name of a secret in Secrets Manager. It has no colons, and so is no ARN.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
var secretName = re(`[A-Za-z0-9/_+=.@-]{1,512}`)

func isWebhook(name string) bool {
	return strings.Contains(name, "hooks.slack.com") || strings.Contains(name, "://")
}

func webhookSecret(name string) string {
	if isWebhook(name) {
		return "is the URL of the webhook, which is a secret: anyone who reads this file could post to the channel"
	}
	return secretNameFault(name)
}

// isURL tells whether a value is a URL, or a part of one that has its secret.
func isURL(name string) bool {
	hosts := []string{"hooks.slack.com", "webhook.office.com", "logic.azure.com", "api.powerplatform.com"}
	return strings.Contains(name, "://") || strings.ContainsAny(name, "?&%") ||
		slices.ContainsFunc(hosts, func(host string) bool { return strings.Contains(name, host) })
}

func urlSecret(fault string) func(string) string {
	return func(name string) string {
		if isURL(name) {
			return fault
		}
		return secretNameFault(name)
	}
}

// isHeader tells whether a value is a header or the value of one: a scheme with its token, or a JSON Web Token.
func isHeader(name string) bool {
	return isURL(name) || strings.ContainsAny(name, ": ") && !strings.HasPrefix(name, "arn:") || strings.HasPrefix(name, "eyJ")
}

func headerSecret(name string) string {
	if isHeader(name) {
		return "looks like the header itself, which is a secret: anyone who reads this file could send requests with it"
	}
	return secretNameFault(name)
}

// topicARN is the ARN of a topic, or of a subscription, with its Region and the name of the topic.
var topicARN = re(`arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:([A-Za-z0-9_-]{1,256})(\.fifo)?(:[0-9a-f-]+)?`)

func topicFault(arn string) string {
	match := topicARN.FindStringSubmatch(arn)
	switch {
	case match == nil:
		return "is not the ARN of a topic"
	case match[5] != "":
		return "is the ARN of a subscription"
	case match[4] != "":
		return "is a FIFO topic: each message would need a group, and nobody could receive an e-mail from it"
	case !slices.Contains(regionCodes(), match[2]):
		return "names " + match[2] + ", which is not a Region" + DidYouMean(match[2], regionCodes())
	case Partition(match[2]) != strings.Split(arn, ":")[1]:
		return "names " + match[2] + ", which is in the partition " + Partition(match[2])
	}
	return ""
}

// routingKey is the form of PagerDuty's keys (F-EVT-13).
var routingKey = re(`[A-Za-z0-9]{32}`)

func isRoutingKey(name string) bool { return routingKey.MatchString(name) }

func routingKeySecret(name string) string {
	if isRoutingKey(name) {
		return "looks like the routing key itself, which is a secret: anyone who reads this file could trigger and resolve incidents"
	}
	return secretNameFault(name)
}

func secretNameFault(name string) string {
	if !secretName.MatchString(name) {
		return notValid
	}
	return ""
}
