package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// compared are the properties of each type of resource that have to be the same in the app and in the
// twin: all that say what a resource does. A type that is missing here fails the comparison. Of bucket
// policies it is the statements that both write by themselves: for deliveries of access logs L2 writes one
// for each bucket where the app has one for all.
var compared = map[string][]string{
	"AWS::S3::Bucket": {"BucketName", "VersioningConfiguration", "PublicAccessBlockConfiguration", "OwnershipControls", "ObjectLockEnabled",
		"ObjectLockConfiguration", "NotificationConfiguration", "BucketEncryption", "LoggingConfiguration", "LifecycleConfiguration", "Tags"},
	"AWS::S3::BucketPolicy": {"Bucket", tlsOnly, keepGovernance},
	"AWS::KMS::Key":         {"Description", "EnableKeyRotation", "PendingWindowInDays", "KeyPolicy"},
	"AWS::KMS::Alias":       {"AliasName", "TargetKeyId"},
	"AWS::Backup::BackupVault": {
		"BackupVaultName",
		"EncryptionKeyArn",
		"LockConfiguration",
		"AccessPolicy",
		"BackupVaultTags",
		"Notifications",
	},
	"AWS::Backup::BackupPlan":      {"BackupPlan", "BackupPlanTags"},
	"AWS::Backup::BackupSelection": {"BackupPlanId", "BackupSelection"},
	"AWS::IAM::Role":               {"RoleName", "Description", "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"},
	"AWS::SNS::Topic":              {"TopicName", "DisplayName", "KmsMasterKeyId", "Subscription"},
	"AWS::SNS::TopicPolicy":        {"Topics", "PolicyDocument"},
	"AWS::Events::EventBus":        {"Name", "Description", "KmsKeyIdentifier"},
	"AWS::Events::EventBusPolicy":  {"EventBusName", "StatementId", "Statement", "Action", "Principal", "Condition"},
	"AWS::Events::Rule": {
		"Name",
		"Description",
		"EventBusName",
		"EventPattern",
		"ScheduleExpression",
		"State",
		"RoleArn",
		"Targets",
	},
	"AWS::CloudWatch::Alarm": {
		"AlarmName",
		"AlarmDescription",
		"Namespace",
		"MetricName",
		"Dimensions",
		"Metrics",
		"Statistic",
		"ExtendedStatistic",
		"Unit",
		"Period",
		"EvaluationPeriods",
		"DatapointsToAlarm",
		"Threshold",
		"ComparisonOperator",
		"TreatMissingData",
		"ActionsEnabled",
		"AlarmActions",
		"OKActions",
		"InsufficientDataActions",
	},
	"AWS::Logs::LogGroup":        {"LogGroupName", "RetentionInDays", "KmsKeyId", "LogGroupClass", "DataProtectionPolicy"},
	"AWS::Logs::ResourcePolicy":  {"PolicyName", "PolicyDocument"},
	"AWS::Logs::MetricFilter":    {"LogGroupName", "FilterName", "FilterPattern", "MetricTransformations"},
	"AWS::CloudWatch::Dashboard": {"DashboardName", "DashboardBody"},
	"AWS::CloudWatch::CompositeAlarm": {
		"AlarmName",
		"AlarmDescription",
		"AlarmRule",
		"ActionsEnabled",
		"ActionsSuppressor",
		"AlarmActions",
		"OKActions",
		"InsufficientDataActions",
	},
}

const (
	tlsOnly        = "PolicyDocument/TLSOnly"
	keepGovernance = "PolicyDocument/KeepGovernanceRetention"
)

type template struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any

		DeletionPolicy, UpdateReplacePolicy string
	}
}

// same compares all templates of the app with those of the twin.
func (s *subject) same() error {
	files, _ := filepath.Glob(filepath.Join(s.app, "*.template.json")) // the pattern is well formed
	twins, _ := filepath.Glob(filepath.Join(s.twin, "*.template.json"))
	if len(files) <= s.workloads || len(twins) != len(files) {
		return fmt.Errorf("the app has %d templates and the twin %d for %d workloads", len(files), len(twins), s.workloads)
	}
	for _, file := range files {
		stack := filepath.Base(file)
		app, err := resources(file)
		if err != nil {
			return err
		}
		twin, err := resources(filepath.Join(s.twin, stack))
		if err != nil {
			return err
		}
		if !slices.Equal(slices.Sorted(maps.Keys(app)), slices.Sorted(maps.Keys(twin))) {
			return fmt.Errorf("%s: the app has %v\nthe twin has %v", stack, slices.Sorted(maps.Keys(app)), slices.Sorted(maps.Keys(twin)))
		}
		for what := range app {
			if !reflect.DeepEqual(app[what], twin[what]) {
				return fmt.Errorf("%s: %s differs\nthe app has  %v\nthe twin has %v", stack, what, app[what], twin[what])
			}
		}
	}
	return nil
}

