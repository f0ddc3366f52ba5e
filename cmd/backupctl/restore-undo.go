package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/rewind"
)

// restoreUndo is the command restore undo.
type restoreUndo struct {
	File        string `arg:"" placeholder:"FILE" help:"What restore versions --remove-markers --undo FILE wrote."`
	Apply       bool   `help:"Change the bucket: put one delete marker on top of each key."`
	Yes         bool   `help:"Do not ask for the bucket's name at a terminal."`
	Concurrency int    `default:"64" placeholder:"N" help:"Work on up to N keys at a time, 1 to 512 (default: ${default})."`
	Profile     string `placeholder:"NAME" help:"AWS profile ${noProfile}."`
	Region      string `placeholder:"REGION" help:"The bucket's Region (default: that of the profile or of AWS_REGION)."`
}

// Run deletes the keys again, or says what that would do. What others wrote since is left alone.
func (c *restoreUndo) Run(stdin io.Reader, streams streams) error {
	markers, err := readUndo(c.File)
	if err != nil {
		return err
	}
	defer markers.file.Close() //nolint:errcheck // it is only read
	ctx, stop := interruptible(context.Background())
	defer stop()
	of := &restoreVersions{
		Bucket: markers.header.Bucket, Apply: c.Apply, Yes: c.Yes, Concurrency: c.Concurrency, Profile: c.Profile, Region: c.Region,
	}
	client, err := of.client(ctx, account{})
	if err != nil {
		return err
	}
	bucket, err := rewind.Inspect(ctx, client, of.Bucket, "")
	if err != nil {
		return of.explain(err)
	}
	if bucket.Versioning != types.BucketVersioningStatusEnabled {
		return fmt.Errorf("bucket %s: versioning is not enabled, so a delete marker could overwrite version null for good (F-S3-1); "+
			"enable versioning first", of.Bucket)
	}
	if err := of.confirm(stdin, streams.stderr); err != nil {
		return err
	}
	run := &rewind.Run{
		Client: client, Bucket: of.Bucket, RequesterPays: bucket.RequesterPays, Apply: c.Apply, Concurrency: c.Concurrency,
		Each: func(result rewind.Result) error {
			if result.Reason != "" {
				fmt.Fprintln(streams.stdout, listLine(result))
			}
			return nil
		},
	}
	summary, err := run.PutBack(ctx, markers.marker)
	state := "dry run, nothing was changed"
	if c.Apply {
		state = "applied"
	}
	fmt.Fprintf(streams.stdout, "bucket %s, keys of %s deleted again: %s\nkeys            %d\nalready deleted %d\ndelete marker   %d\n",
		of.Bucket, c.File, state, summary.Keys, summary.AlreadyBack, summary.Marked)
	if summary.Failed > 0 {
		fmt.Fprintf(streams.stdout, "left alone      %d: %s\n", summary.Failed, reasons(summary))
	}
	if err != nil {
		return of.explain(err)
	}
	if c.Apply && summary.Failed > 0 {
		return &exitError{exitSomeNotRestored, fmt.Errorf("%s not deleted again: %s",
			count(summary.Failed, "key was", "keys were"), reasons(summary))}
	}
	return nil
}

// Validate finds mistakes in the flags that kong does not know of.
func (c *restoreUndo) Validate() error {
	if c.Concurrency < 1 || c.Concurrency > 512 {
		return errors.New("--concurrency " + fmt.Sprint(c.Concurrency) + ": want 1 to 512")
	}
	return nil
}
