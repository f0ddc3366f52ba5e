package s3fake

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// getObject answers GetObject and HeadObject. An archived version has headers, and no content.
func (c *call) getObject() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	now := c.server.options.Clock()
	if c.Operation == "GetObject" {
		err = v.readable(now)
	} else {
		err = v.hidden()
	}
	if err == nil {
		err = v.mayRead(c.http.Header, "")
	}
	if err != nil {
		return nil, err
	}
	a := &answer{header: c.describe(v), content: v.content, length: v.content.size()}
	offset, length, err := c.wanted(v, a.header)
	if err != nil || length < 0 {
		return a, err
	}
	a.status = http.StatusPartialContent
	a.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", offset, offset+length-1, a.length))
	for name := range a.header { // a checksum is that of the whole
		if strings.HasPrefix(name, "X-Amz-Checksum-") {
			a.header.Del(name)
		}
	}
	a.content, a.length = v.content.slice(offset, length), length
	return a, nil
}

// wanted is the part of the content that Range or partNumber asks for; a length below zero is all of it.
func (c *call) wanted(v *Version, header http.Header) (offset, length int64, err error) {
	size := v.content.size()
	if text := c.http.URL.Query().Get("partNumber"); text != "" {
		number, _ := strconv.Atoi(text) // what is no number is no part
		sizes := v.PartSizes
		if len(sizes) == 0 {
			sizes = []int64{size}
		} else {
			header.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(sizes)))
		}
		if number < 1 || number > len(sizes) {
			return 0, 0, fail(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable")
		}
		for _, part := range sizes[:number-1] {
			offset += part
		}
		return offset, sizes[number-1], nil
	}
	text, ok := strings.CutPrefix(c.http.Header.Get("Range"), "bytes=")
	first, last, _ := strings.Cut(text, "-")
	if !ok || strings.Contains(text, ",") {
		return 0, -1, nil // S3 takes one range, and ignores what it does not understand
	}
	end := size - 1
	if first == "" {
		n, _ := strconv.ParseInt(last, 10, 64)
		offset = max(0, size-n)
	} else {
		offset, _ = strconv.ParseInt(first, 10, 64)
		if last != "" {
			n, _ := strconv.ParseInt(last, 10, 64)
			end = min(end, n)
		}
	}
	if offset > end {
		return 0, 0, fail(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
	}
	return offset, end - offset + 1, nil
}

// getObjectAttributes answers with all attributes, whichever are asked for.
func (c *call) getObjectAttributes() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err == nil {
		err = v.hidden()
	}
	if err != nil {
		return nil, err
	}
	type parts struct{ PartsCount int }
	document := struct {
		XMLName      xml.Name `xml:"GetObjectAttributesResponse"`
		ETag         string
		Checksum     *checksumElements
		ObjectParts  *parts `xml:",omitempty"`
		StorageClass string
		ObjectSize   int64
	}{ETag: v.ETag, StorageClass: string(v.StorageClass), ObjectSize: v.content.size(), Checksum: v.checksumElements()}
	if len(v.PartSizes) > 0 {
		document.ObjectParts = &parts{len(v.PartSizes)}
	}
	h := http.Header{}
	c.stored(h, v)
	h.Set("Last-Modified", v.At.UTC().Format(http.TimeFormat))
	return &answer{header: h, document: document}, nil
}

// checksumElements are a checksum as documents have it.
type checksumElements struct {
	Value []element
	Type  string `xml:"ChecksumType,omitempty"`
}

func (v *Version) checksumElements() *checksumElements {
	if v.ChecksumAlgorithm == "" {
		return nil
	}
	return &checksumElements{[]element{{xml.Name{Local: "Checksum" + string(v.ChecksumAlgorithm)}, v.Checksum}}, string(v.ChecksumType)}
}
