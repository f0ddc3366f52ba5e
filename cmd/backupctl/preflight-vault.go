package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"central-s3-backup/config"
)

// lookVaults looks at the vaults of a workload's account: they are there, let its backups in, and have their policies.
func (p *place) lookVaults(ctx context.Context) error {
	w := *p.workload
	for _, use := range p.cfg.TierUses(w) {
		if !use.Tier.BackedUp() {
			continue
		}
		name := p.cfg.TierName(w, use.Tier)
		vault, err := p.vault(ctx, name)
		if vault == nil || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if lock := use.Tier.VaultLock; lock != nil {
			p.lookLock(vault, "backups", config.RetainedVault{
				Name: name, MinRetentionDays: lock.MinRetentionDays, MaxRetentionDays: lock.MaxRetentionDays, ChangeableForDays: lock.ChangeableForDays,
			})
		} else {
			p.lookFit(name, vault, use.Tier)
		}
		wants := []want{{"denies the deletion of recovery points", "Deny", "backup:DeleteRecoveryPoint", nil}}
		limits := want{"denies copies", "Deny", "backup:CopyFromBackupVault", nil}
		for _, v := range p.cfg.CopyVaults(w, use.Tier) {
			limits.names = append(limits.names, v.ARN)
		}
		if use.Tier.Copied() {
			limits.what = "limits copies to the central vault"
			if len(limits.names) > 1 {
				limits.what += "s"
			}
			wants = append(wants, limits)
		}
		if err := p.lookPolicy(ctx, name, wants); err != nil {
			return err
		}
		if lock := use.Tier.AirGapped; lock != nil {
			err := p.lookAirGapped(ctx, p.cfg.AirGappedVaultName(w, use.Tier), lock.MinRetentionDays, lock.MaxRetentionDays, "", []want{limits})
			if err != nil {
				return err
			}
		}
	}
	if !p.cfg.Reached(w) || !p.cfg.Copies(w) {
		return nil
	}
	name := p.cfg.LandingVaultName(w)
	if vault, err := p.vault(ctx, name); vault == nil || err != nil {
		return err
	}
	return p.lookPolicy(ctx, name, []want{{"lets copies of the central account come back", "Allow", "backup:CopyIntoBackupVault", []string{
		p.cfg.Organization.ID, p.cfg.CentralRoleARN(p.cfg.CopyBackRoleName()),
	}}})
}

// vault finds a vault. Nil: a finding says why there is none.
func (p *place) vault(ctx context.Context, name string) (*backup.DescribeBackupVaultOutput, error) {
	subject := "vault " + name
	vault, err := p.backup.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: aws.String(name)})
	switch {
	case isMissing(err):
		p.wrong(subject, "it does not exist", p.deploy())
		return nil, nil
	case isDenied(err) && !lackedAction.MatchString(err.Error()):
		// AWS Backup does not tell a vault that is not there from one that is denied.
		p.add(finding{
			Result: resultUnknown, Subject: subject, MissingRight: "backup:DescribeBackupVault", Mend: p.deploy(),
			What: fmt.Sprintf("it is not there, or %s may not use backup:DescribeBackupVault; if it is not there", p.account.credentials()),
		})
		return nil, nil
	case err != nil:
		return nil, p.unread(subject, err)
	}
	p.ok(subject, "it is there")
	p.lookNumber(subject, vault.NumberOfRecoveryPoints)
	return vault, nil
}

// lookFit looks whether the tier's backups fit into a lock that somebody gave to a vault to which the configuration gives none.
func (p *place) lookFit(name string, vault *backup.DescribeBackupVaultOutput, tier *config.Tier) {
	if !aws.ToBool(vault.Locked) {
		return
	}
	least, most := aws.ToInt64(vault.MinRetentionDays), aws.ToInt64(vault.MaxRetentionDays)
	var days []int
	for _, rule := range tier.Rules() {
		days = append(days, rule.DeleteAfterDays)
	}
	slices.Sort(days)
	shortest, longest := days[0], days[len(days)-1]
	outside := shortest
	if int64(shortest) >= least {
		outside = longest
	}
	if int64(shortest) < least || most > 0 && int64(longest) > most {
		mend := ""
		if p.changeable(vault) {
			mend = p.lockWith(name, min(shortest, int(least)), fitted(longest, int(most)))
		}
		what := fmt.Sprintf("it takes backups of %s; those of %d days fail (F-LOCK-3)", span(least, most), outside)
		p.wrong("the lock of vault "+name, what, mend)
		return
	}
	p.ok("the lock of vault "+name, "the tier's backups fit into it")
}

// fitted is a maximum that takes the longest retention. Zero: there is none.
func fitted(longest, most int) int {
	if most == 0 {
		return 0
	}
	return max(longest, most)
}

