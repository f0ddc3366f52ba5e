package s3fake

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Fault is what a request gets instead of, or on the way to, S3's answer. The zero value changes nothing.
type Fault struct {
	// Status and Code make an error of S3's form. Status 200 is an answer with an error inside, as
	// CopyObject, UploadPartCopy and CompleteMultipartUpload may have. Zero is the answer itself.
	Status  int
	Code    string
	Message string
	// After says that the operation is carried out first, and only its answer is lost.
	After bool
	// Cut closes the connection in the middle of the answer, after half of its body.
	Cut bool
	// Delay is slept before the request is looked at.
	Delay time.Duration
	// Keys limits an error of DeleteObjects to these keys: each is answered with it, and the others are deleted. Nil:
	// the whole request is.
	Keys func(key string) bool
}

// SlowDown is S3's 503 for too many requests.
func SlowDown() *Fault {
	return &Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown", Message: "Please reduce your request rate."}
}

// TooManyRequests is a 429.
func TooManyRequests() *Fault {
	return &Fault{Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "Please reduce your request rate."}
}

// InternalError is S3's 500.
func InternalError() *Fault {
	return &Fault{
		Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error. Please try again.",
	}
}

// ErrorInside is an answer 200 with an error in its body, which is S3's after a copy that took long.
func ErrorInside(code string) *Fault {
	return &Fault{Status: http.StatusOK, Code: code, Message: "We encountered an internal error. Please try again."}
}

// Denied is S3's 403. DeleteObjects answers 200 and denies each key, or those of [Fault.Keys].
func Denied() *Fault {
	return &Fault{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
}

// Conflict is S3's 409 for a conditional write beside another write of the key.
func Conflict() *Fault {
	return &Fault{
		Status: http.StatusConflict, Code: "ConditionalRequestConflict",
		Message: "The conditional request cannot succeed due to a conflicting operation against this resource.",
	}
}

// ExpiredToken is what expired credentials get.
func ExpiredToken() *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: "ExpiredToken", Message: "The provided token has expired."}
}

// NoSuchVersion is what a version gets that has expired since it was listed.
func NoSuchVersion() *Fault {
	return &Fault{Status: http.StatusNotFound, Code: "NoSuchVersion", Message: "The specified version does not exist."}
}

// KMSDisabled is what a read or a write under a disabled key gets.
func KMSDisabled(key string) *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: "KMS.DisabledException", Message: key + " is disabled."}
}

// Cut is an answer that ends in the middle, after the operation was carried out.
func Cut() *Fault { return &Fault{Cut: true} }

// Delay is an answer that comes later.
func Delay(d time.Duration) *Fault { return &Fault{Delay: d} }

// Sometimes gives one of the faults to a share of the requests, from 0 to 1, chosen by a seed.
func Sometimes(seed uint64, share float64, faults ...*Fault) func(*http.Request) *Fault {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, seed))
	return func(*http.Request) *Fault {
		mu.Lock()
		defer mu.Unlock()
		if random.Float64() >= share {
			return nil
		}
		return faults[random.IntN(len(faults))]
	}
}
