package importer

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// plainBlockOf writes a block as lines of text, with links and images.
func plainBlockOf(n *html.Node) string {
	var w plainWriter
	w.node(n)
	w.flush()
	return strings.Join(w.paragraphs, "\n\n")
}

type plainWriter struct {
	paragraphs []string
	line       strings.Builder
	code       bool // whether a block of code is open, whose lines become paragraphs
}

func (w *plainWriter) flush() {
	if text := strings.TrimSpace(w.line.String()); text != "" {
		w.paragraphs = append(w.paragraphs, startEscaped(text))
	}
	w.line.Reset()
}

func (w *plainWriter) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode && w.code:
		for i, text := range strings.Split(n.Data, "\n") {
			if i > 0 {
				w.flush()
			}
			w.line.WriteString(escaped(text))
		}
		return
	case n.Type == html.TextNode:
		w.line.WriteString(escaped(strings.Join(fieldsKept(n.Data), " ")))
		return
	case n.Type != html.ElementNode:
		return
	case blockTags[n.Data]:
		w.flush()
		before := w.code
		w.code = before || n.Data == "pre"
		for c := range n.ChildNodes() {
			w.node(c)
		}
		w.flush()
		w.code = before
		return
	case n.Data == "img":
		w.line.WriteString(imageOf(n))
	case n.Data == "a" && shownLink(attr(n, "href")):
		text := linkText(n)
		trimmed := strings.TrimSpace(text)
		before, after, _ := strings.Cut(text, trimmed)
		fmt.Fprintf(&w.line, "%s[%s](%s)%s", before, trimmed, destination(attr(n, "href")), after)
		return
	}
	for c := range n.ChildNodes() {
		w.node(c)
	}
}

func imageOf(n *html.Node) string {
	return fmt.Sprintf("![%s](%s)", textEscaper.Replace(line(attr(n, "alt"))), destination(attr(n, "src")))
}

// linkText returns the text and images of a link, with spaces around blocks. Addresses in
// the text do not become links, because a link cannot contain another.
func linkText(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return textEscaper.Replace(strings.Join(fieldsKept(n.Data), " "))
	case n.Data == "img":
		return imageOf(n)
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(linkText(c))
	}
	if blockTags[n.Data] {
		return " " + b.String() + " "
	}
	return b.String()
}

// fieldsKept returns the words of a text. Empty words stand for white space at its ends.
func fieldsKept(s string) []string {
	words := strings.Fields(s)
	if len(words) == 0 {
		if s == "" {
			return nil
		}
		return []string{"", ""}
	}
	if strings.TrimLeftFunc(s, unicode.IsSpace) != s {
		words = append([]string{""}, words...)
	}
	if strings.TrimRightFunc(s, unicode.IsSpace) != s {
		words = append(words, "")
	}
	return words
}

var (
	entity             = regexp.MustCompile(`&(#?[A-Za-z0-9]+;)`)
	destinationEscaper = strings.NewReplacer(`\`, `\\`, "<", `\<`, ">", `\>`)
)

// needsBrackets reports whether a destination with the character has to be in angle
// brackets.
func needsBrackets(r rune) bool {
	return strings.ContainsRune(` \<>()`, r) || unicode.Is(unicode.C, r)
}

// destination returns an address as the destination of a link or an image.
func destination(href string) string {
	href = entity.ReplaceAllString(address(href), "&amp;$1")
	if href == "" || strings.ContainsFunc(href, needsBrackets) {
		return "<" + destinationEscaper.Replace(href) + ">"
	}
	return href
}

var (
	textEscaper = strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "&", `\&`, "#", `\#`, "~", `\~`, "|", `\|`, "!", `\!`)
	bareAddress = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]']|\bwww\.[^\s<>"]*[^\s<>".,;:!?)\]']`)
	emailForm   = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	lineStart   = regexp.MustCompile(`^([-+=]|\d{1,9}[.)])`)
)

// bareAddresses returns the start and the end of each address in a text. An address may
// end with a parenthesis only if it has the other one too.
func bareAddresses(text string) [][]int {
	list := bareAddress.FindAllStringIndex(text, -1)
	for _, at := range list {
		for strings.HasPrefix(text[at[1]:], ")") && strings.Count(text[at[0]:at[1]], "(") > strings.Count(text[at[0]:at[1]], ")") {
			at[1]++
		}
	}
	return list
}

// escaped returns Markdown that shows the text. It writes addresses as links, because
// apps would link them anyway.
func escaped(text string) string {
	var b strings.Builder
	done := 0
	for _, at := range bareAddresses(text) {
		b.WriteString(textEscaper.Replace(text[done:at[0]]))
		if shown := text[at[0]:at[1]]; strings.HasPrefix(shown, "www.") {
			b.WriteString("[" + textEscaper.Replace(shown) + "](" + destination("http://"+shown) + ")")
		} else {
			b.WriteString("<" + shown + ">")
		}
		done = at[1]
	}
	b.WriteString(textEscaper.Replace(text[done:]))
	return b.String()
}

// startEscaped escapes the start of a text that would begin a list or a heading.
func startEscaped(text string) string {
	m := lineStart.FindString(text)
	if m == "" {
		return text
	}
	return m[:len(m)-1] + `\` + text[len(m)-1:]
}

// plainNotes converts plain text to Markdown that keeps its lines. If possible, it gives
// the same Markdown as the HTML that onair writes for this text into a feed.
func plainNotes(text string) rendered {
	var paragraphs, marked []string
	for _, p := range blankLines.Split(strings.TrimSpace(strings.Map(printable, text)), -1) {
		var lines, escapes []string
		for l := range strings.SplitSeq(p, "\n") {
			if l = strings.Join(strings.Fields(l), " "); l != "" {
				lines = append(lines, html.EscapeString(l))
				escapes = append(escapes, startEscaped(escaped(l)))
			}
		}
		marked = append(marked, "<p>"+strings.Join(lines, "<br>")+"</p>")
		paragraphs = append(paragraphs, strings.Join(escapes, "\\\n"))
	}
	body := parse(strings.Join(marked, "\n"))
	md, _ := markdownOf(body, takesAsterisks)
	if r := render(strings.ReplaceAll(md, "  \n", "\\\n")); r.shows(body) {
		return r
	}
	return render(strings.Join(paragraphs, "\n\n"))
}

var blankLines = regexp.MustCompile(`\n\s*\n`)
