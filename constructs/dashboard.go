package constructs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DashboardProps are the props of [NewDashboard]. All but Scans and ByDestination are required.
type DashboardProps struct {
	// Name of the dashboard.
	Name string
	// Project whose backups it shows.
	Project string
	// Region of the log group.
	Region string
	// LogGroupName is the log group with the events of all accounts ([EventLogProps]).
	LogGroupName string
	// Scans shows malware scans of backups ([ScanEventRules]). False: nothing is scanned.
	Scans bool
	// ByDestination shows the ages of copies by the vault that they go into. It is for backups that are copied into more than one:
	// one of the copies must not hide that the other is missing.
	ByDestination bool
}

// Dashboard is the dashboard of the central account.
type Dashboard struct {
	// Construct is the scope of the dashboard.
	Construct awsconstructs.Construct
	// Dashboard of queries on the log of events.
	Dashboard awscloudwatch.CfnDashboard
}

// NewDashboard creates a dashboard of queries on the log of events. It names no workload, so it is the same
// for one workload and for a thousand: each is a row of a table, and rows that need somebody come first.
func NewDashboard(scope awsconstructs.Construct, id *string, props *DashboardProps) *Dashboard {
	require(props.Name != "" && props.Project != "" && props.Region != "" && props.LogGroupName != "",
		"NewDashboard: props.Name, Project, Region and LogGroupName are required")
	this := awsconstructs.NewConstruct(scope, id)
	return &Dashboard{
		Construct: this,
		Dashboard: awscloudwatch.NewCfnDashboard(this, jsii.String(defaultID), &awscloudwatch.CfnDashboardProps{
			DashboardName: jsii.String(props.Name),
			DashboardBody: jsii.String(props.body()),
		}),
	}
}

// body is the dashboard's JSON.
func (p *DashboardProps) body() string {
	type object = map[string]any
	var widgets []object
	y := 0
	row := func(height int, of ...object) {
		for i, widget := range of {
			widget["x"], widget["y"], widget["width"], widget["height"] = i*gridColumns/len(of), y, gridColumns/len(of), height
			widgets = append(widgets, widget)
		}
		y += height
	}
	query := func(title, view string, commands ...string) object {
		return object{"type": "log", "properties": object{
			"title": title, "view": view, "region": p.Region,
			"query": "SOURCE '" + p.LogGroupName + "' | " + strings.Join(commands, "\n| "),
		}}
	}
	row(3, object{"type": "text", "properties": object{"markdown": fmt.Sprintf(
		"# Backups of %s\nThis dashboard shows the events of all accounts in `%s`, within the time range chosen above. "+
			"Times are UTC. A vault is named after its workload and its tier; a long name is shortened and ends with a hash.\n\n"+
			"**A vault without a row had no job in that time. A vault without a row in the table of ages had no completed "+
			"job.** An alarm that went into ALARM before that time is not listed. Alarms notify you of missing backups: those "+
			"of the workload's account, and those of this account for copies.",
		p.Project,
		p.LogGroupName,
	)}})
	row(8, query("Alarms that are not OK", "table", ringing...), query("Jobs a day", "bar", daily...))
	row(10, query("Age of the last success, the oldest first", "table", p.ages()...))
	row(10, query("Jobs by vault, failures first", "table", jobs...))
	if p.Scans {
		row(8, query("Malware scans by vault, threats first", "table", scans...))
	}
	row(10, query("Problems, the latest first", "table", trouble...))

	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object{"start": "-P30D", "widgets": widgets}); err != nil {
		panic(err) //nolint:forbidigo // unreachable: texts and numbers
	}
	return strings.TrimSpace(body.String())
}

func (p *DashboardProps) ages() []string {
	if !p.ByDestination {
		return ages
	}
	byDestination := slices.Insert(
		slices.Clone(ages),
		len(ofJobs),
		`parse detail.destinationBackupVaultArn "*:backup-vault:*" as there, into`,
	)
	for i, command := range byDestination {
		byDestination[i] = strings.Replace(command, " by job, vault, ", " by job, vault, into, ", 1)
	}
	return byDestination
}

// gridColumns is how wide a dashboard is.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
const gridColumns = 24

// failedJobs are the states of jobs that ended in another way than they should.
const failedJobs = `"FAILED", "ABORTED", "EXPIRED", "PARTIAL"`

