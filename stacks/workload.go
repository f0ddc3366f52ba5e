package stacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// accessLogDays is how many days server access logs are kept: long enough to look into what happened.
const accessLogDays = 365

// WorkloadStackProps are the props of [NewWorkloadStack]. All are required.
type WorkloadStackProps struct {
	// Config is the whole configuration.
	Config *config.Config
	// Workload of the configuration that the stack is for.
	Workload config.Workload
}

// workload is what the parts of a workload's stack share.
type workload struct {
	stack awscdk.Stack
	cfg   *config.Config
	w     config.Workload
	uses  []config.TierUse
	topic *constructs.AlertTopic
	keys  map[string]*constructs.Key // by name
	tiers []*constructs.TierBackup
}

// NewWorkloadStack creates the stack of one workload: its keys, its buckets, for every tier that is backed
// up a vault with a plan, and its alerts. The stack holds no assets and no custom resources, so its template
// can be deployed in every way that CloudFormation offers.
func NewWorkloadStack(scope awsconstructs.Construct, id *string, props *WorkloadStackProps) awscdk.Stack {
	cfg, w := props.Config, props.Workload
	s := workload{
		stack: newStack(scope, id, w.Account, w.Region, fmt.Sprintf("S3 buckets of %s in %s with their backups", w.Name, w.Environment)),
		cfg:   cfg,
		w:     w,
		uses:  cfg.TierUses(w),
	}
	alerts := awsconstructs.NewConstruct(s.stack, jsii.String("Alerts"))
	s.topic = newTopic(alerts, cfg, w.ID(), w.Account, w.Region)
	s.keys = s.newKeys()
	s.newBuckets()
	s.tiers = s.newTiers()
	s.newRestore()
	s.newAlerts(alerts)
	return s.stack
}

// newKeys returns the keys by name.
func (s workload) newKeys() map[string]*constructs.Key {
	scope := awsconstructs.NewConstruct(s.stack, jsii.String("Keys"))
	keys := map[string]*constructs.Key{}
	for _, key := range s.cfg.Keys(s.w) {
		props := &constructs.KeyProps{
			Alias:       key.Alias,
			Description: fmt.Sprintf("Encrypts the %s of %s in %s", key.Name, s.w.Name, s.w.Environment),
			AccountARN:  config.AccountARN(s.w.Region, s.w.Account),
		}
		if key.Name == config.VaultKey && s.cfg.Copies(s.w) {
			central := s.cfg.Central
			account := config.AccountARN(central.Region, central.Account)
			props.Grants = slices.Concat(
				constructs.CopyDestination(s.cfg.Organization.ID, account,
					config.BackupServiceLinkedRoleARN(central.Region, central.Account)),
				constructs.CopyBackSource(s.cfg.Organization.ID, account, s.cfg.CentralRoleARN(s.cfg.CopyBackRoleName())),
				constructs.OwnServiceLinkedRole(s.w.Account, config.BackupServiceLinkedRoleARN(s.w.Region, s.w.Account)),
			)
		}
		keys[key.Name] = constructs.NewKey(scope, jsii.String(key.Name), props)
	}
	return keys
}

func (s workload) newBuckets() {
	var arns []string
	for _, use := range s.uses {
		for _, b := range use.Created() {
			arns = append(arns, config.BucketARN(s.w.Region, b.Name))
		}
	}
	if arns == nil {
		return
	}
	logs := constructs.NewAccessLogBucket(s.stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            s.cfg.AccessLogBucketName(s.w),
		ARN:             config.BucketARN(s.w.Region, s.cfg.AccessLogBucketName(s.w)),
		Account:         s.w.Account,
		SourceARNs:      arns,
		AnySourceARN:    config.BucketARN(s.w.Region, "*"),
		MaxPolicyBytes:  config.MaxPolicyBytes,
		ExpireAfterDays: accessLogDays,
	})
	scope := awsconstructs.NewConstruct(s.stack, jsii.String("Buckets"))
	for _, use := range s.uses {
		for _, b := range use.Created() {
			constructs.NewBucket(scope, jsii.String(b.Name), &constructs.BucketProps{
				Name:            b.Name,
				ObjectLockMode:  strings.ToUpper(use.Tier.ObjectLock.Mode),
				ObjectLockDays:  use.Tier.ObjectLock.Days,
				Key:             s.keys[use.Tier.BucketKey()].Key,
				AccessLogBucket: logs.Bucket,
				Tags:            s.tags(use.Tier),
			})
		}
	}
}

