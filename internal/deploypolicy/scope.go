package deploypolicy

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// place is what one account and Region have.
type place config.Deployed

// resources are the ARNs of the resources of one type. Empty: there are none.
func (p place) resources(typ string) []string {
	switch service, kind, _ := strings.Cut(strings.TrimPrefix(typ, "AWS::"), "::"); service + " " + kind {
	case "Backup BackupVault":
		return p.regional("backup", "backup-vault:", p.Vaults)
	case "Backup LogicallyAirGappedBackupVault":
		return p.regional("backup", "backup-vault:", p.AirGappedVaults)
	case "RAM ResourceShare": // AWS RAM chooses its id
		if p.Shares {
			return p.regional("ram", "resource-share/", []string{"*"})
		}
	case "Backup BackupPlan", "Backup BackupSelection": // AWS Backup chooses the ids of plans
		if len(p.Workloads) > 0 {
			return p.regional("backup", "backup-plan:", []string{"*"})
		}
	case "Backup TieringConfiguration": // its id follows its name
		return p.regional("backup", "tiering-configuration:", withStar(p.TieringConfigurations))
	case "Backup Framework": // its id follows its name, and so does that of a report plan
		return p.regional("backup", "framework:", withStar(p.Frameworks))
	case "Backup ReportPlan":
		return p.regional("backup", "report-plan:", withStar(p.ReportPlans))
	case "Backup RestoreTestingPlan", "Backup RestoreTestingSelection": // its id follows its name
		return p.regional("backup", "restore-testing-plan:", withStar(p.TestingPlans))
	case "CloudWatch Alarm", "CloudWatch CompositeAlarm":
		return p.regional("cloudwatch", "alarm:", p.Alarms)
	case "CloudWatch Dashboard":
		return p.global("cloudwatch", "dashboard/", p.Dashboards)
	case "CodeBuild Project":
		return p.regional("codebuild", "project/", p.Projects)
	case "CodePipeline Pipeline":
		return p.regional("codepipeline", "", p.CodePipelines)
	case "Events EventBus", "Events EventBusPolicy":
		return p.regional("events", "event-bus/", p.Buses)
	case "Events Rule":
		rules := slices.Clone(p.Rules)
		for _, bus := range p.Buses {
			for _, rule := range p.Rules {
				rules = append(rules, bus+"/"+rule)
			}
		}
		return p.regional("events", "rule/", rules)
	case "IAM ManagedPolicy":
		return p.global("iam", "policy/", p.Policies)
	case "IAM Policy": // of the roles of pipelines: all others have theirs inside
		if len(p.CodePipelines) > 0 {
			return p.global("iam", "role/", p.Roles)
		}
	case "IAM Role":
		return p.global("iam", "role/", p.Roles)
	case "KMS Alias":
		return slices.Concat(p.regional("kms", "", p.Aliases), p.keys())
	case "KMS Key":
		return p.keys()
	case "Lambda Function":
		return p.regional("lambda", "function:", p.Functions)
	case "Lambda EventSourceMapping": // AWS Lambda chooses its id
		if len(p.Functions) > 0 {
			return p.regional("lambda", "event-source-mapping:", []string{"*"})
		}
	case "Logs LogGroup", "Logs MetricFilter":
		return p.regional("logs", "log-group:", withStar(p.LogGroups))
	case "Logs ResourcePolicy":
		if len(p.LogGroups) > 0 {
			return everything
		}
	case "S3 Bucket", "S3 BucketPolicy":
		arns := make([]string, len(p.Buckets))
		for i, name := range p.Buckets {
			arns[i] = config.BucketARN(p.Region, name)
		}
		return arns
	case "SNS Topic", "SNS TopicPolicy", "SNS Subscription":
		return p.regional("sns", "", p.Topics)
	case "SQS Queue", "SQS QueuePolicy":
		return p.regional("sqs", "", p.Queues)
	}
	return nil
}

var everything = []string{"*"}

