package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	backuptypes "github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

const (
	keepPoints  = `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":["backup:DeleteRecoveryPoint"],"Resource":["*"]}`
	copyCentral = `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":["backup:CopyFromBackupVault"],"Resource":["*"],"Condition":` +
		`{"ForAnyValue:ArnNotLike":{"backup:CopyTargets":["arn:aws:backup:eu-central-1:111111111111:backup-vault:central-aws-vault-S3"]}}}`
	letIn = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":["backup:CopyIntoBackupVault"],"Resource":["*"],` +
		`"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::%[1]s:role/%s"}}}`
	blocked = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>" +
		"<KMSMasterKeyID>" + keyOfLake + "</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>" +
		"<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>"
	events    = "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"
	lifecycle = "<LifecycleConfiguration><Rule><ID>r1</ID><Status>Enabled</Status><Filter/>%s</Rule></LifecycleConfiguration>"
	locked    = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode>" +
		"<Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
)

// flight is AWS as testdata/preflight.yaml has it deployed: nothing is wrong.
type flight struct {
	*lab
	earlier *backupfake.Vault
	// point is the continuous recovery point of bucket lake.
	point *backupfake.Point
	// stdin is what is typed.
	stdin string
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func newFlight(t *testing.T) *flight {
	l := &flight{lab: newLab(t)}
	for _, a := range []*backupfake.Account{l.dev, l.central} {
		a.CreateRole("AWSServiceRoleForBackup", "backup.amazonaws.com")
	}
	l.dev.SetRecorder("eu-west-1", true)
	l.central.SetRecorder("eu-central-1", true)
	l.dev.SetOptIn("eu-west-1", map[string]bool{"EBS": true, "S3": true})
	l.vault.SetPolicy(policyOf(keepPoints, copyCentral))
	l.curated.SetPolicy(policyOf(keepPoints))
	l.landing.SetPolicy(policyOf(keepPoints, fmt.Sprintf(letIn, "111111111111", "dummy-copy-back")))
	l.earlier = l.central.CreateVault("eu-central-1", "earlier", backupfake.VaultOptions{
		Lock: &backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 1825, Date: days(100)},
	})
	l.copies.SetLock(&backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 1825})
	for _, v := range []*backupfake.Vault{l.earlier, l.copies} {
		v.SetPolicy(policyOf(keepPoints, fmt.Sprintf(letIn, "222222222222", "dummy-backup-dummy-dev")))
	}
	l.point = l.continuous(days(100))
	l.vault.AddContinuous("old", days(100), backupfake.PointOptions{})
	for _, name := range []string{"lake", "old", "plain"} {
		l.bucket(name, nil)
	}
	plan := backuptypes.RestoreTestingPlanForList{CreationTime: aws.Time(days(60))}
	for _, at := range []struct {
		account *backupfake.Account
		vault   *backupfake.Vault
		region  string
		name    string
	}{{l.dev, l.vault, "eu-west-1", "dummy_dummy_dev"}, {l.central, l.copies, "eu-central-1", "dummy_central"}} {
		arn := at.account.AddRestoreTestingPlan(at.region, at.name, plan)
		for _, bucket := range []string{"lake", "old"} {
			l.test(at.vault.AddSnapshot(bucket, days(3), backupfake.PointOptions{}), arn, backuptypes.RestoreValidationStatusSuccessful)
		}
	}
	l.server.ResetCalls()
	return l
}

// test starts a restore test, whose result is put at once.
func (l *flight) test(point *backupfake.Point, plan string, result backuptypes.RestoreValidationStatus) {
	l.Helper()
	id, _ := point.StartTest(backupfake.TestOptions{PlanARN: plan, Steps: []backupfake.Step{{State: "COMPLETED"}}})
	l.server.Validate(id, result)
}

// bucket creates a bucket as the app does, with other settings.
func (l *flight) bucket(name string, other map[string]string) {
	settings := map[string]string{
		"encryption": blocked, "notification": events, "object-lock": locked,
		"lifecycle": fmt.Sprintf(lifecycle, "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>"),
	}
	for parameter, document := range other {
		settings[parameter] = document
	}
	l.dev.S3.CreateBucket(name, s3fake.BucketOptions{
		Region: "eu-west-1", Versioning: types.BucketVersioningStatusEnabled, Settings: settings,
	})
}

// fly runs preflight.
func (l *flight) fly(line string) (code int, stdout, stderr string) {
	l.Helper()
	var out, problems bytes.Buffer
	clock := clock{now: l.clock.Now, sleep: l.clock.Advance, backoff: time.Millisecond}
	args := append(strings.Fields("preflight "+line), "--config", "testdata/preflight.yaml")
	code = run(args, clock, strings.NewReader(l.stdin), &out, &problems)
	l.server.Wait()
	return code, out.String(), problems.String()
}

const (
	flyDev     = "--workload dummy-dev --profile dummy-dev "
	flyCentral = "--workload central --central-profile central "
)

