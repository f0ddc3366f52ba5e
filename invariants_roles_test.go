package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/fixedseed"
)

// prescribed are a path and a prefix of roles as a company may prescribe them.
const prescribed = "role_path: /acme/backup/\nrole_prefix: it-\n"

// TestRolesAsPrescribed: all roles have the path and the prefix, everything that names them follows, and nothing else changes.
func TestRolesAsPrescribed(t *testing.T) {
	a := fleetWith(t, prescribed)
	// Roles that the app does not create: AWS's own, those of the CDK's bootstrap, operators, and patterns for roles with a path.
	foreign := regexp.MustCompile(`^(aws-service-role|aws-reserved)/|^cdk-\*-cfn-exec-role-|^payments-restore"|^\*/\*`)
	for name, template := range a.templates {
		if checkDeployPolicies(t, a, template) == 0 {
			t.Errorf("CloudFormation may deploy nothing of %s", name)
		}
		for id, role := range template.ofType("AWS::IAM::Role") {
			roleName, _ := role.Properties["RoleName"].(string)
			if role.Properties["Path"] != "/acme/backup/" || !strings.HasPrefix(roleName, "it-acme-stores-") ||
				len(roleName) > config.MaxRoleName {
				t.Errorf("%s, %s: %v%v", name, id, role.Properties["Path"], roleName)
			}
		}
		for _, named := range regexp.MustCompile(`:role/([^,]*)`).FindAllStringSubmatch(string(template.bytes), -1) {
			if !strings.HasPrefix(named[1], "acme/backup/it-acme-stores-") && !foreign.MatchString(named[1]) {
				t.Errorf("%s names the role %s", name, named[1])
			}
		}
		// Names that are cut have another hash.
		plain := regexp.MustCompile(`it-(acme-stores-[a-z]+-a-workload-with-a-very-)[a-z0-9-]+`).ReplaceAllString(string(template.bytes), "$1…")
		plain = strings.ReplaceAll(plain, ":role/acme/backup/", ":role/")
		plain = regexp.MustCompile(`\n *"Path": "/acme/backup/",`).ReplaceAllString(plain, "")
		plain = assetHash.ReplaceAllString(strings.ReplaceAll(plain, "it-acme-stores-", "acme-stores-"), "asset.zip")
		want := regexp.MustCompile(`(acme-stores-(backup|restore|operate|validate|events)-a-workload-with-a-very-)long-name-[a-z0-9-]+`).
			ReplaceAllString(string(fleet.templates[name].bytes), "$1…")
		want = assetHash.ReplaceAllString(want, "asset.zip")
		if strings.HasSuffix(name, "-central") || !strings.Contains(name, "a-workload-with") {
			if line := firstDifference([]byte(plain), []byte(want)); plain != want {
				t.Errorf("%s differs in line %d: %s\nwant %s", name, line, strings.Split(plain, "\n")[line-1], strings.Split(want, "\n")[line-1])
			}
		}
	}
	checkTemplateSizes(t, a)
	runsWith := a.cfg.ValidatorTests().Plans
	if len(runsWith) == 0 || !strings.HasPrefix(runsWith[0].RoleARN, "arn:aws:iam::000000000456:role/acme/backup/it-acme-stores-validate-") {
		t.Errorf("the validator assumes %v", runsWith)
	}
}

// TestLongPathOfRoles: policies with the longest path and prefix are no larger than AWS allows (F-LIM-7, F-EVT-21, F-IAM-12).
func TestLongPathOfRoles(t *testing.T) {
	top := "role_path: /" + strings.Repeat("p", config.MaxRolePath-2) + "/\nrole_prefix: " + strings.Repeat("x", config.MaxRolePrefix) + "\n"
	for _, workloads := range []int{12, 30, 300, 1400} {
		if workloads > 300 && !fixedseed.Whole {
			continue
		}
		organization := `{id: o-a1b2c3d4e5, paths: ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]}`
		central := centralAssembly(t, organization+"\n"+strings.TrimSuffix(top, "\n"), workloads, rareCopies).templates["fleet-backup-central"]
		vault := policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy")
		key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
		if vault.bytes > 20*1024 || key.bytes > 32*1024 {
			t.Errorf("%d workloads: policies of %d and %d bytes", workloads, vault.bytes, key.bytes)
		}
		for _, bus := range central.ofType("AWS::Events::EventBusPolicy") {
			if text, _ := json.Marshal(bus.Properties["Statement"]); len(text) > 10*1024 {
				t.Errorf("%d workloads: a bus policy of %d bytes", workloads, len(text))
			}
		}
	}
	a := fleetWith(t, top)
	for name, template := range a.templates {
		for id, rule := range template.ofType("AWS::Events::Rule") {
			if pattern, there := rule.Properties["EventPattern"]; there {
				if text, _ := json.Marshal(pattern); len(text) > 2048 {
					t.Errorf("%s, %s: a pattern of %d bytes", name, id, len(text))
				}
			}
		}
		for id, role := range template.ofType("AWS::IAM::Role") {
			checkRoleSize(t, name+", "+id, role)
		}
	}
}
