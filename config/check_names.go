package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// physicalName is a name, with the account and Region that it must be unique in. Region empty: in all of the account (F-CFN-14).
type physicalName struct{ kind, account, region, name string }

// checkNames finds physical names that two resources would share, after composition and shortening.
// Names within one workload differ, so it skips accounts with a single workload.
func checkNames(c *checker) {
	inAccount := map[string]int{c.cfg.Central.Account: 1}
	for _, w := range c.cfg.Workloads {
		inAccount[w.Account]++
	}
	const central = -1
	taken := map[physicalName]int{} // by which workload
	take := func(workload int, n physicalName) {
		first, twice := taken[n]
		if !twice {
			taken[n] = workload
			return
		}
		if first == workload {
			return
		}
		other := "central"
		if first != central {
			other = workloadNamePath(first)
		}
		c.report(workloadNamePath(workload), Problem{
			What: fmt.Sprintf("this workload and %s would both create a %s with the same name in account %s",
				strings.TrimSuffix(other, ".name"), n.kind, n.account),
			Got: n.name, Want: "another name or environment",
		}, other)
	}
	at := c.cfg.Central
	for _, v := range c.cfg.centralVaults() {
		take(central, physicalName{"backup vault", at.Account, v.region, v.name})
	}
	for _, region := range c.cfg.CentralRegions() {
		for _, key := range c.cfg.CentralKeysIn(region) {
			take(central, physicalName{"key alias", at.Account, region, key.Alias})
		}
		take(central, physicalName{"key alias", at.Account, region, c.cfg.TopicKeyAlias(c.cfg.CentralIDIn(region))})
	}
	for _, n := range slices.Concat(c.cfg.centralAccountNames(), c.cfg.centralNamesElsewhere()) {
		take(central, physicalName{n.kind, at.Account, "", n.name})
	}
	ids := map[string]bool{}
	for i, w := range c.cfg.Workloads {
		if inAccount[w.Account] == 1 || ids[w.ID()] { // twice: reported by checkWorkloadsTwice
			continue
		}
		ids[w.ID()] = true
		for _, use := range c.uses[i] {
			take(i, physicalName{"backup vault", w.Account, w.Region, c.cfg.TierName(w, use.Tier)})
			if use.Tier.hasAirGapped() {
				take(i, physicalName{"backup vault", w.Account, w.Region, c.cfg.AirGappedVaultName(w, use.Tier)})
			}
		}
		if copied(c.uses[i]) {
			take(i, physicalName{"backup vault", w.Account, w.Region, c.cfg.LandingVaultName(w)})
		}
		take(i, physicalName{"key alias", w.Account, w.Region, c.cfg.TopicKeyAlias(w.ID())})
		for _, n := range c.cfg.accountNames(w) {
			take(i, physicalName{n.kind, w.Account, "", n.name})
		}
		for _, key := range keyNames(c.uses[i]) {
			take(i, physicalName{"key alias", w.Account, w.Region, c.cfg.KeyAlias(w, key)})
		}
	}
}

// checkReservedNames finds workloads whose access-log bucket would have a name that S3 does not allow.
func checkReservedNames(c *checker) {
	for i, w := range c.cfg.Workloads {
		name := c.cfg.AccessLogBucketName(w)
		fault := bucketName(name)
		if fault == "" {
			continue
		}
		at := workloadNamePath(i)
		if bucketName(c.cfg.Project+"-") != "" { // whatever the workload is called
			at = "project"
		}
		c.report(at, Problem{
			What: "S3 would refuse the name of the access-log bucket: it " + fault,
			Got:  strconv.Quote(name), Want: "another project, or another name",
		})
		if at == "project" {
			return
		}
	}
}

// ownBucket is a bucket that the app creates: what it is for, and what in the file has it.
type ownBucket struct{ purpose, at string }

// ownBuckets are the buckets that the app creates beside those of the file, by their names.
func (c *checker) ownBuckets() map[string]ownBucket {
	cfg, all := c.cfg, make(map[string]ownBucket, len(c.cfg.Workloads))
	for i, w := range cfg.Workloads {
		if slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return !b.Existing }) {
			all[cfg.AccessLogBucketName(w)] = ownBucket{"the access logs of " + workloadPath(i), workloadNamePath(i)}
		}
		if cfg.audited(c.uses[i]) {
			all[cfg.ReportBucketName(w)] = ownBucket{"the audit reports of " + workloadPath(i), workloadNamePath(i)}
		}
	}
	if cfg.Central.Audit.Enabled {
		for _, region := range cfg.CentralRegions() {
			all[cfg.CentralReportBucketName(region)] = ownBucket{"the audit reports of the central account in " + region, auditPath + ".enabled"}
		}
	}
	if cfg.Validates() {
		all[cfg.EvidenceBucketName()] = ownBucket{"the evidence of restore tests", "project"}
	}
	for _, p := range cfg.Pipelines() {
		for _, region := range cfg.ArtifactRegions(p) {
			all[cfg.ArtifactBucketName(p.Number, region)] = ownBucket{"the artifacts of a pipeline in " + region, pipelinePath}
			all[cfg.ArtifactLogBucketName(p.Number, region)] = ownBucket{"the access logs of a pipeline's artifacts in " + region, pipelinePath}
		}
	}
	return all
}

// checkOwnBuckets finds buckets with the name of one that the app creates.
func checkOwnBuckets(c *checker) {
	taken := c.ownBuckets()
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if own, found := taken[b.Name]; found && !b.Existing {
				c.report(bucketPath(i, j)+".name", Problem{
					What: "the app creates a bucket of this name for " + own.purpose,
					Got:  b.Name, Want: "another name",
				}, own.at)
			}
		}
	}
}