// TestPreflightFine: every check of an account where nothing is wrong.
func TestPreflightFine(t *testing.T) {
	l := newFlight(t)
	for line, want := range map[string]string{
		flyDev: `ok       dummy-dev: the organization: the account is in o-a1b2c3d4e5
ok       dummy-dev: cross-account backup: it is on
ok       dummy-dev: the service-linked role: AWSServiceRoleForBackup is there
ok       dummy-dev: AWS Config: the configuration recorder default records
ok       dummy-dev: the opt-in of S3: AWS Backup is opted in to S3 in eu-west-1
ok       dummy-dev: bucket plain: it is in eu-west-1
ok       dummy-dev: versioning of bucket plain: it is on
ok       dummy-dev: bucket lake: it is in eu-west-1
ok       dummy-dev: versioning of bucket lake: it is on
ok       dummy-dev: lifecycle of bucket lake: no rule takes objects out of backups or works against Object Lock
ok       dummy-dev: SSE-C of bucket lake: it is blocked
ok       dummy-dev: EventBridge of bucket lake: it is on
ok       dummy-dev: bucket old: it is in eu-west-1
ok       dummy-dev: versioning of bucket old: it is on
ok       dummy-dev: lifecycle of bucket old: no rule takes objects out of backups or works against Object Lock
ok       dummy-dev: SSE-C of bucket old: it is blocked
ok       dummy-dev: EventBridge of bucket old: it is on
ok       dummy-dev: vault dummy-dummy-dev-curated_data: it is there
ok       dummy-dev: the policy of vault dummy-dummy-dev-curated_data: a statement denies the deletion of recovery points
ok       dummy-dev: vault dummy-dummy-dev-critical_data: it is there
ok       dummy-dev: the policy of vault dummy-dummy-dev-critical_data: a statement denies the deletion of recovery points
ok       dummy-dev: the policy of vault dummy-dummy-dev-critical_data: a statement limits copies to the central vault
ok       dummy-dev: vault dummy-dummy-dev-landing: it is there
ok       dummy-dev: the policy of vault dummy-dummy-dev-landing: a statement lets copies of the central account come back
ok       dummy-dev: continuous backup of bucket lake: it goes on since 2025-11-22T02:17:31Z
ok       dummy-dev: continuous backup of bucket old: it goes on since 2025-11-22T02:17:31Z
ok       dummy-dev: backup access points: none was left
ok       dummy-dev: recovery points of vault dummy-dummy-dev-curated_data: 0; the usual quota is 1000000 (F-LIM-1)
ok       dummy-dev: recovery points of vault dummy-dummy-dev-critical_data: 4; the usual quota is 1000000 (F-LIM-1)
ok       dummy-dev: recovery points of vault dummy-dummy-dev-landing: 0; the usual quota is 1000000 (F-LIM-1)
ok       dummy-dev: buckets with backups: 2; the usual quota is 100 (F-S3-15)
ok       dummy-dev: restore testing plans: 1; the usual quota is 100 (F-LIM-4)
ok       dummy-dev: restore testing plan dummy_dummy_dev: it is there
ok       dummy-dev: restore tests of bucket lake: the last successful one was at 2026-03-02T02:17:31Z
ok       dummy-dev: restore tests of bucket old: the last successful one was at 2026-03-02T02:17:31Z
`,
		flyCentral: `ok       central: the organization: the account is in o-a1b2c3d4e5
ok       central: cross-account backup: it is on
ok       central: the service-linked role: AWSServiceRoleForBackup is there
ok       central: AWS Config: the configuration recorder default records
ok       central: vault central-aws-vault-S3: it is there
ok       central: the lock of vault central-aws-vault-S3: it takes copies of 15 to 1825 days
ok       central: the policy of vault central-aws-vault-S3: a statement denies the deletion of recovery points
ok       central: the policy of vault central-aws-vault-S3: a statement lets copies of dummy-dev in
ok       central: vault earlier: it is there
ok       central: the lock of vault earlier: it takes copies of 15 to 1825 days
ok       central: the policy of vault earlier: a statement denies the deletion of recovery points
ok       central: the policy of vault earlier: a statement lets copies of dummy-dev in
ok       central: backup access points: none was left
ok       central: recovery points of vault central-aws-vault-S3: 2; the usual quota is 1000000 (F-LIM-1)
ok       central: recovery points of vault earlier: 0; the usual quota is 1000000 (F-LIM-1)
ok       central: restore testing plans: 1; the usual quota is 100 (F-LIM-4)
ok       central: restore testing plan dummy_central: it is there
ok       central: restore tests of bucket lake: the last successful one was at 2026-03-02T02:17:31Z
ok       central: restore tests of bucket old: the last successful one was at 2026-03-02T02:17:31Z
`,
	} {
		code, stdout, stderr := l.fly(line)
		compare(t, "standard error", stderr, "")
		compare(t, "standard output", stdout, want)
		if code != exitDone {
			t.Errorf("exit code %d", code)
		}
	}
	if changes := l.changes(); len(changes) > 0 {
		t.Errorf("preflight did %v", changes)
	}
}

