package s3fake

import (
	"encoding/xml"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// lockConfiguration is the document of GetObjectLockConfiguration.
type lockConfiguration struct {
	XMLName xml.Name `xml:"ObjectLockConfiguration"`
	Enabled string   `xml:"ObjectLockEnabled"`
	Default struct {
		Mode        types.ObjectLockMode
		Days, Years int
	} `xml:"Rule>DefaultRetention"`
}

// until is the default retention of a version made at a time.
func (c *lockConfiguration) until(at time.Time) (types.ObjectLockMode, time.Time) {
	if c.Default.Mode == "" {
		return "", time.Time{}
	}
	return c.Default.Mode, at.AddDate(c.Default.Years, 0, c.Default.Days)
}
