package source

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"onair/internal/finding"
)

// Limits of a YAML document. Files of a show may come from pull requests, so their
// size and structure are untrusted.
const (
	MaxFile     = 1 << 20 // bytes of show.yaml, people.yaml, sponsors.yaml, episode.md
	maxDepth    = 32      // depth of nested flow collections
	maxIndent   = 100     // column of a list's dash, which limits the depth of nested lists
	maxKeys     = 10_000  // keys of one map; the parser's time grows with the square of their number
	maxWork     = maxKeys * maxKeys / 2
	MaxFindings = 200 // findings of one file; one more says that others follow
	MaxText     = 64 << 10
)

// kind is the shape of a node.
type kind int

const (
	null kind = iota
	Scalar
	list
	Map
)

func (k kind) String() string { return [...]string{"nothing", "text", "a list", "a map"}[k] }

// Node is a value in a YAML file. The decoder uses only nodes, so that only this file
// depends on the YAML library.
type Node struct {
	Kind    kind
	Pos     finding.Position
	Text    string // text of a scalar: as written if plain, otherwise unescaped
	plain   bool   // whether a scalar is written without quotes, and not as a block
	Block   bool   // whether a scalar is written as a block after | or >
	Flow    bool   // whether a list is in brackets, or a map in braces
	cut     string // the comment after a plain scalar, if it looks like text, such as #4
	items   []*Node
	Entries []entry
}

// entry is a key of a map and its value.
type entry struct {
	Key   *Node
	Value *Node
	Bare  bool // whether the key has no colon, which only a flow map allows
}

// ParseYAML reads one document. line0 is the number of lines before it, so that
// positions are those in the file. root is nil if the document is empty or broken.
func ParseYAML(file string, data string, line0 int, found *finding.List) (root *Node, broken bool) {
	r := reader{file: file, lines: strings.Split(data, "\n"), line0: line0, found: found}
	tokens := lexer.Tokenize(data)
	if !r.rejectUnsupported(tokens) {
		return nil, true
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntaxError(err)
		return nil, true
	}
	var body ast.Node
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			found.Add(ruleYAMLFeature.At(r.node(doc.Body).Pos, "a second YAML document; this file holds one"))
			return nil, true
		}
		body = doc.Body
	}
	if body == nil {
		return nil, false
	}
	return r.node(body), false
}

// reader converts the library's tree to nodes.
type reader struct {
	file   string
	lines  []string
	line0  int
	found  *finding.List
	cursor cursor
}

// cursor is a place in a line, counted in characters and in bytes. The search for the
// next place starts there, so that finding all places of a long line takes time in
// proportion to its length.
type cursor struct {
	line, characters, bytes int
}

// seek moves to a column of a line, counted in characters from 1, or to the end of a
// shorter line. It returns the column in bytes.
func (c *cursor) seek(line int, text string, column int) int {
	if c.line != line {
		*c = cursor{line: line}
	}
	for c.characters < column-1 && c.bytes < len(text) {
		_, size := utf8.DecodeRuneInString(text[c.bytes:])
		c.characters++
		c.bytes += size
	}
	for c.characters > max(column-1, 0) {
		_, size := utf8.DecodeLastRuneInString(text[:c.bytes])
		c.characters--
		c.bytes -= size
	}
	return c.bytes + 1
}

// at converts the position of a token. The library counts columns in characters.
func (r *reader) at(t *token.Token) finding.Position {
	if t == nil || t.Position == nil {
		return finding.Position{File: r.file}
	}
	line, column := t.Position.Line, t.Position.Column
	if line >= 1 && line <= len(r.lines) {
		column = r.cursor.seek(line, r.lines[line-1], column)
	}
	return finding.Position{File: r.file, Line: line + r.line0, Column: max(column, 1)}
}

