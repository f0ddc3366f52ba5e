package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// bucket is the bucket of a name, which is noted at its first place.
func (d *directory) bucket(name string, at hcl.Range) *Bucket {
	if b := d.buckets[name]; b != nil {
		return b
	}
	b := &Bucket{Name: name, place: at}
	d.buckets[name] = b
	d.order = append(d.order, b)
	return b
}

// findBuckets finds the buckets that the files create, and what each has.
func (d *directory) findBuckets() {
	byLabel := map[string]*Bucket{}
	for _, x := range d.of("aws_s3_bucket") {
		if b := d.created(x); b != nil {
			b.locked = x.get("object_lock_enabled").yes()
			b.versioned = b.locked || x.get("versioning").get("enabled").yes()
		}
	}
	for _, block := range d.modules("terraform-aws-modules/s3-bucket") {
		x := d.body(block)
		if source, _ := x.get("source").text(); strings.Contains(source, "//modules/") {
			continue
		}
		b := d.created(x)
		if b == nil {
			continue
		}
		byLabel["module."+block.Labels[0]] = b
		versioning := x.get("versioning")
		b.locked = x.get("object_lock_enabled").yes()
		b.versioned = b.locked || versioning.get("enabled").yes() || versioning.get("status").yes()
		if status, _ := versioning.get("status").text(); status == "Enabled" {
			b.versioned = true
		}
		b.lifecycle = x.get("lifecycle_rule").there()
	}
	for kind, found := range map[string]func(*Bucket, value){
		"aws_s3_bucket_versioning": func(b *Bucket, x value) {
			status, _ := x.get("versioning_configuration").get("status").text()
			b.versioned = b.versioned || status == "Enabled"
		},
		"aws_s3_bucket_object_lock_configuration": func(b *Bucket, _ value) { b.locked = true },
		"aws_s3_bucket_notification":              func(b *Bucket, x value) { b.events = x.get("eventbridge").yes() },
		"aws_s3_bucket_lifecycle_configuration": func(b *Bucket, x value) {
			rules, _ := x.get("rule").list()
			for _, r := range rules {
				b.lifecycle = b.lifecycle || r.get("noncurrent_version_expiration").there()
			}
		},
	} {
		for _, x := range d.of(kind) {
			if b := d.referred(x.get("bucket"), byLabel); b != nil {
				found(b, x)
			}
		}
	}
}

// created notes a bucket that a block creates.
func (d *directory) created(x value) *Bucket {
	name := x.get("bucket")
	text, ok := name.text()
	if !ok {
		at := x.at
		if name.there() {
			at = name.at
		}
		d.fault(at, "the bucket's name cannot be evaluated here, or AWS chooses it; add the bucket to the file by hand")
		return nil
	}
	b := d.bucket(text, name.at)
	b.Created, b.tags = true, x.get("tags").texts()
	return b
}

// referred is the bucket that an attribute refers to.
func (d *directory) referred(x value, byLabel map[string]*Bucket) *Bucket {
	if text, ok := x.text(); ok && d.buckets[text] != nil {
		return d.buckets[text]
	}
	source := strings.Split(x.source(), ".")
	if len(source) > 2 {
		return byLabel[source[0]+"."+source[1]]
	}
	return nil
}

// lock is the lock of a vault.
type lock struct {
	at       hcl.Range
	vault    string
	min, max int // zero: none
}

func (d *directory) findLocks() {
	add := func(x value, vault string) {
		l := lock{at: x.at, vault: vault}
		l.min, _ = x.get("min_retention_days").number()
		l.max, _ = x.get("max_retention_days").number()
		if changeable := x.get("changeable_for_days"); changeable.there() {
			days, known := changeable.number()
			if !known {
				d.unread(changeable, "changeable_for_days")
			} else {
				d.fault(changeable.at, "changeable_for_days makes a compliance lock: after %d days nobody can change or remove it, "+
					"not even AWS [F-LOCK-1, F-LOCK-6]", days)
			}
		}
		d.locks = append(d.locks, l)
	}
	for _, x := range d.of("aws_backup_vault_lock_configuration") {
		vault, _ := x.get("backup_vault_name").text()
		add(x, vault)
	}
	for _, block := range d.modules("lgallard/backup/aws", "lgallard/terraform-aws-backup") {
		if x := d.body(block); x.get("locked").yes() {
			vault, _ := x.get("vault_name").text()
			add(x, vault)
		}
	}
}
