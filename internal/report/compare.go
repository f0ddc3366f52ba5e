package report

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// The effects of a change.
const (
	Gains = "gains"
	Loses = "loses"
	Alter = "changes"
)

// Compare says what a change from an earlier configuration means: which bucket gains or loses which protection, from when. What
// cannot be undone comes first, then what is lost, gained and changed. previous is the name of the earlier file.
func (r *Report) Compare(old *Report, previous string) {
	c := &comparer{now: r, was: old, at: map[string]int{}}
	c.buckets()
	c.vaults()
	rank := func(c Change) int {
		if c.Irreversible {
			return 0
		}
		return 1 + slices.Index([]string{Loses, Gains, Alter}, c.Effect)
	}
	slices.SortStableFunc(c.list, func(a, b Change) int { return rank(a) - rank(b) })
	r.Changes = &Changes{Previous: previous, List: append([]Change{}, c.list...)}
}

type comparer struct {
	now, was *Report
	list     []Change
	at       map[string]int // index in the list by what the changes have in common
}

// add adds a change of a bucket. Buckets with the same change share an entry.
func (c *comparer) add(bucket string, change Change) {
	key := fmt.Sprint(change.Effect, change.Irreversible, change.What, change.From)
	i, there := c.at[key]
	if !there {
		i = len(c.list)
		c.at[key] = i
		c.list = append(c.list, change)
	}
	c.list[i].Buckets = append(c.list[i].Buckets, bucket)
}

const (
	fromNextRun = "from the next run of the rule after the deployment; what exists keeps its retention"
	fromDeploy  = "from the deployment"
)

func (c *comparer) buckets() {
	was, now := byName(c.was), byName(c.now)
	for i := range c.was.Buckets {
		b := &c.was.Buckets[i]
		if now[nameOf(b)] != nil {
			continue
		}
		p := c.was.protectionOf(b)
		if p.RPOMinutes > 0 {
			c.add(nameOf(b), Change{
				Effect: Loses, Irreversible: true, What: "new backups: no workload has the bucket any more",
				From:  fromDeploy + "; the backups that exist expire at their time, " + days(p.longest()) + " after they were made at the latest",
				Facts: []string{"F-CFN-4", "F-S3-11"},
			})
		}
		if !p.Existing && !b.Tagged {
			c.add(nameOf(b), Change{
				Effect: Alter, What: "the app no longer manages the bucket; CloudFormation retains it with its data", From: fromDeploy,
				Facts: []string{"F-CFN-2"},
			})
		}
	}
	for i := range c.now.Buckets {
		b := &c.now.Buckets[i]
		before := was[nameOf(b)]
		if before == nil {
			c.add(
				nameOf(b),
				Change{
					Effect: Gains,
					What:   "the protection of " + b.Tier + ": " + c.now.protectionOf(b).summary(),
					From:   fromDeploy,
					Facts:  []string{},
				},
			)
			continue
		}
		c.bucket(b, before)
	}
}

