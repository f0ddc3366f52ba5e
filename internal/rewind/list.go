package rewind

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// page is a page of ListObjectVersions, its versions and delete markers in the order of the answer.
type page struct {
	entries []Entry
	// apart says that the server lists versions and markers apart. The entries of a key are together even so.
	apart bool
	// mixed says that not even the versions alone are in the order of their keys, or the markers alone.
	mixed bool
	// date is the time of the answer, by the clock of the server. Its zero value: unknown.
	date time.Time
	// next is where the next page begins, if there is more.
	next marker
	more bool
}

// marker is a key and a version of it, or a key with all its versions. A page begins after it.
type marker struct{ key, version string }

// list calls each with every page of the versions under a prefix, of the keys after a key, or of all if that is empty. It
// stops when each returns false.
func (r *Run) list(ctx context.Context, prefix, after string, each func(page) (more bool, err error)) error {
	at := marker{key: after}
	for {
		p, err := r.page(ctx, prefix, at, 0, r.pace)
		if err != nil {
			return err
		}
		if more, err := each(p); err != nil || !more || !p.more {
			return err
		}
		at = p.next
	}
}

// page lists one page of the versions under a prefix, of most entries; zero: of as many as S3 gives. The pace learns
// when S3 asks for fewer requests.
func (r *Run) page(ctx context.Context, prefix string, at marker, most int32, watching *pace) (page, error) {
	input := &s3.ListObjectVersionsInput{
		Bucket: aws.String(r.Bucket), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(), EncodingType: types.EncodingTypeUrl,
		Prefix: optional(prefix), KeyMarker: optional(at.key), VersionIdMarker: optional(at.version),
	}
	if most > 0 {
		input.MaxKeys = aws.Int32(most)
	}
	answer := &body{large: true}
	defer answer.release()
	output, err := r.Client.ListObjectVersions(ctx, input, watching.watch, answer.keep)
	if err != nil {
		return page{}, err
	}
	p, err := answer.page(output)
	if err != nil {
		return page{}, err
	}
	// Only the markers tell where the next page begins: this one may end inside a key.
	p.more = aws.ToBool(output.IsTruncated)
	p.next.version = aws.ToString(output.NextVersionIdMarker)
	p.next.key, err = unescape(output.EncodingType, aws.ToString(output.NextKeyMarker))
	if err == nil && p.more && p.next == at {
		err = fmt.Errorf("the server answers with the same page of versions again, after key %q", at.key)
	}
	return p, err
}

// optional is a parameter that is left out if it is empty.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return aws.String(value)
}

// page joins the two lists of the SDK in the order of the body: which entry comes first within a second is only
// there (F-RST-14).
func (b *body) page(output *s3.ListObjectVersionsOutput) (page, error) {
	p := page{entries: make([]Entry, 0, len(output.Versions)+len(output.DeleteMarkers)), date: b.date}
	versions, markers := output.Versions, output.DeleteMarkers
	for kind := range kinds(b.content) {
		switch {
		case kind == markerElement && len(markers) > 0:
			p.entries, markers = append(p.entries, ofMarker(&markers[0])), markers[1:]
		case kind == versionElement && len(versions) > 0:
			p.entries, versions = append(p.entries, ofVersion(&versions[0])), versions[1:]
		}
	}
	if len(versions)+len(markers) > 0 {
		return page{}, fmt.Errorf("the listing has %d versions and delete markers whose order cannot be read", len(versions)+len(markers))
	}
	for i := range p.entries {
		key, err := unescape(output.EncodingType, p.entries[i].Key)
		if err != nil {
			return page{}, err
		}
		p.entries[i].Key = key
	}
	byKey := func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(p.entries, byKey) {
		p.apart, p.mixed = true, mixed(p.entries)
		slices.SortStableFunc(p.entries, byKey)
	}
	return p, nil
}

// mixed says whether the versions are not in the order of their keys, or the markers.
func mixed(entries []Entry) bool {
	var last [2]string
	for _, e := range entries {
		kind := 0
		if e.Marker {
			kind = 1
		}
		if e.Key < last[kind] {
			return true
		}
		last[kind] = e.Key
	}
	return false
}

const (
	versionElement = "Version"
	markerElement  = "DeleteMarker"
)

var ends = map[string][]byte{versionElement: []byte("</" + versionElement + ">"), markerElement: []byte("</" + markerElement + ">")}

// kinds yields the elements Version and DeleteMarker of a listing. In XML, < begins nothing but an element.
func kinds(content []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			at := bytes.IndexByte(content, '<')
			if at < 0 {
				return
			}
			content = content[at+1:]
			for _, kind := range [...]string{versionElement, markerElement} {
				if !isElement(content, kind) {
					continue
				}
				if !yield(kind) {
					return
				}
				if at := bytes.Index(content, ends[kind]); at > 0 {
					content = content[at:] // the elements inside are many
				}
				break
			}
		}
	}
}

// isElement says whether the content, without its <, begins with an element of a kind.
func isElement(content []byte, kind string) bool {
	return len(content) > len(kind) && string(content[:len(kind)]) == kind && bytes.IndexByte([]byte("> \t\r\n"), content[len(kind)]) >= 0
}

func ofVersion(v *types.ObjectVersion) Entry {
	e := Entry{
		Key: aws.ToString(v.Key), VersionID: aws.ToString(v.VersionId), Latest: aws.ToBool(v.IsLatest),
		Time: wholeSeconds(v.LastModified), ETag: aws.ToString(v.ETag), Size: aws.ToInt64(v.Size), Class: string(v.StorageClass),
		Composite: v.ChecksumType == types.ChecksumTypeComposite,
	}
	for _, algorithm := range v.ChecksumAlgorithm {
		e.Algorithms = append(e.Algorithms, string(algorithm))
	}
	if v.RestoreStatus != nil && v.RestoreStatus.RestoreExpiryDate != nil {
		e.Restored, e.RestoredUntil = true, *v.RestoreStatus.RestoreExpiryDate
	}
	return e
}

func ofMarker(m *types.DeleteMarkerEntry) Entry {
	return Entry{
		Key: aws.ToString(m.Key), VersionID: aws.ToString(m.VersionId), Latest: aws.ToBool(m.IsLatest), Marker: true,
		Time: wholeSeconds(m.LastModified),
	}
}

// wholeSeconds cuts a time as AWS does, because other servers do not.
func wholeSeconds(t *time.Time) time.Time { return aws.ToTime(t).UTC().Truncate(time.Second) }

// unescape returns a key as it is. XML 1.0 cannot have every character of a key.
func unescape(encoding types.EncodingType, key string) (string, error) {
	if encoding != types.EncodingTypeUrl {
		return key, nil
	}
	plain, err := url.QueryUnescape(key)
	if err != nil {
		return "", fmt.Errorf("the listing has a key that is not URL-encoded: %w", err)
	}
	return plain, nil
}
