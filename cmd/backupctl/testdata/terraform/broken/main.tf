resource "aws_s3_bucket" "lake" {
  bucket = "broken-lake"
}

module "critical" {
  source = "lgallard/backup/aws"
  selections = [{
    resources = ["arn:aws:s3:::one", "arn:aws:s3:::two]
  }]
}
