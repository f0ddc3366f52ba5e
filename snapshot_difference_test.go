package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// dataBearing are the types of resources that hold data, or without which data cannot be read, each with the properties that
// CloudFormation cannot change without a new resource (F-CFN-2).
var dataBearing = map[string][]string{
	"AWS::S3::Bucket":                            {"BucketName", "BucketNamePrefix", "BucketNamespace", "ObjectLockEnabled"},
	"AWS::Backup::BackupVault":                   {"BackupVaultName", "EncryptionKeyArn"},
	"AWS::Backup::LogicallyAirGappedBackupVault": {"BackupVaultName", "EncryptionKeyArn", "MaxRetentionDays", "MinRetentionDays"},
	"AWS::KMS::Key":                              nil,
}

// differences says what is different between two sets of templates, by their stacks: first what concerns the data itself, because a
// bucket, a vault or a key is replaced or removed, and then the rest.
func differences(was, is map[string][]byte) (grave, other []string) {
	d := &difference{}
	for _, d.stack = range union(was, is) {
		before, after := parse(was[d.stack]), parse(is[d.stack])
		switch {
		case before == nil:
			d.say(false, "", "new stack with %d resources", len(section(after, "Resources")))
		case after == nil:
			d.say(true, "", "no longer in the configuration; the stack stays in AWS until somebody deletes it")
		default:
			d.sections(before, after)
		}
	}
	return d.grave, d.other
}

// report is what the test prints of differences; empty without any.
func report(grave, other []string) string {
	var text strings.Builder
	for _, group := range []struct {
		title string
		lines []string
	}{{"buckets, vaults and keys that are replaced or removed", grave}, {"other changes", other}} {
		if len(group.lines) > 0 {
			fmt.Fprintf(&text, "%s (%d):\n  %s\n", group.title, len(group.lines), strings.Join(group.lines, "\n  "))
		}
	}
	return text.String()
}

// difference collects lines about the stack that it is at.
type difference struct {
	stack        string
	grave, other []string
}

func (d *difference) say(grave bool, where, format string, args ...any) {
	line := d.stack + ": " + where + fmt.Sprintf(format, args...)
	if grave {
		d.grave = append(d.grave, line)
	} else {
		d.other = append(d.other, line)
	}
}

func (d *difference) sections(before, after map[string]any) {
	for _, name := range union(before, after) {
		if name != "Resources" {
			d.values(false, "", name, before[name], after[name])
			continue
		}
		resources, others := section(before, name), section(after, name)
		for _, id := range union(resources, others) {
			d.resource(id, section(resources, id), section(others, id))
		}
	}
}

func (d *difference) resource(id string, before, after map[string]any) {
	typ, newType := fmt.Sprint(before["Type"]), fmt.Sprint(after["Type"])
	fixed, holdsData := dataBearing[typ]
	where := fmt.Sprintf("%s (%s): ", id, typ)
	switch {
	case before == nil:
		d.say(false, fmt.Sprintf("%s (%s): ", id, newType), "new")
	case after == nil && before["DeletionPolicy"] != nil && before["DeletionPolicy"] != "Delete":
		d.say(holdsData, where, "removed; it stays in AWS (DeletionPolicy %s), and no stack manages it", before["DeletionPolicy"])
	case after == nil:
		d.say(holdsData, where, "removed; CloudFormation deletes it")
	case typ != newType:
		d.say(holdsData, where, "replaced by a resource of type %s", newType)
	default:
		for _, key := range union(before, after) {
			if key != "Properties" {
				d.values(false, where, key, before[key], after[key])
				continue
			}
			properties, others := section(before, key), section(after, key)
			for _, name := range union(properties, others) {
				mark := where
				replaces := slices.Contains(fixed, name)
				if replaces {
					mark += "replaced, as this cannot be changed: "
				}
				d.values(replaces, mark, key+"."+name, properties[name], others[name])
			}
		}
	}
}

// values compares two values at a path, down to what is different.
func (d *difference) values(grave bool, where, path string, before, after any) {
	if reflect.DeepEqual(before, after) {
		return
	}
	beforeMap, wasMap := before.(map[string]any)
	afterMap, isMap := after.(map[string]any)
	beforeList, wasList := before.([]any)
	afterList, isList := after.([]any)
	switch {
	case wasMap && isMap:
		for _, key := range union(beforeMap, afterMap) {
			d.values(grave, where, path+"."+key, beforeMap[key], afterMap[key])
		}
	case wasList && isList:
		d.lists(grave, where, path, beforeList, afterList)
	case before == nil:
		d.say(grave, where, "%s: new: %s", path, shown(after))
	case after == nil:
		d.say(grave, where, "%s: removed: %s", path, shown(before))
	default:
		d.say(grave, where, "%s: %s became %s", path, shown(before), shown(after))
	}
}

// lists says of lists which elements are new or removed, by their longest common part. As many removed ones as there are new ones
// between two common elements are compared with these, so that a new name is one line.
func (d *difference) lists(grave bool, where, path string, before, after []any) {
	i, j := 0, 0
	for _, next := range append(common(before, after), [2]int{len(before), len(after)}) {
		changed := next[0]-i == next[1]-j
		for ; i < next[0]; i++ {
			if changed {
				d.values(grave, where, fmt.Sprintf("%s[%d]", path, j), before[i], after[j])
				j++
			} else {
				d.say(grave, where, "%s[%d]: removed: %s", path, i, shown(before[i]))
			}
		}
		for ; j < next[1]; j++ {
			d.say(grave, where, "%s[%d]: new: %s", path, j, shown(after[j]))
		}
		i, j = next[0]+1, next[1]+1
	}
}

