package config

import "go.yaml.in/yaml/v4"

// YAML is the effective configuration as a backup.yaml that loads back equal, with every default filled in.
func (c *Config) YAML() ([]byte, error) {
	return yaml.Dump(c, yaml.WithIndent(2))
}
