package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// lookUp looks in the account of the stack which keys, vaults and buckets exist. --key wins over what it finds.
func (r *importing) lookUp(ctx context.Context, clock clock) (there func(name string) bool, err error) {
	clients, err := r.command.connect(ctx, r.account, clock)
	if err != nil {
		return nil, err
	}
	if err := r.lookUpKeys(ctx, kms.NewFromConfig(clients.connection)); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, name := range r.names("AWS::Backup::BackupVault") {
		vault, err := clients.backup.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: aws.String(name)})
		switch {
		case isMissing(err):
		case isDenied(err) && !lackedAction.MatchString(err.Error()):
			// AWS Backup does not tell a vault that is not there from one that is denied.
			r.notes = append(r.notes, fmt.Sprintf("note: vault %s is left out: it is not there, or %s may not use backup:DescribeBackupVault",
				name, r.account.credentials()))
		case err != nil:
			return nil, r.account.lacks(err)
		default:
			found[name] = true
			if err := r.checkKey(name, aws.ToString(vault.EncryptionKeyArn)); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range r.names("AWS::S3::Bucket") {
		_, err := clients.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(r.account.id)})
		if err != nil && statusOf(err) != http.StatusNotFound {
			return nil, fmt.Errorf("bucket %s: %w", name, r.account.lacks(err))
		}
		found[name] = err == nil
	}
	return func(name string) bool { return found[name] }, nil
}

// lookUpKeys finds the keys behind the aliases of the stack.
func (r *importing) lookUpKeys(ctx context.Context, client *kms.Client) error {
	there := map[string]string{}
	for pages := kms.NewListAliasesPaginator(client, &kms.ListAliasesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return r.account.lacks(err)
		}
		for _, alias := range page.Aliases {
			there[aws.ToString(alias.AliasName)] = aws.ToString(alias.TargetKeyId)
		}
	}
	for _, name := range r.names("AWS::KMS::Alias") {
		if r.keys[name] == "" && there[name] != "" {
			r.keys[name] = there[name]
		}
	}
	return nil
}

// checkKey compares the key of a vault with that of the mapping: AWS never changes it (F-CFN-2).
func (r *importing) checkKey(vault, arn string) error {
	_, got, _ := strings.Cut(arn, ":key/")
	if got == "" {
		return nil
	}
	for _, resource := range r.template.Resources {
		if resource.Type != "AWS::Backup::BackupVault" || resource.name() != vault {
			continue
		}
		for _, key := range references(resource.Properties["EncryptionKeyArn"]) {
			alias := r.aliasOf(key)
			if want := r.keys[alias]; want != "" && want != got {
				return fmt.Errorf("vault %s is encrypted with key %s, and %s is %s: CloudFormation would replace the vault (F-CFN-2); "+
					"let %[3]s be that key, or give the vault another name in %s", vault, got, alias, want, r.command.Config)
			}
		}
	}
	return nil
}
