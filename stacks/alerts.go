package stacks

import (
	"encoding/json"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
	"central-s3-backup/internal/alerting"
)

// newTopic creates the topic for e-mails about a workload or about the central account.
func newTopic(scope awsconstructs.Construct, cfg *config.Config, id, account, region string) *constructs.AlertTopic {
	return constructs.NewAlertTopic(scope, jsii.String("Topic"), &constructs.AlertTopicProps{
		Name:       cfg.TopicName(id),
		KeyAlias:   cfg.TopicKeyAlias(id),
		Account:    account,
		AccountARN: config.AccountARN(region, account),
		Emails:     cfg.Alerts.Subscribers(),
	})
}

// newAlerts creates the rules and alarms that notice failures, missing backups and tampering in the
// workload's account.
func (s workload) newAlerts(scope awsconstructs.Construct) {
	watched := watched{
		id: s.w.ID(), account: s.w.Account, region: s.w.Region, topic: s.topic,
		keys: []string{*s.topic.Key.AttrArn()},
		alerts: constructs.AlertParts{
			RulePrefix:    s.cfg.RulePrefix(s.w),
			AlarmPrefixes: []string{s.cfg.MetricAlarmPrefix(s.w), s.cfg.AlarmPrefix(s.w)},
			TopicARN:      s.cfg.TopicARN(s.w),
		},
	}
	if s.cfg.Reached(s.w) {
		watched.busARN = s.cfg.AlertBusARN()
	}
	for _, key := range s.cfg.Keys(s.w) {
		watched.keys = append(watched.keys, *s.keys[key.Name].Key.AttrArn())
	}
	for _, b := range s.w.Buckets {
		watched.buckets = append(watched.buckets, b.Name)
		watched.points = append(watched.points, config.RecoveryPointsOfBucket(s.w.Region, s.w.Account, b.Name))
	}
	if slices.ContainsFunc(s.uses, func(u config.TierUse) bool { return len(u.Created()) > 0 }) {
		watched.buckets = append(watched.buckets, s.cfg.AccessLogBucketName(s.w))
	}
	if s.cfg.Audited(s.w) {
		watched.buckets = append(watched.buckets, s.cfg.ReportBucketName(s.w))
	}
	if len(s.w.SelectTagged) > 0 { // the names of these buckets are not known
		watched.tagged = true
		watched.points = []string{config.RecoveryPointsOfBucket(s.w.Region, s.w.Account, "")}
	}
	for _, use := range s.uses {
		if use.Tier.BackedUp() {
			watched.vaults = append(watched.vaults, s.cfg.TierName(s.w, use.Tier))
			watched.vaultARNs = append(watched.vaultARNs, s.cfg.VaultARN(s.w, use.Tier))
			if use.Tier.AirGapped != nil {
				watched.vaults = append(watched.vaults, s.cfg.AirGappedVaultName(s.w, use.Tier))
				watched.vaultARNs = append(watched.vaultARNs, s.cfg.AirGappedVaultARN(s.w, use.Tier))
				watched.shares = true
				// AWS Backup chooses the ARNs of recovery points in it (F-LAG-9).
				watched.points = []string{config.RecoveryPointsOfBucket(s.w.Region, s.w.Account, "")}
			}
		}
		if use.Tier.Scanned() {
			watched.scanned = append(watched.scanned, s.cfg.TierName(s.w, use.Tier))
		}
	}
	if s.cfg.Copies(s.w) { // the ARN of a copy that came back has no name of a bucket in it
		watched.vaults = append(watched.vaults, s.cfg.LandingVaultName(s.w))
		watched.vaultARNs = append(watched.vaultARNs, s.cfg.LandingVaultARN(s.w))
		watched.points = []string{config.RecoveryPointsOfBucket(s.w.Region, s.w.Account, "")}
	}
	watched.roles = []string{s.cfg.EventRoleName(s.w.ID())}
	if len(s.tiers) > 0 {
		watched.roles = append(watched.roles, s.cfg.BackupRoleName(s.w))
	}
	watched.roles = append(watched.roles, s.restoreRoles()...)
	if watched.scanned != nil {
		watched.roles = append(watched.roles, s.cfg.ScannerRoleName(s.w))
		watched.readers = append(watched.readers, s.cfg.WorkloadRoleARN(s.w, s.cfg.ScannerRoleName(s.w)))
	}
	if s.cfg.Validated(s.w) {
		watched.readers = append(watched.readers, s.cfg.WorkloadRoleARN(s.w, s.cfg.ValidateRoleName(s.w)))
	}
	for _, tier := range s.tiers {
		watched.plans = append(watched.plans, *tier.Plan.Ref())
	}
	var names []string
	var alarms []constructs.SilenceAlarm
	var clocks []constructs.EventRule
	for _, a := range s.cfg.SilenceAlarms(s.w) {
		kind := silenceKinds[a.Jobs]
		names = append(names, a.Name)
		alarms = append(alarms, constructs.SilenceAlarm{
			ID: a.Tier + "-" + a.Jobs, WaitsID: a.Tier + kind.waits, Name: a.Name, Description: a.Description,
			Vault: a.Vault, AirGappedVault: a.AirGappedVault, Metric: kind.metric, Hours: a.Hours, ClockName: a.ClockName, FirstHours: a.FirstHours,
		})
		clocks = append(clocks, kind.clock(a.Tier, a.ClockName))
	}
	if alarms == nil {
		newRules(scope, s.cfg, watched)
		return
	}
	newRules(scope, s.cfg, watched, append(clocks, constructs.AlarmRule(names, s.cfg.AlarmPrefix(s.w)))...)
	constructs.NewSilenceAlarms(scope, jsii.String("Silence"), &constructs.SilenceAlarmsProps{Topic: s.topic.Topic, Alarms: alarms})
}

