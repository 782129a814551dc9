// Package translate finds the texts to translate in a transcript, and builds the
// translated transcript from the answers of a translator.
//
// Only text is translated. Labels, stamps, tags, links, code and HTML stay as they are. In
// the text that is sent, a token such as ⟦1⟧ stands for each part that is not translated,
// and the translation has to contain the same token.
//
// A record beside the translation, transcript.es.source.json, has the hashes of each turn
// and of its translation. It shows which turns have changed and have to be translated
// again, and which translations people have edited.
package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Term is a word with a fixed translation. An empty Target keeps the word.
type Term struct{ Source, Target string }

// span is a part of a text that is not translated.
type span struct {
	source, target string
	stamp          bool
}

// line is a line of Markdown.
type line struct {
	prefix string // marks of a list or quote, label, stamps and tags at the start
	text   string // the text, with tokens for its spans
	spans  []span
	after  string // white space up to the next line
}

// turn is the lines of a turn.
type turn []line

// document is a transcript.
type document struct {
	head  string // front matter
	turns []turn
}

var (
	// label matches the start of a turn.
	label = regexp.MustCompile(`^\*\*[^*\n]{1,80}:\*\*`)
	// prefixes matches everything before the text of a line.
	prefixes = regexp.MustCompile(`^[ \t]*(?:(?:>|[-*+]|[0-9]{1,9}\.|#{1,6})[ \t]+)*(?:\*\*[^*\n]{1,80}:\*\*[ \t]*)?(?:\\\[[^\]\n]*\\\][ \t]*(?:(?:to[ \t]+)?\\\[[^\]\n]*\\\][ \t]*)*)?`)
	// protected matches the parts of a text that are not translated.
	protected = regexp.MustCompile("\\\\\\[[^\\]\\n]*\\\\\\]|`+[^`\\n]+`+|\\]\\([^)\\n]*\\)|!?\\[|<[^>\\s][^>\\n]*>|https?://[^\\s<>)\\]]+|\\\\[!-/:-@\\[-`{-~]|&#?[0-9A-Za-z]+;|[*_~]+|[\\][⟦⟧]")
	// stamp matches a tag that has a time.
	stamp = regexp.MustCompile(`^\\\[[^\]]*\d:\d\d[^\]]*\\\]$`)
	token = regexp.MustCompile(`⟦\d+⟧`)
	fence = regexp.MustCompile("^[ \t]*(```|~~~)")
)

// parse splits a transcript. Terms in its text become spans.
func parse(src []byte, terms []Term) *document {
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	d := &document{}
	if strings.HasPrefix(text, "---\n") {
		if i := strings.Index(text[3:], "\n---\n"); i >= 0 {
			d.head, text = text[:3+i+5], text[3+i+5:]
			d.head += text[:len(text)-len(strings.TrimLeft(text, "\n"))]
			text = strings.TrimLeft(text, "\n")
		}
	}
	words := termPattern(terms)
	fenced := false
	for text != "" {
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			end = len(text)
		}
		raw := text[:end]
		rest := strings.TrimLeft(text[end:], "\n")
		l := line{after: text[end : len(text)-len(rest)]}
		text = rest
		isFence := fence.MatchString(raw)
		if fenced || isFence {
			l.prefix = raw // code is not translated
		} else {
			l.read(raw, words, terms)
		}
		if isFence {
			fenced = !fenced
		}
		if len(d.turns) == 0 || label.MatchString(raw) && !fenced {
			d.turns = append(d.turns, nil)
		}
		last := len(d.turns) - 1
		d.turns[last] = append(d.turns[last], l)
	}
	return d
}

