// Package awstest interprets, for tests, what is written for AWS in a language of its own: event patterns
// of EventBridge, patterns of metric filters, queries of CloudWatch Logs Insights, and how a CloudWatch
// alarm comes to its state. It follows AWS's documentation, as far as the product uses these languages.
package awstest
