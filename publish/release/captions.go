package release

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"onair/internal/finding"
	"onair/transcripts"
	"onair/transcripts/credit"
)

// formats are the formats of a transcript, in the order in which the feed names them by
// default: apps use the first format that they can read.
var formats = []struct {
	name  string
	timed bool // needs cues
}{
	{"vtt", true}, {"srt", true}, {"json", true}, {"html", false}, {"txt", false},
}

// addTranscripts reads and checks an episode's transcripts, and writes their formats if
// the feed names the episode. If the cache has the facts of a transcript, it uses those
// instead. It may be called for several episodes at the same time.
func (b *builder) addTranscripts(e *Episode) (found finding.List) {
	for _, f := range e.Transcripts {
		t := &transcript{TranscriptFile: f, texts: b.texts, duration: e.Pin.Duration, payload: e.Pin.Payload.SHA256}
		t.words = t.findWords(e)
		facts, err := t.facts(e.inFeed(), func(p *parsed) (textFacts, error) { return b.textFacts(e, t, p) })
		var failed *formatError
		switch {
		case errors.Is(err, fs.ErrNotExist): // package show reports that the named file is missing
			continue
		case errors.As(err, &failed):
			found.Add(ruleWriteCaptions.At(finding.Position{File: f.Path}, "%v", failed))
		case err != nil && !errors.Is(err, errNotText):
			found.Add(unreadable(f.Path, err))
			continue
		}
		found = append(found, t.enabled(facts.Findings)...)
		t.timed, t.machine, t.digest, t.gaps = facts.Timed, facts.Machine, facts.Digest, facts.Gaps
		for i, s := range facts.Files {
			format := t.formats()[i]
			o := b.object(RoleTranscript, s, t.source(format))
			o.Key, o.Episode = t.keyOf(e, format)(s.SHA256), e.Slug
			o.Headers = HeadersFor(o.Key, b.show.Feed.Path, b.show.CDN != nil)
			t.files = append(t.files, o)
		}
		e.transcripts = append(e.transcripts, t)
	}
	found = append(found, compareTranslations(e)...)
	return append(found, checkSpoken(e)...)
}

// checkSpoken reports alternates whose machine voices spoke another version of the
// transcript.
func checkSpoken(e *Episode) (found finding.List) {
	for _, a := range e.Alternates {
		for _, t := range e.transcripts {
			if a.Spoken != "" && t.digest != "" && t.digest != a.Spoken && strings.EqualFold(t.Language, a.Language) {
				found.Add(ruleSpoken.At(finding.Position{File: a.Audio}, "machine voices spoke another version of %s", path.Base(t.Path)).
					WithHint("speak it again: onair audio speak " + e.Slug + " --lang " + a.Language))
			}
		}
	}
	return found
}

// unreadable reports a transcript that cannot be read, at the position in err if it has
// one.
func unreadable(file string, err error) finding.Finding {
	var f finding.Finding
	if errors.As(err, &f) {
		return ruleReadTranscript.At(f.Position, "%s", f.Message).WithHint(f.Hint)
	}
	return ruleReadTranscript.At(finding.Position{File: file}, "read transcript: %v", err)
}

// textFacts returns the facts of a parsed transcript. If the feed names the episode, it
// writes every format of the transcript.
func (b *builder) textFacts(e *Episode, t *transcript, p *parsed) (textFacts, error) {
	facts := textFacts{Timed: p.cues != nil, Machine: p.text.Machine, Digest: p.text.Digest()}
	known, err := newKnownFindings(p.text.Findings)
	facts.Findings, t.timed = known, facts.Timed
	if !e.inFeed() {
		return facts, err
	}
	facts.Gaps = gapsOf(p.text, t.Path, t.duration)
	for _, format := range t.formats() {
		o, err := b.render(RoleTranscript, t.keyOf(e, format), t.source(format))
		if err != nil {
			return facts, &formatError{format, err}
		}
		facts.Files = append(facts.Files, o.sums())
	}
	return facts, err
}

