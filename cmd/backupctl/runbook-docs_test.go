package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/config"
	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/runbook"
	"central-s3-backup/internal/s3fake"
)

// site is AWS as a configuration has it deployed, and a reader who types the commands of a page there.
type site struct {
	*testing.T
	clock  *s3fake.Clock
	server *backupfake.Server
	cfg    *config.Config // as it was at the disaster
	w      config.Workload
	bucket string            // that of the commands
	vars   map[string]string // of the shell
	// moved is the account of the workload that takes the place of w. Empty: newAccount.
	moved string
	// before is done before the first command with a text.
	before map[string]func(*site)
	// others says that the outputs of the page are those of another workload.
	others bool
	// steps are the files of the outputs that the pages had, for -update.
	steps []string
}

const (
	// noon is when the reader begins, and wrongAt when something went wrong: after the moment of the pages.
	noon       = "2026-03-02T12:00:00Z"
	wrongAt    = "2026-03-02T10:30:00Z"
	newAccount = "999999999999" // of the pages, for a new workload
	newCentral = "888888888888" // of the pages, for a new central account
)

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

// newSite deploys everything, and puts objects and recovery points there. The working directory has backup.yaml.
func newSite(t *testing.T, file, workload string) *site {
	s := &site{T: t, clock: s3fake.NewClock(instant(noon)), vars: map[string]string{}, before: map[string]func(*site){}}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	s.write("backup.yaml", string(text))
	s.cfg = s.load()
	if s.w, err = workloadOf(s.cfg, workload, ""); err != nil {
		t.Fatal(err)
	}
	s.server = backupfake.New(backupfake.Options{Clock: s.clock.Now})
	url := s.server.Listen(t)
	signIn(t, url)
	s.signIn()
	s.deploy(s.cfg.CentralStackName())
	for _, w := range s.cfg.Workloads {
		s.deploy(s.cfg.StackName(w))
	}
	s.bucket = s.variable("BUCKET")
	s.fill()
	return s
}

func (s *site) write(name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *site) load() *config.Config {
	s.Helper()
	cfg, err := config.LoadFile("backup.yaml")
	if err != nil {
		s.Fatal(err)
	}
	return cfg
}

// accounts are the accounts of the profiles.
func (s *site) accounts() map[string]string {
	all := map[string]string{
		"central": s.cfg.Central.Account, "central-admin": s.cfg.Central.Account, "new-central": newCentral, "new-central-admin": newCentral,
	}
	moved := cmp.Or(s.moved, newAccount)
	for _, w := range s.cfg.Workloads {
		all[w.ID()], all[w.ID()+"-admin"] = w.Account, w.Account
		if all[w.ID()+"-2"] == "" {
			all[w.ID()+"-2"], all[w.ID()+"-2-admin"] = moved, moved
		}
	}
	return all
}

// signIn writes the credentials of the profiles.
func (s *site) signIn() {
	text := fmt.Sprintf("[default]\naws_access_key_id = AKID%s\naws_secret_access_key = example\n", s.w.Account)
	for profile, account := range s.accounts() {
		text += fmt.Sprintf("[%s]\naws_access_key_id = AKID%s\naws_secret_access_key = example\n", profile, account)
	}
	s.write("credentials", text)
	path, err := filepath.Abs("credentials")
	if err != nil {
		s.Fatal(err)
	}
	s.Setenv("AWS_SHARED_CREDENTIALS_FILE", path)
}

// deploy creates what a stack of backup.yaml has, as far as restores need it.
func (s *site) deploy(stack string) (account string) {
	s.Helper()
	cfg := s.load()
	if stack == cfg.CentralStackName() {
		var landing []string
		for _, w := range cfg.Workloads {
			landing = append(landing, cfg.LandingVaultARN(w))
		}
		a := s.server.Account(cfg.Central.Account)
		a.CreateRole(cfg.CopyBackRoleName(), "backup.amazonaws.com")
		s.vault(a, cfg.Central.Region, cfg.Central.VaultName, backupfake.VaultOptions{
			CopyTo: func(arn string) bool { return slices.Contains(landing, arn) },
		})
		return a.ID
	}
	for _, w := range cfg.Workloads {
		if cfg.StackName(w) != stack {
			continue
		}
		a := s.server.Account(w.Account)
		a.CreateRole(cfg.RestoreRoleName(w), "backup.amazonaws.com")
		if cfg.Copies(w) {
			s.vault(a, w.Region, cfg.LandingVaultName(w), backupfake.VaultOptions{
				CopyFrom: func(role string) bool { return role == cfg.CentralRoleARN(cfg.CopyBackRoleName()) },
			})
		}
		for _, use := range cfg.TierUses(w) {
			if use.Tier.BackedUp() {
				s.vault(a, w.Region, cfg.TierName(w, use.Tier), backupfake.VaultOptions{})
			}
			for _, b := range use.Buckets {
				s.create(a, w, b.Name)
			}
		}
		return w.Account
	}
	s.Fatalf("backup.yaml has no stack %s", stack)
	return ""
}

