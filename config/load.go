// Package config reads backup.yaml and knows what AWS makes of it. It is pure Go: a Config that it
// returns is complete, defaulted and valid, and everything that has a physical name has it from here.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
)

// LoadFile reads, completes and checks the backup.yaml of that name. The error is either [Problems],
// all that are in the file, or says why the file could not be read.
func LoadFile(name string) (*Config, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return Load(name, text)
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file; name the configuration with -config FILE", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be opened: %w", name, errors.Unwrap(err))
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", name, errors.Unwrap(err))
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("%s: is larger than %d MiB, too large for a backup.yaml", name, maxFileBytes>>20)
	}
	return text, nil
}

// Load completes and checks a backup.yaml. file is its name in messages. The error is [Problems]:
// all that are in the text, warnings included. Without an error the warnings are in the Config.
func Load(file string, text []byte) (*Config, error) {
	root, fault := parse(text)
	if fault != nil {
		fault.File = file
		return nil, Problems{*fault}
	}
	cfg := defaults()
	d := &decoder{}
	d.decode(root, reflect.ValueOf(cfg).Elem(), nil, "")
	cfg.complete()

	c := newChecker(cfg, root, d.problems)
	if root.Anchor == "" { // refused as a whole
		for _, check := range checks {
			check(c)
		}
	}
	problems := c.finish(file)
	if len(problems) > problems.warnings() {
		return nil, problems
	}
	cfg.Warnings = problems
	return cfg, nil
}

// defaults is what decoding starts from.
func defaults() *Config {
	return &Config{
		Central: Central{
			VaultName: "central-aws-vault-S3",
			KeyAlias:  "aws-backup-kms",
			VaultLock: VaultLock{Mode: Governance},
		},
		Tiers: builtinTiers(),
	}
}

// complete fills in the defaults that depend on other values: in governance mode a lock that every
// copy of a tier in use fits into.
func (c *Config) complete() {
	c.copied = c.copiedTiers()
	lock := &c.Central.VaultLock
	if lock.Mode != Governance {
		return
	}
	shortest, longest := defaultMinRetentionDays, 0
	if lock.MaxRetentionDays > 0 {
		shortest = min(shortest, lock.MaxRetentionDays)
	}
	for _, t := range c.copied {
		if days := t.CopyToCentral.DeleteAfterDays; days != setByTheBusiness {
			shortest, longest = min(shortest, days), max(longest, days)
		}
	}
	if lock.MinRetentionDays == 0 {
		lock.MinRetentionDays = shortest
	}
	if lock.MaxRetentionDays == 0 && longest > 0 {
		lock.MaxRetentionDays = longest
	}
}

const defaultMinRetentionDays = 15