// bucket compares a bucket in both configurations.
func (c *comparer) bucket(now, was *Bucket) {
	name := nameOf(now)
	if now.Vault != was.Vault && was.Vault != "" && now.Vault != "" {
		c.add(name, Change{
			Effect: Loses, Irreversible: true,
			What: fmt.Sprintf(
				"its history in one vault: new backups go from %s into %s, and the first one is a full one",
				vaultName(was),
				vaultName(now),
			),
			From: "from the first backup after the deployment; the old backups stay in their vault and expire at their time", Facts: []string{"F-S3-8"},
		})
	}
	p, q := c.now.protectionOf(now), c.was.protectionOf(was)
	adopted := p.Existing != q.Existing // Object Lock is then what the bucket has, not what the tier says
	if adopted && p.Existing {
		c.add(name, Change{
			Effect: Alter, What: "the app no longer manages the bucket, but backs it up; CloudFormation retains it with its data and its Object Lock",
			From: fromDeploy, Facts: []string{"F-CFN-2"},
		})
	}
	for _, h := range q.Holds {
		if adopted && h.Kind == ObjectLockSpan {
			continue
		}
		if match(p.Holds, h) == nil {
			c.add(name, Change{
				Effect: Loses, Irreversible: h.Kind == PITRSpan, What: h.what(), From: h.endsFrom(), Facts: h.facts(),
			})
		}
	}
	for _, h := range p.Holds {
		if adopted && h.Kind == ObjectLockSpan {
			continue
		}
		before := match(q.Holds, h)
		switch {
		case before == nil:
			c.add(name, Change{Effect: Gains, What: h.what(), From: h.startsFrom(), Facts: h.facts()})
		case before.Days > h.Days:
			c.add(name, Change{
				Effect: Loses, Irreversible: h.Kind == PITRSpan, Facts: h.facts(),
				What: fmt.Sprintf(
					"%s of %s: it is kept %s in place of %s",
					days(before.Days-h.Days),
					h.name(),
					days(h.Days),
					days(before.Days),
				), From: h.changedFrom(),
			})
		case before.Days < h.Days:
			c.add(name, Change{
				Effect: Gains, Irreversible: h.Kind == PITRSpan, Facts: h.facts(),
				What: fmt.Sprintf(
					"%s of %s: it is kept %s in place of %s",
					days(h.Days-before.Days),
					h.name(),
					days(h.Days),
					days(before.Days),
				), From: h.changedFrom(),
			})
		}
	}
	c.minutes(name, "backup in its account", p.RPOMinutes, q.RPOMinutes)
	c.minutes(name, "copy in the central account", p.CentralRPOMinutes, q.CentralRPOMinutes)
	c.rehearsals(name, now.Rehearsal, was.Rehearsal)
}

// minutes compares the greatest age of the newest backup. A backup that begins or ends is said elsewhere.
func (c *comparer) minutes(bucket, of string, now, was int) {
	if now == 0 || was == 0 || now == was {
		return
	}
	effect := Gains
	if now > was {
		effect = Loses
	}
	c.add(bucket, Change{
		Effect: effect, What: fmt.Sprintf("the newest %s is %d minutes old at the most, before %d", of, now, was), From: fromDeploy, Facts: []string{"F-S3-4"},
	})
}

func (c *comparer) rehearsals(bucket string, now, was Rehearsal) {
	for _, of := range []struct {
		what     string
		now, was bool
	}{{"tests that restore its backups", now.Here, was.Here}, {"tests that restore its copies", now.Central, was.Central}} {
		if of.now != of.was {
			effect := Loses
			if of.now {
				effect = Gains
			}
			c.add(bucket, Change{Effect: effect, What: of.what, From: fromDeploy, Facts: []string{"F-RST-11"}})
		}
	}
}

// vaults compares the locks, and finds vaults that are left behind.
func (c *comparer) vaults() {
	now := map[string]Vault{}
	for _, v := range c.now.Vaults {
		now[v.ID] = v
	}
	was := map[string]bool{}
	for _, before := range c.was.Vaults {
		was[before.ID] = true
		after, there := now[before.ID]
		if !there {
			c.list = append(c.list, Change{
				Effect: Alter, Vault: before.ID, What: "the app no longer manages the vault; CloudFormation retains it with its recovery points",
				From: fromDeploy, Facts: []string{"F-LOCK-11", "F-CFN-2"},
			})
			continue
		}
		c.lock(after, before.Lock)
	}
	for _, v := range c.now.Vaults {
		if !was[v.ID] && v.Lock != nil {
			c.lock(v, nil)
		}
	}
}

// lock compares the lock of a vault.
func (c *comparer) lock(v Vault, was *Lock) {
	now := v.Lock
	if now == nil && was == nil || now != nil && was != nil && *now == *was {
		return
	}
	change := Change{Vault: v.ID, From: fromDeploy, Facts: []string{"F-LOCK-1"}}
	switch {
	case now == nil:
		change.Effect, change.What = Loses, "its lock ("+was.String()+")"
	case now.Mode == config.Compliance && (was == nil || was.Mode != config.Compliance):
		change.Effect, change.Irreversible, change.Facts = Gains, true, []string{"F-LOCK-6"}
		change.What = "a lock that nobody can undo (" + now.String() + ")"
		change.From = days(now.GraceDays) + " after the deployment; until then it can be changed"
	case was == nil:
		change.Effect, change.What = Gains, "a lock ("+now.String()+")"
	default:
		change.Effect, change.What = Alter, "its lock, from "+was.String()+" to "+now.String()
		change.From = fromDeploy + "; recovery points that exist are not affected"
		change.Facts = append(change.Facts, "F-LOCK-3")
	}
	c.list = append(c.list, change)
}

