package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "renew the golden files")

const bothDestinations = `[
	{"kind": "slack", "secret": "backup/slack-webhook"},
	{"kind": "pagerduty", "secret": "backup/pagerduty-key", "severity": "error"}
]`

// environment returns the whole environment of the function.
func environment(pairs ...string) func(string) string {
	all := map[string]string{"DESTINATIONS": bothDestinations, "ESTATE": "testdata/estate.json"}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return all[name] }
}

// eventFiles returns the paths of the fixtures by file name, without directory and extension.
func eventFiles(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/events/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no events", err)
	}
	files := map[string]string{}
	for _, path := range paths {
		base := filepath.Base(path)
		files[strings.TrimSuffix(base, filepath.Ext(base))] = path
	}
	return files
}

// dryRun returns what a dry run prints: what each destination would receive.
func dryRun(t *testing.T, path string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-event", path, "-dry-run"}, environment(), nil, &stdout, &stderr); code != exitDone {
		t.Fatalf("%s: exit code %d: %s", path, code, stderr.String())
	}
	return stdout.Bytes()
}

// request is one document of a dry run.
type request struct {
	Destination string
	Payload     json.RawMessage
}

func requests(t *testing.T, path string) (slack []string, pagerduty []pagerdutyEvent) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(dryRun(t, path)))
	for {
		var r request
		if err := decoder.Decode(&r); err == io.EOF {
			return slack, pagerduty
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(r.Destination, "slack ") {
			slack = append(slack, string(r.Payload))
			continue
		}
		var e pagerdutyEvent
		if err := json.Unmarshal(r.Payload, &e); err != nil {
			t.Fatal(err)
		}
		pagerduty = append(pagerduty, e)
	}
}

// TestGolden compares what each destination receives for each event with the golden files, byte for byte.
// -update renews the files. Review the diff.
func TestGolden(t *testing.T) {
	files := eventFiles(t)
	for name, path := range files {
		golden := "testdata/golden/" + name + ".json"
		got := dryRun(t, path)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs; if it should: go test ./lambda/alerts -update\n%s", golden, got)
		}
	}
	goldens, _ := filepath.Glob("testdata/golden/*") // the pattern is well formed
	for _, golden := range goldens {
		if files[strings.TrimSuffix(filepath.Base(golden), ".json")] == "" {
			t.Errorf("%s has no event", golden)
		}
	}
}

