package s3fake

import (
	"crypto/md5"
	"encoding/base64"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// putObject stores a new version.
func (c *call) putObject() (*answer, error) {
	v, err := c.fromHeaders()
	if err != nil {
		return nil, err
	}
	algorithm, err := c.checkBody()
	if err != nil {
		return nil, err
	}
	locks := v.LockMode != "" || v.LegalHold || c.b.lock != nil && c.b.lock.Default.Mode != ""
	if locks && algorithm == "" && c.http.Header.Get("Content-Md5") == "" { // F-OL-9, F-S3-27
		return nil, invalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
	}
	if int64(len(c.body)) > c.server.options.MaxCopy {
		return nil, fail(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	v.content, v.ChecksumAlgorithm = bytesBlob(c.body), algorithm
	if algorithm == "" {
		v.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme // what S3 adds to any upload
	}
	c.b.add(c.Key, v)
	h := http.Header{}
	c.stored(h, v)
	h.Set("ETag", `"`+v.ETag+`"`)
	v.checksumHeaders(h)
	return &answer{header: h}, nil
}

// checkBody compares the body with the digests that came with it, and returns the checksum's algorithm.
func (c *call) checkBody() (types.ChecksumAlgorithm, error) {
	if want := c.http.Header.Get("Content-Md5"); want != "" {
		if sum := md5.Sum(c.body); base64.StdEncoding.EncodeToString(sum[:]) != want {
			return "", fail(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	for _, algorithm := range algorithms {
		want := c.http.Header.Get("X-Amz-Checksum-" + string(algorithm))
		if want == "" {
			continue
		}
		if bytesBlob(c.body).checksum(algorithm) != want {
			return "", fail(http.StatusBadRequest, "BadDigest",
				"The "+string(algorithm)+" you specified did not match the calculated checksum.")
		}
		return algorithm, nil
	}
	return "", nil
}
