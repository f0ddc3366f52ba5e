package constructs

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestNoSources: a vault that nobody copies into allows nobody anything, and neither does its key.
func TestNoSources(t *testing.T) {
	nobody := OrganizationRoles{}
	p := CentralVaultProps{Lock: VaultLock{MinRetentionDays: 1}}
	for _, s := range append(p.policy(), CopySources(nobody, "")...) {
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
