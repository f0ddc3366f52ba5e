package backupfake

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// SetStorage sets a daily storage metric of S3, such as BucketSizeBytes, for a bucket and a storage type (F-S3-46).
func (a *Account) SetStorage(region, metric, bucket, storageType string, value float64) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.storage[storageMetric{region, metric, bucket, storageType}] = value
}

// storageMetric names a daily storage metric of S3.
type storageMetric struct{ region, metric, bucket, storageType string }

// metrics knows ListMetrics and GetMetricData of CloudWatch, whose requests and answers are CBOR.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request, account, region string) {
	operation := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	body, _ := io.ReadAll(r.Body) // what cannot be read is no CBOR
	read, err := cbor.Decode(body)
	input, ok := read.(cbor.Map)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || !ok {
		writeCBOR(w, http.StatusBadRequest, cbor.Map{"__type": cbor.String("SerializationException"), "message": cbor.String("no CBOR")})
		return
	}
	if fault := s.record(Call{account, region, operation, "cloudwatch:" + operation, "*", nil}); fault != nil && fault.Status != 0 {
		writeCBOR(w, fault.Status, cbor.Map{"__type": cbor.String(fault.Code), "message": cbor.String(fault.Message)})
		return
	}
	a := s.account(account)
	switch operation {
	case "ListMetrics":
		writeCBOR(w, http.StatusOK, cbor.Map{"Metrics": a.listMetrics(region, input)})
	case "GetMetricData":
		writeCBOR(w, http.StatusOK, cbor.Map{"MetricDataResults": a.metricData(region, input)})
	default:
		writeCBOR(w, http.StatusNotImplemented, cbor.Map{"__type": cbor.String("UnknownOperationException"), "message": cbor.String(operation)})
	}
}

func writeCBOR(w http.ResponseWriter, status int, document cbor.Map) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	_, _ = w.Write(cbor.Encode(document))
}

// listMetrics are the metrics of the Region, in their order. Of another namespace there are none.
func (a *Account) listMetrics(region string, input cbor.Map) cbor.List {
	found := cbor.List{}
	if input["Namespace"] != cbor.Value(cbor.String("AWS/S3")) {
		return found
	}
	for _, m := range slices.SortedFunc(maps.Keys(a.storage), func(x, y storageMetric) int {
		return strings.Compare(x.bucket+"/"+x.storageType, y.bucket+"/"+y.storageType)
	}) {
		if m.region == region && input["MetricName"] == cbor.Value(cbor.String(m.metric)) {
			found = append(found, cbor.Map{
				"Namespace": cbor.String("AWS/S3"), "MetricName": cbor.String(m.metric), "Dimensions": cbor.List{
					cbor.Map{"Name": cbor.String("BucketName"), "Value": cbor.String(m.bucket)},
					cbor.Map{"Name": cbor.String("StorageType"), "Value": cbor.String(m.storageType)},
				},
			})
		}
	}
	return found
}

// metricData has two values for each query, the latest one first: the one before was smaller by one.
func (a *Account) metricData(region string, input cbor.Map) cbor.List {
	results := cbor.List{}
	queries, _ := input["MetricDataQueries"].(cbor.List)
	for _, query := range queries {
		asked, _ := query.(cbor.Map)
		stat, _ := asked["MetricStat"].(cbor.Map)
		metric, _ := stat["Metric"].(cbor.Map)
		name, _ := metric["MetricName"].(cbor.String)
		key := storageMetric{region: region, metric: string(name)}
		dimensions, _ := metric["Dimensions"].(cbor.List)
		for _, d := range dimensions {
			dimension, _ := d.(cbor.Map)
			value, _ := dimension["Value"].(cbor.String)
			switch dimension["Name"] {
			case cbor.Value(cbor.String("BucketName")):
				key.bucket = string(value)
			case cbor.Value(cbor.String("StorageType")):
				key.storageType = string(value)
			}
		}
		values := cbor.List{}
		if value, there := a.storage[key]; there {
			values = cbor.List{cbor.Float64(value), cbor.Float64(value - 1)}
		}
		results = append(results, cbor.Map{"Id": asked["Id"], "Values": values})
	}
	return results
}
