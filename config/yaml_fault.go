package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The YAML library's errors name the state of its parser, and often the place where it gave up, lines
// after the mistake. yamlFault looks for the mistakes that people make, and reports them where they are.
// After any of them nothing is known of the rest of the file.
func yamlFault(text []byte, err error) *Problem {
	var fault *yaml.LoadError
	if !errors.As(err, &fault) {
		return notYAML.at(1, 1, Problem{What: "is not valid YAML: " + err.Error()})
	}
	e := &syntaxError{
		lines: strings.Split(string(text), "\n"), mark: fault.Mark, context: fault.ContextMark, in: fault.ContextMsg, said: fault.Message,
	}
	e.line = min(max(e.mark.Line, 1), len(e.lines))
	for _, explain := range []func(*syntaxError) (line, column int, what string){
		openQuote, specialSpace, tabIndent, missingSpaceAfterColon, missingSpaceAfterDash, missingColon, reservedStart,
		openBracket, wrongIndent, missingDash, afterTheEnd, secondColon,
	} {
		if line, column, what := explain(e); what != "" {
			return notYAML.at(line, column, Problem{What: what})
		}
	}
	return notYAML.at(e.line, max(e.mark.Column, 1), Problem{
		What: "is not valid YAML: " + strings.TrimSpace(fault.ContextMsg+" "+fault.Message),
	})
}

// syntaxError is a text that the YAML library could not read. Lines and columns count from 1.
type syntaxError struct {
	lines   []string
	line    int       // where the library gave up
	mark    yaml.Mark // the same, with its column
	context yaml.Mark // where what it was reading starts
	in      string    // what it was reading, in the library's words
	said    string    // what it met instead
}

// at returns the character at a mark, or 0.
func (e *syntaxError) at(mark yaml.Mark) rune {
	if mark.Line < 1 || mark.Line > len(e.lines) {
		return 0
	}
	runes := []rune(e.lines[mark.Line-1])
	if i := mark.Column - 1; i >= 0 && i < len(runes) {
		return runes[i]
	}
	return 0
}

// lastTwo lists the line where the library gave up, and the last one before it that has content.
func (e *syntaxError) lastTwo() []int {
	for line := e.line - 1; line > 0; line-- {
		if content(e.lines[line-1]) != "" {
			return []int{e.line, line}
		}
	}
	return []int{e.line}
}

// content is a line without its indentation and its comment.
func content(line string) string {
	code, _, _ := strings.Cut(" "+line, " #")
	return strings.TrimSpace(code)
}

// indentation is the number of spaces that a line starts with.
func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// entry is a line without the dashes of list items, and the column where it starts.
func entry(line string) (text string, column int) {
	column = indentation(line) + 1
	for text = content(line); strings.HasPrefix(text, "- "); {
		rest := strings.TrimLeft(text[1:], " ")
		column += len(text) - len(rest)
		text = rest
	}
	return text, column
}

// openQuote finds the first line that has a double quote without a second one, or a single quote that
// nothing closes.
func openQuote(e *syntaxError) (line, column int, what string) {
	for i, l := range e.lines[:min(max(e.line, e.context.Line), len(e.lines))] {
		code, _, _ := strings.Cut(" "+l, " #")
		if strings.Count(code, `"`)%2 == 1 {
			return i + 1, utf8.RuneCountInString(code[:strings.LastIndexByte(code, '"')]), `this quote is not closed in its line; add the second "`
		}
	}
	if e.in == "while scanning a quoted scalar" && e.said == "found unexpected end of stream" {
		return e.context.Line, e.context.Column, "this quote is not closed"
	}
	return 0, 0, ""
}

func tabIndent(e *syntaxError) (line, column int, what string) {
	if e.at(e.mark) == '\t' {
		return e.line, e.mark.Column, "a tab indents this line; YAML allows spaces only"
	}
	return 0, 0, ""
}

