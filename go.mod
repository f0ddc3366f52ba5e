module central-s3-backup

go 1.26

require (
	github.com/agnivade/levenshtein v1.2.1
	github.com/reugn/go-quartz v0.15.2
	go.yaml.in/yaml/v4 v4.0.0
)
