// Command generate writes handlers.json, the table of the actions with which CloudFormation creates, reads, updates and deletes
// resources of each type.
//
//	go generate ./internal/deploypolicy    # go run ./generate, which writes to the current directory
//
// The actions are the permissions of the handlers in CloudFormation's resource schemas. Of the public packages of the CDK and of
// cfn-lint none has the handlers; the Go module of AWS's tool rain does, as files. It is downloaded, and not linked.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"central-s3-backup/internal/deploypolicy"
)

// rain is the module, Apache-2.0, with the schemas of CloudFormation.
const rain = "github.com/aws-cloudformation/rain@v1.24.4"

const file = "handlers.json"

func main() {
	table, err := handlers()
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.MarshalIndent(table, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
		log.Fatal(err)
	}
}

// handlers reads the schema of each type. A type without a schema, or whose schema has no handlers, is in
// [deploypolicy.ByHand].
func handlers() (map[string]deploypolicy.Handlers, error) {
	out, err := exec.Command("go", "mod", "download", "-json", rain).Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w", rain, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, err
	}
	table := map[string]deploypolicy.Handlers{}
	for _, typ := range deploypolicy.Types {
		if byHand, there := deploypolicy.ByHand[typ]; there {
			table[typ] = byHand
			continue
		}
		schemaFile := filepath.Join(module.Dir, "internal/aws/cfn/schemas", strings.ToLower(strings.ReplaceAll(typ, "::", "/"))+".json")
		text, err := os.ReadFile(schemaFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %s has no schema of it; add it to ByHand with its source", typ, rain)
		}
		if err != nil {
			return nil, err
		}
		var schema struct {
			Handlers map[string]struct{ Permissions []string }
		}
		if err := json.Unmarshal(text, &schema); err != nil {
			return nil, fmt.Errorf("%s: %w", schemaFile, err)
		}
		if len(schema.Handlers) == 0 {
			return nil, fmt.Errorf("%s: its schema has no handlers; add it to ByHand with its source", typ)
		}
		of := deploypolicy.Handlers{}
		for name, handler := range schema.Handlers {
			for i, action := range handler.Permissions {
				service, rest, _ := strings.Cut(action, ":")
				handler.Permissions[i] = strings.ToLower(service) + ":" + rest // one of S3's is written with a capital letter
			}
			of[name] = slices.Compact(slices.Sorted(slices.Values(handler.Permissions)))
		}
		table[typ] = of
	}
	return table, nil
}
