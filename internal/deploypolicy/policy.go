package deploypolicy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// MaxCharacters is how many characters, without white space, a managed policy may have (F-IAM-20).
const MaxCharacters = 6_144

// MaxPolicies is how many managed policies a role takes, by AWS's default quota (F-IAM-20).
const MaxPolicies = 10

// Policy is a managed policy of one account.
type Policy struct {
	// Name of the policy, unique in the account.
	Name string
	// Document is its text, as indented JSON.
	Document string
}

// Statement allows actions. It has no Effect: nothing here denies.
type Statement struct {
	// Actions as IAM writes them, such as "s3:CreateBucket". Sorted.
	Actions []string
	// Resources are ARNs, or patterns for them. Sorted.
	Resources []string
	// Condition by operator and key. Nil: none.
	Condition map[string]map[string][]string
}

// For computes the policies for what is deployed to one account and Region: as few as fit, of at most [MaxCharacters] each.
// The first ones stay the same when something is added that is sorted behind what they allow.
func For(project string, d config.Deployed) []Policy {
	var policies []Policy
	for i, statements := range cut(Statements(d)) {
		policies = append(policies, Policy{
			Name:     fmt.Sprintf("%s-backup-deploy-%s-%d", project, d.Region, i+1),
			Document: document(statements),
		})
	}
	return policies
}

// Statements are what CloudFormation has to do for what is deployed to one account and Region.
func Statements(d config.Deployed) []Statement {
	type group struct {
		resources string // joined
		condition string // as JSON
	}
	actions, statements := map[group]map[string]bool{}, map[group]Statement{}
	add := func(s Statement) {
		if len(s.Resources) == 0 { // a Region with artifacts alone has no role; IAM takes no statement without a resource
			return
		}
		condition, _ := json.Marshal(s.Condition) // texts have a form in JSON
		g := group{strings.Join(s.Resources, " "), string(condition)}
		if actions[g] == nil {
			actions[g], statements[g] = map[string]bool{}, s
		}
		for _, action := range s.Actions {
			actions[g][action] = true
		}
	}
	p := place(d)
	for _, typ := range Types {
		resources := p.resources(typ)
		if len(resources) == 0 {
			continue
		}
		for _, action := range needed(typ) {
			if s, own := p.ownScope(action); own {
				add(s)
				continue
			}
			add(Statement{Actions: []string{action}, Resources: resources})
		}
	}
	for _, s := range p.passRoles() {
		add(s)
	}
	var all []Statement
	for _, g := range slices.SortedFunc(maps.Keys(statements), func(a, b group) int {
		return strings.Compare(a.resources+a.condition, b.resources+b.condition)
	}) {
		s := statements[g]
		s.Actions = slices.Sorted(maps.Keys(actions[g]))
		all = append(all, s)
	}
	return all
}

// needed lists the actions of a type's handlers that its deployment may use.
func needed(typ string) []string {
	var all []string
	for _, action := range Table()[typ].deployment() {
		if !withheld(action) {
			all = append(all, action)
		}
	}
	return all
}

// deployment lists the actions of all handlers but list, which a deployment does not call.
func (h Handlers) deployment() []string {
	without := maps.Clone(h)
	delete(without, "list")
	return without.Actions()
}

// retained are the actions that would end what the stacks retain: data, backups, and the keys that decrypt them. CloudFormation
// never needs them, because each such resource has the DeletionPolicy Retain.
var retained = []string{
	"backup:DeleteBackupVault",
	"backup:DeleteBackupVaultLockConfiguration",
	"kms:DisableKey",
	"kms:DisableKeyRotation",
	"kms:ScheduleKeyDeletion",
	"s3:DeleteBucket",
	"s3:DeleteObject",
}

// unused are parts of actions, by service, for properties that no resource of the stacks has.
var unused = map[string][]string{
	"ec2":               {""},
	"elasticfilesystem": {""},
	"events":            {"UpdateEventBus"},
	"firehose":          {""},
	"iam":               {"PassRole", "GroupPolicy", "UserPolicy"}, // [place.passRoles] says which role is passed to what
	"kms":               {"EnableKey$"},
	"lambda":            {"CodeSigning", "GetLayerVersion", "RuntimeManagement", "RecursionConfig$"},
	"logs":              {"LogDelivery", "DataProtection", "IndexPolic", "KmsKey"},
	"s3": {
		"Accelerate", "Acl", "Analytics", "DeleteBucketEncryption", "Inventory", "Metrics", "MetadataTable", "REST.PUT.OBJECT",
		"Replication", "Website",
	},
	"s3tables": {""},
	"sns":      {"DataProtection"},
}

// withheld says whether nobody who deploys gets an action. A read action is never withheld: the read handler asks for every
// property of a resource.
func withheld(action string) bool {
	service, name, _ := strings.Cut(strings.ToLower(action), ":")
	if slices.ContainsFunc(retained, func(a string) bool { return strings.EqualFold(a, action) }) {
		return true
	}
	for _, part := range unused[service] {
		part = strings.ToLower(part)
		whole, exact := strings.CutSuffix(part, "$")
		switch {
		case part == "":
			return true
		case strings.HasPrefix(name, "get") && service != "ec2":
		case exact && strings.HasSuffix(name, whole), !exact && strings.Contains(name, part):
			return true
		}
	}
	return false
}

// cut puts the statements into as few policies as fit, in their order. A statement that is too long for one policy is cut.
func cut(statements []Statement) [][]Statement {
	const frame = len(`{"Version":"2012-10-17","Statement":[]}`)
	var policies [][]Statement
	size := MaxCharacters
	for len(statements) > 0 {
		s := statements[0]
		statements = statements[1:]
		length := s.characters() + len(",")
		switch {
		case frame+length > MaxCharacters:
			statements = append(s.halves(), statements...)
			continue
		case size+length > MaxCharacters:
			policies = append(policies, nil)
			size = frame
		}
		policies[len(policies)-1] = append(policies[len(policies)-1], s)
		size += length
	}
	return policies
}

// characters is the length of the statement without white space.
func (s Statement) characters() int {
	text, _ := json.Marshal(s.form()) // texts have a form in JSON
	return len(text)
}

// halves cuts the longer one of its two lists. One ARN and one action always fit.
func (s Statement) halves() []Statement {
	first, second := s, s
	if n := len(s.Resources) / 2; len(s.Resources) >= len(s.Actions) {
		first.Resources, second.Resources = s.Resources[:n], s.Resources[n:]
	} else {
		n = len(s.Actions) / 2
		first.Actions, second.Actions = s.Actions[:n], s.Actions[n:]
	}
	return []Statement{first, second}
}

type form struct {
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"` //nolint:tagliatelle // IAM's word
}

func (s Statement) form() form {
	return form{"Allow", s.Actions, s.Resources, s.Condition}
}

func document(statements []Statement) string {
	forms := make([]form, len(statements))
	for i, s := range statements {
		forms[i] = s.form()
	}
	text, _ := json.MarshalIndent(struct { // texts have a form in JSON
		Version   string
		Statement []form
	}{"2012-10-17", forms}, "", "  ")
	return string(text) + "\n"
}
