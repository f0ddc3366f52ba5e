package backupfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

// apiError is an error of AWS's form.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(status int, code, message string) *apiError { return &apiError{status, code, message} }

// The errors that AWS Backup documents.
func invalidParameter(message string) error {
	return fail(http.StatusBadRequest, "InvalidParameterValueException", message)
}

func invalidRequest(message string) error {
	return fail(http.StatusBadRequest, "InvalidRequestException", message)
}

func notFound(message string) error {
	return fail(http.StatusNotFound, "ResourceNotFoundException", message)
}

// request is a call of AWS Backup on its way.
type request struct {
	*Server
	account *Account
	region  string
	call    Call
	now     time.Time
}

// backup answers a call of AWS Backup.
func (s *Server) backup(w http.ResponseWriter, r *http.Request, account, region string) {
	op, labels := match(r)
	if op == nil {
		write(w, nil, fail(http.StatusNotImplemented, "UnknownOperationException", r.Method+" "+r.URL.Path))
		return
	}
	input, err := op.read(r, labels)
	if err == nil {
		err = s.check(op.name, input)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &request{Server: s, account: s.account(account), region: region, now: s.options.Clock()}
	if err != nil {
		write(w, nil, err)
		return
	}
	s.advance()
	q.call = Call{account, region, op.name, "backup:" + op.name, op.resource(q, input), nil}
	fault := s.record(q.call)
	if fault != nil && fault.Status != 0 && !fault.After {
		write(w, nil, fail(fault.Status, fault.Code, fault.Message))
		return
	}
	output, err := op.run(q, input)
	switch {
	case fault != nil && fault.Cut:
		panic(http.ErrAbortHandler) //nolint:forbidigo // how a handler of net/http closes a connection
	case fault != nil && fault.Status != 0:
		err = fail(fault.Status, fault.Code, fault.Message)
	}
	write(w, output, err)
}

// write answers with the SDK's output, or with an error.
func write(w http.ResponseWriter, output smithy.Serializable, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		e := &apiError{}
		if !errors.As(err, &e) {
			e = fail(http.StatusInternalServerError, "InternalServerException", err.Error())
		}
		w.Header().Set("X-Amzn-ErrorType", e.code)
		w.WriteHeader(e.status)
		text, _ := json.Marshal(map[string]string{"Code": e.code, "Message": e.message, "message": e.message}) // of texts
		_, _ = w.Write(text)
		return
	}
	if output == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	_, _ = w.Write(encode(output))
}

// operation is a call that the server knows.
type operation struct {
	name          string
	schema, input *smithy.Schema
	empty         func() any
	resource      func(*request, any) string
	run           func(*request, any) (smithy.Serializable, error)
}

// define makes an operation of a function on the SDK's input.
func define[In any](
	schema, input *smithy.Schema, resource func(*request, *In) string, run func(*request, *In) (smithy.Serializable, error),
) *operation {
	return &operation{
		name: schema.ID().Name, schema: schema, input: input,
		empty:    func() any { return new(In) },
		resource: func(q *request, in any) string { return resource(q, in.(*In)) },
		run:      func(q *request, in any) (smithy.Serializable, error) { return run(q, in.(*In)) },
	}
}

// match finds the operation of a request, and the values in its path.
func match(r *http.Request) (*operation, map[string]string) {
	path := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	for _, op := range operations {
		trait, ok := smithy.SchemaTrait[*traits.HTTP](op.schema)
		if !ok || trait.Method != r.Method {
			continue
		}
		if labels, ok := labelsOf(strings.Split(strings.Trim(trait.URI, "/"), "/"), path); ok {
			return op, labels
		}
	}
	return nil, nil
}

func labelsOf(pattern, path []string) (map[string]string, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	labels := map[string]string{}
	for i, part := range pattern {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			value, err := url.PathUnescape(path[i])
			if err != nil || value == "" {
				return nil, false
			}
			labels[strings.TrimSuffix(name, "}")] = value
		} else if part != path[i] {
			return nil, false
		}
	}
	return labels, true
}