// The queries, in the language of CloudWatch Logs Insights:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
var (
	// ofJobs are the events of jobs that ended, with the name of the vault that a job is of. A copy job
	// has only the ARN of it.
	ofJobs = []string{
		"filter source = \"aws.backup\" and `detail-type` in [\"Backup Job State Change\", \"Copy Job State Change\"] and " +
			"detail.state in [\"COMPLETED\", " + failedJobs + "]",
		"parse detail.sourceBackupVaultArn \"*:backup-vault:*\" as before, copied",
		"fields coalesce(detail.backupVaultName, copied) as vault, strcontains(`detail-type`, \"Copy\") as copy, " +
			"strcontains(detail.state, \"COMPLETED\") as completed",
	}
	daily = slices.Concat(ofJobs, []string{
		"fields 1 - completed as failed",
		"stats sum(completed) as jobs_completed, sum(failed) as jobs_failed by bin(1d)",
	})
	ages = slices.Concat(ofJobs, []string{
		"filter completed = 1",
		"fields replace(`detail-type`, \" Job State Change\", \"\") as job, floor((now() * 1000 - toMillis(@timestamp)) / 3600000) as age",
		"stats min(age) as hours_since_last_success, latest(time) as last_success by job, vault, account, region",
		"sort hours_since_last_success desc",
		"limit 10000",
	})
	jobs = slices.Concat(ofJobs, []string{
		"fields 1 - completed as failed, completed * (1 - copy) as backup_completed, (1 - completed) * (1 - copy) as " +
			"backup_failed, completed * copy as copy_completed, (1 - completed) * copy as copy_failed",
		"stats sum(failed) as all_failed, sum(backup_failed) as backups_failed, sum(copy_failed) as copies_failed, " +
			"sum(backup_completed) as backups_completed, sum(copy_completed) as copies_completed, count(detail.statusMessage) " +
			"as with_message by vault, account, region",
		"sort all_failed desc",
		"limit 10000",
	})
	ringing = []string{
		"filter `detail-type` = \"CloudWatch Alarm State Change\"",
		"fields detail.alarmName as alarm",
		"stats latest(detail.state.value) as state, latest(time) as since, latest(detail.configuration.description) as " +
			"means by alarm, account, region",
		"filter state != \"OK\"",
		"sort since asc",
	}
	scans = []string{
		"filter `detail-type` = \"Scan Job State Change\" and detail.state in [\"COMPLETED\", \"COMPLETED_WITH_ISSUES\", \"FAILED\", \"CANCELED\"]",
		"fields detail.backupVaultName as vault, strcontains(coalesce(detail.scanResult.scanResultStatus, \"\"), \"THREATS_FOUND\") - " +
			"strcontains(coalesce(detail.scanResult.scanResultStatus, \"\"), \"NO_THREATS_FOUND\") as threat, " +
			"strcontains(detail.state, \"COMPLETED\") as completed",
		"fields 1 - completed as failed",
		"stats sum(threat) as threats_found, sum(failed) as not_completed, sum(completed) as scans_completed, latest(time) as last_scan " +
			"by vault, account, region",
		"sort threats_found desc, not_completed desc",
		"limit 10000",
	}
	trouble = []string{
		"filter detail.state in [" + failedJobs + "] or detail.status in [" + failedJobs + ", \"STOPPED\"] or " +
			"detail.state.value in [\"ALARM\", \"INSUFFICIENT_DATA\"] or ispresent(detail.eventName)",
		"fields time, account, region, replace(`detail-type`, \" State Change\", \"\") as event, coalesce(detail.state, " +
			"detail.status, detail.state.value, detail.eventName) as what",
		"fields coalesce(detail.resourceArn, detail.sourceResourceArn, detail.recoveryPointArn, detail.alarmName, " +
			"detail.requestParameters.backupVaultName, detail.requestParameters.bucketName, detail.requestParameters.keyId, " +
			"detail.requestParameters.backupPlanId) as about, coalesce(detail.statusMessage, detail.configuration.description, " +
			"detail.state.reason, detail.userIdentity.arn) as says",
		"sort @timestamp desc",
		"display time, account, region, event, what, about, says",
		"limit 200",
	}
)
