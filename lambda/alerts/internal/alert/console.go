package alert

import (
	"fmt"
	"net/url"
	"strings"
)

// consoleDomains are the domains of the AWS console by the prefix of the Region. Regions with another
// prefix belong to the partition aws.
var consoleDomains = []struct{ prefix, domain string }{
	{"us-gov-", "console.amazonaws-us-gov.com"},
	{"eusc-", "console.amazonaws-eusc.eu"},
}

// console returns the address of a page of a service's console. Empty: there is no Region. The parts
// are appended to the fragment and escaped.
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

// vaultPage returns the address of the console's page of a vault. Without a name: of all vaults.
func vaultPage(region, vault string) string {
	if vault == "" {
		return console(region, "backup", "/backupvaults")
	}
	return console(region, "backup", "/backupvaults/details", vault)
}
