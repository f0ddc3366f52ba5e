package stacks

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// accessLogDays is how many days server access logs are kept: long enough to look into what happened.
const accessLogDays = 365

// NewWorkload makes the stack of one workload: its keys, its buckets, and for every tier that is
// backed up a vault with a plan. It holds no assets and no custom resources, so that its template
// deploys by any way there is.
func NewWorkload(scope awsconstructs.Construct, cfg *config.Config, w config.Workload, l1 bool) awscdk.Stack {
	var template constructs.Template
	uses := cfg.TierUses(w)
	topic, topicKey := newTopic(&template, cfg, w.ID(), w.Account, w.Region)
	keys := newKeys(&template, cfg, w, uses)
	newBuckets(&template, cfg, w, uses, keys)
	plans := newBackups(&template, cfg, w, uses, keys, topic)
	newWorkloadAlerts(&template, cfg, w, uses, topic, topicKey, keys, plans)

	stack := newStack(scope, cfg.StackName(w), w.Account, w.Region,
		fmt.Sprintf("S3 buckets of %s in %s with their backups", w.Name, w.Environment))
	template.Include(stack, l1)
	return stack
}

// newKeys returns the keys' ARNs by name.
func newKeys(template *constructs.Template, cfg *config.Config, w config.Workload, uses []config.TierUse) map[string]constructs.Value {
	arns := map[string]constructs.Value{}
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
		arns[key.Name] = constructs.NewKey(template.Scope("Keys"), key.Name, props)
	}
	return arns
}

func newBuckets(template *constructs.Template, cfg *config.Config, w config.Workload, uses []config.TierUse, keys map[string]constructs.Value) {
	var arns []string
	for _, use := range uses {
		for _, b := range use.Created() {
			arns = append(arns, config.BucketARN(w.Region, b.Name))
		}
	}
	if arns == nil {
		return
	}
	logs := constructs.NewAccessLogBucket(template.Scope(), "AccessLogs", constructs.AccessLogBucketProps{
		Name:            cfg.AccessLogBucketName(w),
		ARN:             config.BucketARN(w.Region, cfg.AccessLogBucketName(w)),
		Account:         w.Account,
		SourceARNs:      arns,
		AnySourceARN:    config.BucketARN(w.Region, "*"),
		MaxPolicyBytes:  config.MaxPolicyBytes,
		ExpireAfterDays: accessLogDays,
	})
	for _, use := range uses {
		for _, b := range use.Created() {
			constructs.NewBucket(template.Scope("Buckets"), b.Name, constructs.BucketProps{
				Name:            b.Name,
				ObjectLockMode:  strings.ToUpper(use.Tier.ObjectLock.Mode),
				ObjectLockDays:  use.Tier.ObjectLock.Days,
				KeyARN:          keys[use.Tier.BucketKey()],
				AccessLogBucket: logs,
				Tags:            tags(w, use.Tier),
			})
		}
	}
}

// newBackups returns the ids of the plans.
func newBackups(template *constructs.Template, cfg *config.Config, w config.Workload, uses []config.TierUse, keys map[string]constructs.Value, topic constructs.Value) []constructs.Value {
	vaultKey, backedUp := keys[config.VaultKey]
	if !backedUp {
		return nil
	}
	role := constructs.BackupRoleProps{
		Name:              cfg.BackupRoleName(w),
		Account:           w.Account,
		S3BackupPolicyARN: config.ManagedPolicyARN(w.Region, "AWSBackupServiceRolePolicyForS3Backup"),
	}
	if copied(uses) {
		role.Copy = &constructs.CopyProps{
			DestinationVaultARN: cfg.CentralVaultARN(),
			KeyARNs:             []constructs.Value{vaultKey, cfg.CentralKeysARN()},
		}
	}
	roleARN := constructs.NewBackupRole(template.Scope(), "BackupRole", role)

	var plans []constructs.Value
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
			TopicARN:   topic,
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
		plans = append(plans, constructs.NewBackupPlan(template.Scope("Tiers"), use.Tier.Name, props))
	}
	return plans
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

func selections(cfg *config.Config, w config.Workload, use config.TierUse, roleARN constructs.Value) []constructs.BackupSelection {
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
