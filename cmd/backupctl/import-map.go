package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/cli"
)

// importMap is the command import-map.
type importMap struct {
	Stack    string   `required:"" placeholder:"NAME" help:"A stack, or NAME-ENV of its workload, or central."`
	Assembly string   `default:"cdk.out" placeholder:"DIR" help:"What the app wrote (default: ${default})."`
	Only     []string `placeholder:"NAME" help:"A vault, bucket or alias that exists (default: all vaults and buckets, or what is found). Repeatable."`
	Key      []string `placeholder:"ALIAS=ID" help:"The id of a KMS key that exists, by its alias. Repeatable."`
	backupFlags
}

// importable are the types of the app that CloudFormation imports and that hold data or protect it, with the property that
// identifies a resource (F-CFN-46).
var importable = map[string]string{
	"AWS::Backup::BackupVault": "BackupVaultName",
	"AWS::KMS::Alias":          "AliasName",
	"AWS::KMS::Key":            "KeyId",
	"AWS::S3::Bucket":          "BucketName",
}

// keyID is the id of a KMS key.
var keyID = regexp.MustCompile(`^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// template is a template of CloudFormation.
type template struct {
	Resources map[string]templateResource
}

type templateResource struct {
	Type       string
	Properties map[string]json.RawMessage
}

// name is the name that the template gives to a resource, or "".
func (r templateResource) name() string {
	var name string
	_ = json.Unmarshal(r.Properties[importable[r.Type]], &name) // what is no text is no name
	return name
}

// importing is one run of import-map.
type importing struct {
	command  *importMap
	cfg      *config.Config
	stack    string
	account  account
	template template
	// keys are ids of keys by their alias, with alias/.
	keys map[string]string
	// mapping is the result: identifiers by logical id.
	mapping map[string]map[string]string
	notes   []string
}

// Run prints the mapping for cdk import.
func (c *importMap) Run(clock clock, streams streams) error {
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return err
	}
	r := &importing{command: c, cfg: cfg, keys: map[string]string{}, mapping: map[string]map[string]string{}}
	for _, step := range []func() error{r.find, r.read, r.readKeys, r.checkOnly} {
		if err := step(); err != nil {
			return err
		}
	}
	there := func(string) bool { return true }
	if c.Profile != "" || c.EndpointURL != "" {
		ctx, stop := interruptible(context.Background(), "run the same command again")
		defer stop()
		if there, err = r.lookUp(ctx, clock); err != nil {
			return causeOf(ctx, err)
		}
	}
	if err := r.choose(there); err != nil {
		return err
	}
	if err := r.complete(); err != nil {
		return err
	}
	for _, note := range r.notes {
		fmt.Fprintln(streams.stderr, note)
	}
	text, _ := json.MarshalIndent(r.mapping, "", "  ") // of texts
	if _, err := fmt.Fprintln(streams.stdout, string(text)); err != nil {
		return noOutput(err)
	}
	fmt.Fprintf(streams.stderr, "import them with npx cdk import %s --resource-mapping FILE, then deploy the rest\n", r.stack)
	return nil
}

// find finds the stack, by its name or by what it is of.
func (r *importing) find() error {
	names := []string{r.cfg.CentralStackName(), config.CentralID}
	if r.command.Stack == names[0] || r.command.Stack == names[1] {
		r.stack, r.account = names[0], centralAccount(r.cfg, r.command.Profile)
		r.account.flag = "--profile"
		return nil
	}
	for _, w := range r.cfg.Workloads {
		if r.command.Stack == r.cfg.StackName(w) || r.command.Stack == w.ID() {
			r.stack, r.account = r.cfg.StackName(w), workloadAccount(r.cfg, w, r.command.Profile)
			return nil
		}
		names = append(names, r.cfg.StackName(w), w.ID())
	}
	return fmt.Errorf("--stack %s: there is no such stack%s; want one of %s", r.command.Stack, config.DidYouMean(r.command.Stack, names),
		strings.Join(names, ", "))
}

// read reads the template, and compares it with the configuration: another one has other logical ids and names.
func (r *importing) read() error {
	again := cli.AppCalled(program)
	if r.command.Config != "backup.yaml" {
		again += " -config " + quoted(r.command.Config)
	}
	if r.command.Assembly != "cdk.out" {
		again += " -out " + quoted(r.command.Assembly)
	}
	file := filepath.Join(r.command.Assembly, r.stack+".template.json")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there; write it with %s", file, again)
	}
	if err == nil {
		err = json.Unmarshal(text, &r.template)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", file, err)
	}
	got := map[string]bool{}
	for _, resource := range r.template.Resources {
		got[resource.name()] = true
	}
	for _, name := range r.expected() {
		if !got[name] {
			return fmt.Errorf("%s is not of %s as it is now: %s is not in it; write it again with %s", file, r.command.Config, name, again)
		}
	}
	if newer(r.command.Config, file) {
		r.notes = append(r.notes, fmt.Sprintf("note: %s changed after %s was written; if in doubt, write it again with %s",
			r.command.Config, file, again))
	}
	return nil
}

// expected are vaults and buckets that the stack has by the configuration.
func (r *importing) expected() []string {
	if r.stack == r.cfg.CentralStackName() {
		return []string{r.cfg.Central.VaultName}
	}
	var names []string
	for _, w := range r.cfg.Workloads {
		if r.cfg.StackName(w) != r.stack {
			continue
		}
		for _, use := range r.cfg.TierUses(w) {
			if use.Tier.BackedUp() {
				names = append(names, r.cfg.TierName(w, use.Tier))
			}
			for _, b := range use.Buckets {
				if !b.Existing {
					names = append(names, b.Name)
				}
			}
		}
	}
	return names
}

func newer(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && first.ModTime().After(second.ModTime())
}

// readKeys reads --key.
func (r *importing) readKeys() error {
	aliases := r.names("AWS::KMS::Alias")
	for _, text := range r.command.Key {
		alias, id, ok := strings.Cut(text, "=")
		if alias = "alias/" + strings.TrimPrefix(alias, "alias/"); !ok || !keyID.MatchString(id) {
			return fmt.Errorf("--key %s: want ALIAS=ID with the id of a key, such as 1234abcd-12ab-34cd-56ef-1234567890ab, not its ARN", text)
		}
		if !slices.Contains(aliases, alias) {
			return fmt.Errorf("--key %s: %s has no such alias%s; want one of %s", text, r.stack, config.DidYouMean(alias, aliases),
				strings.Join(aliases, ", "))
		}
		r.keys[alias] = id
	}
	return nil
}

func (r *importing) checkOnly() error {
	var all []string
	for kind := range importable {
		all = append(all, r.names(kind)...)
	}
	slices.Sort(all)
	for _, name := range r.command.Only {
		if !slices.Contains(all, name) {
			return fmt.Errorf("--only %s: %s creates no vault, bucket or alias of this name%s; an existing bucket is not in the stack, and is "+
				"not imported", name, r.stack, config.DidYouMean(name, all))
		}
	}
	return nil
}

// names are the names of the resources of a type.
func (r *importing) names(kind string) []string {
	var all []string
	for _, id := range sortedKeys(r.template.Resources) {
		if resource := r.template.Resources[id]; resource.Type == kind && resource.name() != "" {
			all = append(all, resource.name())
		}
	}
	return all
}

// choose maps what exists. there says so of a vault or bucket.
func (r *importing) choose(there func(name string) bool) error {
	for _, id := range sortedKeys(r.template.Resources) {
		resource := r.template.Resources[id]
		name := resource.name()
		switch resource.Type {
		case "AWS::Backup::BackupVault", "AWS::S3::Bucket":
			if wanted := len(r.command.Only) == 0 || slices.Contains(r.command.Only, name); wanted && there(name) {
				r.mapping[id] = map[string]string{importable[resource.Type]: name}
			}
		case "AWS::KMS::Alias":
			if key := r.keys[name]; key != "" {
				r.mapping[id] = map[string]string{"AliasName": name}
				for _, of := range references(resource.Properties["TargetKeyId"]) {
					r.mapping[of] = map[string]string{"KeyId": key}
				}
			}
		}
	}
	if len(r.mapping) == 0 {
		return fmt.Errorf("nothing of %s exists, so there is nothing to import; deploy it with npx cdk deploy %[1]s", r.stack)
	}
	return nil
}

// complete looks at what the mapped resources refer to: CloudFormation imports none whose references are missing. A key that is not
// mapped is an error, because AWS never changes the key of a vault (F-CFN-2).
func (r *importing) complete() error {
	for _, id := range sortedKeys(r.mapping) {
		whole, _ := json.Marshal(r.template.Resources[id].Properties) // of JSON
		for _, other := range references(whole) {
			resource, there := r.template.Resources[other]
			if !there || r.mapping[other] != nil {
				continue
			}
			name := r.template.Resources[id].name()
			if resource.Type == "AWS::KMS::Key" {
				return fmt.Errorf("%s is encrypted with the key of %s, and the mapping does not have it; add --key %[2]s=ID (F-CFN-2)",
					name, r.aliasOf(other))
			}
			r.notes = append(r.notes, fmt.Sprintf("note: %s refers to %s (%s), which must be in the stack already or be imported with it",
				name, other, resource.Type))
		}
	}
	return nil
}

// aliasOf is the alias of a key in the template.
func (r *importing) aliasOf(key string) string {
	for _, id := range sortedKeys(r.template.Resources) {
		resource := r.template.Resources[id]
		if resource.Type == "AWS::KMS::Alias" && slices.Contains(references(resource.Properties["TargetKeyId"]), key) {
			return resource.name()
		}
	}
	return key
}

// references are the logical ids in Ref and Fn::GetAtt, in their order, each once.
func references(text json.RawMessage) []string {
	var document any
	if json.Unmarshal(text, &document) != nil {
		return nil
	}
	var all []string
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, element := range node {
				walk(element)
			}
		case map[string]any:
			for _, key := range sortedKeys(node) {
				var id string
				switch of := node[key].(type) {
				case string:
					if key == "Ref" {
						id = of
					}
				case []any:
					if key == "Fn::GetAtt" && len(of) > 0 {
						id, _ = of[0].(string)
					}
				}
				if id != "" && !slices.Contains(all, id) {
					all = append(all, id)
				}
				walk(node[key])
			}
		}
	}
	walk(document)
	return all
}