// TestPreflightFindings: every finding that is wrong or unknown, and that nothing else is.
func TestPreflightFindings(t *testing.T) {
	const transition = "<Transition><Days>90</Days><StorageClass>%s</StorageClass></Transition>"
	const cli = "; mend it with aws "
	const dev, central = " --region eu-west-1 --profile dummy-dev", " --region eu-central-1 --profile central"
	const deployDev = "; mend it with npx cdk deploy dummy-backup-dummy-dev --profile dummy-dev"
	const deployCentral = "; mend it with npx cdk deploy dummy-backup-central --profile central"
	const editLake = cli + "s3api put-bucket-lifecycle-configuration --bucket lake --lifecycle-configuration file://lifecycle.json" + dev
	const again = "go run ./cmd/backupctl preflight --workload dummy-dev --profile dummy-dev --config testdata/preflight.yaml --fix"
	for _, test := range []struct {
		name, line string
		prepare    func(*flight)
		want       []string // lines that are not ok
	}{
		{"no organization", flyDev, func(l *flight) { l.dev.Leave() }, []string{
			"wrong    dummy-dev: the organization: the account is in no organization; want o-a1b2c3d4e5, or every copy fails (F-COPY-1)",
		}},
		{"another organization", flyDev, func(l *flight) { l.dev.Join("o-other12345", false) }, []string{
			"wrong    dummy-dev: the organization: the account is in o-other12345; want o-a1b2c3d4e5, which every policy asks for (F-COPY-1)",
		}},
		{"a member reads that copies are off", flyDev, func(l *flight) { l.server.SetCrossAccountBackup(false) }, []string{
			"unknown  dummy-dev: cross-account backup: this account reads that it is off; only the management account 999999999999 is certain " +
				"to know (F-COPY-1); if it is off there, turn it on there with aws backup update-global-settings --global-settings " +
				"isCrossAccountBackupEnabled=true",
		}},
		{"copies are off", flyCentral, func(l *flight) {
			l.server.SetCrossAccountBackup(false)
			l.central.Join("o-a1b2c3d4e5", true)
		}, []string{
			"wrong    central: cross-account backup: it is off, so every copy fails (F-COPY-1)" + cli +
				"backup update-global-settings --global-settings isCrossAccountBackupEnabled=true" + central,
		}},
		{"no service-linked role", flyCentral, func(l *flight) { l.central.CreateRole("AWSServiceRoleForBackup", "") }, []string{
			"wrong    central: the service-linked role: AWSServiceRoleForBackup is not there, and AWS Backup copies into this account with it " +
				"(F-COPY-5)" + cli + "iam create-service-linked-role --aws-service-name backup.amazonaws.com" + central,
		}},
		{"a recorder that is stopped", flyDev, func(l *flight) { l.dev.SetRecorder("eu-west-1", false) }, []string{
			"wrong    dummy-dev: AWS Config: the configuration recorder default is stopped, so nothing can be audited (F-CFN-8)" + cli +
				"configservice start-configuration-recorder --configuration-recorder-name default" + dev,
		}},
		{"no recorder", flyCentral, func(l *flight) { l.central.RemoveRecorder("eu-central-1") }, []string{
			"wrong    central: AWS Config: there is no configuration recorder in eu-central-1, so nothing can be audited (F-CFN-8)" + cli +
				"configservice put-configuration-recorder --configuration-recorder name=default,roleARN=ROLE" + central,
		}},
		{"not opted in", flyDev, func(l *flight) {
			l.dev.SetOptIn("eu-west-1", map[string]bool{"EBS": true, "S3": false, "EFS": false})
		}, []string{
			"wrong    dummy-dev: the opt-in of S3: AWS Backup is not opted in to S3 in eu-west-1, so no bucket is backed up by its tag (F-REG-1)" +
				cli + "backup update-region-settings --resource-type-opt-in-preference EBS=true,EFS=false,S3=true" + dev,
		}},
		{"no bucket", flyDev, func(l *flight) { l.dev.S3.RemoveBucket("lake"); l.dev.S3.RemoveBucket("old") }, []string{
			"wrong    dummy-dev: bucket lake: it does not exist" + deployDev,
			"wrong    dummy-dev: bucket old: it does not exist, so there is nothing to back up" + cli + "s3 mb s3://old" + dev,
		}},
		{"another Region", flyDev, func(l *flight) { l.dev.S3.CreateBucket("old", s3fake.BucketOptions{Region: "eu-north-1"}) }, []string{
			"wrong    dummy-dev: bucket old: it is in eu-north-1; want eu-west-1, since a plan backs up buckets of its own Region alone (F-S3-28)",
		}},
		{"a bucket of another account", flyDev, func(l *flight) {
			l.dev.S3.CreateBucket("old", s3fake.BucketOptions{Region: "eu-west-1", Owner: "333333333333"})
		}, []string{
			"unknown  dummy-dev: bucket old: the credentials of --profile dummy-dev may not use s3:ListBucket on arn:aws:s3:::old, or another " +
				"account has the bucket",
		}},
		{"versioning off", flyDev, func(l *flight) {
			for _, name := range []string{"plain", "old"} {
				l.dev.S3.CreateBucket(name, s3fake.BucketOptions{Region: "eu-west-1", Settings: map[string]string{
					"notification": events, "encryption": blocked,
				}})
			}
		}, []string{
			"wrong    dummy-dev: versioning of bucket plain: it is off, so what is overwritten or deleted is lost" + cli +
				"s3api put-bucket-versioning --bucket plain --versioning-configuration Status=Enabled" + dev,
			"wrong    dummy-dev: versioning of bucket old: it is off, so every backup fails (F-S3-1)" + cli +
				"s3api put-bucket-versioning --bucket old --versioning-configuration Status=Enabled" + dev,
		}},
		{"EventBridge off", flyDev, func(l *flight) { l.bucket("lake", map[string]string{"notification": ""}) }, []string{
			"wrong    dummy-dev: EventBridge of bucket lake: it is off, so continuous backups stop (F-S3-12); mend it with " + again,
		}},
		{"lifecycle to Glacier", flyDev, func(l *flight) {
			l.bucket("lake", map[string]string{"lifecycle": fmt.Sprintf(lifecycle, fmt.Sprintf(transition, "DEEP_ARCHIVE"))})
		}, []string{
			"wrong    dummy-dev: lifecycle of bucket lake: rule r1 moves objects to DEEP_ARCHIVE, which AWS Backup does not back up (F-S3-2)" +
				editLake,
		}},
		{"lifecycle of noncurrent versions to Glacier", flyDev, func(l *flight) {
			l.bucket("lake", map[string]string{"lifecycle": fmt.Sprintf(lifecycle, "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays>"+
				"<StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>")})
		}, []string{
			"wrong    dummy-dev: lifecycle of bucket lake: rule r1 moves objects to GLACIER, which AWS Backup does not back up (F-S3-2)" + editLake,
		}},
		{"a rule that is disabled, and a class that is backed up", flyDev, func(l *flight) {
			disabled := strings.Replace(fmt.Sprintf(lifecycle, fmt.Sprintf(transition, "GLACIER")), "Enabled", "Disabled", 1)
			l.bucket("lake", map[string]string{"lifecycle": disabled})
			l.bucket("old", map[string]string{"lifecycle": fmt.Sprintf(lifecycle, fmt.Sprintf(transition, "GLACIER_IR"))})
		}, nil},
		{"no lifecycle, no Object Lock", flyDev, func(l *flight) {
			l.bucket("lake", map[string]string{"lifecycle": "", "object-lock": ""})
		}, nil},
		{"lifecycle against Object Lock", flyDev, func(l *flight) {
			l.bucket("lake", map[string]string{"lifecycle": fmt.Sprintf(lifecycle,
				"<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration>")})
		}, []string{
			"wrong    dummy-dev: lifecycle of bucket lake: rule r1 deletes noncurrent versions after 7 days, and Object Lock keeps each for 30: " +
				"the rule waits, and they cost until then (F-OL-5)" + editLake,
		}},
		{"SSE-C not blocked", flyDev, func(l *flight) { l.bucket("lake", map[string]string{"encryption": encryptedByKey}) }, []string{
			"wrong    dummy-dev: SSE-C of bucket lake: it is not blocked, and objects under it are not backed up (F-S3-3)" + cli +
				`s3api put-bucket-encryption --bucket lake --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":` +
				`{"KMSMasterKeyID":"` + keyOfLake + `","SSEAlgorithm":"aws:kms"},"BlockedEncryptionTypes":{"EncryptionType":["SSE-C"]}}]}'` + dev,
		}},
		{"no vault", flyDev, func(l *flight) { l.dev.RemoveVault(l.landing) }, []string{
			"unknown  dummy-dev: vault dummy-dummy-dev-landing: it is not there, or the credentials of --profile dummy-dev may not use " +
				"backup:DescribeBackupVault; if it is not there" + deployDev,
		}},
		{"a vault that AWS says is missing", flyDev, func(l *flight) {
			l.on("backup:DescribeBackupVault", 1, func(backupfake.Call) *backupfake.Fault {
				return &backupfake.Fault{Status: 404, Code: "ResourceNotFoundException", Message: "no"}
			})
		}, []string{"wrong    dummy-dev: vault dummy-dummy-dev-curated_data: it does not exist" + deployDev}},
		{"a lock that keeps backups out", flyDev, func(l *flight) {
			l.vault.SetLock(&backupfake.Lock{MinRetentionDays: 100})
			l.curated.SetLock(&backupfake.Lock{MinRetentionDays: 1, MaxRetentionDays: 3650})
		}, []string{
			"wrong    dummy-dev: the lock of vault dummy-dummy-dev-critical_data: it takes backups of 100 days or more; those of 35 days fail " +
				"(F-LOCK-3)" + cli + "backup put-backup-vault-lock-configuration --backup-vault-name dummy-dummy-dev-critical_data " +
				"--min-retention-days 35" + dev,
		}},
		{"no policy", flyDev, func(l *flight) { l.landing.SetPolicy("") }, []string{
			"wrong    dummy-dev: the policy of vault dummy-dummy-dev-landing: there is none" + deployDev,
		}},
		{"a policy that nobody can read", flyDev, func(l *flight) { l.landing.SetPolicy("{") }, []string{
			"unknown  dummy-dev: the policy of vault dummy-dummy-dev-landing: it cannot be read; it is not the list of statements " +
				"that the app deploys",
		}},
		{"a policy without the central vault", flyDev, func(l *flight) {
			l.vault.SetPolicy(policyOf(strings.ReplaceAll(copyCentral, "central-aws", "another-aws")))
		}, []string{
			"wrong    dummy-dev: the policy of vault dummy-dummy-dev-critical_data: no statement denies the deletion of recovery points: " +
				"Deny backup:DeleteRecoveryPoint is missing" + deployDev,
			"wrong    dummy-dev: the policy of vault dummy-dummy-dev-critical_data: no statement limits copies to the central vault: " +
				"arn:aws:backup:eu-central-1:111111111111:backup-vault:central-aws-vault-S3 is missing" + deployDev,
		}},
		{"a landing vault for another role", flyDev, func(l *flight) {
			l.landing.SetPolicy(policyOf(fmt.Sprintf(letIn, "111111111111", "dummy-copy-back-2")))
		}, []string{
			"wrong    dummy-dev: the policy of vault dummy-dummy-dev-landing: no statement lets copies of the central account come back: " +
				"arn:aws:iam::111111111111:role/dummy-copy-back is missing" + deployDev,
		}},
		{"a central vault that does not know us", flyCentral, func(l *flight) {
			l.copies.SetPolicy(policyOf(keepPoints, fmt.Sprintf(letIn, "333333333333", "dummy-backup-dummy-prod")))
		}, []string{
			"wrong    central: the policy of vault central-aws-vault-S3: no statement lets copies of dummy-dev in: " +
				"arn:aws:iam::222222222222:role/dummy-backup-dummy-dev is missing" + deployCentral,
		}},
		{"a central vault of another organization", flyCentral, func(l *flight) {
			another := strings.ReplaceAll(letIn, "o-a1b2c3d4e5", "o-b1b2c3d4e5")
			l.copies.SetPolicy(policyOf(keepPoints, fmt.Sprintf(another, "222222222222", "dummy-backup-dummy-dev")))
		}, []string{
			"wrong    central: the policy of vault central-aws-vault-S3: no statement lets copies of dummy-dev in: o-a1b2c3d4e5 is missing" +
				deployCentral,
		}},
		{"no lock", flyCentral, func(l *flight) { l.copies.SetLock(nil); l.earlier.SetLock(nil) }, []string{
			"wrong    central: the lock of vault central-aws-vault-S3: there is none; want one for 15 to 1825 days" + cli +
				"backup put-backup-vault-lock-configuration --backup-vault-name central-aws-vault-S3 --min-retention-days 15 " +
				"--max-retention-days 1825" + central,
			"wrong    central: the lock of vault earlier: there is none; want one for 15 to 1825 days" + deployCentral,
		}},
		{"another lock", flyCentral, func(l *flight) { l.copies.SetLock(&backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 35}) }, []string{
			"wrong    central: the lock of vault central-aws-vault-S3: it takes copies of 15 to 35 days; want 15 to 1825 days; " +
				"others fail (F-LOCK-3)" + cli + "backup put-backup-vault-lock-configuration --backup-vault-name central-aws-vault-S3 " +
				"--min-retention-days 15 " +
				"--max-retention-days 1825" + central,
		}},
		{"a maximum that keeps backups out, for good", flyDev, func(l *flight) {
			l.vault.SetLock(&backupfake.Lock{MinRetentionDays: 1, MaxRetentionDays: 30, Date: days(1)})
		}, []string{
			"wrong    dummy-dev: the lock of vault dummy-dummy-dev-critical_data: it takes backups of 1 to 30 days; those of 35 days fail " +
				"(F-LOCK-3)",
		}},
		{"locks of the other mode", flyCentral, func(l *flight) {
			l.copies.SetLock(&backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 1825, Date: days(-1)})
			l.earlier.SetLock(&backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 1825})
		}, []string{
			"wrong    central: the lock of vault central-aws-vault-S3: it is a compliance lock that nobody can undo after 2026-03-03T02:17:31Z; " +
				"want a governance lock (F-LOCK-6)" + cli + "backup delete-backup-vault-lock-configuration --backup-vault-name " +
				"central-aws-vault-S3" + central + ", and then aws backup put-backup-vault-lock-configuration --backup-vault-name " +
				"central-aws-vault-S3 --min-retention-days 15 --max-retention-days 1825" + central,
			"wrong    central: the lock of vault earlier: it is a governance lock; want a compliance lock (F-LOCK-1)" + deployCentral,
		}},
		{"a lock that nobody can undo", flyCentral, func(l *flight) {
			l.copies.SetLock(&backupfake.Lock{MinRetentionDays: 15, MaxRetentionDays: 1825, Date: days(1)})
		}, []string{
			"wrong    central: the lock of vault central-aws-vault-S3: it is a compliance lock that nobody can undo after 2026-03-01T02:17:31Z; " +
				"want a governance lock (F-LOCK-6)",
		}},
		{"a continuous backup that stopped", flyDev, func(l *flight) { l.point.Status = backuptypes.RecoveryPointStatusStopped }, []string{
			"wrong    dummy-dev: continuous backup of bucket lake: POINT is STOPPED: changes since then do not come back (F-S3-13); versioning, " +
				"EventBridge or the rule's retention changed; the plan's next backup starts another; mend it with " + again + ", if EventBridge is off",
		}},
		{"a continuous backup that stopped, and goes on", flyDev, func(l *flight) {
			l.point.Status = backuptypes.RecoveryPointStatusStopped
			l.continuous(days(2))
		}, nil},
		{"no continuous backup yet", flyDev, func(l *flight) { l.point.Bucket = "gone" }, []string{
			"unknown  dummy-dev: continuous backup of bucket lake: there is no continuous recovery point; if the bucket is not new, look at its " +
				"backup jobs",
		}},
		{"a continuous backup that expired", flyDev, func(l *flight) { l.point.Status = backuptypes.RecoveryPointStatusExpired }, []string{
			"unknown  dummy-dev: continuous backup of bucket lake: POINT is EXPIRED",
		}},
		{"an access point that was left", flyDev, func(l *flight) {
			l.point.Open("dummy-files-0a1b2c3d")
			l.point.Open("other-files-0a1b2c3d")
			l.clock.Advance(25 * time.Hour)
			l.point.Open("dummy-files-1a1b2c3d")
		}, []string{
			"wrong    dummy-dev: backup access points: dummy-files-0a1b2c3d was left 1 d 1 h ago, and POINT cannot expire while it is there " +
				"(F-RST-13)" + cli + "backup delete-backup-access-point --access-point-arn " +
				"arn:aws:backup:eu-west-1:222222222222:accesspoint/dummy-files-0a1b2c3d" + dev,
		}},
		{"too many buckets", flyDev, func(l *flight) {
			l.many()
			l.dev.SetQuota("Backup vaults per Region", 300)
			l.dev.SetQuota("S3 buckets per account", 100)
		}, []string{
			"wrong    dummy-dev: buckets with backups: 101; the quota is 100, and what is above it is not backed up (F-S3-15)" + cli +
				"service-quotas request-service-quota-increase --service-code backup --quota-code L-00000002 --desired-value 202" + dev,
		}},
		{"many buckets", flyDev, func(l *flight) { l.many(); l.dev.SetQuota("S3 buckets per account", 1000) }, nil},
		{"many buckets, and no such quota", flyDev, func(l *flight) { l.many() }, []string{
			"unknown  dummy-dev: buckets with backups: 101; the usual quota is 100 (F-S3-15), and Service Quotas does not tell another",
		}},
		{"too many recovery points", flyCentral, func(l *flight) {
			l.copies.SetNumberOfPoints(1_000_001)
			l.central.SetQuota("Recovery points per backup vault", 1_000_000)
		}, []string{
			"wrong    central: recovery points of vault central-aws-vault-S3: 1000001; the quota is 1000000, and what is above it is not " +
				"backed up (F-LIM-1)" + cli + "service-quotas request-service-quota-increase --service-code backup --quota-code L-00000001 " +
				"--desired-value 2000002" + central,
		}},
		{"tests that are late", flyDev, func(l *flight) {
			l.clock.Advance(17 * 24 * time.Hour)
			l.test(l.point, l.server.Plans()[0], backuptypes.RestoreValidationStatusFailed)
		}, []string{
			"wrong    dummy-dev: restore tests of bucket lake: none was successful in the last 16 d" + cli +
				"backup list-restore-jobs --by-restore-testing-plan-arn PLAN" + dev,
			"wrong    dummy-dev: restore tests of bucket old: none was successful in the last 16 d" + cli +
				"backup list-restore-jobs --by-restore-testing-plan-arn PLAN" + dev,
		}},
		{"no plan", flyCentral, func(l *flight) { l.central.RemoveRestoreTestingPlans("eu-central-1") }, []string{
			"wrong    central: restore testing plan dummy_central: it does not exist, so no restore is tested" + deployCentral,
		}},
		{"a young plan", flyCentral, func(l *flight) {
			l.central.RemoveRestoreTestingPlans("eu-central-1")
			plan := backuptypes.RestoreTestingPlanForList{}
			created := days(1)
			plan.CreationTime = &created
			l.central.AddRestoreTestingPlan("eu-central-1", "dummy_central", plan)
		}, []string{
			"unknown  central: restore tests of bucket lake: none was successful yet; the plan is from 2026-03-01T02:17:31Z",
			"unknown  central: restore tests of bucket old: none was successful yet; the plan is from 2026-03-01T02:17:31Z",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newFlight(t)
			test.prepare(l)
			l.T = t
			code, stdout, stderr := l.fly(test.line)
			want := strings.NewReplacer("POINT", l.point.ARN, "PLAN", l.server.Plans()[0]).Replace(strings.Join(test.want, "\n"))
			compare(t, "findings", notOK(stdout), want)
			wantCode, wantErr := exitDone, ""
			if n := strings.Count("\n"+want, "\nwrong "); n > 0 {
				wantCode, wantErr = exitWrong, count(n, "finding is", "findings are")+" wrong\n"
			}
			compare(t, "standard error", stderr, wantErr)
			if code != wantCode {
				t.Errorf("exit code %d, want %d", code, wantCode)
			}
		})
	}
}

