package constructs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
)

// refusal is a change of props that work, and the sentence with which the construct then panics.
type refusal[Props any] struct {
	sentence string
	change   func(*Props)
}

// refuses tests that a construct accepts props, and panics with a sentence on each change of them. There is no
// scope: nothing can be created, and jsii asks for one once the props are accepted.
func refuses[Props, Result any](
	t *testing.T, construct func(awsconstructs.Construct, *string, *Props) *Result, props func() *Props, refusals []refusal[Props],
) {
	t.Helper()
	accepted := "parameter scope is required"
	if got := panicOf(func() { construct(nil, nil, props()) }); !strings.Contains(got, accepted) {
		t.Errorf("props that work: %q; want %q", got, accepted)
	}
	for _, r := range refusals {
		changed := props()
		r.change(changed)
		if got := panicOf(func() { construct(nil, nil, changed) }); got != r.sentence {
			t.Errorf("%q; want %q", got, r.sentence)
		}
	}
}

// Resources that are there, for props that nobody looks into.
type (
	someKey    struct{ interfacesawskms.IKeyRef }
	someBucket struct{ interfacesawss3.IBucketRef }
	someRole   struct{ interfacesawsiam.IRoleRef }
	someTopic  struct{ interfacesawssns.ITopicRef }
	someBus    struct{ awsevents.CfnEventBus }
	someAsset  struct{ awss3assets.Asset }
)