// termPattern returns a pattern that matches terms as whole words, the longest first.
func termPattern(terms []Term) *regexp.Regexp {
	if len(terms) == 0 {
		return nil
	}
	var all []string
	for _, t := range terms {
		all = append(all, regexp.QuoteMeta(t.Source))
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return regexp.MustCompile(`\b(?:` + strings.Join(all, "|") + `)\b`)
}

// read splits a line into its prefix and its text with tokens.
func (l *line) read(raw string, words *regexp.Regexp, terms []Term) {
	l.prefix = prefixes.FindString(raw)
	rest := raw[len(l.prefix):]
	at := 0
	add := func(text string) { // adds text in which only terms become spans
		for words != nil {
			found := words.FindStringIndex(text)
			if found == nil {
				break
			}
			l.text += text[:found[0]]
			word := text[found[0]:found[1]]
			target := word
			if i := slices.IndexFunc(terms, func(t Term) bool { return t.Source == word }); i >= 0 && terms[i].Target != "" {
				target = terms[i].Target
			}
			l.token(span{source: word, target: target})
			text = text[found[1]:]
		}
		l.text += text
	}
	for _, found := range protected.FindAllStringIndex(rest, -1) {
		add(rest[at:found[0]])
		s := rest[found[0]:found[1]]
		l.token(span{s, s, stamp.MatchString(s)})
		at = found[1]
	}
	add(rest[at:])
}

func (l *line) token(s span) {
	l.spans = append(l.spans, s)
	l.text += "⟦" + strconv.Itoa(len(l.spans)) + "⟧"
}

// speaks reports whether a line has words to translate.
func (l *line) speaks() bool {
	return strings.ContainsFunc(token.ReplaceAllString(l.text, ""), unicode.IsLetter)
}

// fill replaces the tokens of a text by the spans for which they stand.
func (l *line) fill(text string) string {
	return token.ReplaceAllStringFunc(text, func(t string) string {
		n, err := strconv.Atoi(strings.Trim(t, "⟦⟧"))
		if err != nil || n < 1 || n > len(l.spans) {
			return t
		}
		return l.spans[n-1].target
	})
}

// texts returns the texts of a turn that are translated.
func (t turn) texts() (list []string) {
	for i := range t {
		if t[i].speaks() {
			list = append(list, t[i].text)
		}
	}
	return list
}

// hash identifies the text of a turn. It does not depend on labels and times.
func (t turn) hash() string {
	sum := sha256.New()
	for i := range t {
		l := &t[i]
		text := token.ReplaceAllStringFunc(l.text, func(tok string) string {
			n, err := strconv.Atoi(strings.Trim(tok, "⟦⟧"))
			if err != nil || n < 1 || n > len(l.spans) || l.spans[n-1].stamp {
				return "⟦⟧"
			}
			return l.spans[n-1].source
		})
		fmt.Fprintf(sum, "%q\n", text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// kindOf returns the label or the code fence at the start of a line, or an empty string.
func kindOf(line string) string { return label.FindString(line) + fence.FindString(line) }

// compose returns a turn with translated texts.
func (t turn) compose(texts []string) string {
	var b strings.Builder
	for i := range t {
		l := &t[i]
		text := l.fill(l.text)
		if l.speaks() {
			answer := l.fill(l.escape(texts[0]))
			if texts = texts[1:]; kindOf(l.prefix+answer) == kindOf(l.prefix+text) {
				text = answer
			}
		}
		b.WriteString(l.prefix + text + l.after)
	}
	return b.String()
}

// markup matches markup that a translator added. In the texts that were sent, tokens stand
// for markup.
var markup = regexp.MustCompile("[*_~`\\\\<\\[\\]]|&(?:#?[0-9A-Za-z]+;)|[⟦⟧]")

// block matches the start of a paragraph that Markdown would read as a list, a heading or
// a quote.
var block = regexp.MustCompile(`^([-+#>]|[0-9]+[.)]( |$))`)

// escape returns the answer of a translator with its markup escaped, replaced or removed.
// It keeps the tokens of the line.
func (l *line) escape(answer string) string {
	answer = strings.Join(strings.FieldsFunc(answer, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	var b strings.Builder
	at := 0
	plain := func(text string) {
		b.WriteString(markup.ReplaceAllStringFunc(text, func(s string) string {
			switch s {
			case "⟦", "⟧":
				return ""
			case "[": // "\[" would open a stamp
				return "("
			case "]":
				return ")"
			}
			return `\` + s
		}))
	}
	for _, found := range token.FindAllStringIndex(answer, -1) {
		plain(answer[at:found[0]])
		if l.fill(answer[found[0]:found[1]]) != answer[found[0]:found[1]] {
			b.WriteString(answer[found[0]:found[1]])
		}
		at = found[1]
	}
	plain(answer[at:])
	text := b.String()
	if l.prefix == "" && block.MatchString(text) {
		digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
		text = text[:digits] + `\` + text[digits:]
	}
	return text
}

// keep returns the Markdown of an earlier translation of the turn. If the translation has
// as many lines as the turn, its labels and stamps become those of the turn.
func (t turn) keep(translated turn) string {
	var b strings.Builder
	same := len(t) == len(translated)
	for i := range translated {
		l := translated[i]
		if same {
			l.prefix, l.after = t[i].prefix, t[i].after
			var now []span
			for _, s := range t[i].spans {
				if s.stamp {
					now = append(now, s)
				}
			}
			var was []int
			for k, s := range l.spans {
				if s.stamp {
					was = append(was, k)
				}
			}
			for k := range was {
				if len(was) == len(now) {
					l.spans[was[k]] = now[k]
				}
			}
		}
		b.WriteString(l.prefix + l.fill(l.text) + l.after)
	}
	return b.String()
}

// Intact reports whether an answer has the same tokens as the text that was asked for, in
// the same order.
func Intact(asked, answer string) bool {
	return strings.TrimSpace(answer) != "" && slices.Equal(token.FindAllString(asked, -1), token.FindAllString(answer, -1))
}

// Fragments splits a text at its tokens, so that a translator that loses tokens can
// translate the parts one by one. It returns the parts that have letters, and a function
// that joins their translations.
func Fragments(asked string) (texts []string, join func([]string) string) {
	places := token.FindAllStringIndex(asked, -1)
	var parts []string // all parts, including those without letters, which are not translated
	at := 0
	for _, p := range append(places, []int{len(asked), len(asked)}) {
		part := asked[at:p[0]]
		parts = append(parts, part)
		if strings.ContainsFunc(part, unicode.IsLetter) {
			texts = append(texts, strings.TrimSpace(part))
		}
		at = p[1]
	}
	return texts, func(answers []string) string {
		var b strings.Builder
		for i, part := range parts {
			if strings.ContainsFunc(part, unicode.IsLetter) {
				trimmed := strings.TrimSpace(part)
				lead := strings.Index(part, trimmed)
				part, answers = part[:lead]+strings.TrimSpace(answers[0])+part[lead+len(trimmed):], answers[1:]
			}
			b.WriteString(part)
			if i < len(places) {
				b.WriteString(asked[places[i][0]:places[i][1]])
			}
		}
		return b.String()
	}
}
