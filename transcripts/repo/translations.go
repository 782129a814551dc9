package repo

import (
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/transcripts"
)

// originalOf is the name of the transcript that one with a language in its name
// translates; empty for any other.
func originalOf(name string) string {
	stem, ok := strings.CutSuffix(filepath.ToSlash(name), ".md")
	language := translation.FindString(strings.ToLower(stem))
	if !ok || language == "" {
		return ""
	}
	return stem[:len(stem)-len(language)] + ".md"
}

// pairsOf are the names of which one translates another, and those others.
func pairsOf(names []string) map[string]bool {
	all, pairs := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		all[filepath.ToSlash(name)] = true
	}
	for name := range all {
		if original := originalOf(name); all[original] {
			pairs[name], pairs[original] = true, true
		}
	}
	return pairs
}

// outline is what remains of a transcript until it can be compared.
func outline(t *transcripts.Transcript) *transcripts.Transcript {
	o := &transcripts.Transcript{Turns: slices.Clone(t.Turns)}
	for i := range o.Turns {
		o.Turns[i].Blocks = nil
	}
	return o
}

// compareTranslations holds translations to their originals (T032). Outlines are by
// slash-separated name.
func compareTranslations(outlines map[string]*transcripts.Transcript) (l finding.List) {
	for name, t := range outlines {
		if original := outlines[originalOf(name)]; original != nil {
			l = append(l, transcripts.CompareTranslation(original, t, name)...)
		}
	}
	return l
}

// Versions are a file before and after a change; Before is nil where there was
// none.
type Versions struct{ Before, After []byte }

// ChangedTranslations holds translations to their originals (T032) where a
// change touched one of the two, and returns what was not so before. names are
// all transcripts; those that did not change are read.
func (l *Linter) ChangedTranslations(names []string, changed map[string]Versions, read func(name string) ([]byte, error)) (finding.List, error) {
	if _, disabled := l.Settings.Disabled["T032"]; disabled {
		return nil, nil
	}
	versions := func(name string) (Versions, error) {
		if v, ok := changed[name]; ok {
			return v, nil
		}
		src, err := read(name)
		return Versions{src, src}, err
	}
	pairs := pairsOf(names)
	var found finding.List
	for _, name := range names {
		name = filepath.ToSlash(name)
		original := originalOf(name)
		_, touched := changed[name]
		_, originalTouched := changed[original]
		if original == "" || !pairs[name] || !pairs[original] || !touched && !originalTouched {
			continue
		}
		translation, err := versions(name)
		if err != nil {
			return nil, err
		}
		from, err := versions(original)
		if err != nil {
			return nil, err
		}
		compare := func(from, to []byte) finding.List {
			if from == nil || to == nil {
				return nil
			}
			return transcripts.CompareTranslation(transcripts.Parse(from, l.Settings.Options(original)), transcripts.Parse(to, l.Settings.Options(name)), name)
		}
		found = append(found, introduced(compare(from.Before, translation.Before), compare(from.After, translation.After))...)
	}
	return found, nil
}

// introduced are the findings that say what none said before. Lines move, so
// they are not compared.
func introduced(before, after finding.List) (l finding.List) {
	known := map[string]int{}
	for _, f := range before {
		known[f.Message]++
	}
	for _, f := range after {
		if known[f.Message]--; known[f.Message] < 0 {
			l = append(l, f)
		}
	}
	return l
}
