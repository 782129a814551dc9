package speech

import (
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show"
)

// GlossaryFile is the name of the file with the terms of a show.
const GlossaryFile = "glossary.yaml"

const (
	// maxHints limits the words that are sent with a request.
	maxHints = 1000
	// maxGlossary limits the size of the glossary, in bytes.
	maxGlossary = 1 << 20
)

// Glossary reads the terms of glossary.yaml: a list of maps that have a term. It
// returns findings about what it cannot read.
func Glossary(data []byte) (terms []string, found finding.List) {
	text, ok := source.Clean(GlossaryFile, data, maxGlossary, &found)
	if !ok {
		return nil, found
	}
	root, _ := source.ParseYAML(GlossaryFile, text, 0, &found)
	if root == nil {
		return nil, found
	}
	d := &source.Decoder{Found: &found, Places: map[string]finding.Position{}}
	d.Value(root, "").Each(func(item source.Value) {
		item.Pairs(func(key, value source.Value) {
			if name, _ := key.Scalar(); name != "term" {
				return // translations, and how to translate
			}
			if term, ok := value.Word(); ok {
				terms = append(terms, term)
			}
		})
	})
	return terms, found
}

// Hints returns the words that may be spoken in an episode, each once: names first,
// then the title, chapters and the terms of the glossary.
func Hints(s *show.Show, e *show.Episode, terms []string) (hints []string) {
	seen := map[string]bool{}
	add := func(words ...string) {
		for _, w := range words {
			w = strings.Join(strings.Fields(w), " ")
			if w != "" && !seen[w] && len(hints) < maxHints {
				seen[w] = true
				hints = append(hints, w)
			}
		}
	}
	for _, c := range e.Credits(s) {
		add(c.Person.Name)
		add(c.Person.Aliases...)
	}
	add(e.Title)
	for _, c := range e.Chapters {
		add(c.Title)
	}
	add(s.Title)
	add(terms...)
	return hints
}
