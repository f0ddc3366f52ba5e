package s3fake

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
)

// deleted is what became of one key.
type deleted struct {
	marker bool   // a delete marker was added, or removed
	id     string // of what was added or removed; empty where nothing was
	added  bool
}

// delete adds a delete marker, or removes a version or a delete marker for good. Both succeed where there
// is nothing to delete. The condition is on the current version.
func (c *call) delete(key, id, etag string) (deleted, error) {
	if etag != "" {
		history := c.b.history(key)
		switch {
		case len(history) == 0:
			return deleted{}, noSuchKey(key)
		case history[0].DeleteMarker || !history[0].matches(etag):
			return deleted{}, conditionFailed("If-Match")
		}
	}
	if id != "" {
		v := find(c.b.history(key), id)
		if v == nil {
			return deleted{id: id}, nil
		}
		if err := v.locked(c.http.Header, c.server.options.Clock()); err != nil {
			return deleted{}, err
		}
		c.b.remove(key, id)
		return deleted{marker: v.DeleteMarker, id: id}, nil
	}
	if c.b.versioning == "" {
		c.b.remove(key, "null")
		return deleted{}, nil
	}
	v := c.b.add(key, &Version{DeleteMarker: true})
	return deleted{marker: true, id: v.ID, added: true}, nil
}

func (c *call) deleteObject() (*answer, error) {
	d, err := c.delete(c.Key, c.VersionID, c.http.Header.Get("If-Match"))
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	if d.id != "" {
		h.Set("X-Amz-Version-Id", d.id)
	}
	if d.marker {
		h.Set("X-Amz-Delete-Marker", "true")
	}
	return &answer{status: http.StatusNoContent, header: h}, nil
}

// deleteObjects answers for each key of its own. A fault AccessDenied denies each, as S3 does without the
// right to delete versions.
func (c *call) deleteObjects() (*answer, error) {
	var request struct {
		Quiet  bool
		Object []struct {
			Key, ETag string
			VersionID string `xml:"VersionId"`
		}
	}
	if err := xml.Unmarshal(c.body, &request); err != nil || len(request.Object) == 0 || len(request.Object) > 1000 {
		return nil, malformed()
	}
	if algorithm, err := c.checkBody(); err != nil {
		return nil, err
	} else if algorithm == "" && c.http.Header.Get("Content-Md5") == "" {
		return nil, invalidRequest("Missing required header for this request: Content-MD5")
	}
	type success struct {
		Key                   string
		VersionID             string `xml:"VersionId,omitempty"`
		DeleteMarker          string `xml:",omitempty"`
		DeleteMarkerVersionID string `xml:"DeleteMarkerVersionId,omitempty"`
	}
	type failure struct {
		Key           string
		VersionID     string `xml:"VersionId,omitempty"`
		Code, Message string
	}
	document := struct {
		XMLName xml.Name `xml:"DeleteResult"`
		Deleted []success
		Error   []failure
	}{}
	for _, object := range request.Object {
		d, err := deleted{}, error(c.refusal)
		if c.refusal == nil || !c.refuses(object.Key) {
			d, err = c.delete(object.Key, object.VersionID, object.ETag)
		}
		if e := (&apiError{}); err != nil && errors.As(err, &e) {
			document.Error = append(document.Error, failure{object.Key, object.VersionID, e.code, e.message})
			continue
		}
		if request.Quiet {
			continue
		}
		done := success{Key: object.Key, VersionID: object.VersionID}
		if d.marker {
			done.DeleteMarker, done.DeleteMarkerVersionID = strconv.FormatBool(true), d.id
		}
		document.Deleted = append(document.Deleted, done)
	}
	return &answer{document: document}, nil
}