// resources returns what is compared of each resource, by its type and physical name.
func resources(file string) (map[string]map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var t template
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, err
	}
	found := map[string]map[string]any{}
	for id, r := range t.Resources {
		paths, known := compared[r.Type]
		if !known {
			return nil, fmt.Errorf("%s: %s is a %s, of which nothing is compared", filepath.Base(file), id, r.Type)
		}
		values := map[string]any{"DeletionPolicy": r.DeletionPolicy, "UpdateReplacePolicy": r.UpdateReplacePolicy}
		for _, path := range paths {
			property, sid, statement := strings.Cut(path, "/")
			value := t.plain(r.Properties[property])
			if statement {
				value = statementOf(value, sid)
			}
			switch {
			case property == "AlarmRule":
				value = strings.Trim(fmt.Sprint(value), "()") // L2 puts all of it in brackets
			case property == "DashboardBody", property == "PolicyDocument" && r.Type == "AWS::Logs::ResourcePolicy":
				var inner any
				if err := json.Unmarshal([]byte(fmt.Sprint(value)), &inner); err != nil {
					return nil, fmt.Errorf("%s: %s of %s: %w", filepath.Base(file), property, id, err)
				}
				value = t.plain(inner)
			case property == "State" && value == nil:
				value = "ENABLED" // L2 writes what it is anyway
			}
			values[path] = value
		}
		name := r.Type + " " + t.name(id)
		if found[name] != nil {
			return nil, fmt.Errorf("%s: two of %s", filepath.Base(file), name)
		}
		found[name] = values
	}
	return found, nil
}

// name is the physical name of a resource, or what it belongs to.
func (t template) name(id string) string {
	for _, property := range []string{"BucketName", "BackupVaultName", "RoleName", "AliasName", "TopicName", "AlarmName", "AlarmDescription", "FilterPattern", "LogGroupName", "DashboardName", "PolicyName", "Name", "Description", "Bucket", "Topics", "EventBusName"} {
		if value := t.Resources[id].Properties[property]; value != nil {
			return fmt.Sprint(t.plain(value))
		}
	}
	for _, path := range [][]string{{"BackupPlan", "BackupPlanName"}, {"BackupSelection", "SelectionName"}} {
		if inner, ok := t.Resources[id].Properties[path[0]].(map[string]any); ok {
			return fmt.Sprint(t.plain(inner[path[1]]))
		}
	}
	return id
}

// plain replaces references by the names that they come to, and gives lists whose order says nothing one order.
func (t template) plain(value any) any {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = t.plain(v[i])
		}
		if len(list) == 1 {
			return list[0]
		}
		sort.Slice(list, func(i, j int) bool { return fmt.Sprint(list[i]) < fmt.Sprint(list[j]) })
		return list
	case map[string]any:
		if text, ok := t.reference(v); ok {
			return text
		}
		m := map[string]any{}
		for key, inner := range v {
			m[key] = t.plain(inner)
		}
		if _, target := m["Arn"]; target {
			delete(m, "Id") // of a rule's target: the app names them, L2 numbers them
		}
		if _, expression := m["Expression"]; expression {
			delete(m, "Id") // nothing refers to it: L2 numbers expressions
		}
		if paths, ok := m["InputPathsMap"].(map[string]any); ok {
			m["InputTemplate"] = withPaths(fmt.Sprint(m["InputTemplate"]), paths)
			delete(m, "InputPathsMap")
		}
		if principal, ok := m["AWS"]; ok && principal == "*" && len(m) == 1 {
			return "*"
		}
		return m
	}
	return value
}

// withPaths is what a rule writes about an event, with the paths themselves where it has names for them:
// L2 makes its own.
func withPaths(text string, paths map[string]any) string {
	for name, path := range paths {
		text = strings.ReplaceAll(text, "<"+name+">", fmt.Sprintf("<%v>", path))
	}
	return text
}

var variable = regexp.MustCompile(`\$\{(\w+)(\.Arn)?\}`)

// reference is what an intrinsic function comes to, as far as the templates use them.
func (t template) reference(v map[string]any) (string, bool) {
	if id, ok := v["Ref"].(string); ok {
		if id == "AWS::Partition" {
			return "aws", true
		}
		return t.name(id), true
	}
	if attribute, ok := v["Fn::GetAtt"].([]any); ok {
		if attribute[1] == "Arn" {
			return t.arn(attribute[0].(string)), true
		}
		return t.name(attribute[0].(string)), true
	}
	if text, ok := v["Fn::Sub"].(string); ok {
		return variable.ReplaceAllStringFunc(text, func(match string) string {
			groups := variable.FindStringSubmatch(match)
			if groups[2] == "" {
				return t.name(groups[1])
			}
			return t.arn(groups[1])
		}), true
	}
	if join, ok := v["Fn::Join"].([]any); ok {
		text := ""
		for i, part := range join[1].([]any) {
			if i > 0 {
				text += join[0].(string)
			}
			text += fmt.Sprint(t.plain(part))
		}
		return text, true
	}
	return "", false
}

func (t template) arn(id string) string {
	switch t.Resources[id].Type {
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + t.name(id)
	case "AWS::Events::EventBus": // of the central account, which every stack names so
		return "arn:aws:events:eu-central-1:111111111111:event-bus/" + t.name(id)
	case "AWS::CloudWatch::Alarm":
		return t.name(id) // rules of composite alarms take either
	}
	return "the ARN of " + t.name(id)
}

func statementOf(document any, sid string) any {
	statements, ok := document.(map[string]any)["Statement"].([]any)
	if !ok {
		statements = []any{document.(map[string]any)["Statement"]}
	}
	for _, statement := range statements {
		if s, ok := statement.(map[string]any); ok && s["Sid"] == sid {
			return s
		}
	}
	return nil
}
