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
	// date is the time of the answer, by the clock of the server. Its zero value: unknown.
	date time.Time
}

// list calls each with every page of the versions under a prefix, of the keys after a key, or of all if that is empty. It
// stops when each returns false.
func (r *Run) list(ctx context.Context, prefix, after string, each func(page) (more bool, err error)) error {
	input := &s3.ListObjectVersionsInput{
		Bucket: aws.String(r.Bucket), ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(), EncodingType: types.EncodingTypeUrl,
	}
	if prefix != "" {
		input.Prefix = aws.String(prefix)
	}
	if after != "" {
		input.KeyMarker = aws.String(after)
	}
	for {
		var answer body
		output, err := r.Client.ListObjectVersions(ctx, input, r.paced, answer.keep)
		if err != nil {
			return err
		}
		p, err := answer.page(output)
		if err != nil {
			return err
		}
		if more, err := each(p); err != nil || !more {
			return err
		}
		if !aws.ToBool(output.IsTruncated) {
			return nil
		}
		// Only the markers tell where the next page begins: this one may end inside a key.
		next, err := unescape(output.EncodingType, aws.ToString(output.NextKeyMarker))
		if err != nil {
			return err
		}
		version := aws.ToString(output.NextVersionIdMarker)
		if next == aws.ToString(input.KeyMarker) && version == aws.ToString(input.VersionIdMarker) {
			return fmt.Errorf("the server answers with the same page of versions again, after key %q", next)
		}
		input.KeyMarker, input.VersionIdMarker = aws.String(next), output.NextVersionIdMarker
		if version == "" {
			input.VersionIdMarker = nil
		}
	}
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
		p.apart = true
		slices.SortStableFunc(p.entries, byKey)
	}
	return p, nil
}

const (
	versionElement = "Version"
	markerElement  = "DeleteMarker"
)

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
				if len(content) > len(kind) && string(content[:len(kind)]) == kind && bytes.IndexByte([]byte("> \t\r\n"), content[len(kind)]) >= 0 {
					if !yield(kind) {
						return
					}
					break
				}
			}
		}
	}
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
