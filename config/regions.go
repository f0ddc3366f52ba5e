package config

import "strings"

// regions are the Regions of the partitions that this app knows facts about. A Region that is not
// here is an error, since it is far more often a typing error than a new Region.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var regions = []string{
	"af-south-1",
	"ap-east-1", "ap-east-2",
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
	"ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-central-1", "ca-west-1",
	"cn-north-1", "cn-northwest-1",
	"eu-central-1", "eu-central-2",
	"eu-north-1",
	"eu-south-1", "eu-south-2",
	"eu-west-1", "eu-west-2", "eu-west-3",
	"eusc-de-east-1",
	"il-central-1",
	"me-central-1", "me-south-1",
	"mx-central-1",
	"sa-east-1",
	"us-east-1", "us-east-2",
	"us-gov-east-1", "us-gov-west-1",
	"us-west-1", "us-west-2",
}

// optInRegions are those of them that an account does not have before somebody enables them.
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
var optInRegions = []string{
	"af-south-1",
	"ap-east-1", "ap-east-2",
	"ap-south-2",
	"ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-west-1",
	"eu-central-2",
	"eu-south-1", "eu-south-2",
	"il-central-1",
	"me-central-1", "me-south-1",
	"mx-central-1",
}

// The partitions that ARNs name (F-REG-4).
const (
	partitionCommercial = "aws"
	partitionChina      = "aws-cn"
	partitionGovCloud   = "aws-us-gov"
	partitionSovereign  = "aws-eusc"
)

// Partition returns the ARN partition of a Region (F-REG-4).
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return partitionChina
	case strings.HasPrefix(region, "us-gov-"):
		return partitionGovCloud
	case strings.HasPrefix(region, "eusc-"):
		return partitionSovereign
	}
	return partitionCommercial
}
