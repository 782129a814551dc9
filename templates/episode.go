package templates

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"onair/show"
	"onair/show/chapters"
)

func (r *renderer) episode(i int) error {
	e := r.site.Episodes[i]
	v := r.episodeView("episode", e)
	v.Key = e.PageKey()
	v.Data = r.episodeData(e)
	v.Older, v.Newer, v.Related = r.lists.neighbours(i)
	if len(e.Transcripts) == 0 {
		return r.html(v)
	}
	return r.withTranscript(v, &e.Transcripts[0])
}

// withTranscript writes the page of an episode with one of its transcripts.
func (r *renderer) withTranscript(v *view, t *Transcript) error {
	turns, err := t.turns()
	if err != nil {
		return err
	}
	r.speakers(v.Episode).mark(turns, listed(v.Episode.Chapters))
	v.Transcripts = []transcriptView{{*t, v.Episode.AudioKey, turns}}
	return r.html(v)
}

// translation is a transcript of an episode in another language than the transcript on
// the episode's page.
type translation struct {
	index    int // index in Episode.Transcripts
	Language string
	Key      string // key of its page
}

// translations returns the translated transcripts of an episode.
func translations(e *Episode) (all []translation) {
	known := map[string]bool{}
	for n, t := range e.Episode.Transcripts {
		language := strings.ToLower(t.Language)
		if n > 0 && !known[language] {
			all = append(all, translation{n, t.Language, "episodes/" + e.Slug + "/transcript-" + language + "/index.html"})
		}
		known[language] = true
	}
	return all
}

// languages returns the pages of an episode in all languages of its transcripts, the
// episode's page first. It returns nil if there is only one page.
func languages(e *Episode) (all []translation) {
	translated := translations(e)
	if len(translated) == 0 {
		return nil
	}
	own := translation{0, e.Episode.Transcripts[0].Language, show.PageKey(e.Slug)}
	return append([]translation{own}, translated...)
}

// pageOf returns the key of the page of an episode's transcript in a language; empty if
// there is none.
func pageOf(e *Episode, language string) string {
	for _, t := range translations(e) {
		if strings.EqualFold(t.Language, language) {
			return t.Key
		}
	}
	return ""
}

// spoken returns the audio in the language of a translation, and the episode with this
// audio. The episode has the page of the translation and an identity of its own, by which
// the player tells it from the original. Both are nil if there is no such audio.
func spoken(e *Episode, t translation) (*Alternate, *Episode) {
	i := slices.IndexFunc(e.Alternates, func(a Alternate) bool { return strings.EqualFold(a.Language, t.Language) })
	if i < 0 {
		return nil, nil
	}
	a, of, page := &e.Alternates[i], *e.Episode, *e
	of.GUID += " " + a.Language
	page.Episode, page.page, page.WaveformKey = &of, t.Key, ""
	page.AudioKey, page.AudioType, page.AudioBytes, page.Duration = a.AudioKey, a.AudioType, a.AudioBytes, a.Duration
	return a, &page
}

// translation writes the page of a translated transcript of an episode. If there is audio
// in its language, the page plays that.
func (r *renderer) translation(e *Episode, t translation) error {
	v := r.episodeView("translation", e)
	if a, page := spoken(e, t); a != nil {
		v.Alternate, v.Episode = a, page
	}
	v.Key, v.Canonical, v.Summary = t.Key, r.absolute(t.Key), ""
	v.Title += " · " + LanguageName(t.Language)
	v.Crumbs = []navLink{{Text: r.word("home"), URL: r.link("index.html")}, {Text: e.Title, URL: r.link(e.PageKey())}}
	if t.index >= len(e.Transcripts) { // the transcript could not be read, which another finding reports
		return r.html(v)
	}
	return r.withTranscript(v, &e.Transcripts[t.index])
}

// episodeView returns the view that all pages of an episode start from.
func (r *renderer) episodeView(kind string, e *Episode) *view {
	credits := e.Credits(r.site.Show)
	return &view{
		Kind:      kind,
		Title:     e.Title,
		TitleLang: e.Language,
		Summary:   summary(e),
		Canonical: r.absolute(e.PageKey()),
		Image:     r.optional(cmp.Or(e.CardKey, e.ArtworkKey)),
		HasCard:   e.CardKey != "",
		Creator:   creator(credits),
		Episode:   e,
		People:    r.contributors(GuestsFirst(credits)),
	}
}

