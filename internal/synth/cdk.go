package synth

import (
	"context"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// synthesize has the CDK write stacks into the directory out, in this process, with functions from programs. built is called after each
// stack. It looks at ctx between two stacks.
func synthesize(ctx context.Context, list []stack, programs programs, out string, nag bool, built func()) error {
	app := newApp(out)
	if nag {
		addNag(app)
	}
	for _, s := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.build(app, jsii.String(s.name), programs); err != nil {
			return err
		}
		built()
	}
	app.Synth(nil)
	return nil
}

// newApp is an app that writes into the directory out. Templates are the same under the CDK CLI and without it: what the CLI's
// context says of metadata is overridden.
func newApp(out string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(out),
		AnalyticsReporting: jsii.Bool(false),
		TreeMetadata:       jsii.Bool(false),
		PostCliContext: &map[string]any{
			"aws:cdk:enable-path-metadata":       false,
			"aws:cdk:disable-logicalId-metadata": true, // it repeats the path of each logical id
		},
	})
}

// addNag adds the checks of cdk-nag to what is in the scope, but not in a stage of it.
func addNag(scope awsconstructs.Construct) {
	awscdk.Aspects_Of(scope).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
}
