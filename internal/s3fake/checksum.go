package s3fake

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"math/bits"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// nvme is the polynomial of CRC64NVME, its bits reversed.
var nvme = crc64.MakeTable(bits.Reverse64(0xad93d23594c93659))

// algorithms are the checksums that the server knows.
var algorithms = []types.ChecksumAlgorithm{
	types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc32c, types.ChecksumAlgorithmCrc64nvme,
	types.ChecksumAlgorithmSha1, types.ChecksumAlgorithmSha256,
}

func newHash(algorithm types.ChecksumAlgorithm) hash.Hash {
	switch algorithm {
	case types.ChecksumAlgorithmCrc32:
		return crc32.NewIEEE()
	case types.ChecksumAlgorithmCrc32c:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case types.ChecksumAlgorithmCrc64nvme:
		return crc64.New(nvme)
	case types.ChecksumAlgorithmSha1:
		return sha1.New()
	case types.ChecksumAlgorithmSha256:
		return sha256.New()
	}
	return nil
}

// checksum is that of the whole content, in base 64. Content that is not stored costs little with CRC64NVME,
// and as long as digesting takes with others.
func (b blob) checksum(algorithm types.ChecksumAlgorithm) string {
	if algorithm == types.ChecksumAlgorithmCrc64nvme {
		return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, b.crc64()))
	}
	sum := newHash(algorithm)
	if sum == nil {
		return ""
	}
	_, _ = b.WriteTo(sum) // a hash takes all
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// compositeChecksum is that of the parts' checksums, and their number.
func compositeChecksum(algorithm types.ChecksumAlgorithm, parts []string) string {
	sum := newHash(algorithm)
	for _, part := range parts {
		raw, _ := base64.StdEncoding.DecodeString(part) // was encoded here
		sum.Write(raw)
	}
	return fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(sum.Sum(nil)), len(parts))
}

func (b blob) crc64() uint64 {
	var total uint64
	for _, p := range b {
		crc := crc64.Checksum(p.stored, nvme)
		if p.stored == nil {
			crc = crcOfFill(p.fill, p.size)
		}
		total = combine(total, crc, p.size)
	}
	return total
}

// crcOfFill doubles the content bit by bit of its size.
func crcOfFill(fill byte, size int64) uint64 {
	one := crc64.Checksum([]byte{fill}, nvme)
	var crc uint64
	var have int64
	for i := bits.Len64(uint64(size)) - 1; i >= 0; i-- {
		crc, have = combine(crc, crc, have), 2*have
		if size>>i&1 == 1 {
			crc, have = combine(crc, one, 1), have+1
		}
	}
	return crc
}

// matrix is a linear map of the 64 bits of a CRC.
type matrix [64]uint64

func (m *matrix) times(vector uint64) uint64 {
	var sum uint64
	for i := 0; vector != 0; i, vector = i+1, vector>>1 {
		if vector&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}

// appendZeros has, for each power of two, what that many zero bytes after the content do to its CRC.
var appendZeros = func() (powers [48]matrix) {
	for i := range powers[0] {
		crc := uint64(1) << i
		powers[0][i] = nvme[byte(crc)] ^ crc>>8
	}
	for k := 1; k < len(powers); k++ {
		for i, column := range powers[k-1] {
			powers[k][i] = powers[k-1].times(column)
		}
	}
	return powers
}()

// combine is the CRC of two contents one after the other, of which the second has size bytes.
func combine(first, second uint64, size int64) uint64 {
	for k := 0; size != 0; k, size = k+1, size>>1 {
		if size&1 == 1 {
			first = appendZeros[k].times(first)
		}
	}
	return first ^ second
}