// TestMeaning: which events notify people, and which trigger and resolve incidents. The golden files have
// the texts.
func TestMeaning(t *testing.T) {
	const told, quiet = true, false
	meanings := map[string]struct {
		told      bool
		pagerduty string // actions and severities
	}{
		"backup-job-failed":                    {told, "trigger error"},
		"backup-job-failed-bare":               {told, "trigger error"},
		"backup-job-failed-not-in-estate":      {told, "trigger error"},
		"backup-job-failed-control-characters": {told, "trigger error"},
		"backup-job-failed-govcloud":           {told, "trigger error"},
		"backup-job-odd-types":                 {told, "trigger error"},
		"backup-job-aborted":                   {told, "trigger error"},
		"backup-job-expired":                   {told, "trigger error"},
		"backup-job-partial":                   {told, "trigger error"},
		"backup-job-completed-with-issues":     {told, "trigger error"},
		"backup-job-completed":                 {quiet, "resolve"},
		"backup-job-running":                   {quiet, ""},
		"backup-job-pending":                   {quiet, ""},
		"backup-job-created":                   {quiet, ""},
		"backup-job-unknown-state":             {told, "trigger warning"},

		"copy-job-failed":    {told, "trigger error"},
		"copy-job-partial":   {told, "trigger error"},
		"copy-job-completed": {quiet, "resolve"},
		"copy-job-running":   {quiet, ""},
		"copy-job-created":   {quiet, ""},

		"restore-job-failed":                 {told, "trigger error"},
		"restore-job-failed-test":            {told, "trigger error"},
		"restore-job-completed-with-message": {told, "trigger error"},
		"restore-job-completed":              {quiet, "resolve"},
		"restore-job-running":                {quiet, ""},
		"restore-job-created":                {quiet, ""},

		"recovery-point-stopped":   {told, "trigger error"},
		"recovery-point-expired":   {told, "trigger error"},
		"recovery-point-partial":   {told, "trigger error"},
		"recovery-point-completed": {quiet, "resolve"},
		"recovery-point-available": {quiet, "resolve"},
		"recovery-point-deleting":  {quiet, "resolve"},
		"recovery-point-deleted":   {quiet, "resolve"},
		"recovery-point-creating":  {quiet, ""},

		"scan-job-threats":             {told, "trigger error"},
		"scan-job-threats-with-issues": {told, "trigger error"},
		"scan-job-with-issues":         {told, "trigger error"},
		"scan-job-failed":              {told, "trigger error"},
		"scan-job-canceled":            {told, "trigger error"},
		"scan-job-clean":               {quiet, "resolve"},
		"scan-job-running":             {quiet, ""},
		"scan-job-unknown-state":       {told, "trigger warning"},

		"backup-vault-created":           {quiet, ""},
		"backup-vault-modified-locked":   {told, ""},
		"backup-vault-modified-unlocked": {told, "trigger error"},
		"backup-vault-deleted":           {told, "trigger error"},
		"backup-plan-created":            {quiet, ""},
		"backup-plan-modified":           {told, ""},
		"backup-plan-deleted":            {told, "trigger error"},
		"region-setting-modified":        {told, ""},
		"region-setting-s3-opted-out":    {told, "trigger error"},

		"alarm-alarm":                 {told, "trigger error"},
		"alarm-alarm-no-description":  {told, "trigger error"},
		"alarm-alarm-sovereign-cloud": {told, "trigger error"},
		"alarm-ok":                    {told, "resolve"},
		"alarm-ok-after-creation":     {quiet, "resolve"},
		"alarm-insufficient-data":     {told, ""},

		"alarm-copies-alarm":                         {told, "trigger error"},
		"alarm-copies-alarm-after-insufficient-data": {told, "trigger error"},
		"alarm-copies-insufficient-data":             {told, "trigger error"},
		"alarm-copies-ok":                            {told, "resolve"},
		"alarm-copies-ok-after-insufficient-data":    {quiet, "resolve"},

		"call-delete-backup-vault-lock-configuration": {told, "trigger error"},
		"call-put-backup-vault-lock-configuration":    {told, "trigger error"},
		"call-put-backup-vault-access-policy":         {told, "trigger error"},
		"call-delete-backup-vault-access-policy":      {told, "trigger error"},
		"call-delete-backup-vault":                    {told, "trigger error"},
		"call-delete-recovery-point":                  {told, "trigger error"},
		"call-update-recovery-point-lifecycle":        {told, "trigger error"},
		"call-schedule-key-deletion":                  {told, "trigger error"},
		"call-delete-alarms":                          {told, "trigger error"},
		"call-delete-event-bus":                       {told, "trigger error"},
		"call-delete-log-group":                       {told, "trigger error"},
		"call-delete-rule":                            {told, "trigger error"},
		"call-delete-topic":                           {told, "trigger error"},
		"call-disable-alarm-actions":                  {told, "trigger error"},
		"call-disable-rule":                           {told, "trigger error"},
		"call-put-rule-disabled":                      {told, "trigger error"},
		"call-remove-targets":                         {told, "trigger error"},
		"call-unsubscribe":                            {told, "trigger error"},
		"call-disable-key":                            {told, "trigger error"},
		"call-put-key-policy":                         {told, "trigger error"},
		"call-delete-backup-plan":                     {told, "trigger error"},
		"call-update-backup-plan":                     {told, "trigger error"},
		"call-delete-backup-selection":                {told, "trigger error"},
		"call-put-bucket-object-lock-configuration":   {told, "trigger error"},
		"call-put-bucket-versioning":                  {told, "trigger error"},
		"call-put-bucket-versioning-enabled":          {quiet, ""},
		"call-put-bucket-notification":                {told, "trigger error"},
		"call-put-bucket-notification-configuration":  {told, "trigger error"},
		"call-put-bucket-notification-eventbridge-on": {quiet, ""},
		"call-by-root":                                {told, "trigger error"},
		"call-by-service":                             {told, "trigger error"},
		"call-not-in-table":                           {told, "trigger error"},
		"call-no-parameters":                          {told, "trigger error"},
		"call-denied":                                 {told, "trigger warning"},
		"call-failed":                                 {told, "trigger warning"},
		"call-by-deployment":                          {told, "trigger info"},

		"call-add-permission-topic":                        {told, "trigger error"},
		"call-associate-backup-vault-mpa-approval-team":    {told, "trigger error"},
		"call-associate-resource-share":                    {told, "trigger error"},
		"call-create-resource-share":                       {told, "trigger error"},
		"call-delete-resource-share":                       {told, "trigger error"},
		"call-disassociate-resource-share":                 {told, "trigger error"},
		"call-attach-role-policy":                          {told, "trigger error"},
		"call-by-deploy-role-directly":                     {told, "trigger error"},
		"call-by-deploy-role-of-another-region":            {told, "trigger error"},
		"call-by-forged-deployment":                        {told, "trigger error"},
		"call-cancel-key-deletion":                         {told, "resolve"},
		"call-create-backup-access-point":                  {told, "trigger error"},
		"call-create-grant":                                {told, "trigger error"},
		"call-create-grant-by-backup":                      {told, "trigger error"},
		"call-delete-backup-vault-notifications":           {told, "trigger error"},
		"call-delete-bucket":                               {told, "trigger error"},
		"call-delete-bucket-encryption":                    {told, "trigger error"},
		"call-delete-bucket-policy":                        {told, "trigger error"},
		"call-delete-bucket-public-access-block":           {told, "trigger error"},
		"call-delete-bucket-tagging":                       {told, "trigger error"},
		"call-delete-event-source-mapping":                 {told, "trigger error"},
		"call-delete-function":                             {told, "trigger error"},
		"call-delete-log-stream":                           {told, "trigger error"},
		"call-delete-metric-filter":                        {told, "trigger error"},
		"call-delete-queue":                                {told, "trigger error"},
		"call-delete-resource-policy":                      {told, "trigger error"},
		"call-delete-role":                                 {told, "trigger error"},
		"call-delete-role-policy":                          {told, "trigger error"},
		"call-detach-role-policy":                          {told, "trigger error"},
		"call-disable-key-rotation":                        {told, "trigger error"},
		"call-disassociate-backup-vault-mpa-approval-team": {told, "trigger error"},
		"call-disassociate-recovery-point":                 {told, "trigger error"},
		"call-enable-key":                                  {told, "resolve"},
		"call-purge-queue":                                 {told, "trigger error"},
		"call-put-backup-vault-notifications":              {told, "trigger error"},
		"call-put-bucket-encryption":                       {told, "trigger error"},
		"call-put-bucket-lifecycle":                        {told, "trigger error"},
		"call-put-bucket-lifecycle-configuration":          {told, "trigger error"},
		"call-put-bucket-policy":                           {told, "trigger error"},
		"call-put-bucket-policy-by-deployment":             {told, "trigger info"},
		"call-put-bucket-public-access-block":              {told, "trigger error"},
		"call-put-bucket-replication":                      {told, "trigger error"},
		"call-put-bucket-tagging":                          {told, "trigger error"},
		"call-put-composite-alarm":                         {told, "trigger error"},
		"call-put-function-concurrency":                    {told, "trigger error"},
		"call-put-metric-alarm":                            {told, "trigger error"},
		"call-put-metric-alarm-by-deployment":              {told, "trigger info"},
		"call-put-metric-filter":                           {told, "trigger error"},
		"call-put-permission-bus":                          {told, "trigger error"},
		"call-put-resource-policy":                         {told, "trigger error"},
		"call-put-retention-policy":                        {told, "trigger error"},
		"call-put-role-permissions-boundary":               {told, "trigger error"},
		"call-put-role-policy":                             {told, "trigger error"},
		"call-put-rule":                                    {told, "trigger error"},
		"call-put-targets":                                 {told, "trigger error"},
		"call-remove-permission-bus":                       {told, "trigger error"},
		"call-remove-permission-topic":                     {told, "trigger error"},
		"call-revoke-grant":                                {told, "trigger error"},
		"call-set-alarm-state":                             {told, "trigger error"},
		"call-set-queue-attributes":                        {told, "trigger error"},
		"call-set-subscription-attributes":                 {told, "trigger error"},
		"call-set-topic-attributes":                        {told, "trigger error"},
		"call-start-copy-job":                              {told, "trigger error"},
		"call-start-copy-job-by-backup":                    {told, "trigger error"},
		"call-start-copy-job-central":                      {told, "trigger error"},
		"call-start-restore-job":                           {told, "trigger error"},
		"call-start-restore-job-central":                   {told, "trigger error"},
		"call-tag-resource":                                {told, "trigger error"},
		"call-untag-resource":                              {told, "trigger error"},
		"call-update-assume-role-policy":                   {told, "trigger error"},
		"call-update-event-source-mapping":                 {told, "trigger error"},
		"call-update-function-code":                        {told, "trigger error"},
		"call-update-function-code-by-deployment":          {told, "trigger info"},
		"call-update-function-configuration":               {told, "trigger error"},
		"call-update-region-settings":                      {told, "trigger error"},
		"copy-job-back-to-workload":                        {told, "trigger warning"},
		"copy-job-expired":                                 {told, "trigger error"},
		"copy-job-out-of-central":                          {told, "trigger error"},
		"backup-job-replayed":                              {told, "trigger error"},
		"call-add-permission-queue":                        {told, "trigger error"},
		"call-associate-kms-key":                           {told, "trigger error"},
		"call-create-backup-selection":                     {told, "trigger error"},
		"call-delete-backup-access-point":                  {told, "trigger error"},
		"call-delete-bucket-ownership-controls":            {told, "trigger error"},
		"call-delete-secret":                               {told, "trigger error"},
		"call-delete-trail":                                {told, "trigger error"},
		"call-disassociate-kms-key":                        {told, "trigger error"},
		"call-put-alarm-mute-rule":                         {told, "trigger error"},
		"call-put-bucket-acl":                              {told, "trigger error"},
		"call-put-bucket-logging":                          {told, "trigger error"},
		"call-put-bucket-ownership-controls":               {told, "trigger error"},
		"call-put-data-protection-policy":                  {told, "trigger error"},
		"call-put-event-selectors":                         {told, "trigger error"},
		"call-put-secret-value":                            {told, "trigger error"},
		"call-remove-permission-queue":                     {told, "trigger error"},
		"call-retire-grant":                                {told, "trigger error"},
		"call-stop-logging":                                {told, "trigger error"},
		"call-update-event-bus":                            {told, "trigger error"},
		"call-update-secret":                               {told, "trigger error"},
		"call-update-secret-version-stage":                 {told, "trigger error"},
		"call-update-trail":                                {told, "trigger error"},
		"forged-by-partner":                                {told, "trigger warning"},
		"forged-alert-test":                                {told, "trigger warning"},
		"forged-backup-job":                                {told, "trigger warning"},
		"forged-call":                                      {told, "trigger warning"},
		"forged-call-another-account":                      {told, "trigger warning"},
		"forged-call-another-service":                      {told, "trigger warning"},
		"restore-job-expired":                              {told, "trigger error"},
		"restore-job-out-of-central":                       {told, "trigger error"},
		"restore-job-out-of-central-test":                  {told, "trigger info"},

		"restore-test-successful":      {quiet, "resolve"},
		"restore-test-slow":            {told, "resolve"},
		"restore-test-failed":          {told, "trigger error"},
		"restore-test-not-validated":   {told, "trigger error"},
		"restore-test-missing":         {told, "trigger error"},
		"restore-test-unknown-outcome": {told, "trigger warning"},
		"forged-restore-test":          {told, "trigger warning"},

		"alert-test":    {told, "trigger info, resolve"},
		"unknown-event": {told, "trigger warning"},
		"not-an-object": {told, "trigger warning"},
		"not-json":      {told, "trigger warning"},
	}
	files := eventFiles(t)
	for name, path := range files {
		want, listed := meanings[name]
		if !listed {
			t.Errorf("%s: what is it to mean?", name)
			continue
		}
		slack, pagerduty := requests(t, path)
		if got := len(slack) > 0; got != want.told {
			t.Errorf("%s: told to people: %t, want %t", name, got, want.told)
		}
		var actions []string
		for _, e := range pagerduty {
			actions = append(actions, strings.TrimSpace(e.Action+" "+e.Payload.Severity))
		}
		if got := strings.Join(actions, ", "); got != want.pagerduty {
			t.Errorf("%s: PagerDuty gets %q, want %q", name, got, want.pagerduty)
		}
	}
	for name := range meanings {
		if files[name] == "" {
			t.Errorf("there is no event %s", name)
		}
	}
}

