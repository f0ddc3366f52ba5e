package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// drawing is the picture of the topology. Lengths are in pixels, which the reader can zoom.
type drawing struct {
	Width, Height int
	Boxes         []box
	Labels        []label
	Edges         []edge
	// Summary is the picture in words.
	Summary string
}

type box struct {
	X, Y, W, H int
	Class      string
}

type label struct {
	X, Y  int
	Class string
	Text  string
	// Whole is the text where Text was cut. Empty: it was not.
	Whole string
}

type edge struct {
	Path, Class string
}

// Lengths of the topology. Workloads stand on the left, grouped by Region. The central account stands on the right.
const (
	topoMargin    = 12
	topoPad       = 12
	topoTitle     = 24 // height of a title
	topoLine      = 17 // height of a line of text
	topoGap       = 10 // between cards
	detailedUntil = 6  // workloads whose vaults are drawn one by one
	detailedCard  = 330
	compactCard   = 208
	compactAcross = 3
	laneLabel     = 172 // where the labels of edges are
	laneText      = 15  // where they begin: after the point of an arrow
	laneStep      = 12
	slotHeight    = 46 // of an edge at a group
	centralWidth  = 300
	smallLetter   = 6.6 // width of a letter in a line
	titleLetter   = 8.0
)

// topoGroup are the workloads of a Region.
type topoGroup struct {
	region    string
	accounts  []string // in the order of their first workload
	workloads map[string][]Workload
	number    int
	flows     []topoFlow
	y, height int
}

// topoFlow are the flows between a group and a vault of the central account, drawn as one edge.
type topoFlow struct {
	vault     string
	back      bool
	tiers     []string
	workloads map[string]bool
}

// topology draws accounts, Regions, vaults, locks and what copies where.
func topology(r *Report) drawing {
	t := newTopologist(r)
	t.group()
	t.drawGroups()
	t.drawCentral()
	t.drawEdges()
	t.drawOnward()
	t.d.Summary = t.summary()
	return t.d
}

type topologist struct {
	*Report
	d        drawing
	detailed bool
	vaults   map[string]*Vault
	ofLoad   map[string][]*Vault // vaults of a workload
	groups   []*topoGroup
	central  []*Vault
	// Where the central account begins, and where the vaults of it are.
	centralX int
	slots    map[string]*vaultSlots
	// onward are the pairs of vaults of the central account between which copies go on.
	onward map[[2]string]bool
}

// vaultSlots are the places at the left side of a vault where edges end.
type vaultSlots struct{ y, height, edges, used int }

func newTopologist(r *Report) *topologist {
	t := &topologist{Report: r, vaults: map[string]*Vault{}, ofLoad: map[string][]*Vault{}, slots: map[string]*vaultSlots{},
		onward: map[[2]string]bool{}}
	t.detailed = len(r.Workloads) <= detailedUntil
	for i := range r.Vaults {
		v := &r.Vaults[i]
		t.vaults[v.ID] = v
		if v.Workload != "" {
			t.ofLoad[v.Workload] = append(t.ofLoad[v.Workload], v)
		} else {
			t.central = append(t.central, v)
			t.slots[v.ID] = &vaultSlots{}
		}
	}
	return t
}

// group sorts workloads into Regions, and their flows into one edge for each vault and direction.
func (t *topologist) group() {
	byRegion := map[string]*topoGroup{}
	regionOf := map[string]string{}
	for _, w := range t.Workloads {
		g := byRegion[w.Region]
		if g == nil {
			g = &topoGroup{region: w.Region, workloads: map[string][]Workload{}}
			byRegion[w.Region] = g
			t.groups = append(t.groups, g)
		}
		if g.workloads[w.Account] == nil {
			g.accounts = append(g.accounts, w.Account)
		}
		g.workloads[w.Account] = append(g.workloads[w.Account], w)
		g.number++
		regionOf[w.ID] = w.Region
	}
	for _, f := range t.Flows {
		vault := f.To
		if f.Back {
			vault = f.From
		}
		if t.slots[f.From] != nil && t.slots[f.To] != nil {
			t.onward[[2]string{f.From, f.To}] = true
			continue
		}
		g, slot := byRegion[regionOf[f.Workload]], t.slots[vault]
		if g == nil || slot == nil {
			continue
		}
		i := slices.IndexFunc(g.flows, func(x topoFlow) bool { return x.vault == vault && x.back == f.Back })
		if i < 0 {
			i = len(g.flows)
			g.flows = append(g.flows, topoFlow{vault: vault, back: f.Back, workloads: map[string]bool{}})
			slot.edges++
		}
		x := &g.flows[i]
		x.workloads[f.Workload] = true
		if f.Tier != "" && !slices.Contains(x.tiers, f.Tier) {
			x.tiers = append(x.tiers, f.Tier)
		}
	}
	order := map[string]int{}
	for i, v := range t.central {
		order[v.ID] = i
	}
	for _, g := range t.groups {
		slices.SortStableFunc(g.flows, func(a, b topoFlow) int { return cmp.Compare(order[a.vault], order[b.vault]) })
	}
}

