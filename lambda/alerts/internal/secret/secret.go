// Package secret reads the secrets of destinations and keeps them secret.
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

// Secret is a webhook's URL or a routing key. However it is printed, it shows nothing.
type Secret struct {
	value *string // fmt prints what it points to for no verb, not even for a wrong one
}

// New makes a secret of the text that Secrets Manager has: the value as such, or a JSON object with
// one key, whatever its name.
func New(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var object map[string]string
		if json.Unmarshal([]byte(text), &object) != nil || len(object) != 1 {
			return Secret{}, errors.New("want the value as such, or a JSON object with one key and a text")
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

// Reveal is the value, for the request and nothing else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String shows nothing.
func (s Secret) String() string { return mask }

// Format shows nothing, with any verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mask)) } // fmt has no use for the error

// MarshalJSON shows nothing.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(mask) }

// shortest is the length from which on a part of a URL is hidden. What is shorter is no secret, and
// occurs in texts by itself.
const shortest = 8

// Hide takes the secret out of a text that others wrote, such as an answer that repeats the request,
// and of a URL also its path and the last part of it.
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
	for _, part := range []string{u.RequestURI(), u.Path, path.Base(u.Path)} {
		if len(part) >= shortest {
			text = strings.ReplaceAll(text, part, mask)
		}
	}
	return text
}