// vault creates a vault, or gives one that is there another policy.
func (s *site) vault(a *backupfake.Account, region, name string, options backupfake.VaultOptions) {
	if v := a.Vault(region, name); v != nil {
		v.SetOptions(options)
		return
	}
	a.CreateVault(region, name, options)
}

// create creates a bucket, unless it is there.
func (s *site) create(a *backupfake.Account, w config.Workload, name string) {
	if a.S3.Bucket(name) != nil {
		return
	}
	key := strings.NewReplacer("eu-west-1", w.Region, "222222222222", a.ID)
	a.S3.CreateBucket(name, s3fake.BucketOptions{
		Region: w.Region, Versioning: types.BucketVersioningStatusEnabled, Settings: map[string]string{
			"encryption":        key.Replace(encryptedByKey),
			"ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
		},
	})
}

// good are the objects at the moment of the pages.
var good = map[string]string{"reports/a.csv": "good a", "reports/b.csv": "good b", "photos/c.jpg": "good c"}

func goodVersion(body string) s3fake.Version {
	return s3fake.Version{Body: []byte(body), At: instant("2026-02-20T08:00:00Z"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme}
}

// fill puts objects, recovery points and copies of the last night into the bucket and into the vaults.
func (s *site) fill() {
	history := map[string][]s3fake.Version{}
	for key, body := range good {
		v := goodVersion(body)
		s.live().Put(key, v)
		history[key] = []s3fake.Version{v}
	}
	for _, use := range s.cfg.TierUses(s.w) {
		for _, b := range use.Buckets {
			if b.Name != s.bucket && !use.Tier.Copied() || !use.Tier.BackedUp() {
				continue
			}
			if v := s.account().Vault(s.w.Region, s.cfg.TierName(s.w, use.Tier)); use.Tier.ContinuousBackup != nil {
				v.AddContinuous(b.Name, instant("2026-02-21T02:05:00Z"), backupfake.PointOptions{DeleteAfterDays: 35, Objects: history})
			} else {
				v.AddSnapshot(b.Name, instant("2026-03-02T05:05:00Z"), backupfake.PointOptions{DeleteAfterDays: 365, Objects: history})
			}
			if use.Tier.Copied() {
				s.copy(s.cfg, b.Name, use.Tier, history)
			}
		}
	}
}

// copy is what the last night copied.
func (s *site) copy(cfg *config.Config, bucket string, tier *config.Tier, history map[string][]s3fake.Version) {
	s.server.Account(cfg.Central.Account).Vault(cfg.Central.Region, cfg.Central.VaultName).AddSnapshot(bucket, instant("2026-03-02T02:05:00Z"),
		backupfake.PointOptions{DeleteAfterDays: 1825, Objects: history, Source: cfg.VaultARN(s.w, tier)})
}

func (s *site) account() *backupfake.Account { return s.server.Account(s.w.Account) }
func (s *site) live() *s3fake.Bucket         { return s.account().S3.Bucket(s.bucket) }

// put and remove are what went wrong.
func (s *site) put(keys ...string) {
	for _, key := range keys {
		s.live().Put(key, s3fake.Version{Body: []byte("bad"), At: instant(wrongAt)})
	}
}

func (s *site) remove(keys ...string) {
	for _, key := range keys {
		s.live().Delete(key, instant(wrongAt))
	}
}

// wantGood checks that a bucket has the good objects, and nothing else.
func (s *site) wantGood(a *backupfake.Account, bucket string) {
	s.Helper()
	b := a.S3.Bucket(bucket)
	if b == nil {
		s.Errorf("%s has no bucket %s", a.ID, bucket)
		return
	}
	got := map[string]string{}
	for _, key := range b.Keys() {
		if v := b.Versions(key); len(v) > 0 && !v[0].DeleteMarker {
			got[key] = string(v[0].Body)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(good) {
		s.Errorf("%s: %v", bucket, got)
	}
}

// render is a page of the workload, as the command prints it or as docs has it.
func (s *site) render(name string, docs bool) string {
	s.Helper()
	o := runbook.Options{Docs: docs}
	if *update {
		o.Files = opened{os.DirFS(runbookFiles), &s.steps}
	}
	text, err := runbook.Render(s.cfg, s.w, name, o)
	if err != nil {
		s.Fatal(err)
	}
	return text
}

// variable is what a page gives to a variable of the shell.
func (s *site) variable(name string) string {
	page := s.render("object-overwritten", true)
	_, value, _ := strings.Cut(page, "\n"+name+"=")
	value, _, _ = strings.Cut(value, "\n")
	return value
}

var blocks = regexp.MustCompile("(?ms)^```(sh|yaml)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?")

// follow types all commands of a page, in order. It returns what each block with an output has printed.
func (s *site) follow(page string) (outputs []string) {
	s.Helper()
	page = strings.ReplaceAll(page, " \\\n  ", " ") // a line that goes on
	for _, match := range blocks.FindAllStringSubmatchIndex(page, -1) {
		text := page[match[4]:match[5]]
		if page[match[2]:match[3]] == "yaml" {
			s.edit(text)
			continue
		}
		printed := ""
		for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
			s.clock.Advance(time.Minute)
			for with, do := range s.before {
				if strings.Contains(line, with) {
					delete(s.before, with)
					do(s)
				}
			}
			printed += s.types(line)
		}
		if match[6] < 0 {
			continue // the page shows no output
		}
		outputs = append(outputs, printed)
		if !*update && !s.others {
			compare(s.T, "what the page shows for\n"+text, printed, page[match[6]:match[7]])
		}
	}
	return outputs
}

// edit does what the page says about backup.yaml: a new workload comes first.
func (s *site) edit(text string) {
	file, err := os.ReadFile("backup.yaml")
	if err != nil {
		s.Fatal(err)
	}
	if strings.HasPrefix(text, "central:") {
		s.write("backup.yaml", strings.Replace(string(file), `account: "`+s.cfg.Central.Account+`"`, `account: "`+newCentral+`"`, 1))
		return
	}
	s.write("backup.yaml", strings.Replace(string(file), "\nworkloads:\n", "\nworkloads:\n"+text, 1))
}

// prompt is what the program asks before it changes a bucket.
const prompt = "Type the bucket's name to change it: "

var (
	assignment = regexp.MustCompile(`^([A-Z_]+)=(\S+)$`)
	exitCode   = regexp.MustCompile(` +# exit code (\d+)$`)
)

// types types one line, and returns what it prints.
func (s *site) types(line string) string {
	s.Helper()
	want := "0"
	if code := exitCode.FindStringSubmatch(line); code != nil {
		want, line = code[1], strings.TrimSuffix(line, code[0])
	}
	line = comment.ReplaceAllString(line, "")
	if set := assignment.FindStringSubmatch(line); set != nil {
		s.vars[set[1]] = set[2]
		return ""
	}
	line = os.Expand(line, func(name string) string {
		if s.vars[name] == "" {
			s.Errorf("%s: $%s is not set before", line, name)
		}
		return s.vars[name]
	})
	words, err := shellWords(line)
	if err != nil {
		s.Fatalf("%s: %v", line, err)
	}
	switch {
	case strings.HasPrefix(line, "go run ./cmd/backupctl "):
		var out bytes.Buffer
		c := clock{now: s.clock.Now, sleep: s.clock.Advance, backoff: time.Millisecond}
		if code := run(words[3:], c, strings.NewReader(s.vars["BUCKET"]+"\n"), &out, &out); fmt.Sprint(code) != want {
			s.Errorf("%s: exit code %d, want %s: %s", line, code, want, out.String())
		}
		s.server.Wait()
		return strings.ReplaceAll(out.String(), prompt, prompt+s.vars["BUCKET"]+"\n") // the terminal shows what was typed
	case line == "npm ci": // nothing of a test is there to be installed
	case strings.HasPrefix(line, "go run . -check"):
		s.load()
	case strings.HasPrefix(line, "npx cdk deploy "):
		if got, account := s.accounts()[words[5]], s.deploy(words[3]); words[4] != "--profile" || got != account {
			s.Errorf("%s: the stack is deployed in %s, the profile is of %s", line, account, got)
		}
	case words[0] == "aws":
		if err := s.aws(words[1:]); err != nil {
			s.Errorf("%s: %v", line, err)
		}
	default:
		s.Errorf("%s: no test can type this", line)
	}
	return ""
}

// shellWords splits a line as a shell does.
func shellWords(line string) (words []string, err error) {
	word, quote, open := "", rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ':
			if word != "" || open {
				words = append(words, word)
			}
			word, open = "", false
		case strings.ContainsRune("|&;<>()`$*?", r):
			return nil, fmt.Errorf("%c means something to a shell", r)
		default:
			word += string(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is open")
	}
	if word != "" || open {
		words = append(words, word)
	}
	return words, nil
}

// awsCalls are the commands of the AWS CLI in the pages, with the flags that each must have, and after a bar those that it may have.
var awsCalls = map[string]string{
	"sts get-caller-identity":         "--profile",
	"backup describe-backup-job":      "--backup-job-id --query --profile --region",
	"backup describe-copy-job":        "--copy-job-id --query --profile --region",
	"backup describe-global-settings": "--profile",
	"backup start-backup-job": "--backup-vault-name --resource-arn --iam-role-arn --lifecycle --recovery-point-tags " +
		"--profile --region",
	"backup start-copy-job": "--recovery-point-arn --source-backup-vault-name --destination-backup-vault-arn --iam-role-arn " +
		"--lifecycle --profile --region",
	"backup update-global-settings":               "--global-settings --profile",
	"cloudtrail create-trail":                     "--name --s3-bucket-name --is-organization-trail --is-multi-region-trail --profile",
	"cloudtrail describe-trails":                  "--profile --region",
	"cloudtrail start-logging":                    "--name --profile",
	"iam create-service-linked-role":              "--aws-service-name --profile",
	"organizations describe-organization":         "--query --output --profile",
	"organizations enable-aws-service-access":     "--service-principal --profile",
	"backup list-recovery-points-by-backup-vault": "--backup-vault-name --profile --region | --by-resource-arn",
	"backup list-copy-jobs":                       "--by-destination-vault-arn --profile --region | --by-state",
	"s3api get-bucket-lifecycle-configuration":    "--bucket --profile --region",
	"iam put-role-policy":                         "--role-name --policy-name --policy-document --profile",
	"iam update-access-key":                       "--user-name --access-key-id --status --profile",
	"kms describe-key":                            "--key-id --profile --region | --query",
	"kms cancel-key-deletion":                     "--key-id --profile --region",
	"kms enable-key":                              "--key-id --profile --region",
	"organizations attach-policy":                 "--policy-id --target-id --profile",
	"organizations create-policy":                 "--name --type --description --content --profile",
}

// switches are flags without a value.
var switches = []string{"--is-organization-trail", "--is-multi-region-trail"}

// aws checks the shape of a command of the AWS CLI.
func (s *site) aws(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("what is to be done?")
	}
	call, known := awsCalls[words[0]+" "+words[1]]
	if !known {
		return fmt.Errorf("no test knows this command")
	}
	must, may, _ := strings.Cut(call, " | ")
	given := map[string]string{}
	for i := 2; i < len(words); i += 2 {
		if slices.Contains(switches, words[i]) {
			words = slices.Insert(words, i+1, "true")
		}
		if !slices.Contains(strings.Fields(must+" "+may), words[i]) || i+1 == len(words) {
			return fmt.Errorf("%s is no flag of it, or has no value", words[i])
		}
		given[words[i]] = words[i+1]
	}
	for _, flag := range strings.Fields(must) {
		if given[flag] == "" {
			return fmt.Errorf("%s is missing", flag)
		}
	}
	if profile := given["--profile"]; s.accounts()[profile] == "" && profile != "management" {
		return fmt.Errorf("no profile is called %s", profile)
	}
	if key := given["--key-id"]; words[1] == "cancel-key-deletion" && strings.HasPrefix(key, "alias/") {
		return fmt.Errorf("KMS takes no alias here")
	}
	return nil
}
