package report

import (
	"slices"
	"strings"
	"testing"
)

const day = minutesDay

// TestPhases: at each age of the data those must act together who can delete it from each place that has it then. What has the data
// only if nobody deleted it before protects nothing.
func TestPhases(t *testing.T) {
	data := func(place Place, who string) Deleter { return Deleter{Place: place, Who: who, Nobody: who == ""} }
	key := func(place Place, who string) Deleter {
		return Deleter{Place: place, Who: who, Nobody: who == "", Key: true}
	}
	in := func(vault string, d Deleter) Deleter { d.Vault = vault; return d }
	lock := Hold{Kind: ObjectLockSpan, Days: 35, Certain: true}
	pitr := Hold{Kind: PITRSpan, Days: 35, CapturedMinutes: 15, Certain: true}
	copied := Hold{Kind: CopySpan, Days: 1825, CapturedMinutes: day, Certain: true}
	late := copied
	late.Certain = false
	for name, c := range map[string]struct {
		holds    []Hold
		deleters []Deleter
		want     []string
	}{
		"nothing of the app": {nil, nil, []string{"whoever may delete from the bucket"}},
		"one place":          {[]Hold{lock}, []Deleter{data(InBucket, "a"), key(InBucket, "a")}, []string{"a"}},
		"one account":        {[]Hold{lock, pitr}, []Deleter{data(InBucket, "a"), data(InVault, "a"), key(InVault, "a")}, []string{"a"}},
		"a copy": {
			[]Hold{lock, pitr, copied}, []Deleter{data(InBucket, "a"), data(InVault, "a"), data(InCentral, "b")},
			[]string{"up to 1 day old: a", "up to 35 days old: a together with b", "up to 1825 days old: b"},
		},
		"a copy that may come too late": {[]Hold{pitr, late}, []Deleter{data(InVault, "a"), data(InCentral, "b")}, []string{"a"}},
		"a compliance lock leaves the key": {
			[]Hold{lock, copied}, []Deleter{data(InBucket, "a"), data(InCentral, ""), key(InCentral, "b")},
			[]string{"up to 1 day old: a", "up to 35 days old: a together with b, through a key", "up to 1825 days old: b, through a key"},
		},
		"a key of AWS": {
			[]Hold{lock, copied}, []Deleter{data(InBucket, "a"), data(InCentral, "")}, []string{"up to 1 day old: a", "up to 1825 days old: nobody"},
		},
		"two central vaults, one of which nobody can empty": {
			[]Hold{lock, copied}, []Deleter{data(InBucket, "a"), in("x", data(InCentral, "b")), in("y", data(InCentral, ""))},
			[]string{"up to 1 day old: a", "up to 1825 days old: nobody"},
		},
		"two central vaults, one of which has a lock and a key": {
			[]Hold{lock, copied},
			[]Deleter{data(InBucket, "a"), in("x", data(InCentral, "b")), in("y", data(InCentral, "")), in("y", key(InCentral, "b"))},
			[]string{"up to 1 day old: a", "up to 35 days old: a together with b, through a key", "up to 1825 days old: b, through a key"},
		},
	} {
		p := &Protection{Holds: c.holds, Deleters: c.deleters}
		p.Phases = p.phases()
		if got := deletersInWords(p); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
		alone := !strings.Contains(strings.Join(c.want, " "), "up to")
		if aloneAlways(p) != alone {
			t.Errorf("%s: alone %t", name, !alone)
		}
	}
}

