package awstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Record is a log event, or a row of a result: its fields by their paths. A field that is not there is null.
type Record map[string]any

// RecordOf has the fields that Logs Insights discovers in an event in JSON.
func RecordOf(event map[string]any) Record {
	r := Record{}
	var discover func(path string, value any)
	discover = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				discover(strings.TrimPrefix(path+"."+key, "."), inner)
			}
		case string, bool, float64:
			r[path] = v
		}
	}
	discover("", event)
	if at, err := time.Parse(time.RFC3339, fmt.Sprint(event["time"])); err == nil {
		r["@timestamp"] = float64(at.UnixMilli())
	}
	return r
}

// Query runs a query of CloudWatch Logs Insights over records, at a time. It returns the rows, and the
// columns that the last command with columns names. It knows as much of the language as the dashboard
// uses; anything else fails the test.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
func Query(t testing.TB, now time.Time, query string, records []Record) (columns []string, rows []Record) {
	t.Helper()
	for _, r := range records {
		rows = append(rows, maps.Clone(r))
	}
	return insights{t, now}.run(query, rows)
}

// Table is a result as text: a line for the columns, then one for each row.
func Table(columns []string, rows []Record) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, " | ") + "\n")
	for _, r := range rows {
		var cells []string
		for _, column := range columns {
			cell, err := json.Marshal(r[column])
			if err != nil {
				return err.Error()
			}
			cells = append(cells, strings.Trim(string(cell), `"`))
		}
		b.WriteString(strings.Join(cells, " | ") + "\n")
	}
	return b.String()
}

// insights runs the commands of a query.
type insights struct {
	t   testing.TB
	now time.Time
}

// run returns the rows, and the columns of the last command that names some.
func (q insights) run(query string, rows []Record) (columns []string, result []Record) {
	q.t.Helper()
	for i, command := range strings.Split(query, "|") {
		command = strings.TrimSpace(command)
		name, rest, _ := strings.Cut(command, " ")
		switch {
		case i == 0:
			if name != "SOURCE" {
				q.t.Fatalf("%s: want SOURCE", command)
			}
		case name == "filter":
			rows = slices.DeleteFunc(slices.Clone(rows), func(r Record) bool { return q.eval(rest, r) != true })
		case name == "parse":
			rows = q.parse(rest, rows)
		case name == "fields":
			for _, r := range rows {
				for _, field := range q.list(rest) {
					expression, alias, named := strings.Cut(field, " as ")
					if !named {
						alias = expression
					}
					if value := q.eval(expression, r); value != nil {
						r[alias] = value
					}
				}
			}
		case name == "display":
			columns = q.list(rest)
		case name == "stats":
			columns, rows = q.stats(rest, rows)
		case name == "sort":
			field, order, _ := strings.Cut(rest, " ")
			slices.SortStableFunc(rows, func(a, b Record) int {
				less := compare(a[field], b[field])
				if order == "desc" {
					return -less
				}
				return less
			})
		case name == "limit":
			limit, err := strconv.Atoi(rest)
			if err != nil || limit > 10000 {
				q.t.Fatalf("%s: %v", command, err)
			}
			rows = rows[:min(limit, len(rows))]
		default:
			q.t.Fatalf("%s: not known here", command)
		}
	}
	return columns, rows
}

func (q insights) parse(rest string, rows []Record) []Record {
	q.t.Helper()
	parts := regexp.MustCompile(`^(\S+) "([^"]*)" as (.+)$`).FindStringSubmatch(rest)
	if parts == nil {
		q.t.Fatalf("parse %s", rest)
	}
	glob := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(parts[2]), `\*`, "(.*)") + "$")
	for _, r := range rows {
		text, _ := r[parts[1]].(string)
		for i, group := range glob.FindStringSubmatch(text) {
			if i > 0 {
				r[q.list(parts[3])[i-1]] = group
			}
		}
	}
	return rows
}

func (q insights) stats(rest string, rows []Record) (columns []string, result []Record) {
	q.t.Helper()
	aggregates, by, _ := strings.Cut(rest, " by ")
	groups := map[string]Record{}
	members := map[string][]Record{}
	var order []string
	for _, r := range rows {
		group, key := Record{}, ""
		for _, field := range q.list(by) {
			value := r[field]
			if field == "bin(1d)" {
				value = time.UnixMilli(int64(r["@timestamp"].(float64))).UTC().Format(time.DateOnly)
			}
			group[field] = value
			key += fmt.Sprint(value) + "\x00"
		}
		if groups[key] == nil {
			groups[key] = group
			order = append(order, key)
		}
		members[key] = append(members[key], r)
	}
	for _, aggregate := range q.list(aggregates) {
		call, alias, _ := strings.Cut(aggregate, " as ")
		parts := regexp.MustCompile(`^(\w+)\((.+)\)$`).FindStringSubmatch(call)
		if parts == nil || alias == "" {
			q.t.Fatalf("stats %s", aggregate)
		}
		columns = append(columns, alias)
		for key, rows := range members {
			groups[key][alias] = q.aggregate(parts[1], parts[2], rows)
		}
	}
	for _, key := range order {
		result = append(result, groups[key])
	}
	return append(q.list(by), columns...), result
}