// changeable tells whether the lock can be changed: nobody can change a compliance lock after its grace time (F-LOCK-6).
func (p *place) changeable(vault *backup.DescribeBackupVaultOutput) bool {
	return vault.LockDate == nil || p.now.Before(*vault.LockDate)
}

// lockWith is the command that gives a vault a governance lock. A maximum of zero is none.
func (p *place) lockWith(vault string, least, most int) string {
	words := []string{
		"backup", "put-backup-vault-lock-configuration", "--backup-vault-name", vault, "--min-retention-days", strconv.Itoa(least),
	}
	if most > 0 {
		words = append(words, "--max-retention-days", strconv.Itoa(most))
	}
	return p.aws(words...)
}

func span(least, most int64) string {
	if most == 0 {
		return fmt.Sprintf("%d days or more", least)
	}
	return fmt.Sprintf("%d to %d days", least, most)
}

// lookCentralVaults looks at the vaults of the central account in this Region, with their locks and policies.
func (p *place) lookCentralVaults(ctx context.Context) error {
	type look struct {
		lock config.RetainedVault
		like config.CentralVault // whose callers it has
	}
	var looks []look
	for _, v := range p.cfg.CentralVaultsIn(p.account.region) {
		looks = append(looks, look{config.RetainedVault{
			Name: v.Name, MinRetentionDays: v.VaultLock.MinRetentionDays, MaxRetentionDays: v.VaultLock.MaxRetentionDays,
			ChangeableForDays: v.VaultLock.ChangeableForDays,
		}, v})
	}
	if p.account.region == p.cfg.Central.Region {
		for _, v := range p.cfg.Central.RetainedVaults {
			looks = append(looks, look{v, p.cfg.CentralVaults()[0]})
		}
	}
	for _, l := range looks {
		lock := l.lock
		vault, err := p.vault(ctx, lock.Name)
		if err != nil {
			return err
		}
		if vault == nil {
			continue
		}
		p.lookLock(vault, "copies", lock)
		wants := append([]want{{"denies the deletion of recovery points", "Deny", "backup:DeleteRecoveryPoint", nil}}, p.sources(l.like)...)
		if err := p.lookPolicy(ctx, lock.Name, wants); err != nil {
			return err
		}
	}
	v := p.cfg.Central.AirGappedVault
	if v == nil || p.account.region != p.cfg.Central.Region {
		return nil
	}
	wants := p.sourcesOf(p.cfg.AirGappedCallers(), func(v config.CopyVault) bool { return v.AirGapped })
	return p.lookAirGapped(ctx, v.Name, v.MinRetentionDays, v.MaxRetentionDays, v.ApprovalTeamARN, wants)
}

// lookAirGapped looks at a logically air-gapped vault. Nobody can change its lock (F-LAG-1), and CloudFormation not its team (F-LAG-3).
// An empty team: none is wanted.
func (p *place) lookAirGapped(ctx context.Context, name string, least, most int, team string, wants []want) error {
	vault, err := p.vault(ctx, name)
	if vault == nil || err != nil {
		return err
	}
	subject, wanted := "vault "+name, span(int64(least), int64(most))
	got := span(aws.ToInt64(vault.MinRetentionDays), aws.ToInt64(vault.MaxRetentionDays))
	switch {
	case vault.VaultType != types.VaultTypeLogicallyAirGappedBackupVault:
		p.wrong(subject, "it is not logically air-gapped, and cannot become so (F-LAG-1)", "")
	case got != wanted:
		p.wrong(
			"the lock of "+subject,
			fmt.Sprintf("it takes recovery points of %s; want %s, which needs another vault (F-LAG-1)", got, wanted),
			"",
		)
	default:
		p.ok("the lock of "+subject, "it is logically air-gapped and takes recovery points of "+got)
	}
	if team != "" && aws.ToString(vault.MpaApprovalTeamArn) != team {
		p.wrong("the approval team of "+subject, fmt.Sprintf("it is %q; want %s (F-LAG-3)", aws.ToString(vault.MpaApprovalTeamArn), team),
			p.aws("backup", "associate-backup-vault-mpa-approval-team", "--backup-vault-name", name, "--mpa-approval-team-arn", team))
	} else if team != "" {
		p.ok("the approval team of "+subject, "it is "+team)
	}
	return p.lookPolicy(ctx, name, wants)
}

// sources are the workloads whose copies the policy of a central vault is to let in.
func (p *place) sources(into config.CentralVault) []want {
	return p.sourcesOf(p.cfg.VaultCallers(into), func(v config.CopyVault) bool { return v.Region == into.Region && v.Name == into.Name })
}

