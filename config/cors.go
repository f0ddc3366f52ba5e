package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// CORSRule is a rule of a bucket's CORS configuration, in the words of S3's API.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
type CORSRule struct {
	// ID of the rule. Empty: S3 chooses one.
	ID string
	// AllowedHeaders of a preflight request.
	AllowedHeaders []string
	// AllowedMethods are GET, PUT, HEAD, POST and DELETE.
	AllowedMethods []string `required:"true" syntax:"cors_method"`
	// AllowedOrigins are origins, each with one "*" at most.
	AllowedOrigins []string `required:"true"`
	// ExposeHeaders are the headers of a response that scripts may read.
	ExposeHeaders []string
	// MaxAgeSeconds is how long a browser keeps the response to a preflight request, in seconds. Null: S3 sends none.
	MaxAgeSeconds *int `syntax:"cors_max_age"`
}

// corsConfiguration is the form of `aws s3api put-bucket-cors`.
type corsConfiguration struct {
	CORSRules []CORSRule `required:"true"`
}

const corsWant = `S3's form, as aws s3api put-bucket-cors takes it: {"CORSRules": [...]}, or the list alone`

// checkCORSFiles reads the files of CORS rules.
func checkCORSFiles(c *checker) {
	c.bucketFiles("cors", func(b *Bucket) *string { return &b.CORS }, func(at string, f *jsonFile, b *Bucket, _ Workload) {
		var rules []CORSRule
		prefix, sound := "", false
		switch {
		case f.root.Kind == yaml.SequenceNode && len(f.root.Content) > 0:
			sound = f.decode(c, at, func(d *decoder) { d.decode(f.root, reflect.ValueOf(&rules).Elem(), nil, "") })
		case f.root.Kind == yaml.MappingNode && !isCloudFormationCORS(f.root):
			prefix = "CORSRules"
			var all corsConfiguration
			sound = f.decode(c, at, func(d *decoder) { d.decode(f.root, reflect.ValueOf(&all).Elem(), nil, "") })
			rules = all.CORSRules
		default:
			f.report(c, at, "", Problem{What: "has no CORS rules", Want: corsWant})
		}
		if !sound {
			return
		}
		if len(rules) > MaxCORSRules {
			f.report(c, at, prefix, Problem{
				What: fmt.Sprintf("S3 takes at most %d CORS rules", MaxCORSRules), Got: fmt.Sprint(len(rules)), Want: "fewer rules",
			})
			return
		}
		if f.checkCORSWildcards(c, at, prefix, rules) {
			b.CORSRules = rules
		}
	})
}

// isCloudFormationCORS says whether rules are in the form of CloudFormation, whose keys differ.
func isCloudFormationCORS(root *yaml.Node) bool { return descend(root, "CorsRules") != nil }

// checkCORSWildcards wants one "*" at most in each origin and header: S3 refuses more (F-OL-20).
func (f *jsonFile) checkCORSWildcards(c *checker, key, prefix string, rules []CORSRule) (sound bool) {
	sound = true
	for i, rule := range rules {
		for _, list := range []struct {
			name   string
			values []string
		}{{"AllowedOrigins", rule.AllowedOrigins}, {"AllowedHeaders", rule.AllowedHeaders}} {
			for j, value := range list.values {
				if strings.Count(value, "*") > 1 {
					sound = false
					f.report(c, key, fmt.Sprintf("%s[%d].%s[%d]", prefix, i, list.name, j), Problem{
						What: `S3 takes one "*" in it at most`, Got: value, Want: "a value for each case",
					})
				}
			}
		}
	}
	return sound
}
