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
