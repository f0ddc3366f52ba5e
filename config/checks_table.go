package config

// These checks run while a file is read and decoded, together with those of each row in syntax.go.
var (
	unreadableFile  = check{name: "unreadable-file", level: Error}
	notText         = check{name: "not-text", level: Error}
	notYAML         = check{name: "not-yaml", level: Error}
	noMapping       = check{name: "no-mapping", level: Error}
	secondDocument  = check{name: "second-document", level: Error}
	anchor          = check{name: "anchor", level: Error}
	yamlTag         = check{name: "yaml-tag", level: Error}
	noValue         = check{name: "no-value", level: Error}
	notAKey         = check{name: "not-a-key", level: Error}
	unknownKey      = check{name: "unknown-key", level: Error}
	misplacedKey    = check{name: "misplaced-key", level: Error}
	duplicateKey    = check{name: "duplicate-key", level: Error}
	missingKey      = check{name: "missing-key", level: Error}
	emptyList       = check{name: "empty-list", level: Error}
	wrongType       = check{name: "wrong-type", level: Error}
	unquoted        = check{name: "unquoted", level: Error}
	tooManyProblems = check{name: "too-many-problems", level: Error}
	coldStorage     = check{name: "cold-storage", level: Error, fact: "F-S3-6"}
)

var readingChecks = []check{
	unreadableFile, notText, notYAML, noMapping, secondDocument, anchor, yamlTag, noValue, notAKey,
	unknownKey, misplacedKey, duplicateKey, missingKey, emptyList, wrongType, unquoted, coldStorage, tooManyProblems,
}