// rejectUnsupported reports YAML that no show needs and that is expensive or
// surprising. It runs before a tree is built, because the parser's time grows with
// the square of the depth and of the keys of a map, and an alias can expand to
// gigabytes.
func (r *reader) rejectUnsupported(tokens token.Tokens) bool {
	depth := 0
	var keys keyCounter
	for _, t := range tokens {
		refuse := func(hint, format string, args ...any) bool {
			r.found.Add(ruleYAMLFeature.At(r.at(t), format, args...).WithHint(hint))
			return false
		}
		switch t.Type {
		case token.AnchorType, token.AliasType:
			return refuse("quote the value if this is text: "+Quote(t.Value+nextText(t)), "%s starts a YAML anchor or alias, which onair does not read", ShortQuote(t.Value))
		case token.TagType:
			return refuse("quote the value if this is text: "+Quote(t.Value+nextText(t)), "%s is a YAML tag, which onair does not read", ShortQuote(t.Value))
		case token.MergeKeyType:
			return refuse("write the keys out", "a YAML merge key, which onair does not read")
		case token.MappingKeyType:
			return refuse("write “key: value”", "a YAML complex key, which onair does not read")
		case token.DirectiveType:
			return refuse("quote the value if this is text", "a YAML directive, which onair does not read")
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.MappingValueType:
			if depth == 0 && keys.add(t) > maxWork { // keys in braces are cheap and do not count
				return refuse("", "too many keys; one map may have up to %d", maxKeys)
			}
		}
		if depth > maxDepth || t.Type == token.SequenceEntryType && t.Position.Column > maxIndent {
			return refuse("", "nested too deeply")
		}
	}
	return true
}

// TooManyKeys reports whether parsing a YAML document takes too long because of the
// number of keys in one map.
func TooManyKeys(data string) bool {
	depth := 0
	var keys keyCounter
	for _, t := range lexer.Tokenize(data) {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.MappingValueType:
			if depth == 0 && keys.add(t) > maxWork {
				return true
			}
		}
	}
	return false
}

// keyCounter counts the keys of each open map that is not in braces. A map is identified
// by the column of its keys. The columns increase, because a key ends the maps that are
// further to the right.
type keyCounter struct {
	open []struct{ column, keys int }
	work int // sum of the costs of all keys; the n-th key of a map costs n
}

// add counts the key before a colon, and returns the work so far.
func (c *keyCounter) add(colon *token.Token) int {
	column := colon.Position.Column
	if colon.Prev != nil {
		column = colon.Prev.Position.Column
	}
	for len(c.open) > 0 && c.open[len(c.open)-1].column > column {
		c.open = c.open[:len(c.open)-1]
	}
	if last := len(c.open) - 1; last < 0 || c.open[last].column < column {
		c.open = append(c.open, struct{ column, keys int }{column: column})
	}
	last := &c.open[len(c.open)-1]
	last.keys++
	c.work += last.keys
	return c.work
}

// nextText returns the text that follows t on the same line, for a hint.
func nextText(t *token.Token) string {
	n := t.Next
	if n == nil || n.Position.Line != t.Position.Line || n.Type == token.CommentType {
		return ""
	}
	if t.Type == token.TagType {
		return " " + n.Value
	}
	return n.Value
}

// node converts one node of the library's tree.
func (r *reader) node(n ast.Node) *Node {
	out := &Node{Pos: r.at(n.GetToken())}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.Kind, out.Flow = Map, n.IsFlowStyle
		for _, v := range n.Values {
			out.Entries = append(out.Entries, r.entry(v, n.IsFlowStyle))
		}
		if len(out.Entries) > 0 && !out.Flow {
			out.Pos = out.Entries[0].Key.Pos // the library gives a map the position of its first colon
		}
	case *ast.MappingValueNode:
		e := r.entry(n, false)
		out.Kind, out.Pos, out.Entries = Map, e.Key.Pos, []entry{e}
	case *ast.SequenceNode:
		out.Kind, out.Flow = list, n.IsFlowStyle
		for _, v := range n.Values {
			out.items = append(out.items, r.node(v))
		}
	case *ast.NullNode:
		out.Text = n.Token.Value
	case *ast.LiteralNode:
		out.Kind, out.Block, out.Text = Scalar, true, n.Value.Value
	case *ast.StringNode:
		out.Kind, out.Text = Scalar, n.Value
		if n.Token.Type != token.DoubleQuoteType && n.Token.Type != token.SingleQuoteType {
			out.plain, out.cut = true, cutComment(n.Token)
			if strings.Contains(out.Text, ": ") { // the library accepts this within braces
				r.found.Add(ruleYAML.At(out.Pos, "a colon inside unquoted text").WithHint("quote it, or put a comma before the next key: " + Quote(out.Text)))
			}
		}
	default: // numbers, booleans, infinities: the decoder interprets them
		out.Kind, out.plain, out.Text = Scalar, true, n.GetToken().Value
	}
	return out
}

