package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
)

// initialize is the command init.
type initialize struct {
	Out              string   `default:"backup.yaml" placeholder:"FILE" help:"Write to FILE, which must not exist (default: ${default})."`
	Project          string   `placeholder:"NAME" help:"The prefix of all names."`
	Organization     string   `placeholder:"ID" help:"The id of the organization, such as o-a1b2c3d4e5."`
	CentralAccount   string   `placeholder:"ACCOUNT" help:"The account that receives the copies."`
	CentralRegion    string   `placeholder:"REGION" help:"Its Region."`
	KeyAdministrator []string `placeholder:"ROLE" help:"A role that may administer the central key. Repeatable."`
	Email            []string `placeholder:"ADDRESS" help:"Who is notified. Repeatable."`
	Workload         []string `placeholder:"NAME/ENV/ACCOUNT/REGION" help:"A workload. With --from-account, NAME/ENV is enough. Repeatable."`
	Bucket           []string `placeholder:"[NAME-ENV/]BUCKET=TIER" help:"A bucket to create; with several workloads, with its NAME-ENV. Repeatable."`
	ExistingBucket   []string `placeholder:"[NAME-ENV/]BUCKET=TIER" help:"The same of a bucket that exists and is not changed. Repeatable."`
	CopyDays         []string `placeholder:"TIER=DAYS" help:"How long copies of a tier are kept that has no default. Repeatable."`
	FromAccount      string   `placeholder:"PROFILE" help:"List the buckets of the account of this AWS profile, with what each lacks."`
	FromTerraform    string   `placeholder:"DIR" help:"Read buckets and backups of this Terraform directory, and name its faults."`
	Var              []string `placeholder:"NAME=VALUE" help:"A value that Terraform has elsewhere: var.NAME or local.NAME. Repeatable."`
	Tier             string   `placeholder:"TIER" help:"The tier of buckets that are found and say none (default: they stay comments)."`
	TagKey           string   `placeholder:"KEY" help:"The tag of a bucket that names its tier (default: backup:tier)."`
	Region           string   `placeholder:"REGION" help:"With --from-account: the Region (default: that of the profile)."`
	EndpointURL      string   `name:"endpoint-url" placeholder:"URL" help:"With --from-account: send all requests to this URL."`
}

// Validate finds flags that exclude each other, and values that no file takes.
func (c *initialize) Validate() error {
	if c.FromAccount != "" && c.FromTerraform != "" {
		return errors.New("--from-account and --from-terraform: write one of them")
	}
	if c.FromAccount == "" && (c.Region != "" || c.EndpointURL != "") {
		return errors.New("--region and --endpoint-url belong to --from-account")
	}
	if c.FromTerraform == "" && len(c.Var) > 0 {
		return errors.New("--var belongs to --from-terraform")
	}
	if c.FromAccount == "" && c.FromTerraform == "" && (c.Tier != "" || c.TagKey != "") {
		return errors.New("--tier and --tag-key belong to --from-account and --from-terraform")
	}
	if c.Tier != "" {
		return knownTier("--tier", c.Tier)
	}
	return nil
}

// knownTier refuses a tier that is not built in.
func knownTier(flag, tier string) error {
	var names []string
	for _, t := range config.BuiltinTiers() {
		names = append(names, t.Name)
	}
	if slices.Contains(names, tier) {
		return nil
	}
	return fmt.Errorf(
		"%s %s: there is no such tier%s; want one of %s",
		flag,
		tier,
		config.DidYouMean(tier, names),
		strings.Join(names, ", "),
	)
}

// Run writes a backup.yaml.
func (c *initialize) Run(clock clock, stdin io.Reader, streams streams) error {
	if _, err := os.Lstat(c.Out); err == nil {
		return fmt.Errorf("%s is there already, and init overwrites nothing; write --out FILE", c.Out)
	}
	ctx, stop := interruptible(context.Background(), "nothing was written")
	defer stop()
	if err := c.run(ctx, clock, stdin, streams); err != nil {
		return causeOf(ctx, err)
	}
	return nil
}

