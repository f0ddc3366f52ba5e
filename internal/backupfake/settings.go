package backupfake

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/schemas"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/smithy-go"
)

func init() { //nolint:gochecknoinits // as in restore.go
	operations = append(operations,
		define(schemas.DescribeGlobalSettings, schemas.DescribeGlobalSettingsInput,
			anything[backup.DescribeGlobalSettingsInput], describeGlobalSettings),
		define(schemas.DescribeRegionSettings, schemas.DescribeRegionSettingsInput,
			anything[backup.DescribeRegionSettingsInput], describeRegionSettings),
		define(schemas.UpdateRegionSettings, schemas.UpdateRegionSettingsInput,
			anything[backup.UpdateRegionSettingsInput], updateRegionSettings),
		define(schemas.GetBackupVaultAccessPolicy, schemas.GetBackupVaultAccessPolicyInput,
			func(q *request, in *backup.GetBackupVaultAccessPolicyInput) string {
				return q.vaultARN(*in.BackupVaultName)
			},
			getVaultPolicy),
		define(schemas.ListProtectedResources, schemas.ListProtectedResourcesInput,
			anything[backup.ListProtectedResourcesInput], listProtectedResources),
		define(schemas.ListRestoreTestingPlans, schemas.ListRestoreTestingPlansInput,
			anything[backup.ListRestoreTestingPlansInput], listRestoreTestingPlans),
	)
}

// describeGlobalSettings tells a member account what the management account has set. AWS does not document what a member
// sees.
func describeGlobalSettings(q *request, _ *backup.DescribeGlobalSettingsInput) (smithy.Serializable, error) {
	if q.account.organization == "" {
		return nil, invalidRequest("The account is not a member of an organization.")
	}
	enabled := "true"
	if q.options.NoCrossAccountBackup {
		enabled = "false"
	}
	return &backup.DescribeGlobalSettingsOutput{GlobalSettings: map[string]string{"isCrossAccountBackupEnabled": enabled}}, nil
}

// SetOptIn sets the opt-in of the account in a Region, by resource type (F-REG-1).
func (a *Account) SetOptIn(region string, types map[string]bool) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.optIn[region] = maps.Clone(types)
}

// OptIn is that opt-in.
func (a *Account) OptIn(region string) map[string]bool {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return maps.Clone(a.optIn[region])
}

func describeRegionSettings(q *request, _ *backup.DescribeRegionSettingsInput) (smithy.Serializable, error) {
	return &backup.DescribeRegionSettingsOutput{ResourceTypeOptInPreference: maps.Clone(q.account.optIn[q.region])}, nil
}

// updateRegionSettings forgets the types that are left out: AWS does not document that it keeps them.
func updateRegionSettings(q *request, in *backup.UpdateRegionSettingsInput) (smithy.Serializable, error) {
	if in.ResourceTypeOptInPreference != nil {
		q.account.optIn[q.region] = maps.Clone(in.ResourceTypeOptInPreference)
	}
	return &backup.UpdateRegionSettingsOutput{}, nil
}

func getVaultPolicy(q *request, in *backup.GetBackupVaultAccessPolicyInput) (smithy.Serializable, error) {
	v, err := q.vault(*in.BackupVaultName)
	if err != nil {
		return nil, err
	}
	if v.options.Policy == "" {
		return nil, notFound("No policy found for vault " + v.Name)
	}
	return &backup.GetBackupVaultAccessPolicyOutput{
		BackupVaultName: aws.String(v.Name), BackupVaultArn: aws.String(v.ARN()), Policy: aws.String(v.options.Policy),
	}, nil
}

// SetLock locks the vault; SetPolicy changes its policy. Nil and "": there is none.
func (v *Vault) SetLock(lock *Lock) {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.options.Lock = lock
}

// SetPolicy changes the policy of the vault. Empty: there is none.
func (v *Vault) SetPolicy(policy string) {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.options.Policy = policy
}

// SetNumberOfPoints has the vault tell a number of recovery points. Zero: as many as there are.
func (v *Vault) SetNumberOfPoints(n int64) {
	v.account.server.mu.Lock()
	defer v.account.server.mu.Unlock()
	v.number = n
}

// describeLock adds what a vault says of its lock (F-LOCK-8).
func (v *Vault) describeLock(out *backup.DescribeBackupVaultOutput) {
	lock := v.options.Lock
	out.Locked = aws.Bool(lock != nil)
	if lock == nil {
		return
	}
	if lock.MinRetentionDays > 0 {
		out.MinRetentionDays = aws.Int64(lock.MinRetentionDays)
	}
	if lock.MaxRetentionDays > 0 {
		out.MaxRetentionDays = aws.Int64(lock.MaxRetentionDays)
	}
	if !lock.Date.IsZero() {
		out.LockDate = aws.Time(lock.Date)
	}
}

// listProtectedResources lists the buckets that have a recovery point in the account and Region.
func listProtectedResources(q *request, in *backup.ListProtectedResourcesInput) (smithy.Serializable, error) {
	buckets := map[string]bool{}
	for _, v := range q.account.vaults {
		for _, p := range v.points {
			if v.Region == q.region {
				buckets[p.resource()] = true
			}
		}
	}
	var all []types.ProtectedResource
	for _, arn := range slices.Sorted(maps.Keys(buckets)) {
		all = append(all, types.ProtectedResource{ResourceArn: aws.String(arn), ResourceType: aws.String("S3")})
	}
	shown, next, err := page(q, all, in.MaxResults, in.NextToken)
	return &backup.ListProtectedResourcesOutput{Results: shown, NextToken: next}, err
}

// AddRestoreTestingPlan adds a plan that has tested since a time, and returns its ARN.
func (a *Account) AddRestoreTestingPlan(region, name string, created types.RestoreTestingPlanForList) string {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	arn := "arn:aws:backup:" + region + ":" + a.ID + ":restore-testing-plan:" + name + "-" + strings.ToLower(a.server.id())
	created.RestoreTestingPlanArn, created.RestoreTestingPlanName = aws.String(arn), aws.String(name)
	created.ScheduleExpression = aws.String("cron(0 6 ? * SUN *)")
	a.plans[region] = append(a.plans[region], created)
	return arn
}

func listRestoreTestingPlans(q *request, in *backup.ListRestoreTestingPlansInput) (smithy.Serializable, error) {
	shown, next, err := page(q, q.account.plans[q.region], in.MaxResults, in.NextToken)
	return &backup.ListRestoreTestingPlansOutput{RestoreTestingPlans: shown, NextToken: next}, err
}

// Plans are the ARNs of all restore testing plans of all accounts, those of the highest account first.
func (s *Server) Plans() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	arns := []string{}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.all))) {
		for _, region := range slices.Sorted(maps.Keys(s.all[id].plans)) {
			for _, plan := range s.all[id].plans[region] {
				arns = append(arns, *plan.RestoreTestingPlanArn)
			}
		}
	}
	return arns
}

// RemoveRestoreTestingPlans removes the plans of a Region.
func (a *Account) RemoveRestoreTestingPlans(region string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	delete(a.plans, region)
}

// SetCrossAccountBackup turns cross-account backup on or off (F-COPY-1).
func (s *Server) SetCrossAccountBackup(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.NoCrossAccountBackup = !on
}
