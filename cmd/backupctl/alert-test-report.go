package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"central-s3-backup/internal/alerting"
)

// drill is one run of alert-test.
type drill struct {
	marker string
	// destinations has their names in the function's log, in the order of backup.yaml.
	destinations []string
	// source is where the event is sent. central is where the function runs.
	source, central account
	// logGroup and deadLetters are the names of the function's log group and of its dead-letter queue.
	logGroup, deadLetters string
}

// seen prints what became of the event at each destination.
func (d drill) seen(stdout io.Writer, found outcomes, after time.Duration) error {
	var arrived, failed, unknown int
	for _, destination := range d.destinations {
		outcome, known := found[destination]
		switch {
		case outcome.Arrived():
			arrived++
			fmt.Fprintf(stdout, "delivered: %s after %s\n", destination, seconds(after))
		case known:
			failed++
			fmt.Fprintf(stdout, "failed: %s: %s\n", destination, outcome.Reason())
		default:
			unknown++
			fmt.Fprintf(stdout, "not sent: %s: the function does not know this destination\n", destination)
		}
	}
	if arrived < len(d.destinations) {
		var places []string
		if failed > 0 {
			places = append(places, d.log(), d.queue()+", which receives the event if all further attempts fail")
		}
		if unknown > 0 {
			places = append(places, d.central.stack+", which was deployed with other destinations than backup.yaml has now")
		}
		return lookAt(fmt.Sprintf("%d of %d destinations accepted it; look next at", arrived, len(d.destinations)), places...)
	}
	if arrived == 1 {
		fmt.Fprintln(stdout, "the only destination accepted it")
	} else {
		fmt.Fprintf(stdout, "all %d destinations accepted it\n", arrived)
	}
	return nil
}

// unseen says where the event may have got lost. err is errNoLogGroup or nil.
func (d drill) unseen(err error, timeout time.Duration) error {
	what := "does not mention it"
	if err != nil {
		what = "does not exist"
	}
	return lookAt(
		fmt.Sprintf("0 of %d destinations accepted it: after %s the log group %s of %s %s; look next, in the order of its way, at",
			len(d.destinations), seconds(timeout), d.logGroup, d.central, what),
		fmt.Sprintf("the default bus of %s: its rule for events of %s, and the role of the rule; %s deploys them",
			d.source, alerting.TestSource, d.source.stack),
		fmt.Sprintf("the central bus of %s: its policy, its rule, the queue and the function; %s deploys them", d.central, d.central.stack),
		d.queue(),
		d.log(),
		fmt.Sprintf("the destinations, where %s may have arrived meanwhile: %s", d.marker, strings.Join(d.destinations, ", ")))
}

// unreadable says how to look by hand, because backupctl could not read the log.
func (d drill) unreadable(err error) error {
	what := "cannot be used to read"
	if isDenied(err) {
		what = "may not read"
	}
	return lookAt(
		fmt.Sprintf("%s %s the log group %s of %s: %v\nthe event was sent, but whether it arrived is unknown; look for %s at",
			d.central.credentials(), what, d.logGroup, d.central, plain(err), d.marker),
		d.destinations...)
}

// queue names the function's dead-letter queue.
func (d drill) queue() string {
	return fmt.Sprintf("the dead-letter queue %s of %s", d.deadLetters, d.central)
}

// log is the command that shows the function's log.
func (d drill) log() string {
	command := fmt.Sprintf("aws logs tail %s --since 1h --region %s", d.logGroup, d.central.region)
	if d.central.profile != "" {
		command += " --profile " + d.central.profile
	}
	return "the function's log: " + command
}

// lookAt returns an error with the places to look at, one a line.
func lookAt(what string, places ...string) error {
	return errors.New(what + ":\n- " + strings.Join(places, "\n- "))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }
