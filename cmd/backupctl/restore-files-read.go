package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// readTries is how often an object is read whose answer ends early.
const readTries = 5

// read opens the access point, and does with each object what the command says.
func (r *filing) read(ctx context.Context, clock clock) error {
	if err := r.open(ctx, clock); err != nil {
		return err
	}
	do := r.list
	switch {
	case r.command.ToDir != "":
		if err := os.MkdirAll(r.command.ToDir, 0o750); err != nil {
			return fmt.Errorf("--to-dir: %w", err)
		}
		root, err := os.OpenRoot(r.command.ToDir)
		if err != nil {
			return fmt.Errorf("--to-dir: %w", err)
		}
		defer root.Close() //nolint:errcheck // it is a directory
		do = func(ctx context.Context, object types.Object) error { return r.download(ctx, root, object) }
	case r.command.InPlace:
		do = r.putBack
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.command.Concurrency)
	if r.command.List {
		group.SetLimit(1) // in their order
	}
	found := r.find(groupCtx, func(object types.Object) {
		group.Go(func() error { return r.settle(object, do(groupCtx, object)) })
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return found
}

// settle notes that an object failed. An error ends the run.
func (r *filing) settle(object types.Object, err error) error {
	if err == nil {
		return nil
	}
	if isExpired(err) || errors.Is(err, context.Canceled) || hasCode(err, "NoSuchBucket") || hasCode(err, "InvalidAccessKeyId") {
		return r.reader.explain(err)
	}
	reason := plain(err).Error()
	if isDenied(err) {
		reason = rightOf(err, "this role").String()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Failed = append(r.report.Failed, failed{aws.ToString(object.Key), reason})
	return nil
}

// find gives the objects of the recovery point that are wanted, in the order of their keys.
func (r *filing) find(ctx context.Context, each func(types.Object)) error {
	for _, key := range r.command.Key {
		head, err := r.from.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(r.point.alias), Key: aws.String(key)})
		object := types.Object{Key: aws.String(key)}
		switch {
		case statusOf(err) == http.StatusNotFound:
			if err := r.settle(object, errors.New("the recovery point does not have it")); err != nil {
				return err
			}
			continue
		case err != nil:
			return r.reader.explain(err)
		}
		object.Size, object.LastModified, object.ETag = head.ContentLength, head.LastModified, head.ETag
		each(object)
	}
	if len(r.command.Key) > 0 {
		return nil
	}
	pages := s3.NewListObjectsV2Paginator(r.from.s3, &s3.ListObjectsV2Input{
		Bucket: aws.String(r.point.alias), Prefix: aws.String(r.command.Prefix),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return r.reader.explain(err)
		}
		for _, object := range page.Contents {
			each(object)
		}
	}
	return nil
}

func (r *filing) list(_ context.Context, object types.Object) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Listed = append(r.report.Listed, listed{
		aws.ToString(object.Key), aws.ToInt64(object.Size), aws.ToTime(object.LastModified).UTC(),
	})
	return nil
}

// done counts an object that is back, or that was there already.
func (r *filing) done(object types.Object, already bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if already {
		r.report.AlreadyThere++
		return
	}
	r.report.Restored++
	r.report.Bytes += aws.ToInt64(object.Size)
}

// get reads a part of an object, or all of it if length is negative. The version must be the listed one.
func (r *filing) get(ctx context.Context, object types.Object, from, length int64) (*s3.GetObjectOutput, error) {
	input := &s3.GetObjectInput{Bucket: aws.String(r.point.alias), Key: object.Key, ChecksumMode: types.ChecksumModeEnabled}
	if length >= 0 {
		input.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+length-1))
		input.IfMatch = object.ETag
	}
	return r.from.s3.GetObject(ctx, input)
}

// fileOf is the path of an object below the directory.
func fileOf(key string) (string, error) {
	file := filepath.FromSlash(key)
	if path.Clean(key) != key || !filepath.IsLocal(file) || strings.ContainsRune(key, 0) {
		return "", errors.New("the key is no path of a file below the directory; write --in-place, or read it with restore backup --item")
	}
	return file, nil
}

// download writes an object to a file. The file appears when it is complete, and no file is overwritten.
func (r *filing) download(ctx context.Context, root *os.Root, object types.Object) error {
	key := aws.ToString(object.Key)
	if strings.HasSuffix(key, "/") && aws.ToInt64(object.Size) == 0 { // consoles show it as a folder
		file, err := fileOf(strings.TrimSuffix(key, "/"))
		if err == nil {
			err = root.MkdirAll(file, 0o750)
		}
		if err == nil {
			r.done(object, false)
		}
		return err
	}
	file, err := fileOf(key)
	if err != nil {
		return err
	}
	if there, err := root.Lstat(file); err == nil {
		if there.Mode().IsRegular() && there.Size() == aws.ToInt64(object.Size) && there.ModTime().Equal(aws.ToTime(object.LastModified)) {
			r.done(object, true)
			return nil
		}
		return errors.New("there is another file of that name; it was left as it is")
	}
	if err := root.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	part := file + ".part"
	for try := 1; ; try++ {
		err = r.write(ctx, root, part, object)
		if early := (*earlyError)(nil); !errors.As(err, &early) || try == readTries || ctx.Err() != nil {
			break
		}
	}
	if err == nil {
		err = root.Chtimes(part, aws.ToTime(object.LastModified), aws.ToTime(object.LastModified))
	}
	if err == nil {
		err = root.Rename(part, file)
	}
	if err != nil {
		_ = root.Remove(part) // it is not complete
		return err
	}
	r.done(object, false)
	return nil
}

// earlyError is an answer that ended early.
type earlyError struct{ error }

func (e *earlyError) Unwrap() error { return e.error }

// write reads an object into a file.
func (r *filing) write(ctx context.Context, root *os.Root, file string, object types.Object) error {
	output, err := r.get(ctx, object, 0, -1)
	if err != nil {
		return err
	}
	defer output.Body.Close() //nolint:errcheck // it was only read
	to, err := root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	n, err := io.Copy(to, output.Body)
	if closed := to.Close(); closed != nil {
		return closed
	}
	if err == nil && n != aws.ToInt64(output.ContentLength) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return &earlyError{fmt.Errorf("the object could not be read to its end: %w", err)}
	}
	return nil
}
