// Package secret reads the secrets of destinations and keeps them out of logs and errors.
package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

const mask = "[secret]"

// Secret is a webhook's URL or a routing key. No way of printing it shows the value.
type Secret struct {
	value *string // a pointer: fmt follows it for no verb, not even for a wrong one
}

// New returns a secret from the text in Secrets Manager: the value itself, or a JSON object with one key
// of any name.
func New(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var object map[string]string
		if json.Unmarshal([]byte(text), &object) != nil || len(object) != 1 {
			return Secret{}, errors.New("want the value itself, or a JSON object with one key whose value is text")
		}
		for _, value := range object {
			text = strings.TrimSpace(value)
		}
	}
	if text == "" {
		return Secret{}, errors.New("is empty")
	}
	return Secret{&text}, nil
}

// Reveal returns the value, for the request and nothing else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String does not show the value.
func (s Secret) String() string { return mask }

// Format does not show the value, with any verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mask)) } // fmt has no use for the error

// MarshalJSON does not show the value.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(mask) }

// shortest is the length from which a part of a URL is hidden. A shorter part is not secret, and other
// texts may contain it by chance.
const shortest = 8

// Hide removes the secret from the text of another service, such as an answer that repeats the request.
// If the secret is a URL, Hide also removes its path, the last part of the path, its password and the values of its query.
func (s Secret) Hide(text string) string {
	value := s.Reveal()
	if value == "" {
		return text
	}
	text = strings.ReplaceAll(text, value, mask)
	u, err := url.Parse(value)
	if err != nil {
		return text
	}
	password, _ := u.User.Password()
	parts := []string{u.RequestURI(), u.Path, path.Base(u.Path), password}
	for _, values := range u.Query() { // such as the signature of a workflow's URL
		parts = append(parts, values...)
	}
	for _, part := range parts {
		if len(part) >= shortest {
			text = strings.ReplaceAll(text, part, mask)
		}
	}
	return text
}
