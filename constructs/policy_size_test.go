package constructs

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestPolicySizes: whatever the number of accounts, the policies stay within their sizes (F-LIM-7),
// and accounts are listed as long as they do.
func TestPolicySizes(t *testing.T) {
	const limit = 20 * 1024
	listed := 0
	for n := 1; n <= 700; n++ {
		s := CopySources{
			OrganizationID:       "o-" + strings.Repeat("a", 32),
			RoleARN:              "arn:aws-us-gov:iam::*:role/abcdefghijklmnopqrst-backup-*",
			ServiceLinkedRoleARN: "arn:aws-us-gov:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
			MaxPolicyBytes:       limit,
		}
		for i := range n {
			s.AccountARNs = append(s.AccountARNs, fmt.Sprintf("arn:aws-us-gov:iam::%012d:root", i))
		}
		for range 8 { // 4 KB, which are twice in the key's policy
			s.OrganizationPaths = append(s.OrganizationPaths, strings.Repeat("p", 500))
		}
		own := OwnServiceLinkedRole("111111111111", s.ServiceLinkedRoleARN)
		if vault, key := size(s.vaultPolicy()...), size(append(append(keyPolicy(s.AccountARNs[0]), s.KeyGrants()...), own...)...); vault > limit ||
			key > limit {
			t.Fatalf("%d accounts: %d and %d bytes", n, vault, key)
		}
		if reflect.DeepEqual(s.vaultPolicy()[0].Principal, map[string]any{"AWS": s.AccountARNs}) {
			listed = n
		}
	}
	if listed < 200 || listed == 700 {
		t.Errorf("up to %d accounts are listed", listed)
	}
}

// TestNoSources: a vault that nobody copies into allows nobody anything.
func TestNoSources(t *testing.T) {
	for _, s := range append(CopySources{}.vaultPolicy(), CopySources{}.KeyGrants()...) {
		if !s.Deny {
			t.Errorf("allows %v", s)
		}
	}
}

// TestLogDeliverySize: a bucket policy lists the buckets that log while it may be that large (F-LIM-7).
func TestLogDeliverySize(t *testing.T) {
	p := &AccessLogBucketProps{
		ARN:            "arn:aws-us-gov:s3:::" + strings.Repeat("l", 63),
		Account:        "222222222222",
		AnySourceARN:   "arn:aws-us-gov:s3:::*",
		MaxPolicyBytes: 20 * 1024,
	}
	listed := 0
	for n := range 248 {
		p.SourceARNs = append(p.SourceARNs, fmt.Sprintf("arn:aws-us-gov:s3:::%063d", n))
		s := p.logDelivery()
		if bytes := size(s, withoutTLS("s3:*", p.ARN, p.ARN+"/*")); bytes > p.MaxPolicyBytes {
			t.Fatalf("%d buckets: %d bytes", n+1, bytes)
		}
		if reflect.DeepEqual(s.Condition["ArnLike"]["aws:SourceArn"], p.SourceARNs) {
			listed = n + 1
		} else if s.Condition["ArnLike"]["aws:SourceArn"] != p.AnySourceARN {
			t.Fatalf("%d buckets: %v", n+1, s.Condition)
		}
	}
	if listed < 200 || listed == 248 {
		t.Errorf("up to %d buckets are listed", listed)
	}
}
