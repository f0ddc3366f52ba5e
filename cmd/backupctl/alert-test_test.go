package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"central-s3-backup/config"
)

const (
	sentFromDev     = `222222222222 eu-west-1 {"Entries":[{"Detail":"{\"marker\":\"MARKER\",\"workload\":\"dummy-dev\",\"message\":\"this is a test of the alerts: nothing is wrong\"}","DetailType":"Alert Test","EventBusName":"default","Source":"central-s3-backup"}]}`
	sentFromCentral = `111111111111 eu-central-1 {"Entries":[{"Detail":"{\"marker\":\"MARKER\",\"workload\":\"central\",\"message\":\"this is a test of the alerts: nothing is wrong\"}","DetailType":"Alert Test","EventBusName":"default","Source":"central-s3-backup"}]}`
)

// logLineOf is a line as the alerts function writes it about a test.
func logLineOf(destinations string) string {
	return `{"time":"2026-03-02T02:17:34.120Z","level":"INFO","msg":"alert","id":"9c6e","kind":"alert test","action":"trigger","title":"TEST of the alerts: nothing is wrong",` +
		`"account":"222222222222","region":"eu-west-1","resource":"MARKER","destinations":{` + destinations + `}}`
}

// TestAlertTest: all that is printed, and all that is sent.
func TestAlertTest(t *testing.T) {
	fromDev := []string{"--workload", "dummy-dev", "--profile", "dummy-dev"}
	toldAll := page("", logLineOf(`"slack backup/slack-webhook":"told","pagerduty backup/pagerduty-key":"told"`))
	noGroup := awsError("ResourceNotFoundException", "The specified log group does not exist.")
	for _, test := range []struct {
		name    string
		config  string // default: backup.yaml
		args    []string
		refusal answer
		log     []answer
		code    int
		stdout  string
		stderr  string
		sent    string   // default: nothing
		looks   []string // the token of each page of the log that is read; default: any
	}{
		{
			name: "delivered to all", args: append(fromDev, "--central-profile", "central"), log: []answer{toldAll},
			stdout: `sent MARKER to the default bus of 222222222222 (eu-west-1)
delivered: slack backup/slack-webhook after 2 s
delivered: pagerduty backup/pagerduty-key after 2 s
all 2 destinations accepted it
`,
			sent: sentFromDev,
		},
		{
			name: "at the second look, on its second page", args: fromDev,
			log: []answer{page(""), page("next", "START MARKER", `{"resource":"another"}`), toldAll},
			stdout: `sent MARKER to the default bus of 222222222222 (eu-west-1)
delivered: slack backup/slack-webhook after 4 s
delivered: pagerduty backup/pagerduty-key after 4 s
all 2 destinations accepted it
`,
			sent: sentFromDev, looks: []string{"", "", "next"},
		},
		{
			name: "from the central account", log: []answer{toldAll},
			stdout: `sent MARKER to the default bus of 111111111111 (eu-central-1)
delivered: slack backup/slack-webhook after 2 s
delivered: pagerduty backup/pagerduty-key after 2 s
all 2 destinations accepted it
`,
			sent: sentFromCentral,
		},
		{
			name: "one destination, named twice", config: "slack-only.yaml",
			log: []answer{page("", logLineOf(`"slack backup/slack-webhook":"told"`))},
			stdout: `sent MARKER to the default bus of 111111111111 (eu-central-1)
delivered: slack backup/slack-webhook after 2 s
the only destination accepted it
`,
			sent: sentFromCentral,
		},
		{
			name: "taken at a second try", args: fromDev,
			log: []answer{page("",
				logLineOf(`"slack backup/slack-webhook":"told","pagerduty backup/pagerduty-key":"failed: answered 503: "`),
				logLineOf(`"slack backup/slack-webhook":"told before","pagerduty backup/pagerduty-key":"told"`))},
			stdout: `sent MARKER to the default bus of 222222222222 (eu-west-1)
delivered: slack backup/slack-webhook after 2 s
delivered: pagerduty backup/pagerduty-key after 2 s
all 2 destinations accepted it
`,
			sent: sentFromDev,
		},
		{
			name: "one destination fails", args: append(fromDev, "--central-profile", "central"),
			log:  []answer{page("", logLineOf(`"slack backup/slack-webhook":"told","pagerduty backup/pagerduty-key":"failed: refused with 400: Invalid routing key"`))},
			code: exitWrong,
			stdout: `sent MARKER to the default bus of 222222222222 (eu-west-1)
delivered: slack backup/slack-webhook after 2 s
failed: pagerduty backup/pagerduty-key: refused with 400: Invalid routing key
`,
			stderr: `1 of 2 destinations accepted it; look next at:
- the function's log: aws logs tail /aws/lambda/dummy-backup-alerts --since 1h --region eu-central-1 --profile central
- the dead-letter queue dummy-backup-alerts-undelivered of 111111111111 (eu-central-1), which receives the event if all further attempts fail
`,
			sent: sentFromDev,
		},
		{
			name: "the function does not know a destination", args: fromDev,
			log:  []answer{page("", logLineOf(`"slack backup/slack-webhook":"told"`))},
			code: exitWrong,
			stdout: `sent MARKER to the default bus of 222222222222 (eu-west-1)
delivered: slack backup/slack-webhook after 2 s
not sent: pagerduty backup/pagerduty-key: the function does not know this destination
`,
			stderr: `1 of 2 destinations accepted it; look next at:
- dummy-backup-central, which was deployed with other destinations than backup.yaml has now
`,
			sent: sentFromDev,
		},
		{
			name: "nothing until the timeout", args: append(fromDev, "--timeout", "5s"),
			code:   exitWrong,
			stdout: "sent MARKER to the default bus of 222222222222 (eu-west-1)\n",
			stderr: `0 of 2 destinations accepted it: after 5 s the log group /aws/lambda/dummy-backup-alerts of 111111111111 (eu-central-1) does not mention it; look next, in the order of its way, at:
- the default bus of 222222222222 (eu-west-1): its rule for events of central-s3-backup, and the role of the rule; dummy-backup-dummy-dev deploys them
- the central bus of 111111111111 (eu-central-1): its policy, its rule, the queue and the function; dummy-backup-central deploys them
- the dead-letter queue dummy-backup-alerts-undelivered of 111111111111 (eu-central-1)
- the function's log: aws logs tail /aws/lambda/dummy-backup-alerts --since 1h --region eu-central-1
- the destinations, where MARKER may have arrived meanwhile: slack backup/slack-webhook, pagerduty backup/pagerduty-key
`,
			sent: sentFromDev, looks: []string{"", "", ""},
		},
		{
			name: "no log group until the timeout", args: []string{"--timeout", "2s", "--profile", "central"}, log: []answer{noGroup},
			code:   exitWrong,
			stdout: "sent MARKER to the default bus of 111111111111 (eu-central-1)\n",
			stderr: `0 of 2 destinations accepted it: after 2 s the log group /aws/lambda/dummy-backup-alerts of 111111111111 (eu-central-1) does not exist; look next, in the order of its way, at:
- the default bus of 111111111111 (eu-central-1): its rule for events of central-s3-backup, and the role of the rule; dummy-backup-central deploys them
- the central bus of 111111111111 (eu-central-1): its policy, its rule, the queue and the function; dummy-backup-central deploys them
- the dead-letter queue dummy-backup-alerts-undelivered of 111111111111 (eu-central-1)
- the function's log: aws logs tail /aws/lambda/dummy-backup-alerts --since 1h --region eu-central-1 --profile central
- the destinations, where MARKER may have arrived meanwhile: slack backup/slack-webhook, pagerduty backup/pagerduty-key
`,
			sent: sentFromCentral, looks: []string{""},
		},
		{
			name: "a log group that comes with its first line", log: []answer{noGroup, toldAll},
			stdout: `sent MARKER to the default bus of 111111111111 (eu-central-1)
delivered: slack backup/slack-webhook after 4 s
delivered: pagerduty backup/pagerduty-key after 4 s
all 2 destinations accepted it
`,
			sent: sentFromCentral,
		},
		{
			name: "no right to read the log", args: fromDev,
			log:    []answer{awsError("AccessDeniedException", "User: arn:aws:iam::111111111111:user/me is not authorized to perform: logs:FilterLogEvents")},
			code:   exitWrong,
			stdout: "sent MARKER to the default bus of 222222222222 (eu-west-1)\n",
			stderr: `the default credentials, without --central-profile, may not read the log group /aws/lambda/dummy-backup-alerts of 111111111111 (eu-central-1): AccessDeniedException: User: arn:aws:iam::111111111111:user/me is not authorized to perform: logs:FilterLogEvents
the event was sent, but whether it arrived is unknown; look for MARKER at:
- slack backup/slack-webhook
- pagerduty backup/pagerduty-key
`,
			sent: sentFromDev, looks: []string{""},
		},
		{
			name: "a log that cannot be read", args: []string{"--central-profile", "central"},
			log:    []answer{awsError("ServiceUnavailableException", "The service cannot complete the request.")},
			code:   exitWrong,
			stdout: "sent MARKER to the default bus of 111111111111 (eu-central-1)\n",
			stderr: `the credentials of --central-profile central cannot be used to read the log group /aws/lambda/dummy-backup-alerts of 111111111111 (eu-central-1): ServiceUnavailableException: The service cannot complete the request.
the event was sent, but whether it arrived is unknown; look for MARKER at:
- slack backup/slack-webhook
- pagerduty backup/pagerduty-key
`,
			sent: sentFromCentral, looks: []string{""},
		},
		{
			name: "an entry that is refused", args: fromDev,
			refusal: answer{body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"Failed due to an internal failure."}]}`},
			code:    exitWrong,
			stderr:  "the default bus of 222222222222 (eu-west-1) did not accept the event: InternalFailure: Failed due to an internal failure.\n",
			sent:    sentFromDev,
		},
		{
			name: "no right to send", args: fromDev,
			refusal: awsError("AccessDeniedException", "User: arn:aws:iam::222222222222:user/me is not authorized to perform: events:PutEvents"),
			code:    exitWrong,
			stderr: "the default bus of 222222222222 (eu-west-1) did not accept the event: AccessDeniedException: User: " +
				"arn:aws:iam::222222222222:user/me is not authorized to perform: events:PutEvents\n",
			sent: sentFromDev,
		},
		{
			name: "credentials of another account", args: []string{"--workload", "dummy-dev", "--profile", "central"},
			code: exitWrong,
			stderr: "nothing was sent: the credentials of --profile central belong to another account; got 111111111111; want " +
				"222222222222, the account of dummy-dev\n",
		},
		{
			name: "default credentials of another account", args: []string{"--workload", "dummy-dev"},
			code: exitWrong,
			stderr: "nothing was sent: the default credentials, without --profile, belong to another account; got 111111111111; want " +
				"222222222222, the account of dummy-dev\n",
		},
		{
			name: "credentials of another central account", args: append(fromDev, "--central-profile", "dummy-dev"),
			code: exitWrong,
			stderr: "nothing was sent: the credentials of --central-profile dummy-dev belong to another account; got 222222222222; " +
				"want 111111111111, the account of central\n",
		},
		{
			name: "two profiles for the central account", args: []string{"--profile", "central", "--central-profile", "dummy-dev"},
			code: exitWrong,
			stderr: "nothing was sent: the credentials of --central-profile dummy-dev belong to another account; got 222222222222; " +
				"want 111111111111, the account of central\n",
		},
		{
			name: "no such profile", args: []string{"--central-profile", "nobody"},
			code:   exitWrong,
			stderr: "nothing was sent: --central-profile nobody: there is no such profile\n",
		},
		{
			name: "wrong configuration", config: "wrong.yaml",
			code: exitWrong,
			stderr: `testdata/wrong.yaml:1:1: warning: alerts: nobody is notified when a backup fails or does not run; want alerts with email, slack, pagerduty, teams, webhook or topics [F-EVT-12]
testdata/wrong.yaml:8:14: workloads[0].account: needs quotes: YAML reads it as a number, and a number loses leading zeros; got 222222222222; want "222222222222"
testdata/wrong.yaml:10:41: workloads[0].buckets[0].tier: unknown tier; did you mean critical_data?; got "critcal_data"; want standard_data, sensitive_data, curated_data, curated_sensitive_data, critical_data or critical_sensitive_data
2 errors, 1 warning
`,
		},
		{
			name: "no such file", config: "absent.yaml",
			code:   exitWrong,
			stderr: "testdata/absent.yaml: there is no such file\n1 error\n",
		},
		{
			name: "unknown workload", args: []string{"--workload", "dummy-dve"},
			code:   exitWrong,
			stderr: "--workload dummy-dve: there is no such workload; did you mean dummy-dev?; want NAME-ENV of a workload, or central\n",
		},
		{
			name: "no time", args: []string{"--timeout", "0s"},
			code:   exitWrong,
			stderr: "--timeout: got 0s; want more than 0s\n",
		},
		{
			name: "no duration", args: []string{"--timeout", "3"},
			code:   exitWrong,
			stderr: "--timeout: expected duration but got \"3\": time: missing unit in duration \"3\"; -h shows the help\n",
		},
		{
			name: "unknown flag", args: []string{"-wrkload", "dummy-dev"},
			code:   exitWrong,
			stderr: "unknown flag --wrkload, did you mean \"--workload\"?; -h shows the help\n",
		},
		{
			name: "no value", args: []string{"-workload"},
			code:   exitWrong,
			stderr: "--workload: expected string value but got nothing; -h shows the help\n",
		},
		{
			name: "an argument", args: []string{"dummy-dev"},
			code:   exitWrong,
			stderr: "unexpected argument dummy-dev; -h shows the help\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.config == "" {
				test.config = "backup.yaml"
			}
			fake := startFake(t, test.refusal, test.log)
			var stdout, stderr bytes.Buffer
			code := run(
				append([]string{"alert-test", "-config", "testdata/" + test.config}, test.args...),
				newClock(),
				strings.NewReader(""),
				&stdout,
				&stderr,
			)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			published := ""
			if test.sent != "" {
				published = publishedBy(test.sent)
			}
			compare(t, "standard output", markerForm.ReplaceAllString(stdout.String(), "MARKER"), published+test.stdout)
			compare(t, "standard error", markerForm.ReplaceAllString(stderr.String(), "MARKER"), test.stderr)
			compare(t, "what was sent", strings.Join(fake.sent, "\n"), test.sent)
			if test.looks != nil && !slices.Equal(fake.looks, test.looks) {
				t.Errorf("looked at pages %q, want %q", fake.looks, test.looks)
			}
		})
	}
}

// publishedBy is what is printed about e-mails where an event is sent.
func publishedBy(sent string) string {
	const look = ": look for it in the inbox of backup-oncall@example.com; an address that has not confirmed its subscription " +
		"receives nothing\n"
	lines := "published MARKER on the topic dummy-central-alerts of 111111111111 (eu-central-1)" + look
	if strings.HasPrefix(sent, "222222222222") {
		lines = "published MARKER on the topic dummy-dummy-dev-alerts of 222222222222 (eu-west-1)" + look + lines
	}
	return lines
}

// TestEmails: a message goes to the topic of the workload and to that of the central account, also where there is no other
// destination, and a refusal names the permission.
func TestEmails(t *testing.T) {
	for refusal, want := range map[string]string{
		"": "", "AuthorizationError": "want sns:Publish on it", "KMSAccessDenied": "want sns:Publish on it", "NotFound": "did not accept",
	} {
		fake := startFake(t, answer{}, nil)
		fake.publishing = refusal
		var stdout, stderr bytes.Buffer
		args := []string{"alert-test", "-config", "testdata/email-only.yaml", "-workload", "dummy-dev", "-profile", "dummy-dev"}
		code := run(args, newClock(), strings.NewReader(""), &stdout, &stderr)
		topics := []string{
			"222222222222 eu-west-1 arn:aws:sns:eu-west-1:222222222222:dummy-dummy-dev-alerts",
			"111111111111 eu-central-1 arn:aws:sns:eu-central-1:111111111111:dummy-central-alerts",
		}
		if !slices.Equal(fake.published, topics) || len(fake.sent) > 0 {
			t.Errorf("published %q, sent %q", fake.published, fake.sent)
		}
		if (code == exitDone) != (want == "") || strings.Count(stderr.String(), want) < min(len(want), 2) {
			t.Errorf("%s: exit code %d: %s", refusal, code, stderr.String())
		}
	}
}

// TestNothingToTest: without destinations, and where no event can arrive, nobody is asked for credentials.
func TestNothingToTest(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/email-only.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const (
		email     = "alerts:\n  email: [backup-oncall@example.com]\n"
		unreached = "there is nothing to test from dummy-dev: events do not leave its partition, aws-us-gov; want email\n"
	)
	for name, test := range map[string]struct{ alerts, region, want string }{
		"nobody": {"", "eu-west-1", "there is nothing to test: nobody is notified; " +
			"want email, slack, pagerduty, teams, webhook or topics\n"},
		"slack in another partition":   {"alerts: {slack: [{webhook_secret: backup/slack-webhook}]}\n", "us-gov-west-1", unreached},
		"teams in another partition":   {"alerts: {teams: [{webhook_secret: backup/teams}]}\n", "us-gov-west-1", unreached},
		"webhook in another partition": {"alerts: {webhook: [{url_secret: backup/hook}]}\n", "us-gov-west-1", unreached},
		"topic in another partition": {"alerts: {topics: [{arn: \"arn:aws:sns:eu-central-1:111111111111:oncall\"}]}\n", "us-gov-west-1",
			unreached},
	} {
		fake := startFake(t, answer{}, nil)
		file := filepath.Join(dir, "backup.yaml")
		changed := strings.Replace(strings.Replace(string(text), email, test.alerts, 1), "region: eu-west-1", "region: "+test.region, 1)
		changed = strings.Replace(changed, "tier: critical_data", "tier: sensitive_data", 1)
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := run([]string{"alert-test", "-config", file, "-workload", "dummy-dev"}, newClock(), strings.NewReader(""), &stdout, &stderr)
		if code != exitWrong || stderr.String() != file+": alerts: "+test.want || len(fake.published)+len(fake.sent) > 0 {
			t.Errorf("%s: exit code %d: %s", name, code, stderr.String())
		}
	}
}

// TestTopicsOfCentralRegions: the central account has a topic in each of its Regions, and each gets a message in its own Region.
func TestTopicsOfCentralRegions(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/vaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	regions := cfg.CentralRegions()
	if len(regions) < 2 {
		t.Fatalf("one Region: %v", regions)
	}
	central := centralAccount(cfg, "")
	for i, topic := range topicsOf(cfg, central, central, aws.Config{}, aws.Config{Region: cfg.Central.Region}) {
		if topic.arn != cfg.CentralTopicARN(regions[i]) || topic.account.region != regions[i] || topic.aws.Region != regions[i] {
			t.Errorf("%s: %s, in %s", regions[i], topic.arn, topic.aws.Region)
		}
		regions[i] = ""
	}
	if rest := strings.Join(regions, ""); rest != "" {
		t.Errorf("no topic of %s", rest)
	}
}

func compare(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

// TestMarkers: the same marker in what is sent and in what is printed, and another one each time.
func TestMarkers(t *testing.T) {
	seen := map[string]bool{}
	for range 2 {
		fake := startFake(t, answer{}, nil)
		var stdout, stderr bytes.Buffer
		run([]string{"alert-test", "-config", "testdata/backup.yaml"}, newClock(), strings.NewReader(""), &stdout, &stderr)
		if fake.marker == "" || seen[fake.marker] {
			t.Errorf("marker %q after %v", fake.marker, seen)
		}
		seen[fake.marker] = true
		want := strings.ReplaceAll(publishedBy(sentFromCentral), "MARKER", fake.marker) +
			"sent " + fake.marker + " to the default bus of 111111111111 (eu-central-1)\n"
		compare(t, "standard output", stdout.String(), want)
	}
}

// TestCannotReach: without credentials a sentence says what to write; without a connection its end is the SDK's.
func TestCannotReach(t *testing.T) {
	for variable, test := range map[string]struct{ value, want string }{
		"AWS_SHARED_CREDENTIALS_FILE": {os.DevNull, "nothing was sent: there are no credentials: the default credentials, without --central-profile, " +
			"cannot be used; write --central-profile NAME, or set AWS_PROFILE\n"},
		"AWS_ENDPOINT_URL": {"http://127.0.0.1:1", "nothing was sent: the default credentials, without --central-profile, cannot be used: " +
			"operation error STS: "},
	} {
		t.Run(variable, func(t *testing.T) {
			startFake(t, answer{}, nil)
			t.Setenv(variable, test.value)
			var stdout, stderr bytes.Buffer
			code := run([]string{"alert-test", "-config", "testdata/backup.yaml"}, newClock(), strings.NewReader(""), &stdout, &stderr)
			said := stderr.String()
			if code != exitWrong || stdout.Len() > 0 || !strings.HasPrefix(said, test.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("exit code %d, said %q and %q, want %q", code, stdout.String(), said, test.want)
			}
		})
	}
}

// TestAlertsPage types the command of docs/alerts.md: it reaches e-mails and the other destinations, as the page says. The page names
// the permissions that the messages want.
func TestAlertsPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	answered := page("", logLineOf(`"slack backup/slack-webhook":"told","pagerduty backup/pagerduty-key":"told"`))
	_, section, found := strings.Cut(string(text), "\n## Test it\n")
	section, _, ends := strings.Cut(section, "\n## The dashboard\n")
	_, command, typed := strings.Cut(section, inClone+" ")
	command, _, _ = strings.Cut(command, "\n")
	if !found || !ends || !typed {
		t.Fatal("the page has other headings, or no command")
	}
	for _, needed := range []string{"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt", "events:PutEvents", "logs:FilterLogEvents"} {
		if !strings.Contains(section, "`"+needed+"`") {
			t.Errorf("the page does not name %s", needed)
		}
	}
	fake := startFake(t, answer{}, []answer{answered})
	var stdout, stderr bytes.Buffer
	args := append(strings.Fields(command), "--config", "testdata/backup.yaml")
	if code := run(args, newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("%s: exit code %d: %s", command, code, stderr.String())
	}
	if len(fake.published) != 2 || len(fake.sent) != 1 || !strings.Contains(stdout.String(), "look for it in the inbox of") ||
		!strings.HasSuffix(stdout.String(), "all 2 destinations accepted it\n") {
		t.Errorf("published %q, sent %q, said\n%s", fake.published, fake.sent, stdout.String())
	}
}
