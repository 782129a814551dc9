package speech

import (
	"cmp"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show"
)

// GlossaryFile is the name of the file with the terms of a show.
const GlossaryFile = "glossary.yaml"

const (
	// maxHints limits the number of hints.
	maxHints = 1000
	// maxGlossary limits the size of the glossary, in bytes.
	maxGlossary = 1 << 20
)

// Term is a term of the glossary.
type Term struct {
	Name         string
	Keep         bool              // translations keep the term unchanged
	Translations map[string]string // by language
}

// Glossary reads glossary.yaml, a list of maps, and returns the terms. A map without a term
// is skipped. The findings are about parts that cannot be read.
func Glossary(data []byte) (terms []Term, found finding.List) {
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
		t := Term{Translations: map[string]string{}}
		item.Pairs(func(key, value source.Value) {
			switch name, _ := key.Scalar(); name {
			case "term":
				t.Name, _ = value.Word()
			case "keep":
				source.Bool(&t.Keep)(value)
			default: // a language
				if word, ok := value.Word(); ok {
					t.Translations[strings.ToLower(name)] = word
				}
			}
		})
		if t.Name != "" {
			terms = append(terms, t)
		}
	})
	return terms, found
}

// In returns the translation of a term into a language. Without a translation, it returns
// the term itself if Keep is set, and an empty string otherwise.
func (t *Term) In(language string) string {
	language = strings.ToLower(language)
	base, _, _ := strings.Cut(language, "-")
	word := cmp.Or(t.Translations[language], t.Translations[base])
	if word == "" && t.Keep {
		word = t.Name
	}
	return word
}

// Hints returns words that may be spoken in an episode, without repeats: the names of
// people, the titles of the episode, of its chapters and of the show, and the terms of the
// glossary. It returns at most maxHints of them.
func Hints(s *show.Show, e *show.Episode, terms []Term) (hints []string) {
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
	for _, t := range terms {
		add(t.Name)
	}
	return hints
}
