package cli

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// Shells are those that [Completion] writes a script for.
var Shells = []string{"bash", "zsh", "fish"}

//go:embed completion.tmpl
var completionText string

var completions = template.Must(template.New("").Funcs(template.FuncMap{"quote": quote, "join": strings.Join}).Parse(completionText))

// completed is a command as the scripts see it.
type completed struct {
	Path      string // the words before the one that is completed, without the program
	Commands  []completedWord
	Arguments []string // the values of those that have a list
	Flags     []completedWord
}

// Open are the flags that take any value.
func (c completed) Open() []string {
	var names []string
	for _, f := range c.Flags {
		if f.Takes && f.Values == nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// completedWord is a command or a flag.
type completedWord struct {
	Name, Help string
	Values     []string // of a flag. Nil: any
	Takes      bool     // the flag takes a value
}

// Completion is the script with which a shell completes the command line of a program: its commands, its flags, the values of
// those that have a list, and files for all others.
func Completion(program *kong.Application, name, shell string) (string, error) {
	if !slices.Contains(Shells, shell) {
		return "", fmt.Errorf("%s: there is no completion for this shell; want bash, zsh or fish", shell)
	}
	var script bytes.Buffer
	err := completions.ExecuteTemplate(&script, shell, map[string]any{
		"Program": name, "Function": "_" + strings.ReplaceAll(name, "-", "_"), "Commands": completedBelow(program.Node, nil),
	})
	return script.String(), err
}

// completedBelow lists a command and those below it, longer paths first.
func completedBelow(n *kong.Node, path []string) []completed {
	this := completed{Path: strings.Join(path, " ")}
	for _, flags := range n.AllFlags(true) {
		for _, f := range flags {
			word := completedWord{Name: "--" + f.Name, Help: firstSentence(f.Help), Takes: !f.IsBool() && !f.IsCounter()}
			if f.Enum != "" {
				word.Values = slices.DeleteFunc(f.EnumSlice(), func(value string) bool { return value == "" })
			}
			this.Flags = append(this.Flags, word)
		}
	}
	for _, argument := range n.Positional {
		if argument.Enum != "" {
			this.Arguments = append(this.Arguments, argument.EnumSlice()...)
		}
	}
	var below []completed
	for _, child := range n.Children {
		if child.Hidden || child.Type != kong.CommandNode {
			continue
		}
		this.Commands = append(this.Commands, completedWord{Name: child.Name, Help: firstSentence(child.Help)})
		below = append(below, completedBelow(child, append(slices.Clone(path), child.Name))...)
	}
	return append(below, this)
}

// firstSentence is what fits beside a word in a menu.
func firstSentence(help string) string {
	sentence, _, _ := strings.Cut(help, ". ")
	sentence, _, _ = strings.Cut(sentence, " (default")
	return strings.TrimSuffix(sentence, ".")
}

// quote is a text in the single quotes of any of the shells.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "’") + "'" }
