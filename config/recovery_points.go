package config

import (
	"fmt"
	"math"
	"strings"
)

// RecoveryPoints is how many recovery points a bucket of a tier gets. A continuous rule has one, which grows (F-S3-4).
type RecoveryPoints struct {
	// Continuous says whether there is a continuous one.
	Continuous bool
	// Snapshots and Copies are created in a year, the copies in each central vault.
	Snapshots, Copies int
	// KeptSnapshots and KeptCopies are there at a time, once the first ones have expired.
	KeptSnapshots, KeptCopies int
}

// RecoveryPoints counts the recovery points of a bucket of the tier, from the schedules and retentions of its rules.
func (t *Tier) RecoveryPoints() RecoveryPoints {
	var n RecoveryPoints
	for _, r := range t.Rules() {
		yearly := r.yearly()
		if r.Continuous {
			n.Continuous = true
		} else {
			n.Snapshots += yearly
			n.KeptSnapshots += r.RunsIn(r.DeleteAfterDays)
		}
		if r.Copied {
			n.Copies += yearly
			n.KeptCopies += r.RunsIn(r.CopyDeleteAfterDays)
		}
	}
	return n
}

// here is how many recovery points of a bucket are in the tier's own vault at a time.
func (n RecoveryPoints) here() int {
	if n.Continuous {
		return n.KeptSnapshots + 1
	}
	return n.KeptSnapshots
}

// yearly is how often a rule runs in a year, on average of four years. Zero: never, or not known.
func (r Rule) yearly() int {
	runs := r.runs()
	if runs == 0 {
		return 0
	}
	return max(1, int(math.Round(float64(runs)/4)))
}

// String is a sentence for people.
func (n RecoveryPoints) String() string {
	var here []string
	if n.Continuous {
		here = append(here, "1 continuous recovery point")
	}
	if n.Snapshots > 0 {
		here = append(here, fmt.Sprintf("%s a year (%d kept)", count(n.Snapshots, "snapshot"), n.KeptSnapshots))
	}
	if len(here) == 0 {
		return "a bucket of this tier has no recovery points"
	}
	copies := "nothing in the central account"
	if n.Copies > 0 {
		copies = "in the central account "
		if n.Copies == 1 {
			copies += "1 copy"
		} else {
			copies += fmt.Sprintf("%d copies", n.Copies)
		}
		copies += fmt.Sprintf(" a year (%d kept)", n.KeptCopies)
	}
	return "a bucket of this tier has " + strings.Join(here, " and ") + " here; " + copies
}