// GuestsFirst returns credits with the guests before the others.
func GuestsFirst(credits []show.Credit) []show.Credit {
	sorted := slices.Clone(credits)
	slices.SortStableFunc(sorted, func(a, b show.Credit) int {
		return cmp.Compare(order(a), order(b))
	})
	return sorted
}

func order(c show.Credit) int {
	if strings.EqualFold(c.Role, "guest") {
		return 0
	}
	return 1
}

// speakers has the colours and pictures of an episode's speakers, by their names in the
// transcripts.
type speakers struct {
	hues   map[string]int
	images map[string]string // keys of the pictures
}

// hueCount is the number of colours that the theme has for speakers.
const hueCount = 12

func (r *renderer) speakers(e *Episode) *speakers {
	s := &speakers{hues: map[string]int{}, images: map[string]string{}}
	for _, c := range e.Credits(r.site.Show) {
		if _, known := s.hues[c.Person.Name]; known {
			continue
		}
		hue := s.hue(c.Person.Name)
		for _, name := range append([]string{c.Person.Name}, c.Person.Aliases...) {
			s.hues[name], s.images[name] = hue, r.site.ImageKeys[c.Person.Image]
		}
	}
	return s
}

// hue returns the colour of a speaker. A new speaker gets the next colour.
func (s *speakers) hue(name string) int {
	hue, known := s.hues[name]
	if !known {
		used := map[int]bool{}
		for _, h := range s.hues {
			used[h] = true
		}
		hue = len(used) % hueCount
		s.hues[name] = hue
	}
	return hue
}

// mark sets the colours and pictures of the speakers of turns, and adds a chapter's
// title to the turn that begins the chapter.
func (s *speakers) mark(turns []turnView, all []chapters.Chapter) {
	next := 0
	for i := range turns {
		t := &turns[i]
		if t.Speaker != "" && !t.Pause {
			t.Hue, t.Image = s.hue(t.Speaker), s.images[t.Speaker]
		}
		if !t.Timed {
			continue
		}
		// A turn that begins up to a second before a chapter belongs to the chapter.
		for ; next < len(all) && all[next].Start <= t.Start+time.Second; next++ {
			t.Chapter = all[next].Title
		}
	}
}

// embedKey returns the key of an episode's player for other sites. It is empty if the
// show has no such players.
func (r *renderer) embedKey(e *Episode) string {
	if r.site.Show.Site.NoEmbed {
		return ""
	}
	return "episodes/" + e.Slug + "/embed/index.html"
}

func oembedKey(e *Episode) string { return "episodes/" + e.Slug + "/embed/oembed.json" }

func (r *renderer) embed(e *Episode) error {
	v := r.episodeView("embed", e)
	v.Key, v.NoIndex = r.embedKey(e), true
	return r.html(v)
}

// The size of the frame for an embedded player, in CSS pixels.
const (
	embedWidth  = 640
	embedHeight = 180
)

// oembed writes an oEmbed response of the type rich (oembed.com) for an episode.
func (r *renderer) oembed(e *Episode) error {
	frame := fmt.Sprintf(`<iframe src="%s" width="%d" height="%d" title="%s" frameborder="0" loading="lazy" allow="autoplay; clipboard-write"></iframe>`,
		template.HTMLEscapeString(r.absolute(r.embedKey(e))), embedWidth, embedHeight, template.HTMLEscapeString(e.Title))
	answer := struct {
		Version         string `json:"version"`
		Type            string `json:"type"`
		Title           string `json:"title"`
		ProviderName    string `json:"provider_name"`
		ProviderURL     string `json:"provider_url"`
		AuthorName      string `json:"author_name,omitempty"`
		ThumbnailURL    string `json:"thumbnail_url,omitempty"`
		ThumbnailWidth  int    `json:"thumbnail_width,omitempty"`
		ThumbnailHeight int    `json:"thumbnail_height,omitempty"`
		HTML            string `json:"html"`
		Width           int    `json:"width"`
		Height          int    `json:"height"`
	}{
		Version: "1.0", Type: "rich", Title: e.Title, ProviderName: r.site.Show.Title, ProviderURL: r.absolute("index.html"),
		AuthorName: r.site.Show.Author, HTML: frame, Width: embedWidth, Height: embedHeight,
	}
	if versions := r.site.Versions[e.ArtworkKey]; len(versions) > 0 {
		last := versions[len(versions)-1]
		answer.ThumbnailURL, answer.ThumbnailWidth, answer.ThumbnailHeight = r.absolute(last.Key), last.Width, last.Height
	}
	encoder := json.NewEncoder(&r.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}
