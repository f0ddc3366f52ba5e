package report

import (
	"slices"
	"strings"
)

// phases divide the time before the data can be gone by the age at which the first or the last certain hold of a place has it.
func (p *Protection) phases() []Phase {
	phases := []Phase{}
	certain := slices.DeleteFunc(slices.Clone(p.Holds), func(h Hold) bool { return !h.Certain })
	var ages []int
	for _, h := range certain {
		ages = append(ages, h.CapturedMinutes, h.Days*minutesDay)
	}
	slices.Sort(ages)
	ages = slices.Compact(ages)
	for i := range ages[min(len(ages), 1):] {
		from, until := ages[i], ages[i+1]
		var places []Place
		for _, h := range certain {
			if h.CapturedMinutes <= from && until <= h.Days*minutesDay {
				places = append(places, h.place())
			}
		}
		if len(places) == 0 {
			continue
		}
		who, throughKey := p.needed(places)
		last := len(phases) - 1
		if last >= 0 && phases[last].UntilMinutes == from && slices.Equal(phases[last].Who, who) {
			phases[last].UntilMinutes = until
			phases[last].ThroughKey = phases[last].ThroughKey || throughKey
			continue
		}
		phases = append(phases, Phase{from, until, who, throughKey})
	}
	return phases
}

// place is where a hold keeps the data.
func (h Hold) place() Place {
	switch h.Kind {
	case ObjectLockSpan:
		return InBucket
	case CopySpan:
		return InCentral
	}
	return InVault
}

// needed are those who must act together, so that data is gone from all of the places, and from each central vault. Empty: nobody can.
func (p *Protection) needed(places []Place) (who []string, throughKey bool) {
	type at struct {
		place Place
		vault string
	}
	var order []at
	able, locked := map[at][]string{}, false
	for _, d := range p.Deleters {
		if !slices.Contains(places, d.Place) {
			continue
		}
		in := at{d.Place, d.Vault}
		if !slices.Contains(order, in) {
			order = append(order, in)
		}
		switch {
		case !d.Nobody && !slices.Contains(able[in], d.Who):
			able[in] = append(able[in], d.Who)
		case d.Nobody && !d.Key:
			locked = true
		}
	}
	who = []string{}
	for _, in := range order {
		if len(able[in]) == 0 {
			return []string{}, false
		}
		if one := strings.Join(able[in], " or "); !slices.Contains(who, one) {
			who = append(who, one)
		}
	}
	return who, locked
}

// InWords says who must act together.
func (p Phase) InWords() string {
	if len(p.Who) == 0 {
		return "nobody"
	}
	text := strings.Join(p.Who, " together with ")
	if slices.Equal(p.Who, []string{ofWorkload, ofCentral}) {
		text = "administrators of both accounts together"
	}
	if p.ThroughKey {
		text += ", through a key"
	}
	return text
}

// deletersInWords says who can delete data before its time: a line for each phase, with the age of the data where there are several.
func deletersInWords(p *Protection) []string {
	if len(p.Deleters) == 0 {
		return []string{"whoever may delete from the bucket"}
	}
	if len(p.Phases) == 1 {
		return []string{p.Phases[0].InWords()}
	}
	var lines []string
	for _, phase := range p.Phases {
		lines = append(lines, "up to "+age(phase.UntilMinutes)+" old: "+phase.InWords())
	}
	return lines
}

// aloneAlways says whether one and the same person can delete the data at any age.
func aloneAlways(p *Protection) bool {
	for _, phase := range p.Phases {
		if len(phase.Who) != 1 || phase.Who[0] != p.Phases[0].Who[0] {
			return false
		}
	}
	return true
}
