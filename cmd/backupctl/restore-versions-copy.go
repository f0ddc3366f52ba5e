package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"central-s3-backup/config"
	"central-s3-backup/internal/rewind"
)

// copyFlags are flags of restore versions that say how a key comes back.
type copyFlags struct {
	Keep             []string `placeholder:"WHAT" help:"Copies also keep this of the old version: encryption, retention, acl, redirect. Several with commas."`
	OverwriteChanged bool     `help:"Also restore keys that others change during the run. What they wrote lies beneath the copy."`
	RemoveMarkers    bool     `help:"Bring deleted keys back by removing their delete markers, if nothing else is over the old version. Needs no storage; but afterwards it looks as if the keys had never been deleted, and a restore to a moment in between goes wrong."`
	Undo             string   `placeholder:"FILE" help:"With --remove-markers: write each delete marker to FILE before it is removed (default: BUCKET.TIME.undo)."`
	MultipartAbove   int64    `placeholder:"BYTES" help:"Copy objects by parts if they are larger, for rehearsals (default: 5 GiB)."`
	Config           string   `placeholder:"FILE" help:"Take the account and Region of the bucket from FILE, a backup.yaml, and check them."`

	// tier is that of the bucket in Config. Nil: unknown, or the bucket is not created by the app.
	tier *config.Tier
}

// The words of --keep.
const (
	keepEncryption = "encryption"
	keepRetention  = "retention"
	keepACL        = "acl"
	keepRedirect   = "redirect"
)

func (c *copyFlags) validate() error {
	words := []string{keepEncryption, keepRetention, keepACL, keepRedirect}
	for _, word := range c.Keep {
		if !slices.Contains(words, word) {
			return fmt.Errorf("--keep %s: this cannot be kept%s; want %s, %s, %s or %s", word, config.DidYouMean(word, words),
				keepEncryption, keepRetention, keepACL, keepRedirect)
		}
	}
	switch {
	case c.Undo != "" && !c.RemoveMarkers:
		return errors.New("--undo is for --remove-markers; to delete the keys of FILE again run restore undo FILE")
	case c.MultipartAbove < 0 || c.MultipartAbove > rewind.MaxCopy:
		return fmt.Errorf("--multipart-above %d: want 1 to %d, the most that is copied in one request (F-RST-9)",
			c.MultipartAbove, rewind.MaxCopy)
	}
	return nil
}

func (c *copyFlags) keeps(word string) bool { return slices.Contains(c.Keep, word) }

// kept is what copies keep. Where ACLs are disabled there is none to keep (F-S3-29).
func (c *copyFlags) kept(bucket rewind.Bucket) rewind.Keep {
	return rewind.Keep{
		Encryption: c.keeps(keepEncryption), Retention: c.keeps(keepRetention),
		ACL: c.keeps(keepACL) && !bucket.ACLsDisabled, Redirect: c.keeps(keepRedirect),
	}
}

// refuseKeep refuses to keep a retention if that of the bucket is unknown: a copy could get a shorter one.
func (c *restoreVersions) refuseKeep(bucket rewind.Bucket) error {
	for _, unchecked := range bucket.Unchecked {
		if c.keeps(keepRetention) && strings.HasPrefix(unchecked, "Object Lock ") {
			return fmt.Errorf("--keep retention: the default retention of bucket %s cannot be read, so a copy could get a shorter one: %s; "+
				"allow s3:GetBucketObjectLockConfiguration", c.Bucket, unchecked)
		}
	}
	return nil
}

// owner is the account and Region of the bucket in --config. Its zero value: there is no --config.
func (c *restoreVersions) owner() (account, error) {
	if c.Config == "" {
		return account{}, nil
	}
	cfg, err := config.LoadFile(c.Config)
	if err != nil {
		return account{}, err
	}
	var known []string
	for _, w := range cfg.Workloads {
		for _, b := range w.Buckets {
			if b.Name != c.Bucket {
				known = append(known, b.Name)
				continue
			}
			if c.Region != "" && c.Region != w.Region {
				return account{}, fmt.Errorf("--region %s: bucket %s is in %s by %s; leave out --region", c.Region, c.Bucket, w.Region, c.Config)
			}
			c.Region = w.Region
			if !b.Existing {
				c.tier = tierNamed(cfg, b.Tier)
			}
			return account{owner: w.ID(), id: w.Account, region: w.Region, flag: "--profile", profile: c.Profile}, nil
		}
	}
	return account{}, fmt.Errorf("--bucket %s: no workload of %s has this bucket%s; write a bucket of the file, or leave out --config",
		c.Bucket, c.Config, config.DidYouMean(c.Bucket, known))
}

func tierNamed(cfg *config.Config, name string) *config.Tier {
	for i := range cfg.Tiers {
		if cfg.Tiers[i].Name == name {
			return &cfg.Tiers[i]
		}
	}
	return nil
}

// lockOfTier says in the refusal of a moment where the days come from. A created bucket keeps overwritten versions as
// long as its tier locks new ones, and without a lock for a fixed time.
func (c *restoreVersions) lockOfTier(days int) string {
	if c.tier == nil || c.tier.NoncurrentDays() != days {
		return ""
	}
	if c.tier.ObjectLock == nil {
		return fmt.Sprintf("; tier %s in %s has no object_lock, and its buckets keep noncurrent versions for that time", c.tier.Name, c.Config)
	}
	return fmt.Sprintf("; these are the days of object_lock of tier %s in %s", c.tier.Name, c.Config)
}

// undoName is the file for the delete markers that are removed.
func (c *restoreVersions) undoName(to time.Time) string {
	if c.Undo != "" {
		return c.Undo
	}
	return c.Bucket + "." + to.Format("20060102T150405Z") + ".undo"
}
