package config

import (
	"fmt"
	"slices"
	"strconv"
)

// physicalName is a name within the scope that AWS wants it to be unique in.
type physicalName struct{ kind, account, region, name string }

// checkNames finds physical names that two resources would have, after composition and shortening.
// Those of one workload differ, so an account with one alone is not looked at.
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
		c.report(workloadNamePath(workload), Problem{What: fmt.Sprintf("the names of its resources collide with those of %s: both would have a %s of this name in account %s", other, n.kind, n.account), Got: n.name, Want: "names that differ when they are composed"}, other)
	}
	at := c.cfg.Central
	for _, v := range c.cfg.centralVaults() {
		take(central, physicalName{"backup vault", at.Account, at.Region, v.name})
	}
	take(central, physicalName{"key alias", at.Account, at.Region, c.cfg.CentralKeyAlias()})
	take(central, physicalName{"key alias", at.Account, at.Region, c.cfg.TopicKeyAlias(CentralID)})
	ids := map[string]bool{}
	for i, w := range c.cfg.Workloads {
		if inAccount[w.Account] == 1 || ids[w.ID()] { // twice: reported by checkWorkloadsTwice
			continue
		}
		ids[w.ID()] = true
		for _, use := range c.uses[i] {
			take(i, physicalName{"backup vault", w.Account, w.Region, c.cfg.TierName(w, use.Tier)})
		}
		take(i, physicalName{"key alias", w.Account, w.Region, c.cfg.TopicKeyAlias(w.ID())})
		for _, key := range keyNames(c.uses[i]) {
			take(i, physicalName{"key alias", w.Account, w.Region, c.cfg.KeyAlias(w, key)})
		}
	}
}

// checkReservedNames finds names that would make the name of an access-log bucket one that S3 refuses.
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
		c.report(at, Problem{What: "names of buckets would start with it, and such a name " + fault, Got: strconv.Quote(name), Want: "another project, or another name"})
		if at == "project" {
			return
		}
	}
}

// checkAccessLogBuckets finds buckets that have the name of one that the app creates for their logs.
func checkAccessLogBuckets(c *checker) {
	logs := make(map[string]int, len(c.cfg.Workloads))
	for i, w := range c.cfg.Workloads {
		if slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return !b.Existing }) {
			logs[c.cfg.AccessLogBucketName(w)] = i
		}
	}
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if owner, taken := logs[b.Name]; taken && !b.Existing {
				c.report(bucketPath(i, j)+".name", Problem{What: "is the name of the bucket for the access logs of " + workloadNamePath(owner), Got: b.Name, Want: "another name: a bucket for access logs takes no Object Lock"}, workloadNamePath(owner))
			}
		}
	}
}
