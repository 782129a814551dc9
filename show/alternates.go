package show

import (
	"path"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/alternate"
)

// alternateList sets the alternates of front matter. An empty list is not nil.
func alternateList(p *[]alternate.Audio) source.Setter {
	return func(v source.Value) {
		*p = []alternate.Audio{}
		v.Each(func(v source.Value) {
			var a alternate.Audio
			before := v.Count
			if !v.Fields(source.Fields{
				"audio":    audioPath(&a.Path),
				"language": languageTag(&a.Language),
				"title":    source.Limited(&a.Title, alternate.MaxTitle),
			}, "audio", "language") || v.Count > before {
				return
			}
			switch {
			case !v.Has("audio") || !v.Has("language"):
				v.Reportf(ruleRequired, "write {audio: audio.es.mp3, language: es}", "an alternate needs its audio and its language")
			case slices.ContainsFunc(*p, func(b alternate.Audio) bool { return strings.EqualFold(a.Language, b.Language) }):
				v.Reportf(ruleSameAlternate, "", "the episode already has audio in %s", a.Language)
			default:
				*p = append(*p, a)
			}
		})
	}
}

// findAlternates sets the audio in other languages: the list in front matter, or else the
// files in the folder, and a file for each language in the lock that the folder lacks.
func (r *episodeReader) findAlternates(e *Episode) {
	if e.Enclosure.URL != "" {
		if len(e.Alternates) > 0 {
			r.found.Add(ruleTwoAudio.At(e.At("alternates"), "the audio of the episode stays elsewhere, so that no other is published"))
		}
		e.Alternates = nil
		return
	}
	e.Alternates = slices.DeleteFunc(e.Alternates, func(a alternate.Audio) bool {
		if path.Dir(a.Path) != e.Dir {
			reportRefused(&r.found, r.folder, a.Path)
		}
		if a.Path != e.Audio {
			return false
		}
		r.found.Add(ruleSameAlternate.At(e.At("alternates"), "%s is the audio of the episode itself", source.ShortQuote(a.Path)))
		return true
	})
	if e.Alternates != nil {
		return
	}
	for _, entry := range r.files.entries {
		name := path.Join(e.Dir, entry.Name())
		if language := e.languageOf(entry.Name()); language != "" && entry.Type().IsRegular() && name != e.Audio {
			e.Alternates = append(e.Alternates, alternate.Audio{Path: name, Language: language})
		}
	}
	pin := r.show.Lock.Episodes[e.GUID]
	if pin == nil {
		return
	}
	for _, a := range pin.Alternates {
		if !slices.ContainsFunc(e.Alternates, func(b alternate.Audio) bool { return strings.EqualFold(a.Language, b.Language) }) {
			e.Alternates = append(e.Alternates, alternate.Audio{Path: path.Join(e.Dir, alternate.FileName(a.Language)), Language: a.Language})
		}
	}
	slices.SortFunc(e.Alternates, func(a, b alternate.Audio) int { return strings.Compare(a.Language, b.Language) })
}

// languageOf returns the language in the name of a file such as audio.es.mp3, or "" if
// there is none. Words such as raw and mix are language codes too, so a code that does not
// have two letters counts only if the episode has a transcript in that language.
func (e *Episode) languageOf(name string) string {
	language, isAudio := strings.CutPrefix(name, "audio.")
	language, isMP3 := strings.CutSuffix(language, ".mp3")
	if !isAudio || !isMP3 || name != alternate.FileName(language) || !validLanguage(language) {
		return ""
	}
	primary, _, _ := strings.Cut(language, "-")
	transcribed := func(t TranscriptFile) bool { return strings.EqualFold(t.Language, language) }
	if len(primary) != 2 && !slices.ContainsFunc(e.Transcripts, transcribed) {
		return ""
	}
	return language
}

// checkAlternates reports audio in other languages that has no file and is not in the
// lock.
func (l *loader) checkAlternates(e *Episode) {
	for _, a := range e.Alternates {
		if l.folder.isFile(a.Path) || l.folder.refusal(a.Path) != "" || l.show.Lock.Episodes[e.GUID].Alternate(a.Language) != nil {
			continue
		}
		severity := finding.Error
		if e.Draft || e.Date.IsZero() {
			severity = finding.Warning
		}
		l.found.Add(ruleMissingFile.At(e.At("alternates"), "alternates: there is no file %s", source.ShortQuote(a.Path)).WithSeverity(severity))
	}
}
