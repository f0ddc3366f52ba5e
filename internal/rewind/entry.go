// Package rewind brings a versioned S3 bucket back to what it was at a moment. It puts copies of old versions and
// delete markers on top. It never deletes a version, and a delete marker only with Run.RemoveMarkers.
package rewind

import (
	"strings"
	"time"
)

// Entry is a version or a delete marker, as ListObjectVersions has it.
type Entry struct {
	Key string
	// VersionID is "null" for a version from before versioning was enabled.
	VersionID string
	// Marker says that this is a delete marker. A marker has nothing of what follows Time.
	Marker bool
	// Latest says that this is what a request without a version id sees.
	Latest bool
	// Time has whole seconds, in UTC. For a multipart upload it is the start (F-RST-14).
	Time time.Time
	// ETag has its quotes.
	ETag string
	// Size in bytes.
	Size int64
	// Class is the storage class, such as STANDARD.
	Class string
	// Algorithms are the checksums that S3 has for the version, often one, in older objects none.
	Algorithms []string
	// Composite says that the checksum is one of the parts' checksums, so that it depends on their sizes.
	Composite bool
	// Restored says that a temporary copy of an archived version can be read until RestoredUntil.
	Restored      bool
	RestoredUntil time.Time
}

// maybeSame says whether two objects may have the same bytes, as far as the listing tells.
func (e Entry) maybeSame(other Entry) bool {
	if e.Marker || other.Marker || e.Size != other.Size {
		return false
	}
	if e.ETag == other.ETag {
		return true
	}
	if e.Composite || other.Composite {
		return false
	}
	for _, algorithm := range e.Algorithms {
		for _, also := range other.Algorithms {
			if algorithm == also {
				return true
			}
		}
	}
	return false
}

// archived says whether the version must be retrieved before it can be read. Of the Intelligent-Tiering class only
// an attempt tells.
func (e Entry) archived(now time.Time) bool {
	if e.Class != "GLACIER" && e.Class != "DEEP_ARCHIVE" {
		return false
	}
	return !e.Restored || now.After(e.RestoredUntil)
}

// multipart says whether the version was uploaded in parts: then its ETag depends on their sizes.
func (e Entry) multipart() bool { return strings.Contains(e.ETag, "-") }
