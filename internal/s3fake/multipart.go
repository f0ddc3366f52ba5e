package s3fake

import (
	"cmp"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// upload is a multipart upload that is not completed.
type upload struct {
	id, bucket, key string
	// version is what it becomes. Its time is the start of the upload, which also decides which version is
	// current (F-RST-14).
	version *Version
	parts   map[int]part
}

// part is one part of an upload.
type part struct {
	content  blob
	etag     string
	checksum string
	at       time.Time
}

// Upload is a multipart upload that was neither completed nor aborted.
type Upload struct {
	ID, Key string
	// Parts are their numbers.
	Parts []int
}

// Uploads are the unfinished multipart uploads of the bucket, by key and start.
func (b *Bucket) Uploads() []Upload {
	b.server.mu.RLock()
	defer b.server.mu.RUnlock()
	var uploads []Upload
	for _, u := range b.server.unfinished(b.Name) {
		uploads = append(uploads, Upload{u.id, u.key, slices.Sorted(maps.Keys(u.parts))})
	}
	return uploads
}

func (s *Server) unfinished(bucket string) []*upload {
	var uploads []*upload
	for _, u := range s.uploads {
		if u.bucket == bucket {
			uploads = append(uploads, u)
		}
	}
	slices.SortFunc(uploads, func(a, b *upload) int {
		if a.key != b.key {
			return strings.Compare(a.key, b.key)
		}
		return int(a.version.sequence - b.version.sequence)
	})
	return uploads
}

func (c *call) createUpload() (*answer, error) {
	v, err := c.fromHeaders()
	if err != nil {
		return nil, err
	}
	v.ChecksumAlgorithm = types.ChecksumAlgorithm(c.http.Header.Get("X-Amz-Checksum-Algorithm"))
	v.ChecksumType = types.ChecksumType(c.http.Header.Get("X-Amz-Checksum-Type"))
	sha := v.ChecksumAlgorithm == types.ChecksumAlgorithmSha1 || v.ChecksumAlgorithm == types.ChecksumAlgorithmSha256
	nvme := v.ChecksumAlgorithm == types.ChecksumAlgorithmCrc64nvme || v.ChecksumAlgorithm == ""
	switch {
	case v.ChecksumAlgorithm != "" && !slices.Contains(algorithms, v.ChecksumAlgorithm):
		return nil, invalidRequest("Checksum algorithm provided is unsupported.")
	case sha && v.ChecksumType == types.ChecksumTypeFullObject, nvme && v.ChecksumType == types.ChecksumTypeComposite:
		return nil, invalidRequest(fmt.Sprintf("The %s checksum type cannot be used with the %s checksum algorithm.",
			v.ChecksumType, v.ChecksumAlgorithm))
	case nvme:
		v.ChecksumAlgorithm, v.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
	case v.ChecksumType == "":
		v.ChecksumType = types.ChecksumTypeComposite
	}
	v.sequence, v.At = c.server.next(), c.server.options.Clock()
	u := &upload{bucket: c.Bucket, key: c.Key, version: v, parts: map[int]part{}}
	u.id = identifier("upload", fmt.Sprint(v.sequence))
	c.server.uploads[u.id] = u
	h := http.Header{}
	h.Set("X-Amz-Checksum-Algorithm", string(v.ChecksumAlgorithm))
	h.Set("X-Amz-Checksum-Type", string(v.ChecksumType))
	return &answer{header: h, document: struct {
		XMLName     xml.Name `xml:"InitiateMultipartUploadResult"`
		Bucket, Key string
		UploadID    string `xml:"UploadId"`
	}{Bucket: c.Bucket, Key: c.Key, UploadID: u.id}}, nil
}

// running is the upload that a request names.
func (c *call) running() (*upload, error) {
	u := c.server.uploads[c.http.URL.Query().Get("uploadId")]
	if u == nil || u.bucket != c.Bucket || u.key != c.Key {
		return nil, fail(http.StatusNotFound, "NoSuchUpload",
			"The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	}
	return u, nil
}

// store keeps a part, in place of one with the same number.
func (c *call) store(content blob) (*upload, part, error) {
	u, err := c.running()
	if err != nil {
		return nil, part{}, err
	}
	number, err := strconv.Atoi(c.http.URL.Query().Get("partNumber"))
	if err != nil || number < 1 || number > 10000 {
		return nil, part{}, invalid("Part number must be an integer between 1 and 10000, inclusive")
	}
	if content.size() > c.server.options.MaxCopy {
		return nil, part{}, fail(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	p := part{content: content, etag: content.etag(), checksum: content.checksum(u.version.ChecksumAlgorithm), at: c.server.options.Clock()}
	if strings.HasPrefix(string(u.version.Encryption), "aws:kms") {
		p.etag = bytesBlob(fmt.Append(nil, "encrypted ", c.server.next(), p.etag)).etag()
	}
	u.parts[number] = p
	return u, p, nil
}

func (c *call) uploadPart() (*answer, error) {
	if _, err := c.checkBody(); err != nil {
		return nil, err
	}
	u, p, err := c.store(bytesBlob(c.body))
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set("ETag", `"`+p.etag+`"`)
	h.Set("X-Amz-Checksum-"+string(u.version.ChecksumAlgorithm), p.checksum)
	return &answer{header: h}, nil
}

// uploadPartCopy copies a range of a version.
func (c *call) uploadPartCopy() (*answer, error) {
	if _, err := c.running(); err != nil {
		return nil, err
	}
	source, err := c.source()
	if err != nil {
		return nil, err
	}
	content := source.content
	if text := c.http.Header.Get("X-Amz-Copy-Source-Range"); text != "" {
		var first, last int64
		if n, err := fmt.Sscanf(text, "bytes=%d-%d", &first, &last); err != nil || n != 2 || first > last {
			return nil, invalid("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the " +
				"zero-based offsets of the first and last bytes to copy")
		}
		if last >= content.size() {
			return nil, invalid(fmt.Sprintf("Range specified is not valid for source object of size: %d", content.size()))
		}
		content = content.slice(first, last-first+1)
	}
	u, p, err := c.store(content)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	c.copied(h, source)
	sum := &checksumElements{Value: []element{{xml.Name{Local: "Checksum" + string(u.version.ChecksumAlgorithm)}, p.checksum}}}
	return &answer{header: h, document: copyResult{xml.Name{Local: "CopyPartResult"}, `"` + p.etag + `"`, timestamp(p.at), sum}}, nil
}

// completedPart is one part in the request to complete.
type completedPart struct {
	PartNumber int
	ETag       string
	Sums       []element `xml:",any"`
}

func (c *call) completeUpload() (*answer, error) {
	u, err := c.running()
	if err != nil {
		return nil, err
	}
	var request struct{ Part []completedPart }
	if err := xml.Unmarshal(c.body, &request); err != nil || len(request.Part) == 0 {
		return nil, malformed()
	}
	v := u.version.clone() // a refused request leaves the upload as it was
	v.sequence = u.version.sequence
	sums, md5s, err := c.join(u, &v, request.Part)
	if err != nil {
		return nil, err
	}
	if want := c.http.Header.Get("X-Amz-Mp-Object-Size"); want != "" && want != strconv.FormatInt(v.content.size(), 10) {
		return nil, invalidRequest("The provided 'x-amz-mp-object-size' header value does not match what was computed.")
	}
	if v.Checksum = v.content.checksumIf(v.ChecksumType, v.ChecksumAlgorithm); v.Checksum == "" {
		v.Checksum = compositeChecksum(v.ChecksumAlgorithm, sums)
	}
	if want := c.http.Header.Get("X-Amz-Checksum-" + string(v.ChecksumAlgorithm)); want != "" && want != v.Checksum {
		return nil, fail(http.StatusBadRequest, "BadDigest",
			"The "+string(v.ChecksumAlgorithm)+" you specified did not match the calculated checksum.")
	}
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	v.ETag = multipartETag(md5s)
	c.b.add(c.Key, &v)
	delete(c.server.uploads, u.id)
	h := http.Header{}
	c.stored(h, &v)
	return &answer{header: h, document: struct {
		XMLName           xml.Name `xml:"CompleteMultipartUploadResult"`
		Bucket, Key, ETag string
		*checksumElements
	}{Bucket: c.Bucket, Key: c.Key, ETag: `"` + v.ETag + `"`, checksumElements: v.checksumElements()}}, nil
}

// checksumIf is the full-object checksum, where that is the type.
func (b blob) checksumIf(kind types.ChecksumType, algorithm types.ChecksumAlgorithm) string {
	if kind != types.ChecksumTypeFullObject {
		return ""
	}
	return b.checksum(algorithm)
}

// join puts the parts together that a request lists.
func (c *call) join(u *upload, v *Version, list []completedPart) (sums []string, md5s [][]byte, err error) {
	if !slices.IsSortedFunc(list, func(a, b completedPart) int { return cmp.Compare(a.PartNumber, b.PartNumber) }) {
		return nil, nil, fail(http.StatusBadRequest, "InvalidPartOrder",
			"The list of parts was not in ascending order. Parts must be ordered by part number.")
	}
	for i, listed := range list {
		p, ok := u.parts[listed.PartNumber]
		sum := ""
		for _, e := range listed.Sums {
			if e.XMLName.Local == "Checksum"+string(v.ChecksumAlgorithm) {
				sum = e.Value
			}
		}
		if !ok || strings.Trim(listed.ETag, `"`) != p.etag || sum != "" && sum != p.checksum {
			return nil, nil, fail(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found. "+
				"The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
		}
		if sum == "" && v.ChecksumType == types.ChecksumTypeComposite {
			return nil, nil, invalidRequest("The upload was created using a " + strings.ToLower(string(v.ChecksumAlgorithm)) +
				" checksum. The complete request must include the checksum for each part.")
		}
		if i < len(list)-1 && p.content.size() < c.server.options.MinPart {
			return nil, nil, fail(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
		}
		raw, _ := hex.DecodeString(p.etag) // was encoded here
		md5s, sums = append(md5s, raw), append(sums, p.checksum)
		v.content = append(v.content, p.content...)
		v.PartSizes = append(v.PartSizes, p.content.size())
	}
	return sums, md5s, nil
}

func (c *call) abortUpload() (*answer, error) {
	u, err := c.running()
	if err != nil {
		return nil, err
	}
	delete(c.server.uploads, u.id)
	return &answer{status: http.StatusNoContent}, nil
}

// number is a query parameter, or what is taken without it.
func (c *call) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.http.URL.Query().Get(name)); err == nil {
		return n
	}
	return otherwise
}

func (c *call) listUploads() (*answer, error) {
	query := c.http.URL.Query()
	marker, idMarker := query.Get("key-marker"), query.Get("upload-id-marker")
	type entry struct {
		Key, Initiated string
		UploadID       string `xml:"UploadId"`
		StorageClass   string
	}
	document := struct {
		XMLName                          xml.Name `xml:"ListMultipartUploadsResult"`
		Bucket, KeyMarker, NextKeyMarker string
		UploadIDMarker                   string `xml:"UploadIdMarker"`
		NextUploadIDMarker               string `xml:"NextUploadIdMarker"`
		Prefix                           string
		IsTruncated                      bool
		MaxUploads                       int
		EncodingType                     string `xml:",omitempty"`
		Upload                           []entry
	}{
		Bucket: c.Bucket, KeyMarker: marker, UploadIDMarker: idMarker, Prefix: query.Get("prefix"),
		MaxUploads: min(c.number("max-uploads", 1000), c.server.options.PageSize), EncodingType: query.Get("encoding-type"),
	}
	passed := idMarker == ""
	for _, u := range c.server.unfinished(c.Bucket) {
		if !strings.HasPrefix(u.key, document.Prefix) || u.key < marker || u.key == marker && idMarker == "" {
			continue
		}
		if u.key == marker && !passed {
			passed = u.id == idMarker
			continue
		}
		if len(document.Upload) == document.MaxUploads {
			document.IsTruncated = true
			break
		}
		document.NextKeyMarker, document.NextUploadIDMarker = u.key, u.id
		key := u.key
		if document.EncodingType == "url" {
			key = urlEncode(key)
			document.NextKeyMarker = key
		}
		document.Upload = append(document.Upload, entry{key, timestamp(u.version.At), u.id, "STANDARD"})
	}
	return &answer{document: document}, nil
}

func (c *call) listParts() (*answer, error) {
	u, err := c.running()
	if err != nil {
		return nil, err
	}
	type entry struct {
		PartNumber         int
		LastModified, ETag string
		Size               int64
		*checksumElements
	}
	document := struct {
		XMLName                                xml.Name `xml:"ListPartsResult"`
		Bucket, Key                            string
		UploadID                               string `xml:"UploadId"`
		PartNumberMarker, NextPartNumberMarker int
		MaxParts                               int
		IsTruncated                            bool
		ChecksumAlgorithm, ChecksumType        string
		Part                                   []entry
	}{
		Bucket: c.Bucket, Key: c.Key, UploadID: u.id, PartNumberMarker: c.number("part-number-marker", 0),
		MaxParts:          min(c.number("max-parts", 1000), c.server.options.PageSize),
		ChecksumAlgorithm: string(u.version.ChecksumAlgorithm), ChecksumType: string(u.version.ChecksumType),
	}
	for _, number := range slices.Sorted(maps.Keys(u.parts)) {
		if number <= document.PartNumberMarker {
			continue
		}
		if len(document.Part) == document.MaxParts {
			document.IsTruncated = true
			break
		}
		p := u.parts[number]
		document.NextPartNumberMarker = number
		document.Part = append(document.Part, entry{number, timestamp(p.at), `"` + p.etag + `"`, p.content.size(), &checksumElements{
			Value: []element{{xml.Name{Local: "Checksum" + document.ChecksumAlgorithm}, p.checksum}},
		}})
	}
	return &answer{document: document}, nil
}