// TestPhasesOfConfigurations: what that means for real vaults: locks of workloads, several central vaults, air-gapped ones.
func TestPhasesOfConfigurations(t *testing.T) {
	const a, b, both = ofWorkload, ofCentral, "administrators of both accounts together"
	for file, wants := range map[string]map[string][]string{
		"locks.yaml": {
			"sensitive_data":                  {a},
			"curated_data":                    {a + ", through a key"}, // a compliance lock on the workload's vault
			"curated_sensitive_data/existing": {a},
			"critical_data": {
				"up to 1 day old: " + a, "up to 35 days old: " + both, "up to 1825 days old: " + b,
			},
		},
		"vaults.yaml": {
			"critical_sensitive_data/eu-central-1/central-sensitive": {
				"up to 1 day old: " + a, "up to 35 days old: " + both + ", through a key",
				"up to 2555 days old: " + b + ", through a key",
			},
		},
		"air-gapped.yaml": {
			"gapped_data": {"up to 15 minutes old: " + a, "up to 365 days old: nobody", "up to 1825 days old: " + b},
			"critical_data/eu-central-1/central-aws-vault-S3/eu-central-1/central-air-gapped": {
				"up to 1 day old: " + a, "up to 35 days old: " + both + ", through a key",
				"up to 1825 days old: " + b + ", through a key",
			},
		},
		"everything.yaml": {
			// Nothing locks its versions, so the first copy may come too late.
			"curated_data/eu-west-1/atlas-second/eu-central-1/atlas-air-gapped": {a},
			"ledger_data/eu-west-1/atlas-second": {
				"up to 1 day old: " + a + ", through a key", "up to 400 days old: " + both + ", through a key",
				"up to 2555 days old: " + b,
			},
		},
	} {
		r := New(load(t, file), Options{})
		for id, want := range wants {
			i := slices.IndexFunc(r.Protections, func(p Protection) bool { return p.ID == id })
			if i < 0 {
				t.Errorf("%s has no protection %s", file, id)
				continue
			}
			if got := deletersInWords(&r.Protections[i]); !slices.Equal(got, want) {
				t.Errorf("%s, %s:\n%s\nwant\n%s", file, id, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

// TestTitles: no two protections have the same title on the page or in report.md, so a reader finds the right one.
func TestTitles(t *testing.T) {
	for _, file := range []string{"vaults.yaml", "air-gapped.yaml", "everything.yaml", "fleet.yaml", "locks.yaml"} {
		seen, inMarkdown := map[string]bool{}, map[string]bool{}
		for _, p := range New(load(t, file), Options{}).Protections {
			title, other := p.title(), (&markdown{}).title(p)
			if seen[title] || inMarkdown[other] {
				t.Errorf("%s: two are called %s, %s", file, title, other)
			}
			seen[title], inMarkdown[other] = true, true
		}
	}
}

// TestLocksThatBackupsEnter: the life of a backup has the lock of every vault that it enters: that of the workload, also an air-gapped
// one, and those of all central vaults.
func TestLocksThatBackupsEnter(t *testing.T) {
	for file, wants := range map[string]map[string]string{
		"locks.yaml": {"curated_data": "the tier's vault", "critical_data": "the tier's vault, the central vault", "standard_data": ""},
		"vaults.yaml": {
			"critical_data": "central-eu (eu-central-1), central-us (us-east-1)",
			"ledger_data": "central-eu (eu-central-1), central-second (eu-west-1), " +
				"central-us (us-east-1)",
			"archive_data": "the central vault",
		},
		"air-gapped.yaml": {
			"gapped_data":   "the tier's vault, the central vault",
			"critical_data": "central-aws-vault-S3 (eu-central-1), central-air-gapped (eu-central-1)",
		},
	} {
		r := New(load(t, file), Options{})
		for tier, want := range wants {
			i := slices.IndexFunc(r.Tiers, func(t Tier) bool { return t.Name == tier })
			var got []string
			for _, l := range r.Tiers[i].Locks() {
				got = append(got, l.Of)
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s, %s: %q; want %q", file, tier, got, want)
			}
			drawn := 0
			for _, bar := range lives(r)[i].Bars {
				if bar.Class == "range" {
					drawn++
				}
			}
			if drawn != len(got) {
				t.Errorf("%s, %s: %d bars of %d locks", file, tier, drawn, len(got))
			}
		}
	}
}

// TestLocksInMarkdown: report.md names the vaults where copies enter several.
func TestLocksInMarkdown(t *testing.T) {
	text := string(New(load(t, "vaults.yaml"), Options{}).Markdown())
	for _, want := range []string{
		"| `central-eu (eu-central-1)` governance mode, 15 to 3650 days; `central-us (us-east-1)` governance mode, 15 to 3650 days |",
		"| compliance mode, 30 to 3650 days, can be changed for 7 days |",
		"| `critical_data`, copied into `central-us (us-east-1)` |",
		"| central `central-us (us-east-1)` | key |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md lacks %s", want)
		}
	}
}

// TestVaultsInThePicture: the picture says what each vault is for, and the names of the built-in tiers are not cut.
func TestVaultsInThePicture(t *testing.T) {
	for file, wants := range map[string][]string{
		"air-gapped.yaml": {"gapped_data, air-gapped, 1 bucket", "gapped_data, empty, no lock", "eu-central-1, air-gapped, 1 bucket"},
		"everything.yaml": {
			"critical_data, 2 buckets, others by tag", "curated_sensitive_data, by tag, no lock", "critical_sensitive_data",
			"eu-central-1, an earlier vault",
		},
		"vaults.yaml": {"us-east-1, 2 buckets", "central-second", "compliance mode, 30 to 3650 days", "critical_sensitive_data"},
		"locks.yaml":  {"governance mode, 15 to 35 days", "compliance mode, 35 to 365 days"},
	} {
		d := topology(New(load(t, file), Options{}))
		for _, want := range wants {
			if !slices.ContainsFunc(d.Labels, func(l label) bool { return l.Text == want }) {
				t.Errorf("%s: no label %q", file, want)
			}
		}
	}
}
