package backupfake

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	quotatypes "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"central-s3-backup/internal/s3fake"
)

// Options of a server.
type Options struct {
	// Clock gives the time of a request. Nil stands still at 2026-03-09T12:00:00Z.
	Clock func() time.Time
	// PageSize is the most entries of a page of a listing. Zero is 1,000, as in AWS Backup.
	PageSize int
	// NoCrossAccountBackup says that the management account has not enabled cross-account backup (F-COPY-1).
	NoCrossAccountBackup bool
}

// Server answers for AWS. It is an [http.Handler].
type Server struct {
	options Options
	checker *backup.Client // checks inputs as the SDK does
	busy    atomic.Int32   // counts requests that are not answered
	mu      sync.Mutex     // guards all that follows, and all accounts
	all     map[string]*Account
	calls   []Call
	fault   func(Call) *Fault
	script  map[string][]Step
	jobs    []*job
	points  []*accessPoint
	tokens  map[string]used
	events  []Event
	numbers int
}

// New returns a server without accounts.
func New(options Options) *Server {
	if options.Clock == nil {
		options.Clock = s3fake.NewClock(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)).Now
	}
	if options.PageSize == 0 {
		options.PageSize = 1000
	}
	return &Server{
		options: options, checker: newChecker(), all: map[string]*Account{}, script: map[string][]Step{}, tokens: map[string]used{},
	}
}

// Listen serves on a free port of this machine until the test ends, and returns the URL.
func (s *Server) Listen(t s3fake.Test) string {
	listener := httptest.NewServer(s)
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	return listener.URL
}

// Account is an AWS account.
type Account struct {
	// ID has twelve digits.
	ID string
	// S3 has the buckets of the account.
	S3 *s3fake.Server

	server       *Server
	organization string
	roles        map[string]string // the service that may assume a role, by its name
	vaults       map[string]*Vault // by Region and name
	manages      bool              // the organization
	optIn        map[string]map[string]bool
	recorders    map[string]bool // whether they record, by Region
	quotas       []quotatypes.ServiceQuota
	plans        map[string][]types.RestoreTestingPlanForList // by Region
	storage      map[storageMetric]float64
	aliases      []kmstypes.AliasListEntry
}

// Account returns the account with an id. It is created at the first use, in the organization of all others.
func (s *Server) Account(id string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account(id)
}

func (s *Server) account(id string) *Account {
	a := s.all[id]
	if a == nil {
		a = &Account{
			ID: id, server: s, organization: "o-a1b2c3d4e5", roles: map[string]string{}, vaults: map[string]*Vault{},
			optIn: map[string]map[string]bool{}, recorders: map[string]bool{}, plans: map[string][]types.RestoreTestingPlanForList{},
			storage: map[storageMetric]float64{},
			S3:      s3fake.New(s3fake.Options{Clock: s.options.Clock, Account: id}),
		}
		s.all[id] = a
	}
	return a
}

// CreateRole creates a role that a service may assume.
func (a *Account) CreateRole(name, service string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.roles[name] = service
}

// Leave takes the account out of the organization.
func (a *Account) Leave() {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.organization = ""
}

// Call is a call that was made, with what IAM evaluates of it.
type Call struct {
	// Account and Region are those of the credentials and of the signature.
	Account, Region string
	// Operation is the name in AWS's API, such as StartRestoreJob.
	Operation string
	// Action is the action of IAM, such as backup:StartRestoreJob. A call may need several: each is a Call of its own.
	Action string
	// Resource is the ARN that the action is evaluated on, or "*".
	Resource string
	// Conditions are condition keys with their values, such as iam:PassedToService.
	Conditions map[string]string
}

// Calls are all calls since the start or the last [Server.ResetCalls], those with a fault included.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ResetCalls forgets the calls.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// Count is how often an operation was called.
func (s *Server) Count(operation string) int {
	n := 0
	for _, call := range s.Calls() {
		if call.Operation == operation {
			n++
		}
	}
	return n
}

