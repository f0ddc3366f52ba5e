package backupfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/internal/s3fake"
)

const (
	// maxAccessPoints is how many backup access points a recovery point has (F-RST-13).
	maxAccessPoints = 5
	// creating and deleting are how long that takes.
	creating = time.Minute
	deleting = 30 * time.Second
)

// accessPoint is a backup access point. Its alias is a bucket of the account that can only be read.
type accessPoint struct {
	name, arn, alias string
	account          *Account
	region           string
	point            *Point
	at               time.Time // the content is that of this time
	metadata         map[string]string
	created, deleted time.Time
	failure          string
}

var accessPointName = regexp.MustCompile(`^[\da-z][\da-z-]{1,48}[\da-z]$`)

// Open creates an access point on the recovery point, as somebody else does.
func (p *Point) Open(name string) {
	s := p.vault.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.options.Clock()
	s.points = append(s.points, &accessPoint{
		name: name, arn: fmt.Sprintf("arn:aws:backup:%s:%s:accesspoint/%s", p.vault.Region, p.vault.account.ID, name),
		alias: name + "-s3alias", account: p.vault.account, region: p.vault.Region, point: p, at: at, created: at, metadata: map[string]string{},
	})
}

func createAccessPoint(q *request, in *backup.CreateBackupAccessPointInput) (smithy.Serializable, error) {
	p, err := q.point(*in.RecoveryPointArn)
	if err != nil {
		return nil, err
	}
	if !accessPointName.MatchString(*in.Name) || strings.HasSuffix(*in.Name, "-s3alias") {
		return nil, invalidParameter("Invalid access point name: " + *in.Name)
	}
	if !slices.Contains([]types.RecoveryPointStatus{"COMPLETED", "AVAILABLE", "STOPPED"}, p.Status) {
		return nil, fail(http.StatusBadRequest, "InvalidResourceStateException", "The recovery point is in state "+string(p.Status))
	}
	for name := range in.AccessPointMetadata {
		if name != "AccessPointInTime" {
			return nil, invalidParameter("Invalid access point metadata: " + name)
		}
	}
	at := in.AccessPointMetadata["AccessPointInTime"]
	if err := q.checkTime(p, at, "AccessPointInTime"); err != nil {
		return nil, err
	}
	others := 0
	for _, other := range q.points {
		if other.account == q.account && other.region == q.region && other.name == *in.Name {
			return nil, fail(http.StatusBadRequest, "AlreadyExistsException", "The access point exists: "+*in.Name)
		}
		if other.account == q.account && other.point == p {
			others++
		}
	}
	if others >= maxAccessPoints {
		return nil, fail(http.StatusBadRequest, "LimitExceededException", "A recovery point has at most five access points.")
	}
	for _, action := range []string{"s3:CreateAccessPoint"} {
		call := Call{q.account.ID, q.region, q.call.Operation, action, s3AccessPoint(q.region, q.account.ID, *in.Name), nil}
		if fault := q.record(call); fault != nil && fault.Status != 0 {
			return nil, fail(fault.Status, fault.Code, fault.Message)
		}
	}
	sum := sha256.Sum256([]byte(*in.Name))
	a := &accessPoint{
		name: *in.Name, arn: fmt.Sprintf("arn:aws:backup:%s:%s:accesspoint/%s", q.region, q.account.ID, *in.Name),
		alias:   fmt.Sprintf("%.20s-%s-s3alias", *in.Name, hex.EncodeToString(sum[:15])),
		account: q.account, region: q.region, point: p, at: p.Created, created: q.now,
		metadata: map[string]string{},
	}
	if at != "" {
		a.at, _ = time.Parse(time.RFC3339, at) // it was checked
		a.metadata["AccessPointInTime"] = at
	}
	q.points = append(q.points, a)
	return &backup.CreateBackupAccessPointOutput{AccessPointArn: aws.String(a.arn), Status: types.AccessPointStatusCreating}, nil
}

func s3AccessPoint(region, account, name string) string {
	return fmt.Sprintf("arn:aws:s3:%s:%s:accesspoint/%s", region, account, name)
}

// FailAccessPoints has access points that are being created fail with a message.
func (s *Server) FailAccessPoints(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.points {
		a.failure = message
	}
}

// AccessPoints are the names of the backup access points of an account that are there.
func (a *Account) AccessPoints() []string {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.server.advance()
	var names []string
	for _, point := range a.server.points {
		if point.account == a && point.deleted.IsZero() {
			names = append(names, point.name)
		}
	}
	return names
}