func (p *place) sourcesOf(callers config.Callers, into func(config.CopyVault) bool) []want {
	var wants []want
	for _, w := range p.cfg.Workloads {
		if !slices.ContainsFunc(p.cfg.AllCopyVaults(w), into) {
			continue
		}
		names := []string{p.cfg.Organization.ID}
		if role := p.cfg.WorkloadRoleARN(w, p.cfg.BackupRoleName(w)); slices.Contains(callers.RoleARNs, role) {
			names = append(names, role)
		} else {
			names = append(names, callers.RoleARNs...) // a pattern
		}
		if slices.Contains(callers.Accounts, w.Account) {
			names = append(names, w.Account)
		}
		wants = append(wants, want{"lets copies of " + w.ID() + " in", "Allow", "backup:CopyIntoBackupVault", names})
	}
	return wants
}

// lookLock compares the lock with that of the configuration. What enters the vault are copies or backups. AWS does not tell for how
// long a compliance lock was to be changeable (F-LOCK-8).
func (p *place) lookLock(vault *backup.DescribeBackupVaultOutput, what string, want config.RetainedVault) {
	subject := "the lock of vault " + want.Name
	mend := p.lockWith(want.Name, want.MinRetentionDays, want.MaxRetentionDays)
	if want.ChangeableForDays > 0 {
		mend = p.deploy() // a lock that cannot be undone is no one-liner
	}
	if !p.changeable(vault) {
		mend = ""
	}
	wanted := span(int64(want.MinRetentionDays), int64(want.MaxRetentionDays))
	got := span(aws.ToInt64(vault.MinRetentionDays), aws.ToInt64(vault.MaxRetentionDays))
	switch compliance := vault.LockDate != nil; {
	case !aws.ToBool(vault.Locked):
		p.wrong(subject, "there is none; want one for "+wanted, mend)
	case compliance && want.ChangeableForDays == 0:
		if p.changeable(vault) {
			mend = p.aws("backup", "delete-backup-vault-lock-configuration", "--backup-vault-name", want.Name) + ", and then " + mend
		}
		p.wrong(subject, fmt.Sprintf("it is a compliance lock that nobody can undo after %s; want a governance lock (F-LOCK-6)",
			stamp(*vault.LockDate)), mend)
	case !compliance && want.ChangeableForDays > 0:
		p.wrong(subject, "it is a governance lock; want a compliance lock (F-LOCK-1)", mend)
	case got != wanted:
		p.wrong(subject, fmt.Sprintf("it takes %s of %s; want %s; others fail (F-LOCK-3)", what, got, wanted), mend)
	default:
		p.ok(subject, "it takes "+what+" of "+got)
	}
}

// want is what a statement of a policy is to say. The whole policy is not compared.
type want struct {
	what, effect, action string
	// names that the statement has in it, as values of conditions. Principals are not compared: AWS may write them otherwise.
	names []string
}

// lookPolicy looks for statements in the policy of a vault.
func (p *place) lookPolicy(ctx context.Context, vault string, wants []want) error {
	subject := "the policy of vault " + vault
	output, err := p.backup.GetBackupVaultAccessPolicy(ctx, &backup.GetBackupVaultAccessPolicyInput{BackupVaultName: aws.String(vault)})
	if isMissing(err) {
		p.wrong(subject, "there is none", p.deploy())
		return nil
	}
	if err != nil {
		return p.unread(subject, err)
	}
	var document struct{ Statement []json.RawMessage }
	if json.Unmarshal([]byte(aws.ToString(output.Policy)), &document) != nil {
		p.unknown(subject, "it cannot be read; it is not the list of statements that the app deploys")
		return nil
	}
	for _, w := range wants {
		if missing := w.missing(document.Statement); missing != "" {
			p.wrong(subject, fmt.Sprintf("no statement %s: %s is missing", w.what, missing), p.deploy())
		} else {
			p.ok(subject, "a statement "+w.what)
		}
	}
	return nil
}

// missing is what no statement has. Empty: one has all.
func (w want) missing(statements []json.RawMessage) string {
	missing := w.effect + " " + w.action
	for _, text := range statements {
		var s struct {
			Effect string
			Action any
		}
		if json.Unmarshal(text, &s) != nil || s.Effect != w.effect || !has(s.Action, w.action) {
			continue
		}
		i := slices.IndexFunc(w.names, func(name string) bool { return !strings.Contains(string(text), strconv.Quote(name)) })
		if i < 0 {
			return ""
		}
		missing = w.names[i]
	}
	return missing
}

// has tells whether a text, or a list of texts, has a text.
func has(value any, text string) bool {
	if list, ok := value.([]any); ok {
		return slices.Contains(list, any(text))
	}
	return value == any(text)
}
