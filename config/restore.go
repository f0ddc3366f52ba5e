package config

import (
	"slices"
	"strings"
)

// OperatorsIn are the patterns for the roles of people who restore that belong to the partition of a Region. The
// trust of a role names its own account besides, so the patterns of other accounts match nobody.
func (c *Config) OperatorsIn(region string) []string {
	var patterns []string
	for _, pattern := range c.Restore.Operators {
		if strings.HasPrefix(pattern, "arn:"+Partition(region)+":") {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// operatorAccount is the account of an operator's pattern, or "*".
func operatorAccount(pattern string) string {
	parts := strings.Split(pattern, ":")
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}

// hasOperators tells whether anybody can assume the operator role of an account.
func (c *Config) hasOperators(account, region string) bool {
	return slices.ContainsFunc(c.OperatorsIn(region), func(pattern string) bool {
		of := operatorAccount(pattern)
		return of == "*" || of == account
	})
}
