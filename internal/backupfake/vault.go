package backupfake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/internal/s3fake"
)

// Vault is a backup vault.
type Vault struct {
	Name, Region string

	account *Account
	options VaultOptions
	points  []*Point
	number  int64 // of recovery points that it tells; zero: as many as there are
}

// VaultOptions are what policies and keys of a vault allow. The zero value: nobody copies from another account.
type VaultOptions struct {
	// CopyFrom says whether the vault's policy lets a role of another account copy into it. Nil: none.
	CopyFrom func(roleARN string) bool
	// CopyTo says whether the vault's policy lets recovery points be copied into another vault. Nil: into any.
	CopyTo func(vaultARN string) bool
	// KeyDenied says that the vault's key does not let the copy's role use it (F-KMS-4).
	KeyDenied bool
	// Policy is the policy's text. It is only shown: CopyFrom and CopyTo decide. Empty: there is none.
	Policy string
	// Lock of the vault. Nil: none.
	Lock *Lock
	// Key is the ARN of its KMS key. Empty: it is not said.
	Key string
	// AirGapped says that the vault is logically air-gapped, and ApprovalTeamARN which team it has. Both are only shown.
	AirGapped       bool
	ApprovalTeamARN string
}

// Lock is a Vault Lock (F-LOCK-1). It is only shown.
type Lock struct {
	// MinRetentionDays and MaxRetentionDays are limits in days. Zero: none.
	MinRetentionDays, MaxRetentionDays int64
	// Date is when a compliance lock can no longer be changed. Zero: a governance lock.
	Date time.Time
}

// CreateVault creates a vault.
func (a *Account) CreateVault(region, name string, options VaultOptions) *Vault {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	v := &Vault{Name: name, Region: region, account: a, options: options}
	a.vaults[region+"/"+name] = v
	return v
}

// ARN of the vault.
func (v *Vault) ARN() string {
	return fmt.Sprintf("arn:aws:backup:%s:%s:backup-vault:%s", v.Region, v.account.ID, v.Name)
}

// Points are the recovery points in the vault.
func (v *Vault) Points() []*Point {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.account.server.advance()
	return slices.Clone(v.points)
}

// Point is a recovery point of a bucket. Tests may change it before the calls begin.
type Point struct {
	ARN string
	// Bucket is the source. Created is when the source's backup was created: a copy keeps it (F-S3-11).
	Bucket  string
	Created time.Time
	// Continuous says that it can be restored to any second (F-S3-23).
	Continuous bool
	PointOptions

	vault *Vault
}

// PointOptions are the rest of a recovery point.
type PointOptions struct {
	// Status is COMPLETED if empty; a continuous one is AVAILABLE.
	Status types.RecoveryPointStatus
	// Stopped is when a continuous one ended. Zero: it goes on.
	Stopped time.Time
	// DeleteAfterDays is the retention. Zero: for ever.
	DeleteAfterDays int
	// Objects are the versions of each key. A snapshot has those that are there when it is created.
	Objects map[string][]s3fake.Version
	// ACLs says that it has the ACLs of objects (F-RST-5).
	ACLs bool
	// Source is the ARN of the vault that a copy came from. Empty: it is no copy.
	Source string
}

// AddSnapshot adds a periodic recovery point.
func (v *Vault) AddSnapshot(bucket string, created time.Time, options PointOptions) *Point {
	return v.add(bucket, created, false, options)
}

// AddContinuous adds a continuous recovery point.
func (v *Vault) AddContinuous(bucket string, created time.Time, options PointOptions) *Point {
	if options.Status == "" {
		options.Status = types.RecoveryPointStatusAvailable
	}
	return v.add(bucket, created, true, options)
}

func (v *Vault) add(bucket string, created time.Time, continuous bool, options PointOptions) *Point {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	return v.insert(bucket, created, continuous, options)
}

