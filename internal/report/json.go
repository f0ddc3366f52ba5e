package report

import (
	"bytes"
	"encoding/json"
)

// JSON is report.json, which docs/report.schema.json describes.
func (r *Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(r)
	return b.Bytes(), err
}
