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
//   - Version null is listed last, even if it is the latest. A key that ends in a slash has no other version.
//   - A request with a KMS key is answered with 500. A key with //, ./, a slash at its start, a backslash or a control
//     character is not kept as it is.
//   - A request for annotations is answered with the object. package rewind takes that for none.
//   - A listing has no checksums, HEAD has some.
//
// The other tests have none of these keys, versions and requests; TestDifferences and TestNullVersion fail once SeaweedFS is as AWS there.
// What only AWS has is tested against internal/s3fake.
package seaweed
