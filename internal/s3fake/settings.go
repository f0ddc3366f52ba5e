package s3fake

import (
	"bytes"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// setting is a document of a bucket, which is given back as it was put.
type setting struct {
	name string // of the operations, without the verb
	// Where there is no document: the code of S3's error 404 and its message, or what is answered instead.
	code, message, otherwise string
}

// settings by their query parameter. Those without code and otherwise have operations of their own.
var settings = map[string]setting{
	"versioning":   {name: "BucketVersioning"},
	"location":     {name: "BucketLocation"},
	"policyStatus": {name: "BucketPolicyStatus"},
	"lifecycle": {
		name: "BucketLifecycleConfiguration", code: "NoSuchLifecycleConfiguration", message: "The lifecycle configuration does not exist",
	},
	"replication": {
		name: "BucketReplication", code: "ReplicationConfigurationNotFoundError", message: "The replication configuration was not found",
	},
	"notification": {name: "BucketNotificationConfiguration", otherwise: "<NotificationConfiguration/>"},
	"requestPayment": {
		name: "BucketRequestPayment", otherwise: "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
	},
	"object-lock": {
		name: "ObjectLockConfiguration", code: "ObjectLockConfigurationNotFoundError",
		message: "Object Lock configuration does not exist for this bucket",
	},
	"encryption": {
		name: "BucketEncryption", code: "ServerSideEncryptionConfigurationNotFoundError",
		message: "The server side encryption configuration was not found",
	},
	"policy": {name: "BucketPolicy", code: "NoSuchBucketPolicy", message: "The bucket policy does not exist"},
	"ownershipControls": {
		name: "BucketOwnershipControls", code: "OwnershipControlsNotFoundError", message: "The bucket ownership controls were not found",
	},
	"publicAccessBlock": {
		name: "PublicAccessBlock", code: "NoSuchPublicAccessBlockConfiguration",
		message: "The public access block configuration was not found",
	},
	"cors": {name: "BucketCors", code: "NoSuchCORSConfiguration", message: "The CORS configuration does not exist"},
	"website": {
		name: "BucketWebsite", code: "NoSuchWebsiteConfiguration",
		message: "The specified bucket does not have a website configuration",
	},
	"tagging":    {name: "BucketTagging", code: "NoSuchTagSet", message: "The TagSet does not exist"},
	"logging":    {name: "BucketLogging", otherwise: "<BucketLoggingStatus/>"},
	"accelerate": {name: "BucketAccelerateConfiguration", otherwise: "<AccelerateConfiguration/>"},
}

// newBucket are the documents that S3 gives to a new bucket.
var newBucket = map[string]string{
	"encryption": "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>" +
		"</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
	"ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
	"publicAccessBlock": "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>" +
		"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
}

// settingOperations read, put and delete the documents.
var settingOperations = func() map[string]operation {
	all := map[string]operation{}
	for parameter, s := range settings {
		if s.code == "" && s.otherwise == "" {
			continue
		}
		all["Get"+s.name] = operation{func(c *call) (*answer, error) { return c.getSetting(parameter) }, true}
		all["Put"+s.name] = operation{func(c *call) (*answer, error) { return c.putSetting(parameter) }, false}
		name := strings.Replace("Delete"+s.name, "DeleteBucketLifecycleConfiguration", "DeleteBucketLifecycle", 1)
		all[name] = operation{func(c *call) (*answer, error) {
			delete(c.b.settings, parameter)
			return &answer{status: http.StatusNoContent}, nil
		}, false}
	}
	return all
}()

func (c *call) getSetting(parameter string) (*answer, error) {
	s, document := settings[parameter], c.b.settings[parameter]
	if parameter == "object-lock" && c.b.lock != nil && len(document) == 0 {
		document = []byte("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>")
	}
	if len(document) == 0 && s.code != "" {
		return nil, fail(http.StatusNotFound, s.code, s.message)
	}
	if len(document) == 0 {
		document = []byte(s.otherwise)
	}
	return &answer{document: document}, nil
}

func (c *call) putSetting(parameter string) (*answer, error) {
	var any struct{ XMLName xml.Name }
	if parameter != "policy" && xml.Unmarshal(c.body, &any) != nil {
		return nil, malformed()
	}
	if parameter == "object-lock" {
		lock := &lockConfiguration{}
		if xml.Unmarshal(c.body, lock) != nil {
			return nil, malformed()
		}
		if c.b.versioning != types.BucketVersioningStatusEnabled { // F-OL-2
			return nil, fail(http.StatusConflict, "InvalidBucketState",
				"Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
		}
		c.b.lock = lock
	}
	c.b.settings[parameter] = c.body
	return &answer{}, nil
}

// ownerEnforced tells whether the bucket has no ACLs.
func (b *Bucket) ownerEnforced() bool {
	return bytes.Contains(b.settings["ownershipControls"], []byte("BucketOwnerEnforced"))
}

// createBucket is for the Region that signed the request, which the body must name unless it is us-east-1.
func (c *call) createBucket() (*answer, error) {
	switch {
	case c.b != nil && c.b.Owner != c.server.options.Account:
		return nil, fail(http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available.")
	case c.b != nil:
		return nil, fail(http.StatusConflict, "BucketAlreadyOwnedByYou",
			"Your previous request to create the named bucket succeeded and you already own it.")
	}
	var wanted struct{ LocationConstraint string }
	if len(c.body) > 0 && xml.Unmarshal(c.body, &wanted) != nil {
		return nil, malformed()
	}
	region := DefaultRegion
	if scope := strings.Split(c.http.Header.Get("Authorization"), "/"); len(scope) > 2 {
		region = scope[2]
	}
	if wanted.LocationConstraint != region && (region != "us-east-1" || wanted.LocationConstraint != "") {
		return nil, fail(http.StatusBadRequest, "IllegalLocationConstraintException",
			"The location constraint is incompatible for the region specific endpoint this request was sent to.")
	}
	c.server.create(c.Bucket, BucketOptions{
		Region: region, ObjectLock: c.http.Header.Get("X-Amz-Bucket-Object-Lock-Enabled") == "true",
	})
	return &answer{}, nil
}

func (c *call) listBuckets() (*answer, error) {
	type entry struct{ Name, BucketRegion string }
	document := struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Owner   string   `xml:"Owner>ID"`
		Buckets []entry  `xml:"Buckets>Bucket"`
	}{Owner: c.server.options.Account}
	for _, name := range slices.Sorted(maps.Keys(c.server.buckets)) {
		if b := c.server.buckets[name]; b.Owner == c.server.options.Account {
			document.Buckets = append(document.Buckets, entry{name, b.Region})
		}
	}
	return &answer{document: document}, nil
}

func (c *call) headBucket() (*answer, error) {
	c.region = c.b.Region
	return &answer{}, nil
}

// getLocation answers in every Region; us-east-1 is empty.
func (c *call) getLocation() (*answer, error) {
	region := c.b.Region
	if region == "us-east-1" {
		region = ""
	}
	return &answer{document: text(nil, "LocationConstraint", region)}, nil
}

// versioningDocument has no status where the bucket never had versioning.
type versioningDocument struct {
	XMLName xml.Name                     `xml:"VersioningConfiguration"`
	Status  types.BucketVersioningStatus `xml:",omitempty"`
}

func (c *call) getVersioning() (*answer, error) {
	return &answer{document: versioningDocument{Status: c.b.versioning}}, nil
}

func (c *call) putVersioning() (*answer, error) {
	var document versioningDocument
	if xml.Unmarshal(c.body, &document) != nil || !slices.Contains(document.Status.Values(), document.Status) {
		return nil, malformed()
	}
	if c.b.lock != nil && document.Status == types.BucketVersioningStatusSuspended { // F-OL-2
		return nil, fail(http.StatusConflict, "InvalidBucketState",
			"An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
	}
	c.b.versioning = document.Status
	return &answer{}, nil
}

// getPolicyStatus does not read the policy: the one of a test is not public.
func (c *call) getPolicyStatus() (*answer, error) {
	if len(c.b.settings["policy"]) == 0 {
		s := settings["policy"]
		return nil, fail(http.StatusNotFound, s.code, s.message)
	}
	return &answer{document: []byte("<PolicyStatus><IsPublic>FALSE</IsPublic></PolicyStatus>")}, nil
}
