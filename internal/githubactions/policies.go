package githubactions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/deploypolicy"
)

// issuer is GitHub's OpenID Connect provider.
// https://docs.github.com/en/actions/concepts/security/openid-connect
const issuer = "token.actions.githubusercontent.com"

// The roles of the CDK's bootstrap.
const (
	deployRole  = "deploy-role"
	publishRole = "file-publishing-role"
	lookupRole  = "lookup-role"
)

type statement struct {
	Effect    string
	Principal map[string]string `json:",omitempty"` //nolint:tagliatelle // IAM's word
	Action    string
	Resource  []string                       `json:",omitempty"` //nolint:tagliatelle // IAM's word
	Condition map[string]map[string][]string `json:",omitempty"` //nolint:tagliatelle // IAM's word
}

// policies are the trust and permission policies of both roles.
func policies(cfg *config.Config, o Options) []File {
	subjects := []string{"ref:refs/heads/" + o.Branch}
	for _, id := range append([]string{config.CentralID}, slices.Concat(cfg.Waves()...)...) {
		if cfg.ApprovedBefore(id) {
			subjects = append(subjects, "environment:"+Environment(id))
		}
	}
	files := []File{
		{o.file(o.DeployRole + "-trust"), document(o.trust(cfg, subjects))},
		{o.file(o.DiffRole + "-trust"), document(o.trust(cfg, []string{"pull_request"}))},
	}
	for role, assumes := range map[string][]string{
		o.DeployRole: {deployRole, publishRole, lookupRole}, o.DiffRole: {lookupRole},
	} {
		for i, s := range o.permissions(cfg, assumes) {
			files = append(files, File{o.file(fmt.Sprintf("%s-permissions-%d", role, i+1)), document(s)})
		}
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

func (o Options) file(name string) string { return ".github/backup/" + name + ".json" }

// trust lets in workflows of the repository with one of the subjects, and nobody else.
func (o Options) trust(cfg *config.Config, subjects []string) statement {
	repository := "repo:" + o.Repository + ":"
	full := make([]string, len(subjects))
	for i, s := range subjects {
		full[i] = repository + s
	}
	return statement{
		Effect: "Allow",
		Principal: map[string]string{
			"Federated": fmt.Sprintf("arn:%s:iam::%s:oidc-provider/%s", config.Partition(cfg.Central.Region), o.Account, issuer),
		},
		Action: "sts:AssumeRoleWithWebIdentity",
		Condition: map[string]map[string][]string{"StringEquals": {
			issuer + ":aud": {"sts.amazonaws.com"},
			issuer + ":sub": full,
		}},
	}
}

// permissions let a role assume roles of the bootstrap in the accounts and Regions of the configuration. As long as there is room in
// one policy it names them; with more accounts it names the accounts in a condition, in as many policies as that takes.
func (o Options) permissions(cfg *config.Config, assumes []string) []statement {
	named := statement{Effect: "Allow", Action: "sts:AssumeRole"}
	var accounts []string
	for _, d := range cfg.Deployed() {
		if !d.Central && len(d.Workloads) == 0 && slices.Contains(assumes, deployRole) {
			continue // the workflow deploys no pipeline, but it shows what would change in one
		}
		for _, role := range assumes {
			named.Resource = append(named.Resource, o.bootstrapRole(d.Region, d.Account, role, d.Account+"-"+d.Region))
		}
		if !slices.Contains(accounts, d.Account) {
			accounts = append(accounts, d.Account)
		}
	}
	if characters(named) <= deploypolicy.MaxCharacters {
		return []statement{named}
	}
	var all []statement
	const room = 300 // accounts of a policy
	for chunk := range slices.Chunk(accounts, room) {
		s := statement{
			Effect: "Allow", Action: "sts:AssumeRole",
			Condition: map[string]map[string][]string{"StringEquals": {"aws:ResourceAccount": chunk}},
		}
		for _, role := range assumes {
			s.Resource = append(s.Resource, o.bootstrapRole(cfg.Central.Region, "*", role, "*"))
		}
		all = append(all, s)
	}
	return all
}

func (o Options) bootstrapRole(region, account, role, place string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/cdk-%s-%s-%s", config.Partition(region), account, o.Qualifier, role, place)
}

func characters(s statement) int {
	return len(strings.Join(strings.Fields(document(s)), ""))
}

func document(s statement) string {
	text, _ := json.MarshalIndent(struct { // texts have a form in JSON
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{s}}, "", "  ")
	return string(text) + "\n"
}