// String is the lock in a few words.
func (l Lock) String() string {
	text := fmt.Sprintf("%s mode, %d to %d days", l.Mode, l.MinDays, l.MaxDays)
	if l.MaxDays == 0 {
		text = fmt.Sprintf("%s mode, %s or more", l.Mode, days(l.MinDays))
	}
	if l.GraceDays > 0 {
		text += ", can be changed for " + days(l.GraceDays)
	}
	return text
}

func byName(r *Report) map[string]*Bucket {
	all := map[string]*Bucket{}
	for i := range r.Buckets {
		all[nameOf(&r.Buckets[i])] = &r.Buckets[i]
	}
	return all
}

// nameOf is the name of a bucket for people, unique in a report.
func nameOf(b *Bucket) string {
	if b.Tagged {
		return "buckets of " + b.Workload + " with the tag of " + b.Tier
	}
	return b.Name
}

func vaultName(b *Bucket) string { return b.Vault[strings.LastIndex(b.Vault, "/")+1:] }

// protectionOf is the protection of a bucket.
func (r *Report) protectionOf(b *Bucket) *Protection {
	i := slices.IndexFunc(r.Protections, func(p Protection) bool { return p.ID == b.Protection })
	return &r.Protections[i]
}

// longest is the longest retention of a backup or copy.
func (p *Protection) longest() int {
	n := 0
	for _, h := range p.Holds {
		if h.Kind != ObjectLockSpan {
			n = max(n, h.Days)
		}
	}
	return n
}

// summary lists what holds the data.
func (p *Protection) summary() string {
	var all []string
	for _, h := range p.Holds {
		all = append(all, h.what())
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// match is the hold of the same kind and rule, or nil.
func match(holds []Hold, h Hold) *Hold {
	i := slices.IndexFunc(holds, func(o Hold) bool { return o.Kind == h.Kind && o.Rule == h.Rule })
	if i < 0 {
		return nil
	}
	return &holds[i]
}

// name is what people call a hold.
func (h Hold) name() string {
	switch h.Kind {
	case ObjectLockSpan:
		return "Object Lock"
	case PITRSpan:
		return "point-in-time recovery"
	case CopySpan:
		return "the copies of rule " + h.Rule
	}
	return "the snapshots of rule " + h.Rule
}

func (h Hold) what() string { return h.name() + " (" + days(h.Days) + ")" }

func (h Hold) facts() []string {
	switch h.Kind {
	case ObjectLockSpan:
		return []string{"F-OL-2"}
	case PITRSpan:
		return []string{"F-S3-4", "F-S3-13"}
	case CopySpan:
		return []string{"F-S3-10", "F-S3-11"}
	}
	return []string{"F-S3-4"}
}

// endsFrom says from when the hold is missing, startsFrom from when it is there, and changedFrom from when its days count.
func (h Hold) endsFrom() string {
	switch h.Kind {
	case ObjectLockSpan:
		return "for versions written after the deployment; those that are locked stay locked"
	case PITRSpan:
		return fromDeploy + ": the continuous backup grows no further, and what it has expires at its time"
	}
	return fromDeploy + "; what exists expires at its time"
}

func (h Hold) startsFrom() string {
	switch h.Kind {
	case ObjectLockSpan:
		return "for versions written after the deployment"
	case PITRSpan:
		return "from the first backup after the deployment on; earlier seconds cannot be restored"
	}
	return "from the first run of the rule after the deployment"
}

func (h Hold) changedFrom() string {
	switch h.Kind {
	case ObjectLockSpan:
		return "for versions written after the deployment; those that are locked stay as they are"
	case PITRSpan:
		return "from the next backup: the continuous backup stops, and a new one starts with a full backup"
	}
	return fromNextRun
}
