package s3fake

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

// blob is the content of an object: pieces one after the other.
type blob []piece

// piece is stored bytes or, where there are none, size bytes of one value.
type piece struct {
	stored []byte
	size   int64
	fill   byte
}

func bytesBlob(b []byte) blob { return blob{{stored: b, size: int64(len(b))}} }

func (b blob) size() int64 {
	var total int64
	for _, p := range b {
		total += p.size
	}
	return total
}

// slice is the content from offset on, length bytes of it. Both must be within the content.
func (b blob) slice(offset, length int64) blob {
	var cut blob
	for _, p := range b {
		if offset >= p.size {
			offset -= p.size
			continue
		}
		take := min(p.size-offset, length)
		if take == 0 {
			break
		}
		part := piece{size: take, fill: p.fill}
		if p.stored != nil {
			part.stored = p.stored[offset : offset+take]
		}
		cut, length, offset = append(cut, part), length-take, 0
	}
	return cut
}

// WriteTo writes the content in pieces of at most 1 MiB.
func (b blob) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for _, p := range b {
		if p.stored != nil || p.size == 0 {
			n, err := w.Write(p.stored)
			written += int64(n)
			if err != nil {
				return written, err
			}
			continue
		}
		block := bytes.Repeat([]byte{p.fill}, int(min(p.size, 1<<20)))
		for left := p.size; left > 0; {
			n, err := w.Write(block[:min(left, int64(len(block)))])
			written, left = written+int64(n), left-int64(n)
			if err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// digestible is how many bytes that are not stored are still digested byte by byte. The ETag of more of
// them is the MD5 of their description, so that a part of 5 GiB and a page of large objects cost nothing.
const digestible = 4 << 10

// md5 is the digest in an ETag.
func (b blob) md5() []byte {
	sum := md5.New()
	var virtual int64
	for _, p := range b {
		if p.stored == nil {
			virtual += p.size
		}
	}
	if virtual <= digestible {
		_, _ = b.WriteTo(sum) // a hash takes all
		return sum.Sum(nil)
	}
	var last piece
	for _, p := range b {
		if p.stored == nil && last.stored == nil && last.fill == p.fill { // however the content was cut
			last.size += p.size
			continue
		}
		fmt.Fprintf(sum, "%x*%d %x\n", last.fill, last.size, last.stored)
		last = p
	}
	fmt.Fprintf(sum, "%x*%d %x\n", last.fill, last.size, last.stored)
	return sum.Sum(nil)
}

// etag is the ETag of content that was uploaded in one piece, without quotes.
func (b blob) etag() string { return hex.EncodeToString(b.md5()) }

// etags are those of small contents that are not stored, which generated buckets have by the million.
var etags sync.Map // of [2]int64, size and value, to string

// cachedETag is that of size bytes of one value.
func cachedETag(size int64, fill byte) string {
	if size > digestible {
		return blob{{size: size, fill: fill}}.etag()
	}
	key := [2]int64{size, int64(fill)}
	if etag, ok := etags.Load(key); ok {
		return etag.(string)
	}
	etag := blob{{size: size, fill: fill}}.etag()
	etags.Store(key, etag)
	return etag
}

// multipartETag is that of an object of parts: the MD5 of their MD5s, and their number.
func multipartETag(parts [][]byte) string {
	sum := md5.Sum(bytes.Join(parts, nil))
	return fmt.Sprintf("%x-%d", sum, len(parts))
}
