package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"central-s3-backup/config"
)

// The results of a finding. What AWS does not document is never wrong.
const (
	resultOK      = "ok"
	resultWrong   = "wrong"
	resultUnknown = "unknown"
)

// finding is a line of the report.
type finding struct {
	// Result is ok, wrong or unknown.
	Result string `json:"result"`
	// Of is a workload's NAME-ENV, or central. Account is its account.
	Of      string `json:"of"`
	Account string `json:"account"`
	// Subject is what was looked at, such as "bucket lake".
	Subject string `json:"subject"`
	What    string `json:"what"`
	// MissingRight is the action of IAM that the credentials may not use. Empty: none is known to be missing.
	MissingRight string `json:"missingRight,omitempty"`
	// Mend is the command that mends it.
	Mend string `json:"mend,omitempty"`
	// Fixed is what --fix did. NotFixed is why it could not.
	Fixed    string `json:"fixed,omitempty"`
	NotFixed string `json:"notFixed,omitempty"`
}

func (f finding) String() string {
	text := fmt.Sprintf("%-7s  %s: %s: %s", f.Result, f.Of, f.Subject, f.What)
	if f.Fixed != "" {
		text += "; done: " + f.Fixed
	}
	if f.NotFixed != "" {
		text += "; not mended: " + f.NotFixed
	}
	if f.Mend != "" {
		text += "; mend it with " + f.Mend
	}
	return text
}

// place is an account and Region that is looked at.
type place struct {
	*checking
	account account
	// workload whose account it is. Nil: the central account.
	workload *config.Workload
	*clients
	organizations *organizations.Client
	iam           *iam.Client
	recorders     *configservice.Client
	quotas        *servicequotas.Client
	// numbers of recovery points, by vault.
	numbers []number
}

// connect checks the account, and makes the clients.
func (p *place) connect(ctx context.Context, clock clock) error {
	var err error
	if p.clients, err = p.command.connect(ctx, p.account, clock); err != nil {
		return err
	}
	connection := p.connection
	p.organizations, p.iam = organizations.NewFromConfig(connection), iam.NewFromConfig(connection)
	p.recorders, p.quotas = configservice.NewFromConfig(connection), servicequotas.NewFromConfig(connection)
	return nil
}

// look makes all checks of the account. An error ends the run: what could not be read is a finding.
func (p *place) look(ctx context.Context) error {
	checks := []func(context.Context) error{p.lookOrganization, p.lookServiceRole, p.lookRecorder}
	if p.workload != nil {
		checks = append(checks, p.lookOptIn, p.lookBuckets, p.lookVaults, p.lookContinuous)
	} else {
		checks = append(checks, p.lookCentralVaults)
	}
	checks = append(checks, p.lookAccessPoints, p.lookQuotas, p.lookRestoreTests)
	for _, check := range checks {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) add(f finding) int {
	f.Of, f.Account = p.account.owner, p.account.id
	p.report.Findings = append(p.report.Findings, f)
	return len(p.report.Findings) - 1
}

func (p *place) ok(subject, what string) {
	p.add(finding{Result: resultOK, Subject: subject, What: what})
}

// wrong reports what is wrong, and the command that mends it.
func (p *place) wrong(subject, what, mend string) int {
	return p.add(finding{Result: resultWrong, Subject: subject, What: what, Mend: mend})
}

func (p *place) unknown(subject, what string) {
	p.add(finding{Result: resultUnknown, Subject: subject, What: what})
}

// unread reports what could not be read, with the right that is missing. Expired credentials and Ctrl-C end the run.
func (p *place) unread(subject string, err error) error {
	if errors.Is(err, context.Canceled) || isExpired(err) {
		return p.account.explain(err)
	}
	f := finding{Result: resultUnknown, Subject: subject, What: p.account.lacks(err).Error()}
	if isDenied(err) || isForbidden(err) {
		f.MissingRight = rightOf(err, "").action
	}
	p.add(f)
	return nil
}

// lacks says who lacks which right. Other than [account.explain] it names no role: those who look need not be operators.
func (a account) lacks(err error) error {
	if isDenied(err) || isForbidden(err) {
		return errors.New(rightOf(err, a.credentials()).String())
	}
	return plain(err)
}

// aws is a command of the AWS CLI in the account.
func (p *place) aws(words ...string) string {
	for i, word := range words {
		words[i] = quoted(word)
	}
	line := "aws " + strings.Join(words, " ") + " --region " + p.account.region
	if p.account.profile != "" {
		line += " --profile " + quoted(p.account.profile)
	}
	return line
}

// deploy is the command that deploys the account's stack.
func (p *place) deploy() string {
	line := "npx cdk deploy " + p.account.stack
	if p.account.profile != "" {
		line += " --profile " + quoted(p.account.profile)
	}
	return line
}

// copies tells whether copies go from or to the account.
func (p *place) copies() bool {
	if p.workload != nil {
		return p.cfg.Copies(*p.workload)
	}
	for _, w := range p.cfg.Workloads {
		if p.cfg.Copies(w) {
			return true
		}
	}
	return false
}
