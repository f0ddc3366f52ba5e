package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
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
		stack: newStack(scope, id, w.Account, w.Region,
			fmt.Sprintf("S3 buckets of %s in %s with their backups", w.Name, w.Environment), cfg.TagsOf(w)),
		cfg:  cfg,
		w:    w,
		uses: cfg.TierUses(w),
	}
	alerts := awsconstructs.NewConstruct(s.stack, jsii.String("Alerts"))
	s.topic = newTopic(alerts, cfg, w.ID(), w.Account, w.Region)
	s.keys = s.newKeys()
	s.newBuckets()
	s.tiers = s.newTiers()
	s.newRestore()
	s.newAlerts(alerts)
	s.newAudit()
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
			constructs.NewBucket(scope, jsii.String(b.Name), s.bucketProps(use.Tier, b, logs))
		}
	}
}

func (s workload) bucketProps(t *config.Tier, b config.Bucket, logs *constructs.AccessLogBucket) *constructs.BucketProps {
	props := &constructs.BucketProps{
		Name:                   b.Name,
		NoncurrentDays:         t.NoncurrentDays(),
		Encryption:             "AES256",
		IntelligentTieringDays: b.IntelligentTieringDays,
		AccessLogBucket:        logs.Bucket,
		Tags:                   s.tags(t),
	}
	if t.ObjectLock != nil {
		props.ObjectLockMode, props.ObjectLockDays = strings.ToUpper(t.ObjectLock.Mode), t.ObjectLock.Days
	}
	if b.UsesKMS() {
		props.Encryption, props.Key, props.BucketKeyDisabled = "aws:kms", s.keys[t.BucketKey()].Key, !b.UsesBucketKey()
	}
	for _, r := range b.CORSRules {
		props.CORSRules = append(props.CORSRules, constructs.CORSRule{
			ID: r.ID, AllowedMethods: r.AllowedMethods, AllowedOrigins: r.AllowedOrigins,
			AllowedHeaders: r.AllowedHeaders, ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: r.MaxAgeSeconds,
		})
	}
	for i := range b.Statements {
		props.Statements = append(props.Statements, statement(&b.Statements[i]))
	}
	return props
}

// statement is a statement of a file that a bucket names.
func statement(s *config.PolicyStatement) constructs.Statement {
	converted := constructs.Statement{
		Sid: s.Sid, Deny: s.Deny(), Principal: map[string]any{}, Actions: s.Action, Resources: s.Resource,
	}
	for kind, principals := range s.Principal {
		converted.Principal[kind] = principals
	}
	if slices.Equal(s.Principal["AWS"], []string{"*"}) {
		converted.Principal["AWS"] = "*"
	}
	for operator, keys := range s.Condition {
		if converted.Condition == nil {
			converted.Condition = map[string]map[string]any{}
		}
		converted.Condition[operator] = map[string]any{}
		for key, values := range keys {
			converted.Condition[operator][key] = values
		}
	}
	return converted
}

// newTiers creates a vault with a plan for each tier that is backed up, and the backup role.
func (s workload) newTiers() []*constructs.TierBackup {
	vaultKey, backedUp := s.keys[config.VaultKey]
	if !backedUp {
		return nil
	}
	roleProps := &constructs.BackupRoleProps{
		Name:              s.cfg.BackupRoleName(s.w),
		Path:              s.cfg.RolePath,
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
	scanner := s.newScanner(vaultKey)
	if scanner != nil {
		roleProps.ScannerRole = scanner
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
			KeepPolicy:    s.cfg.Central.Audit.Enabled,
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
		if use.Tier.Scanned() {
			props.Scan = &constructs.ScanProps{Mode: strings.ToUpper(use.Tier.MalwareScan.Mode) + "_SCAN", Role: scanner}
		}
		if lock := use.Tier.VaultLock; lock != nil {
			props.Lock = &constructs.VaultLock{
				MinRetentionDays: lock.MinRetentionDays, MaxRetentionDays: lock.MaxRetentionDays, ChangeableForDays: lock.ChangeableForDays,
			}
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

// newScanner creates the role with which GuardDuty scans backups. Nil: no tier is scanned.
func (s workload) newScanner(vaultKey *constructs.Key) interfacesawsiam.IRoleRef {
	if !s.cfg.Scans(s.w) {
		return nil
	}
	return constructs.NewScannerRole(s.stack, jsii.String("ScannerRole"), &constructs.ScannerRoleProps{
		Name:              s.cfg.ScannerRoleName(s.w),
		Path:              s.cfg.RolePath,
		Account:           s.w.Account,
		ScanPolicyARN:     config.ManagedPolicyARN(s.w.Region, "AWSBackupGuardDutyRolePolicyForScans"),
		RecoveryPointsARN: config.RecoveryPointsARN(s.w.Region, s.w.Account),
		VaultKeyARN:       *vaultKey.Key.AttrArn(),
	}).Role
}

// rules are the rules of the tier's plan. A rule with copy actions, one for each vault, copies as often as it runs (F-S3-10).
func (s workload) rules(t *config.Tier) []constructs.BackupRule {
	var list []constructs.BackupRule
	for _, r := range t.Rules() {
		rule := constructs.BackupRule{
			Name:                    s.cfg.RuleName(s.w, t, r),
			Continuous:              r.Continuous,
			Schedule:                r.Schedule,
			Timezone:                t.Schedule.Timezone,
			StartWindowMinutes:      r.StartWindowMinutes,
			CompletionWindowMinutes: r.CompletionWindowMinutes,
			DeleteAfterDays:         r.DeleteAfterDays,
		}
		if r.Copied {
			for _, v := range s.cfg.CopyVaults(s.w, t) {
				rule.Copies = append(rule.Copies, constructs.CopyAction{DestinationVaultARN: v.ARN, DeleteAfterDays: r.CopyDeleteAfterDays})
			}
		}
		list = append(list, rule)
	}
	return list
}

func (s workload) selections(use config.TierUse) []constructs.BackupSelection {
	var list []constructs.BackupSelection
	for i, buckets := range use.Named() {
		named := constructs.BackupSelection{ID: config.SelectionID(i + 1), Name: s.cfg.SelectionName(s.w, use.Tier, i+1)}
		for _, b := range buckets {
			named.Resources = append(named.Resources, config.BucketARN(s.w.Region, b.Name))
		}
		list = append(list, named)
	}
	for _, tagged := range use.Tagged {
		conditions := s.cfg.Conditions(tagged)
		// With an ARN pattern beside the tags, the account need not opt S3 in to AWS Backup (F-REG-1).
		list = append(list, constructs.BackupSelection{
			ID:                 tagged.SelectionID(),
			Name:               s.cfg.TaggedSelectionName(s.w, use.Tier, tagged),
			Resources:          []string{config.BucketARN(s.w.Region, "*")},
			Except:             bucketARNs(s.w.Region, s.cfg.SelectionExcept(s.w, tagged)),
			ResourceTags:       conditions.Equal,
			ExceptResourceTags: conditions.NotEqual,
		})
	}
	return list
}

// tags are those of what holds the data of a tier. Recovery points have all of them: [addTags] does not reach these.
func (s workload) tags(t *config.Tier) map[string]string {
	tags := map[string]string{s.cfg.TagKey: t.Name, config.WorkloadTag: s.w.ID()}
	maps.Copy(tags, s.cfg.TagsOf(s.w))
	return tags
}
