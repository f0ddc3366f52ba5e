package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	byName = `{"Resources": {"V": {"Type": "AWS::Backup::BackupVault", "DeletionPolicy": "Retain", "Properties": {"BackupVaultName": "v", "EncryptionKeyArn": "k"}},
		"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b", "Tags": [{"Key": "x", "Value": "1"}, {"Key": "y", "Value": "2"}]}},
		"P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": {"Statement": [{"Sid": "TLSOnly", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}]}}}}}`
	byReference = `{"Resources": {"Vault": {"Type": "AWS::Backup::BackupVault", "DeletionPolicy": "Retain", "Properties": {"BackupVaultName": "v", "EncryptionKeyArn": "k"}},
		"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b", "Tags": [{"Key": "y", "Value": "2"}, {"Key": "x", "Value": "1"}]}},
		"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [
			{"Sid": "TLSOnly", "Action": "s3:*", "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}]}]}}}}}`
)

// TestSame: names and references are the same, anything else is not.
func TestSame(t *testing.T) {
	for name, test := range map[string]struct{ twin, want string }{
		"the same":             {byReference, ""},
		"a property differs":   {strings.Replace(byReference, `"k"`, `"other"`, 1), "AWS::Backup::BackupVault v differs"},
		"retained at rollback": {strings.Replace(byReference, `"Retain"`, `"RetainExceptOnCreate"`, 1), "AWS::Backup::BackupVault v differs"},
		"not retained":         {strings.Replace(byReference, `"Retain"`, `"Delete"`, 1), "AWS::Backup::BackupVault v differs"},
		"another action":       {strings.Replace(byReference, `"s3:*"`, `"s3:Get*"`, 1), "AWS::S3::BucketPolicy b differs"},
		"a resource too few":   {strings.Replace(byReference, `"v"`, `"w"`, 1), "the app has "},
		"an unknown resource":  {strings.Replace(byReference, `"AWS::S3::Bucket",`, `"AWS::SQS::Queue",`, 1), "of which nothing is compared"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &subject{workloads: 0, app: t.TempDir(), twin: t.TempDir()}
			for dir, text := range map[string]string{s.app: byName, s.twin: test.twin} {
				if err := os.WriteFile(filepath.Join(dir, "stack.template.json"), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := s.same()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
