package pipeline

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// finding has wildcards that AwsSolutions-IAM5 finds in policies of the library, and why they stay.
type finding struct {
	reason    string
	appliesTo []string // "/…/" is a regular expression
}

// findings are all that cdk-nag finds in the stack of a pipeline. Each is a grant that the CDK's library makes.
func (b *builder) findings() []finding {
	cfg, account := b.props.Config, b.props.Config.Rollout.Pipeline.Account
	all := []finding{
		{
			"S3 has several actions of each kind; they are allowed on the artifacts of this pipeline alone",
			[]string{"Action::s3:GetObject*", "Action::s3:GetBucket*", "Action::s3:List*", "Action::s3:Abort*", "Action::s3:DeleteObject*"},
		},
		{
			"KMS has several actions of each kind; they are allowed on the key of the artifacts alone",
			[]string{"Action::kms:GenerateDataKey*", "Action::kms:ReEncrypt*"},
		},
		{"CodeBuild generates the names of log streams", []string{
			`/^Resource::arn:<AWS::Partition>:logs:[^:]*:[^:]*:log-group:.aws.codebuild.[^*]*\*$/`,
		}},
		{"the report groups of a project begin with its name", []string{
			`/^Resource::arn:<AWS::Partition>:codebuild:[^:]*:[^:]*:report-group.[^*]*\*$/`,
		}},
		{
			"a condition names the tags of these roles, which are of the CDK's bootstrap",
			[]string{"Resource::arn:*:iam::" + account + ":role/*"},
		},
		{"the CDK's CLI looks for its bootstrap, by DescribeStacks and ListBucket alone", []string{"Resource::*"}},
	}
	artifacts := finding{reason: "CodePipeline generates the names of artifacts"}
	for _, region := range cfg.ArtifactRegions(b.props.Part) {
		name := cfg.ArtifactBucketName(b.props.Part.Number, region)
		artifacts.appliesTo = append(artifacts.appliesTo, "Resource::arn:<AWS::Partition>:s3:::"+name+"/*")
	}
	all = append(all, artifacts)
	if b.props.Part.First() {
		all = append(all, finding{"the first pipeline starts the others of this configuration", []string{"Resource::" + cfg.PipelineARNs()}})
	}
	return all
}

// ignoredByLint are the rules of cfn-lint that do not hold for what the library makes, by the resources' types.
var ignoredByLint = map[string][]any{
	"AWS::CodePipeline::Pipeline": {
		// cfn-lint 1.51 reports its advice on the Fn::Join of a role, I1022, under this rule, for each action of CloudFormation, also where
		// nobody asks for advice. What else the rule looks at is that the artifact of a TemplatePath is an input: TestPipelineDeploys does so.
		"E3703",
		"W3005", // the library names the role in DependsOn, which the pipeline refers to as well
	},
	"AWS::IAM::Policy": {
		// The library allows the use of keys by their alias, which IAM does not take (F-PIPE-5): the policies of the keys let the account in
		// (F-PIPE-6). And it allows UseConnection of the service's former name alone (F-PIPE-4).
		"I3510",
	},
}

// explainFindings says why what cdk-nag and cfn-lint find in the pipeline stays as it is. It writes the metadata that they read:
// the library of cdk-nag is loaded only where somebody asks for its findings.
func (b *builder) explainFindings() {
	var rules []any
	for _, f := range b.findings() {
		var appliesTo []any
		for _, what := range f.appliesTo {
			if strings.HasPrefix(what, "/") {
				appliesTo = append(appliesTo, map[string]string{"regex": what})
			} else {
				appliesTo = append(appliesTo, what)
			}
		}
		rules = append(rules, map[string]any{"id": "AwsSolutions-IAM5", "reason": f.reason, "applies_to": appliesTo})
	}
	for _, child := range *b.stack.Node().FindAll("") {
		resource, is := child.(awscdk.CfnResource)
		if !is {
			continue
		}
		if rules, ignored := ignoredByLint[*resource.CfnResourceType()]; ignored {
			resource.AddMetadata(jsii.String("cfn-lint"), map[string]any{"config": map[string]any{"ignore_checks": rules}})
		}
		if *resource.CfnResourceType() == "AWS::IAM::Policy" {
			resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
		}
	}
}
