package alert

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"central-s3-backup/internal/alerting"
)

// cloudFormation is the invoker of a deployment's calls, as CloudTrail names it (F-EVT-15).
const cloudFormation = "cloudformation.amazonaws.com"

// Fleet has the owners of the names in events. An alert about a name that is not in it has only what
// the event says.
type Fleet struct {
	alerting.Fleet

	owners map[string]alerting.Owner // of buckets, by name
}

// ReadFleet reads the file that is packed with the function.
func ReadFleet(document []byte) (*Fleet, error) {
	f := &Fleet{owners: map[string]alerting.Owner{}}
	if err := json.Unmarshal(document, f); err != nil {
		return nil, err
	}
	if f.Project == "" {
		return nil, errors.New("project: is missing")
	}
	for _, pattern := range f.DeployRoleARNs {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("deploy_role_arns: %q: %w", pattern, err)
		}
	}
	for key, owner := range f.Buckets {
		f.owners[key[strings.LastIndex(key, "/")+1:]] = owner
	}
	return f, nil
}

// own sets the workload and the tier that the alert is about. It looks for the vault first, since a
// vault belongs to one tier, and then for the bucket. A bucket is found by its name alone, whatever the
// account, because an event about a copy can come from the central account. A bucket's name is unique
// in a partition.
func (f *Fleet) own(a *Alert, vaultARNs ...string) {
	a.Project = f.Project
	keys := make([]string, 0, len(vaultARNs)+1)
	for _, s := range vaultARNs {
		keys = append(keys, vaultKey(parseARN(s), vaultOf(s)))
	}
	keys = append(keys, vaultKey(arn{a.Region, a.Account, ""}, a.Vault))
	for _, key := range keys {
		if owner, known := f.Vaults[key]; known {
			a.Workload, a.Tier = owner.Workload, owner.Tier
			return
		}
	}
	if owner, known := f.owners[a.Bucket]; known {
		a.Workload, a.Tier = owner.Workload, owner.Tier
	} else if a.Account == f.Central.Account {
		a.Workload = "central account"
	}
}

func vaultKey(a arn, name string) string { return alerting.Key(a.account, a.region, name) }

// deploys says whether CloudFormation made a call to deploy: it is the invoker (F-EVT-15), and the role is one of
// the account and the Region of the event. A role of that name alone is no deployment: whoever may create roles
// can choose it.
func (f *Fleet) deploys(ev event, roleARN, invokedBy string) bool {
	if invokedBy != cloudFormation || ev.Account == "" || ev.Region == "" {
		return false
	}
	of := strings.NewReplacer(alerting.AccountPlaceholder, ev.Account.String(), alerting.RegionPlaceholder, ev.Region.String())
	for _, pattern := range f.DeployRoleARNs {
		pattern = of.Replace(pattern)
		if match, _ := path.Match(pattern, roleARN); match { // the patterns are well formed: ReadFleet
			return true
		}
	}
	return false
}
