package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/show"
	"onair/transcripts"
	"onair/transcripts/credit"
	"onair/transcripts/repo"
)

// transcript is a Markdown transcript of an episode and the objects made from it. It
// does not keep the text, because that of a whole catalogue does not fit into memory.
type transcript struct {
	show.TranscriptFile
	b        *builder
	duration time.Duration // of the audio
	timed    bool          // whether it can be shown as captions
	files    []*Object     // in the order of formats
}

// formats are the formats of a transcript, in the order in which the feed names them:
// apps use the first that they can read.
var formats = []struct {
	name  string
	timed bool // needs cues
}{
	{"vtt", true}, {"srt", true}, {"json", true}, {"html", false}, {"txt", false},
}

// maxTranscript bounds a transcript; an hour of talk is some 60 kB.
const maxTranscript = 16 << 20

// spoken is a parsed transcript and its cues, which all formats share.
type spoken struct {
	path string
	text *transcripts.Transcript
	cues []transcripts.Cue
}

// keptTexts is how many parsed transcripts are kept. The formats of a transcript are
// written one after the other, for several episodes at the same time, and each
// episode may have translations.
var keptTexts = 4 * max(2, runtime.GOMAXPROCS(0))

// read returns the parsed transcript and its cues, from memory if it was read
// recently.
func (t *transcript) read() (*spoken, error) {
	if s := t.b.recent(t.Path); s != nil {
		return s, nil
	}
	src, err := t.b.show.Folder.ReadFile(t.Path, maxTranscript)
	if err != nil {
		return nil, err
	}
	s := &spoken{path: t.Path, text: transcripts.Parse(src, t.b.transcriptOptions(t.Path))}
	s.cues = s.text.Cues(t.duration)
	t.b.keep(s)
	return s, nil
}

// recent returns a transcript that was read recently, or nil.
func (b *builder) recent(path string) *spoken {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.texts, func(s *spoken) bool { return s.path == path }); i >= 0 {
		return b.texts[i]
	}
	return nil
}

// keep keeps a transcript to be used again soon.
func (b *builder) keep(s *spoken) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.texts = append(b.texts, s); len(b.texts) > keptTexts {
		b.texts = slices.Delete(b.texts, 0, 1)
	}
}

// page returns the transcript and the start of each turn, for its page.
func (t *transcript) page() (*transcripts.Transcript, []time.Duration, error) {
	s, err := t.read()
	if err != nil {
		return nil, nil, err
	}
	return s.text, s.text.Starts(t.duration), nil
}

// readTranscripts reads and checks an episode's transcripts. It may be called for several episodes at the same time.
func (b *builder) readTranscripts(e *Episode) (found finding.List) {
	for _, f := range e.Transcripts {
		t := &transcript{TranscriptFile: f, b: b, duration: e.Pin.Duration}
		s, err := t.read()
		switch {
		case errors.Is(err, fs.ErrNotExist): // package show reports a missing file that is named
			continue
		case err != nil:
			found.Add(ruleReadTranscript.At(finding.Position{File: f.Path}, "read transcript: %v", err))
			continue
		}
		found = append(found, forPublishing(b.heeded(s.text.Findings))...)
		t.timed = s.cues != nil
		e.transcripts = append(e.transcripts, t)
	}
	return append(found, b.compareTranslations(e)...)
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

// compareTranslations compares the translations of an episode's transcript with the
// one in the episode's own language.
func (b *builder) compareTranslations(e *Episode) (found finding.List) {
	original := slices.IndexFunc(e.transcripts, func(t *transcript) bool { return t.Language == e.Language })
	if original < 0 || len(e.transcripts) == 1 {
		return nil
	}
	first, err := e.transcripts[original].read()
	if err != nil {
		return nil // reported when it was read first
	}
	for i, t := range e.transcripts {
		if i == original {
			continue
		}
		if translation, err := t.read(); err == nil {
			found = append(found, b.heeded(transcripts.CompareTranslation(first.text, translation.text, t.Path))...)
		}
	}
	return found
}

// readTranscriptSettings reads transcripts.yaml, which is optional.
func (b *builder) readTranscriptSettings() {
	settings, err := repo.Load(b.show.Folder.FS)
	if settings == nil {
		b.settings = &repo.Settings{}
		f := finding.Finding{Severity: finding.Error, Position: finding.Position{File: repo.SettingsFile}, Message: fmt.Sprint(err)}
		_ = errors.As(err, &f)
		f.Rule = ruleSettings.ID
		b.findings.Add(f)
		return
	} // otherwise the error is about people.yaml, which package show reports
	b.settings = settings
	if own := b.show.Transcripts.Fraction; settings.Fraction != "" && settings.Fraction != own {
		b.findings.Add(ruleSettings.At(finding.Position{File: repo.SettingsFile}, "timestamp_fraction is %s here and %s in show.yaml", settings.Fraction, own).WithHint("leave it to show.yaml"))
	}
}

// heeded returns the findings without those of rules that transcripts.yaml disables.
func (b *builder) heeded(found finding.List) finding.List {
	return slices.DeleteFunc(slices.Clone(found), func(f finding.Finding) bool {
		_, disabled := b.settings.Disabled[f.Rule]
		return disabled
	})
}

// forPublishing turns errors into warnings. The reader understands what the linter
// calls an error, so an old transcript with many of them must not stop a publish.
func forPublishing(found finding.List) finding.List {
	found = slices.Clone(found)
	for i := range found {
		found[i].Severity = max(found[i].Severity, finding.Warning)
	}
	return found
}

func (b *builder) transcriptOptions(file string) *transcripts.Options {
	o := &transcripts.Options{File: file, Pauses: b.settings.Pauses, People: b.speakers}
	if fraction, err := transcripts.ParseFraction(b.show.Transcripts.Fraction); err == nil {
		o.Fraction = fraction // package show has refused any other
	}
	return o
}

// speakers returns the people of a show, sorted by name.
func speakers(s *show.Show) (people []transcripts.Person) {
	for _, p := range s.People {
		people = append(people, transcripts.Person{Name: p.Name, Aliases: p.Aliases})
	}
	slices.SortFunc(people, func(a, b transcripts.Person) int { return strings.Compare(a.Name, b.Name) })
	return people
}

// writeTranscripts renders every format of an episode's transcripts. It may be
// called for several episodes at the same time.
func (b *builder) writeTranscripts(e *Episode) (found finding.List) {
	for _, t := range e.transcripts {
		stem := "episodes/" + e.Slug + "/transcript"
		if t.Language != e.Language {
			stem += "." + strings.ToLower(t.Language)
		}
		for _, format := range t.formats() {
			o, err := b.render(RoleTranscript, hashedKey(stem, "."+format), func(w io.Writer) error { return t.write(w, format) })
			if err != nil {
				found.Add(ruleWriteCaptions.At(finding.Position{File: t.Path}, "write %s: %v", format, err))
				continue
			}
			o.Episode = e.Slug
			o.Headers = HeadersFor(o.Key, b.show.Feed.Path, b.show.CDN != nil)
			t.files = append(t.files, o)
		}
	}
	return found
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
	switch format {
	case "vtt":
		return transcripts.WriteVTT(w, s.cues)
	case "srt":
		return transcripts.WriteSRT(w, s.cues)
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

// captions reports whether a format of a transcript carries times.
func captions(t *transcript, o *Object) bool { return t.timed && path.Ext(o.Key) != ".txt" }
