package backupfake

import (
	"encoding/json"
	"math/big"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/traits"
)

// encode writes an output of the SDK as AWS's restJson1 does.
func encode(output smithy.Serializable) []byte {
	e := &encoder{}
	output.Serialize(e)
	return e.Bytes()
}

// encoder is a ShapeSerializer that builds a JSON document.
type encoder struct {
	stack []*container
	root  any
}

// container is a structure, a list or a map that is not complete.
type container struct {
	schema *smithy.Schema
	fields map[string]any
	list   []any
	isList bool
	key    string // of the next value, in a map
}

func (e *encoder) put(s *smithy.Schema, value any) {
	if len(e.stack) == 0 {
		e.root = value
		return
	}
	top := e.stack[len(e.stack)-1]
	switch {
	case top.isList:
		top.list = append(top.list, value)
	case top.key != "":
		top.fields[top.key] = value
		top.key = ""
	default:
		name := s.MemberName()
		if named, ok := smithy.SchemaTrait[*traits.JSONName](s); ok {
			name = named.Name
		}
		top.fields[name] = value
	}
}

func (e *encoder) open(s *smithy.Schema, isList bool) {
	e.stack = append(e.stack, &container{schema: s, fields: map[string]any{}, list: []any{}, isList: isList})
}

func (e *encoder) end() {
	top := e.stack[len(e.stack)-1]
	e.stack = e.stack[:len(e.stack)-1]
	if top.isList {
		e.put(top.schema, top.list)
		return
	}
	e.put(top.schema, top.fields)
}

// Bytes is the document.
func (e *encoder) Bytes() []byte {
	text, _ := json.Marshal(e.root) // of texts, numbers, lists and maps
	return text
}

// What follows are the methods of smithy.ShapeSerializer.

func (e *encoder) WriteInt8(s *smithy.Schema, v int8)               { e.put(s, v) }
func (e *encoder) WriteInt16(s *smithy.Schema, v int16)             { e.put(s, v) }
func (e *encoder) WriteInt32(s *smithy.Schema, v int32)             { e.put(s, v) }
func (e *encoder) WriteInt64(s *smithy.Schema, v int64)             { e.put(s, v) }
func (e *encoder) WriteFloat32(s *smithy.Schema, v float32)         { e.put(s, v) }
func (e *encoder) WriteFloat64(s *smithy.Schema, v float64)         { e.put(s, v) }
func (e *encoder) WriteBool(s *smithy.Schema, v bool)               { e.put(s, v) }
func (e *encoder) WriteString(s *smithy.Schema, v string)           { e.put(s, v) }
func (e *encoder) WriteBigInt(s *smithy.Schema, v *big.Int)         { e.put(s, v) }
func (e *encoder) WriteBigFloat(s *smithy.Schema, v *big.Float)     { e.put(s, v) }
func (e *encoder) WriteBlob(s *smithy.Schema, v []byte)             { e.put(s, v) }
func (e *encoder) WriteNil(s *smithy.Schema)                        { e.put(s, nil) }
func (e *encoder) WriteDocument(s *smithy.Schema, _ document.Value) { e.put(s, nil) } // no output has one
func (e *encoder) WriteStruct(s *smithy.Schema)                     { e.open(s, false) }
func (e *encoder) CloseStruct()                                     { e.end() }
func (e *encoder) WriteUnion(s, _ *smithy.Schema)                   { e.open(s, false) }
func (e *encoder) CloseUnion()                                      { e.end() }
func (e *encoder) WriteList(s *smithy.Schema)                       { e.open(s, true) }
func (e *encoder) CloseList()                                       { e.end() }
func (e *encoder) WriteMap(s *smithy.Schema)                        { e.open(s, false) }
func (e *encoder) WriteKey(_ *smithy.Schema, key string)            { e.stack[len(e.stack)-1].key = key }
func (e *encoder) CloseMap()                                        { e.end() }

// WriteTime writes seconds since 1970, to the millisecond.
func (e *encoder) WriteTime(s *smithy.Schema, v time.Time) { e.put(s, float64(v.UnixMilli())/1000) }
