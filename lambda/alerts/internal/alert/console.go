package alert

import (
	"fmt"
	"net/url"
	"strings"
)

// consoleDomains are the domains of the AWS console in the partitions of the Regions that start so.
// All others are of the partition aws.
var consoleDomains = []struct{ prefix, domain string }{
	{"us-gov-", "console.amazonaws-us-gov.com"},
	{"eusc-", "console.amazonaws-eusc.eu"},
}

// console is the address of a page of a service's console, empty without a Region. The parts of the
// fragment are escaped.
func console(region, service, fragment string, parts ...string) string {
	if region == "" {
		return ""
	}
	domain := "console.aws.amazon.com"
	for _, row := range consoleDomains {
		if strings.HasPrefix(region, row.prefix) {
			domain = row.domain
		}
	}
	region = url.PathEscape(region)
	for _, part := range parts {
		fragment += "/" + url.PathEscape(part)
	}
	return fmt.Sprintf("https://%s.%s/%s/home?region=%s#%s", region, domain, service, region, fragment)
}

// vaultPage is the console's page of a vault, or of all vaults.
func vaultPage(region, vault string) string {
	if vault == "" {
		return console(region, "backup", "/backupvaults")
	}
	return console(region, "backup", "/backupvaults/details", vault)
}
