# The central account of the article that docs/article.md compares with, shortened, and with its mistakes.
data "aws_caller_identity" "current" {}

variable "workload_account_id" {}

resource "aws_kms_key" "vault" {
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Account",
          "Effect": "Allow to look at the key",
          "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},
          "Action": ["kms:GetKeyPolicy", "kms:Describe*"],
          "Resource": "*"
        },
        {
          "Sid": "Administrators",
          "Effect": "Allow",
          "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/github_ci"},
          "Action": ["kms:Put*", "kms:Update*", "kms:ScheduleKeyDeletion"],
          "Resource": "*"
        },
        {
          "Sid": "Use",
          "Effect": "Allow",
          "Principal": {"AWS": [
            "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/kms_usage",
            "arn:aws:iam::${var.workload_account_id}:root"
          ]},
          "Action": ["kms:Encrypt", "kms:Decrypt"],
          "Resource": "*"
        },
        {
          "Sid": "Grants",
          "Effect": "Allow",
          "Principal": {"AWS": "arn:aws:iam::${var.workload_account_id}:root"},
          "Action": "kms:CreateGrant",
          "Resource": "*",
          "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        }
      ]
    }
  POLICY
}

resource "aws_backup_vault" "central" {
  name        = "central-aws-vault-S3"
  kms_key_arn = aws_kms_key.vault.arn
}

resource "aws_backup_vault_lock_configuration" "central" {
  backup_vault_name   = aws_backup_vault.central.name
  changeable_for_days = 3
  min_retention_days  = 15
  max_retention_days  = 35
}

resource "aws_backup_vault_policy" "central" {
  backup_vault_name = aws_backup_vault.central.name
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "backup:CopyIntoBackupVault"
      Resource  = "*"
      Principal = { AWS = "arn:aws:iam::${var.workload_account_id}:root" }
    }]
  })
}