func (v *Vault) insert(bucket string, created time.Time, continuous bool, options PointOptions) *Point {
	if options.Status == "" {
		options.Status = types.RecoveryPointStatusCompleted
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", v.ARN(), bucket, created, len(v.points)))
	id := bucket + "-" + hex.EncodeToString(sum[:4])
	if !continuous {
		id = bucket + "-" + created.UTC().Format("20060102150405") + "-" + hex.EncodeToString(sum[:4])
	}
	p := &Point{
		ARN:    fmt.Sprintf("arn:aws:backup:%s:%s:recovery-point:%s", v.Region, v.account.ID, id),
		Bucket: bucket, Created: created, Continuous: continuous, PointOptions: options, vault: v,
	}
	v.points = append(v.points, p)
	return p
}

// resource is the ARN of the source, which has no account and no Region.
func (p *Point) resource() string { return "arn:aws:s3:::" + p.Bucket }

// content is the bucket at a time: the latest version of each key that is there.
func (p *Point) content(at time.Time) map[string]s3fake.Version {
	all := map[string]s3fake.Version{}
	for key, versions := range p.Objects {
		then := slices.DeleteFunc(slices.Clone(versions), func(v s3fake.Version) bool { return v.At.After(at) })
		if len(then) == 0 {
			continue
		}
		latest := slices.MaxFunc(then, func(a, b s3fake.Version) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
		if !latest.DeleteMarker {
			all[key] = latest
		}
	}
	return all
}

func (p *Point) size() int64 {
	var size int64
	at := p.Created
	if p.Continuous {
		at = at.AddDate(100, 0, 0)
	}
	for _, v := range p.content(at) {
		size += max(v.Size, int64(len(v.Body)))
	}
	return size
}

func (p *Point) lifecycle() (*types.Lifecycle, *types.CalculatedLifecycle) {
	if p.DeleteAfterDays == 0 {
		return nil, nil
	}
	return &types.Lifecycle{DeleteAfterDays: aws.Int64(int64(p.DeleteAfterDays))},
		&types.CalculatedLifecycle{DeleteAt: aws.Time(p.Created.AddDate(0, 0, p.DeleteAfterDays))}
}

// vault finds a vault of the caller's account and Region.
func (q *request) vault(name string) (*Vault, error) {
	v := q.account.vaults[q.region+"/"+name]
	if v == nil {
		// AWS Backup does not tell a vault that is not there from one that is not the caller's.
		return nil, fail(403, "AccessDeniedException", "Insufficient privileges to perform this action.")
	}
	return v, nil
}

// point finds a recovery point of the caller's account and Region.
func (q *request) point(arn string) (*Point, error) {
	for _, v := range q.account.vaults {
		for _, p := range v.points {
			if p.ARN == arn && v.Region == q.region {
				return p, nil
			}
		}
	}
	return nil, notFound("Recovery point not found: " + arn)
}

func (q *request) vaultARN(name string) string {
	return fmt.Sprintf("arn:aws:backup:%s:%s:backup-vault:%s", q.region, q.account.ID, name)
}

func anything[In any](*request, *In) string { return "*" }

func describeBackupVault(q *request, in *backup.DescribeBackupVaultInput) (smithy.Serializable, error) {
	v, err := q.vault(*in.BackupVaultName)
	if err != nil {
		return nil, err
	}
	out := &backup.DescribeBackupVaultOutput{
		BackupVaultName: aws.String(
			v.Name,
		), BackupVaultArn: aws.String(v.ARN()), NumberOfRecoveryPoints: cmp.Or(v.number, int64(len(v.points))),
		VaultType: types.VaultTypeBackupVault, VaultState: types.VaultStateAvailable,
	}
	if v.options.Key != "" {
		out.EncryptionKeyArn = aws.String(v.options.Key)
	}
	if v.options.AirGapped {
		out.VaultType = types.VaultTypeLogicallyAirGappedBackupVault
	}
	if v.options.ApprovalTeamARN != "" {
		out.MpaApprovalTeamArn = aws.String(v.options.ApprovalTeamARN)
	}
	v.describeLock(out)
	return out, nil
}

func listRecoveryPoints(q *request, in *backup.ListRecoveryPointsByBackupVaultInput) (smithy.Serializable, error) {
	v, err := q.vault(*in.BackupVaultName)
	if err != nil {
		return nil, err
	}
	var all []types.RecoveryPointByBackupVault
	for _, p := range v.points {
		if in.ByResourceArn != nil && *in.ByResourceArn != p.resource() ||
			in.ByResourceType != nil && *in.ByResourceType != "S3" ||
			in.ByCreatedBefore != nil && !p.Created.Before(*in.ByCreatedBefore) ||
			in.ByCreatedAfter != nil && !p.Created.After(*in.ByCreatedAfter) {
			continue
		}
		entry := types.RecoveryPointByBackupVault{
			RecoveryPointArn: aws.String(p.ARN), BackupVaultName: aws.String(v.Name), BackupVaultArn: aws.String(v.ARN()),
			ResourceArn: aws.String(p.resource()), ResourceType: aws.String("S3"), CreationDate: aws.Time(p.Created), Status: p.Status,
			BackupSizeInBytes: aws.Int64(p.size()), IsEncrypted: true,
		}
		entry.Lifecycle, entry.CalculatedLifecycle = p.lifecycle()
		if p.Source != "" {
			entry.SourceBackupVaultArn = aws.String(p.Source)
		}
		all = append(all, entry)
	}
	shown, next, err := page(q, all, in.MaxResults, in.NextToken)
	return &backup.ListRecoveryPointsByBackupVaultOutput{RecoveryPoints: shown, NextToken: next}, err
}

func describeRecoveryPoint(q *request, in *backup.DescribeRecoveryPointInput) (smithy.Serializable, error) {
	v, err := q.vault(*in.BackupVaultName)
	if err != nil {
		return nil, err
	}
	p, err := q.point(*in.RecoveryPointArn)
	if err != nil || p.vault != v {
		return nil, notFound("Recovery point not found: " + *in.RecoveryPointArn)
	}
	out := &backup.DescribeRecoveryPointOutput{
		RecoveryPointArn: aws.String(p.ARN), BackupVaultName: aws.String(v.Name), BackupVaultArn: aws.String(v.ARN()),
		ResourceArn: aws.String(p.resource()), ResourceType: aws.String("S3"), CreationDate: aws.Time(p.Created), Status: p.Status,
		BackupSizeInBytes: aws.Int64(p.size()), IsEncrypted: true,
	}
	out.Lifecycle, out.CalculatedLifecycle = p.lifecycle()
	return out, nil
}

// id is a text like AWS's ids, always the same in the same test.
func (s *Server) id() string {
	s.numbers++
	sum := sha256.Sum256(fmt.Appendf(nil, "id %d", s.numbers))
	text := strings.ToUpper(hex.EncodeToString(sum[:16]))
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// RemoveVault removes a vault with all that is in it.
func (a *Account) RemoveVault(v *Vault) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	delete(a.vaults, v.Region+"/"+v.Name)
}

// Empty deletes all recovery points of the vault.
func (v *Vault) Empty() {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.points = nil
}

// Vault returns the vault of a Region with a name. Nil: there is none.
func (a *Account) Vault(region, name string) *Vault {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.vaults[region+"/"+name]
}

// SetOptions gives the vault other policies, as a deployment does.
func (v *Vault) SetOptions(options VaultOptions) {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.options = options
}
