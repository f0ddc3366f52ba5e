package stacks

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newTopic makes the topic of an account for e-mails about a workload, or about the central account.
func newTopic(template *constructs.Template, cfg *config.Config, id, account, region string) (topic, key constructs.Value) {
	return constructs.NewAlertTopic(template.Scope("Alerts"), "Topic", constructs.AlertTopicProps{
		Name:       cfg.TopicName(id),
		KeyAlias:   cfg.TopicKeyAlias(id),
		Account:    account,
		AccountARN: config.AccountARN(region, account),
		Emails:     cfg.Alerts.Subscribers(),
	})
}

// newWorkloadAlerts makes what notices failures, silence and tampering in a workload's account.
func newWorkloadAlerts(template *constructs.Template, cfg *config.Config, w config.Workload, uses []config.TierUse, topic, topicKey constructs.Value, keys map[string]constructs.Value, plans []constructs.Value) {
	watched := watched{id: w.ID(), account: w.Account, plans: plans, keys: []constructs.Value{topicKey},
		alerts: constructs.AlertParts{RulePrefix: cfg.RulePrefix(w), AlarmPrefixes: []string{cfg.MetricAlarmPrefix(w), cfg.AlarmPrefix(w)}, TopicARN: cfg.TopicARN(w)}}
	if cfg.Reached(w) {
		watched.bus = cfg.AlertBusARN()
	}
	for _, key := range cfg.Keys(w) {
		watched.keys = append(watched.keys, keys[key.Name])
	}
	for _, b := range w.Buckets {
		watched.buckets = append(watched.buckets, b.Name)
	}
	for _, use := range uses {
		if use.Tier.BackedUp() {
			watched.vaults = append(watched.vaults, cfg.TierName(w, use.Tier))
			watched.vaultARNs = append(watched.vaultARNs, cfg.VaultARN(w, use.Tier))
		}
	}
	var alarms []constructs.SilenceAlarm
	for _, a := range cfg.SilenceAlarms(w) {
		alarms = append(alarms, constructs.SilenceAlarm{
			ID: a.Tier + "-" + a.Jobs, Name: a.Name, Description: a.Description, Vault: a.Vault, Metric: silenceMetrics[a.Jobs], Days: a.Days,
		})
	}
	var more []constructs.EventRule
	if len(alarms) > 0 {
		var names []constructs.Value
		for _, a := range alarms {
			names = append(names, a.Name)
		}
		more = append(more, constructs.AlarmRule(names, cfg.AlarmPrefix(w)), constructs.ClockRule())
	}
	rules := newAlerts(template, cfg, watched, topic, more...)
	constructs.NewSilenceAlarms(template.Scope("Alerts"), "Silence", constructs.SilenceAlarmsProps{TopicARN: topic, Clock: rules["Clock"], Alarms: alarms})
}

// silenceMetrics are AWS Backup's counts of jobs that completed.
var silenceMetrics = map[string]string{
	config.Backups: "NumberOfBackupJobsCompleted",
	config.Copies:  "NumberOfCopyJobsCompleted",
}

// newCentralAlerts makes the bus that takes the events of all accounts, with their log, what notices
// tampering in the central account itself, and the alarms on copies that this stack has room for. It
// returns the name of the bus.
func newCentralAlerts(template *constructs.Template, cfg *config.Config, alarms []config.CopyAlarm, topic constructs.Value, keys ...constructs.Value) constructs.Value {
	at := cfg.Central
	bus, busARN := constructs.NewEventBus(template.Scope("Alerts"), "Bus", constructs.EventBusProps{
		Name:              cfg.AlertName(),
		OrganizationID:    cfg.Organization.ID,
		OrganizationPaths: cfg.Organization.Paths,
		RoleARN:           cfg.EventRoleARNs(),
	})
	watched := watched{id: config.CentralID, account: at.Account, bus: busARN, keys: keys, alerts: constructs.AlertParts{
		RulePrefix:    cfg.CentralRulePrefix(),
		AlarmPrefixes: append(cfg.CopyAlarmPrefixes(), cfg.AlertName()),
		TopicARN:      cfg.CentralTopicARN(),
		BusName:       cfg.AlertName(),
		LogGroupName:  cfg.EventLogGroup(),
	}}
	watch := func(vault string) {
		watched.vaults = append(watched.vaults, vault)
		watched.vaultARNs = append(watched.vaultARNs, cfg.VaultARNInCentral(vault))
	}
	watch(at.VaultName)
	for _, v := range at.RetainedVaults {
		watch(v.Name)
	}
	var more []constructs.EventRule
	if len(alarms) > 0 {
		more = append(more, constructs.AlarmRule(nil, cfg.CopyAlarmPrefixes()...))
	}
	newAlerts(template, cfg, watched, topic, more...)
	constructs.NewEventLog(template.Scope("Alerts"), "Log", constructs.EventLogProps{
		LogGroupName:   cfg.EventLogGroup(),
		LogGroupARN:    cfg.EventLogGroupARN(),
		PolicyName:     cfg.AlertName(),
		Bus:            bus,
		Namespace:      cfg.MetricNamespace(),
		AccountEndings: cfg.AccountEndings(),
	})
	newCopyAlarms(template, cfg, topic, alarms)
	if at.Dashboard {
		constructs.NewDashboard(template.Scope("Alerts"), "Dashboard", constructs.DashboardProps{
			Name: cfg.DashboardName(), Project: cfg.Project, Region: at.Region, LogGroupName: cfg.EventLogGroup(),
		})
	}
	return bus
}

