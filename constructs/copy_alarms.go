package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CopyAlarmsProps are the props of [NewCopyAlarms]. All but Alarms are required.
type CopyAlarmsProps struct {
	// TopicARN of the topic that the alarms notify. It may be in another stack of the account.
	TopicARN string
	// Namespace of the counts in CloudWatch ([EventLogProps]).
	Namespace string
	// Alarms to create. Empty: none.
	Alarms []CopyAlarm
}

// CopyAlarm describes an alarm on copies of a vault's recovery points that did not complete. All but Description, Count and
// Second are required.
type CopyAlarm struct {
	// Workload and Tier are the ids of the alarm's constructs.
	Workload, Tier string
	// Description tells whoever is notified what it means.
	Description string
	// VaultARN is the ARN of the vault that is copied.
	VaultARN string
	// Count is the ID of a [CopyCount]. Empty: the alarm looks at the copies of the vault into any other.
	Count string
	// Second: the tier has another alarm, and this one is for its second copies.
	Second bool
	// Days without a completed copy after which the alarm goes into ALARM, 1 to 7.
	Days int
}

// CopyAlarms are alarms of the central account on copies that did not complete.
type CopyAlarms struct {
	// Construct is the scope of the alarms.
	Construct awsconstructs.Construct
	// Alarms in the order of the props.
	Alarms []awscloudwatch.CfnAlarm
}

// NewCopyAlarms creates the alarms. An alarm goes into ALARM when each of the days had backups and no
// copies. Without any count it has insufficient data, as before a workload is deployed. It notifies the
// topic of that too when it comes to it from another state: then nothing arrives from the workload any
// more. The alarms have no names of their own: CloudFormation would refuse an alarm that moves to another
// stack for as long as the first stack has it.
func NewCopyAlarms(scope awsconstructs.Construct, id *string, props *CopyAlarmsProps) *CopyAlarms {
	require(props.TopicARN != "" && props.Namespace != "", "NewCopyAlarms: props.TopicARN and props.Namespace are required")
	for _, a := range props.Alarms {
		require(a.Workload != "" && a.Tier != "" && a.VaultARN != "", "CopyAlarm: Workload, Tier and VaultARN are required")
		requireAlarmDays("CopyAlarm "+a.Workload+"/"+a.Tier, a.Days)
	}
	this := awsconstructs.NewConstruct(scope, id)
	c := &CopyAlarms{Construct: this}
	var second awsconstructs.Construct
	workloads := map[workloadCopies]awsconstructs.Construct{}
	for _, a := range props.Alarms {
		key := workloadCopies{a.Workload, a.Second}
		workload := workloads[key]
		if workload == nil {
			parent := this
			if a.Second {
				if second == nil {
					second = awsconstructs.NewConstruct(this, jsii.String("Second"))
				}
				parent = second
			}
			workload = awsconstructs.NewConstruct(parent, jsii.String(a.Workload))
			workloads[key] = workload
		}
		c.Alarms = append(c.Alarms, awscloudwatch.NewCfnAlarm(workload, jsii.String(a.Tier), a.noneCompleted(props)))
	}
	return c
}

// workloadCopies is the scope of the alarms on first or on second copies of a workload.
type workloadCopies struct {
	workload string
	second   bool
}

// noneCompleted is the alarm on days with backups and without copies.
func (a CopyAlarm) noneCompleted(props *CopyAlarmsProps) *awscloudwatch.CfnAlarmProps {
	return &awscloudwatch.CfnAlarmProps{
		AlarmDescription: jsii.String(a.Description),
		Namespace:        jsii.String(props.Namespace),
		MetricName:       jsii.String(copiesMetricOf(a.Count)),
		Dimensions: []any{
			&awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(copiesDimension), Value: jsii.String(a.VaultARN)},
		},
		Statistic:               jsii.String("Sum"),
		Period:                  jsii.Number(dayInSeconds),
		Threshold:               jsii.Number(1),
		ComparisonOperator:      jsii.String("LessThanThreshold"),
		EvaluationPeriods:       jsii.Number(a.Days),
		DatapointsToAlarm:       jsii.Number(a.Days),
		TreatMissingData:        jsii.String("missing"),
		AlarmActions:            &[]any{props.TopicARN},
		InsufficientDataActions: &[]any{props.TopicARN},
	}
}
