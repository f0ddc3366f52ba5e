package config

import "testing"

// TestFormsCompile: a form that is compiled when it is first used is valid before a user needs it.
func TestFormsCompile(t *testing.T) {
	for name, s := range syntaxes {
		for _, f := range []*form{s.pattern, s.form, s.never} {
			if f != nil && f.compiled().String() != f.String() {
				t.Errorf("%s: %s is compiled as %s", name, f, f.compiled())
			}
		}
	}
}
