package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ArtifactBucketProps are the props of [NewArtifactBucket]. All are required.
type ArtifactBucketProps struct {
	// Name of the bucket.
	Name string
	// Account and Region of the bucket, and AccountARN, the root principal of the account.
	Account, Region, AccountARN string
	// KeyAlias is the alias of the key, with its prefix "alias/".
	KeyAlias string
	// Readers are the roles of other accounts that deploy what is in the bucket. They read only.
	Readers []OrganizationRoles
	// ExpireAfterDays is the age in days at which artifacts are deleted.
	ExpireAfterDays int
	// AccessLogBucket receives the server access logs, under the bucket's name as prefix.
	AccessLogBucket interfacesawss3.IBucketRef
}

// ArtifactBucket is a bucket for the artifacts of a pipeline in one Region.
type ArtifactBucket struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Bucket is retained, as is its key.
	Bucket awss3.CfnBucket
	// Key encrypts the artifacts.
	Key *Key
	// Policy of the bucket. It denies requests without TLS, and lets the readers read.
	Policy awss3.CfnBucketPolicy
}

// NewArtifactBucket creates a bucket with a key of its own. Their policies have the same length for any number of accounts. In the
// bucket's own account IAM decides who reads and writes; whoever may do that uses the key through S3, as with aws/s3 (F-PIPE-6):
// a pipeline knows the key by its alias alone, which IAM policies cannot name (F-PIPE-5).
func NewArtifactBucket(scope awsconstructs.Construct, id *string, props *ArtifactBucketProps) *ArtifactBucket {
	require(props.Name != "", "NewArtifactBucket: props.Name is required")
	require(props.Account != "" && props.Region != "" && props.AccountARN != "",
		"NewArtifactBucket: props.Account, props.Region and props.AccountARN are required")
	require(props.KeyAlias != "", "NewArtifactBucket: props.KeyAlias is required")
	require(len(props.Readers) > 0, "NewArtifactBucket: props.Readers is required; otherwise no other account could be deployed")
	require(props.ExpireAfterDays >= 1, "NewArtifactBucket: props.ExpireAfterDays is at least 1")
	require(props.AccessLogBucket != nil, "NewArtifactBucket: props.AccessLogBucket is required")
	viaS3 := fmt.Sprintf("s3.%s.amazonaws.com", props.Region)
	grants := []Statement{{
		Sid:       "OwnAccount",
		Principal: anyone,
		Actions:   useKey,
		Resources: everything,
		Condition: map[string]map[string]any{"StringEquals": {"kms:CallerAccount": props.Account, "kms:ViaService": viaS3}},
	}}
	var read []Statement
	for i, roles := range props.Readers {
		roles.validate()
		sid := fmt.Sprintf("DeployRoles%d", i+1)
		grant := Statement{
			Sid: sid, Principal: roles.principal(), Actions: []string{"kms:Decrypt", "kms:DescribeKey"}, Resources: everything,
			Condition: roles.condition(),
		}
		grant.Condition["StringEquals"]["kms:ViaService"] = viaS3
		grants = append(grants, grant)
		read = append(read, Statement{
			Sid: sid, Principal: roles.principal(), Actions: []string{"s3:GetObject*", "s3:GetBucket*", "s3:List*"}, Condition: roles.condition(),
		})
	}
	this := awsconstructs.NewConstruct(scope, id)
	key := NewKey(this, jsii.String("Key"), &KeyProps{
		Alias: props.KeyAlias, Description: "Encrypts the artifacts in " + props.Name, AccountARN: props.AccountARN, Grants: grants,
	})
	bucket := awss3.NewCfnBucket(this, jsii.String(defaultID), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.Name),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		BucketEncryption: encryption(&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
			BucketKeyEnabled: jsii.Bool(true),
			ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{
				SseAlgorithm:   jsii.String("aws:kms"),
				KmsMasterKeyId: keyARN(key.Key),
			},
		}),
		LoggingConfiguration: &awss3.CfnBucket_LoggingConfigurationProperty{
			DestinationBucketName: bucketName(props.AccessLogBucket),
			LogFilePrefix:         jsii.String(props.Name + "/"),
		},
		LifecycleConfiguration: expireAfter(props.ExpireAfterDays),
	})
	retain(bucket)
	logicalID := *bucket.LogicalId()
	for i := range read {
		read[i].intrinsics = []any{map[string]any{"Fn::GetAtt": []string{logicalID, "Arn"}}, objectsOf(logicalID)}
	}
	return &ArtifactBucket{Construct: this, Bucket: bucket, Key: key, Policy: newBucketPolicy(this, bucket, logicalID, read...)}
}