// newTiers creates a vault with a plan for each tier that is backed up, and the backup role.
func (s workload) newTiers() []*constructs.TierBackup {
	vaultKey, backedUp := s.keys[config.VaultKey]
	if !backedUp {
		return nil
	}
	roleProps := &constructs.BackupRoleProps{
		Name:              s.cfg.BackupRoleName(s.w),
		Account:           s.w.Account,
		S3BackupPolicyARN: config.ManagedPolicyARN(s.w.Region, "AWSBackupServiceRolePolicyForS3Backup"),
		BucketARNs:        bucketARNs(s.w.Region, s.cfg.BackupRoleBuckets(s.w)),
	}
	if vaults := s.cfg.AllCopyVaults(s.w); vaults != nil {
		roleProps.Copy = &constructs.CopyProps{KeyARNs: []string{*vaultKey.Key.AttrArn()}}
		for _, v := range vaults {
			roleProps.Copy.DestinationVaultARNs = append(roleProps.Copy.DestinationVaultARNs, v.ARN)
			if !slices.Contains(roleProps.Copy.KeyARNs, v.KeysARN) {
				roleProps.Copy.KeyARNs = append(roleProps.Copy.KeyARNs, v.KeysARN)
			}
		}
	}
	role := constructs.NewBackupRole(s.stack, jsii.String("BackupRole"), roleProps)

	scope := awsconstructs.NewConstruct(s.stack, jsii.String("Tiers"))
	var tiers []*constructs.TierBackup
	for _, use := range s.uses {
		if !use.Tier.BackedUp() {
			continue
		}
		props := &constructs.TierBackupProps{
			VaultName:     s.cfg.TierName(s.w, use.Tier),
			PlanName:      s.cfg.TierName(s.w, use.Tier),
			Key:           vaultKey.Key,
			Role:          role.Role,
			DeployRoleARN: config.DeployRoleARN(s.w.Region, s.w.Account),
			Rules:         s.rules(use.Tier),
			Selections:    s.selections(use),
			Topic:         s.topic.Topic,
			Tags:          s.tags(use.Tier),
		}
		for _, v := range s.cfg.CopyVaults(s.w, use.Tier) {
			props.CopyDestinations = append(props.CopyDestinations, v.ARN)
		}
		if use.Tier.AirGapped != nil {
			props.AirGapped = s.airGapped(use.Tier, props)
		}
		if use.Tier.LowCostBackups() {
			props.LowCost = s.lowCost(use.Tier, props.VaultName)
		}
		tiers = append(tiers, constructs.NewTierBackup(scope, jsii.String(use.Tier.Name), props))
	}
	return tiers
}

func (s workload) lowCost(t *config.Tier, vault string) *constructs.LowCostProps {
	return &constructs.LowCostProps{
		Name:       s.cfg.TieringName(s.w.Region, vault),
		Selections: []constructs.LowCostSelection{{Resources: everything, AfterDays: t.LowCostAfterDays}},
	}
}

// rules are the tier's rules. The first has the copy actions, one for each vault: AWS copies as often as that rule runs (F-S3-10).
func (s workload) rules(t *config.Tier) []constructs.BackupRule {
	rule := constructs.BackupRule{
		Schedule:                t.Schedule.Cron,
		Timezone:                t.Schedule.Timezone,
		StartWindowMinutes:      t.Schedule.StartWindowMinutes,
		CompletionWindowMinutes: t.Schedule.CompletionWindowMinutes,
	}
	var list []constructs.BackupRule
	if t.ContinuousBackup != nil {
		continuous := rule
		continuous.Name = s.cfg.ContinuousRuleName(s.w, t)
		continuous.Continuous = true
		continuous.DeleteAfterDays = t.ContinuousBackup.DeleteAfterDays
		list = append(list, continuous)
	}
	if t.SnapshotBackup != nil {
		snapshot := rule
		snapshot.Name = s.cfg.SnapshotRuleName(s.w, t)
		snapshot.Schedule = t.SnapshotBackup.Schedule
		snapshot.DeleteAfterDays = t.SnapshotBackup.DeleteAfterDays
		list = append(list, snapshot)
	}
	for _, v := range s.cfg.CopyVaults(s.w, t) {
		list[0].Copies = append(list[0].Copies,
			constructs.CopyAction{DestinationVaultARN: v.ARN, DeleteAfterDays: t.CopyToCentral.DeleteAfterDays})
	}
	return list
}

func (s workload) selections(use config.TierUse) []constructs.BackupSelection {
	var list []constructs.BackupSelection
	if len(use.Buckets) > 0 {
		named := constructs.BackupSelection{Name: s.cfg.TierName(s.w, use.Tier)}
		for _, b := range use.Buckets {
			named.Resources = append(named.Resources, config.BucketARN(s.w.Region, b.Name))
		}
		list = append(list, named)
	}
	if use.Tagged {
		// With an ARN pattern beside the tag, the account need not opt S3 in to AWS Backup (F-REG-1).
		list = append(list, constructs.BackupSelection{
			ID:           "TaggedSelection",
			Name:         s.cfg.TaggedSelectionName(s.w, use.Tier),
			Resources:    []string{config.BucketARN(s.w.Region, "*")},
			Except:       bucketARNs(s.w.Region, s.cfg.NamedBuckets(s.w.Account, s.w.Region)),
			ResourceTags: map[string]string{tierTag: use.Tier.Name},
		})
	}
	return list
}

const (
	tierTag     = "backup:tier"
	workloadTag = "backup:workload"
)

func (s workload) tags(t *config.Tier) map[string]string {
	return map[string]string{tierTag: t.Name, workloadTag: s.w.ID()}
}
