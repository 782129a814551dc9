package repo

import (
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/transcripts"
)

// originalOf returns the name of the transcript that a translation translates, or "" if
// name is not the name of a translation.
func originalOf(name string) string {
	stem, ok := strings.CutSuffix(filepath.ToSlash(name), ".md")
	language := translation.FindString(strings.ToLower(stem))
	if !ok || language == "" {
		return ""
	}
	return stem[:len(stem)-len(language)] + ".md"
}

// pairsOf returns the names of translations whose originals are among names, and the
// names of these originals.
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

// outline returns a transcript without its text, to be compared later.
func outline(t *transcripts.Transcript) *transcripts.Transcript {
	o := &transcripts.Transcript{Turns: slices.Clone(t.Turns)}
	for i := range o.Turns {
		o.Turns[i].Blocks = nil
	}
	return o
}

// compareTranslations compares translations with their originals. The keys of outlines
// are slash-separated names.
func compareTranslations(outlines map[string]*transcripts.Transcript) (found finding.List) {
	for name, t := range outlines {
		if original := outlines[originalOf(name)]; original != nil {
			found = append(found, transcripts.CompareTranslation(original, t, name)...)
		}
	}
	return found
}

// Versions is a file before and after a change. Before is nil for a new file, and After for
// a deleted one.
type Versions struct{ Before, After []byte }

// ChangedTranslations compares translations with their originals if either has changed,
// and returns the findings that the change introduced. names are the names of all
// transcripts, and read reads a transcript that has not changed.
func (l *Linter) ChangedTranslations(names []string, changed map[string]Versions, read func(name string) ([]byte, error)) (finding.List, error) {
	if !l.enabled(ruleTranslation) {
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
		_, isChanged := changed[name]
		_, isOriginalChanged := changed[original]
		if original == "" || !pairs[name] || !pairs[original] || !isChanged && !isOriginalChanged {
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

// introduced returns the findings whose messages did not occur before. Positions are
// not compared because lines move.
func introduced(before, after finding.List) (found finding.List) {
	known := map[string]int{}
	for _, f := range before {
		known[f.Message]++
	}
	for _, f := range after {
		if known[f.Message]--; known[f.Message] < 0 {
			found = append(found, f)
		}
	}
	return found
}
