package alert

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"central-s3-backup/internal/estate"
)

// Estate has the owners of the names in events. An alert about a name that is not in it has only what
// the event says.
type Estate struct {
	estate.Estate

	owners map[string]estate.Owner // of buckets, by name
}

// ReadEstate reads the file that is packed with the function.
func ReadEstate(document []byte) (*Estate, error) {
	e := &Estate{owners: map[string]estate.Owner{}}
	if err := json.Unmarshal(document, e); err != nil {
		return nil, err
	}
	if e.Project == "" {
		return nil, errors.New("project: is missing")
	}
	for _, pattern := range e.DeployRoleARNs {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("deploy_role_arns: %q: %w", pattern, err)
		}
	}
	for key, owner := range e.Buckets {
		e.owners[key[strings.LastIndex(key, "/")+1:]] = owner
	}
	return e, nil
}

// own sets the workload and the tier that the alert is about. It looks for the vault first, since a
// vault belongs to one tier, and then for the bucket. A bucket is found by its name alone, whatever the
// account, because an event about a copy can come from the central account. A bucket's name is unique
// in a partition.
func (e *Estate) own(a *Alert, vaultARNs ...string) {
	a.Project = e.Project
	keys := make([]string, 0, len(vaultARNs)+1)
	for _, s := range vaultARNs {
		keys = append(keys, vaultKey(parseARN(s), vaultOf(s)))
	}
	keys = append(keys, vaultKey(arn{a.Region, a.Account, ""}, a.Vault))
	for _, key := range keys {
		if owner, known := e.Vaults[key]; known {
			a.Workload, a.Tier = owner.Workload, owner.Tier
			return
		}
	}
	if owner, known := e.owners[a.Bucket]; known {
		a.Workload, a.Tier = owner.Workload, owner.Tier
	} else if a.Account == e.Central.Account {
		a.Workload = "central account"
	}
}

func vaultKey(a arn, name string) string { return estate.Key(a.account, a.region, name) }

// deploys says whether CloudFormation deploys with this role.
func (e *Estate) deploys(roleARN string) bool {
	for _, pattern := range e.DeployRoleARNs {
		if match, _ := path.Match(pattern, roleARN); match { // the patterns are well formed: ReadEstate
			return true
		}
	}
	return false
}
