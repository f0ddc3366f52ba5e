package s3fake

import (
	"encoding/xml"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// defaultEncryption is that of the bucket's document, SSE-S3 where there is none.
func (b *Bucket) defaultEncryption() (types.ServerSideEncryption, string, bool) {
	var document struct {
		Algorithm types.ServerSideEncryption `xml:"Rule>ApplyServerSideEncryptionByDefault>SSEAlgorithm"`
		Key       string                     `xml:"Rule>ApplyServerSideEncryptionByDefault>KMSMasterKeyID"`
		BucketKey bool                       `xml:"Rule>BucketKeyEnabled"`
	}
	_ = xml.Unmarshal(b.settings["encryption"], &document) // was checked when it was put; of nothing comes SSE-S3
	if document.Algorithm == "" {
		document.Algorithm = types.ServerSideEncryptionAes256
	}
	return document.Algorithm, document.Key, document.BucketKey
}
