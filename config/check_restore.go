package config

import (
	"fmt"
	"slices"
	"strconv"
)

// accountIn is an account of the file, with the place where it is named.
type accountIn struct{ account, region, path string }

// accounts lists the central account and those of the workloads, in file order.
func (c *checker) accounts() []accountIn {
	all := []accountIn{{c.cfg.Central.Account, c.cfg.Central.Region, "central"}}
	for i, w := range c.cfg.Workloads {
		all = append(all, accountIn{w.Account, w.Region, workloadPath(i)})
	}
	return all
}

// accountsDoubtful tells whether any account or Region has a problem of its own.
func (c *checker) accountsDoubtful() bool {
	return slices.ContainsFunc(c.accounts(), func(a accountIn) bool { return c.doubtful(a.path+".account", a.path+".region") })
}

// inPartition tells whether any account of the file is in the partition of an operator.
func (c *checker) inPartition(operator string) bool {
	return slices.ContainsFunc(c.accounts(), func(a accountIn) bool { return slices.Contains(c.cfg.OperatorsIn(a.region), operator) })
}

func checkOperatorPartitions(c *checker) {
	if c.accountsDoubtful() {
		return
	}
	for i, pattern := range c.cfg.Restore.Operators {
		if !c.inPartition(pattern) {
			c.report(operatorPath(i), Problem{
				What: "no account of this file is in the partition of this role, so nobody could restore with it",
				Got:  pattern, Want: "an ARN that starts with arn:" + Partition(c.cfg.Central.Region),
			}, "central.region")
		}
	}
}

func checkOperatorAccounts(c *checker) {
	if c.accountsDoubtful() {
		return
	}
	for i, pattern := range c.cfg.Restore.Operators {
		account := operatorAccount(pattern)
		if account != "*" && c.inPartition(pattern) &&
			!slices.ContainsFunc(c.accounts(), func(a accountIn) bool { return a.account == account }) {
			c.report(operatorPath(i), Problem{
				What: "this file has no such account, and an operator role trusts the roles of its own account alone: nobody could " +
					"restore with it",
				Got: strconv.Quote(account), Want: `the account of a workload, the central account, or "*" for each of them`,
			})
		}
	}
}

func checkOperatorsTwice(c *checker) {
	for i, pattern := range c.cfg.Restore.Operators {
		if first := slices.Index(c.cfg.Restore.Operators, pattern); first < i {
			c.report(operatorPath(i), Problem{What: "duplicate operator", Got: pattern, Want: "each once"}, operatorPath(first))
		}
	}
}

// checkOperatorsFit: a trust policy names all patterns of its partition.
func checkOperatorsFit(c *checker) {
	const rest = 300 // bytes of the trust policy without the patterns
	bytes := map[string]int{}
	for _, a := range c.accounts() {
		partition := Partition(a.region)
		if bytes[partition] > 0 {
			continue
		}
		bytes[partition] = rest
		for _, pattern := range c.cfg.OperatorsIn(a.region) {
			bytes[partition] += len(pattern) + len(`"",`)
		}
		if bytes[partition] > MaxTrustPolicyBytes {
			c.report("restore.operators", Problem{
				What: "AWS would refuse the operator roles: the default quota of a role's trust policy has no room for so many operators",
				Got:  fmt.Sprintf("%d bytes", bytes[partition]), Want: fmt.Sprintf("at most %d: fewer or shorter patterns", MaxTrustPolicyBytes),
			})
		}
	}
}

// warnOfMissingOperators finds accounts whose operator role nobody could assume.
func warnOfMissingOperators(c *checker) {
	if len(c.cfg.Restore.Operators) == 0 || c.accountsDoubtful() || c.doubtful("restore.operators") {
		return
	}
	var without []string
	if len(c.cfg.copied) > 0 && !c.cfg.hasOperators(c.cfg.Central.Account, c.cfg.Central.Region) {
		without = append(without, c.cfg.Central.Account)
	}
	for _, w := range c.cfg.Workloads {
		if !c.cfg.hasOperators(w.Account, w.Region) && !slices.Contains(without, w.Account) {
			without = append(without, w.Account)
		}
	}
	if without == nil {
		return
	}
	got := "account " + without[0]
	if more := len(without) - 1; more > 0 {
		got += " and " + count(more, "other account")
	}
	c.report("restore.operators", Problem{
		What: "nobody could assume the operator role of an account: no operator is of that account",
		Got:  got, Want: `an operator of each account, or one with "*" as the account`,
	})
}

// checkLandingVaults finds tiers whose vault would have the name of the landing vault of their workload.
func checkLandingVaults(c *checker) {
	for i, w := range c.cfg.Workloads {
		if !copied(c.uses[i]) {
			continue
		}
		for _, use := range c.uses[i] {
			if name := c.cfg.TierName(w, use.Tier); use.Tier.BackedUp() && name == c.cfg.LandingVaultName(w) {
				at := c.tierPath(use.Tier) + ".name"
				c.report(at, Problem{
					What: "the vault of this tier would have the name of the vault for copies that come back, in " + workloadPath(i),
					Got:  name, Want: "another name for the tier",
				}, workloadNamePath(i))
			}
		}
	}
}

// warnOfOperatorsThatReachAll finds workloads with more buckets than fit into the policy of the operator role.
func warnOfOperatorsThatReachAll(c *checker) {
	for i, w := range c.cfg.Workloads {
		if names, fit := c.cfg.operatorBuckets(w); !fit && len(c.cfg.OperatorsIn(w.Region)) > 0 {
			c.report(workloadPath(i)+".buckets", Problem{
				What: fmt.Sprintf("operators of this workload could write to every bucket of the account: a role has no room to name %d buckets",
					len(names)),
				Got: count(len(names), "bucket"), Want: "two workloads, or an account for this workload alone",
			}, "restore.operators")
		}
	}
}