// isSpecialSpace says whether a character looks like a space and is none to YAML, such as the no-break space that is copied out of
// web pages.
func isSpecialSpace(r rune) bool {
	return r != ' ' && (unicode.Is(unicode.Zs, r) || r == zeroWidthSpace)
}

// zeroWidthSpace is copied out of web pages, too.
const zeroWidthSpace = '\u200b'

// specialSpaceFault says what a special space does.
func specialSpaceFault(r rune) string {
	name := fmt.Sprintf("U+%04X", r)
	if r == '\u00a0' {
		name = "a no-break space"
	}
	return name + " looks like a space here, and YAML does not read it as one; delete it and type spaces"
}

// specialSpace finds the first special space outside of quotes and comments.
func specialSpace(e *syntaxError) (line, column int, what string) {
	for i, l := range e.lines[:min(max(e.line, e.context.Line), len(e.lines))] {
		code, _, _ := strings.Cut(" "+l, " #")
		at := strings.IndexFunc(code, isSpecialSpace)
		if at < 0 || strings.Count(code[:at], `"`)%2 == 1 || strings.Count(code[:at], "'")%2 == 1 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(code[at:])
		return i + 1, utf8.RuneCountInString(code[:at]), specialSpaceFault(r)
	}
	return 0, 0, ""
}

const missingSpace = "a space is missing after the colon: "

// withSpace returns a key and its value with a space between them where they have none, or "".
func withSpace(text string, known []string) string {
	key, value, found := strings.Cut(text, ":")
	if !found || value == "" || value[0] == ' ' || !slices.Contains(known, key) {
		return ""
	}
	value, _, _ = strings.Cut(value, " ")
	return key + ": " + value
}

// knownKeys lists the keys of all mappings.
func knownKeys() []string {
	var keys []string
	for _, t := range configTypes() {
		keys = append(keys, structKeys(t).names...)
	}
	return keys
}

func missingSpaceAfterColon(e *syntaxError) (line, column int, what string) {
	for i := e.line; i > 0; i-- {
		text, column := entry(e.lines[i-1])
		if corrected := withSpace(text, knownKeys()); corrected != "" {
			return i, column, missingSpace + "`" + corrected + "`"
		}
	}
	return 0, 0, ""
}

// withoutSpace explains a text that YAML reads as one long word.
func withoutSpace(text []byte) *Problem {
	e := &syntaxError{lines: strings.Split(string(text), "\n")}
	e.line = len(e.lines)
	for _, explain := range []func(*syntaxError) (line, column int, what string){specialSpace, missingSpaceAfterColon} {
		if line, column, what := explain(e); what != "" {
			return notYAML.at(line, column, Problem{What: what})
		}
	}
	return nil
}

func missingSpaceAfterDash(e *syntaxError) (line, column int, what string) {
	for _, i := range e.lastTwo() {
		text, column := entry(e.lines[i-1])
		key, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), ":")
		if strings.HasPrefix(text, "-") && slices.Contains(knownKeys(), key) {
			return i, column, "a space is missing after the dash: `- " + text[1:] + "`"
		}
	}
	return 0, 0, ""
}

// missingColon finds a key without its colon.
func missingColon(e *syntaxError) (line, column int, what string) {
	for _, i := range e.lastTwo() {
		text, column := entry(e.lines[i-1])
		key, value, _ := strings.Cut(text, " ")
		if slices.Contains(knownKeys(), key) && !strings.HasPrefix(value, ":") {
			return i, column, "a colon is missing: `" + strings.TrimSpace(key+": "+value) + "`"
		}
	}
	return 0, 0, ""
}

// reservedStart finds a value that starts with a character that means something else to YAML.
func reservedStart(e *syntaxError) (line, column int, what string) {
	mark := e.mark
	if e.in == "while scanning an alias" || e.in == "while scanning an anchor" {
		mark = e.context
	}
	if c := e.at(mark); strings.ContainsRune("@`%*&", c) {
		return mark.Line, mark.Column, fmt.Sprintf("a value cannot start with %c; put it in quotes", c)
	}
	return 0, 0, ""
}