func (a *accessPoint) status(now time.Time) types.AccessPointStatus {
	switch {
	case !a.deleted.IsZero():
		return types.AccessPointStatusDeleting
	case a.failure != "":
		return types.AccessPointStatusFailed
	case now.Sub(a.created) < creating:
		return types.AccessPointStatusCreating
	}
	return types.AccessPointStatusAvailable
}

// advancePoints makes the buckets of access points that have become available, and removes those that were deleted.
func (s *Server) advancePoints(now time.Time) {
	for _, a := range s.points {
		if a.status(now) == types.AccessPointStatusAvailable && a.account.S3.Bucket(a.alias) == nil {
			b := a.account.S3.CreateBucket(a.alias, s3fake.BucketOptions{
				Region: a.region, Versioning: s3types.BucketVersioningStatusEnabled, ReadOnly: true,
			})
			for key, version := range a.point.content(a.at) {
				version.ID, version.ETag = "", ""
				if version.ChecksumAlgorithm == "" {
					version.ChecksumAlgorithm = s3types.ChecksumAlgorithmCrc64nvme // as S3 gives to all objects
				}
				b.Put(key, version)
			}
			a.metadata["S3AccessPointArn"], a.metadata["S3AccessPointAlias"] = s3AccessPoint(a.region, a.account.ID, a.name), a.alias
		}
	}
	s.points = slices.DeleteFunc(s.points, func(a *accessPoint) bool {
		return !a.deleted.IsZero() && now.Sub(a.deleted) >= deleting
	})
}

func (q *request) accessPoint(arn string) (*accessPoint, error) {
	for _, a := range q.points {
		if a.arn == arn && a.account == q.account && a.region == q.region {
			return a, nil
		}
	}
	return nil, notFound("Access point not found: " + arn)
}

func describeAccessPoint(q *request, in *backup.DescribeBackupAccessPointInput) (smithy.Serializable, error) {
	a, err := q.accessPoint(*in.AccessPointArn)
	if err != nil {
		return nil, err
	}
	out := &backup.DescribeBackupAccessPointOutput{
		AccessPointArn: aws.String(a.arn), BackupVaultName: aws.String(a.point.vault.Name), CreationTime: aws.Time(a.created),
		Name: aws.String(a.name), RecoveryPointArn: aws.String(a.point.ARN), ResourceArn: aws.String(a.point.resource()),
		ResourceType: aws.String("S3"), Status: a.status(q.now), AccessPointMetadata: a.metadata,
	}
	if a.failure != "" {
		out.StatusMessage = aws.String(a.failure)
	}
	return out, nil
}

func deleteAccessPoint(q *request, in *backup.DeleteBackupAccessPointInput) (smithy.Serializable, error) {
	a, err := q.accessPoint(*in.AccessPointArn)
	if err != nil {
		return nil, err
	}
	call := Call{q.account.ID, q.region, q.call.Operation, "s3:DeleteAccessPoint", s3AccessPoint(q.region, q.account.ID, a.name), nil}
	if fault := q.record(call); fault != nil && fault.Status != 0 {
		return nil, fail(fault.Status, fault.Code, fault.Message)
	}
	if a.deleted.IsZero() {
		a.deleted = q.now
		a.account.S3.RemoveBucket(a.alias)
	}
	return &backup.DeleteBackupAccessPointOutput{}, nil
}

func listAccessPoints(q *request, in *backup.ListBackupAccessPointsInput) (smithy.Serializable, error) {
	var all []types.ListAccessPointsMember
	for _, a := range q.points {
		if a.account != q.account || a.region != q.region {
			continue
		}
		all = append(all, types.ListAccessPointsMember{
			AccessPointArn: aws.String(a.arn), AccessPointMetadata: a.metadata, BackupVaultName: aws.String(a.point.vault.Name),
			CreationTime: aws.Time(a.created), Name: aws.String(a.name), RecoveryPointArn: aws.String(a.point.ARN),
			ResourceArn: aws.String(a.point.resource()), ResourceType: aws.String("S3"), Status: a.status(q.now),
		})
	}
	shown, next, err := page(q, all, in.MaxResults, in.NextToken)
	return &backup.ListBackupAccessPointsOutput{BackupAccessPoints: shown, NextToken: next}, err
}