// common returns the indexes of the longest common part of two lists, in order.
func common(before, after []any) (both [][2]int) {
	same := func(i, j int) bool { return reflect.DeepEqual(before[i], after[j]) }
	longest := make([][]int, len(before)+1) // of what begins at both indexes
	for i := len(before); i >= 0; i-- {
		longest[i] = make([]int, len(after)+1)
		for j := len(after) - 1; j >= 0 && i < len(before); j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if same(i, j) {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(before) && j < len(after); {
		switch {
		case same(i, j):
			both = append(both, [2]int{i, j})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return both
}

// shown is a value in one line.
func shown(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	const most = 200
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// union lists the keys of two maps in order.
func union[V any](one, two map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(one)), maps.Keys(two))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// parse reads a template; nil where there is none.
func parse(text []byte) (template map[string]any) {
	if text != nil && json.Unmarshal(text, &template) != nil {
		return map[string]any{"unreadable": string(text)}
	}
	return template
}

// section is the map below a key; nil where there is none.
func section(value map[string]any, key string) map[string]any {
	m, _ := value[key].(map[string]any)
	return m
}

// TestDifferences: each difference is a line with stack, logical id, type and path, and what loses data comes first.
func TestDifferences(t *testing.T) {
	was := map[string][]byte{
		"app": []byte(`{"Parameters":{"Version":{"Default":"6"}},"Resources":{
			"Bucket":{"Type":"AWS::S3::Bucket","DeletionPolicy":"Retain","Properties":{"BucketName":"a","Tags":[{"Key":"x"},{"Key":"z"}]}},
			"Key":{"Type":"AWS::KMS::Key","DeletionPolicy":"Retain"},
			"Old":{"Type":"AWS::S3::Bucket","DeletionPolicy":"Delete"},
			"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","Policies":[{"a":1}]}},
			"Rule":{"Type":"AWS::Events::Rule"},
			"Vault":{"Type":"AWS::Backup::BackupVault","Properties":{"LockConfiguration":{"MinRetentionDays":1}}}}}`),
		"gone": []byte(`{}`),
	}
	is := map[string][]byte{
		"app": []byte(`{"Parameters":{"Version":{"Default":"7"}},"Resources":{
			"Bucket":{"Type":"AWS::S3::Bucket","DeletionPolicy":"Retain","Properties":{"BucketName":"b","Tags":[{"Key":"x"},{"Key":"y"},{"Key":"z"}]}},
			"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","Policies":[{"a":2}]}},
			"Topic":{"Type":"AWS::SNS::Topic"},
			"Vault":{"Type":"AWS::Backup::BackupVault","DeletionPolicy":"Retain","Properties":{"LockConfiguration":{}}}}}`),
		"new": []byte(`{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}`),
	}
	const want = `buckets, vaults and keys that are replaced or removed (4):
  app: Bucket (AWS::S3::Bucket): replaced, as this cannot be changed: Properties.BucketName: "a" became "b"
  app: Key (AWS::KMS::Key): removed; it stays in AWS (DeletionPolicy Retain), and no stack manages it
  app: Old (AWS::S3::Bucket): removed; CloudFormation deletes it
  gone: no longer in the configuration; the stack stays in AWS until somebody deletes it
other changes (8):
  app: Parameters.Version.Default: "6" became "7"
  app: Bucket (AWS::S3::Bucket): Properties.Tags[1]: new: {"Key":"y"}
  app: Role (AWS::IAM::Role): Properties.Policies[0].a: 1 became 2
  app: Rule (AWS::Events::Rule): removed; CloudFormation deletes it
  app: Topic (AWS::SNS::Topic): new
  app: Vault (AWS::Backup::BackupVault): DeletionPolicy: new: "Retain"
  app: Vault (AWS::Backup::BackupVault): Properties.LockConfiguration.MinRetentionDays: removed: 1
  new: new stack with 1 resources
`
	if got := report(differences(was, is)); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := report(differences(was, was)); got != "" {
		t.Errorf("of the same: %s", got)
	}
	arns := func(elements string) map[string][]byte {
		return map[string][]byte{"app": []byte(`{"Resources":{"Plan":{"Type":"AWS::Backup::BackupSelection","Properties":{"Resources":[` +
			elements + `]}}}}`)}
	}
	for _, test := range []struct{ was, is, want string }{
		{`"a","b","c"`, `"a","x","c"`, `Resources[1]: "b" became "x"`},
		{`"a","b","c","d"`, `"a","x","c","d","e"`, `Resources[1]: "b" became "x"; Resources[4]: new: "e"`},
		{`"a","b","c"`, `"b","c","d"`, `Resources[0]: removed: "a"; Resources[2]: new: "d"`},
		{`"a","b"`, `"b"`, `Resources[0]: removed: "a"`},
		{
			`{"n":["b","c"]},"z"`, `"y",{"n":["b","d"]},"z"`,
			`Resources[0]: removed: {"n":["b","c"]}; Resources[0]: new: "y"; Resources[1]: new: {"n":["b","d"]}`,
		},
	} {
		_, other := differences(arns(test.was), arns(test.is))
		got := strings.ReplaceAll(strings.Join(other, "; "), "app: Plan (AWS::Backup::BackupSelection): Properties.", "")
		if got != test.want {
			t.Errorf("%s, %s: got %s", test.was, test.is, got)
		}
	}
	moved := map[string][]byte{"app": []byte(`{"Resources":{"Vault":{"Type":"AWS::SNS::Topic"}}}`)}
	grave, _ := differences(map[string][]byte{"app": []byte(`{"Resources":{"Vault":{"Type":"AWS::Backup::BackupVault"}}}`)}, moved)
	if fmt.Sprint(grave) != "[app: Vault (AWS::Backup::BackupVault): replaced by a resource of type AWS::SNS::Topic]" {
		t.Errorf("got %s", grave)
	}
}