// inFeed returns the files of the transcript that the feed names, in the feed's order.
func (t *transcript) inFeed() []*Object {
	wanted := t.texts.show.Transcripts.Feed
	if len(wanted) == 0 {
		return t.files
	}
	var named []*Object
	for _, format := range wanted {
		for _, o := range t.files {
			if path.Ext(o.Key) == "."+format {
				named = append(named, o)
			}
		}
	}
	return named
}

// formatError reports that a transcript cannot be written in a format.
type formatError struct {
	format string
	err    error
}

func (e *formatError) Error() string { return "write " + e.format + ": " + e.err.Error() }
func (e *formatError) Unwrap() error { return e.err }

// keyOf returns the key of the transcript in one format.
func (t *transcript) keyOf(e *Episode, format string) keyFunc {
	stem := "episodes/" + e.Slug + "/transcript"
	if t.Language != e.Language {
		stem += "." + strings.ToLower(t.Language)
	}
	return hashedKey(stem, "."+format)
}

// source returns the source of the transcript in one format.
func (t *transcript) source(format string) source {
	return func(w io.Writer) error { return t.write(w, format) }
}

// compareTranslations compares the translations of an episode's transcript with the
// transcript in the episode's own language.
func compareTranslations(e *Episode) (found finding.List) {
	original := slices.IndexFunc(e.transcripts, func(t *transcript) bool { return t.Language == e.Language })
	if original < 0 {
		return nil
	}
	for i, t := range e.transcripts {
		if i != original {
			found = append(found, t.compare(e.transcripts[original])...)
		}
	}
	return found
}

// readContributors asks git for the contributors to all transcripts, if the show
// credits them.
func (b *builder) readContributors(ctx context.Context) {
	var files []string
	for _, e := range b.show.Episodes {
		for _, t := range e.Transcripts {
			files = append(files, t.Path)
		}
	}
	if b.show.Credits != "git" || len(files) == 0 || b.show.Folder.Dir == "" {
		return
	}
	found, err := credit.Contributors(ctx, b.o.Cache, b.o.Trace, b.show.Folder.Dir, files)
	switch at := b.show.At("credits"); {
	case err == nil:
		b.contributors = found
	case errors.Is(err, credit.ErrNoRepository):
		b.findings.Add(ruleContributors.At(at, "contributors are not credited: %v", credit.ErrNoRepository).WithSeverity(finding.Info))
	case errors.Is(err, credit.ErrShallow):
		b.findings.Add(ruleContributors.At(at, "credit contributors: %v", err).WithHint("fetch the history: git fetch --unshallow, or fetch-depth: 0 for actions/checkout"))
	case ctx.Err() == nil:
		b.findings.Add(ruleContributors.At(at, "credit contributors: %v", err))
	}
}

// formats returns the names of the formats that the transcript can have.
func (t *transcript) formats() (names []string) {
	for _, f := range formats {
		if t.timed || !f.timed {
			names = append(names, f.name)
		}
	}
	return names
}

// write writes the transcript in one format.
func (t *transcript) write(w io.Writer, format string) error {
	s, err := t.read()
	if err != nil {
		return err
	}
	cues := s.cues
	if !t.texts.show.Transcripts.Sounds {
		cues = transcripts.WithoutSounds(cues)
	}
	switch format {
	case "vtt":
		return transcripts.WriteVTT(w, cues)
	case "srt":
		return transcripts.WriteSRT(w, cues)
	case "json":
		return transcripts.WriteJSON(w, s.cues)
	case "html":
		return transcripts.WriteHTML(w, s.text, s.cues)
	default:
		return transcripts.WriteText(w, s.text)
	}
}

// mediaType returns the media type of an object without parameters, for feeds and
// links.
func mediaType(o *Object) string {
	name, _, _ := strings.Cut(o.ContentType, ";")
	return name
}

// captions reports whether a file of a transcript has times.
func captions(t *transcript, o *Object) bool { return t.timed && path.Ext(o.Key) != ".txt" }
