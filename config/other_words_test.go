package config

import (
	"reflect"
	"testing"
)

// TestOtherWords: each word of other tools means a key that there is, and nothing where that key is not known.
func TestOtherWords(t *testing.T) {
	keys := map[string]bool{}
	var collect func(reflect.Type)
	collect = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			collect(typ.Elem())
		case reflect.Struct:
			for _, f := range structKeys(typ).fields {
				if !keys[typ.Name()+"."+f.name] {
					keys[typ.Name()+"."+f.name], keys[f.name] = true, true
					collect(f.typ)
				}
			}
		}
	}
	collect(reflect.TypeFor[Config]())
	for word, meant := range otherWords {
		for _, key := range meant {
			if !keys[key] {
				t.Errorf("%s means %s, which is no key", word, key)
			}
			if got := meantKey(word, []string{"version", key}); got != key {
				t.Errorf("%s means %q; want %s", word, got, key)
			}
		}
		if got := meantKey(word, []string{"version"}); got != "" {
			t.Errorf("%s means %s where the key is not known", word, got)
		}
	}
}