// silenceKinds are what the alarms on each kind of job have: AWS Backup's count of completed jobs, the ending of the
// id of the alarm that waits for the first one, and the rule that tells how long there have been such jobs. The
// endings differ from those of other alarms, so that no name of a tier makes two ids the same.
var silenceKinds = map[string]struct {
	metric, waits string
	clock         func(tier, name string) constructs.EventRule
}{
	config.Backups: {"NumberOfBackupJobsCompleted", "-waits", constructs.ClockRule},
	config.Copies:  {"NumberOfCopyJobsCompleted", "-first-copy", constructs.CopyClockRule},
}

// newAlerts creates the bus that receives the events of all accounts, with their log, their dashboard and
// their delivery, the rules that notice tampering in the central account, and the alarms on copies that this
// stack has room for. It returns the bus.
func (c central) newAlerts(scope awsconstructs.Construct, function string) awsevents.CfnEventBus {
	at := c.cfg.Central
	bus := constructs.NewEventBus(scope, jsii.String("Bus"), &constructs.EventBusProps{
		Name:    c.cfg.AlertName(),
		Senders: organizationRoles(c.cfg, c.cfg.BusCallers()),
		Sources: []string{"aws.*", alerting.TestSource},
	}).Bus
	watched := c.watched(*bus.AttrArn())
	watched.roles = c.cfg.CentralRoleNames()
	watched.alerts.AlarmPrefixes = append(c.cfg.CopyAlarmPrefixes(), c.cfg.AlertName())
	watched.alerts.BusName, watched.alerts.LogPolicyName = c.cfg.AlertName(), c.cfg.AlertName()
	watched.alerts.LogGroupName = c.cfg.EventLogGroup()
	if function != "" {
		watched.alerts.FunctionName = c.cfg.AlertName()
		for _, queue := range []string{c.cfg.AlertName(), c.cfg.UndeliveredName()} {
			watched.alerts.QueuePaths = append(watched.alerts.QueuePaths, "/"+at.Account+"/"+queue)
		}
		watched.alerts.SecretNames = c.cfg.Alerts.Secrets()
	}
	alarmPrefixes := c.cfg.CopyAlarmPrefixes()
	alarms := c.cfg.CopyAlarms()[0]
	if c.cfg.Validates() {
		alarmPrefixes = append(alarmPrefixes, c.cfg.ValidatorName())
		c.watchValidator(&watched)
	}
	if at.Audit.Enabled {
		watched.buckets = append(watched.buckets, c.cfg.CentralReportBucketName())
	}
	more := constructs.OutOfVaultRules(watched.vaultARNs)
	if len(alarms) > 0 || c.cfg.Validates() {
		more = append(more, constructs.AlarmRule(nil, alarmPrefixes...))
	}
	newRules(scope, c.cfg, watched, more...)
	var second []string
	if arn := c.cfg.AirGappedVaultARNInCentral(); arn != "" {
		second = []string{arn}
	}
	var counts []constructs.CopyCount
	for _, count := range c.cfg.CopyCounts() {
		counts = append(counts, constructs.CopyCount(count))
	}
	constructs.NewEventLog(scope, jsii.String("Log"), &constructs.EventLogProps{
		LogGroupName:   c.cfg.EventLogGroup(),
		LogGroupARN:    c.cfg.EventLogGroupARN(),
		PolicyName:     c.cfg.AlertName(),
		Bus:            bus,
		Namespace:      c.cfg.MetricNamespace(),
		AccountEndings: c.cfg.AccountEndings(),

		SecondCopyVaultARNs: second,
		Counts:              counts,
	})
	newCopyAlarms(scope, c.cfg, *c.topic.Topic.Ref(), alarms)
	if at.Dashboard {
		constructs.NewDashboard(scope, jsii.String("Dashboard"), &constructs.DashboardProps{
			Name: c.cfg.DashboardName(), Project: c.cfg.Project, Region: at.Region, LogGroupName: c.cfg.EventLogGroup(),
			Scans:         c.cfg.ScansAnything(),
			ByDestination: c.cfg.SecondCopies(),
		})
	}
	if function == "" {
		return bus
	}
	destinations, _ := json.Marshal(c.cfg.Alerts.Delivered()) // texts have a form in JSON
	var secrets []string
	for _, name := range c.cfg.Alerts.Secrets() {
		secrets = append(secrets, c.cfg.SecretARN(name))
	}
	constructs.NewAlertDelivery(scope, jsii.String("Delivery"), &constructs.AlertDeliveryProps{
		Name:            c.cfg.AlertName(),
		LogGroupName:    c.cfg.AlertLogGroup(),
		UndeliveredName: c.cfg.UndeliveredName(),
		RoleName:        c.cfg.AlertRoleName(),
		RolePath:        c.cfg.RolePath,
		Bus:             bus,
		Code:            awss3assets.NewAsset(c.stack, jsii.String("AlertFunction"), &awss3assets.AssetProps{Path: jsii.String(function)}),
		Destinations:    string(destinations),
		Receivers:       c.cfg.Alerts.Receivers("and"),
		SecretARNs:      secrets,
		TopicARNs:       c.cfg.Alerts.TopicARNs(),
		Topic:           c.topic.Topic,
	})
	return bus
}