// read reads a request into the SDK's input. What is no member of it is refused.
func (op *operation) read(r *http.Request, labels map[string]string) (any, error) {
	input := op.empty()
	into := reflect.ValueOf(input).Elem()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if len(body) > 0 {
		if err := json.Unmarshal(body, &members); err != nil {
			return nil, fail(http.StatusBadRequest, "SerializationException", err.Error())
		}
	}
	query := r.URL.Query()
	for name, member := range op.input.Members() {
		field := into.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		wire := name
		if named, ok := smithy.SchemaTrait[*traits.JSONName](member); ok {
			wire = named.Name
		}
		if label, ok := labels[name]; ok {
			err = set(field, label)
		} else if parameter, ok := smithy.SchemaTrait[*traits.HTTPQuery](member); ok {
			if query.Has(parameter.Name) {
				err = set(field, query.Get(parameter.Name))
			}
			query.Del(parameter.Name)
		} else if raw, ok := members[wire]; ok {
			strict := json.NewDecoder(bytes.NewReader(raw))
			strict.DisallowUnknownFields()
			err = strict.Decode(field.Addr().Interface())
			delete(members, wire)
		}
		if err != nil {
			return nil, fail(http.StatusBadRequest, "SerializationException", name+": "+err.Error())
		}
	}
	for name := range members {
		return nil, invalidRequest("unknown member " + name)
	}
	for name := range query {
		return nil, invalidRequest("unknown parameter " + name)
	}
	return input, nil
}

// set gives a field the value of a path or a query.
func set(field reflect.Value, text string) error {
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch field.Interface().(type) {
	case time.Time:
		at, err := time.Parse(time.RFC3339, text)
		field.Set(reflect.ValueOf(at))
		return err
	case int32, int64:
		n, err := strconv.ParseInt(text, 10, 64)
		field.SetInt(n)
		return err
	case bool:
		yes, err := strconv.ParseBool(text)
		field.SetBool(yes)
		return err
	}
	field.SetString(text)
	return nil
}

// errChecked says that an input passed the SDK's own checks.
var errChecked = errors.New("the input is complete")

type noTransport struct{}

func (noTransport) Do(*http.Request) (*http.Response, error) { return nil, errChecked }

// newChecker returns a client that sends nothing.
func newChecker() *backup.Client {
	return backup.New(backup.Options{
		Region: "eu-central-1", HTTPClient: noTransport{}, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	})
}

// check refuses an input that the SDK refuses, values that no enum has, and ARNs that are none.
func (s *Server) check(operation string, input any) error {
	method := reflect.ValueOf(s.checker).MethodByName(operation)
	answer := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), reflect.ValueOf(input)})
	if err, ok := answer[1].Interface().(error); ok && !errors.Is(err, errChecked) {
		return fail(http.StatusBadRequest, "MissingParameterValueException", err.Error())
	}
	return checkValues(reflect.ValueOf(input).Elem())
}

func checkValues(v reflect.Value) error {
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if values := field.MethodByName("Values"); values.IsValid() && !field.IsZero() {
			if known := values.Call(nil)[0]; !contains(known, field) {
				return invalidParameter(name + ": there is no value " + field.String())
			}
		}
		if text, ok := field.Interface().(*string); ok && text != nil && strings.HasSuffix(name, "Arn") && !arn.IsARN(*text) {
			return invalidParameter("Invalid ARN: " + *text)
		}
		if field.Kind() == reflect.Pointer && !field.IsNil() && field.Elem().Kind() == reflect.Struct &&
			field.Type() != reflect.TypeFor[*time.Time]() {
			if err := checkValues(field.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func contains(list, value reflect.Value) bool {
	return slices.ContainsFunc(slices.Collect(list.Seq()), func(i reflect.Value) bool {
		return list.Index(int(i.Int())).String() == value.String()
	})
}

// page cuts a list to a page.
func page[T any](q *request, all []T, most *int32, token *string) ([]T, *string, error) {
	from := 0
	if token != nil {
		n, err := strconv.Atoi(*token)
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, invalidParameter("Invalid pagination token")
		}
		from = n
	}
	limit := q.options.PageSize
	if most != nil {
		if *most < 1 || *most > 1000 {
			return nil, nil, invalidParameter("MaxResults is 1 to 1000")
		}
		limit = min(limit, int(*most))
	}
	end := min(len(all), from+limit)
	if end == len(all) {
		return all[from:], nil, nil
	}
	return all[from:end], aws.String(strconv.Itoa(end)), nil
}