func (t *topologist) across(g *topoGroup) int {
	if t.detailed {
		return 1
	}
	return min(compactAcross, len(g.accounts))
}

func (t *topologist) cardWidth() int {
	if t.detailed {
		return detailedCard
	}
	return compactCard
}

// groupsWidth is that of the widest group: all have it.
func (t *topologist) groupsWidth() int {
	across := 1
	for _, g := range t.groups {
		across = max(across, t.across(g))
	}
	return across*(t.cardWidth()+topoGap) - topoGap + 2*topoPad
}

func (t *topologist) drawGroups() {
	y, width := topoMargin, t.groupsWidth()
	edges := 0
	for _, g := range t.groups {
		g.y = y
		buckets := 0
		for _, list := range g.workloads {
			for _, w := range list {
				buckets += w.Buckets
			}
		}
		frame := len(t.d.Boxes)
		t.d.Boxes = append(t.d.Boxes, box{X: topoMargin, Y: y, W: width, Class: "region"})
		t.write(topoMargin+topoPad, y+20, "title", g.region, width, titleLetter)
		t.write(topoMargin+topoPad, y+20+topoLine, "soft",
			fmt.Sprintf("%s, %s, %s", counted(len(g.accounts), "account"), counted(g.number, "workload"), counted(buckets, "bucket")), width,
			smallLetter)
		bottom := t.drawCards(g, y+20+topoLine+topoGap)
		g.height = max(bottom+topoPad-y, len(g.flows)*slotHeight+2*topoPad)
		t.d.Boxes[frame].H = g.height
		y += g.height + topoGap
		edges += len(g.flows)
	}
	t.d.Height = y - topoGap + topoMargin
	t.centralX = topoMargin + width + laneLabel + max(edges, 1)*laneStep + 24
	t.d.Width = t.centralX + centralWidth + topoMargin
}

// drawCards draws the accounts of a group in columns, and returns the lowest end.
func (t *topologist) drawCards(g *topoGroup, top int) int {
	across := t.across(g)
	bottoms := slices.Repeat([]int{top}, across)
	for _, account := range g.accounts {
		column := slices.Index(bottoms, slices.Min(bottoms))
		x := topoMargin + topoPad + column*(t.cardWidth()+topoGap)
		bottoms[column] = t.drawCard(x, bottoms[column], account, g.workloads[account]) + topoGap
	}
	return slices.Max(bottoms) - topoGap
}

func (t *topologist) drawCard(x, y int, account string, workloads []Workload) int {
	width := t.cardWidth()
	frame := len(t.d.Boxes)
	t.d.Boxes = append(t.d.Boxes, box{X: x, Y: y, W: width, Class: "account"})
	line := y + 18
	t.write(x+10, line, "strong", "Account "+account, width-20, smallLetter)
	for _, w := range workloads {
		line += topoLine + 2
		t.write(x+10, line, "", w.ID, width-20, smallLetter)
		line += topoLine - 2
		if !t.detailed {
			t.write(x+10, line, "soft", t.vaultsOf(w), width-20, smallLetter)
			continue
		}
		t.write(x+10, line, "soft", counted(w.Buckets, "bucket"), width-20, smallLetter)
		for _, v := range t.ofLoad[w.ID] {
			line = t.drawVault(x+10, line+8, width-20, v, "")
		}
	}
	t.d.Boxes[frame].H = line + 10 - y
	return line + 10
}

