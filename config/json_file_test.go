package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// TestPropertyJSON: the nodes of a JSON text have its values, each at its place.
func TestPropertyJSON(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "a", "ü", `"`, "\\", "{", "[1,2]", "a,b:c", " ", "\n", "\U0001f600", "null"})
	var value *rapid.Generator[any]
	value = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(word, func(s string) any { return s }),
			rapid.Map(rapid.IntRange(-9, 3000), func(n int) any { return float64(n) }),
			rapid.Map(rapid.SliceOfN(value, 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(word, value, 0, 3), func(m map[string]any) any { return m }),
		)
	})
	rapid.Check(t, func(t *rapid.T) {
		want := value.Draw(t, "value")
		text, err := json.Marshal(want)
		if rapid.Bool().Draw(t, "indented") {
			text, err = json.MarshalIndent(want, " ", "\t")
		}
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "byte order mark") {
			text = append([]byte("\ufeff"), text...)
		}
		root, fault := parseJSON(text)
		if fault != nil {
			t.Fatalf("%v\n%s", fault, text)
		}
		lines := strings.Split(string(text), "\n")
		if got := valueOf(t, root, lines); !reflect.DeepEqual(got, want) {
			t.Fatalf("%#v from %s", got, text)
		}
	})
}

// valueOf is the value of a node. It looks whether the node is where its value begins.
func valueOf(t *rapid.T, n *yaml.Node, lines []string) any {
	starts := map[string]string{
		"!!map": "{", "!!seq": "[", "!!str": `"`, "!!null": "null", "!!bool": n.Value, "!!int": n.Value, "!!float": n.Value,
	}
	if rest := string([]rune(lines[n.Line-1])[n.Column-1:]); !strings.HasPrefix(rest, starts[n.Tag]) {
		t.Fatalf("a %s at %d:%d, where there is %q", n.Tag, n.Line, n.Column, rest)
	}
	switch n.Tag {
	case "!!map":
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = valueOf(t, n.Content[i+1], lines)
		}
		return m
	case "!!seq":
		list := []any{}
		for _, item := range n.Content {
			list = append(list, valueOf(t, item, lines))
		}
		return list
	case "!!str":
		return n.Value
	}
	var scalar any
	if err := json.Unmarshal([]byte(n.Value), &scalar); err != nil {
		t.Fatal(err)
	}
	return scalar
}

// withFile is a configuration in a directory of its own, with a bucket that has a key, and a file.
func withFile(t testing.TB, key, value, file, content string) (path string) {
	t.Helper()
	dir := t.TempDir()
	text := strings.Replace(minimal, "tier: critical_data", "tier: critical_data, "+key+": "+value, 1)
	for name, content := range map[string]string{"etc/backup.yaml": text, file: content} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "etc", "backup.yaml")
}

// TestFilesBesideTheConfiguration: paths are relative to the file, wherever the app runs; the printed configuration has them
// absolute, so that it loads from elsewhere.
func TestFilesBesideTheConfiguration(t *testing.T) {
	const rules = `{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]}`
	for value, file := range map[string]string{
		"cors.json": "etc/cors.json", "../shared/cors.json": "shared/cors.json", "./sub/c.json": "etc/sub/c.json",
	} {
		path := withFile(t, "cors", value, file, rules)
		cfg, err := LoadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(filepath.Dir(filepath.Dir(path)), file)
		b := cfg.Workloads[0].Buckets[0]
		if b.CORS != want || len(b.CORSRules) != 1 || b.CORSRules[0].AllowedOrigins[0] != "https://example.com" {
			t.Errorf("%s: %q with %v; want %q", value, b.CORS, b.CORSRules, want)
		}
		printed, err := cfg.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Load(filepath.Join(t.TempDir(), "printed.yaml"), printed)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Workloads, cfg.Workloads) {
			t.Errorf("%s: loaded back as %v", value, again.Workloads)
		}
	}
}

// TestUnreadableBucketFiles: what cannot be read is reported at the key, and nothing waits.
func TestUnreadableBucketFiles(t *testing.T) {
	for value, want := range map[string]string{
		"absent.json": "does not exist", ".": "is a directory", "backup.yaml/f.json": "cannot be read: not a directory",
		"/dev/zero": "/dev/zero is not a regular file",
	} {
		_, err := LoadFile(withFile(t, "policy_statements", value, "etc/other.json", "{}"))
		if err == nil || !strings.Contains(err.Error(), "workloads[0].buckets[0].policy_statements: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", value, err, want)
		}
	}
}

