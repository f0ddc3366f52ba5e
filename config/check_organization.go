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

// checkPolicySize keeps the central policies within AWS's sizes. Accounts need no check: a policy lists
// them only where they fit, and else relies on the organization's conditions.
func checkPolicySize(c *checker) {
	paths, administrators := 0, 0
	for _, p := range c.cfg.Organization.Paths {
		paths += 2 * len(p+`"",`)
	}
	for _, role := range c.cfg.Central.KeyAdministrators {
		administrators += len(c.cfg.CentralRoleARN(role) + `"",`)
	}
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
