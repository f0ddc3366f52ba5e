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
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
)

// Nested properties take texts alone, so what a prop refers to is read here. jsii asks Node for it, which
// takes as long as a small resource. So each is read once, and of an L1 construct as its attribute: the
// reference that every construct has takes three calls.

// texts has what was read, by construct. A token stays the same for as long as the construct is there.
var texts = map[awsconstructs.IConstruct]*string{}

func read(construct awsconstructs.IConstruct, from func() *string) *string {
	text, known := texts[construct]
	if !known {
		text = from()
		texts[construct] = text
	}
	return text
}

func keyARN(key interfacesawskms.IKeyRef) *string {
	if l1, is := key.(awskms.CfnKey); is {
		return read(key, l1.AttrArn)
	}
	return read(key, func() *string { return key.KeyRef().KeyArn })
}

func bucketName(bucket interfacesawss3.IBucketRef) *string {
	if l1, is := bucket.(awss3.CfnBucket); is {
		return read(bucket, l1.Ref)
	}
	return read(bucket, func() *string { return bucket.BucketRef().BucketName })
}

func roleARN(role interfacesawsiam.IRoleRef) *string {
	if l1, is := role.(awsiam.CfnRole); is {
		return read(role, l1.AttrArn)
	}
	return read(role, func() *string { return role.RoleRef().RoleArn })
}

func topicARN(topic interfacesawssns.ITopicRef) *string {
	if l1, is := topic.(awssns.CfnTopic); is {
		return read(topic, l1.Ref)
	}
	return read(topic, func() *string { return topic.TopicRef().TopicArn })
}
