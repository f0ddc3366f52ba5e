package s3fake

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
)

// tag and tagging are the document of an object's tags.
type tag struct{ Key, Value string }

type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

func (c *call) getTagging() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	var document tagging
	for _, key := range slices.Sorted(maps.Keys(v.Tags)) {
		document.Tags = append(document.Tags, tag{key, v.Tags[key]})
	}
	h := http.Header{}
	c.versionHeader(h, v)
	return &answer{header: h, document: document}, nil
}

// putTagging replaces or deletes the tags of a version. LastModified stays (F-RST-14).
func (c *call) putTagging() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	status := http.StatusNoContent
	if c.http.Method == http.MethodPut {
		status = http.StatusOK
		var document tagging
		if xml.Unmarshal(c.body, &document) != nil {
			return nil, malformed()
		}
		for _, tag := range document.Tags {
			tags[tag.Key] = tag.Value
		}
		if err := tooManyTags(tags); err != nil {
			return nil, err
		}
	}
	v = c.b.mutable(c.Key, v.ID)
	v.Tags = tags
	h := http.Header{}
	c.versionHeader(h, v)
	return &answer{status: status, header: h}, nil
}

func (c *call) versionHeader(h http.Header, v *Version) {
	if c.b.versioning != "" {
		h.Set("X-Amz-Version-Id", v.ID)
	}
}

// listAnnotations, getAnnotation, putAnnotation and deleteAnnotation are those of a version (F-S3-25).
func (c *call) listAnnotations() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	type annotation struct {
		AnnotationName, LastModified, ETag string
		Size                               int
	}
	document := struct {
		XMLName         xml.Name `xml:"ListObjectAnnotationsOutput"`
		AnnotationCount int
		Bucket, Key     string
		Annotations     []annotation `xml:"Annotations>AnnotationEntry"`
	}{AnnotationCount: len(v.Annotations), Bucket: c.Bucket, Key: c.Key}
	for _, name := range slices.Sorted(maps.Keys(v.Annotations)) {
		value := v.Annotations[name]
		document.Annotations = append(document.Annotations,
			annotation{name, timestamp(v.At), `"` + bytesBlob([]byte(value)).etag() + `"`, len(value)})
	}
	return &answer{document: document}, nil
}

func (c *call) annotationName() string { return c.http.URL.Query().Get("annotationName") }

func (c *call) getAnnotation() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	value, ok := v.Annotations[c.annotationName()]
	if !ok {
		return nil, fail(http.StatusNotFound, "NoSuchAnnotation", "The specified annotation does not exist.")
	}
	h := http.Header{}
	c.versionHeader(h, v)
	h.Set("ETag", `"`+bytesBlob([]byte(value)).etag()+`"`)
	h.Set("Last-Modified", v.At.UTC().Format(http.TimeFormat))
	return &answer{header: h, content: bytesBlob([]byte(value)), length: int64(len(value))}, nil
}

func (c *call) putAnnotation() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	if _, err := c.checkBody(); err != nil {
		return nil, err
	}
	annotations := maps.Clone(v.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[c.annotationName()] = string(c.body)
	c.b.mutable(c.Key, v.ID).Annotations = annotations
	return &answer{}, nil
}

func (c *call) deleteAnnotation() (*answer, error) {
	v, err := c.b.locate(c.Key, c.VersionID)
	if err != nil {
		return nil, err
	}
	annotations := maps.Clone(v.Annotations)
	delete(annotations, c.annotationName())
	c.b.mutable(c.Key, v.ID).Annotations = annotations
	return &answer{status: http.StatusNoContent}, nil
}
