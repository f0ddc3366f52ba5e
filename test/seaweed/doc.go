// Package seaweed starts SeaweedFS, an S3 server that others wrote, and has the tests of backupctl restore versions
// against it: the program as users run it, over real signatures, encodings, conditions, locks and parts.
//
// SeaweedFS has a module of its own, in weed: with the dependencies of its authors, and with the replacement that
// go install refuses. [Program] builds it once, [Start] starts it on free ports, and [Server.Stop] kills it.
package seaweed