// checks run in this order, each over the whole configuration, even where others have found problems. A
// check that meets a missing or invalid value reports nothing: that value has a problem already.
var checks = []check{
	// check_organization.go
	{"organization-path-elsewhere", Error, "F-COPY-3", checkOrganizationPaths},
	{"policy-size", Error, "F-LIM-7", checkPolicySize},
	{"accounts-not-named", Error, "F-LIM-7", checkAccountsNamed},
	{"accounts-by-path", Warning, "F-LIM-7", warnOfAccountsNotNamed},
	{"senders-by-path", Warning, "F-EVT-21", warnOfSendersNotNamed},
	{"project-pattern", Error, "F-COPY-3", checkProjectPatterns},

	// check_vaults.go
	{"default-vault", Error, "F-COPY-7", checkDefaultVault},
	{"vault-named-twice", Error, "F-LOCK-8", checkVaultsNamedTwice},
	{"lock-min-above-max", Error, "F-LOCK-2", checkLockRanges},
	{"governance-lock", Error, "F-LOCK-1", checkGovernanceLock},
	{"compliance-lock-values", Error, "F-LOCK-6", checkComplianceLockValues},
	{"compliance-lock-acknowledgement", Error, "F-LOCK-6", checkComplianceLockAcknowledgement},
	{"compliance-lock", Warning, "F-LOCK-6", warnOfComplianceLock},
	{"air-gapped-lock", Warning, "F-LAG-1", warnOfAirGappedLock},
	{"air-gapped-vault-empty", Warning, "F-LAG-1", warnOfEmptyAirGappedVault},
	{"retained-lock", Warning, "F-LOCK-6", warnOfRetainedLocks},
	{"air-gapped-partition", Error, "F-REG-2", checkAirGappedPartition},
	{"air-gapped-region", Warning, "F-REG-2", warnOfAirGappedRegion},

	// check_air_gapped.go
	{"air-gapped-share", Error, "F-LAG-3", checkAirGappedShares},
	{"air-gapped-share-of-all", Warning, "F-LAG-3", warnOfAirGappedShares},
	{"approval-team-partition", Error, "F-REG-4", checkApprovalTeamPartition},
	{"approval-team-region", Warning, "F-LAG-8", warnOfApprovalTeamRegion},
	{"air-gapped-own-key", Warning, "F-LAG-6", warnOfOwnAirGappedKeys},
	{"air-gapped-min-above-max", Error, "F-LAG-1", checkAirGappedRanges},
	{"air-gapped-nothing", Error, "F-LAG-1", checkAirGappedNothing},
	{"backup-outside-air-gapped-lock", Error, "F-LAG-5", checkBackupsWithinAirGappedLock},
	{"air-gapped-not-copied-again", Warning, "F-LAG-4", warnOfNoSecondCopies},
	{"air-gapped-elsewhere", Warning, "", warnOfSecondCopiesElsewhere},
	{"air-gapped-name", Error, "F-CFN-2", checkAirGappedNames},

	// check_central_vaults.go
	{"central-vault-partition", Error, "F-REG-4", checkVaultPartitions},
	{"central-vault-tier", Error, "", checkVaultTiers},
	{"copies-beyond-vaults", Error, "", checkCopyCounts},
	{"central-key-alias", Error, "F-CFN-2", checkVaultKeyAliases},
	{"central-stack-name", Error, "", checkCentralStackNames},

	// check_tier_locks.go
	{"lock-of-nothing", Error, "F-LOCK-3", checkLocksOfNothing},
	{"tier-lock-min-above-max", Error, "F-LOCK-2", checkTierLockRanges},
	{"tier-governance-lock", Error, "F-LOCK-1", checkTierGovernanceLocks},
	{"tier-compliance-lock-values", Error, "F-LOCK-6", checkTierComplianceLockValues},
	{"vault-acknowledgement", Error, "F-LOCK-6", checkVaultAcknowledgements},
	{"rule-outside-lock", Error, "F-LOCK-3", checkRulesWithinLocks},
	{"tier-compliance-lock", Warning, "F-LOCK-6", warnOfTierComplianceLocks},
	{"lock-below-continuous", Warning, "F-LOCK-15", warnOfNarrowLocks},
	{"lock-above-rules", Warning, "F-LOCK-6", warnOfTierLockAboveRules},

	// check_copies.go
	{"copy-outside-lock", Error, "F-LOCK-3", checkCopiesWithinLock},
	{"copy-outside-air-gapped-lock", Error, "F-LAG-5", checkCopiesWithinAirGappedLock},
	{"lock-above-copies", Warning, "F-LOCK-6", warnOfLockAboveCopies},
	{"copy-undecided", Error, "F-LOCK-7", checkCopyRetentionsDecided},
	{"copies-of-continuous", Warning, "F-S3-10", warnOfCopiesOfContinuous},
	{"copy-in-china", Error, "F-REG-2", checkCopiesInChina},
	{"copy-across-partitions", Error, "F-COPY-1", checkCopiesAcrossPartitions},
	{"copy-in-sovereign-cloud", Warning, "F-REG-2", warnOfCopiesInSovereignCloud},

	// check_tiers.go
	{"tier-twice", Error, "", checkTiersTwice},
	{"tier-without-extends", Error, "", checkTiersWithoutExtends},
	{"built-in-tier-extends", Error, "", checkBuiltinTiersExtend},
	{"unused-tier", Warning, "", warnOfUnusedTiers},
	{"nothing-to-copy", Error, "F-S3-10", checkNothingToCopy},
	{"rule-twice", Error, "", checkRulesTwice},
	{"plan-rules", Error, "F-LIM-1", checkPlanRules},
	{"copy-of-rule", Error, "F-S3-10", checkCopiedRules},
	{"copied-twice", Error, "", checkCopiedTwice},
	{"short-retention", Warning, "F-SCH-8", warnOfShortRetentions},
	{"object-lock-shorter-than-backups", Warning, "F-OL-4", warnOfShortObjectLocks},
	{"no-object-lock", Warning, "F-OL-4", warnOfNoObjectLocks},
	{"compliance-object-lock", Warning, "F-OL-1", warnOfComplianceObjectLocks},

	// check_schedules.go
	{"schedule-never", Error, "F-SCH-1", checkSchedulesCome},
	{"schedule-pauses", Warning, "F-SCH-1", warnOfPausingSchedules},
	{"schedule-step", Warning, "F-SCH-1", warnOfHourSteps},
	{"time-zone-changes", Warning, "F-SCH-2", warnOfTimeZones},
	{"start-windows-overlap", Warning, "F-SCH-5", warnOfOverlaps},
	{"completion-before-start", Error, "F-SCH-4", checkCompletionWindows},
	{"completion-soon-after-start", Warning, "F-SCH-4", warnOfLateStarts},
	{"completion-within-a-day", Warning, "F-S3-19", warnOfShortCompletion},
	{"rpo", Error, "F-S3-4", checkRPO},

	// check_low_cost.go
	{"low-cost-never", Error, "F-TIER-3", checkLowCostReached},
	{"low-cost-partition", Error, "F-TIER-3", checkLowCostPartitions},
	{"low-cost-selections", Error, "F-TIER-2", checkLowCostSelections},
	{"low-cost-tagged", Warning, "F-TIER-2", warnOfTaggedLowCost},

	// check_scans.go
	{"scan-of-nothing", Error, "F-SCAN-1", checkScansOfNothing},
	{"scan-partition", Warning, "F-SCAN-8", warnOfScanPartitions},
	{"full-scans-often", Warning, "F-SCAN-7", warnOfFullScans},

	// check_workloads.go
	{"empty-workload", Error, "F-LIM-2", checkEmptyWorkloads},
	{"workload-twice", Error, "", checkWorkloadsTwice},
	{"workload-in-central-account", Warning, "F-COPY-1", warnOfCentralAccount},
	{"account-in-two-partitions", Error, "F-REG-4", checkAccountPartitions},
	{"opt-in-region", Warning, "F-COPY-12", warnOfOptInRegions},

	// check_regions.go
	{"resource-type-missing", Warning, "F-REG-6", warnOfMissingTypes},

	// check_buckets.go
	{"unknown-tier", Error, "", checkTierReferences},
	{"bucket-twice", Error, "F-S3-7", checkBucketsTwice},
	{"bucket-namespace", Error, "F-OL-11", checkAccountNamespace},
	{"bucket-unprotected", Warning, "F-OL-3", warnOfUnprotectedBuckets},
	{"tag-without-backups", Error, "F-S3-4", checkTagsWithoutBackups},
	{"role-reads-all-buckets", Warning, "F-IAM-12", warnOfRolesThatReadAll},

	// check_bucket_settings.go, cors.go, check_bucket_policy.go, check_bucket_lockout.go
	{"existing-bucket-setting", Error, "", checkExistingSettings},
	{"bucket-key-without-kms", Error, "", checkBucketKeys},
	{"dedicated-key-unused", Warning, "", warnOfUnusedDedicatedKeys},
	{"cors-file", Error, "F-OL-20", checkCORSFiles},
	{"policy-file", Error, "F-OL-21", checkPolicyFiles},
	{"bucket-policy-size", Error, "F-LIM-7", checkPolicyBytes},
	{"policy-locks-out", Error, "F-OL-12", checkLockouts},
	{"policy-may-lock-out", Warning, "F-OL-12", warnOfLockouts},
	{"policy-confused-deputy", Warning, "F-OL-21", warnOfStatementsOfServices},
	{"policy-opens-settings", Warning, "F-OL-21", warnOfOpenedSettings},

	// check_tag_selections.go
	{"tag-selected-twice", Error, "F-S3-7", checkTagsTwice},
	{"tags-overlap", Warning, "F-S3-7", warnOfOverlappingTags},
	{"tag-selects-nothing", Error, "F-LIM-10", checkTagContradictions},
	{"tag-selections", Error, "F-LIM-1", checkTagSelections},
	{"tag-conditions", Error, "F-LIM-1", checkTagConditions},

	// existing_buckets.go
	{"existing-buckets", Warning, "F-S3-28", warnOfExistingBuckets},

	// check_tags.go
	{"tag-of-tiers", Error, "F-LIM-10", checkTagsOfTiers},
	{"tag-key-twice", Error, "F-IAM-18", checkTagKeysTwice},
	{"recovery-point-tags", Error, "F-LIM-1", checkRecoveryPointTags},
	{"resource-tags", Error, "F-LIM-8", checkResourceTags},

	// check_names.go
	{"name-collision", Error, "F-CFN-2", checkNames},
	{"reserved-name", Error, "F-OL-11", checkReservedNames},
	{"own-bucket", Error, "F-OL-7", checkOwnBuckets},

	// check_quotas.go
	{"bucket-quota", Warning, "F-S3-15", warnOfBucketQuota},
	{"bucket-limit", Error, "F-S3-15", checkBucketLimit},
	{"event-rule-quota", Warning, "", warnOfRuleQuota},
	{"vault-quota", Warning, "F-LIM-1", warnOfVaultQuota},
	{"recovery-point-quota", Warning, "F-LIM-1", warnOfRecoveryPointQuota},
	{"tag-exclusions", Error, "F-LIM-2", checkTagExclusions},
	{"stack-size", Error, "F-LIM-6", checkStackSizes},
	{"template-size", Error, "F-LIM-6", checkTemplateSizes},

	// check_alerts.go
	{"nobody-alerted", Warning, "F-EVT-12", warnOfNoAlerts},
	{"alerted-twice", Warning, "", warnOfAlertsTwice},
	{"topic", Error, "F-EVT-41", checkTopics},
	{"undelivered-unheard", Warning, "F-EVT-13", warnOfUnheardFailures},
	{"roles-unwatched", Warning, "F-EVT-17", warnOfUnwatchedRoles},
	{"silence-unnoticed", Warning, "F-EVT-12", warnOfUnnoticedSilence},
	{"rarer-rule-unnoticed", Warning, "F-EVT-12", warnOfUnnoticedRules},
	{"silence-after-rpo", Warning, "F-EVT-12", warnOfLateSilence},
	{"copy-alarm-late", Warning, "F-EVT-12", warnOfLateCopyAlarms},

	// check_audit.go
	{"audit-without-config", Warning, "F-CFN-8", warnOfAuditWithoutConfig},
	{"audit-quota", Warning, "F-CFN-40", warnOfAuditQuotas},

	// check_restore_testing.go
	{"restore-testing-tier", Error, "F-RST-11", checkRestoreTestingTiers},
	{"restore-testing-nothing", Error, "F-RST-11", checkRestoreTestingNothing},
	{"restore-testing-plans", Error, "F-LIM-4", checkRestoreTestingPlans},
	{"restore-testing-size", Error, "F-LIM-4", checkRestoreTestingSize},
	{"canary", Error, "F-RST-12", checkCanaries},
	{"copies-untested", Warning, "F-RST-12", warnOfUntestedCopies},
	{"restore-testing-copies", Error, "F-RST-11", checkCopiesToTest},

	// check_restore.go
	{"operator-partition", Error, "F-REG-4", checkOperatorPartitions},
	{"operator-account", Error, "F-IAM-11", checkOperatorAccounts},
	{"operator-twice", Error, "", checkOperatorsTwice},
	{"operators-size", Error, "F-IAM-13", checkOperatorsFit},
	{"operators-missing", Warning, "F-IAM-11", warnOfMissingOperators},
	{"operators-reach-all-buckets", Warning, "F-IAM-12", warnOfOperatorsThatReachAll},
	{"landing-vault", Error, "F-RST-7", checkLandingVaults},

	// check_rollout.go
	{"wave", Error, "", checkWaves},
	{"empty-wave", Error, "", checkEmptyWaves},
	{"wave-missing", Warning, "", warnOfWavelessWorkloads},
	{"approval", Error, "", checkApprovals},
	{"stack-set-paths", Error, "F-COPY-3", checkStackSetPaths},
	{"stack-set-unit", Warning, "F-COPY-3", warnOfUnitsOutsidePaths},
	{"stack-set-twice", Error, "", checkStackSetTwice},
	{"stack-set-tag", Warning, "F-S3-7", warnOfStackSetTags},
	{"organization-root", Error, "F-COPY-3", checkRoots},
	{"stack-set-role", Error, "F-CFN-2", checkStackSetRoles},
	{"rollout-partition", Error, "F-REG-4", checkRolloutPartitions},
	{"connection-partition", Error, "F-REG-4", checkConnectionPartition},

	// check_pipeline.go
	{"connection-region", Error, "", checkConnectionRegion},
	{"connection-account", Warning, "F-PIPE-3", warnOfConnectionAccount},
	{"pipeline-accounts", Error, "", checkPipelineAccounts},
	{"pipeline-name", Error, "F-CFN-2", checkPipelineNames},
	{"compliance-lock-unapproved", Warning, "F-LOCK-6", warnOfUnapprovedLocks},

	// check_central_vaults.go, after all errors
	{"central-vault-unused", Warning, "", warnOfUnusedVaults},

	// not_built.go
	{"not-built", Warning, "", warnOfNotBuilt},
}

