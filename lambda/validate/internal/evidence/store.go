package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3 is the part of the S3 client that the store needs.
type S3 interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Store is the bucket for evidence. Nothing that it writes is ever written again.
type Store struct {
	// Client of the central account, and the bucket's name.
	Client S3
	Bucket string
}

// Read returns the evidence with a key, or nil if there is none.
func (s *Store) Read(ctx context.Context, key string) (*Evidence, error) {
	content, err := s.get(ctx, key)
	if err != nil || content == nil {
		return nil, err
	}
	e := &Evidence{}
	if err := json.Unmarshal(content, e); err != nil {
		return nil, fmt.Errorf("the evidence %s cannot be read: %w", key, err)
	}
	return e, nil
}

// Write writes evidence, unless there is one with this key already, and returns what is stored. So a second attempt
// cannot change what a first one found.
func (s *Store) Write(ctx context.Context, key string, e *Evidence) (*Evidence, error) {
	content, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, err
	}
	written, err := s.create(ctx, key, content)
	if err != nil || written {
		return e, err
	}
	stored, err := s.Read(ctx, key)
	if err == nil && stored == nil {
		err = fmt.Errorf("the evidence %s exists and cannot be found", key)
	}
	return stored, err
}

// create writes an object that does not exist, and says whether it did.
func (s *Store) create(ctx context.Context, key string, content []byte) (bool, error) {
	sum := sha256.Sum256(content)
	_, err := s.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(s.Bucket), Key: aws.String(key), Body: bytes.NewReader(content), ContentType: aws.String("application/json"),
		IfNoneMatch: aws.String("*"), ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	})
	var refusal smithy.APIError
	if errors.As(err, &refusal) && refusal.ErrorCode() == "PreconditionFailed" {
		return false, nil
	}
	return err == nil, err
}

// get returns nil if there is no such object.
func (s *Store) get(ctx context.Context, key string) ([]byte, error) {
	output, err := s.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s.Bucket), Key: aws.String(key)})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(output.Body)
	return content, errors.Join(err, output.Body.Close())
}

// History is what the store has of the tests of a bucket.
type History struct {
	// Validated is when the last restore ended whose validation was successful. Zero: none within the time.
	Validated time.Time
	// Expected is since when tests of the bucket are expected.
	Expected time.Time
}

// expectation is the note of the first look at a bucket.
type expectation struct {
	Since time.Time `json:"since"`
}

// Look returns the history of a bucket since a time. The first look at a bucket without evidence notes when it was.
func (s *Store) Look(ctx context.Context, plan, bucket string, from, now time.Time) (History, error) {
	prefix := Prefix(plan, bucket)
	first, err := s.list(ctx, prefix, "", 1)
	if err != nil {
		return History{}, err
	}
	h := History{}
	if len(first) == 0 {
		h.Expected, err = s.expect(ctx, ExpectedKey(plan, bucket), now)
		return h, err
	}
	h.Expected, _ = dayOf(prefix, first[0])
	// A job that was created a week before has ended within the time, if it took that long.
	keys, err := s.list(ctx, prefix, since(prefix, from.AddDate(0, 0, -7)), 0)
	if err != nil {
		return h, err
	}
	for _, key := range slices.Backward(keys) {
		e, err := s.Read(ctx, key)
		if err != nil {
			return h, err
		}
		if e != nil && e.Outcome == Successful && e.at().After(from) {
			h.Validated = e.at()
			return h, nil
		}
	}
	return h, nil
}

// at is when the restore ended, or else when its validation did.
func (e *Evidence) at() time.Time {
	if e.Job.Completed != nil {
		return *e.Job.Completed
	}
	return e.Ended
}

// expect returns since when tests are expected. Without a note of it, it is now.
func (s *Store) expect(ctx context.Context, key string, now time.Time) (time.Time, error) {
	content, err := json.Marshal(expectation{now})
	if err != nil {
		return now, err
	}
	written, err := s.create(ctx, key, content)
	if err != nil || written {
		return now, err
	}
	var note expectation
	if content, err = s.get(ctx, key); err == nil {
		err = json.Unmarshal(content, &note)
	}
	return note.Since, err
}

// list returns keys in their order, all of them if most is zero.
func (s *Store) list(ctx context.Context, prefix, after string, most int32) ([]string, error) {
	input := &s3.ListObjectsV2Input{Bucket: aws.String(s.Bucket), Prefix: aws.String(prefix)}
	if after != "" {
		input.StartAfter = aws.String(after)
	}
	if most > 0 {
		input.MaxKeys = aws.Int32(most)
	}
	var keys []string
	for pages := s3.NewListObjectsV2Paginator(s.Client, input); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, entry := range page.Contents {
			keys = append(keys, aws.ToString(entry.Key))
		}
		if most > 0 {
			break
		}
	}
	return keys, nil
}
