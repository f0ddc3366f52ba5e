package secret

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// Keys are the secrets of one destination. The zero value is of a destination without secrets.
type Keys struct {
	// Main is a webhook's URL or a routing key.
	Main Secret
	// Header is a header of the requests, as "Name: value". Zero: none.
	Header Secret
}

// headerName is the form of a header's name, and noControls that of its value (RFC 9110).
var (
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	noControls = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]+$`)
)

// SetHeader sets the header, if there is one.
func (k Keys) SetHeader(header http.Header) error {
	if k.Header == (Secret{}) {
		return nil
	}
	name, value := k.header()
	if !headerName.MatchString(name) || !noControls.MatchString(value) {
		return errors.New("the secret of the header is not one header as Name: value")
	}
	header.Set(name, value)
	return nil
}

func (k Keys) header() (name, value string) {
	name, value, _ = strings.Cut(k.Header.Reveal(), ":")
	return name, strings.TrimSpace(value)
}

// Hide removes the secrets from the text of another service. Of the header it removes the value, and each long word of it.
func (k Keys) Hide(text string) string {
	text = k.Header.Hide(k.Main.Hide(text))
	_, value := k.header()
	for _, part := range append([]string{value}, strings.Fields(value)...) {
		if len(part) >= shortest {
			text = strings.ReplaceAll(text, part, mask)
		}
	}
	return text
}
