# A workload's account of the same article: one bucket without backups, and a plan for each of three tiers.
variable "central_s3_vault_arn" {}

data "aws_sns_topic" "failed_backups" {
  name = "failed-backups"
}

module "standard_data" {
  source              = "terraform-aws-modules/s3-bucket/aws"
  bucket              = "project-standard-data"
  versioning          = { status = true }
  object_lock_enabled = true
}

module "sensitive" {
  source     = "lgallard/backup/aws"
  vault_name = "${local.service_name}-s3-backup-sensitive-data"
  plan_name  = "${local.service_name}-s3-backup-sensitive-data-plan"
  notifications = {
    sns_topic_arn       = data.aws_sns_topic.failed_backups.arn
    backup_vault_events = ["BACKUP_JOB_FAILED"]
  }
  rules = [{
    name                     = "sensitive"
    schedule                 = "cron(5 2 * * ? *)"
    completion_window        = 180
    enable_continuous_backup = true
    lifecycle                = { cold_storage_after = null, delete_after = 15 }
  }]
  selections = [{
    name = "sensitive"
    resources = [
      "arn:aws:s3:::prefix-dummy-${local.environment}-database-sensitive-data-bucket",
      "arn:aws:s3:::dummy-${local.environment}-sensitive-data-logs",
    ]
  }]
}

module "curated" {
  source     = "lgallard/backup/aws"
  vault_name = "${local.service_name}-s3-curated-data-backup"
  rules = [{
    name                     = "curated"
    completion_window        = 180
    enable_continuous_backup = true
    lifecycle                = { delete_after = 35 }
  }]
  selections = [{
    name      = "curated"
    resources = ["arn:aws:s3:::dummy-${local.environment}-curated-data-logs"]
  }]
}

module "critical" {
  source     = "lgallard/backup/aws"
  vault_name = "${local.service_name}-s3-backup-critical-data"
  notifications = {
    sns_topic_arn       = data.aws_sns_topic.failed_backups.arn
    backup_vault_events = ["BACKUP_JOB_FAILED"]
  }
  rules = [{
    name                     = "critical"
    completion_window        = 180
    enable_continuous_backup = true
    lifecycle                = { delete_after = 35 }
    copy_actions = [{
      destination_vault_arn = var.central_s3_vault_arn
      lifecycle             = { cold_storage_after = 90, delete_after = 1825 }
    }]
  }]
  selections = [{
    name = "critical"
    resources = [
      "arn:aws:s3:::prefix-dummy-${local.environment}-database-critical-data-bucket",
      "arn:aws:s3:::dummy-${local.environment}-critical-data-logs",
    ]
  }]
}