// level is an indentation at which the lines above have opened a mapping or a list.
type level struct {
	spaces int
	list   bool
}

// levels returns those that are open before a line, the innermost last, and whether that line may be
// further in than they are.
func (e *syntaxError) levels(line int) (open []level, deeper bool) {
	for i := range line - 1 {
		text := content(e.lines[i])
		if text == "" {
			continue
		}
		at := indentation(e.lines[i])
		open = slices.DeleteFunc(open, func(l level) bool { return l.spaces > at })
		for strings.HasPrefix(text, "- ") {
			open = addLevel(open, level{at, true})
			rest := strings.TrimLeft(text[1:], " ")
			at += len(text) - len(rest)
			text = rest
		}
		open = addLevel(open, level{at, false})
		deeper = strings.HasSuffix(text, ":") || text == "-"
	}
	return open, deeper
}

func addLevel(open []level, l level) []level {
	if slices.Contains(open, l) {
		return open
	}
	return append(open, l)
}

func wrongIndent(e *syntaxError) (line, column int, what string) {
	open, deeper := e.levels(e.line)
	is, isItem := indentation(e.lines[e.line-1]), strings.HasPrefix(content(e.lines[e.line-1]), "- ")
	if len(open) == 0 || content(e.lines[e.line-1]) == "" || slices.ContainsFunc(open, func(l level) bool { return l.spaces == is }) {
		return 0, 0, ""
	}
	before := open[len(open)-1].spaces
	if deeper && is > before {
		return 0, 0, ""
	}
	for _, l := range open {
		if l.list == isItem {
			before = l.spaces
		}
	}
	return e.line, is + 1, fmt.Sprintf("indented by %s, the lines before it by %d; align it", count(is, "space"), before)
}

// missingDash finds a key among the items of a list, and an item among keys.
func missingDash(e *syntaxError) (line, column int, what string) {
	open, _ := e.levels(e.line)
	text, is := content(e.lines[e.line-1]), indentation(e.lines[e.line-1])
	isItem := strings.HasPrefix(text, "- ")
	if text == "" || slices.Contains(open, level{is, isItem}) || !slices.Contains(open, level{is, !isItem}) {
		return 0, 0, ""
	}
	if isItem {
		return e.line, is + 1, `a "- " starts a list item here, but the lines before it are keys`
	}
	return e.line, is + 1, `the lines before it start with "- "; is a "- " missing here?`
}

func openBracket(e *syntaxError) (line, column int, what string) {
	switch e.in {
	case "while parsing a flow mapping":
		what = "this { is not closed; add a }"
	case "while parsing a flow sequence":
		what = "this [ is not closed; add a ]"
	default:
		return 0, 0, ""
	}
	if e.mark.Line == e.context.Line {
		what += ", or a comma before column " + strconv.Itoa(e.mark.Column)
	}
	return e.context.Line, e.context.Column, what
}

// afterTheEnd finds what follows a closing quote or bracket.
func afterTheEnd(e *syntaxError) (line, column int, what string) {
	c := e.at(e.mark)
	if c == '}' || c == ']' {
		return e.line, e.mark.Column, fmt.Sprintf("this %c closes nothing; remove it", c)
	}
	runes := []rune(e.lines[e.line-1])
	before := strings.TrimRight(string(runes[:min(max(e.mark.Column-1, 0), len(runes))]), " ")
	for _, end := range []string{`"`, "'", "}", "]"} {
		if c != 0 && c != ':' && strings.HasSuffix(before, end) {
			return e.line, e.mark.Column, "nothing can follow the closing " + end
		}
	}
	return 0, 0, ""
}

func secondColon(e *syntaxError) (line, column int, what string) {
	if e.at(e.mark) == ':' {
		return e.line, e.mark.Column, "a second colon in this line; put the value in quotes"
	}
	return 0, 0, ""
}
