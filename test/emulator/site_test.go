package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/config"
)

const root = "../.."

// app and backupctl are the paths of the programs.
var app, backupctl string

func TestMain(m *testing.M) {
	code, err := withPrograms(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withPrograms(run func() int) (code int, err error) {
	if _, err := os.Stat(filepath.Join(root, "node_modules/.bin/cdk")); err != nil {
		return 0, fmt.Errorf("no CDK CLI; run npm ci: %w", err)
	}
	dir, err := os.MkdirTemp("", "emulator-test")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	app, backupctl = filepath.Join(dir, "app"), filepath.Join(dir, "backupctl")
	for program, source := range map[string]string{app: ".", backupctl: "./cmd/backupctl"} {
		if output, err := exec.Command("go", "build", "-C", root, "-o", program, source).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%w\n%s", err, output)
		}
	}
	return run(), nil
}

// stack is a stack of -check -format json.
type stack struct{ ID, Name, Account, Region string }

// site is a directory with a backup.yaml, as a user has it, and an emulator without anything in it.
type site struct {
	*testing.T
	*Emulator
	dir       string
	cfg       *config.Config
	stacks    []stack
	pipelines []stack         // those of pipelines
	own       aws.Credentials // of the account that deploys
}

func newSite(t *testing.T, file string) *site {
	t.Helper()
	dir := t.TempDir()
	e, err := Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, Emulator: e, dir: dir}
	t.Cleanup(func() {
		for _, kind := range e.WithoutModel() {
			if !slices.Contains(ignored, kind) {
				t.Errorf("the emulator has no model of %s", kind)
			}
		}
		if faults, err := e.Faults(); err != nil || len(faults) > 0 {
			t.Errorf("faults of the emulator: %q, %v", faults, err)
		}
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	})
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"node_modules", "package.json"} {
		if err := os.Symlink(filepath.Join(repository, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	// The commands of the product start its programs with go run.
	s.write(
		"go",
		fmt.Sprintf("#!/bin/sh\nprogram=$2; shift 2\ncase $program in .) exec %s \"$@\";; *) exec %s \"$@\";; esac\n", app, backupctl),
		0o700,
	)
	s.write(".cdk.json", `{"notices": false}`, 0o600)
	s.write("aws", "#!/bin/sh\nexec "+Python()+" -m awscli \"$@\"\n", 0o700)
	s.configure(s.read(filepath.Join(root, file)))
	s.own = s.credentials(s.cfg.Central.Account, "github_ci")
	s.signIn()
	return s
}

func (s *site) read(path string) string {
	s.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

func (s *site) write(name, text string, mode os.FileMode) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), mode); err != nil {
		s.Fatal(err)
	}
}

// configure writes backup.yaml and synthesizes it.
func (s *site) configure(text string) {
	s.Helper()
	s.write("backup.yaml", text, 0o600)
	cfg, err := config.LoadFile(filepath.Join(s.dir, "backup.yaml"))
	if err != nil {
		s.Fatal(err)
	}
	s.cfg = cfg
	s.synthesize("cdk.out")
	var listed struct{ Stacks []stack }
	if err := json.Unmarshal([]byte(s.run("go run . -check -format json -config backup.yaml 2>/dev/null", nil)), &listed); err != nil {
		s.Fatal(err)
	}
	s.stacks, s.pipelines = nil, nil
	for _, one := range listed.Stacks {
		if strings.HasPrefix(one.ID, "pipeline-") {
			s.pipelines = append(s.pipelines, one)
		} else {
			s.stacks = append(s.stacks, one)
		}
	}
}

// synthesize writes a cloud assembly.
func (s *site) synthesize(out string, flags ...string) {
	s.Helper()
	flags = append([]string{"-config", filepath.Join(s.dir, "backup.yaml"), "-out", filepath.Join(s.dir, out)}, flags...)
	cmd := exec.CommandContext(s.Context(), app, flags...)
	cmd.Dir = root // where it finds the sources of the functions
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("%v\n%s", err, out)
	}
}