// TestIncidents: only the success of the job that failed resolves its incident.
func TestIncidents(t *testing.T) {
	key := func(name, old, new string) string {
		t.Helper()
		event, err := os.ReadFile(eventFiles(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		if old != "" && !bytes.Contains(event, []byte(old)) {
			t.Fatalf("%s has no %s", name, old)
		}
		path := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(path, bytes.ReplaceAll(event, []byte(old), []byte(new)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, pagerduty := requests(t, path)
		return pagerduty[0].DedupKey
	}
	same := func(name, other string) {
		t.Helper()
		if a, b := key(name, "", ""), key(other, "", ""); a != b {
			t.Errorf("%s has the incident %s, and %s has %s", name, a, other, b)
		}
	}
	same("backup-job-failed", "backup-job-completed")
	same("backup-job-expired", "backup-job-completed")
	same("backup-job-completed-with-issues", "backup-job-completed")
	same("copy-job-failed", "copy-job-completed")
	same("restore-job-failed", "restore-job-completed") // of which only the second names vault and bucket
	same("recovery-point-expired", "recovery-point-deleting")
	same("scan-job-failed", "scan-job-clean")
	same("scan-job-with-issues", "scan-job-clean")
	same("scan-job-threats", "scan-job-threats-with-issues")
	same("alarm-alarm", "alarm-ok")
	same("call-schedule-key-deletion", "call-cancel-key-deletion")
	same("call-disable-key", "call-enable-key")
	same("region-setting-s3-opted-out", "call-update-region-settings") // AWS says it twice
	same("forged-call", "forged-backup-job")                           // a flood is one incident
	same("alarm-copies-alarm", "alarm-copies-ok")
	same("alarm-copies-insufficient-data", "alarm-copies-ok-after-insufficient-data")

	const rule = "1f97bafa-14d6-4f39-94fd-94b51bd6d0d5"
	const bucket = "prefix-dummy-dev-database-critical-data-bucket"
	keys := []string{
		key("backup-job-failed", "", ""),
		key("backup-job-failed", rule, "another-rule"),
		key("backup-job-failed", "s3:::"+bucket, "s3:::another-bucket"),
		key("backup-job-failed", `"account": "222222222222"`, `"account": "333333333333"`),
		key("copy-job-failed", "", ""),
		key("copy-job-failed", "central-aws-vault-S3", "central-air-gapped"),
		key("recovery-point-expired", "", ""),
		key("recovery-point-expired", bucket+"-5ec207d0", bucket+"-20260302050731-1a2b3c4d"),
		key("scan-job-clean", "", ""),
		key("scan-job-threats", "", ""), // a clean scan of a later time does not make it clean
		key("scan-job-threats", bucket+"-5ec207d0", bucket+"-20260302050731-1a2b3c4d"),
		key("call-delete-recovery-point", "", ""),
		key("call-denied", "", ""), // the same call by the same person, in vain
		key("call-delete-recovery-point", "alice", "mallory"),
		key("call-delete-backup-vault", "", ""),
		key("restore-job-out-of-central", "", ""),
		key("restore-job-failed", "", ""),
	}
	slices.Sort(keys)
	if distinct := slices.Compact(slices.Clone(keys)); len(distinct) != len(keys) {
		t.Errorf("incidents that must be apart are one:\n%s", strings.Join(keys, "\n"))
	}
	// AWS's examples name the rule in one way, its API in another.
	if a, b := key("backup-job-failed", "", ""), key("backup-job-failed", "backupPlanRuleId", "backupRuleId"); a != b {
		t.Errorf("the rule's two names make two incidents: %s and %s", a, b)
	}
	if got := key("alarm-alarm", "dummy-dummy-dev-critical_data-no-backups", strings.Repeat("long", 100)); len(got) != 64 {
		t.Errorf("a key longer than 255 characters became %q", got)
	}
}

// TestForgedEvents: an event that AWS did not send is reported as what it is. Title, message and advice have nothing
// that its sender could have written, and no incident of a real alert takes it.
func TestForgedEvents(t *testing.T) {
	files := eventFiles(t)
	tried := 0
	for name, path := range files {
		if !strings.HasPrefix(name, "forged-") {
			continue
		}
		tried++
		slack, pagerduty := requests(t, path)
		if len(slack) != 1 || len(pagerduty) != 1 || pagerduty[0].Action != "trigger" {
			t.Errorf("%s: %d messages in Slack, %d events in PagerDuty", name, len(slack), len(pagerduty))
			continue
		}
		payload := pagerduty[0].Payload
		details := payload.CustomDetails
		for _, shown := range []string{payload.Summary, details["What happened"], details["What to do"]} {
			for _, word := range []string{"Tampering", "dummy-dummy-dev", "vault lock", "555", "Backup failed", "TEST"} {
				if strings.Contains(shown, word) {
					t.Errorf("%s looks like a real alert: %s", name, shown)
				}
			}
		}
		if !strings.HasPrefix(payload.Summary, "Event that is not from AWS") || details["Event"] == "" {
			t.Errorf("%s: %s, event %v", name, payload.Summary, details["Event"])
		}
	}
	if tried < 5 {
		t.Errorf("%d forged events", tried)
	}
}

// TestDeploymentIsOneIncident: the settings that a deployment changes on many buckets are one incident, and what it
// deletes is another.
func TestDeploymentIsOneIncident(t *testing.T) {
	files := eventFiles(t)
	key := func(name string) string {
		_, pagerduty := requests(t, files[name])
		return pagerduty[0].DedupKey
	}
	policy, alarm, plan := key("call-put-bucket-policy-by-deployment"), key("call-put-metric-alarm-by-deployment"), key("call-by-deployment")
	if policy != alarm || policy == plan {
		t.Errorf("incidents %s, %s and %s", policy, alarm, plan)
	}
	if person := key("call-put-bucket-policy"); person == policy {
		t.Errorf("a person and a deployment have the incident %s", person)
	}
}

// TestOutOfCentralVault: a job that took data out of the central vault says what that means and what to do.
func TestOutOfCentralVault(t *testing.T) {
	files := eventFiles(t)
	for name, want := range map[string][]string{
		"copy-job-out-of-central":         {"Copy out of the central vault completed", "StartCopyJob", "do not protect the copy"},
		"copy-job-back-to-workload":       {"back into a vault of dummy-dev", "the team copies the backup back"},
		"restore-job-out-of-central":      {"Restore out of the central vault completed", "StartRestoreJob", "strangers-bucket"},
		"restore-job-out-of-central-test": {"Restore test: ", "a restore testing plan started it", "restore-testing-plan:dummy_central"},
	} {
		slack, _ := requests(t, files[name])
		for _, words := range want {
			if len(slack) != 1 || !strings.Contains(slack[0], words) {
				t.Errorf("%s: Slack receives %s; want %q", name, slack, words)
			}
		}
	}
}