// watched is what the alerts of any stack of the central account watch.
func (c central) watched(busARN string) watched {
	at := c.cfg.Central
	w := watched{
		id: c.cfg.CentralIDIn(c.region), account: at.Account, region: c.region, topic: c.topic, busARN: busARN,
		keys:   append(c.keyARNs(), *c.topic.Key.AttrArn()),
		points: []string{config.RecoveryPointsOfBucket(c.region, at.Account, "")},
		alerts: constructs.AlertParts{
			RulePrefix:    c.cfg.CentralRulePrefix(c.region),
			AlarmPrefixes: []string{c.cfg.CentralStackNameIn(c.region) + "-"},
			TopicARN:      c.cfg.CentralTopicARN(c.region),
		},
	}
	watch := func(vault string) {
		w.vaults = append(w.vaults, vault)
		w.vaultARNs = append(w.vaultARNs, c.cfg.VaultARNInCentral(c.region, vault))
	}
	for _, v := range c.cfg.CentralVaultsIn(c.region) {
		watch(v.Name)
	}
	for _, v := range c.retained() {
		watch(v.Name)
	}
	if v := c.cfg.Central.AirGappedVault; v != nil && c.region == at.Region {
		watch(v.Name)
		w.shares = true
	}
	return w
}

// watched is what the alerts of one stack watch.
type watched struct {
	id, account, region string
	topic               *constructs.AlertTopic
	busARN              string // empty: the account cannot reach it
	vaults, vaultARNs   []string
	scanned             []string // those of the vaults that are scanned for malware
	plans, keys         []string
	buckets, points     []string // points are the beginnings of the ARNs of recovery points
	tagged              bool     // buckets are selected by tag as well
	roles               []string
	readers             []string // ARNs of those of the roles that read recovery points for tests and scans
	shares              bool     // a vault is air-gapped
	alerts              constructs.AlertParts
}

// readers are the roles whose access points nobody is notified of. Scans run every night, so the own roles alone are left out where
// a rule has no room for all roles of the account.
func readers(cfg *config.Config, on watched) []string {
	all := cfg.ValidateRoleARNsIn(on.account)
	scanners := cfg.ScannerRoleARNsIn(on.account)
	if len(scanners) > 0 && len(all)+len(scanners) > constructs.MaxReaderRoles {
		return on.readers
	}
	return append(all, scanners...)
}

// newRules creates the rules that send events to the bus and to the topic.
func newRules(scope awsconstructs.Construct, cfg *config.Config, on watched, more ...constructs.EventRule) {
	tampering := constructs.Tampering{
		VaultNames:       on.vaults,
		PlanIDs:          on.plans,
		KeyARNs:          on.keys,
		BucketNames:      on.buckets,
		RecoveryPoints:   on.points,
		AnyRecoveryPoint: config.RecoveryPointsOfBucket(on.region, on.account, ""),
		AnyBucketTags:    on.tagged,
		Shares:           on.shares,
		DeployRoleARN:    config.DeployRoleARN(on.region, on.account),
		ReaderRoleARNs:   readers(cfg, on),
		Alerts:           on.alerts,
	}
	if config.IsMainRegion(on.region) {
		tampering.RoleNames = on.roles
	}
	rules := append(tampering.Rules(), constructs.TestRule(on.id))
	if len(on.vaults) > 0 {
		rules = append(rules, constructs.BackupEventRules(on.vaults, on.vaultARNs)...)
	}
	if len(on.scanned) > 0 {
		rules = append(rules, constructs.ScanEventRules(on.scanned)...)
	}
	constructs.NewEventRules(scope, jsii.String("Rules"), &constructs.EventRulesProps{
		Account:  on.account,
		RoleName: cfg.EventRoleName(on.id),
		RolePath: cfg.RolePath,
		BusARN:   on.busARN,
		Topic:    on.topic.Topic,
		Rules:    append(rules, more...),
	})
}