func (s *site) credentials(account, role string) aws.Credentials {
	s.Helper()
	c, err := s.Credentials(s.Context(), account, role)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// signIn writes the profiles that the commands of the product name: the central account's, and one for each workload.
func (s *site) signIn() {
	s.Helper()
	profiles := map[string]stack{"central": {Account: s.cfg.Central.Account, Region: s.cfg.Central.Region}}
	for _, w := range s.cfg.Workloads {
		profiles[w.ID()] = stack{Account: w.Account, Region: w.Region}
	}
	var text strings.Builder
	for name, place := range profiles {
		c := s.credentials(place.Account, "admin")
		fmt.Fprintf(&text, "[%s]\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n",
			name, place.Region, c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
	}
	s.write("credentials", text.String(), 0o600)
}

// run runs a script as GitHub does: in bash, which stops at the first error. It returns all that was printed.
func (s *site) run(script string, env []string) string {
	s.Helper()
	out, err := s.try(s.Context(), script, env)
	if err != nil {
		s.Fatalf("%s\n%v\n%s", script, err, out)
	}
	return out
}

func (s *site) try(ctx context.Context, script string, env []string) (string, error) {
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = s.dir
	cmd.Env = append(
		slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }),
		"PATH="+s.dir+":"+filepath.Dir(backupctl)+":"+os.Getenv("PATH"),
		"AWS_ENDPOINT_URL="+s.URL,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"CDK_DISABLE_CLI_TELEMETRY=true",
		"CI=true",
		"HOME="+s.dir,
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(s.dir, "credentials"),
		"RUNNER_TEMP="+s.dir,
		"GITHUB_OUTPUT="+filepath.Join(s.dir, "output"),
	)
	cmd.Env = append(cmd.Env, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// as are the environment variables of the account that deploys.
func (s *site) as(region string) []string {
	return environment(s.own, region)
}

// environment are the variables that configure-aws-credentials sets.
func environment(c aws.Credentials, region string) []string {
	return []string{
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_ACCESS_KEY_ID=" + c.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey, "AWS_SESSION_TOKEN=" + c.SessionToken,
	}
}

// deploy deploys stacks with the CDK CLI, one after another, and returns what it prints.
func (s *site) deploy(stacks ...string) string {
	s.Helper()
	return s.run("npx cdk deploy "+strings.Join(stacks, " ")+
		" --app cdk.out --exclusively --require-approval never", s.as(s.cfg.Central.Region))
}

var noChanges = regexp.MustCompile(`\(no changes\)`)

// unchanged deploys every stack again, which must change nothing.
func (s *site) unchanged() {
	s.Helper()
	s.noChanges(s.deploy(s.names()...), len(s.stacks))
}

// noChanges checks that the CDK CLI has said of so many stacks that nothing changes.
func (s *site) noChanges(said string, stacks int) {
	s.Helper()
	if got := len(noChanges.FindAllString(said, -1)); got != stacks {
		s.Errorf("%d of %d stacks have no changes:\n%s", got, stacks, said)
	}
}

func (s *site) names() []string {
	names := make([]string, 0, len(s.stacks))
	for _, one := range s.stacks {
		names = append(names, one.Name)
	}
	return names
}

// provider are the credentials of an administrator of an account, for the SDK.
func (s *site) provider(account string) aws.CredentialsProvider {
	c := s.credentials(account, "admin")
	return credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
}

func (s *site) s3(account, region string) *s3.Client {
	return s3.New(s3.Options{BaseEndpoint: &s.URL, Region: region, UsePathStyle: true, Credentials: s.provider(account)})
}

func (s *site) backup(account, region string) *backup.Client {
	return backup.New(backup.Options{BaseEndpoint: &s.URL, Region: region, Credentials: s.provider(account)})
}

func (s *site) cloudFormation(account, region string) *cloudformation.Client {
	return cloudformation.New(cloudformation.Options{BaseEndpoint: &s.URL, Region: region, Credentials: s.provider(account)})
}

// createExisting creates the buckets that a workload has already.
func (s *site) createExisting() {
	s.Helper()
	for _, w := range s.cfg.Workloads {
		client := s.s3(w.Account, w.Region)
		for _, b := range w.Buckets {
			if !b.Existing {
				continue
			}
			create := &s3.CreateBucketInput{Bucket: &b.Name}
			if w.Region != "us-east-1" {
				create.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(w.Region)}
			}
			_, err := client.CreateBucket(s.Context(), create)
			_, errVersions := client.PutBucketVersioning(s.Context(), &s3.PutBucketVersioningInput{
				Bucket: &b.Name, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled},
			})
			if err := errors.Join(err, errVersions); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// complete checks that every stack was created, and cannot be deleted by mistake.
func (s *site) complete() {
	s.Helper()
	for _, one := range s.stacks {
		out, err := s.cloudFormation(one.Account, one.Region).
			DescribeStacks(s.Context(), &cloudformation.DescribeStacksInput{StackName: &one.Name})
		if err != nil {
			s.Errorf("%s: %v", one.Name, err)
			continue
		}
		if got := out.Stacks[0]; got.StackStatus != types.StackStatusCreateComplete && got.StackStatus != types.StackStatusUpdateComplete ||
			!aws.ToBool(got.EnableTerminationProtection) {
			s.Errorf("%s: %s, termination protection %v", one.Name, got.StackStatus, aws.ToBool(got.EnableTerminationProtection))
		}
	}
}

// holding are the types that hold data, and what nobody reads it without.
var holding = []string{
	"AWS::S3::Bucket", "AWS::Backup::BackupVault", "AWS::Backup::LogicallyAirGappedBackupVault", "AWS::KMS::Key", "AWS::IAM::Role",
	"AWS::Logs::LogGroup",
}

// held are the physical ids of what holds data, by stack and logical id. A vault has the time when it was created, too.
func (s *site) held() map[string]string {
	s.Helper()
	ids := map[string]string{}
	for _, one := range s.stacks {
		out, err := s.cloudFormation(one.Account, one.Region).DescribeStackResources(s.Context(),
			&cloudformation.DescribeStackResourcesInput{StackName: &one.Name})
		if err != nil {
			s.Fatal(err)
		}
		for _, r := range out.StackResources {
			if r.ResourceType == nil || !slices.Contains(holding, *r.ResourceType) { // moto lists what it has no model of without a type
				continue
			}
			id := *r.PhysicalResourceId
			if *r.ResourceType == "AWS::Backup::BackupVault" {
				client := s.backup(one.Account, one.Region)
				vault, err := client.DescribeBackupVault(s.Context(), &backup.DescribeBackupVaultInput{BackupVaultName: &id})
				if err != nil {
					s.Fatal(err)
				}
				if vault.CreationDate != nil { // another one with this name would be another vault
					id += vault.CreationDate.String()
				}
			}
			ids[one.Name+" "+*r.LogicalResourceId] = id
		}
	}
	return ids
}
