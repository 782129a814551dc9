package check

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"onair/feed/tree"
)

// numberForms are the ways in which titles give the number of an episode.
var numberForms = sync.OnceValue(func() []numberForm {
	const (
		episode = `(?:ep(?:isode|isodio|\.)?|folge|aflevering|avsnitt|odcinek|[ée]pisode)`
		season  = `(?:s|season|staffel|saison|temporada|seizoen|säsong|sezon)\s?[0-9]{1,3}\s?[:.,|–—-]?\s?(?:e|` + episode + `)`
		number  = `\s*#?\s*0*([0-9]{1,5})`
	)
	var forms []numberForm
	for _, f := range []struct {
		form string
		kind int
	}{
		{`^(?:` + season + `|` + episode + `|no\.|nr\.)` + number + `\b`, anyNumber},
		{`^#\s?0*([0-9]{1,5})\b`, anyNumber},
		{`^[\[(【]?[第제]\s?0*([0-9]{1,5})\s?[集期回话話章화회]`, anyNumber},
		{`^0*([0-9]{1,5})\s?(?:[:.|–—-]\s|[:|])`, sameNumber},
		{`^[\[(]#?0*([0-9]{1,5})[\])]`, sameNumber},
		{`[\s\[(|,:–—-](?:` + season + `|` + episode + `)` + number + `\s*(?:$|[\]):|–—-])`, otherNumber},
		{`[\s\[(]#\s?0*([0-9]{1,5})[\])]?$`, otherNumber},
		{`[\s\[(](?:no|nr)\.\s?0*([0-9]{1,5})[\])]?$`, sameNumber},
	} {
		forms = append(forms, numberForm{regexp.MustCompile(`(?i)` + f.form), f.kind})
	}
	return forms
})

// numberForm is a way to give a number in a title. kind says which numbers count as the
// number of the episode.
type numberForm struct {
	*regexp.Regexp
	kind int
}

const (
	anyNumber   = iota // any number counts
	otherNumber        // the number of the episode counts, or any number if the episode has none
	sameNumber         // only the number of the episode counts; another may be part of the title
)

// hasNumber reports whether a title has a number that counts as the number of the
// episode.
func hasNumber(title, number string) bool {
	if !strings.ContainsAny(title, "0123456789") {
		return false
	}
	number = strings.TrimLeft(number, "0")
	for _, f := range numberForms() {
		m := f.FindStringSubmatchIndex(title)
		if m == nil || !strings.ContainsFunc(title[:m[0]]+title[m[1]:], unicode.IsLetter) {
			continue // no number, or nothing but the number
		}
		if f.kind == anyNumber || title[m[2]:m[3]] == number || f.kind == otherNumber && number == "" {
			return true
		}
	}
	return false
}

// hasName reports whether a title begins or ends with the name of the show, set off by
// punctuation.
func hasName(title, show string) bool {
	t, s := strings.ToLower(title), strings.ToLower(show)
	if len(s) < 4 || len(t) <= len(s)+2 {
		return false
	}
	const marks = ":|-–—#,·("
	if rest, ok := strings.CutPrefix(t, s); ok {
		return strings.ContainsAny(firstRune(strings.TrimSpace(rest)), marks)
	}
	if rest, ok := strings.CutSuffix(strings.TrimSuffix(t, ")"), s); ok {
		rest = strings.TrimSpace(rest)
		return rest != "" && strings.ContainsAny(lastRune(rest), marks)
	}
	return false
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return " "
}

func lastRune(s string) string {
	r := []rune(s)
	return string(r[len(r)-1])
}

// copies reports texts that repeat the description.
func (c *checker) copies(parent *tree.Element) {
	description := parent.Child("description").Value()
	if len(description) < 40 {
		return
	}
	for _, name := range []string{"content:encoded", "itunes:summary"} {
		e := parent.Child(name)
		if text := e.Value(); len(text) >= 40 && !moreThanText(text, description) && (text == description || near(len(text), len(description)) && words(text) == words(description)) {
			c.addHint(ruleSaidTwice, e, fmt.Sprintf("remove %s: apps read description in its place", name), "%s repeats the description", name)
		}
	}
}

// richer are tags that are not allowed in a description. A text with such a tag that the
// description lacks is not a copy of the description.
var richer = []string{"<img", "<table", "<pre", "<code", "<h1", "<h2", "<h3", "<h4", "<h5", "<h6", "<blockquote", "<audio", "<video", "<hr"}

func moreThanText(text, description string) bool {
	for _, tag := range richer {
		if strings.Contains(text, tag) && !strings.Contains(description, tag) {
			return true
		}
	}
	return false
}

// near reports whether a and b, the lengths of two texts in bytes, are close enough for
// texts that differ only in markup.
func near(a, b int) bool { return a < 3*b+200 && b < 3*a+200 }

var anyTag = regexp.MustCompile(`<[^<>]*>`)

// words returns the words of HTML, for comparison.
func words(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = anyTag.ReplaceAllString(s, " ")
	}
	return strings.Join(strings.Fields(html.UnescapeString(s)), " ")
}
