package s3fake

import (
	"net/http"
	"strings"
	"time"
)

// current is the latest version of a key, or nil where there is none or a delete marker.
func (b *Bucket) current(key string) *Version {
	if history := b.history(key); len(history) > 0 && !history[0].DeleteMarker {
		return history[0]
	}
	return nil
}

// mayWrite evaluates If-Match and If-None-Match on the current version of the destination (F-RST-9): 412 on
// another ETag, 404 where there is none or the latest is a delete marker; * succeeds on a delete marker.
func (c *call) mayWrite() error {
	match, none := c.http.Header.Get("If-Match"), c.http.Header.Get("If-None-Match")
	current := c.b.current(c.Key)
	switch {
	case match == "*" || none != "" && none != "*":
		return notImplemented() // S3 takes an ETag in the one, and * in the other
	case match != "" && current == nil:
		return noSuchKey(c.Key)
	case match != "" && !current.matches(match):
		return conditionFailed("If-Match")
	case none != "" && current != nil:
		return conditionFailed("If-None-Match")
	}
	return nil
}

// matches compares an ETag, which a client may send without quotes, or *.
func (v *Version) matches(etag string) bool { return etag == "*" || strings.Trim(etag, `"`) == v.ETag }

// mayRead evaluates the conditions on a version, whose headers begin with prefix where it is the source
// of a copy. A copy answers 412 where a read answers 304.
func (v *Version) mayRead(header http.Header, prefix string) error {
	get := func(name string) string { return header.Get(prefix + name) }
	since := func(name string) (time.Time, bool) {
		at, err := http.ParseTime(get(name))
		return at, err == nil
	}
	modified := v.At.Truncate(time.Second)
	unchanged := func() error {
		if prefix == "" {
			return &apiError{status: http.StatusNotModified, code: "NotModified", header: http.Header{}}
		}
		return conditionFailed(prefix + "If-None-Match")
	}
	if match := get("If-Match"); match != "" {
		if !v.matches(match) {
			return conditionFailed(prefix + "If-Match")
		}
	} else if at, ok := since("If-Unmodified-Since"); ok && modified.After(at) {
		return conditionFailed(prefix + "If-Unmodified-Since")
	}
	if none := get("If-None-Match"); none != "" {
		if v.matches(none) {
			return unchanged()
		}
	} else if at, ok := since("If-Modified-Since"); ok && !modified.After(at) {
		return unchanged()
	}
	return nil
}