// Fault is what a call gets in place of, or on the way to, its answer.
type Fault struct {
	// Status, Code and Message make an error. Zero is the answer itself.
	Status        int
	Code, Message string
	// After says that the call is carried out first, and only its answer is lost.
	After bool
	// Cut closes the connection in place of the answer, after the call was carried out.
	Cut bool
}

// Throttled is what AWS Backup answers to too many calls.
func Throttled() *Fault {
	return &Fault{Status: http.StatusTooManyRequests, Code: "ThrottlingException", Message: "Rate exceeded"}
}

// ExpiredToken is what expired credentials get.
func ExpiredToken() *Fault {
	return &Fault{
		Status: http.StatusForbidden, Code: "ExpiredTokenException", Message: "The security token included in the request is expired",
	}
}

// Denied is what a caller without the permission gets.
func Denied(call Call) *Fault {
	return &Fault{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: fmt.Sprintf(
		"User: arn:aws:sts::%s:assumed-role/Reader/alice is not authorized to perform: %s on resource: %s "+
			"because no identity-based policy allows the %s action", call.Account, call.Action, call.Resource, call.Action)}
}

// Lost is an answer that never comes, after the call was carried out.
func Lost() *Fault { return &Fault{Cut: true} }

// SetFault replaces the function that is asked before each call of AWS Backup and STS. Nil, and a function that returns nil, is no
// fault. The calls of S3 have the faults of [Account.S3].
func (s *Server) SetFault(fault func(Call) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Wait waits until all requests are carried out, also those whose client is gone.
func (s *Server) Wait() {
	for s.busy.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
}

// The credential of a signature is key/date/Region/service/aws4_request.
var credential = regexp.MustCompile(`Credential=AKID(\d{12})/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request`)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.busy.Add(1)
	defer s.busy.Add(-1)
	signed := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if signed == nil {
		write(w, nil, fail(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token"))
		return
	}
	account, region := signed[1], signed[2]
	switch signed[3] {
	case "backup":
		s.backup(w, r, account, region)
	case "s3":
		s.s3(w, r, account, region)
	case "sts":
		s.sts(w, r, account, region)
	case "iam":
		s.iam(w, r, account, region)
	case "organizations", "config", "servicequotas", "kms":
		s.serveRPC(w, r, account, region)
	case "monitoring":
		s.metrics(w, r, account, region)
	case "events":
		s.putEvents(w, r, account, region)
	default:
		write(w, nil, fail(http.StatusNotImplemented, "UnknownOperationException", "There is no service "+signed[3]))
	}
}

// record notes a call, and returns what a test wants it to meet. The caller holds the lock.
func (s *Server) record(call Call) *Fault {
	s.calls = append(s.calls, call)
	if s.fault == nil {
		return nil
	}
	hook := s.fault
	s.mu.Unlock() // the hook may use the server
	defer s.mu.Lock()
	return hook(call)
}

// sts knows GetCallerIdentity, which needs no permission, and AssumeRole.
func (s *Server) sts(w http.ResponseWriter, r *http.Request, account, region string) {
	body, err := io.ReadAll(r.Body)
	if err == nil && strings.HasPrefix(string(body), "Action=AssumeRole&") {
		s.assumeRole(w, string(body), account, region)
		return
	}
	if err != nil || !strings.HasPrefix(string(body), "Action=GetCallerIdentity&") {
		write(w, nil, fail(http.StatusBadRequest, "InvalidAction", "Could not find the operation"))
		return
	}
	s.mu.Lock()
	fault := s.record(Call{account, region, "GetCallerIdentity", "sts:GetCallerIdentity", "*", nil})
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	if fault != nil {
		w.WriteHeader(fault.Status)
		text, _ := xml.Marshal(struct { // of texts
			XMLName       xml.Name `xml:"ErrorResponse"`
			Code, Message string   `xml:",omitempty"`
			Error         struct{ Code, Message string }
		}{Error: struct{ Code, Message string }{fault.Code, fault.Message}})
		_, _ = w.Write(text)
		return
	}
	_, _ = fmt.Fprintf(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>%s</Account>"+
		"<Arn>arn:aws:sts::%[1]s:assumed-role/Operator/alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>", account)
}
