package s3fake

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// page is a listing's parameters, and what it has found.
type page struct {
	prefix, delimiter string
	limit             int
	encode            bool // EncodingType=url
	more              bool
	entries           int
	out               []byte // the entries' elements
	apart             []byte // those of delete markers, where they are listed apart
	prefixes          []byte // the common prefixes' elements
	lastKey           string
	lastVersion       *Version // nil after a common prefix
}

func newPage(c *call, limit string) (*page, error) {
	query := c.http.URL.Query()
	p := &page{prefix: query.Get("prefix"), delimiter: query.Get("delimiter"), limit: c.server.options.PageSize}
	switch encoding := query.Get("encoding-type"); encoding {
	case "", "url":
		p.encode = encoding == "url"
	default:
		return nil, invalid("Invalid Encoding Method specified in Request")
	}
	if text := query.Get(limit); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, invalid("Provided " + limit + " not an integer or within integer range")
		}
		p.limit = min(n, p.limit)
	}
	p.out = make([]byte, 0, p.limit*bytesOfEntry)
	return p, nil
}

// bytesOfEntry is about what an entry takes.
const bytesOfEntry = 420

// walk gives the histories after a marker to take, rolls keys up to common prefixes, and stops when the
// page is full or take says so. Where the marker is inside a key, inside says so, and that key comes first.
func (p *page) walk(b *Bucket, marker string, inside bool, take func(key string, versions []*Version) bool) {
	start := max(p.prefix, marker)
	if !inside && marker >= p.prefix && marker != "" {
		start = marker + "\x00"
	}
	for {
		next := ""
		for key, versions := range b.from(start) {
			if !strings.HasPrefix(key, p.prefix) {
				break
			}
			common := p.common(key)
			if common != "" {
				if common > marker {
					if p.full() {
						return
					}
					p.prefixes = append(p.prefixes, "<CommonPrefixes>"...)
					p.prefixes = p.text(p.prefixes, "Prefix", common)
					p.prefixes = append(p.prefixes, "</CommonPrefixes>"...)
					p.lastKey, p.lastVersion = common, nil
					p.entries++
				}
				next = after(common)
				break
			}
			if !take(key, versions) {
				return
			}
		}
		if next == "" {
			return
		}
		start = next
	}
}

// common is what a key is rolled up to, or nothing.
func (p *page) common(key string) string {
	if p.delimiter == "" {
		return ""
	}
	if at := strings.Index(key[len(p.prefix):], p.delimiter); at >= 0 {
		return key[:len(p.prefix)+at+len(p.delimiter)]
	}
	return ""
}

// after is the first text behind all that begin with prefix; nothing if there is none.
func after(prefix string) string {
	next := []byte(prefix)
	for len(next) > 0 && next[len(next)-1] == 0xff {
		next = next[:len(next)-1]
	}
	if len(next) > 0 {
		next[len(next)-1]++
	}
	return string(next)
}

// full tells whether nothing more fits. It is asked before one more is added, so there is more if it is.
func (p *page) full() bool {
	p.more = p.entries >= p.limit && p.limit > 0
	return p.entries >= p.limit
}

// listObjectVersions lists versions and delete markers of a key in one order, newest first (F-RST-14).
func (c *call) listObjectVersions() (*answer, error) {
	p, err := newPage(c, "max-keys")
	if err != nil {
		return nil, err
	}
	query := c.http.URL.Query()
	marker, versionMarker := query.Get("key-marker"), query.Get("version-id-marker")
	if versionMarker != "" && marker == "" {
		return nil, invalid("A version-id marker cannot be specified without a key marker.")
	}
	var last *Version // of the page before, in the key of the marker
	if versionMarker != "" {
		if last = find(c.b.history(marker), versionMarker); last == nil {
			last = c.b.gone[entry{marker, versionMarker}]
		}
		if last == nil {
			return nil, invalid("Invalid version id specified")
		}
	}
	withRestore := strings.Contains(c.http.Header.Get("X-Amz-Optional-Object-Attributes"), "RestoreStatus")
	p.walk(c.b, marker, last != nil, func(key string, versions []*Version) bool {
		for i, v := range versions {
			if key == marker && last != nil && !last.newer(v) {
				continue
			}
			if p.full() {
				return false
			}
			p.version(c.b, key, v, i == 0, withRestore)
			p.lastKey, p.lastVersion = key, v
			p.entries++
		}
		return true
	})
	out := p.head(nil, "ListVersionsResult", c)
	out = p.text(out, "KeyMarker", marker)
	out = text(out, "VersionIdMarker", versionMarker)
	if p.more {
		out = p.text(out, "NextKeyMarker", p.lastKey)
		if p.lastVersion != nil {
			out = text(out, "NextVersionIdMarker", p.lastVersion.ID)
		}
	}
	return p.answer(out, "ListVersionsResult"), nil
}