// vaultsOf sums up the vaults of a workload in a line.
func (t *topologist) vaultsOf(w Workload) string {
	vaults, locked := 0, 0
	for _, v := range t.ofLoad[w.ID] {
		if v.Kind != TierVault {
			continue
		}
		vaults++
		if v.Lock != nil {
			locked++
		}
	}
	text := counted(w.Buckets, "bucket") + ", " + counted(vaults, "vault")
	if locked > 0 {
		text += fmt.Sprintf(", %d locked", locked)
	}
	return text
}

// drawVault draws a vault with its lock, and returns where it ends.
func (t *topologist) drawVault(x, y, width int, v *Vault, region string) int {
	class := "vault"
	if v.Lock != nil {
		class += " locked"
	}
	if v.Kind == RetainedVault {
		class += " retained"
	}
	frame := len(t.d.Boxes)
	t.d.Boxes = append(t.d.Boxes, box{X: x, Y: y, W: width, Class: class})
	line := y + 17
	t.write(x+10, line, "strong", v.Name, width-20, smallLetter)
	about := t.contents(v)
	if region != "" {
		about = region + ", " + about
	}
	lines := []string{about + ", no lock"}
	if v.Lock != nil {
		lock := *v.Lock
		lock.GraceDays = 0 // the tables have it, the picture no room
		lines = []string{about, lockInWords(&lock)}
	}
	for _, text := range lines {
		line += topoLine - 1
		t.write(x+10, line, "soft", text, width-20, smallLetter)
	}
	end := max(line+9, y+t.slotsHeight(v))
	t.d.Boxes[frame].H = end - y
	if s := t.slots[v.ID]; s != nil {
		s.y, s.height = y, end-y
	}
	return end
}

// contents says what a vault is for, and how many buckets have backups in it.
func (t *topologist) contents(v *Vault) string {
	buckets := counted(v.Buckets, "bucket")
	switch v.Kind {
	case LandingVault:
		return "takes copies that come back"
	case RetainedVault:
		return "an earlier vault"
	case TierVault:
		return v.Tier + ", " + t.withTagged(v, buckets)
	case AirGappedVault:
		if v.Workload == "" {
			return "air-gapped, " + buckets
		}
		return v.Tier + ", air-gapped, " + t.withTagged(v, buckets)
	}
	return buckets
}

// withTagged adds the buckets that the workload selects by tag. Backups of an air-gapped tier are not in its other vault (F-LAG-9).
func (t *topologist) withTagged(v *Vault, buckets string) string {
	airGapped := slices.ContainsFunc(t.ofLoad[v.Workload], func(o *Vault) bool { return o.Kind == AirGappedVault && o.Tier == v.Tier })
	if airGapped && v.Kind == TierVault {
		return "empty"
	}
	i := slices.IndexFunc(t.Workloads, func(w Workload) bool { return w.ID == v.Workload })
	if i < 0 || !slices.Contains(t.Workloads[i].TaggedTiers, v.Tier) {
		return buckets
	}
	if v.Buckets == 0 {
		return "by tag"
	}
	return buckets + ", others by tag"
}

func (t *topologist) slotsHeight(v *Vault) int {
	if s := t.slots[v.ID]; s != nil {
		return (s.edges + 1) * 14
	}
	return 0
}

func (t *topologist) drawCentral() {
	account := ""
	for _, a := range t.Accounts {
		if a.Central {
			account = a.ID
		}
	}
	frame := len(t.d.Boxes)
	t.d.Boxes = append(t.d.Boxes, box{X: t.centralX, Y: topoMargin, W: centralWidth, Class: "central"})
	t.write(t.centralX+topoPad, topoMargin+20, "title", "Central account "+account, centralWidth-2*topoPad, titleLetter)
	y := topoMargin + 20 + topoGap
	for _, v := range t.central {
		y = t.drawVault(t.centralX+topoPad, y, centralWidth-2*topoPad, v, v.Region) + topoGap
	}
	if len(t.central) == 0 {
		t.write(t.centralX+topoPad, y+10, "soft", "no vault", centralWidth, smallLetter)
		y += topoLine + topoGap
	}
	t.d.Boxes[frame].H = y - topoMargin
	t.d.Height = max(t.d.Height, y+topoMargin)
}

