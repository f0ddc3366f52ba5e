package s3fake

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// What a server has unless [Options] or [BucketOptions] say otherwise.
const (
	DefaultAccount = "111122223333"
	DefaultRegion  = "eu-central-1"
)

// Options of a server. The zero value is a server whose clock stands still.
type Options struct {
	// Clock gives the time of a request. Nil stands still at 2026-03-09T12:00:00Z, so that the order of the
	// requests alone decides which version is newer.
	Clock func() time.Time
	// Account of the caller. Empty is [DefaultAccount].
	Account string
	// MaxCopy is how many bytes CopyObject, PutObject and a part may have. Zero is 5 GiB, as in S3 (F-RST-9).
	MaxCopy int64
	// MinPart is how many bytes a part that is not the last must have. Zero is 5 MiB, as in S3.
	MinPart int64
	// PageSize is the most entries of a page of a listing. Zero is 1,000, as in S3.
	PageSize int
	// MarkersApart lists the delete markers of a page after its versions, as moto_server does and S3 does not.
	MarkersApart bool
	// Fault is asked before each request, see [Server.SetFault].
	Fault func(*http.Request) *Fault
}

// Server is an S3 server. It is an [http.Handler] for path-style requests.
type Server struct {
	options Options

	mu       sync.RWMutex // guards all buckets
	buckets  map[string]*Bucket
	sequence int64 // numbers versions and uploads, and so decides between equal times
	uploads  map[string]*upload

	counters sync.Mutex
	requests map[string]int
	fault    func(*http.Request) *Fault
}

// New returns a server without buckets.
func New(options Options) *Server {
	if options.Clock == nil {
		options.Clock = NewClock(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)).Now
	}
	if options.Account == "" {
		options.Account = DefaultAccount
	}
	if options.MaxCopy == 0 {
		options.MaxCopy = 5 << 30
	}
	if options.MinPart == 0 {
		options.MinPart = 5 << 20
	}
	if options.PageSize == 0 {
		options.PageSize = 1000
	}
	return &Server{
		options: options, fault: options.Fault,
		buckets: map[string]*Bucket{}, uploads: map[string]*upload{}, requests: map[string]int{},
	}
}

// Test is what a server needs of a test. That of rapid has it too.
type Test interface{ Cleanup(func()) }

// Listen serves on a free port of this machine until the test ends, and returns the URL. It is for clients
// in other processes, too.
func (s *Server) Listen(t Test) string {
	listener := httptest.NewServer(s)
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	return listener.URL
}

// Start listens until the test ends, and returns a client as [NewClient] does.
func (s *Server) Start(t Test, change ...func(*s3.Options)) *s3.Client {
	client := NewClient(s.Listen(t), change...)
	if c, ok := client.Options().HTTPClient.(*http.Client); ok {
		t.Cleanup(c.CloseIdleConnections)
	}
	return client
}

// NewClient returns a client with static credentials for [DefaultRegion], path style, that does not retry
// and keeps its connections. Changes are applied last.
func NewClient(url string, change ...func(*s3.Options)) *s3.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 512
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(url),
		Region:       DefaultRegion,
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   &http.Client{Transport: transport},
		// What a client has that is created from a configuration.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}, change...)
}

// Requests counts the requests since the start or the last [Server.ResetRequests], by the name of the
// operation, those with a fault included.
func (s *Server) Requests() map[string]int {
	s.counters.Lock()
	defer s.counters.Unlock()
	return maps.Clone(s.requests)
}

// ResetRequests sets all counters to zero.
func (s *Server) ResetRequests() {
	s.counters.Lock()
	defer s.counters.Unlock()
	clear(s.requests)
}

// SetFault replaces the function that is asked before each request. Nil, and a function that returns nil,
// is no fault. It may be called by several goroutines at once, and may write to a bucket: what it writes is
// there before the request, as if another client had been faster.
func (s *Server) SetFault(fault func(*http.Request) *Fault) {
	s.counters.Lock()
	defer s.counters.Unlock()
	s.fault = fault
}

// Bucket is an existing bucket, or nil.
func (s *Server) Bucket(name string) *Bucket {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.buckets[name]
}
