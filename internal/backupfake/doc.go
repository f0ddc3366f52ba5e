// Package backupfake is AWS Backup, STS and S3 for tests, in the test's process, in every account and Region, and the few
// calls of Organizations, IAM, AWS Config, Service Quotas, CloudWatch and KMS that preflight, init and import-map make. A request is read into the SDK's own
// input, and refused if the SDK or AWS would refuse it: unknown or missing members, values that no enum has, ARNs that are
// none, and what F-COPY-1, F-RST-3 to 5 and F-RST-13 say. The answer is the SDK's own output.
//
//	clock := s3fake.NewClock(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC))
//	server := backupfake.New(backupfake.Options{Clock: clock.Now})
//	dev := server.Account("222222222222")
//	dev.CreateRole("dummy-restore-dummy-dev", "backup.amazonaws.com")
//	vault := dev.CreateVault("eu-west-1", "dummy-dev", backupfake.VaultOptions{})
//	point := vault.AddSnapshot("lake", clock.Now(), backupfake.PointOptions{Objects: …})
//	t.Setenv("AWS_ENDPOINT_URL", server.Listen(t))
//
// The access key id of a request names the caller's account: AKID and its twelve digits. Signatures are not verified. The
// buckets of an account are those of its [Account.S3], with the faults of that package.
//
// A job takes the steps of [Server.Script], by the clock. What it does is done when its last step has come: objects are in the
// bucket, the copy is in the vault. [Server.Calls] has every call with the action and the resource that IAM evaluates.
// Policies are never carried out: a fault is what a policy does.
package backupfake
