package backupfake

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// TestServices: the SDK's clients understand the answers and errors of the other services.
func TestServices(t *testing.T) {
	server := New(Options{})
	account := server.Account("222222222222")
	url := server.Listen(t)
	connection := aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("AKID222222222222", "secret", ""),
	}
	ctx, roles := context.Background(), iam.NewFromConfig(connection)
	get := func() error {
		_, err := roles.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(serviceLinkedRole)})
		return err
	}
	create := func(service string) error {
		_, err := roles.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service})
		return err
	}
	region, quotas := backup.NewFromConfig(connection), servicequotas.NewFromConfig(connection)
	for _, step := range []struct {
		name string
		do   func() error
		want string // part of the error
	}{
		{"no role", get, "NoSuchEntity"},
		{"no service", func() error { return create("none.amazonaws.com") }, "InvalidInput"},
		{"a role", func() error { return create("backup.amazonaws.com") }, ""},
		{"the role twice", func() error { return create("backup.amazonaws.com") }, "has been taken"},
		{"the role", get, ""},
		{"quotas of another service", func() error {
			_, err := quotas.ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("ec2")})
			return err
		}, "NoSuchResourceException"},
		{"a level that is none", func() error {
			_, err := quotas.ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{
				ServiceCode: aws.String("backup"), QuotaAppliedAtLevel: "NONE",
			})
			return err
		}, "there is no value NONE"},
		{"the organization", func() error {
			output, err := organizations.NewFromConfig(connection).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
			if err == nil && (*output.Organization.Id != "o-a1b2c3d4e5" || *output.Organization.MasterAccountId != management) {
				t.Errorf("%+v", output.Organization)
			}
			return err
		}, ""},
		{"the recorder", func() error {
			account.SetRecorder("eu-west-1", true)
			output, err := configservice.NewFromConfig(connection).DescribeConfigurationRecorderStatus(ctx,
				&configservice.DescribeConfigurationRecorderStatusInput{})
			if err == nil && (len(output.ConfigurationRecordersStatus) != 1 || !output.ConfigurationRecordersStatus[0].Recording) {
				t.Errorf("%+v", output)
			}
			return err
		}, ""},
		{"an opt-in forgets the others", func() error {
			account.SetOptIn("eu-west-1", map[string]bool{"EBS": true})
			_, err := region.UpdateRegionSettings(ctx, &backup.UpdateRegionSettingsInput{ResourceTypeOptInPreference: map[string]bool{"S3": true}})
			if got := fmt.Sprint(account.OptIn("eu-west-1")); got != "map[S3:true]" {
				t.Error(got)
			}
			return err
		}, ""},
	} {
		if err := step.do(); step.want == "" && err != nil || step.want != "" && (err == nil || !strings.Contains(err.Error(), step.want)) {
			t.Errorf("%s: %v, want %q", step.name, err, step.want)
		}
	}
	server.SetFault(Denied)
	if err := get(); err == nil || !strings.Contains(err.Error(), "not authorized to perform: iam:GetRole on resource: "+
		"arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup") {
		t.Error(err)
	}
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"Other": 1}`))
	request.Header.Set("Authorization", "Credential=AKID222222222222/20260309/eu-west-1/organizations/aws4_request")
	request.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128.DescribeOrganization")
	if answer, err := http.DefaultClient.Do(request); err != nil || answer.Header.Get("X-Amzn-ErrorType") != "SerializationException" {
		t.Errorf("%v, %v", answer, err)
	}
}
