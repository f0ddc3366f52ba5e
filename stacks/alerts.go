package stacks

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newTopic makes the topic of an account for e-mails about a workload, or about the central account.
func newTopic(template *constructs.Template, cfg *config.Config, id, account, region string) constructs.Value {
	return constructs.NewAlertTopic(template.Scope("Alerts"), "Topic", constructs.AlertTopicProps{
		Name:       cfg.TopicName(id),
		KeyAlias:   cfg.TopicKeyAlias(id),
		Account:    account,
		AccountARN: config.AccountARN(region, account),
		Emails:     cfg.Alerts.Email,
	})
}

// newWorkloadAlerts makes what notices failures, silence and tampering in a workload's account.
func newWorkloadAlerts(template *constructs.Template, cfg *config.Config, w config.Workload, uses []config.TierUse, topic constructs.Value, keys map[string]constructs.Value, plans []constructs.Value) {
	watched := watched{id: w.ID(), account: w.Account, reached: cfg.Reached(w), alarms: cfg.AlarmPrefix(w), plans: plans}
	for _, key := range cfg.Keys(w) {
		watched.keys = append(watched.keys, keys[key.Name])
	}
	for _, b := range w.Buckets {
		watched.buckets = append(watched.buckets, b.Name)
	}
	var alarms []constructs.SilenceAlarm
	for _, use := range uses {
		t := use.Tier
		if !t.BackedUp() {
			continue
		}
		vault := cfg.TierName(w, t)
		watched.vaults = append(watched.vaults, vault)
		watched.vaultARNs = append(watched.vaultARNs, cfg.VaultARN(w, t))
		silence := func(days int, jobs, noun, metric string) {
			if days == 0 {
				return
			}
			alarms = append(alarms, constructs.SilenceAlarm{
				ID:          t.Name + "-" + jobs,
				Name:        cfg.SilenceAlarmName(w, t, jobs),
				Description: fmt.Sprintf("No %s of %s of %s completed for %d days, though it was due.", noun, t.Name, w.ID(), days),
				Vault:       vault,
				Metric:      metric,
				Days:        days,
			})
		}
		silence(cfg.SilenceDays(t), "backups", "backup", "NumberOfBackupJobsCompleted")
		silence(cfg.CopySilenceDays(t), "copies", "copy", "NumberOfCopyJobsCompleted")
	}
	newAlerts(template, cfg, watched, topic, alarms)
}

// newCentralAlerts makes the bus that takes the events of all accounts, and what notices tampering in
// the central account itself.
func newCentralAlerts(template *constructs.Template, cfg *config.Config, topic, key constructs.Value) {
	at := cfg.Central
	constructs.NewEventBus(template.Scope("Alerts"), "Bus", constructs.EventBusProps{
		Name:              cfg.AlertName(),
		OrganizationID:    cfg.Organization.ID,
		OrganizationPaths: cfg.Organization.Paths,
		RoleARN:           cfg.EventRoleARNs(),
	})
	watched := watched{id: config.CentralID, account: at.Account, reached: true, keys: []constructs.Value{key}}
	watch := func(vault string) {
		watched.vaults = append(watched.vaults, vault)
		watched.vaultARNs = append(watched.vaultARNs, cfg.VaultARNInCentral(vault))
	}
	watch(at.VaultName)
	for _, v := range at.RetainedVaults {
		watch(v.Name)
	}
	newAlerts(template, cfg, watched, topic, nil)
}

// watched is what alerts of one stack are about.
type watched struct {
	id, account       string
	reached           bool   // by the central account
	alarms            string // prefix of the names of its alarms
	vaults, vaultARNs []constructs.Value
	plans, keys       []constructs.Value
	buckets           []constructs.Value
}

func newAlerts(template *constructs.Template, cfg *config.Config, on watched, topic constructs.Value, alarms []constructs.SilenceAlarm) {
	scope := template.Scope("Alerts")
	rules := constructs.EventRulesProps{
		Account:  on.account,
		RoleName: cfg.EventRoleName(on.id),
		TopicARN: topic,
		Rules: append(
			constructs.Tampering{VaultNames: on.vaults, PlanIDs: on.plans, KeyARNs: on.keys, BucketNames: on.buckets}.Rules(),
			constructs.TestRule(on.id),
		),
	}
	if on.reached {
		rules.BusARN = cfg.AlertBusARN()
	}
	if len(on.vaults) > 0 {
		rules.Rules = append(rules.Rules, constructs.BackupEventRules(on.vaults, on.vaultARNs)...)
	}
	if len(alarms) > 0 {
		var names []constructs.Value
		for _, a := range alarms {
			names = append(names, a.Name)
		}
		rules.Rules = append(rules.Rules, constructs.AlarmRule(names, on.alarms), constructs.ClockRule())
	}
	made := constructs.NewEventRules(scope, "Rules", rules)
	constructs.NewSilenceAlarms(scope, "Silence", constructs.SilenceAlarmsProps{TopicARN: topic, Clock: made["Clock"], Alarms: alarms})
}

// newDelivery makes the way from the bus to the function.
func newDelivery(template *constructs.Template, stack awscdk.Stack, cfg *config.Config, topic constructs.Value, function string) {
	code := awss3assets.NewAsset(stack, jsii.String("AlertFunction"), &awss3assets.AssetProps{Path: jsii.String(function)})
	destinations, _ := json.Marshal(cfg.Alerts.Delivered()) // texts have a form in JSON
	var secrets []string
	for _, d := range cfg.Alerts.Delivered() {
		secrets = append(secrets, d.Secret)
	}
	at := cfg.Central
	constructs.NewAlertDelivery(template.Scope("Alerts"), "Delivery", constructs.AlertDeliveryProps{
		Name:            cfg.AlertName(),
		LogGroupName:    cfg.AlertLogGroup(),
		UndeliveredName: cfg.UndeliveredName(),
		RoleName:        cfg.AlertRoleName(),
		Account:         at.Account,
		Region:          at.Region,
		Partition:       config.Partition(at.Region),
		Bus:             cfg.AlertName(),
		CodeBucket:      *code.S3BucketName(),
		CodeKey:         *code.S3ObjectKey(),
		Destinations:    string(destinations),
		SecretNames:     secrets,
		TopicARN:        topic,
	})
}