func (q insights) aggregate(function, field string, rows []Record) any {
	q.t.Helper()
	var values []any
	var latest Record
	for _, r := range rows {
		if r[field] != nil {
			values = append(values, r[field])
		}
		if latest == nil || r["@timestamp"].(float64) > latest["@timestamp"].(float64) {
			latest = r
		}
	}
	switch function {
	case "sum":
		sum := 0.0
		for _, v := range values {
			sum += v.(float64)
		}
		return sum
	case "min":
		return slices.MinFunc(values, compare)
	case "count":
		return float64(len(values))
	case "latest":
		return latest[field]
	}
	q.t.Fatalf("%s: not known here", function)
	return nil
}

func compare(a, b any) int {
	x, isNumber := a.(float64)
	y, areNumbers := b.(float64)
	if isNumber && areNumbers {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// list are the parts between commas that are in no brackets.
func (q insights) list(text string) []string {
	var parts []string
	depth, start := 0, 0
	quoted := false
	for i, c := range text + "," {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			if part := strings.TrimSpace((text + ",")[start:i]); part != "" {
				parts = append(parts, part)
			}
			start = i + 1
		}
	}
	return parts
}

// eval is the value of an expression, null where a part of it is.
func (q insights) eval(expression string, r Record) any {
	q.t.Helper()
	p := &parser{insights: q, tokens: token.FindAllString(expression, -1), r: r}
	value := p.or()
	if len(p.tokens) > 0 {
		q.t.Fatalf("%s: %v is not known here", expression, p.tokens)
	}
	return value
}

var token = regexp.MustCompile("\"[^\"]*\"|`[^`]*`|[@\\w][@\\w.]*|!=|[-+*/=(),\\[\\]]")

type parser struct {
	insights
	tokens []string
	r      Record
}

func (p *parser) take(wanted ...string) string {
	if len(p.tokens) > 0 && slices.Contains(wanted, p.tokens[0]) {
		t := p.tokens[0]
		p.tokens = p.tokens[1:]
		return t
	}
	return ""
}

func (p *parser) or() any {
	value := p.and()
	for p.take("or") != "" {
		other := p.and()
		value = value == true || other == true
	}
	return value
}

func (p *parser) and() any {
	value := p.comparison()
	for p.take("and") != "" {
		other := p.comparison()
		value = value == true && other == true
	}
	return value
}

func (p *parser) comparison() any {
	value := p.sum()
	switch p.take("=", "!=", "in") {
	case "=":
		other := p.sum()
		return value != nil && value == other
	case "!=":
		other := p.sum()
		return value != nil && value != other
	case "in":
		others := p.arguments("[", "]")
		return value != nil && slices.Contains(others, value)
	}
	return value
}

func (p *parser) sum() any {
	value := p.product()
	for {
		switch p.take("+", "-") {
		case "+":
			value = number(value, p.product(), func(a, b float64) float64 { return a + b })
		case "-":
			value = number(value, p.product(), func(a, b float64) float64 { return a - b })
		default:
			return value
		}
	}
}

func (p *parser) product() any {
	value := p.term()
	for {
		switch p.take("*", "/") {
		case "*":
			value = number(value, p.term(), func(a, b float64) float64 { return a * b })
		case "/":
			value = number(value, p.term(), func(a, b float64) float64 { return a / b })
		default:
			return value
		}
	}
}

func number(a, b any, of func(a, b float64) float64) any {
	x, ok := a.(float64)
	y, both := b.(float64)
	if !ok || !both {
		return nil
	}
	return of(x, y)
}

func (p *parser) arguments(open, end string) []any {
	var values []any
	if p.take(open) == "" {
		p.t.Fatalf("%v: want %s", p.tokens, open)
	}
	for p.take(end) == "" {
		values = append(values, p.or())
		p.take(",")
	}
	return values
}

func (p *parser) term() any {
	if len(p.tokens) == 0 {
		p.t.Fatal("an expression ends too soon")
	}
	t := p.tokens[0]
	if t == "(" {
		return p.arguments("(", ")")[0]
	}
	p.tokens = p.tokens[1:]
	if number, err := strconv.ParseFloat(t, 64); err == nil {
		return number
	}
	if t[0] == '"' {
		return strings.Trim(t, `"`)
	}
	if len(p.tokens) == 0 || p.tokens[0] != "(" {
		return p.r[strings.Trim(t, "`")]
	}
	arguments := p.arguments("(", ")")
	text := func(i int) string { s, _ := arguments[i].(string); return s }
	switch t {
	case "coalesce":
		for _, a := range arguments {
			if a != nil {
				return a
			}
		}
		return nil
	case "ispresent":
		return arguments[0] != nil
	case "strcontains":
		if strings.Contains(text(0), text(1)) {
			return 1.0
		}
		return 0.0
	case "replace":
		return strings.ReplaceAll(text(0), text(1), text(2))
	case "floor":
		if n, ok := arguments[0].(float64); ok {
			return math.Floor(n)
		}
		return nil
	case "now": // in seconds
		return float64(p.now.Unix())
	case "toMillis":
		return arguments[0]
	}
	p.t.Fatalf("%s: not known here", t)
	return nil
}