// watched is what alerts of one stack are about.
type watched struct {
	id, account       string
	bus               constructs.Value // ARN; nil: it is not reached
	vaults, vaultARNs []constructs.Value
	plans, keys       []constructs.Value
	buckets           []constructs.Value
	alerts            constructs.AlertParts
}

// newAlerts makes the rules that send events to the bus and to the topic, and returns their names by their ids.
func newAlerts(template *constructs.Template, cfg *config.Config, on watched, topic constructs.Value, more ...constructs.EventRule) map[string]constructs.Value {
	rules := constructs.EventRulesProps{
		Account:  on.account,
		RoleName: cfg.EventRoleName(on.id),
		BusARN:   on.bus,
		TopicARN: topic,
		Rules: append(
			constructs.Tampering{VaultNames: on.vaults, PlanIDs: on.plans, KeyARNs: on.keys, BucketNames: on.buckets, Alerts: on.alerts}.Rules(),
			constructs.TestRule(on.id),
		),
	}
	if len(on.vaults) > 0 {
		rules.Rules = append(rules.Rules, constructs.BackupEventRules(on.vaults, on.vaultARNs)...)
	}
	rules.Rules = append(rules.Rules, more...)
	return constructs.NewEventRules(template.Scope("Alerts"), "Rules", rules)
}

func newCopyAlarms(template *constructs.Template, cfg *config.Config, topic constructs.Value, alarms []config.CopyAlarm) {
	props := constructs.CopyAlarmsProps{TopicARN: topic, Namespace: cfg.MetricNamespace()}
	for _, a := range alarms {
		props.Alarms = append(props.Alarms, constructs.CopyAlarm{Workload: a.Workload, Tier: a.Tier, Description: a.Description, VaultARN: a.VaultARN, Days: a.Days})
	}
	constructs.NewCopyAlarms(template.Scope("Alerts"), "Copies", props)
}

// newDelivery makes the way from the bus to the function.
func newDelivery(template *constructs.Template, stack awscdk.Stack, cfg *config.Config, bus, topic constructs.Value, function string) {
	code := awss3assets.NewAsset(stack, jsii.String("AlertFunction"), &awss3assets.AssetProps{Path: jsii.String(function)})
	destinations, _ := json.Marshal(cfg.Alerts.Delivered()) // texts have a form in JSON
	var secrets []constructs.Value
	for _, d := range cfg.Alerts.Delivered() {
		secrets = append(secrets, cfg.SecretARN(d.Secret))
	}
	constructs.NewAlertDelivery(template.Scope("Alerts"), "Delivery", constructs.AlertDeliveryProps{
		Name:            cfg.AlertName(),
		LogGroupName:    cfg.AlertLogGroup(),
		UndeliveredName: cfg.UndeliveredName(),
		RoleName:        cfg.AlertRoleName(),
		Bus:             bus,
		CodeBucket:      *code.S3BucketName(),
		CodeKey:         *code.S3ObjectKey(),
		Destinations:    string(destinations),
		SecretARNs:      secrets,
		TopicARN:        topic,
	})
}
