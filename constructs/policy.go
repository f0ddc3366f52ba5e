package constructs

import "encoding/json"

// Statement is a statement of an IAM, key, bucket or vault policy. Fields left empty are left out.
type Statement struct {
	// Sid of letters and digits.
	Sid string
	// Deny instead of Allow.
	Deny bool
	// Principal is the statement's principals by kind, "AWS" or "Service". Nil in a role's own policy.
	Principal map[string]any
	// Actions, such as "kms:Decrypt".
	Actions []string
	// Resources as ARNs, or "*" where the policy's own resource is meant.
	Resources []Value
	// Condition is operator → key → value, a string or a []string.
	Condition map[string]map[string]any
}

// document is a policy document as CloudFormation takes it.
func document(statements ...Statement) map[string]any {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = s.json()
	}
	return map[string]any{"Version": "2012-10-17", "Statement": list}
}

func (s Statement) json() map[string]any {
	m := map[string]any{"Effect": "Allow", "Action": s.Actions}
	if s.Deny {
		m["Effect"] = "Deny"
	}
	if s.Sid != "" {
		m["Sid"] = s.Sid
	}
	if s.Principal != nil {
		m["Principal"] = s.Principal
	}
	if s.Resources != nil {
		m["Resource"] = s.Resources
	}
	if s.Condition != nil {
		m["Condition"] = s.Condition
	}
	return m
}

// size is the policy's length in bytes, as AWS counts it.
func size(statements []Statement) int {
	text, err := json.Marshal(document(statements...))
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: strings, and slices and maps of them
	}
	return len(text)
}

var (
	// everything is for policies of a resource, which mean that one, and for actions without a resource.
	everything = []Value{"*"}
	// anyone is for statements whose condition says who.
	anyone = map[string]any{"AWS": "*"}
	// exceptServices holds for people and roles, and not for an AWS service that acts by itself.
	exceptServices = map[string]map[string]any{"Bool": {"aws:PrincipalIsAWSService": "false"}}
	// viaBackup holds for requests that AWS Backup makes on behalf of the principal, in any Region.
	viaBackup = map[string]any{"kms:ViaService": "backup.*.amazonaws.com"}
	// useKey is what AWS Backup documents for copies between vaults with customer managed keys (F-KMS-4).
	useKey = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
)

func service(name string) map[string]any { return map[string]any{"Service": name} }

// organizationCondition holds for roles of an organization's accounts, and where there are paths only
// for those below them.
func organizationCondition(id string, paths []string, roleARNs ...string) map[string]map[string]any {
	condition := map[string]map[string]any{
		"StringEquals": {"aws:PrincipalOrgID": id},
		"ArnLike":      {"aws:PrincipalArn": roleARNs},
	}
	if len(paths) > 0 {
		condition["ForAnyValue:StringLike"] = map[string]any{"aws:PrincipalOrgPaths": paths}
	}
	return condition
}