// version writes one entry. It is written by hand because listings of millions are measured.
func (p *page) version(b *Bucket, key string, v *Version, latest, withRestore bool) {
	name, to := "Version", &p.out
	if v.DeleteMarker {
		name = "DeleteMarker"
		if b.server.options.MarkersApart {
			to = &p.apart
		}
	}
	out := append(*to, '<')
	out = append(append(out, name...), '>')
	out = p.text(out, "Key", key)
	out = text(out, "VersionId", v.ID)
	out = text(out, "IsLatest", strconv.FormatBool(latest))
	out = text(out, "LastModified", timestamp(v.At))
	if !v.DeleteMarker {
		out = v.summary(out, withRestore)
	}
	out = append(out, "<Owner>"...)
	out = text(out, "ID", b.Owner)
	out = append(out, "</Owner></"...)
	*to = append(append(out, name...), '>')
}

// summary is what listings say of an object beside its name and time.
func (v *Version) summary(out []byte, withRestore bool) []byte {
	out = text(out, "ETag", `"`+v.ETag+`"`)
	if v.ChecksumAlgorithm != "" {
		out = text(out, "ChecksumAlgorithm", string(v.ChecksumAlgorithm))
		out = text(out, "ChecksumType", string(v.ChecksumType))
	}
	out = text(out, "Size", strconv.FormatInt(v.content.size(), 10))
	out = text(out, "StorageClass", string(v.StorageClass))
	if withRestore && !v.RestoredUntil.IsZero() {
		out = append(out, "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>"...)
		out = text(out, "RestoreExpiryDate", timestamp(v.RestoredUntil))
		out = append(out, "</RestoreStatus>"...)
	}
	return out
}

// listObjectsV2 lists current objects.
func (c *call) listObjectsV2() (*answer, error) {
	p, err := newPage(c, "max-keys")
	if err != nil {
		return nil, err
	}
	query := c.http.URL.Query()
	marker, token := query.Get("start-after"), query.Get("continuation-token")
	if token != "" {
		raw, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return nil, invalid("The continuation token provided is incorrect")
		}
		marker = string(raw)
	}
	p.walk(c.b, marker, false, func(key string, versions []*Version) bool {
		v := versions[0]
		if v.DeleteMarker {
			return true
		}
		if p.full() {
			return false
		}
		p.out = append(p.out, "<Contents>"...)
		p.out = p.text(p.out, "Key", key)
		p.out = text(p.out, "LastModified", timestamp(v.At))
		p.out = append(v.summary(p.out, false), "</Contents>"...)
		p.lastKey, p.lastVersion = key, v
		p.entries++
		return true
	})
	out := p.head(nil, "ListBucketResult", c)
	out = text(out, "KeyCount", strconv.Itoa(p.entries))
	if token != "" {
		out = text(out, "ContinuationToken", token)
	}
	if start := query.Get("start-after"); start != "" {
		out = p.text(out, "StartAfter", start)
	}
	if p.more {
		out = text(out, "NextContinuationToken", base64.URLEncoding.EncodeToString([]byte(p.lastKey)))
	}
	return p.answer(out, "ListBucketResult"), nil
}

// head opens a listing's document, with what all listings begin with.
func (p *page) head(out []byte, root string, c *call) []byte {
	out = append(out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<"+root+` xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`...)
	out = text(out, "Name", c.Bucket)
	out = p.text(out, "Prefix", p.prefix)
	if p.delimiter != "" {
		out = p.text(out, "Delimiter", p.delimiter)
	}
	if p.encode {
		out = text(out, "EncodingType", "url")
	}
	out = text(out, "MaxKeys", strconv.Itoa(p.limit))
	return text(out, "IsTruncated", strconv.FormatBool(p.more))
}

func (p *page) answer(out []byte, root string) *answer {
	var pieces blob
	for _, part := range [][]byte{out, p.out, p.apart, p.prefixes, []byte("</" + root + ">")} {
		pieces = append(pieces, bytesBlob(part)...)
	}
	return &answer{header: http.Header{"Content-Type": {"application/xml"}}, content: pieces, length: pieces.size()}
}

// text appends an element with a key, a prefix or a marker, escaped as the request asked.
func (p *page) text(out []byte, name, value string) []byte {
	if p.encode {
		value = urlEncode(value)
	}
	return text(out, name, value)
}

// urlEncode escapes as S3 does: a space is +, and / and * stay.
func urlEncode(s string) string { return likeS3.Replace(url.QueryEscape(s)) }

var likeS3 = strings.NewReplacer("%2F", "/", "%2A", "*", "~", "%7E")

// text appends an element. Characters that XML does not have are written as references, as S3 does, so
// that a client without EncodingType=url fails on them.
func text(out []byte, name, value string) []byte {
	out = append(append(append(out, '<'), name...), '>')
	for i := range len(value) {
		switch b := value[i]; {
		case b == '&':
			out = append(out, "&amp;"...)
		case b == '<':
			out = append(out, "&lt;"...)
		case b == '>':
			out = append(out, "&gt;"...)
		case b == '"':
			out = append(out, "&quot;"...)
		case b < ' ':
			out = append(append(append(out, "&#x"...), strconv.FormatInt(int64(b), 16)...), ';')
		default:
			out = append(out, b)
		}
	}
	return append(append(append(out, "</"...), name...), '>')
}

// timestamp is a time as documents have it. S3 writes thousandths and always zeros (F-RST-14).
func timestamp(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z")
}
