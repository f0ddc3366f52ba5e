package config

// compareRolePath finds a new path of roles that keep their names. CloudFormation would create each role with its new path
// before it deletes the earlier one, and names of roles are unique in an account, whatever their path.
func compareRolePath(c *checker) {
	now, was := c.cfg.RolePathOrRoot(), c.previous.cfg.RolePathOrRoot()
	if now == was || c.cfg.rolePrefix() != c.previous.cfg.rolePrefix() {
		return
	}
	c.report(rolePathPath, Problem{
		What: "the deployment would fail: CloudFormation replaces roles whose path changes, and roles with these names exist already, since " +
			"names of roles are unique in an account, whatever their path",
		Got: now, Want: was + " as before, or also another role_prefix, which gives the roles new names",
		See: c.before(rolePathPath),
	})
}

// compareRolePrefix finds new names of all roles.
func compareRolePrefix(c *checker) {
	now, was := c.cfg.RolePrefix, c.previous.cfg.RolePrefix
	if now == was || c.cfg.Project != c.previous.cfg.Project {
		return
	}
	c.report(rolePrefixPath, Problem{
		What: "all roles are replaced by roles with new names: copies and alerts of a workload fail until both the central stack and its own " +
			"stack are deployed; the earlier backup roles are retained, since AWS Backup deletes expired backups with them",
		Got:  prefixText(now),
		Want: prefixText(was) + " as before, or the central stack deployed first and the workloads at once after it",
		See:  c.before(rolePrefixPath),
	})
}

func prefixText(prefix string) string {
	if prefix == "" {
		return "no prefix"
	}
	return prefix
}
