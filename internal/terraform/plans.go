package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// plan is a backup plan with its selections: a module, or resources.
type plan struct {
	at          hcl.Range
	label       string // such as module.critical
	name, vault string
	rules       []rule
	buckets     []*Bucket
	module      bool
	role        bool // the role is given
	notified    value
}

// keep is a lifecycle. days is zero where none is written or known.
type keep struct {
	days int
	at   hcl.Range
	cold value
}

type rule struct {
	at         hcl.Range
	continuous bool
	keep       keep
	completion value
	copies     []action
}

// action is a copy into another vault.
type action struct {
	keep
	destination string
}

func (d *directory) findPlans() {
	for _, block := range d.modules("lgallard/backup/aws", "lgallard/terraform-aws-backup") {
		module := d.body(block)
		whole := d.newPlan(module, "module."+block.Labels[0], "plan_name", "vault_name")
		whole.module, whole.role, whole.notified = true, module.get("iam_role_arn").there(), module.get("notifications")
		d.readRules(whole, module.get("rules"))
		d.readFlatRule(whole, module)
		d.readSelections(whole, module.get("selections"))
		d.readResources(whole, module.get("selection_resources"))
		d.plans = append(d.plans, whole)
		plans, known := module.get("plans").list()
		if !known {
			d.unread(module.get("plans"), "plans")
		}
		for _, one := range plans {
			p := *whole
			p.at, p.rules, p.buckets = one.at, nil, nil
			d.readRules(&p, one.get("rules"))
			d.readSelections(&p, one.get("selections"))
			d.plans = append(d.plans, &p)
		}
	}
	byName := map[string]*plan{}
	for _, block := range d.blocks {
		if block.Type == "resource" && len(block.Labels) == 2 && block.Labels[0] == "aws_backup_plan" {
			resource := d.body(block)
			p := d.newPlan(resource, strings.Join(block.Labels, "."), "name", "")
			p.role = true
			d.readRules(p, resource.get("rule"))
			d.plans = append(d.plans, p)
			byName[p.label+".id"] = p
		}
	}
	for _, selection := range d.of("aws_backup_selection") {
		p := byName[selection.get("plan_id").source()]
		if p == nil {
			p = &plan{at: selection.at, label: "a plan elsewhere", role: true}
			d.plans = append(d.plans, p)
		}
		d.readResources(p, selection.get("resources"))
	}
	for _, p := range d.plans {
		for _, b := range p.buckets {
			if !slices.Contains(b.plans, p) {
				b.plans = append(b.plans, p)
			}
		}
	}
}

func (d *directory) newPlan(x value, label, name, vault string) *plan {
	p := &plan{at: x.at, label: label}
	p.name, _ = x.get(name).text()
	p.vault, _ = x.get(vault).text()
	return p
}

func (d *directory) readRules(p *plan, rules value) {
	all, known := rules.list()
	if !known {
		d.unread(rules, "the list of rules")
	}
	for _, x := range all {
		r := rule{at: x.at, continuous: x.get("enable_continuous_backup").yes(), keep: d.keepOf(x, x.get("lifecycle"))}
		r.completion = x.get("completion_window")
		key := "copy_action"
		if x.get("copy_actions").there() {
			key = "copy_actions"
		}
		copies, known := x.get(key).list()
		if !known {
			d.unread(x.get(key), key)
		}
		for _, c := range copies {
			destination, _ := c.get("destination_vault_arn").text()
			r.copies = append(r.copies, action{d.keepOf(c, c.get("lifecycle")), destination})
		}
		p.rules = append(p.rules, r)
	}
}

// readFlatRule reads the one rule that a module writes as inputs of its own.
func (d *directory) readFlatRule(p *plan, module value) {
	if !module.get("rule_name").there() {
		return
	}
	days, _ := module.get("rule_lifecycle_delete_after").number()
	p.rules = append(p.rules, rule{
		at: module.get("rule_name").at, continuous: module.get("rule_enable_continuous_backup").yes(),
		keep:       keep{days, module.get("rule_name").at, module.get("rule_lifecycle_cold_storage_after")},
		completion: module.get("rule_completion_window"),
	})
}

func (d *directory) keepOf(parent, lifecycle value) keep {
	k := keep{at: parent.at, cold: lifecycle.get("cold_storage_after")}
	after := lifecycle.get("delete_after")
	if !after.there() {
		return k
	}
	k.at = after.at
	days, known := after.number()
	if !known {
		d.unread(after, "delete_after")
		if text, ok := after.text(); ok {
			d.needs(after.at, missing(text))
		}
	}
	k.days = days
	return k
}

func (d *directory) readSelections(p *plan, selections value) {
	all, known := selections.list()
	if !known {
		d.unread(selections, "the list of selections")
	}
	for _, x := range all {
		d.readResources(p, x.get("resources"))
	}
}

// readResources reads the buckets of a selection.
func (d *directory) readResources(p *plan, resources value) {
	all, known := resources.list()
	if !known {
		d.unread(resources, "the list of resources")
		return
	}
	for _, x := range all {
		arn, ok := x.text()
		if !ok {
			d.unread(x, "a resource of the selection")
			continue
		}
		_, name, ok := strings.Cut(arn, ":s3:::")
		if name = strings.TrimSuffix(name, "/*"); !ok || name == "" || strings.Contains(name, "*") {
			if !isKnown(arn) {
				d.needs(x.at, missing(arn))
			}
			continue // another service, all buckets, or a pattern
		}
		b := d.bucket(name, x.at)
		if !slices.Contains(p.buckets, b) {
			p.buckets = append(p.buckets, b)
		}
	}
}
