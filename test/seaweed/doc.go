// Package seaweed starts SeaweedFS 4.53, an S3 server that others wrote, and has the tests of backupctl restore versions
// against it: the program as users run it, over real signatures, encodings, conditions, locks and parts.
//
// SeaweedFS has a module of its own, in weed: with the dependencies of its authors, and with the replacement that
// go install refuses. [Program] builds it once, [Start] starts it on free ports, and [Server.Stop] kills it.
//
// # Where SeaweedFS is not as AWS
//
//   - The time of a multipart upload is when it was completed, not when it was started (F-RST-14). The order within
//     a second is AWS's: its version ids have nanoseconds, and a listing is sorted by them, markers among versions.
//   - Version null is listed last, whenever it was written. The tests have none.
//   - Requests with KMS keys are answered with 500. Keys with //, ./, a slash at either end, a backslash or control
//     characters are not kept as they are. The tests have neither.
//   - It does not know annotations, and a listing has no checksums. So a copy of a multipart upload whose ETag is
//     another is verified by checksums of HEAD, or by size.
//
// What only AWS has is tested against internal/s3fake.
package seaweed
