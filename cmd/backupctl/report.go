package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// drill is one test.
type drill struct {
	marker string
	// destinations in the order of backup.yaml, each as the function names it in its log: "KIND SECRET".
	destinations []string
	// source is where the event is sent, central where it is delivered from.
	source, central account
	// logGroup and deadLetters are the names of the function's log group and of its dead-letter queue.
	logGroup, deadLetters string
}

// seen says what became of the test at each destination.
func (d drill) seen(stdout io.Writer, found outcomes, after time.Duration) error {
	var took, failed, untold int
	for _, destination := range d.destinations {
		outcome, known := found[destination]
		switch {
		case found.took(destination):
			took++
			fmt.Fprintf(stdout, "delivered: %s after %s\n", destination, seconds(after))
		case known:
			failed++
			fmt.Fprintf(stdout, "failed: %s: %s\n", destination, strings.TrimPrefix(outcome, "failed: "))
		default:
			untold++
			fmt.Fprintf(stdout, "not told: %s: the function does not know it\n", destination)
		}
	}
	if took < len(d.destinations) {
		var places []string
		if failed > 0 {
			places = append(places, d.log(), d.queue()+", where the test ends if all further tries fail")
		}
		if untold > 0 {
			places = append(places, d.central.stack+", which was deployed with other destinations than backup.yaml has now")
		}
		return lookAt(fmt.Sprintf("%d of %d destinations took it; look next at", took, len(d.destinations)), places...)
	}
	if took == 1 {
		fmt.Fprintln(stdout, "the only destination took it")
	} else {
		fmt.Fprintf(stdout, "all %d destinations took it\n", took)
	}
	return nil
}

// unseen says where the test may have got lost. The error is errNoLogGroup or nil.
func (d drill) unseen(err error, timeout time.Duration) error {
	what := "does not mention it"
	if err != nil {
		what = "does not exist"
	}
	return lookAt(
		fmt.Sprintf("0 of %d destinations took it: after %s the log group %s of %s %s; look next, along its way, at", len(d.destinations), seconds(timeout), d.logGroup, d.central, what),
		fmt.Sprintf("the default bus of %s: its rule for events of %s, and the rule's role; %s deploys them", d.source, testSource, d.source.stack),
		fmt.Sprintf("the central bus of %s: its policy, its rule, the queue and the function; %s deploys them", d.central, d.central.stack),
		d.queue(),
		d.log(),
		fmt.Sprintf("the destinations, where %s may be by now: %s", d.marker, strings.Join(d.destinations, ", ")))
}

// unreadable says how to see by hand what could not be seen here.
func (d drill) unreadable(err error) error {
	what := "cannot be used to read"
	if isDenied(err) {
		what = "may not read"
	}
	return lookAt(
		fmt.Sprintf("%s %s the log group %s of %s: %v\nwhether it arrived is to be seen by hand; look for %s at", d.central.credentials(), what, d.logGroup, d.central, plain(err), d.marker),
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

// lookAt is an error with the places to look at, one in a line.
func lookAt(what string, places ...string) error {
	return errors.New(what + ":\n- " + strings.Join(places, "\n- "))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }
