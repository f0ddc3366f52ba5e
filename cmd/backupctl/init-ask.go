package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"central-s3-backup/config"
)

// asker asks questions on a terminal, one line each. It asks again until the answer is one that the app takes.
type asker struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one run
	lines <-chan string
	out   io.Writer
}

// newAsker reads lines in the background, so that Ctrl-C ends a question.
func newAsker(ctx context.Context, stdin io.Reader, out io.Writer) *asker {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(stdin); scanner.Scan(); {
			select {
			case lines <- strings.TrimSpace(scanner.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return &asker{ctx, lines, out}
}

var errNoAnswer = errors.New("nothing was written: the answers ended")

// ask returns an answer that check finds nothing wrong with. Enter takes the default.
func (a *asker) ask(question, byDefault string, check func(string) string) (string, error) {
	if byDefault != "" {
		question += " [" + byDefault + "]"
	}
	for {
		fmt.Fprintf(a.out, "%s: ", question)
		var answer string
		select {
		case <-a.ctx.Done():
			fmt.Fprintln(a.out)
			return "", context.Cause(a.ctx)
		case line, more := <-a.lines:
			if !more {
				fmt.Fprintln(a.out)
				return "", errNoAnswer
			}
			answer = line
		}
		if answer == "" {
			answer = byDefault
		}
		fault := check(answer)
		if fault == "" {
			return answer, nil
		}
		fmt.Fprintf(a.out, "  %s\n", strings.ReplaceAll(fault, "\n", "\n  "))
	}
}

// of checks by a row of the syntax table.
func of(row string) func(string) string {
	return func(answer string) string { return config.Fault(row, answer) }
}

// orNothing takes Enter, too.
func orNothing(check func(string) string) func(string) string {
	return func(answer string) string {
		if answer == "" {
			return ""
		}
		return check(answer)
	}
}

// fill asks for what a flag did not say.
func (a *asker) fill(value *string, question, byDefault, row string) error {
	if *value != "" {
		return nil
	}
	answer, err := a.ask(question, byDefault, of(row))
	*value = answer
	return err
}

// file asks for all but the buckets. known says that the account and Region of the workload are known otherwise.
func (a *asker) file(d *draft, known bool) error {
	fmt.Fprintf(a.out, "A backup.yaml comes from these answers. Ctrl-C ends this, and nothing is written.\n\n")
	for _, q := range []struct {
		value                     *string
		question, byDefault, rows string
	}{
		{&d.project, "Project, the prefix of all names", "", "project"},
		{&d.organization, "Id of the organization (aws organizations describe-organization)", "", "organization_id"},
		{&d.account, "Central account, which receives the copies", "", "account"},
		{&d.region, "Its Region", "", "region"},
	} {
		if err := a.fill(q.value, q.question, q.byDefault, q.rows); err != nil {
			return err
		}
	}
	if len(d.emails) == 0 {
		email, err := a.ask("E-mail address that is notified of failures (Enter: none yet)", "", orNothing(of("email")))
		if err != nil {
			return err
		}
		if email != "" {
			d.emails = []string{email}
		}
	}
	if len(d.workloads) > 0 {
		return nil
	}
	return a.workload(d, known)
}

// workload asks for a workload, until the app takes it together with the answers before.
func (a *asker) workload(d *draft, known bool) error {
	for {
		fmt.Fprintf(a.out, "\nA workload is an account and Region with buckets.\n")
		w := &draftWorkload{}
		fields := []struct {
			value         *string
			question, row string
		}{
			{&w.name, "Its name", "workload_name"}, {&w.environment, "Its environment, such as dev", "workload_name"},
			{&w.account, "Its account", "account"}, {&w.region, "Its Region", "region"},
		}
		if known {
			fields = fields[:2]
		}
		for _, f := range fields {
			if err := a.fill(f.value, f.question, "", f.row); err != nil {
				return err
			}
		}
		if !known {
			probe := *w
			probe.buckets = []draftBucket{{name: "a-bucket-of-init", tier: config.BuiltinTiers()[0].Name}}
			if faults := d.with(&probe).faults(); faults != "" {
				fmt.Fprintf(a.out, "  %s\n", strings.ReplaceAll(faults, "\n", "\n  "))
				continue
			}
		}
		d.workloads = append(d.workloads, w)
		return nil
	}
}

// buckets asks for buckets, for the tiers of those that were found, and for further workloads.
func (a *asker) buckets(d *draft) error {
	a.explain()
	for {
		w := d.workloads[len(d.workloads)-1]
		if err := a.bucketsOf(d, w); err != nil {
			return err
		}
		more, err := a.yes("Another workload?")
		if err != nil || !more {
			return err
		}
		if err := a.workload(d, false); err != nil {
			return err
		}
	}
}

func (a *asker) bucketsOf(d *draft, w *draftWorkload) error {
	for i := range w.buckets {
		b := &w.buckets[i]
		if b.tier == "" {
			tier, err := a.ask("Tier of "+b.name+" (Enter: leave it out)", "", orNothing(tierFault))
			if err != nil {
				return err
			}
			b.tier = tier
		}
		if err := a.copyDays(d, b.tier); err != nil {
			return err
		}
	}
	for {
		end := "Enter: no more"
		if !slices.ContainsFunc(w.buckets, func(b draftBucket) bool { return b.tier != "" }) {
			end = "one at least"
		}
		name, err := a.ask("Bucket of "+w.id()+" ("+end+")", "", func(answer string) string {
			if answer == "" && end != "one at least" {
				return ""
			}
			return config.Fault("bucket_name", answer)
		})
		if err != nil || name == "" {
			return err
		}
		tier, err := a.ask("Its tier", "", tierFault)
		if err != nil {
			return err
		}
		existing, err := a.yes("Does it exist already? It is then backed up and not changed.")
		if err != nil {
			return err
		}
		if err := a.copyDays(d, tier); err != nil {
			return err
		}
		w.buckets = append(w.buckets, draftBucket{name: name, tier: tier, existing: existing})
		if faults := d.faults(); faults != "" {
			fmt.Fprintf(a.out, "  %s\n", strings.ReplaceAll(faults, "\n", "\n  "))
			w.buckets = w.buckets[:len(w.buckets)-1]
		}
	}
}

func tierFault(answer string) string {
	if err := knownTier("", answer); err != nil {
		return strings.TrimSpace(err.Error())
	}
	return ""
}

// copyDays asks how long copies are kept, where the business decides that.
func (a *asker) copyDays(d *draft, tier string) error {
	for _, t := range config.BuiltinTiers() {
		if t.Name != tier || !decides(&t) || d.copyDays[tier] > 0 {
			continue
		}
		days, err := a.ask("For how many days are copies of "+tier+" kept? The business decides it", "", of("days"))
		if err != nil {
			return err
		}
		d.copyDays[tier], _ = strconv.Atoi(days) // of("days") takes numbers alone
	}
	return nil
}

func (a *asker) yes(question string) (bool, error) {
	answer, err := a.ask(question+" (y/n)", "n", func(answer string) string {
		if slices.Contains([]string{"y", "yes", "n", "no"}, strings.ToLower(answer)) {
			return ""
		}
		return "want y or n"
	})
	return strings.HasPrefix(strings.ToLower(answer), "y"), err
}

// explain prints what each tier does, in two lines.
func (a *asker) explain() {
	fmt.Fprintf(a.out, "\nEvery bucket has a tier, which decides how it is protected:\n")
	for _, t := range config.BuiltinTiers() {
		here, elsewhere := explained(&t)
		fmt.Fprintf(a.out, "  %s: %s\n      %s\n", t.Name, here, elsewhere)
	}
	fmt.Fprintln(a.out)
}

// explained says what a tier does in the workload's account, and what beyond it.
func explained(t *config.Tier) (here, elsewhere string) {
	here = fmt.Sprintf("Object Lock keeps each version %s", count(t.ObjectLock.Days, "day", "days"))
	if t.ContinuousBackup != nil {
		here += fmt.Sprintf("; a restore to any moment of the last %s", count(t.ContinuousBackup.DeleteAfterDays, "day", "days"))
	}
	for _, s := range t.SnapshotBackup {
		here += fmt.Sprintf("; snapshots kept %s", count(s.DeleteAfterDays, "day", "days"))
	}
	switch {
	case !t.BackedUp():
		elsewhere = "No AWS Backup: older versions bring data back"
	case !t.Copied():
		elsewhere = "No copy in another account"
	case decides(t):
		elsewhere = "Copies in the central account, kept as long as the business decides"
	default:
		elsewhere = fmt.Sprintf("Copies in the central account, kept %s", count(t.CopyToCentral.DeleteAfterDays, "day", "days"))
	}
	if t.DedicatedKey {
		return here, elsewhere + "; a KMS key of its own"
	}
	return here, elsewhere + "; a KMS key that buckets of the workload share"
}
