package templates

import (
	"bytes"
	"html/template"
	"io"
	"strings"
	"text/template/parse"
)

// foldWords replaces actions that have the same text on every page, such as
// {{word "play"}}, by their escaped text. A page has about sixty of them, and html/template
// calls two functions by reflection for each: without foldWords the pages of an example
// show take a half more time and memory. html/template must not have executed the set yet.
//
// html/template escapes a set by adding functions that escape to the actions of its trees,
// those that fit the place of each action. foldWords changes the trees after that, and only
// actions that have such a function, so a template that html/template has not reached yet
// stays as it is and is escaped later.
func foldWords(set *template.Template) {
	const name = "one action"
	one := template.Must(set.New(name).Parse("-"))
	// html/template adds the functions that escape when it first executes a template.
	// Without data the execution stops soon.
	for _, name := range []string{name, "base.html", "row.html"} {
		_ = set.ExecuteTemplate(io.Discard, name, nil)
	}
	for _, t := range set.Templates() {
		if t.Tree != nil && t != one {
			foldList(t.Tree.Root, one)
		}
	}
}

// foldList replaces actions in a list. The template one executes single actions.
func foldList(l *parse.ListNode, one *template.Template) {
	if l == nil {
		return
	}
	var nodes []parse.Node
	for _, node := range l.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			if text, ok := textOf(n, one); ok {
				node = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: text}
			}
		case *parse.IfNode:
			foldBranch(&n.BranchNode, one)
		case *parse.RangeNode:
			foldBranch(&n.BranchNode, one)
		case *parse.WithNode:
			foldBranch(&n.BranchNode, one)
		}
		if !joinText(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	l.Nodes = nodes
}

func foldBranch(b *parse.BranchNode, one *template.Template) {
	foldList(b.List, one)
	foldList(b.ElseList, one)
}

// textOf returns the text of an action that has the same text on every page. An action that
// fails has none, so that only pages that execute it fail.
func textOf(n *parse.ActionNode, one *template.Template) ([]byte, bool) {
	if !isConstant(n.Pipe) {
		return nil, false
	}
	var text bytes.Buffer
	one.Tree.Root.Nodes = []parse.Node{n}
	err := one.Execute(&text, nil)
	return text.Bytes(), err == nil
}

// joinText appends a text to the last of the nodes. It reports false if one of the two is
// not a text.
func joinText(nodes []parse.Node, node parse.Node) bool {
	if len(nodes) == 0 {
		return false
	}
	last, ok := nodes[len(nodes)-1].(*parse.TextNode)
	text, ok2 := node.(*parse.TextNode)
	if ok && ok2 {
		last.Text = append(last.Text, text.Text...)
	}
	return ok && ok2
}

// isConstant reports whether a pipeline calls word with constants, and then functions with
// which html/template escapes, at least one.
func isConstant(p *parse.PipeNode) bool {
	if len(p.Decl) > 0 || len(p.Cmds) < 2 {
		return false
	}
	for i, c := range p.Cmds {
		function, ok := c.Args[0].(*parse.IdentifierNode)
		if !ok || i == 0 && function.Ident != "word" || i > 0 && !strings.HasPrefix(function.Ident, "_html_template_") {
			return false
		}
		for _, arg := range c.Args[1:] {
			switch arg.(type) {
			case *parse.StringNode, *parse.NumberNode:
			default:
				return false
			}
		}
	}
	return true
}
