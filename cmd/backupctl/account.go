package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"central-s3-backup/config"
)

// callTimeout limits each call to AWS.
const callTimeout = 20 * time.Second

// account is an account and Region of backup.yaml, with the AWS profile for it.
type account struct {
	// owner is a workload's NAME-ENV, or central.
	owner string
	// stack is the name of the stack that the app deploys there.
	stack string
	// id has twelve digits.
	id     string
	region string
	// flag is the flag that names the profile.
	flag string
	// profile in the AWS configuration files. Empty: the SDK's default credentials.
	profile string
	// operator is the name of the role with which people restore in this account.
	operator string
}

// workloadAccount is the account of a workload.
func workloadAccount(cfg *config.Config, w config.Workload, profile string) account {
	return account{
		owner: w.ID(), stack: cfg.StackName(w), id: w.Account, region: w.Region, flag: "--profile", profile: profile,
		operator: cfg.OperateRoleName(w),
	}
}

// centralAccount is the central account in the Region of the central stack.
func centralAccount(cfg *config.Config, profile string) account {
	return centralAccountIn(cfg, cfg.Central.Region, profile)
}

// centralAccountIn is the central account in one of its Regions.
func centralAccountIn(cfg *config.Config, region, profile string) account {
	return account{
		owner: cfg.CentralIDIn(region), stack: cfg.CentralStackNameIn(region), id: cfg.Central.Account, region: region,
		flag: "--central-profile", profile: profile, operator: cfg.OperateCentralRoleName(),
	}
}

func (a account) String() string { return fmt.Sprintf("%s (%s)", a.id, a.region) }

// credentials names the credentials in a sentence.
func (a account) credentials() string {
	if a.profile == "" {
		return "the default credentials, without " + a.flag + ","
	}
	return "the credentials of " + a.flag + " " + a.profile
}

// connect loads the credentials, and checks that they belong to this account. Later options win.
func (a account) connect(ctx context.Context, more ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
	connection, err := awsconfig.LoadDefaultConfig(ctx, append([]func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(a.region),
		awsconfig.WithSharedConfigProfile(a.profile),
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(callTimeout)),
	}, more...)...)
	if _, absent := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); absent {
		return aws.Config{}, fmt.Errorf("%s %s: there is no such profile", a.flag, a.profile)
	}
	if err != nil {
		return aws.Config{}, fmt.Errorf("%s cannot be loaded: %w", a.credentials(), err)
	}
	return connection, a.check(ctx, connection)
}

// check finds out whether credentials belong to this account.
func (a account) check(ctx context.Context, connection aws.Config) error {
	if _, err := connection.Credentials.Retrieve(ctx); err != nil {
		return noCredentials(a.credentials(), a.flag, a.profile, err)
	}
	identity, err := sts.NewFromConfig(connection).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("%s cannot be used: %w", a.credentials(), plain(err))
	}
	if got := aws.ToString(identity.Account); got != a.id {
		return fmt.Errorf("%s belong to another account; got %s; want %s, the account of %s", a.credentials(), got, a.id, a.owner)
	}
	return nil
}

// noCredentials says what to do where the SDK finds no credentials. They are named as in a sentence; the flag names their
// profile.
func noCredentials(credentials, flag, profile string, err error) error {
	if text := strings.ToLower(err.Error()); strings.Contains(text, "sso") {
		login := "aws sso login"
		if profile != "" {
			login += " --profile " + profile
		}
		return fmt.Errorf("%s have expired or need a login; run %s", credentials, login)
	}
	return fmt.Errorf("there are no credentials: %s cannot be used; write %s NAME, or set AWS_PROFILE", credentials, flag)
}

// isDenied says whether AWS denied a call because a permission is missing.
func isDenied(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && strings.HasPrefix(answer.ErrorCode(), "AccessDenied")
}

// plain returns what AWS answered, without what the SDK adds.
func plain(err error) error {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", answer.ErrorCode(), answer.ErrorMessage())
	}
	return err
}
