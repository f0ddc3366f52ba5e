package rewind

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// second is a moment of the tests' histories.
func second(n int) time.Time { return time.Date(2026, 3, 2, 10, 0, n, 0, time.UTC) }

// entries reads a history as a server lists it, "ID SECOND CONTENT" each; the content - is a delete marker,
// and * says that the entry is the latest.
func entries(t *testing.T, key, history string) []Entry {
	t.Helper()
	var list []Entry
	for _, field := range strings.Split(history, ", ") {
		var id, content string
		var at int
		if _, err := fmt.Sscanf(field, "%s %d %s", &id, &at, &content); err != nil {
			t.Fatalf("%q: %v", field, err)
		}
		e := Entry{Key: key, VersionID: strings.TrimSuffix(id, "*"), Latest: strings.HasSuffix(id, "*"), Time: second(at)}
		if e.Marker = content == "-"; !e.Marker {
			e.ETag, e.Size, e.Class = `"`+content+`"`, 1, "STANDARD"
		}
		list = append(list, e)
	}
	return list
}

// TestDecide: one key, in the order in which S3 lists it unless the name says otherwise.
func TestDecide(t *testing.T) {
	for _, test := range []struct {
		name    string
		history string
		to      int
		want    string
	}{
		{"nothing was written since", "c* 3 C, b 2 B", 3, "nothing"},
		{"overwritten", "c* 5 C, b 2 B, a 1 A", 3, "copy b over c"},
		{"deleted", "c* 5 -, b 2 B", 3, "copy b over c"},
		{"deleted twice", "d* 6 -, c 5 -, b 2 B", 3, "copy b over d"},
		{"created since", "b* 5 B", 3, "delete-marker over b"},
		{"created and deleted since", "c* 6 -, b 5 B", 3, "nothing"},
		{"was deleted then", "c* 5 C, b 3 -, a 1 A", 3, "delete-marker over c"},
		{"was deleted then, and is now", "d* 6 -, c 5 C, b 3 -, a 1 A", 4, "nothing"},
		{"the same bytes", "b* 5 A, a 1 A", 3, "compare a over b"},
		{"null from before versioning", "b* 5 B, null 1 A", 3, "copy null over b"},
		{"null since", "null* 5 B, a 1 A", 3, "copy a over null"},

		{"the second of the moment counts as a whole", "c* 5 C, b 3 B, a 3 A", 3, "copy b over c"},
		{"a marker listed before an object of its second", "c* 5 C, b 3 -, a 3 A", 3, "delete-marker over c"},
		{"an object listed before a marker of its second", "c* 5 C, b 3 B, a 3 -", 3, "copy b over c"},
		{"the second that decides is the latest's too", "c* 3 C, b 3 -, a 3 A", 3, "nothing"},

		{"apart: the latest is not the first", "a 3 A, c* 5 -, b 3 -", 3, "copy a over c, ambiguous"},
		{"apart: times rise", "c* 5 C, a 2 A, b 3 -", 3, "delete-marker over c"},
		{"apart: times rise, with a tie", "d* 6 C, a 3 A, c 5 -, b 3 -", 3, "copy a over d, ambiguous"},
		{"apart: two objects of a second", "b 3 B, a 3 A, d* 6 -", 3, "copy b over d, ambiguous"},
		{"apart, and yet clear", "c 4 C, a 2 A, d* 6 -, b 3 -", 4, "copy c over d"},
		{"apart: the latest is known", "a 3 A, b* 3 -", 3, "nothing"},
		{"null is listed last", "c* 5 C, a 2 A, null 3 B", 3, "copy null over c"},
		{"nothing says that it is the latest", "c 5 C, b 2 B", 3, "copy b over c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Decider{To: second(test.to)}
			for _, e := range entries(t, "k", test.history) {
				if _, early := d.Add(e); early {
					t.Fatal("decided before the key was complete")
				}
			}
			decision, ok := d.End()
			if got := describe(decision); !ok || got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func describe(d Decision) string {
	text := d.Action.String()
	if d.Source.VersionID != "" && d.Action != Nothing {
		text += " " + d.Source.VersionID
	}
	if d.Action != Nothing {
		text += " over " + d.Latest.VersionID
	}
	if d.Ambiguous {
		text += ", ambiguous"
	}
	if d.Meanwhile {
		text += ", meanwhile"
	}
	return text
}

// TestApartIsOfTheServer: a key that shows it makes the ties of later keys ambiguous.
func TestApartIsOfTheServer(t *testing.T) {
	d := Decider{To: second(3)}
	list := append(entries(t, "a", "a 2 A, b* 3 -"), entries(t, "b", "c* 5 C, b 3 -, a 3 A")...)
	for _, e := range list {
		d.Add(e)
	}
	if decision, _ := d.End(); describe(decision) != "copy a over c, ambiguous" {
		t.Errorf("got %s", describe(decision))
	}
}

// TestWrittenMeanwhile: what was written after the start of the run is known, also beneath a copy of ours.
func TestWrittenMeanwhile(t *testing.T) {
	for _, test := range []struct{ history, want, beneath string }{
		{"c* 8 C, b 2 B", "copy b over c, meanwhile", ""},
		{"c* 8 -, b 2 B", "copy b over c, meanwhile", ""},
		{"c* 8 C", "delete-marker over c, meanwhile", ""},
		{"c* 7 C, b 2 B", "copy b over c", ""}, // the second of the start is before it
		{"c* 8 -", "nothing, meanwhile", ""},
		{"d* 9 B, c 8 C, b 2 B", "compare b over d, meanwhile", "c"},
		{"d* 9 B, c 7 C, b 2 B", "compare b over d, meanwhile", ""},
	} {
		d := Decider{To: second(3), Started: second(7)}
		for _, e := range entries(t, "k", test.history) {
			d.Add(e)
		}
		decision, _ := d.End()
		beneath := ""
		if decision.Beneath != nil {
			beneath = decision.Beneath.VersionID
		}
		if describe(decision) != test.want || beneath != test.beneath {
			t.Errorf("%s: got %s and %q, want %s and %q", test.history, describe(decision), beneath, test.want, test.beneath)
		}
	}
}

// TestMaybeSame: what must be compared before it is copied.
func TestMaybeSame(t *testing.T) {
	full := func(etag string, algorithms ...string) Entry {
		return Entry{ETag: etag, Size: 1, Algorithms: algorithms}
	}
	composite := full("a-2", "SHA256")
	composite.Composite = true
	for name, test := range map[string]struct {
		a, b Entry
		want bool
	}{
		"the same ETag":                    {full("a"), full("a"), true},
		"another ETag":                     {full("a"), full("b"), false},
		"a checksum of the whole in both":  {full("a", "CRC64NVME"), full("b", "SHA1", "CRC64NVME"), true},
		"another checksum":                 {full("a", "CRC64NVME"), full("b", "SHA1"), false},
		"one of the parts":                 {composite, full("b-3", "SHA256"), false},
		"of the parts, with the same ETag": {composite, composite, true},
		"a marker":                         {full("a"), Entry{Marker: true, ETag: "a", Size: 1}, false},
		"another size":                     {full("a"), Entry{ETag: "a", Size: 2}, false},
	} {
		if test.a.maybeSame(test.b) != test.want || test.b.maybeSame(test.a) != test.want {
			t.Errorf("%s: want %v", name, test.want)
		}
	}
}

// TestArchived: only a version that can be read is copied.
func TestArchived(t *testing.T) {
	until := second(10)
	for _, test := range []struct {
		entry Entry
		want  bool
	}{
		{Entry{Class: "STANDARD"}, false},
		{Entry{Class: "GLACIER_IR"}, false},
		{Entry{Class: "GLACIER"}, true},
		{Entry{Class: "DEEP_ARCHIVE"}, true},
		{Entry{Class: "GLACIER", Restored: true, RestoredUntil: until}, false},
		{Entry{Class: "GLACIER", Restored: true, RestoredUntil: until.Add(-5 * time.Second)}, true},
	} {
		if got := test.entry.archived(second(7)); got != test.want {
			t.Errorf("%+v: got %v", test.entry, got)
		}
	}
}
