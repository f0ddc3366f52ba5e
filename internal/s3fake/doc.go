// Package s3fake is an S3 server for tests, in the test's process. It follows AWS's documentation where
// servers differ: the order of versions and delete markers, times cut to seconds, conditions on the current
// version, multipart uploads ordered by their start, ETags that are no MD5s, Object Lock, and S3's own error codes.
//
//	clock := s3fake.NewClock(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC))
//	server := s3fake.New(s3fake.Options{Clock: clock.Now})
//	bucket := server.CreateBucket("lake", s3fake.BucketOptions{})
//	bucket.Put("a", s3fake.Version{Body: []byte("before versioning")}) // becomes version null
//	bucket.SetVersioning(types.BucketVersioningStatusEnabled)
//	clock.Advance(time.Minute)
//	old := bucket.Put("a", s3fake.Version{Body: []byte("1"), Metadata: map[string]string{"team": "x"}})
//	bucket.Put("a", s3fake.Version{Body: []byte("2"), At: clock.Now().Add(300 * time.Millisecond)})
//	bucket.Put("large", s3fake.Version{PartSizes: []int64{5 << 30, 1 << 30}}) // 6 GiB, of which nothing is stored
//	bucket.Delete("a", time.Time{})                                              // a delete marker, now
//
//	client := server.Start(t) // *s3.Client
//	client.CopyObject(ctx, &s3.CopyObjectInput{ … "lake/a?versionId=" + old.ID … })
//	bucket.Versions("a")           // newest first
//	server.Requests()["CopyObject"] // 1
//
// Settings of a bucket are put with the client (PutBucketLifecycleConfiguration, PutBucketReplication,
// PutObjectLockConfiguration …), and are given back as they were put. A bucket of any size is a function:
// see [Generated]. Faults come from [Options.Fault] or [Server.SetFault]:
//
//	server.SetFault(func(r *http.Request) *s3fake.Fault {
//		if s3fake.Describe(r).Operation == "CopyObject" {
//			return s3fake.SlowDown()
//		}
//		return nil
//	})
//
// Lifecycle, replication, notifications and policies are never carried out. [Bucket.Remove] is what an
// expiry does, and a fault is what a policy does. Signatures are not verified.
package s3fake