// many gives backups to 99 more buckets: one more than the usual quota.
func (l *flight) many() {
	for i := range 99 {
		l.curated.AddSnapshot(fmt.Sprintf("tagged-%d", i), days(1), backupfake.PointOptions{})
	}
}

// notOK are the lines that are not ok.
func notOK(stdout string) string {
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(stdout), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "ok ")
	})
	return strings.Join(lines, "\n")
}

// TestPreflightDenied: each call that is denied gives unknown, and names the right that is missing. Nothing becomes wrong by it.
func TestPreflightDenied(t *testing.T) {
	for action, lines := range map[string]int{
		"organizations:DescribeOrganization": 1, "backup:DescribeGlobalSettings": 1, "iam:GetRole": 1,
		"config:DescribeConfigurationRecorderStatus": 1, "backup:DescribeRegionSettings": 1, "backup:DescribeBackupVault": 3,
		"backup:GetBackupVaultAccessPolicy": 3, "backup:ListRecoveryPointsByBackupVault": 2, "backup:ListBackupAccessPoints": 1,
		"backup:ListProtectedResources": 1, "backup:ListRestoreTestingPlans": 1, "backup:ListRestoreJobs": 1,
		"servicequotas:ListServiceQuotas": 1,
	} {
		l := newFlight(t)
		if action == "servicequotas:ListServiceQuotas" {
			l.many()
		}
		l.on(action, 0, backupfake.Denied)
		code, stdout, stderr := l.fly(flyDev)
		right := regexp.MustCompile(`(?m)^unknown  dummy-dev: .*: the role Reader may not use ` + action + `( on \S+)?$`)
		if n := len(right.FindAllString(stdout, -1)); n != lines || strings.Count(notOK(stdout), "\n")+1 != lines || code != exitDone {
			t.Errorf("%s: exit code %d, %d of %d lines: %s\n%s", action, code, n, lines, notOK(stdout), stderr)
		}
		var report preflightReport
		_, stdout, _ = l.fly(flyDev + "--output json")
		if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Unknown != lines || report.Wrong != 0 {
			t.Errorf("%s: %v, %d unknown, %d wrong", action, err, report.Unknown, report.Wrong)
		}
		for _, f := range report.Findings {
			if f.Result != resultOK && (f.MissingRight != action || f.Account != "222222222222") {
				t.Errorf("%s: %+v", action, f)
			}
		}
	}
	for operation, action := range map[string]string{
		"GetBucketVersioning": "s3:GetBucketVersioning", "GetBucketEncryption": "s3:GetEncryptionConfiguration",
		"GetBucketNotificationConfiguration": "s3:GetBucketNotification", "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
		"GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
	} {
		l := newFlight(t)
		l.dev.S3.SetFault(func(r *http.Request) *s3fake.Fault {
			if asked := s3fake.Describe(r); asked.Operation == operation && asked.Bucket == "lake" {
				return s3fake.Denied()
			}
			return nil
		})
		code, stdout, _ := l.fly(flyDev)
		got := notOK(stdout)
		want := "the credentials of --profile dummy-dev may not use " + action
		if code != exitDone || strings.Contains(got, "\n") || !strings.HasSuffix(got, want) {
			t.Errorf("%s: exit code %d: %s", operation, code, got)
		}
	}
}