func (c *initialize) run(ctx context.Context, clock clock, stdin io.Reader, streams streams) error {
	d, err := c.draft()
	if err != nil {
		return err
	}
	var ask *asker
	if file, ok := stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		ask = newAsker(ctx, stdin, streams.stderr)
	}
	lacking := c.missing(d)
	if ask == nil && len(lacking) > 0 {
		return fmt.Errorf("this is no terminal, so nobody can be asked; add %s", strings.Join(lacking, ", "))
	}
	if ask != nil && len(lacking) > 0 {
		if err := ask.file(d, c.FromAccount != ""); err != nil {
			return err
		}
	}
	switch {
	case c.FromAccount != "":
		err = c.readAccount(ctx, clock, d)
	case c.FromTerraform != "":
		err = c.readTerraform(d, streams.stdout)
	}
	if err != nil {
		return err
	}
	if ask != nil && len(lacking) > 0 {
		if err := ask.buckets(d); err != nil {
			return err
		}
	}
	if lacking := append(c.missing(d), c.tiers(d)...); len(lacking) > 0 {
		return fmt.Errorf("nothing was written; add %s", strings.Join(lacking, ", "))
	}
	return c.write(d, streams.stdout)
}

// missing are the flags that are missing, if nobody can be asked.
func (c *initialize) missing(d *draft) []string {
	var all []string
	for _, flag := range []struct{ name, value string }{
		{"--project NAME", d.project}, {"--organization ID", d.organization}, {"--central-account ACCOUNT", d.account},
		{"--central-region REGION", d.region},
	} {
		if flag.value == "" {
			all = append(all, flag.name)
		}
	}
	found := c.FromAccount != "" || c.FromTerraform != ""
	switch {
	case len(d.workloads) == 0 && c.FromAccount != "":
		all = append(all, "--workload NAME/ENV")
	case len(d.workloads) == 0:
		all = append(all, "--workload NAME/ENV/ACCOUNT/REGION")
	}
	if !found && !slices.ContainsFunc(d.workloads, func(w *draftWorkload) bool { return len(w.buckets) > 0 }) {
		all = append(all, "--bucket NAME=TIER")
	}
	for _, tier := range d.undecided() {
		all = append(all, "--copy-days "+tier+"=DAYS")
	}
	return all
}

// tiers are the flags that are missing where no bucket has a tier.
func (c *initialize) tiers(d *draft) []string {
	var all []string
	for _, w := range d.workloads {
		if !slices.ContainsFunc(w.buckets, func(b draftBucket) bool { return b.tier != "" }) {
			all = append(all, "--tier TIER, or --bucket "+w.id()+"/NAME=TIER: nothing says the tier of a bucket of "+w.id())
		}
	}
	return all
}

// draft is what the flags say.
func (c *initialize) draft() (*draft, error) {
	d := &draft{
		project: c.Project, organization: c.Organization, account: c.CentralAccount, region: c.CentralRegion,
		administrators: c.KeyAdministrator, emails: c.Email, copyDays: map[string]int{},
	}
	var faults []error
	for _, flag := range []struct{ name, row, value string }{
		{"--project", "project", d.project}, {"--organization", "organization_id", d.organization},
		{"--central-account", "account", d.account}, {"--central-region", "region", d.region},
	} {
		if flag.value != "" {
			faults = append(faults, faultOf(flag.name, flag.row, flag.value))
		}
	}
	for _, text := range c.Workload {
		faults = append(faults, c.addWorkload(d, text))
	}
	for _, flag := range []struct {
		name     string
		texts    []string
		existing bool
	}{{"--bucket", c.Bucket, false}, {"--existing-bucket", c.ExistingBucket, true}} {
		for _, text := range flag.texts {
			faults = append(faults, addBucket(d, flag.name, text, flag.existing))
		}
	}
	for _, text := range c.CopyDays {
		tier, days, _ := strings.Cut(text, "=")
		faults = append(faults, cmp.Or(knownTier("--copy-days", tier), faultOf("--copy-days "+tier, "days", days)))
		d.copyDays[tier], _ = strconv.Atoi(days) // it is a number: the check above says so
	}
	return d, errors.Join(faults...)
}

