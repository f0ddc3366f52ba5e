// Package constructs has AWS CDK constructs for backups of S3 buckets across accounts.
//
// Each file has one construct, with the signature of every CDK construct in Go: a scope, an id and
// props. A construct returns the typed resources that it creates, so tags, aspects, cdk-nag and a
// permissions boundary work on them as on any other resource:
//
//	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{…})
//	tier := constructs.NewTierBackup(stack, jsii.String("Critical"), &constructs.TierBackupProps{Key: key.Key, …})
//	awscdk.Tags_Of(tier.Construct).Add(jsii.String("team"), jsii.String("data"), nil)
//	awscdk.NewCfnOutput(stack, jsii.String("VaultARN"), &awscdk.CfnOutputProps{Value: tier.Vault.AttrBackupVaultArn()})
//
// Pass the field Construct where the CDK takes a scope. A Go struct cannot be a scope itself: jsii
// supports no construct that is embedded in a struct. The CDK has a package of the same name, for which a
// program that needs both chooses an alias, such as awsconstructs.
//
// Names and ARNs in props are plain strings, since the resources of another account are known by name
// alone. A resource of the same stack is passed as the construct, or as the CDK's reference to it
// (interfacesawskms.IKeyRef and the like), which both L1 and L2 constructs implement.
//
// The constructs read nothing but their props. Props that cannot work cause a panic with a sentence, as
// in the CDK's own constructs. What AWS would refuse or ignore beyond that is checked by package config.
// Numbers such as F-KMS-1 are those of docs/aws-facts.md, which says where AWS documents a fact.
//
// The main resource of a construct has the id Default, which the CDK leaves out of logical ids. Ids are
// part of the contract: CloudFormation replaces a resource whose logical id changes.
package constructs