// entry converts one key and its value.
func (r *reader) entry(v *ast.MappingValueNode, flow bool) entry {
	key, value := r.node(v.Key), r.node(v.Value)
	if value.Kind == null && value.Text == "null" && v.Value.GetToken().Type == token.ImplicitNullType {
		value.Pos = key.Pos // an absent value has no position
	}
	return entry{Key: key, Value: value, Bare: flow && v.Start != nil && v.Start.Type != token.MappingValueType}
}

// cutComment returns the comment after a plain scalar if it looks like the rest of
// the text, as #4 does and "# a remark" does not.
func cutComment(t *token.Token) string {
	c := t.Next
	if c == nil || c.Type != token.CommentType || c.Position.Line != t.Position.Line {
		return ""
	}
	if c.Value == "" || strings.ContainsAny(c.Value[:1], " \t#!") {
		return ""
	}
	text, _, _ := strings.Cut(c.Value, " #")
	return "#" + strings.TrimRight(text, " \t")
}

// syntaxError reports the error at which the library stopped, with a hint for the
// most common mistakes.
func (r *reader) syntaxError(err error) {
	var located yaml.Error
	if !errors.As(err, &located) {
		r.found.Add(ruleYAML.At(finding.Position{File: r.file}, "not valid YAML: %s", firstLine(err.Error())))
		return
	}
	t := located.GetToken()
	message, hint := explainSyntax(located.GetMessage(), r.line(t))
	r.found.Add(ruleYAML.At(r.at(t), "%s", message).WithHint(hint))
}

func (r *reader) line(t *token.Token) string {
	if t == nil || t.Position.Line < 1 || t.Position.Line > len(r.lines) {
		return ""
	}
	return r.lines[t.Position.Line-1]
}

// explainSyntax translates the library's message about a line into one that a podcaster
// understands, with a hint.
func explainSyntax(message, line string) (text, hint string) {
	key, value, ok := strings.Cut(line, ": ")
	key = strings.TrimLeft(key, " -")
	value, _, _ = strings.Cut(strings.TrimSpace(value), " #")
	value = strings.TrimSpace(value)
	braces := strings.Contains(line, "{")
	plain := ok && value != "" && !braces && !strings.ContainsAny(value[:1], `"'|>{[`)
	has := func(s string) bool { return strings.Contains(message, s) }
	switch {
	case strings.HasPrefix(line, "<<<<<<<"), strings.HasPrefix(line, "======="), strings.HasPrefix(line, ">>>>>>>"):
		return "an unresolved merge conflict", "resolve it and delete the markers"
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"), has("tab character"):
		return "a tab where YAML wants spaces", "indent with spaces"
	case plain && strings.ContainsAny(value[:1], "@`%-*&!?,]}"):
		return fmt.Sprintf("unquoted text cannot start with %q", value[:1]), "quote it: " + key + ": " + Quote(value)
	case plain && has("mapping value is not allowed"):
		return fmt.Sprintf("a colon inside the unquoted text of %s", ShortQuote(key)), "quote it: " + key + ": " + Quote(value)
	case has("mapping value is not allowed"):
		return "a colon inside unquoted text", "quote the text"
	case strings.HasPrefix(value, "'") && strings.Count(value, "'") > 2:
		return "an apostrophe ends the quoted text", "double the apostrophe, or use double quotes"
	case braces && strings.Count(line, "{") > 1 && has("must be specified"):
		return "braces inside unquoted text in a map", `quote it: "~/masters/{slug}.mp3"`
	case has("must be specified"), has("not found"), has("could not find flow map"):
		return "a bracket or brace is not closed", "look at this line and those above"
	case has("could not find end character"):
		return "a quote is not closed", ""
	case has("value is not allowed in this context"):
		return "unexpected text", "a quote or an indentation is wrong here or above"
	case has("unexpected key name"):
		return "a key without a colon and a space behind it", "write “key: value”"
	}
	return "not valid YAML: " + firstLine(message), ""
}
