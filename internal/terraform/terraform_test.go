package terraform

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// read reads one file, main.tf.
func read(t *testing.T, text string, given map[string]string) *Found {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Read(dir, given, config.BuiltinTiers())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// module is a module with a rule, a selection of bucket b, and more inputs.
func module(rule, more string) string {
	return `module "m" {
  source       = "lgallard/backup/aws"
  vault_name   = "v"
  iam_role_arn = "arn:aws:iam::222222222222:role/backup"
  rules        = [{ ` + rule + ` }]
  selections   = [{ resources = ["arn:aws:s3:::bucket"] }]
` + more + `}
`
}

const lockOfV = `resource "aws_backup_vault_lock_configuration" "v" {
  backup_vault_name  = "v"
  min_retention_days = 15
  max_retention_days = 35
}
`

// TestFaults: each fault is found where it is, and not where it is not.
func TestFaults(t *testing.T) {
	key := func(statements string) string {
		return `resource "aws_kms_key" "k" {
  policy = jsonencode({ Statement = [` + statements + `] })
}
`
	}
	root := `{ Sid = "a", Effect = "Allow", Action = "kms:*", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.x.account_id}:root" } }`
	for _, c := range []struct{ name, with, without, part string }{
		{"cold storage", module("lifecycle = { cold_storage_after = 90, delete_after = 200 }", ""),
			module("lifecycle = { cold_storage_after = null, delete_after = 200 }", ""), "[F-S3-6, F-TIER-1]"},
		{"cold storage of a copy",
			module(`lifecycle = { delete_after = 20 }, copy_actions = [{ lifecycle = { cold_storage_after = 30, delete_after = 200 } }]`, ""),
			module(`lifecycle = { delete_after = 20 }, copy_actions = [{ lifecycle = { delete_after = 200 } }]`, ""), "[F-S3-6, F-TIER-1]"},
		{"a short window", module("completion_window = 180, lifecycle = { delete_after = 20 }", ""),
			module("completion_window = 10080, lifecycle = { delete_after = 20 }", ""), "[F-S3-19]"},
		{"a long continuous backup", module("enable_continuous_backup = true, lifecycle = { delete_after = 36 }", ""),
			module("enable_continuous_backup = true, lifecycle = { delete_after = 35 }", ""), "got 36"},
		{"a continuous backup without an end", module("enable_continuous_backup = true", ""),
			module("enable_continuous_backup = true, lifecycle = { delete_after = 35 }", ""), "needs delete_after"},
		{"a lock above the backups", module("lifecycle = { delete_after = 14 }", "") + lockOfV, module("lifecycle = { delete_after = 15 }", "") +
			lockOfV, "backups are kept 14 days, and the lock of v at main.tf:8 allows 15 to 35: every such job fails"},
		{"a lock below the copies", module("lifecycle = { delete_after = 20 }, copy_actions = [{ destination_vault_arn = var.v, "+
			"lifecycle = { delete_after = 36 } }]", "") + lockOfV, module("lifecycle = { delete_after = 20 }, copy_actions = [{ "+
			"destination_vault_arn = var.v, lifecycle = { delete_after = 35 } }]", "") + lockOfV,
			"copies are kept 36 days, and the lock of v at main.tf:8 allows 15 to 35: if they go there"},
		{"a copy that inherits", module("lifecycle = { delete_after = 36 }, copy_actions = [{ destination_vault_arn = "+
			`"arn:aws:backup:eu-central-1:111111111111:backup-vault:w" }]`, "") + strings.ReplaceAll(lockOfV, `"v"`, `"w"`),
			module("lifecycle = { delete_after = 30 }, copy_actions = [{ destination_vault_arn = "+
				`"arn:aws:backup:eu-central-1:111111111111:backup-vault:w" }]`, "") + strings.ReplaceAll(lockOfV, `"v"`, `"w"`), "copies are kept 36 days"},
		{"a compliance lock", strings.Replace(lockOfV, "min_", "changeable_for_days = 3\n min_", 1), lockOfV, "[F-LOCK-1, F-LOCK-6]"},
		{"an event of the past", module("lifecycle = { delete_after = 20 }", `notifications = { backup_vault_events = ["BACKUP_JOB_FAILED"] }`+"\n"),
			module("lifecycle = { delete_after = 20 }", `notifications = { backup_vault_events = ["BACKUP_JOB_COMPLETED"] }`+"\n"), "[F-EVT-2]"},
		{"copies nobody is notified of", module("lifecycle = { delete_after = 20 }, copy_actions = [{}]",
			`notifications = { backup_vault_events = ["BACKUP_JOB_COMPLETED"] }`+"\n"), module("lifecycle = { delete_after = 20 }, "+
			"copy_actions = [{}]", `notifications = { backup_vault_events = ["COPY_JOB_FAILED"] }`+"\n"), "[F-EVT-1]"},
		{"a topic elsewhere", module("", "notifications = { sns_topic_arn = data.aws_sns_topic.t.arn }\n"),
			module("", "notifications = { sns_topic_arn = aws_sns_topic.t.arn }\n"), "[F-EVT-5]"},
		{"the module's role", strings.Replace(module("", ""), "iam_role_arn", "# iam_role_arn", 1), module("", ""), "[F-IAM-1, F-IAM-3]"},
		{"two continuous plans", module("enable_continuous_backup = true", "") + strings.Replace(module("enable_continuous_backup = true", ""),
			`"m"`, `"n"`, 1), module("enable_continuous_backup = true", "") + strings.Replace(module("", ""), `"m"`, `"n"`, 1), "[F-S3-7]"},
		{"an effect that is none", key(strings.Replace(root, "Allow", "Allow access", 1)), key(root), "[F-KMS-3]"},
		{"a key without an administrator", key(strings.Replace(root, "kms:*", "kms:Describe*", 1)), key(root), "[F-KMS-1]"},
		{"another account's root", key(root + `, { Effect = "Allow", Action = ["kms:Decrypt"], Principal = { AWS = "arn:aws:iam::${var.w}:root" } }`),
			key(root + `, { Effect = "Allow", Action = ["kms:Decrypt"], Principal = { AWS = "arn:aws:iam::${var.w}:root" }, ` +
				`Condition = { StringLike = { "kms:ViaService" = "backup.*.amazonaws.com" } } }`), "[F-COPY-8, F-KMS-4]"},
		{"a role that is not there", key(root + `, { Effect = "Allow", Principal = { AWS = ` +
			`"arn:aws:iam::${data.aws_caller_identity.x.account_id}:role/ci" } }`), key(root+`, { Effect = "Allow", Principal = { AWS = `+
			`"arn:aws:iam::${data.aws_caller_identity.x.account_id}:role/ci" } }`) + "resource \"aws_iam_role\" \"ci\" {\n name = \"ci\"\n}\n",
			"do not exist: ci [F-KMS-2]"},
		{"a vault for anybody", vaultPolicy(""), vaultPolicy(`, Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }`), "[F-COPY-3]"},
		{"no versioning", module("", "") + bucketOf(""), module("", "") + bucketOf("object_lock_enabled = true"), "[F-S3-1]"},
		{"no events", module("", "") + bucketOf(""), module("", "") + bucketOf("") +
			"resource \"aws_s3_bucket_notification\" \"b\" {\n bucket = aws_s3_bucket.b.bucket\n eventbridge = true\n}\n", "[F-S3-12]"},
		{"versions without end", bucketOf("object_lock_enabled = true"), bucketOf(""), "[F-OL-5]"},
		{"a bucket from elsewhere", module("", ""), module("", "") + bucketOf(""), "is not in these files"},
		{"a log bucket under a lock", bucketOf("object_lock_enabled = true") + logging, bucketOf("") + logging, "[F-OL-7]"},
		{"a name that is none", bucketOf("")[:31] + strings.Replace(bucketOf("")[31:], `"bucket"`, `"Bucket"`, 1), bucketOf(""), "[F-OL-11]"},
		{"a chosen name", "resource \"aws_s3_bucket\" \"b\" {\n}\n", bucketOf(""), "by hand"},
		{"unknown days", module("lifecycle = { delete_after = var.days }", ""), module("lifecycle = { delete_after = 20 }", ""),
			"delete_after cannot be evaluated"},
		{"broken", bucketOf("") + "resource \"aws_s3_bucket\" \"c\" {\n bucket = \"c\n}\n", bucketOf(""), "Terraform refuses this file"},
	} {
		for _, half := range []struct {
			text string
			want int
		}{{c.with, 1}, {c.without, 0}} {
			n := 0
			found := read(t, half.text, nil)
			for _, f := range found.Faults {
				if strings.Contains(f.What, c.part) {
					n++
				}
			}
			if (n > 0) != (half.want > 0) {
				t.Errorf("%s: %d faults with %q, want %d: %v\n%s", c.name, n, c.part, half.want, found.Faults, half.text)
			}
		}
	}
}

func vaultPolicy(condition string) string {
	return `resource "aws_backup_vault_policy" "v" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "backup:CopyIntoBackupVault", Resource = "*", ` +
		`Principal = { AWS = "*" }` + condition + ` }] })
}
`
}

func bucketOf(more string) string {
	return "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"bucket\"\n  " + more + "\n}\n"
}

const logging = "resource \"aws_s3_bucket_logging\" \"b\" {\n  target_bucket = aws_s3_bucket.b.id\n}\n"

// TestValues: variables, locals and references have their values; what has none is said.
func TestValues(t *testing.T) {
	text := `variable "env" {}
variable "team" { default = "data" }
locals {
  prefix = "${var.team}-${var.env}"
  circle = local.circle
}
resource "aws_s3_bucket" "a" { bucket = "${local.prefix}-a" }
resource "aws_s3_bucket" "b" { bucket = format("%s-b", aws_s3_bucket.a.bucket) }
resource "aws_s3_bucket" "c" { bucket = "${local.circle}-c" }
resource "aws_s3_bucket" "d" { bucket = var.list[0] }
`
	names := func(given map[string]string) (all, missing []string) {
		found := read(t, text, given)
		for _, b := range found.Buckets {
			all = append(all, b.Name)
		}
		for _, f := range found.Missing {
			missing = append(missing, f.What)
		}
		return all, missing
	}
	got, lacking := names(map[string]string{"var.env": "dev", "local.circle": "x"})
	if want := []string{"data-dev-a", "data-dev-a-b", "x-c"}; !slices.Equal(got, want) || len(lacking) > 0 {
		t.Errorf("got %q without %q, want %q", got, lacking, want)
	}
	got, lacking = names(nil)
	if want := []string{"data-${var.env}-a", "data-${var.env}-a-b", "${local.circle}-c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []string{"var.env", "local.circle"}; !slices.Equal(lacking, want) {
		t.Errorf("missing %q, want %q", lacking, want)
	}
}

// TestProposals: a tag wins over a name, a name over what the plan does, and the longest name of a tier wins.
func TestProposals(t *testing.T) {
	plan := func(vault, rule string) string {
		return strings.Replace(module(rule, ""), `"v"`, `"`+vault+`"`, 1)
	}
	continuous := "enable_continuous_backup = true, lifecycle = { delete_after = 15 }"
	for _, c := range []struct{ name, text, tier string }{
		{"a tag", plan("shop-curated-data", continuous) + bucketOf(`tags = { DataBackupLevel = "Critical Data" }`), "critical_data"},
		{"a name", plan("shop-curated-data", continuous), "curated_data"},
		{"the longest name", plan("shop-curated-sensitive-data-vault", continuous), "curated_sensitive_data"},
		{"a part of a word", plan("mycurated-database", continuous), "sensitive_data"},
		{"days", plan("v", continuous), "sensitive_data"},
		{"days and copies", plan("v", continuous+", copy_actions = [{}]"), "critical_data"},
		{"snapshots", plan("v", "lifecycle = { delete_after = 300 }"), "curated_data"},
		{"nothing like it", plan("v", "lifecycle = { delete_after = 3000 }"), ""},
	} {
		found := read(t, c.text, nil)
		if len(found.Buckets) != 1 || found.Buckets[0].Tier != c.tier || (found.Buckets[0].Why == "") != (c.tier == "") {
			t.Errorf("%s: got %+v, want %s", c.name, found.Buckets, c.tier)
		}
	}
}

// TestNoDirectory: what cannot be read is said.
func TestNoDirectory(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "nope"), "terraform.go"} {
		if found, err := Read(dir, nil, config.BuiltinTiers()); err == nil || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%s: got %v, %v", dir, found, err)
		}
	}
}
