package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// maxExamples is how many keys a comparison names.
const maxExamples = 20

// comparison is of the keys and sizes in the recovery point and in the bucket.
type comparison struct {
	// Objects and Bytes are those of the recovery point, as far as they were to be restored.
	Objects int   `json:"objects"`
	Bytes   int64 `json:"bytes"`
	// Missing objects are not in the bucket. Different ones have another size there. Extra ones are there alone; in a bucket that
	// had objects before they count for nothing.
	Missing   int `json:"missing"`
	Different int `json:"different"`
	Extra     int `json:"extra"`
	// Examples are the first keys that are not the same.
	Examples []string `json:"examples,omitempty"`
}

func (c *comparison) differences() int { return c.Missing + c.Different + c.Extra }

func (c *comparison) add(counter *int, what string, object types.Object) {
	*counter++
	if len(c.Examples) < maxExamples {
		c.Examples = append(c.Examples, what+" "+printable(aws.ToString(object.Key)))
	}
}

// verify reads the recovery point through an access point, and compares it with the bucket.
func (r *restoring) verify(ctx context.Context, clock clock) error {
	f := &filing{
		command: &restoreFiles{backupFlags: r.command.backupFlags, From: r.command.From}, cfg: r.cfg, workload: r.workload,
		reader: r.account, from: r.clients, wanted: r.wanted, choice: r.choice,
	}
	err := f.open(ctx, clock)
	if err == nil {
		err = r.compare(ctx, f.point.alias)
	}
	err = causeOf(ctx, err)
	if left := f.remove(ctx); left != nil {
		err = errors.Join(err, left)
	}
	return err
}

// compare walks through both listings at once.
func (r *restoring) compare(ctx context.Context, alias string) error {
	c := &comparison{}
	inBackup, stopBackup := iter.Pull2(r.objects(ctx, alias))
	defer stopBackup()
	inBucket, stopBucket := iter.Pull2(r.objects(ctx, r.report.Into))
	defer stopBucket()
	next := func(pull func() (types.Object, error, bool)) (*types.Object, error) {
		object, err, ok := pull()
		if !ok || err != nil {
			return nil, err
		}
		return &object, nil
	}
	backup, err := next(inBackup)
	if err != nil {
		return err
	}
	bucket, err := next(inBucket)
	if err != nil {
		return err
	}
	for backup != nil || bucket != nil {
		order := 0
		switch {
		case bucket == nil:
			order = -1
		case backup == nil:
			order = 1
		default:
			order = strings.Compare(aws.ToString(backup.Key), aws.ToString(bucket.Key))
		}
		if order <= 0 {
			c.Objects++
			c.Bytes += aws.ToInt64(backup.Size)
		}
		switch {
		case order < 0:
			c.add(&c.Missing, "missing:", *backup)
		case order > 0 && r.report.NewBucket:
			c.add(&c.Extra, "extra:", *bucket)
		case order == 0 && aws.ToInt64(backup.Size) != aws.ToInt64(bucket.Size):
			c.add(&c.Different, "different:", *backup)
		}
		if order <= 0 {
			if backup, err = next(inBackup); err != nil {
				return err
			}
		}
		if order >= 0 {
			if bucket, err = next(inBucket); err != nil {
				return err
			}
		}
	}
	r.report.Comparison = c
	return nil
}

// objects lists a bucket, or an access point, as far as it was to be restored.
func (r *restoring) objects(ctx context.Context, bucket string) iter.Seq2[types.Object, error] {
	return func(yield func(types.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(r.clients.s3, &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(types.Object{}, r.account.explain(err))
				return
			}
			for _, object := range page.Contents {
				if r.asked(aws.ToString(object.Key)) && !yield(object, nil) {
					return
				}
			}
		}
	}
}

// asked says whether a key was to be restored.
func (r *restoring) asked(key string) bool {
	return len(r.command.Item) == 0 || slices.ContainsFunc(r.command.Item, func(item string) bool {
		path := strings.TrimPrefix(item, "s3://"+r.command.Bucket+"/")
		return key == path || strings.HasSuffix(path, "/") && strings.HasPrefix(key, path)
	})
}

// text is the comparison for people.
func (c *comparison) text() string {
	if c.differences() == 0 {
		return fmt.Sprintf("%s, %s: the same keys and sizes", count(c.Objects, "object", "objects"), size(c.Bytes))
	}
	return fmt.Sprintf("%s, %s: %d missing, %d different, %d extra: %s", count(c.Objects, "object", "objects"), size(c.Bytes),
		c.Missing, c.Different, c.Extra, strings.Join(c.Examples, ", "))
}
