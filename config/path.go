package config

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// path is the path of a value. It becomes a string only where a problem shows it.
type path struct {
	parent *path
	key    string
	index  int
}

func (p *path) child(key string) *path { return &path{parent: p, key: key} }

// entry is a value of a mapping with keys of the user. In a path, a key with a dot is in brackets.
func (p *path) entry(key string) *path {
	if strings.ContainsAny(key, ".[]") {
		key = `["` + key + `"]`
	}
	return p.child(key)
}

func (p *path) item(index int) *path { return &path{parent: p, index: index} }

// isItem says whether the place is an item of a list.
func (p *path) isItem() bool { return p != nil && p.key == "" }

// noun starts a sentence about an item of a list: "a bucket ". Elsewhere it is "".
func (p *path) noun() string {
	if !p.isItem() || p.parent == nil {
		return ""
	}
	name, plural := strings.CutSuffix(strings.ReplaceAll(p.parent.key, "_", " "), "s")
	if !plural {
		return ""
	}
	return withArticle(name) + " "
}

// String is the path as messages show it: workloads[0].buckets[1].tier. The root is "".
func (p *path) String() string {
	switch {
	case p == nil:
		return ""
	case p.key == "":
		return p.parent.String() + "[" + strconv.Itoa(p.index) + "]"
	case p.parent == nil:
		return p.key
	case strings.HasPrefix(p.key, `["`):
		return p.parent.String() + p.key
	}
	return p.parent.String() + "." + p.key
}

// lookup returns the node at a path. Where there is none, found is false and n is the deepest node on the way.
func lookup(root *yaml.Node, path string) (n *yaml.Node, found bool) {
	n = root
	for _, step := range steps(path) {
		next := descend(n, step)
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

func steps(path string) []string {
	path, rest, _ := strings.Cut(path, `["`)
	all := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	if key, more, bracketed := strings.Cut(rest, `"]`); bracketed {
		all = append(append(all, key), steps(more)...)
	}
	return all
}

func descend(n *yaml.Node, step string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// Paths of values that several checks report, as messages show them.
const (
	tagsPath       = "tags"
	rolePathPath   = "role_path"
	rolePrefixPath = "role_prefix"

	lockPath      = "central.vault_lock"
	airGappedPath = "central.air_gapped_vault"
	pipelinePath  = "rollout.pipeline"
	stackSetPath  = "rollout.stack_set"

	centralTestingPath = "central.restore_testing"
)

func workloadPath(i int) string { return fmt.Sprintf("workloads[%d]", i) }

func workloadTagsPath(i int) string { return workloadPath(i) + "." + tagsPath }

func tagPath(tags, key string) string { return (&path{key: tags}).entry(key).String() }

func workloadNamePath(i int) string { return workloadPath(i) + ".name" }

func bucketPath(workload, bucket int) string {
	return fmt.Sprintf("workloads[%d].buckets[%d]", workload, bucket)
}

func selectPath(workload, tier int) string {
	return fmt.Sprintf("workloads[%d].select_tagged[%d]", workload, tier)
}

func acknowledgePath(workload int) string {
	return workloadPath(workload) + ".acknowledge_irreversible"
}

func restoreTestingPath(workload int) string { return workloadPath(workload) + ".restore_testing" }

func restoreTestingTierPath(workload, tier int) string {
	return fmt.Sprintf("%s.tiers[%d]", restoreTestingPath(workload), tier)
}

func canaryPath(workload, canary int) string {
	return fmt.Sprintf("%s.canaries[%d]", restoreTestingPath(workload), canary)
}

func operatorPath(i int) string { return fmt.Sprintf("restore.operators[%d]", i) }

func entryPath(i int) string { return fmt.Sprintf("tiers[%d]", i) }

func retainedPath(i int) string { return fmt.Sprintf("central.retained_vaults[%d]", i) }

func vaultPath(i int) string { return fmt.Sprintf("central.vaults[%d]", i) }

func vaultTierPath(vault, tier int) string {
	return fmt.Sprintf("%s.tiers[%d]", vaultPath(vault), tier)
}

func vaultFromPath(vault, region int) string {
	return fmt.Sprintf("%s.from_regions[%d]", vaultPath(vault), region)
}

// vaultNamePath is the path of the name of a vault that takes copies, and vaultLockPath that of its lock.
func vaultNamePath(i int) string {
	if i == mainVault {
		return "central.vault_name"
	}
	return vaultPath(i) + ".name"
}

func vaultLockPath(i int) string {
	if i == mainVault {
		return lockPath
	}
	return vaultPath(i) + ".vault_lock"
}

func stackSetRegionPath(i int) string { return fmt.Sprintf("%s.regions[%d]", stackSetPath, i) }

func airGappedSharePath(i int) string {
	return fmt.Sprintf("%s.share_with_accounts[%d]", airGappedPath, i)
}

func unitPath(i int) string { return fmt.Sprintf("%s.organizational_units[%d]", stackSetPath, i) }
