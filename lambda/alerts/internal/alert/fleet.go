package alert

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"central-s3-backup/internal/alerting"
)

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

// deploys says whether CloudFormation deploys with this role.
func (f *Fleet) deploys(roleARN string) bool {
	for _, pattern := range f.DeployRoleARNs {
		if match, _ := path.Match(pattern, roleARN); match { // the patterns are well formed: ReadFleet
			return true
		}
	}
	return false
}
