package terraform

import (
	"encoding/json"
	"slices"
	"strings"
)

// statement is a statement of a policy. Its texts have ${} for what has no value in the files.
type statement struct {
	Sid, Effect string
	Principal   json.RawMessage
	Action      texts
	Condition   map[string]map[string]json.RawMessage
}

// texts are one text or several.
type texts []string

// UnmarshalJSON reads both forms.
func (t *texts) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = texts{one}
		return nil
	}
	var several []string
	err := json.Unmarshal(text, &several)
	*t = several
	return err
}

func statementsOf(policy value) ([]statement, bool) {
	var document struct{ Statement []statement }
	ok := policy.document(&document)
	return document.Statement, ok
}

// has says whether the statement has an action, also by a pattern that ends with a star.
func (s statement) has(action string) bool {
	return slices.ContainsFunc(s.Action, func(pattern string) bool {
		prefix, star := strings.CutSuffix(pattern, "*")
		return strings.EqualFold(pattern, action) || star && strings.HasPrefix(strings.ToLower(action), strings.ToLower(prefix))
	})
}

// conditioned says whether a condition has one of the keys.
func (s statement) conditioned(keys ...string) bool {
	for _, operator := range s.Condition {
		for key := range operator {
			if slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) }) {
				return true
			}
		}
	}
	return false
}

// principals are the ARNs that the statement names.
func (s statement) principals() []string {
	var byKind map[string]texts
	if json.Unmarshal(s.Principal, &byKind) != nil {
		return nil
	}
	return byKind["AWS"]
}

// ownAccount is how Terraform writes the account that it works in.
const ownAccount = "${data.aws_caller_identity."

// keyFaults looks at the policies of KMS keys.
func (d *directory) keyFaults() {
	roles := map[string]bool{}
	for _, x := range d.of("aws_iam_role") {
		if name, ok := x.get("name").text(); ok {
			roles[name] = true
		}
	}
	for _, x := range slices.Concat(d.of("aws_kms_key"), d.of("aws_kms_key_policy")) {
		policy := x.get("policy")
		if !policy.there() {
			continue
		}
		statements, ok := statementsOf(policy)
		if !ok {
			d.unread(policy, "the key's policy")
			continue
		}
		d.keyPolicyFaults(policy, statements, roles)
	}
}

func (d *directory) keyPolicyFaults(policy value, statements []statement, roles map[string]bool) {
	administered := false
	var absent []string
	for _, s := range statements {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			d.fault(policy.at, "the Effect of statement %q is %q; AWS takes Allow or Deny alone, so it refuses the policy [F-KMS-3]",
				s.Sid, s.Effect)
		}
		for _, principal := range s.principals() {
			_, role, isRole := strings.Cut(principal, ":role/")
			root := strings.HasSuffix(principal, ":root")
			own := strings.Contains(principal, ownAccount)
			if root && own && s.has("kms:PutKeyPolicy") {
				administered = true
			}
			if isRole && own && !roles[role] && !slices.Contains(absent, role) {
				absent = append(absent, role)
			}
			if root && !own && (s.has("kms:Decrypt") || s.has("kms:CreateGrant")) &&
				!s.conditioned("kms:ViaService", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths") {
				d.fault(policy.at, "statement %q lets everybody in another account use the key or grant its use, also outside AWS Backup "+
					"[F-COPY-8, F-KMS-4]", s.Sid)
			}
		}
	}
	if !administered {
		d.fault(policy.at, "the account's root may not change the policy, so the key is out of reach once its administrators are gone; "+
			"KMS may refuse it [F-KMS-1]")
	}
	if len(absent) > 0 {
		d.fault(policy.at, "the key's policy names roles that these files do not create, and KMS refuses roles that do not exist: %s [F-KMS-2]",
			strings.Join(absent, ", "))
	}
}
