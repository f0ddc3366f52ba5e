package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
)

// Nested properties take texts alone, so what a prop refers to is read here. An L1 construct is asked for
// its attribute: that is one call into Node, where the reference that every construct has takes three.

func keyARN(key interfacesawskms.IKeyRef) *string {
	if l1, is := key.(awskms.CfnKey); is {
		return l1.AttrArn()
	}
	return key.KeyRef().KeyArn
}

func bucketName(bucket interfacesawss3.IBucketRef) *string {
	if l1, is := bucket.(awss3.CfnBucket); is {
		return l1.Ref()
	}
	return bucket.BucketRef().BucketName
}

func roleARN(role interfacesawsiam.IRoleRef) *string {
	if l1, is := role.(awsiam.CfnRole); is {
		return l1.AttrArn()
	}
	return role.RoleRef().RoleArn
}

func topicARN(topic interfacesawssns.ITopicRef) *string {
	if l1, is := topic.(awssns.CfnTopic); is {
		return l1.Ref()
	}
	return topic.TopicRef().TopicArn
}