// TestPreflightDisturbed: throttled calls are sent again; expired credentials, Ctrl-C and another account end the run.
func TestPreflightDisturbed(t *testing.T) {
	l := newFlight(t)
	l.on("backup:DescribeBackupVault", 3, throttled)
	if code, stdout, stderr := l.fly(flyDev); code != exitDone || notOK(stdout) != "" {
		t.Errorf("throttled: exit code %d: %s%s", code, notOK(stdout), stderr)
	}
	l.on("iam:GetRole", 2, func(backupfake.Call) *backupfake.Fault {
		return &backupfake.Fault{Status: 400, Code: "Throttling", Message: "Rate exceeded"}
	})
	if code, stdout, stderr := l.fly(flyDev); code != exitDone || notOK(stdout) != "" {
		t.Errorf("throttled: exit code %d: %s%s", code, notOK(stdout), stderr)
	}
	l.on("backup:DescribeBackupVault", 0, expired)
	code, _, stderr := l.fly(flyDev)
	compare(t, "standard error", stderr, "the credentials of --profile dummy-dev have expired; renew them and run the same command again\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	l.on("backup:DescribeBackupVault", 1, interrupted)
	if code, _, stderr := l.fly(flyDev); code != 130 || stderr != "interrupted; run the same command again\n" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	l.server.SetFault(nil)
	for line, want := range map[string]string{
		"--workload dummy-dev --profile central": "the credentials of --profile central belong to another account; got 111111111111; " +
			"want 222222222222, the account of dummy-dev\n",
		"--workload dummy-def": "--workload dummy-def: there is no such workload; did you mean dummy-dev?; want NAME-ENV, " +
			"central or all\n",
		flyDev + "--region eu-north-1":      "--region eu-north-1: the recovery points of dummy-dev are in eu-west-1, ",
		flyDev + "--yes":                    "preflight: --yes belongs to --fix; without it, preflight changes nothing",
		flyDev + "--endpoint-url localhost": "--endpoint-url localhost: this is not a URL; write https://HOST\n",
	} {
		if code, _, stderr := l.fly(line); code != exitWrong || !strings.HasPrefix(stderr, want) {
			t.Errorf("%s: exit code %d: %s", line, code, stderr)
		}
	}
}

// TestPreflightAll: what one profile does not reach is unknown, not wrong.
func TestPreflightAll(t *testing.T) {
	l := newFlight(t)
	code, stdout, stderr := l.fly("--profile dummy-dev --central-profile central")
	if code != exitDone || notOK(stdout) != "" || !strings.Contains(stdout, "ok       central: ") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	code, stdout, _ = l.fly("--central-profile central")
	compare(t, "findings", notOK(stdout), "unknown  dummy-dev: the account: the default credentials, without --profile, belong to another "+
		"account; got 111111111111; want 222222222222, the account of dummy-dev; nothing was looked at")
	if code != exitDone || !strings.Contains(stdout, "ok       central: ") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
}

// broken is an account in which all is wrong that --fix mends.
func broken(t *testing.T) *flight {
	l := newFlight(t)
	l.bucket("lake", map[string]string{"notification": "<NotificationConfiguration><QueueConfiguration><Id>q1</Id>" +
		"<Queue>arn:aws:sqs:eu-west-1:222222222222:arrivals</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>" +
		"</NotificationConfiguration>"})
	l.dev.CreateRole("AWSServiceRoleForBackup", "")
	l.dev.SetOptIn("eu-west-1", map[string]bool{"EBS": true, "EFS": false})
	return l
}

const fixes = `create the service-linked role AWSServiceRoleForBackup in 222222222222
opt in to S3 in 222222222222 (eu-west-1)
turn on EventBridge of bucket lake, and keep its other notifications`

// allFixes are the lines of fixes after a verb.
func allFixes(verb string) string {
	return verb + ": " + strings.ReplaceAll(fixes, "\n", "\n"+verb+": ") + "\n"
}

// TestPreflightFix: three things are mended, once somebody has agreed. What was there stays.
func TestPreflightFix(t *testing.T) {
	l := broken(t)
	code, _, stderr := l.fly(flyDev + "--fix --dry-run")
	compare(t, "standard error", stderr, allFixes("would do")+"3 findings are wrong\n")
	if changes := l.changes(); len(changes) > 0 || code != exitWrong {
		t.Errorf("exit code %d: the dry run did %v", code, changes)
	}
	for _, answer := range []string{"", "no\n", "y\n"} {
		l.stdin = answer
		code, stdout, stderr := l.fly(flyDev + "--fix")
		compare(t, "standard error", stderr, allFixes("to do")+
			"Type yes to do this: nothing was changed: the answer is not yes; write --yes where nobody can answer\n")
		if changes := l.changes(); len(changes) > 0 || code != exitWrong || strings.Count(stdout, "wrong ") != 3 {
			t.Errorf("exit code %d, did %v: %s", code, changes, stdout)
		}
	}
	l.stdin = "yes\n"
	code, stdout, stderr := l.fly(flyDev + "--fix")
	compare(t, "standard error", stderr, allFixes("to do")+"Type yes to do this: ")
	for _, line := range strings.Split(fixes, "\n") {
		if !regexp.MustCompile(`(?m)^ok .*; done: ` + regexp.QuoteMeta(line) + `$`).MatchString(stdout) {
			t.Errorf("no line %q in %s", line, stdout)
		}
	}
	if changes := l.changes(); code != exitDone || !slices.Equal(changes, []string{
		"CreateServiceLinkedRole", "UpdateRegionSettings", "PutBucketNotificationConfiguration",
	}) {
		t.Errorf("exit code %d, did %v", code, changes)
	}
	if got := l.dev.OptIn("eu-west-1"); fmt.Sprint(got) != "map[EBS:true EFS:false S3:true]" || !l.dev.HasServiceLinkedRole() {
		t.Errorf("%v", got)
	}
	notifications := l.dev.S3.Bucket("lake").Setting("notification")
	for _, part := range []string{"<EventBridgeConfiguration", "<Id>q1</Id>", "eu-west-1:222222222222:arrivals", "s3:ObjectCreated:*"} {
		if !strings.Contains(notifications, part) {
			t.Errorf("no %s in %s", part, notifications)
		}
	}
	l.stdin = ""
	if code, stdout, stderr := l.fly(flyDev + "--fix"); code != exitDone || notOK(stdout)+stderr != "" {
		t.Errorf("exit code %d: %s%s", code, notOK(stdout), stderr)
	}
}

// TestPreflightFixDenied: what may not be mended stays wrong, names the right, and the others are mended.
func TestPreflightFixDenied(t *testing.T) {
	l := broken(t)
	l.on("iam:CreateServiceLinkedRole", 0, backupfake.Denied)
	code, stdout, stderr := l.fly(flyDev + "--fix --yes")
	compare(t, "standard error", stderr, allFixes("to do")+"1 finding is wrong\n")
	const denied = "; not mended: the role Reader may not use iam:CreateServiceLinkedRole on " +
		"arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup; mend it with"
	if code != exitWrong || strings.Contains(notOK(stdout), "\n") || !strings.Contains(stdout, denied) {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	l = broken(t)
	l.on("backup:UpdateRegionSettings", 1, interrupted)
	if code, _, stderr := l.fly(flyDev + "--fix --yes"); code != 130 || len(l.changes()) != 2 || l.dev.OptIn("eu-west-1")["S3"] != true {
		t.Errorf("exit code %d, did %v: %s", code, l.changes(), stderr)
	}
}

// TestPreflightAsDeployed: the policies and locks of the app's own templates are not wrong.
func TestPreflightAsDeployed(t *testing.T) {
	l := newFlight(t)
	seen := 0
	for _, at := range []struct {
		account      *backupfake.Account
		stack, owner string
	}{{l.dev, "dummy-backup-dummy-dev", "dummy-dev"}, {l.central, "dummy-backup-central", "central"}} {
		text, err := os.ReadFile("../../testdata/golden/" + at.stack + ".template.json")
		if err != nil {
			t.Fatal(err)
		}
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties struct {
					BackupVaultName   string
					AccessPolicy      json.RawMessage
					LockConfiguration *backupfake.Lock
				}
			}
		}
		_ = json.Unmarshal(text, &template) // properties of other resources have other types
		for _, r := range template.Resources {
			if r.Type == "AWS::Backup::BackupVault" {
				at.account.CreateVault("eu-central-1", r.Properties.BackupVaultName, backupfake.VaultOptions{
					Policy: string(r.Properties.AccessPolicy), Lock: r.Properties.LockConfiguration,
				})
			}
		}
		var out, problems bytes.Buffer
		clock := clock{now: l.clock.Now, sleep: l.clock.Advance, backoff: time.Millisecond}
		run([]string{
			"preflight", "--workload", at.owner, "--profile", "dummy-dev", "--central-profile", "central", "--config", "../../testdata/example.yaml",
		}, clock, strings.NewReader(""), &out, &problems)
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "policy of vault ") || strings.Contains(line, "lock of vault ") || strings.Contains(line, ": vault ") {
				seen++
				if !strings.HasPrefix(line, "ok ") {
					t.Error(line)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d lines", seen)
	}
}
