package templates

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"onair/internal/finding"
)

// action matches an action of a template, from {{ to }}.
var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// inlineCode reports the scripts, styles and event handlers inside a template, because
// browsers ignore them under the policy of the pages. It replaces the template's
// actions first, because they are not HTML.
func inlineCode(file string, source []byte) (found finding.List) {
	plain := action.ReplaceAllFunc(source, func(a []byte) []byte {
		return bytes.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return 'x'
		}, a)
	})
	z := html.NewTokenizer(bytes.NewReader(plain))
	offset := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return found
		}
		start := offset
		offset += len(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		raw := string(z.Raw())
		report := func(at int, what string) {
			line := 1 + bytes.Count(plain[:start+at], []byte("\n"))
			column := start + at - bytes.LastIndexByte(plain[:start+at], '\n')
			found.Add(ruleInline.At(finding.Position{File: file, Line: line, Column: column}, "%s", what))
		}
		token := z.Token()
		place := func(name string) int { return max(0, strings.Index(strings.ToLower(raw), name)) }
		scripted, data := false, false
		for _, a := range token.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case a.Key == "src":
				scripted = true
			case a.Key == "type":
				data = value != "" && value != "module" && !strings.Contains(value, "javascript")
			case a.Key == "style":
				report(place("style"), "the browser ignores style attributes")
			case strings.HasPrefix(a.Key, "on") && len(a.Key) > 2:
				report(place(a.Key), "the browser never calls "+a.Key)
			case strings.HasPrefix(value, "javascript:"):
				report(place(a.Key), "the browser runs no javascript: address")
			}
		}
		switch {
		case token.Data == "style":
			report(0, "the browser ignores <style>")
		case token.Data == "script" && !scripted && !data:
			report(0, "the browser runs no script inside a page")
		}
	}
}
