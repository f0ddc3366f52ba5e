package main

import (
	"bytes"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

// lab is AWS as testdata/restore.yaml has it deployed, at start.
type lab struct {
	*testing.T
	clock             *s3fake.Clock
	server            *backupfake.Server
	dev, new, central *backupfake.Account
	vault, curated    *backupfake.Vault // the vaults of lake and of curated
	landing, landed   *backupfake.Vault // the landing vaults of dev and of new
	copies            *backupfake.Vault // the central vault
	lake              *s3fake.Bucket
	url               string
}

const (
	keyOfLake      = "arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	copyBackRole   = "arn:aws:iam::111111111111:role/dummy-copy-back"
	encryptedByKey = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>" +
		"<KMSMasterKeyID>" + keyOfLake + "</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
)

func newLab(t *testing.T) *lab {
	l := &lab{T: t, clock: s3fake.NewClock(start)}
	l.server = backupfake.New(backupfake.Options{Clock: l.clock.Now})
	l.dev, l.new, l.central = l.server.Account("222222222222"), l.server.Account("444444444444"), l.server.Account("111111111111")
	l.dev.CreateRole("dummy-restore-dummy-dev", "backup.amazonaws.com")
	l.new.CreateRole("dummy-restore-dummy-new", "backup.amazonaws.com")
	l.central.CreateRole("dummy-copy-back", "backup.amazonaws.com")
	l.vault = l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-critical_data", backupfake.VaultOptions{})
	l.curated = l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-curated_data", backupfake.VaultOptions{})
	copyBackOnly := backupfake.VaultOptions{CopyFrom: func(role string) bool { return role == copyBackRole }}
	l.landing = l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-landing", copyBackOnly)
	l.landed = l.new.CreateVault("eu-west-1", "dummy-dummy-new-landing", copyBackOnly)
	l.copies = l.central.CreateVault("eu-central-1", "central-aws-vault-S3", backupfake.VaultOptions{
		CopyTo: func(arn string) bool {
			return strings.Contains(arn, ":backup-vault:dummy-") && strings.HasSuffix(arn, "-landing")
		},
	})
	l.lake = l.dev.S3.CreateBucket("lake", s3fake.BucketOptions{
		Region: "eu-west-1", Versioning: types.BucketVersioningStatusEnabled, Settings: map[string]string{"encryption": encryptedByKey},
	})
	l.lake.Put("data/a", s3fake.Version{Body: []byte("bad"), At: at(5)})
	l.url = l.server.Listen(t)
	signIn(t, l.url)
	return l
}

// days is a time before start.
func days(n int) time.Time { return start.AddDate(0, 0, -n) }

// objects are the versions that the backups of lake have: data/a and data/b changed at at(5).
func objects() map[string][]s3fake.Version {
	return map[string][]s3fake.Version{
		"data/a":  {{Body: []byte("old a"), At: days(100)}, {Body: []byte("bad"), At: at(5)}},
		"data/b":  {{Body: []byte("old b"), At: days(100)}, {DeleteMarker: true, At: at(5)}},
		"other/c": {{Body: []byte("c"), At: days(100), Metadata: map[string]string{"team": "x"}, Tags: map[string]string{"k": "v"}}},
	}
}

func (l *lab) continuous(created time.Time) *backupfake.Point {
	return l.vault.AddContinuous("lake", created, backupfake.PointOptions{DeleteAfterDays: 35, Objects: objects()})
}

func (l *lab) snapshot(bucket string, created time.Time) *backupfake.Point {
	return l.curated.AddSnapshot(bucket, created, backupfake.PointOptions{DeleteAfterDays: 365, Objects: objects()})
}

// copied is a copy in the central vault, of the vault of dev.
func (l *lab) copied(created time.Time) *backupfake.Point {
	return l.copies.AddSnapshot("lake", created, backupfake.PointOptions{DeleteAfterDays: 1825, Objects: objects(), Source: l.vault.ARN()})
}

// run runs the program on one line of arguments, by the clock of the lab.
func (l *lab) run(line string) (code int, stdout, stderr string) {
	l.Helper()
	return l.args(strings.Fields(line)...)
}

func (l *lab) args(args ...string) (code int, stdout, stderr string) {
	l.Helper()
	var out, problems bytes.Buffer
	clock := clock{now: l.clock.Now, sleep: l.clock.Advance, backoff: time.Millisecond}
	code = run(append(args, "--config", "testdata/restore.yaml"), clock, strings.NewReader(""), &out, &problems)
	l.server.Wait() // after Ctrl-C a request may still be under way
	return code, out.String(), problems.String()
}

// want compares what the program did.
func (l *lab) want(line string, code int, stdout, stderr string) {
	l.Helper()
	gotCode, gotOut, gotErr := l.run(line)
	compare(l.T, "standard error of "+line, gotErr, stderr)
	compare(l.T, "standard output of "+line, gotOut, stdout)
	if gotCode != code {
		l.Errorf("%s: exit code %d, want %d", line, gotCode, code)
	}
}

// changes are the calls since the last reset that change something, each once, in their order.
func (l *lab) changes() []string {
	var all []string
	for _, call := range l.server.Calls() {
		read := slices.ContainsFunc([]string{"Get", "List", "Describe", "Head"}, func(verb string) bool {
			return strings.HasPrefix(call.Operation, verb)
		})
		if !read && !slices.Contains(all, call.Operation) {
			all = append(all, call.Operation)
		}
	}
	return all
}

// on lets a call of an action meet a fault, n times. Zero: each time.
func (l *lab) on(action string, n int, fault func(backupfake.Call) *backupfake.Fault) {
	met := 0
	l.server.SetFault(func(call backupfake.Call) *backupfake.Fault {
		if call.Action != action || n > 0 && met >= n {
			return nil
		}
		met++
		return fault(call)
	})
}

func throttled(backupfake.Call) *backupfake.Fault { return backupfake.Throttled() }
func lost(backupfake.Call) *backupfake.Fault      { return backupfake.Lost() }
func expired(backupfake.Call) *backupfake.Fault   { return backupfake.ExpiredToken() }

// interrupted is Ctrl-C during a call, whose answer comes.
func interrupted(backupfake.Call) *backupfake.Fault {
	interrupt()
	return nil
}

// interrupt sends Ctrl-C to the program, and waits until it has arrived.
func interrupt() {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, os.Interrupt)
	defer signal.Stop(arrived)
	_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	<-arrived
	time.Sleep(50 * time.Millisecond) // the program has it too, and ends its context
}
