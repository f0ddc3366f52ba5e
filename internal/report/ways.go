package report

import (
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/runbook"
)

// What stands in a command for the names of a bucket.
const (
	anyBucket   = "BUCKET"
	anyWorkload = "NAME-ENV"
)

// waysOf are the ways back, in the order of docs/restore/README.md.
func (b *builder) waysOf(t *config.Tier, existing bool) []Way {
	reach, central := map[SpanKind]int{}, 0
	for _, s := range spansOf(t) {
		reach[s.Kind] = max(reach[s.Kind], s.Days)
	}
	local := max(reach[PITRSpan], reach[SnapshotSpan])
	central = reach[CopySpan]
	file := ""
	if b.config != "backup.yaml" {
		file = " --config " + runbook.Quoted(b.config)
	}
	versions := Way{
		Name: "versions", Title: "Earlier versions in the bucket, to any second", Reach: reach[ObjectLockSpan], Page: "versions.md",
		Command: b.backupctl + "restore versions --config " + runbook.Quoted(b.config) + " --bucket BUCKET --to TIME",
		Needs:   "the bucket and its versions; it says what it would do, and --apply does it",
	}
	if existing {
		versions.Reach, versions.Needs = 0, "S3 Versioning and the versions; it says what it would do, and --apply does it"
	}
	ways := []Way{versions}
	if local > 0 {
		ways = append(ways, Way{
			Name: "files", Title: "Single objects out of a recovery point, without a restore", Reach: local, Page: "backups.md",
			Command: b.backupctl + "restore files --bucket BUCKET --to TIME --key KEY --in-place" + file,
		}, Way{
			Name: "backup", Title: "The whole bucket out of a recovery point, into a new bucket", Reach: local, Page: "backups.md",
			Command: b.backupctl + "restore backup --bucket BUCKET --to TIME --verify" + file,
			Needs:   toTheSecond(reach),
		})
	}
	if central > 0 {
		ways = append(ways, Way{
			Name: "copyBack", Title: "The copy in the central account, also into another account", Reach: central, Page: "backups.md",
			Command: b.backupctl + "copy-back --workload NAME-ENV --bucket BUCKET --to TIME --then-restore --central-profile central" + file,
			Needs:   "profiles for both accounts; the first copy into a vault is a full one",
		})
	}
	return ways
}

// toTheSecond says how precisely a restore meets a time.
func toTheSecond(reach map[SpanKind]int) string {
	switch {
	case reach[PITRSpan] == 0:
		return "a snapshot of that time or before"
	case reach[SnapshotSpan] > reach[PITRSpan]:
		return "to the second in the last " + days(reach[PITRSpan]) + ", before that the snapshot of that time or before"
	}
	return "to the second"
}

// Command is a way's command for a bucket. Where the bucket is only known by its tag, BUCKET stays.
func (r *Report) Command(b *Bucket, w Way) string {
	command := strings.ReplaceAll(w.Command, anyWorkload, b.Workload)
	switch {
	case !b.Tagged:
		return strings.Replace(command, anyBucket, b.Name, 1)
	case w.Name == "versions": // the file does not name the bucket
		before, _, _ := strings.Cut(command, " --config ")
		return before + " --bucket " + anyBucket + " --to TIME --region " + b.Region
	case w.Name == "copyBack":
		return command
	}
	return command + " --workload " + b.Workload
}
