package stacks

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// accessLogDays is how many days server access logs are kept: long enough to look into what happened.
const accessLogDays = 365

// NewWorkload makes the stack of one workload: its keys, its buckets, and for every tier that is
// backed up a vault with a plan. It holds no assets and no custom resources, so that its template
// deploys by any way there is.
func NewWorkload(scope awsconstructs.Construct, cfg *config.Config, w config.Workload) awscdk.Stack {
	stack := newStack(scope, cfg.StackName(w), w.Account, w.Region,
		fmt.Sprintf("S3 buckets of %s in %s with their backups", w.Name, w.Environment))
	uses := cfg.TierUses(w)
	keys := newKeys(stack, cfg, w, uses)
	newBuckets(stack, cfg, w, uses, keys)
	newBackups(stack, cfg, w, uses, keys)
	return stack
}

// newKeys returns the keys' ARNs by name.
func newKeys(stack awscdk.Stack, cfg *config.Config, w config.Workload, uses []config.TierUse) map[string]string {
	scope := awsconstructs.NewConstruct(stack, jsii.String("Keys"))
	arns := map[string]string{}
	for _, key := range cfg.Keys(w) {
		props := constructs.KeyProps{
			Alias:       key.Alias,
			Description: fmt.Sprintf("Encrypts the %s of %s in %s", key.Name, w.Name, w.Environment),
			AccountARN:  config.AccountARN(w.Region, w.Account),
		}
		if key.Name == config.VaultKey && copied(uses) {
			central := cfg.Central
			props.Grants = constructs.CopyDestination(cfg.Organization.ID,
				config.AccountARN(central.Region, central.Account),
				config.BackupServiceLinkedRoleARN(central.Region, central.Account))
		}
		arns[key.Name] = constructs.NewKey(scope, key.Name, props)
	}
	return arns
}

func newBuckets(stack awscdk.Stack, cfg *config.Config, w config.Workload, uses []config.TierUse, keys map[string]string) {
	var arns []string
	for _, use := range uses {
		for _, b := range use.Created() {
			arns = append(arns, config.BucketARN(w.Region, b.Name))
		}
	}
	if arns == nil {
		return
	}
	logs := constructs.NewAccessLogBucket(stack, "AccessLogs", constructs.AccessLogBucketProps{
		Name:            cfg.AccessLogBucketName(w),
		ARN:             config.BucketARN(w.Region, cfg.AccessLogBucketName(w)),
		Account:         w.Account,
		SourceARNs:      arns,
		AnySourceARN:    config.BucketARN(w.Region, "*"),
		MaxPolicyBytes:  config.MaxPolicyBytes,
		ExpireAfterDays: accessLogDays,
	})
	scope := awsconstructs.NewConstruct(stack, jsii.String("Buckets"))
	scope.Node().AddDependency(logs)
	for _, use := range uses {
		for _, b := range use.Created() {
			constructs.NewBucket(scope, b.Name, constructs.BucketProps{
				Name:            b.Name,
				ARN:             config.BucketARN(w.Region, b.Name),
				ObjectLockMode:  strings.ToUpper(use.Tier.ObjectLock.Mode),
				ObjectLockDays:  use.Tier.ObjectLock.Days,
				KeyARN:          keys[use.Tier.BucketKey()],
				AccessLogBucket: cfg.AccessLogBucketName(w),
				Tags:            tags(w, use.Tier),
			})
		}
	}
}

