package s3fake

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestBadDigest: a body that is not what its digest says is refused.
func TestBadDigest(t *testing.T) {
	f := versioned(t)
	input := put("k", "x")
	input.ContentMD5 = aws.String("1B2M2Y8AsgTpgAmY7PhCfg==") // of nothing
	refused(t, "400 BadDigest")(f.client.PutObject(f.ctx, input))
	input = put("k", "x")
	input.ChecksumCRC32 = aws.String("AAAAAA==")
	refused(t, "400 BadDigest")(f.client.PutObject(f.ctx, input))
	input = put("k", "x")
	input.ChecksumAlgorithm = types.ChecksumAlgorithmSha256
	must(f.client.PutObject(f.ctx, input))
	if v := f.bucket.Versions("k"); len(v) != 1 || v[0].ChecksumAlgorithm != types.ChecksumAlgorithmSha256 {
		t.Errorf("%+v", v)
	}
}
