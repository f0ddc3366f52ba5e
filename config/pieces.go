package config

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"

	"go.yaml.in/yaml/v4"
)

// minPieceBytes is the size, in bytes, from which a piece is worth a goroutine.
const minPieceBytes = 64 << 10

// composePieces composes a long document in pieces, side by side, since the YAML library needs most
// of the time of a load and works on one core. The document is cut between two items of its list of
// workloads, where no scalar and no bracket can be open: if one is, its piece does not compose. It
// returns nil where the document has no such places, or any piece is not sound by itself; the whole
// then says what is wrong. What it returns is what composing the whole would (TestPieces).
func composePieces(text []byte) *yaml.Node {
	pieces := cut(text, max(runtime.GOMAXPROCS(0), 2))
	if len(pieces) < 2 {
		return nil
	}
	roots := make([]*yaml.Node, len(pieces))
	var group sync.WaitGroup
	for i, p := range pieces {
		group.Go(func() { roots[i] = p.compose() })
	}
	group.Wait()

	head := roots[0]
	if head == nil || head.Kind != yaml.MappingNode {
		return nil
	}
	workloads := head.Content[len(head.Content)-1]
	if head.Content[len(head.Content)-2].Value != workloadsKey || workloads.Kind != yaml.SequenceNode {
		return nil
	}
	for i, root := range roots[1:] {
		switch {
		case root == nil:
			return nil
		case root.Kind == yaml.SequenceNode && !pieces[i+1].tail:
			workloads.Content = append(workloads.Content, root.Content...)
		case root.Kind == yaml.MappingNode && pieces[i+1].tail:
			head.Content = append(head.Content, root.Content...)
		default:
			return nil
		}
	}
	return head
}

const workloadsKey = "workloads"

// piece is a part of a document that is a document by itself.
type piece struct {
	text  []byte
	lines int  // before it
	tail  bool // the keys after the list, not a part of the list
}

// cut divides a document into its beginning with the first workloads, about n-1 further lists of
// workloads, and the keys after the list, if there are any.
func cut(text []byte, n int) []piece {
	key := bytes.Index(text, []byte("\n"+workloadsKey+":\n"))
	if key < 0 {
		return nil
	}
	start := key + len("\n"+workloadsKey+":\n")
	indent := len(text[start:]) - len(bytes.TrimLeft(text[start:], " "))
	item := append(append([]byte("\n"), bytes.Repeat([]byte(" "), indent)...), "- "...)
	if !bytes.HasPrefix(text[start-1:], item) {
		return nil
	}
	end := start + listLength(text[start:])
	size := max((end-start)/n, minPieceBytes)
	var pieces []piece
	from, lines := 0, 0
	add := func(to int, tail bool) {
		pieces = append(pieces, piece{text[from:to], lines, tail})
		lines += bytes.Count(text[from:to], []byte("\n"))
		from = to
	}
	for at := start + size; at < end-size/2; at = from + size {
		next := bytes.Index(text[at:end], item)
		if next < 0 {
			break
		}
		add(at+next+1, false)
	}
	add(end, false)
	if end < len(text) {
		add(len(text), true)
	}
	return pieces
}

// listLength is where the list ends: at a line that starts with neither a space, a dash nor a comment.
func listLength(text []byte) int {
	for at := 0; at < len(text); {
		if !bytes.ContainsRune([]byte(" -#\r\n"), rune(text[at])) {
			return at
		}
		next := bytes.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return len(text)
}

// compose returns the root of the piece, with the lines of the whole, or nil where it is not one
// sound document.
func (p piece) compose() *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(p.text))
	if err != nil {
		return nil
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil || loader.Load(&second) == nil {
		return nil
	}
	if err := loader.Load(&second); !errors.Is(err, io.EOF) {
		return nil
	}
	root := document.Content[0]
	addLines(root, p.lines)
	return root
}

func addLines(n *yaml.Node, lines int) {
	n.Line += lines
	for _, child := range n.Content {
		addLines(child, lines)
	}
}
