package s3fake

import (
	"encoding/xml"
	"net/http"
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

// locked refuses to delete a version for good under a legal hold or a retention. Of GOVERNANCE alone a
// header frees (F-OL-1). Delete markers have no lock (F-OL-4).
func (v *Version) locked(header http.Header, now time.Time) error {
	bypass := header.Get("X-Amz-Bypass-Governance-Retention") == "true" && v.LockMode == types.ObjectLockModeGovernance
	if v.LegalHold || v.RetainUntil.After(now) && !bypass {
		return fail(http.StatusForbidden, "AccessDenied", "Access Denied because object protected by object lock.")
	}
	return nil
}

// lockHeaders reads the retention of a request to write.
func (c *call) lockHeaders(v *Version) error {
	date := c.http.Header.Get("X-Amz-Object-Lock-Retain-Until-Date")
	if v.LockMode == "" && date == "" && !v.LegalHold {
		return nil
	}
	if c.b.lock == nil {
		return noLock()
	}
	if (v.LockMode == "") != (date == "") {
		return invalid("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
	}
	if date == "" {
		return nil
	}
	return c.retain(v, v.LockMode, date)
}

func noLock() *apiError { return invalidRequest("Bucket is missing Object Lock Configuration") }

// retain sets a retention.
func (c *call) retain(v *Version, mode types.ObjectLockMode, date string) error {
	at, err := time.Parse(time.RFC3339, date)
	switch {
	case err != nil:
		return invalid("The retain until date must be provided in ISO 8601 format")
	case mode != types.ObjectLockModeCompliance && mode != types.ObjectLockModeGovernance:
		return invalid("Unknown wormMode directive.")
	case !at.After(c.server.options.Clock()):
		return invalid("The retain until date must be in the future!")
	}
	v.LockMode, v.RetainUntil = mode, at
	return nil
}

// retention and legalHold are the documents of the lock of one version.
type retention struct {
	XMLName         xml.Name `xml:"Retention"`
	Mode            types.ObjectLockMode
	RetainUntilDate string
}

type legalHold struct {
	XMLName xml.Name `xml:"LegalHold"`
	Status  string
}

// lockable is the version whose lock a request reads or changes.
func (c *call) lockable() (*Version, error) {
	if c.b.lock == nil {
		return nil, noLock()
	}
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func withoutLock() error {
	return fail(http.StatusNotFound, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration")
}

func (c *call) getRetention() (*answer, error) {
	v, err := c.lockable()
	if err != nil {
		return nil, err
	}
	if v.LockMode == "" {
		return nil, withoutLock()
	}
	return &answer{document: retention{Mode: v.LockMode, RetainUntilDate: v.RetainUntil.UTC().Format(time.RFC3339)}}, nil
}

// putRetention sets or extends a retention. To shorten or end one, GOVERNANCE needs the header; COMPLIANCE
// never lets it happen.
func (c *call) putRetention() (*answer, error) {
	v, err := c.lockable()
	if err != nil {
		return nil, err
	}
	var document retention
	if xml.Unmarshal(c.body, &document) != nil {
		return nil, malformed()
	}
	changed := Version{}
	if document.Mode != "" {
		if err := c.retain(&changed, document.Mode, document.RetainUntilDate); err != nil {
			return nil, err
		}
	}
	weaker := changed.RetainUntil.Before(v.RetainUntil) ||
		v.LockMode == types.ObjectLockModeCompliance && changed.LockMode != types.ObjectLockModeCompliance
	now := c.server.options.Clock()
	bypass := c.http.Header.Get("X-Amz-Bypass-Governance-Retention") == "true" && v.LockMode == types.ObjectLockModeGovernance
	if weaker && v.RetainUntil.After(now) && !bypass {
		return nil, fail(http.StatusForbidden, "AccessDenied", "Access Denied because object protected by object lock.")
	}
	v = c.b.mutable(c.Key, v.ID)
	v.LockMode, v.RetainUntil = changed.LockMode, changed.RetainUntil
	return &answer{}, nil
}

func (c *call) getLegalHold() (*answer, error) {
	v, err := c.lockable()
	if err != nil {
		return nil, err
	}
	status := "OFF"
	if v.LegalHold {
		status = "ON"
	}
	return &answer{document: legalHold{Status: status}}, nil
}

func (c *call) putLegalHold() (*answer, error) {
	v, err := c.lockable()
	if err != nil {
		return nil, err
	}
	var document legalHold
	if xml.Unmarshal(c.body, &document) != nil || document.Status != "ON" && document.Status != "OFF" {
		return nil, malformed()
	}
	c.b.mutable(c.Key, v.ID).LegalHold = document.Status == "ON"
	return &answer{}, nil
}
