package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestBucketSettings: what a bucket of backup.yaml asks for is in its template, and nothing else changes. What a process of
// several gets of it is the printed configuration, which needs none of the files that the buckets name (TestRoundTrip).
func TestBucketSettings(t *testing.T) {
	a := synthesizeFile("config/testdata/good/bucket-settings.yaml", filepath.Join(t.TempDir(), "out"), nil, "-report=false")
	w := a.cfg.Workloads[0]
	template := a.templates[a.cfg.StackName(w)]
	buckets, policies := map[string]map[string]any{}, map[string][]any{}
	for id, r := range template.ofType("AWS::S3::Bucket") {
		name := r.Properties["BucketName"].(string)
		buckets[name] = r.Properties
		for _, p := range template.ofType("AWS::S3::BucketPolicy") {
			if at(p.Properties, "Bucket", "Ref") == id {
				policies[name] = list(at(p.Properties, "PolicyDocument", "Statement"))
			}
		}
	}
	for _, b := range w.Buckets {
		p, tier := buckets[b.Name], tierOf(a, b.Name)
		rules := list(at(p, "LifecycleConfiguration", "Rules"))
		encryption := at(p, "BucketEncryption", "ServerSideEncryptionConfiguration", 0)
		want := map[string]bool{
			"versioning":          at(p, "VersioningConfiguration", "Status") == "Enabled",
			"Object Lock, always": p["ObjectLockEnabled"] == true, // F-OL-18
			"default retention":   (p["ObjectLockConfiguration"] == nil) == (tier.ObjectLock == nil),
			"noncurrent versions": at(rules[0], "NoncurrentVersionExpiration", "NoncurrentDays") == float64(tier.NoncurrentDays()),
			"no SSE-C":            at(encryption, "BlockedEncryptionTypes", "EncryptionType", 0) == "SSE-C",
			"CORS":                len(list(at(p, "CorsConfiguration", "CorsRules"))) == len(b.CORSRules),
			"no other rule":       len(rules) == 1+map[bool]int{true: 1}[b.IntelligentTieringDays != nil],
		}
		if b.IntelligentTieringDays != nil {
			want["days"] = at(rules[1], "Transitions", 0, "TransitionInDays") == float64(*b.IntelligentTieringDays)
			want["class"] = at(rules[1], "Transitions", 0, "StorageClass") == "INTELLIGENT_TIERING"
		}
		byDefault := at(encryption, "ServerSideEncryptionByDefault")
		algorithm, key := at(byDefault, "SSEAlgorithm"), at(byDefault, "KMSMasterKeyID")
		if b.Encryption == "sse-s3" {
			want["encryption"] = algorithm == "AES256" && key == nil && at(encryption, "BucketKeyEnabled") == nil
		} else {
			want["encryption"] = algorithm == "aws:kms" && aliasOf(template, at(key, "Fn::GetAtt", 0)) == keyAliasWant(a, template, tier)
			want["bucket key"] = at(encryption, "BucketKeyEnabled") == (b.BucketKey == nil || *b.BucketKey)
		}
		for what, ok := range want {
			if !ok {
				t.Errorf("%s: %s", b.Name, what)
			}
		}
		checkStatements(t, a, b, policies[b.Name])
	}
	uploads := buckets["dummy-dev-uploads"]
	rule := at(uploads, "CorsConfiguration", "CorsRules", 0)
	if at(rule, "Id") != "uploads" || at(rule, "ExposedHeaders", 0) != "ETag" || at(rule, "MaxAge") != 3000.0 ||
		at(rule, "AllowedMethods", 1) != "POST" || at(rule, "AllowedHeaders", 0) != "*" {
		t.Errorf("CORS: %v", rule)
	}
	for _, alias := range template.ofType("AWS::KMS::Alias") { // all buckets of that tier are under SSE-S3
		if strings.Contains(alias.Properties["AliasName"].(string), "sensitive_data") {
			t.Error("a key that encrypts nothing")
		}
	}
	if size, reckoned := len(template.bytes), a.cfg.TemplateBytes(w); size > reckoned || reckoned > 2*size {
		t.Errorf("the template has %d bytes; reckoned %d", size, reckoned)
	}
	if got, want := a.cfg.StackResources(w), len(template.Resources); got != want {
		t.Errorf("%d resources; reckoned %d", want, got)
	}
}

// checkStatements: the statements of the file come after those of the app, in their order. What is reckoned for the size of
// those of the app is enough.
func checkStatements(t *testing.T, a *assembly, b config.Bucket, statements []any) {
	t.Helper()
	var sids []string
	for _, s := range statements {
		sids = append(sids, at(s, "Sid").(string))
	}
	want := slices.Clone(config.OwnPolicySids)
	for _, s := range b.Statements {
		want = append(want, s.Sid)
	}
	if !slices.Equal(sids, want) {
		t.Errorf("%s: statements %v, want %v", b.Name, sids, want)
	}
	own, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements[:len(config.OwnPolicySids)]})
	if len(own) > config.OwnPolicyBytes {
		t.Errorf("%s: the app's own statements have %d bytes", b.Name, len(own))
	}
	if b.Name != "dummy-dev-uploads" {
		return
	}
	s := statements[len(config.OwnPolicySids)+1]
	same(t, "statement", s, m{
		"Sid": "ReadInTheOrganization", "Effect": "Allow", "Principal": m{"AWS": "*"}, "Action": []any{"s3:GetObject"},
		"Resource":  []any{"arn:aws:s3:::dummy-dev-uploads/${aws:PrincipalAccount}/*"},
		"Condition": m{"StringEquals": m{"aws:PrincipalOrgID": []any{a.cfg.Organization.ID}}, "Bool": m{"aws:SecureTransport": []any{"true"}}},
	})
}