func newBackups(stack awscdk.Stack, cfg *config.Config, w config.Workload, uses []config.TierUse, keys map[string]string) {
	vaultKey, backedUp := keys[config.VaultKey]
	if !backedUp {
		return
	}
	role := constructs.BackupRoleProps{
		Name:              cfg.BackupRoleName(w),
		Account:           w.Account,
		S3BackupPolicyARN: config.ManagedPolicyARN(w.Region, "AWSBackupServiceRolePolicyForS3Backup"),
	}
	if copied(uses) {
		role.Copy = &constructs.CopyProps{
			DestinationVaultARN: cfg.CentralVaultARN(),
			KeyARNs:             []string{vaultKey, cfg.CentralKeysARN()},
		}
	}
	roleARN := constructs.NewBackupRole(stack, "BackupRole", role)

	scope := awsconstructs.NewConstruct(stack, jsii.String("Tiers"))
	for _, use := range uses {
		if !use.Tier.BackedUp() {
			continue
		}
		props := constructs.BackupPlanProps{
			VaultName:  cfg.TierName(w, use.Tier),
			PlanName:   cfg.TierName(w, use.Tier),
			KeyARN:     vaultKey,
			Rules:      rules(cfg, w, use.Tier),
			Selections: selections(cfg, w, use, roleARN),
			Tags:       tags(w, use.Tier),
		}
		if use.Tier.Copied() {
			props.CopyDestinations = []string{cfg.CentralVaultARN()}
		}
		if use.Tier.LowCostBackups() {
			props.LowCost = &constructs.LowCostProps{
				Name:       cfg.TieringName(w.Region, cfg.TierName(w, use.Tier)),
				Selections: []constructs.LowCostSelection{{Resources: everything, AfterDays: use.Tier.LowCostAfterDays}},
			}
		}
		constructs.NewBackupPlan(scope, use.Tier.Name, props)
	}
}

// rules are the tier's rules. Its copy action is on the first: AWS copies at that rule's frequency (F-S3-10).
func rules(cfg *config.Config, w config.Workload, t *config.Tier) []constructs.BackupRule {
	rule := constructs.BackupRule{
		Schedule:                t.Schedule.Cron,
		Timezone:                t.Schedule.Timezone,
		StartWindowMinutes:      t.Schedule.StartWindowMinutes,
		CompletionWindowMinutes: t.Schedule.CompletionWindowMinutes,
	}
	var list []constructs.BackupRule
	if t.ContinuousBackup != nil {
		continuous := rule
		continuous.Name = cfg.ContinuousRuleName(w, t)
		continuous.Continuous = true
		continuous.DeleteAfterDays = t.ContinuousBackup.DeleteAfterDays
		list = append(list, continuous)
	}
	if t.SnapshotBackup != nil {
		snapshot := rule
		snapshot.Name = cfg.SnapshotRuleName(w, t)
		snapshot.Schedule = t.SnapshotBackup.Schedule
		snapshot.DeleteAfterDays = t.SnapshotBackup.DeleteAfterDays
		list = append(list, snapshot)
	}
	if t.Copied() {
		list[0].Copies = []constructs.CopyAction{{DestinationVaultARN: cfg.CentralVaultARN(), DeleteAfterDays: t.CopyToCentral.DeleteAfterDays}}
	}
	return list
}

func selections(cfg *config.Config, w config.Workload, use config.TierUse, roleARN string) []constructs.BackupSelection {
	var list []constructs.BackupSelection
	if len(use.Buckets) > 0 {
		named := constructs.BackupSelection{ID: "Selection", Name: cfg.TierName(w, use.Tier), RoleARN: roleARN}
		for _, b := range use.Buckets {
			named.Resources = append(named.Resources, config.BucketARN(w.Region, b.Name))
		}
		list = append(list, named)
	}
	if use.Tagged {
		list = append(list, constructs.BackupSelection{
			ID:           "TaggedSelection",
			Name:         cfg.TaggedSelectionName(w, use.Tier),
			RoleARN:      roleARN,
			Resources:    []string{config.BucketARN(w.Region, "*")},
			Except:       bucketARNs(w.Region, cfg.NamedBuckets(w.Account, w.Region)),
			ResourceTags: map[string]string{tierTag: use.Tier.Name},
		})
	}
	return list
}

const (
	tierTag     = "backup:tier"
	workloadTag = "backup:workload"
)

func tags(w config.Workload, t *config.Tier) map[string]string {
	return map[string]string{tierTag: t.Name, workloadTag: w.ID()}
}

func copied(uses []config.TierUse) bool {
	for _, use := range uses {
		if use.Tier.Copied() {
			return true
		}
	}
	return false
}
