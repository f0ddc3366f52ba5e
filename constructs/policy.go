package constructs

import "encoding/json"

// Statement is a statement of an IAM, key, bucket, topic or vault policy. Empty fields are left out.
type Statement struct {
	// Sid of letters and digits.
	Sid string
	// Deny instead of Allow.
	Deny bool
	// Principal has principals by their kind, "AWS" or "Service": a string or a []string. Nil in the
	// policy of a role.
	Principal map[string]any
	// Actions, such as "kms:Decrypt".
	Actions []string
	// Resources are ARNs. In the policy of a key or a vault "*" means that key or vault.
	Resources []string
	// NotResources are ARNs in place of Resources: the statement is about everything else.
	NotResources []string
	// Condition is operator → key → value, a string or a []string.
	Condition map[string]map[string]any

	// intrinsics are resources in the form of CloudFormation's intrinsic functions. They replace Resources:
	// the same as a token costs a call into Node for each function.
	intrinsics []any
}

// document returns a policy document in CloudFormation's form (docs/adr/0013).
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
	if s.NotResources != nil {
		m["NotResource"] = s.NotResources
	}
	if s.intrinsics != nil {
		m["Resource"] = s.intrinsics
	}
	if s.Condition != nil {
		m["Condition"] = s.Condition
	}
	return m
}

// text returns a policy document as JSON, for resources that take it as text.
func text(statements ...Statement) string {
	bytes, err := json.Marshal(document(statements...))
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: strings, and slices and maps of them
	}
	return string(bytes)
}

// size returns the length of a policy in bytes, as AWS counts it.
func size(statements ...Statement) int { return len(text(statements...)) }

var (
	// everything is the resource of policies that belong to one resource, and of actions without a resource.
	everything = []string{"*"}
	// anyone is the principal of statements whose condition limits who is meant.
	anyone = map[string]any{"AWS": "*"}
	// exceptServices holds for people, roles and anonymous requests, which have no such key (F-IAM-11). It does not
	// hold for an AWS service that acts by itself.
	exceptServices = map[string]map[string]any{"BoolIfExists": notService}
	notService     = map[string]any{"aws:PrincipalIsAWSService": "false"}
	// viaBackup holds for requests that AWS Backup makes on behalf of the principal, in any Region.
	viaBackup = map[string]any{"kms:ViaService": "backup.*.amazonaws.com"}
	// useKey is what AWS Backup documents for copies between vaults with customer managed keys (F-KMS-4).
	useKey = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
)

func service(name string) map[string]any { return map[string]any{"Service": name} }

// withoutTLS denies actions on resources to requests without TLS. AWS services are exempt: a resource
// policy cannot tell how a request between two of them came (F-OL-12).
func withoutTLS(action string, resources ...string) Statement {
	return Statement{
		Sid:       "TLSOnly",
		Deny:      true,
		Principal: anyone,
		Actions:   []string{action},
		Resources: resources,
		Condition: map[string]map[string]any{
			"Bool":         {"aws:SecureTransport": "false"},
			"BoolIfExists": notService,
		},
	}
}