// drawEdges draws one edge for each vault and direction of a group, each in a lane of its own.
func (t *topologist) drawEdges() {
	left := topoMargin + t.groupsWidth()
	lane := t.centralX - 24
	for _, g := range t.groups {
		for i, f := range g.flows {
			slot := t.slots[f.vault]
			slot.used++
			y1 := g.y + (i+1)*g.height/(len(g.flows)+1)
			if g.height > 400 { // labels of a tall group stay together, where its title is
				y1 = g.y + topoPad + (i+1)*slotHeight
			}
			y2 := slot.y + slot.used*slot.height/(slot.edges+1)
			class := "copy"
			if f.back {
				class = "back"
				t.d.Edges = append(t.d.Edges, edge{fmt.Sprintf("M%d %dH%dV%dH%d", t.centralX+topoPad, y2, lane, y1, left+1), class})
			} else {
				t.d.Edges = append(t.d.Edges, edge{fmt.Sprintf("M%d %dH%dV%dH%d", left, y1, lane, y2, t.centralX+topoPad-1), class})
			}
			lane -= laneStep
			t.write(left+laneText, y1-5, "edge", t.flowName(f), laneLabel-laneText-4, smallLetter)
			t.write(left+laneText, y1+14, "soft", t.flowFrom(f), laneLabel-laneText-4, smallLetter)
		}
	}
}

// drawOnward draws copies between vaults of the central account, on the right of them.
func (t *topologist) drawOnward() {
	right := t.centralX + centralWidth - topoPad
	lane := right + topoPad
	for _, from := range t.central {
		for _, to := range t.central {
			if !t.onward[[2]string{from.ID, to.ID}] {
				continue
			}
			lane += laneStep
			a, b := t.slots[from.ID], t.slots[to.ID]
			t.d.Edges = append(t.d.Edges, edge{fmt.Sprintf("M%d %dH%dV%dH%d", right, a.y+a.height/2+6, lane, b.y+b.height/2-6, right+1), "copy"})
		}
	}
	t.d.Width = max(t.d.Width, lane+topoMargin)
}

func (t *topologist) flowName(f topoFlow) string {
	if f.back {
		return "back, to restore"
	}
	if len(f.tiers) == 1 {
		return f.tiers[0]
	}
	return "copies of " + counted(len(f.tiers), "tier")
}

func (t *topologist) flowFrom(f topoFlow) string {
	if f.back {
		return "to " + counted(len(f.workloads), "workload")
	}
	return "of " + counted(len(f.workloads), "workload")
}

// write writes a line that is cut where it would leave its place.
func (t *topologist) write(x, y int, class, text string, width int, letter float64) {
	l := label{X: x, Y: y, Class: class, Text: text}
	if letters := []rune(text); float64(len(letters))*letter > float64(width) {
		l.Text = string(letters[:max(int(float64(width)/letter)-1, 1)]) + "…"
		l.Whole = text
	}
	t.d.Labels = append(t.d.Labels, l)
}

func (t *topologist) summary() string {
	var texts []string
	for _, g := range t.groups {
		text := fmt.Sprintf("%s in %s has %s", counted(len(g.accounts), "account"), g.region, counted(g.number, "workload"))
		if len(g.accounts) != 1 {
			text = fmt.Sprintf("%s in %s have %s", counted(len(g.accounts), "account"), g.region, counted(g.number, "workload"))
		}
		for _, f := range g.flows {
			if f.back {
				continue
			}
			text += fmt.Sprintf("; %s copied into vault %s", strings.Join(f.tiers, ", "), shortVault(f.vault))
		}
		texts = append(texts, text+".")
	}
	for _, from := range t.central {
		for _, to := range t.central {
			if t.onward[[2]string{from.ID, to.ID}] {
				texts = append(texts, fmt.Sprintf("Copies go on from vault %s into vault %s.", from.Name, to.Name))
			}
		}
	}
	return strings.Join(texts, " ")
}
