// Package alerting has the words that three programs share: the app deploys the alert function, the alert
// function notifies the destinations, and backupctl alert-test sends a test event and reads in the
// function's log what became of it. It imports the standard library alone, since the function does.
package alerting
