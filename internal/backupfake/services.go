package backupfake

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	organizationtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quotatypes "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/smithy-go"
)

// serviceLinkedRole is AWS Backup's own role in an account (F-COPY-5).
const (
	serviceLinkedRole = "AWSServiceRoleForBackup"
	serviceLinkedPath = "aws-service-role/backup.amazonaws.com/" + serviceLinkedRole
)

// rpc is an operation of a service that has all operations at one path, and its name in a header.
type rpc struct {
	action string
	client any // of the SDK, which sends nothing
	empty  func() any
	run    func(a *Account, region string, in any) (smithy.Serializable, error)
}

// rpcs are these operations by their X-Amz-Target.
var rpcs = map[string]rpc{
	"AWSOrganizationsV20161128.DescribeOrganization": {
		"organizations:DescribeOrganization", organizations.NewFromConfig(nowhere),
		func() any { return &organizations.DescribeOrganizationInput{} },
		func(a *Account, _ string, _ any) (smithy.Serializable, error) { return a.describeOrganization() },
	},
	"StarlingDoveService.DescribeConfigurationRecorderStatus": {
		"config:DescribeConfigurationRecorderStatus", configservice.NewFromConfig(nowhere),
		func() any { return &configservice.DescribeConfigurationRecorderStatusInput{} },
		func(a *Account, region string, _ any) (smithy.Serializable, error) {
			return a.recorderStatus(region), nil
		},
	},
	"TrentService.ListAliases": {
		"kms:ListAliases", kms.NewFromConfig(nowhere), func() any { return &kms.ListAliasesInput{} },
		func(a *Account, _ string, _ any) (smithy.Serializable, error) {
			return &kms.ListAliasesOutput{Aliases: a.aliases}, nil
		},
	},
	"ServiceQuotasV20190624.ListServiceQuotas": {
		"servicequotas:ListServiceQuotas", servicequotas.NewFromConfig(nowhere), func() any { return &servicequotas.ListServiceQuotasInput{} },
		func(a *Account, _ string, in any) (smithy.Serializable, error) {
			return a.listQuotas(in.(*servicequotas.ListServiceQuotasInput))
		},
	},
}

// nowhere is for clients that check inputs and send nothing.
var nowhere = aws.Config{
	Region: "eu-central-1", HTTPClient: noTransport{}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	Credentials: aws.AnonymousCredentials{},
}

// serveRPC answers a call.
func (s *Server) serveRPC(w http.ResponseWriter, r *http.Request, account, region string) {
	target := r.Header.Get("X-Amz-Target")
	op, known := rpcs[target]
	if !known {
		write(w, nil, fail(http.StatusBadRequest, "UnknownOperationException", target))
		return
	}
	input := op.empty()
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	_, operation, _ := strings.Cut(target, ".")
	err := decoder.Decode(input)
	if err != nil {
		err = fail(http.StatusBadRequest, "SerializationException", err.Error())
	} else {
		err = checkBy(op.client, operation, input)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		write(w, nil, err)
		return
	}
	if fault := s.record(Call{account, region, operation, op.action, "*", nil}); fault != nil && fault.Status != 0 {
		write(w, nil, fail(fault.Status, fault.Code, fault.Message))
		return
	}
	output, err := op.run(s.account(account), region, input)
	write(w, output, err)
}

// checkBy refuses an input that the SDK's client refuses, and values that no enum has.
func checkBy(client any, operation string, input any) error {
	answer := reflect.ValueOf(client).MethodByName(operation).Call([]reflect.Value{
		reflect.ValueOf(context.Background()), reflect.ValueOf(input),
	})
	if err, ok := answer[1].Interface().(error); ok && !errors.Is(err, errChecked) {
		return fail(http.StatusBadRequest, "ValidationException", err.Error())
	}
	return checkValues(reflect.ValueOf(input).Elem())
}

// management is the account that manages the organization of all accounts.
const management = "999999999999"

func (a *Account) describeOrganization() (smithy.Serializable, error) {
	if a.organization == "" {
		return nil, fail(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	}
	manager := management
	if a.manages {
		manager = a.ID
	}
	return &organizations.DescribeOrganizationOutput{Organization: &organizationtypes.Organization{
		Id: aws.String(a.organization), MasterAccountId: aws.String(manager),
	}}, nil
}

// Join puts the account into another organization, as a member or as the account that manages it.
func (a *Account) Join(organization string, manages bool) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.organization, a.manages = organization, manages
}

// SetRecorder creates the configuration recorder of AWS Config in a Region.
func (a *Account) SetRecorder(region string, recording bool) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.recorders[region] = recording
}

// RemoveRecorder removes it.
func (a *Account) RemoveRecorder(region string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	delete(a.recorders, region)
}

