package report

import (
	"fmt"

	"central-s3-backup/config"
)

// The calls with which data is deleted, or with which what protects it is taken away first.
var (
	deletePoint = []string{"backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}

	changeVaultPolicy = "backup:PutBackupVaultAccessPolicy"
	deleteLock        = "backup:DeleteBackupVaultLockConfiguration"
	changeKeyPolicy   = "kms:PutKeyPolicy"
	deleteKey         = "kms:ScheduleKeyDeletion"
	bypass            = "s3:BypassGovernanceRetention"
)

const (
	ofWorkload = "an administrator of the workload's account"
	ofCentral  = "an administrator of the central account"
)

// deletersOf answers for each place of a tier's data who can delete it before its time. Every statement follows from the policies
// that the app creates: tests compare them with the evaluated decisions of docs/who-can.md, and with the templates.
func (b *builder) deletersOf(w config.Workload, t *config.Tier, bucket config.Bucket) []Deleter {
	all := []Deleter{}
	if !bucket.Existing && t.ObjectLock != nil {
		all = append(all, b.objectDeleter(t.ObjectLock.Mode))
		if bucket.Encryption != config.EncryptionS3 {
			all = append(all, b.keyDeleter(InBucket, ofWorkload))
		}
	}
	switch {
	case t.AirGapped != nil:
		all = append(all, b.pointDeleter(InVault, ofWorkload, airGappedLock(t)))
		if t.AirGapped.EncryptionKey == config.KeyOwn {
			all = append(all, b.keyDeleter(InVault, ofWorkload))
		}
	case t.BackedUp():
		all = append(all, b.pointDeleter(InVault, ofWorkload, tierLock(t)), b.keyDeleter(InVault, ofWorkload))
	}
	for _, v := range b.cfg.CopyVaults(w, t) {
		d := b.pointDeleter(InCentral, ofCentral, b.lockOf(v))
		d.Vault = b.copyID(v)
		all = append(all, d)
		if !v.AirGapped || b.cfg.Central.AirGappedVault.EncryptionKey == config.KeyOwn {
			d = b.keyDeleter(InCentral, ofCentral)
			d.Vault = b.copyID(v)
			all = append(all, d)
		}
	}
	return all
}

// objectDeleter is about versions under Object Lock.
func (b *builder) objectDeleter(mode string) Deleter {
	d := Deleter{Place: InBucket, How: []string{}, Denied: []string{bypass}, Facts: []string{"F-OL-1", "F-OL-4"}}
	if mode == config.Compliance {
		d.Nobody = true
		d.Stops = "Object Lock in compliance mode: AWS deletes a locked version for nobody, and for the root user neither. " +
			"A DELETE without a version adds a delete marker, which hides the object and can be removed."
		return d
	}
	d.Who = ofWorkload
	d.How = []string{"s3:PutBucketPolicy", bypass, "s3:DeleteObjectVersion"}
	d.Stops = "The bucket's policy denies everybody to bypass the lock. " + b.policyFirst() +
		" A DELETE without a version adds a delete marker, which hides the object and can be removed."
	return d
}

// pointDeleter is about recovery points in a vault. Nil: it has no lock.
func (b *builder) pointDeleter(place Place, admin string, lock *Lock) Deleter {
	d := Deleter{Place: place, How: []string{}, Denied: append([]string{}, deletePoint...), Facts: []string{"F-LOCK-10"}}
	switch {
	case lock != nil && lock.Mode == config.Compliance && lock.GraceDays == 0:
		d.Nobody, d.Denied, d.Facts = true, []string{}, append([]string{"F-LAG-1"}, d.Facts...)
		d.Stops = "The vault is logically air-gapped: from its creation on nobody, not even AWS, can delete its recovery points early. If the " +
			"account is closed, AWS deletes its vaults 90 days later."
	case lock != nil && lock.Mode == config.Compliance:
		d.Nobody, d.AfterDays, d.Facts = true, lock.GraceDays, append([]string{"F-LOCK-6"}, d.Facts...)
		d.Denied = append(d.Denied, deleteLock)
		d.Stops = fmt.Sprintf("The vault's lock in compliance mode: %s after its first deployment nobody, not even AWS, can change or "+
			"remove it. Before, %s can remove it with %s after %s. If the account is closed, AWS deletes its vaults 90 days later.",
			days(lock.GraceDays), admin, deleteLock, changeVaultPolicy)
	case lock != nil:
		d.Who, d.How = admin, []string{changeVaultPolicy, deleteLock, deletePoint[0]}
		d.Denied, d.Facts = append(d.Denied, deleteLock), append([]string{"F-LOCK-9"}, d.Facts...)
		d.Stops = "The vault's lock in governance mode, and its policy, which denies everybody to delete recovery points and to remove the " +
			"lock. " + b.policyFirst()
	default:
		d.Who, d.How = admin, []string{changeVaultPolicy, deletePoint[0]}
		d.Stops = "The vault's policy denies everybody to delete recovery points. The vault has no lock. " + b.policyFirst()
	}
	return d
}

// keyDeleter is about the key in a place.
func (b *builder) keyDeleter(place Place, admin string) Deleter {
	return Deleter{
		Place: place, Key: true, Who: admin, How: []string{changeKeyPolicy, deleteKey}, Denied: []string{deleteKey},
		Stops: "The key's policy denies everybody to schedule its deletion. " + b.policyFirst() +
			" KMS then waits 7 days or more, in which the deletion can be cancelled. No lock protects from the loss of a key.",
		Facts: []string{"F-KMS-5", "F-KMS-9", "F-OL-15"},
	}
}

// policyFirst says what remains: the policy can be changed, since a deployment must be able to.
func (b *builder) policyFirst() string {
	if len(b.cfg.Alerts.Subscribers())+len(b.cfg.Alerts.Delivered()) == 0 {
		return "Whoever changes the policy first is not stopped, and nobody is notified: backup.yaml has no alerts."
	}
	return "Whoever changes the policy first is not stopped, but everybody of alerts is notified."
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
