package config

import (
	"fmt"
	"strconv"
	"strings"
)

func checkOrganizationPaths(c *checker) {
	for i, p := range c.cfg.Organization.Paths {
		if id, _, _ := strings.Cut(p, "/"); id != c.cfg.Organization.ID && c.cfg.Organization.ID != "" {
			c.report(fmt.Sprintf("organization.paths[%d]", i), Problem{
				What: "this path is in another organization, so the accounts below it could not copy",
				Got:  strconv.Quote(p), Want: "a path that starts with " + c.cfg.Organization.ID,
			}, "organization.id")
		}
	}
}

// checkPolicySize keeps the central policies within AWS's sizes. What lists accounts is cut where it does not fit.
func checkPolicySize(c *checker) {
	paths, administrators := 2*c.cfg.pathBytes(), c.cfg.administratorBytes()
	if paths+administrators <= MaxPolicyNamesBytes {
		return
	}
	at := "organization.paths"
	if administrators > paths {
		at = "central.key_administrators"
	}
	c.report(at, Problem{
		What: "the organization paths and key administrators do not fit into the policy of the central key",
		Got:  fmt.Sprintf("%d bytes", paths+administrators),
		Want: fmt.Sprintf("at most %d bytes: name a higher organizational unit, or fewer roles", MaxPolicyNamesBytes),
	})
}

// checkAccountsNamed finds central policies that would let the whole organization in.
func checkAccountsNamed(c *checker) {
	if n := c.accountsBeyondPolicies(); n > 0 && len(c.cfg.Organization.Paths) == 0 {
		c.report("organization", Problem{
			What: fmt.Sprintf("the policies of the central vault and key have no room to name %d accounts: a role named %s… in any account of "+
				"the organization could copy into the vault and use the key", n, c.cfg.backupRolePrefix()),
			Got: "no paths", Want: "organization.paths with the organizational units of these accounts",
		})
	}
}

func warnOfAccountsNotNamed(c *checker) {
	if n := c.accountsBeyondPolicies(); n > 0 && len(c.cfg.Organization.Paths) > 0 {
		c.report("organization.paths", Problem{
			What: fmt.Sprintf("the policies of the central vault and key have no room to name %d accounts: a role named %s… in any account "+
				"below these paths can copy into the vault and use the key", n, c.cfg.backupRolePrefix()),
			Got: strings.Join(c.cfg.Organization.Paths, ", "), Want: "paths with no other accounts below them",
		})
	}
}

// accountsBeyondPolicies is the number of accounts with copies where the policy of a central vault or that of
// its key has no room for them. Zero: all name them.
func (c *checker) accountsBeyondPolicies() int {
	most := 0
	for _, v := range c.cfg.CentralVaults() {
		if !c.cfg.VaultCallers(v).Unlimited && !c.cfg.KeyCallers(v.Key()).Unlimited {
			continue
		}
		accounts := map[string]bool{}
		for _, r := range c.cfg.copyingRoles(func(into CopyVault) bool { return into.Region == v.Region && into.KeyAlias == v.Key().Alias }) {
			accounts[r.account] = true
		}
		most = max(most, len(accounts))
	}
	return most
}

// warnOfSendersNotNamed finds a central bus whose policy has no room for the accounts. Nobody but AWS can give an event
// the source of a service (F-EVT-15), so a stranger's role sends no more than test events, or too many of them.
func warnOfSendersNotNamed(c *checker) {
	if !c.cfg.BusCallers().Unlimited {
		return
	}
	at, within := "organization", "of the organization"
	if len(c.cfg.Organization.Paths) > 0 {
		at, within = "organization.paths", "below these paths"
	}
	c.report(at, Problem{
		What: fmt.Sprintf("the policy of the central event bus has no room to name so many accounts: a role named %s… in any account %s "+
			"can send test events to it, but no event of AWS", c.cfg.eventRolePrefix(), within),
		Got:  fmt.Sprintf("%d workloads", len(c.cfg.Workloads)),
		Want: "organization.paths with no other accounts below them",
	})
}

// checkProjectPatterns finds a project whose roles another project's patterns would match. Where the central policies
// have no room for names, "acme-backup-*" stands for the roles of acme, and also for those of acme-backup. A project
// that is deployed cannot get another name.
func checkProjectPatterns(c *checker) {
	if c.previous != nil && c.previous.cfg.Project == c.cfg.Project {
		return
	}
	name := c.cfg.Project + "-"
	for _, infix := range []string{"-backup-", "-events-"} {
		if other, _, found := strings.Cut(name, infix); found {
			c.report("project", Problem{
				What: fmt.Sprintf("the central account of a project %q could take the roles of this project for its own: both start with %s%s",
					other, other, infix),
				Got: c.cfg.Project, Want: fmt.Sprintf("a project without %q in its name", strings.Trim(infix, "-")),
			})
			return
		}
	}
}