func (a *Account) recorderStatus(region string) smithy.Serializable {
	out := &configservice.DescribeConfigurationRecorderStatusOutput{}
	if recording, there := a.recorders[region]; there {
		out.ConfigurationRecordersStatus = append(out.ConfigurationRecordersStatus, configtypes.ConfigurationRecorderStatus{
			Name: aws.String("default"), Recording: recording, LastStatus: configtypes.RecorderStatusSuccess,
		})
	}
	return out
}

// SetAlias lets an alias, with alias/, name the key with an id.
func (a *Account) SetAlias(name, key string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.aliases = append(a.aliases, kmstypes.AliasListEntry{AliasName: aws.String(name), TargetKeyId: aws.String(key)})
}

// SetQuota sets the value of a quota of AWS Backup, by its name.
func (a *Account) SetQuota(name string, value float64) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.quotas = append(a.quotas, quotatypes.ServiceQuota{
		ServiceCode: aws.String("backup"), QuotaName: aws.String(name), QuotaCode: aws.String(fmt.Sprintf("L-%08d", len(a.quotas)+1)),
		Value: aws.Float64(value), Adjustable: true,
	})
}

func (a *Account) listQuotas(in *servicequotas.ListServiceQuotasInput) (smithy.Serializable, error) {
	if *in.ServiceCode != "backup" {
		return nil, fail(http.StatusBadRequest, "NoSuchResourceException", "There is no service "+*in.ServiceCode)
	}
	return &servicequotas.ListServiceQuotasOutput{Quotas: a.quotas}, nil
}

// HasServiceLinkedRole says whether AWS Backup's service-linked role is there.
func (a *Account) HasServiceLinkedRole() bool {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.roles[serviceLinkedRole] != ""
}

// iam knows GetRole and CreateServiceLinkedRole.
func (s *Server) iam(w http.ResponseWriter, r *http.Request, account, region string) {
	body, _ := io.ReadAll(r.Body) // what cannot be read is missing
	form, _ := url.ParseQuery(string(body))
	s.mu.Lock()
	defer s.mu.Unlock()
	a, operation := s.account(account), form.Get("Action")
	role := form.Get("RoleName")
	var err error
	switch operation {
	case "GetRole":
		err = checkBy(iamChecker, operation, &iam.GetRoleInput{RoleName: textOf(form, "RoleName")})
	case "CreateServiceLinkedRole":
		err = checkBy(iamChecker, operation, &iam.CreateServiceLinkedRoleInput{AWSServiceName: textOf(form, "AWSServiceName")})
		role = serviceLinkedRole
	default:
		err = fail(http.StatusBadRequest, "InvalidAction", "Could not find the operation")
	}
	if role == serviceLinkedRole {
		role = serviceLinkedPath
	}
	arn := "arn:aws:iam::" + account + ":role/" + role
	if err == nil {
		if fault := s.record(Call{account, region, operation, "iam:" + operation, arn, nil}); fault != nil && fault.Status != 0 {
			err = fail(fault.Status, strings.TrimSuffix(fault.Code, "Exception"), fault.Message)
		}
	}
	switch {
	case err != nil:
	case operation == "GetRole" && a.roles[form.Get("RoleName")] == "":
		err = fail(http.StatusNotFound, "NoSuchEntity", "The role with name "+form.Get("RoleName")+" cannot be found.")
	case operation == "CreateServiceLinkedRole" && form.Get("AWSServiceName") != "backup.amazonaws.com":
		err = fail(http.StatusBadRequest, "InvalidInput", "There is no service "+form.Get("AWSServiceName"))
	case operation == "CreateServiceLinkedRole" && a.roles[serviceLinkedRole] != "":
		err = fail(http.StatusBadRequest, "InvalidInput", "Service role name "+serviceLinkedRole+" has been taken in this account.")
	case operation == "CreateServiceLinkedRole":
		a.roles[serviceLinkedRole] = "backup.amazonaws.com"
	}
	writeXML(w, operation, arn, err)
}

var iamChecker = iam.NewFromConfig(nowhere)

func textOf(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	return aws.String(form.Get(name))
}

// writeXML answers with a role, or with an error of the form that IAM has.
func writeXML(w http.ResponseWriter, operation, arn string, err error) {
	w.Header().Set("Content-Type", "text/xml")
	var text bytes.Buffer
	if e, ok := errors.AsType[*apiError](err); ok {
		w.WriteHeader(e.status)
		_ = xml.NewEncoder(&text).Encode(struct { // of texts
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   struct{ Type, Code, Message string }
		}{Error: struct{ Type, Code, Message string }{"Sender", e.code, e.message}})
		_, _ = w.Write(text.Bytes())
		return
	}
	_, _ = fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult><Role><Arn>%s</Arn><RoleName>%s</RoleName></Role></%[1]sResult></%[1]sResponse>",
		operation, arn, arn[strings.LastIndex(arn, "/")+1:])
}