// unscoped are the actions that IAM does not limit to a resource (the service authorization reference), or whose resource has no
// name yet.
var unscoped = []string{
	"backup-storage:Mount",
	"backup-storage:MountCapsule",
	"backup:ListBackupPlans",
	"backup:ListRestoreTestingPlans",
	"cloudwatch:DescribeAlarms", // composite alarms need it on all
	"kms:CreateKey",
	"kms:ListAliases",
	"logs:DescribeLogGroups",
	"ram:CreateResourceShare",
	"ram:GetResourceShareAssociations",
	"ram:GetResourceShares",
	"s3:ListAllMyBuckets",
	"sns:GetSubscriptionAttributes",
	"sns:SetSubscriptionAttributes",
	"sns:Unsubscribe",
}

// maxNamedBuckets is how many buckets the policies name. A role takes ten policies; with more buckets they allow all of the
// account.
const maxNamedBuckets = 300

// ownScope is the statement of an action whose resource is not that of the type that needs it.
func (p place) ownScope(action string) (s Statement, own bool) {
	s = Statement{Actions: []string{action}}
	service, name, _ := strings.Cut(action, ":")
	switch {
	case slices.Contains(unscoped, action):
		s.Resources = everything
	case action == "lambda:CreateEventSourceMapping":
		s.Resources = everything
		s.Condition = map[string]map[string][]string{"ArnEquals": {"lambda:FunctionArn": p.regional("lambda", "function:", p.Functions)}}
	case action == "ram:GetPermission",
		action == "ram:AssociateResourceSharePermission",
		action == "ram:DisassociateResourceSharePermission":
		s.Resources = append(
			p.regional("ram", "resource-share/", []string{"*"}),
			fmt.Sprintf("arn:%s:ram::aws:permission/*", config.Partition(p.Region)),
		)
	case action == "codestar-connections:PassConnection": // an action of the connection's own prefix is asked for (F-PIPE-9)
		s.Actions = []string{"codeconnections:PassConnection", action}
		s.Resources = p.Connections
	case action == "iam:CreateServiceLinkedRole":
		s.Resources = p.global("iam", "role/aws-service-role/", []string{"*"})
		s.Condition = map[string]map[string][]string{"StringLike": {"iam:AWSServiceName": {"*backup.amazonaws.com"}}}
	case service == "iam" && strings.Contains(name, "Role"):
		s.Resources = p.global("iam", "role/", p.Roles)
	case service == "kms" && !strings.HasSuffix(name, "Alias"):
		s.Resources = p.keys()
	case action == "s3:GetObject", action == "s3:GetObjectVersion": // the packages of functions
		s.Resources = []string{config.BucketARN(p.Region, fmt.Sprintf("cdk-*-assets-%s-%s/*", p.Account, p.Region))}
	case service == "s3" && len(p.Buckets) > maxNamedBuckets:
		s.Resources = []string{config.BucketARN(p.Region, "*")}
		s.Condition = map[string]map[string][]string{"StringEquals": {"aws:ResourceAccount": {p.Account}}}
	default:
		return s, false
	}
	return s, true
}

// passRoles are the roles that CloudFormation hands to a service. Which role it is for is in its trust policy; the condition
// keeps it from any other service.
func (p place) passRoles() []Statement {
	services := []string{"backup.amazonaws.com", "events.amazonaws.com"}
	if len(p.Functions) > 0 {
		services = append(services, "lambda.amazonaws.com")
	}
	if len(p.CodePipelines) > 0 {
		services = append(services, "codebuild.amazonaws.com", "codepipeline.amazonaws.com")
	}
	return []Statement{{
		Actions:   []string{"iam:PassRole"},
		Resources: p.global("iam", "role/", slices.Concat(p.Roles, p.PassedRoles)),
		Condition: map[string]map[string][]string{"StringEquals": {"iam:PassedToService": services}},
	}}
}

// keys are all keys: KMS chooses their ids.
func (p place) keys() []string { return p.regional("kms", "key/", []string{"*"}) }

func (p place) regional(service, before string, names []string) []string {
	return p.arns(service, p.Region, before, names)
}

func (p place) global(service, before string, names []string) []string {
	return p.arns(service, "", before, names)
}

func (p place) arns(service, region, before string, names []string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = fmt.Sprintf("arn:%s:%s:%s:%s:%s%s", config.Partition(p.Region), service, region, p.Account, before, name)
	}
	slices.Sort(arns)
	return arns
}

// withStar matches names that a service continues.
func withStar(names []string) []string {
	stars := make([]string, len(names))
	for i, name := range names {
		stars[i] = name + "*"
	}
	return stars
}
