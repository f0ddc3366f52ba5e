# Resources in place of modules, and values that these files have or do not have.
variable "environment" {
  default = "dev"
}

variable "keep" {}

locals {
  prefix = "acme-${var.environment}"
}

resource "aws_s3_bucket" "ledger" {
  bucket = "${local.prefix}-ledger"
  tags   = { DataBackupLevel = "Critical Data" }
}

resource "aws_s3_bucket_versioning" "ledger" {
  bucket = aws_s3_bucket.ledger.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_notification" "ledger" {
  bucket      = aws_s3_bucket.ledger.id
  eventbridge = true
}

resource "aws_s3_bucket" "plain" {
  bucket = "${local.prefix}-plain"
}

resource "aws_s3_bucket" "logs" {
  bucket              = "${local.prefix}-logs"
  object_lock_enabled = true
}

resource "aws_s3_bucket_logging" "ledger" {
  bucket        = aws_s3_bucket.ledger.id
  target_bucket = aws_s3_bucket.logs.id
}

resource "aws_s3_bucket" "generated" {
  bucket_prefix = "acme-"
}

resource "aws_s3_bucket" "each" {
  for_each = toset(["a", "b"])
  bucket   = "acme-${each.key}"
}

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name                = "pitr"
    target_vault_name        = "acme"
    enable_continuous_backup = true
    completion_window        = 10080
    lifecycle {
      delete_after = 60
    }
  }
  rule {
    rule_name         = "snapshots"
    target_vault_name = "acme"
    lifecycle {
      delete_after = var.keep
    }
  }
}

resource "aws_backup_plan" "again" {
  name = "again"
  rule {
    rule_name                = "pitr"
    target_vault_name        = "other"
    enable_continuous_backup = true
    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_backup_selection" "daily" {
  name         = "daily"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::222222222222:role/backup"
  resources    = [aws_s3_bucket.ledger.arn, aws_s3_bucket.plain.arn]
}

resource "aws_backup_selection" "again" {
  name         = "again"
  plan_id      = aws_backup_plan.again.id
  iam_role_arn = "arn:aws:iam::222222222222:role/backup"
  resources    = [aws_s3_bucket.plain.arn]
}