// TestConditions: whether a Deny with these conditions meets the requests of the backup role.
func TestConditions(t *testing.T) {
	r := roleRequest("arn:aws:iam::222222222222:role/dummy-backup-dummy-dev", "222222222222", "o-a1b2c3d4e5")
	for _, test := range []struct {
		operator, key, values string
		want                  verdict
	}{
		{"StringNotEquals", "aws:SourceVpce", "vpce-1", surely},
		{"StringNotEqualsIfExists", "aws:SourceVpce", "vpce-1", surely},
		{"StringEquals", "aws:SourceVpce", "vpce-1", never},
		{"ForAnyValue:StringNotEquals", "aws:SourceVpce", "vpce-1", never},
		{"ForAllValues:StringEquals", "aws:SourceVpce", "vpce-1", surely},
		{"NotIpAddress", "aws:SourceIp", "203.0.113.0/24", surely},
		{"IpAddress", "AWS:SourceIP", "203.0.113.0/24", never},
		{"Null", "aws:SourceVpc", "true", surely},
		{"Null", "aws:SourceVpc", "false", never},
		{"Null", "aws:PrincipalArn", "true", never},
		{"Null", "aws:PrincipalTag/team", "true", perhaps},
		{"Bool", "aws:SecureTransport", "false", never},
		{"Bool", "aws:SecureTransport", "true", surely},
		{"Bool", "aws:MultiFactorAuthPresent", "false", never},
		{"BoolIfExists", "aws:MultiFactorAuthPresent", "false", surely},
		{"BoolIfExists", "aws:PrincipalIsAWSService", "false", surely},
		{"NumericLessThan", "s3:TlsVersion", "1.2", never},
		{"ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::222222222222:role/dummy-*", never},
		{"ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::222222222222:role/dummy-backup-dummy-de?", never},
		{"ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::222222222222:role/other", surely},
		{"StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::222222222222:role/*", surely},
		{"StringNotLike", "aws:PrincipalArn", "arn:aws:iam::222222222222:role/*", never},
		{"StringNotLike", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/*", perhaps},
		{"StringNotEquals", "aws:PrincipalAccount", "222222222222", never},
		{"StringNotEquals", "aws:PrincipalAccount", "444444444444", surely},
		{"StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", never},
		{"StringNotEquals", "aws:PrincipalTag/team", "billing", perhaps},
	} {
		got := r.meets(Conditions{test.operator: {test.key: {test.values}}})
		if got != test.want {
			t.Errorf("%s %s %s: %v, want %v", test.operator, test.key, test.values, got, test.want)
		}
	}
	both := Conditions{
		"StringNotEquals": {"aws:SourceVpce": {"vpce-1"}},
		"ArnNotLike":      {"aws:PrincipalArn": {"arn:aws:iam::222222222222:role/other", "*/dummy-*"}},
	}
	if got := r.meets(both); got != never {
		t.Errorf("both: %v", got)
	}
}

// TestPatterns: "*" and "?" in any case, as in policies.
func TestPatterns(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"s3:Get*", "s3:GetObject", true}, {"S3:GETOBJECT", "s3:GetObject", true}, {"s3:Get?bject", "s3:GetObject", true},
		{"s3:*Object", "s3:GetObjectObject", true}, {"s3:*Object", "s3:GetObjectAcl", false}, {"*", "", true}, {"", "a", false},
		{"s3:Get", "s3:GetObject", false}, {"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-c-b", false}, {"a?", "a", false}, {"a**", "a", true},
	} {
		if got := matches(test.pattern, test.text); got != test.want {
			t.Errorf("%q and %q: %v", test.pattern, test.text, got)
		}
	}
}

// FuzzBucketFiles: for any file of a bucket, there is either a configuration or problems at the key that names it.
func FuzzBucketFiles(f *testing.F) {
	for _, pattern := range []string{"testdata/files/*.json"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			if text, err := os.ReadFile(path); err == nil && len(text) < 8<<10 {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, key := range []string{"cors", "policy_statements"} {
			path := withFile(t, key, "f.json", "etc/f.json", string(content))
			cfg, err := LoadFile(path)
			for _, p := range problemsOf(cfg, err) {
				ofFile := strings.HasSuffix(p.Path, "."+key)
				if p.Level == Error && !ofFile || ofFile && (p.What == "" || p.Line == 0) {
					t.Fatal(fmt.Sprint(p))
				}
				_ = p.String()
			}
		}
	})
}
