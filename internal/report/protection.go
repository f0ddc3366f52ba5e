package report

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// protection adds what a tier means for a bucket, once, and returns its id.
func (b *builder) protection(w config.Workload, t *config.Tier, bucket config.Bucket) string {
	existing := bucket.Existing
	p := Protection{ID: t.Name, Tier: t.Name, Existing: existing, Holds: []Hold{}}
	switch {
	case existing:
		p.ID += "/existing"
	case bucket.Encryption == config.EncryptionS3:
		p.ID += "/sse-s3"
		p.WithoutKey = true
	}
	into := b.cfg.CopyVaults(w, t)
	if len(into) > 1 || len(into) == 1 && into[0].Name != b.cfg.Central.VaultName {
		for _, v := range into {
			p.ID += "/" + v.Region + "/" + v.Name
			p.CentralVaults = append(p.CentralVaults, b.copyID(v))
		}
	}
	if b.protections[p.ID] {
		return p.ID
	}
	b.protections[p.ID] = true
	p.hold(spansOf(t))
	p.Deleters, p.Ways = b.deletersOf(w, t, bucket), b.waysOf(t, existing)
	p.Phases = p.phases()
	b.report.Protections = append(b.report.Protections, p)
	return p.ID
}

// hold fills in what keeps the data, and until when at the least.
func (p *Protection) hold(spans []Span) {
	locked, first := 0, 0 // minutes for which nothing deletes the data, and until the first backup
	for _, s := range spans {
		switch {
		case s.Kind == ObjectLockSpan && !p.Existing:
			locked = s.Days * 24 * 60
		case s.Kind == PITRSpan, s.Kind == SnapshotSpan:
			p.RPOMinutes = leastOf(p.RPOMinutes, s.FromMinutes)
		case s.Kind == CopySpan:
			p.CentralRPOMinutes = leastOf(p.CentralRPOMinutes, s.FromMinutes)
		}
	}
	first = p.RPOMinutes
	for _, s := range spans {
		if s.Kind == ObjectLockSpan && p.Existing {
			continue
		}
		h := Hold{s.Kind, s.Rule, s.Days, s.FromMinutes, s.Kind == ObjectLockSpan || s.FromMinutes <= max(locked, first)}
		p.Holds = append(p.Holds, h)
		if h.Certain {
			p.GoneAfterDays = max(p.GoneAfterDays, h.Days)
		}
	}
	if last := p.last(); last != nil && last.Kind != ObjectLockSpan && last.CapturedMinutes > locked {
		p.Condition = fmt.Sprintf("it is still there when its first backup is made, %d minutes after it is written at the latest", first)
	}
}

// last is the certain hold that ends last, or nil.
func (p *Protection) last() *Hold {
	for _, h := range slices.Backward(p.Holds) {
		if h.Certain {
			return &h
		}
	}
	return nil
}

// leastOf is the smaller number that is not zero.
func leastOf(a, b int) int {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// rehearsal says whether a restore of a bucket is rehearsed. A bucket without a name stands for tagged ones.
func (b *builder) rehearsal(w config.Workload, t *config.Tier, bucket string) Rehearsal {
	r := Rehearsal{TargetMinutes: t.RTOMinutes, Central: b.cfg.TestsCopiesOf(w, t)}
	for _, test := range b.cfg.RestoreTests(w) {
		r.Here = r.Here || test.Tagged != nil && test.Tagged.Tier == t.Name && bucket == "" ||
			bucket != "" && slices.Contains(test.Buckets, bucket)
	}
	r.Validated = r.Here && b.cfg.Validated(w)
	if w.RestoreTesting != nil && bucket != "" {
		for _, c := range w.RestoreTesting.Canaries {
			if c.Bucket == bucket {
				r.Canaries++
			}
		}
	}
	return r
}

// title names a protection for people: no two of a report have the same.
func (p Protection) title() string {
	text := p.Tier + ", bucket of the app"
	switch {
	case p.Existing:
		text = p.Tier + ", existing bucket"
	case p.WithoutKey:
		text += ", SSE-S3"
	}
	if len(p.CentralVaults) > 0 {
		var names []string
		for _, v := range p.CentralVaults {
			names = append(names, placedVault(v))
		}
		text += ", copied into " + strings.Join(names, " and ")
	}
	return text
}
