package config

import "strings"

// region is an AWS Region that this app has facts about.
type region struct {
	code string
	// place is the part of AWS's display name that tells the Regions apart: Frankfurt of Europe (Frankfurt).
	place string
	// optIn Regions are off until an account enables them.
	// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
	optIn bool
}

// regions lists them. A Region that is not listed is an error: it is far more often a typing error
// than a new Region. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var regions = []region{
	{"af-south-1", "Cape Town", true},
	{"ap-east-1", "Hong Kong", true},
	{"ap-east-2", "Taipei", true},
	{"ap-northeast-1", "Tokyo", false},
	{"ap-northeast-2", "Seoul", false},
	{"ap-northeast-3", "Osaka", false},
	{"ap-south-1", "Mumbai", false},
	{"ap-south-2", "Hyderabad", true},
	{"ap-southeast-1", "Singapore", false},
	{"ap-southeast-2", "Sydney", false},
	{"ap-southeast-3", "Jakarta", true},
	{"ap-southeast-4", "Melbourne", true},
	{"ap-southeast-5", "Malaysia", true},
	{"ap-southeast-6", "New Zealand", true},
	{"ap-southeast-7", "Thailand", true},
	{"ca-central-1", "Canada (Central)", false},
	{"ca-west-1", "Calgary", true},
	{"cn-north-1", "Beijing", false},
	{"cn-northwest-1", "Ningxia", false},
	{"eu-central-1", "Frankfurt", false},
	{"eu-central-2", "Zurich", true},
	{"eu-north-1", "Stockholm", false},
	{"eu-south-1", "Milan", true},
	{"eu-south-2", "Spain", true},
	{"eu-west-1", "Ireland", false},
	{"eu-west-2", "London", false},
	{"eu-west-3", "Paris", false},
	{"eusc-de-east-1", "European Sovereign Cloud", false},
	{"il-central-1", "Tel Aviv", true},
	{"me-central-1", "UAE", true},
	{"me-south-1", "Bahrain", true},
	{"mx-central-1", "Mexico", true},
	{"sa-east-1", "Paulo", false}, // São, or Sao
	{"us-east-1", "Virginia", false},
	{"us-east-2", "Ohio", false},
	{"us-gov-east-1", "GovCloud (US-East)", false},
	{"us-gov-west-1", "GovCloud (US-West)", false},
	{"us-west-1", "California", false},
	{"us-west-2", "Oregon", false},
}

// Resource types that CloudFormation did not have everywhere in 2026-08, with the Regions without them (F-REG-6).
// The list grows old: AWS adds them to more Regions.
var (
	withoutRestoreTesting = []string{
		"ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "mx-central-1",
		"us-gov-east-1", "us-gov-west-1",
	}
	withoutAirGappedVault = withoutRestoreTesting
	withoutAuditManager   = []string{
		"ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "il-central-1",
		"mx-central-1",
	}
)

func regionCodes() []string {
	codes := make([]string, len(regions))
	for i, r := range regions {
		codes[i] = r.code
	}
	return codes
}

// regionNamed returns the code of the Region that a display name means, such as Frankfurt or Europe
// (Frankfurt), or "".
func regionNamed(name string) string {
	for _, r := range regions {
		if strings.Contains(strings.ToLower(name), strings.ToLower(r.place)) {
			return r.code
		}
	}
	return ""
}

// needsOptIn says whether an account has to enable a Region before it can use it.
func needsOptIn(code string) bool {
	for _, r := range regions {
		if r.code == code {
			return r.optIn
		}
	}
	return false
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

// mainRegions are the Regions in which the default event bus receives the events of IAM, a global service (F-EVT-17).
var mainRegions = map[string]string{
	partitionCommercial: "us-east-1",
	partitionGovCloud:   "us-gov-west-1",
	partitionChina:      "cn-north-1",
	partitionSovereign:  "eusc-de-east-1",
}

// IsMainRegion says whether the events of IAM's calls arrive in the Region.
func IsMainRegion(region string) bool { return mainRegion(region) == region }

// mainRegion is the Region of the same partition in which the events of IAM's calls arrive. Empty: it is not known.
func mainRegion(region string) string { return mainRegions[Partition(region)] }
