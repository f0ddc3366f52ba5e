package config

import "fmt"

const auditPath = "central.audit"

// warnOfAuditWithoutConfig names the prerequisite: nothing here can see whether AWS Config records.
func warnOfAuditWithoutConfig(c *checker) {
	if !c.cfg.Central.Audit.Enabled || !c.written(auditPath+".enabled") {
		return
	}
	places := map[accountRegion]bool{}
	for _, region := range c.cfg.CentralRegions() {
		places[accountRegion{c.cfg.Central.Account, region}] = true
	}
	for i, w := range c.cfg.Workloads {
		if c.cfg.audited(c.uses[i]) {
			places[accountRegion{w.Account, w.Region}] = true
		}
	}
	where := "1 account and Region"
	if len(places) > 1 {
		where = fmt.Sprintf("%d accounts and Regions", len(places))
	}
	c.report(auditPath+".enabled", Problem{
		What: "without the recorder of AWS Config nothing is audited, and the deployment may fail; the app does not create it",
		Got:  "an audit of " + where,
		Want: "a recorder there that records AWS Backup's types, S3 buckets and resource compliance; backupctl preflight looks whether one runs",
	})
}

// warnOfAuditQuotas counts frameworks and controls by account and Region, and report plans by account.
func warnOfAuditQuotas(c *checker) {
	if !c.cfg.Central.Audit.Enabled {
		return
	}
	at := c.cfg.Central
	frameworks, controls, reports := map[accountRegion]int{}, map[accountRegion]int{}, map[string]int{}
	central := func(what, where string, now, quota int) {
		if now > quota {
			c.report(auditPath+".enabled", Problem{
				What: "the central account has more " + what + " of AWS Backup Audit Manager than the default quota",
				Got:  fmt.Sprintf("%d in %s", now, where),
				Want: fmt.Sprintf("at most %d, or a higher quota in Service Quotas before you deploy", quota),
			}, "central.vaults")
		}
	}
	for _, region := range c.cfg.CentralRegions() {
		in := accountRegion{at.Account, region}
		for _, f := range c.cfg.CentralAuditFrameworks(region) {
			frameworks[in]++
			controls[in] += len(f.Controls)
		}
		reports[at.Account] += len(c.cfg.CentralAuditReports(region))
		central("frameworks", in.String(), frameworks[in], DefaultFrameworks)
	}
	central("report plans", "account "+at.Account, reports[at.Account], DefaultReportPlans)
	for i, w := range c.cfg.Workloads {
		if w.Account == "" || w.Region == "" || !c.cfg.audited(c.uses[i]) {
			continue
		}
		in := accountRegion{w.Account, w.Region}
		report := func(what, got string, before, now, quota int) {
			if before <= quota && now > quota {
				c.report(workloadNamePath(i), Problem{
					What: "with this workload the account has more " + what + " of AWS Backup Audit Manager than the default quota",
					Got:  fmt.Sprintf("%d in account %s%s", now, w.Account, got),
					Want: fmt.Sprintf("at most %d, or a higher quota in Service Quotas before you deploy", quota),
				}, auditPath+".enabled")
			}
		}
		added := 0
		all := c.cfg.auditFrameworks(w, c.uses[i])
		for _, f := range all {
			added += len(f.Controls)
		}
		report("frameworks", " and "+w.Region, frameworks[in], frameworks[in]+len(all), DefaultFrameworks)
		report("controls", " and "+w.Region, controls[in], controls[in]+added, DefaultControls)
		plans := len(c.cfg.AuditReports(w))
		report("report plans", "", reports[w.Account], reports[w.Account]+plans, DefaultReportPlans)
		frameworks[in] += len(all)
		controls[in] += added
		reports[w.Account] += plans
	}
}

// compareAudit finds an audit that ends.
func compareAudit(c *checker) {
	if !c.previous.cfg.Central.Audit.Enabled || c.cfg.Central.Audit.Enabled {
		return
	}
	c.report("central", Problem{
		What: "nothing is audited any more: frameworks and report plans are deleted, and people may change the policies of vaults again; the " +
			"buckets with the reports are retained, but no template manages them, and an audit that comes back could not create them again",
		Got:  "no " + auditPath,
		Want: "audit: {enabled: true}, as long as somebody needs the reports", See: c.before(auditPath),
	})
}