// faultOf says what is wrong with the value of a flag.
func faultOf(flag, row, value string) error {
	if fault := config.Fault(row, value); fault != "" {
		return fmt.Errorf("%s: %s", flag, fault)
	}
	return nil
}

func (c *initialize) addWorkload(d *draft, text string) error {
	fields := strings.Split(text, "/")
	if len(fields) == 2 && c.FromAccount != "" {
		fields = append(fields, "", "")
	}
	if len(fields) != 4 {
		return fmt.Errorf("--workload %s: want NAME/ENV/ACCOUNT/REGION, such as shop/prod/222222222222/eu-central-1", text)
	}
	w := &draftWorkload{name: fields[0], environment: fields[1], account: fields[2], region: fields[3]}
	if c.FromAccount != "" && (len(d.workloads) > 0 || w.account != "") {
		return fmt.Errorf("--workload %s: --from-account knows the account and the Region; write one workload, as NAME/ENV", text)
	}
	for i, row := range []string{"workload_name", "workload_name", "account", "region"} {
		if fields[i] == "" && c.FromAccount != "" && i > 1 {
			continue
		}
		if err := faultOf("--workload "+text, row, fields[i]); err != nil {
			return err
		}
	}
	d.workloads = append(d.workloads, w)
	return nil
}

// addBucket adds a bucket to the workload that it names, or to the only one.
func addBucket(d *draft, flag, text string, existing bool) error {
	id, rest, named := strings.Cut(text, "/")
	if !named {
		rest = text
	}
	name, tier, ok := strings.Cut(rest, "=")
	if !ok {
		return fmt.Errorf("%s %s: want BUCKET=TIER", flag, text)
	}
	if err := cmp.Or(faultOf(flag+" "+text, "bucket_name", name), knownTier(flag+" "+name, tier)); err != nil {
		return err
	}
	at := slices.IndexFunc(d.workloads, func(w *draftWorkload) bool { return !named || w.id() == id })
	if !named && len(d.workloads) > 1 {
		return fmt.Errorf("%s %s: there are several workloads; write %s/%s for the first", flag, text, d.workloads[0].id(), text)
	}
	if at < 0 {
		return fmt.Errorf("%s %s: there is no workload for it; write --workload NAME/ENV/ACCOUNT/REGION", flag, text)
	}
	d.workloads[at].buckets = append(d.workloads[at].buckets, draftBucket{name: name, tier: tier, existing: existing})
	return nil
}

// write checks the file as the app does, and writes it, unless another one is there by now.
func (c *initialize) write(d *draft, stdout io.Writer) error {
	text := d.text(c.Out)
	cfg, err := config.Load(c.Out, []byte(text))
	if err != nil {
		return fmt.Errorf("nothing was written: the file would have mistakes:\n%w", err)
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // nothing in it is secret
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and init overwrites nothing; write --out FILE", c.Out)
	}
	if err != nil {
		return fmt.Errorf("--out %s: %w", c.Out, err)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(c.Out) // a part of a file is worse than none
		return fmt.Errorf("--out %s: %w", c.Out, err)
	}
	flag := ""
	if c.Out != "backup.yaml" {
		flag = " -config " + quoted(c.Out)
	}
	app, schema := cli.AppCalled(program), ""
	if outsideClone() {
		beside := filepath.Join(filepath.Dir(c.Out), schemaFrom(c.Out))
		schema = fmt.Sprintf("  %s -print-schema > %s   # for your editor\n", app, quoted(beside))
	}
	_, err = fmt.Fprintf(stdout, "wrote %s; next:\n%s  %s%s -check   # %s\n  %[3]s%[4]s\n", c.Out, schema, app, flag,
		count(cfg.Warnings.Number(config.Warning), "warning", "warnings"))
	return noOutput(err)
}