// comparisons compare with an earlier backup.yaml, which -previous names and which is taken as deployed.
// A change that AWS or CloudFormation would refuse, or that loses protection for good, is an error. Weaker
// protection, backups that start over and resources that are no longer managed are warnings.
var comparisons = []check{
	// check_previous.go
	{"project-renamed", Error, "F-CFN-2", compareProject},
	{"compliance-lock-changed", Error, "F-LOCK-8", compareComplianceLocks},
	{"compliance-vault-left-behind", Error, "F-LOCK-6", compareComplianceVaults},
	{"compliance-vault-unknown", Error, "F-LOCK-6", compareRetainedVaults},
	{"air-gapped-vault-changed", Error, "F-LAG-1", compareAirGappedVaults},
	{"air-gapped-tier-changed", Error, "F-LAG-1", compareAirGappedTiers},
	{"air-gapped-target-changed", Warning, "F-LAG-9", compareAirGappedTargets},
	{"air-gapped-share-ended", Warning, "F-LAG-3", compareAirGappedShares},
	{"vault-left-behind", Warning, "F-LOCK-11", compareVaults},
	{"vault-key-changed", Error, "F-CFN-2", compareVaultKeys},
	{"copies-move", Warning, "F-COPY-10", compareCopyVaults},
	{"central-account-left-behind", Warning, "F-CFN-2", compareCentralAccount},
	{"lock-weakened", Warning, "F-LOCK-3", compareGovernanceLocks},
	{"organization-changed", Warning, "F-COPY-3", compareOrganization},

	// check_previous_names.go
	{"name-taken", Error, "F-CFN-14", compareTakenNames},
	{"name-changed", Warning, "F-CFN-14", compareRenamed},
	{"role-path-changed", Error, "F-IAM-16", compareRolePath},
	{"roles-renamed", Warning, "F-IAM-16", compareRolePrefix},

	// check_previous_alerts.go
	{"destination-dropped", Warning, "", compareAlerts},

	// check_audit.go
	{"audit-stopped", Warning, "F-CFN-40", compareAudit},

	// check_previous_workloads.go
	{"bucket-elsewhere", Error, "F-REG-3", compareBucketPlaces},
	{"bucket-created-twice", Error, "F-CFN-2", compareCreatedBuckets},
	{"workload-left-behind", Warning, "F-COPY-2", compareWorkloads},
	{"bucket-left-behind", Warning, "F-SCH-7", compareBuckets},
	{"bucket-unmanaged", Warning, "F-CFN-2", compareManagedBuckets},
	{"bucket-key-left-behind", Warning, "F-OL-22", compareBucketEncryption},
	{"restore-testing-stopped", Warning, "F-RST-11", compareRestoreTesting},
	{"landing-vault-left-behind", Warning, "F-RST-7", compareLandingVaults},
	{"evidence-left-behind", Warning, "F-OL-2", compareEvidence},
	{"stack-set-left-behind", Warning, "F-COPY-3", compareStackSet},

	// check_previous_pipeline.go
	{"pipeline-changed", Warning, "", comparePipelines},

	// check_previous_tags.go
	{"tag-left-behind", Warning, "F-SCH-7", compareTagSelections},
	{"tags-narrowed", Warning, "F-SCH-7", compareTagConditions},
	{"tags-in-another-tier", Warning, "F-S3-13", compareTiersOfTags},
	{"tags-weakened", Warning, "F-SCH-7", compareWeakerTags},
	{"tag-key-changed", Warning, "F-SCH-7", compareTagKey},

	// check_previous_locks.go
	{"tier-compliance-lock-changed", Error, "F-LOCK-8", compareTierComplianceLocks},
	{"tier-lock-weakened", Warning, "F-LOCK-3", compareTierGovernanceLocks},
	{"locked-vault-left-behind", Warning, "F-LOCK-6", compareLockedVaults},

	// check_previous_tiers.go
	{"tier-weakened", Warning, "F-SCH-7", compareTiers},
	{"bucket-weakened", Warning, "F-SCH-7", compareTiersOfBuckets},
	{"backups-restart", Warning, "F-S3-13", compareBackupsThatRestart},
}
