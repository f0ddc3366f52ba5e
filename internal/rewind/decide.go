package rewind

import "time"

// Action is what a key needs to be as it was.
type Action int

// The actions.
const (
	// Nothing: the key is as it was.
	Nothing Action = iota
	// Copy puts a copy of Decision.Source on top.
	Copy
	// Compare is Copy, unless the latest version already is such a copy. The listing alone cannot tell.
	Compare
	// Mark puts a delete marker on top, because the key did not exist.
	Mark
)

// String is the action in a plan.
func (a Action) String() string {
	return [...]string{"nothing", "copy", "compare", "delete-marker"}[a]
}

// Decision is about one key.
type Decision struct {
	Key    string
	Action Action
	// Source is the version that was the latest at the moment; its zero value if the key did not exist.
	Source Entry
	// Latest is the version or marker that is the latest now.
	Latest Entry
	// Ambiguous says that several entries have the second that decides, and that the server does not tell their
	// order. An object wins over a marker.
	Ambiguous bool
	// Meanwhile says that Latest was written after the run started: by others, or by the run itself.
	Meanwhile bool
	// Beneath is the newest entry under Latest that was written after the run started; nil if there is none.
	Beneath *Entry
	// Markers are the delete markers over Source, if nothing else is over it and removing them would uncover it; nil
	// otherwise. A marker with version id null is never removed.
	Markers []Marker
	// Entries counts versions and markers.
	Entries int
	// Parts says that a plan has the object copied by parts.
	Parts bool
}

// Marker is a delete marker.
type Marker struct {
	VersionID string `json:"versionId"`
	// Time has whole seconds.
	Time time.Time `json:"time"`
}

// Decider decides about one key after the other, from their entries in the order of the listing. It keeps a few
// entries in memory, however many a key has.
type Decider struct {
	// To is the moment: its second counts as a whole.
	To time.Time
	// Started is when the run started, by the clock of S3. What was written in a later second is marked as such.
	// Its zero value: nothing is.
	Started time.Time
	// Apart says that the server lists versions and markers apart, so that their order in a second is unknown.
	// The Decider sets it when it sees that.
	Apart bool

	key key
}

// key is what is known of the key whose entries arrive.
type key struct {
	name    string
	entries int
	// first is the first entry that was listed, latest the one that says so.
	first, latest Entry
	hasLatest     bool
	previous      time.Time
	// listed is the first entry not after the moment, in the order of the listing.
	listed    Entry
	hasListed bool
	// object and marker are the newest not after the moment, by their seconds.
	object, marker       Entry
	hasObject, hasMarker bool
	// objects counts those with the second of object.
	objects int
	// later are the two newest entries after the start of the run.
	later []Entry
	// markers are those after the moment. overwritten says that a version is after it too, or that they cannot be
	// removed.
	markers     []Marker
	overwritten bool
}

// Add takes the next entry. If it begins another key, the decision about the key before is returned.
func (d *Decider) Add(e Entry) (decision Decision, ok bool) {
	if d.key.entries > 0 && d.key.name != e.Key {
		decision, ok = d.End()
	}
	k := &d.key
	if k.entries == 0 {
		k.name, k.first, k.previous = e.Key, e, e.Time
	}
	k.entries++
	if e.Time.After(k.previous) {
		d.Apart = true
	}
	k.previous = e.Time
	if e.Latest {
		k.latest, k.hasLatest = e, true
	}
	if !d.Started.IsZero() && e.Time.After(d.Started) && len(k.later) < 2 {
		k.later = append(k.later, e)
	}
	if e.Time.After(d.To) {
		k.pass(e)
	} else {
		k.take(e)
	}
	return decision, ok
}

// pass takes an entry that is after the moment.
func (k *key) pass(e Entry) {
	if k.overwritten = k.overwritten || !e.Marker || e.VersionID == nullVersion || len(k.markers) == maxMarkers; k.overwritten {
		k.markers = nil
		return
	}
	k.markers = append(k.markers, Marker{e.VersionID, e.Time})
}

// take takes an entry that is not after the moment.
func (k *key) take(e Entry) {
	if !k.hasListed {
		k.listed, k.hasListed = e, true
	}
	if e.Marker {
		if !k.hasMarker || e.Time.After(k.marker.Time) {
			k.marker, k.hasMarker = e, true
		}
		return
	}
	switch {
	case !k.hasObject || e.Time.After(k.object.Time):
		k.object, k.hasObject, k.objects = e, true, 1
	case e.Time.Equal(k.object.Time):
		k.objects++
	}
}

// End returns the decision about the last key. There is none if no entry came.
func (d *Decider) End() (Decision, bool) {
	k := d.key
	d.key = key{}
	if k.entries == 0 {
		return Decision{}, false
	}
	if !k.hasLatest {
		k.latest = k.first // conditions guard it when it is used
	}
	if k.latest.VersionID != k.first.VersionID {
		d.Apart = true
	}
	then, ambiguous := k.then(d.To, d.Apart)
	decision := Decision{Key: k.name, Latest: k.latest, Ambiguous: ambiguous, Entries: k.entries}
	if then != nil && !then.Marker {
		decision.Source = *then
	}
	for i := range k.later {
		if k.later[i].VersionID != k.latest.VersionID {
			decision.Beneath = &k.later[i]
			break
		}
	}
	decision.Action = action(then, k.latest)
	if decision.Action == Copy && !ambiguous && !k.overwritten {
		decision.Markers = k.markers
	}
	decision.Meanwhile = !d.Started.IsZero() && k.latest.Time.After(d.Started)
	return decision, true
}

// then is the entry that was the latest at the moment, and nil if there was none.
func (k *key) then(to time.Time, apart bool) (then *Entry, ambiguous bool) {
	switch {
	case !k.hasListed:
		return nil, false
	case !k.latest.Time.After(to):
		return &k.latest, false // nothing was written since
	case !apart:
		return &k.listed, false
	case !k.hasObject || k.hasMarker && k.marker.Time.After(k.object.Time):
		return &k.marker, false
	}
	return &k.object, k.objects > 1 || k.hasMarker && k.marker.Time.Equal(k.object.Time)
}

func action(then *Entry, latest Entry) Action {
	existed := then != nil && !then.Marker
	switch {
	case !existed && latest.Marker, existed && then.VersionID == latest.VersionID:
		return Nothing
	case !existed:
		return Mark
	case then.maybeSame(latest):
		return Compare
	}
	return Copy
}
