package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"onair/audio"
	"onair/internal/finding"
	"onair/show"
	"onair/show/alternate"
	"onair/show/pins"
	"onair/templates"
)

// Episode is an episode of the release and the facts of its audio.
type Episode struct {
	*show.Episode
	Status show.Status
	Pin    pins.Pin // facts about the audio; zero if nothing is known

	// Waiting means that the episode is due and stays out of the feed, because its
	// audio is missing.
	Waiting bool

	Enclosure  *Object // the tagged audio; nil unless the feed names the episode and onair publishes the audio
	ItemSHA256 string  // SHA-256 of the episode's item in the feed; empty unless the feed names the episode
	Payload    *Object // the part with the audio of a scheduled or Waiting episode; nil if masters are not kept

	Alternates []*Alternate // audio in other languages

	alternate   bool              // it is the Episode of an Alternate
	images      map[string]string // addresses of the images in the notes
	tag         *episodeTag       // nil before addEpisodes, and for audio that stays elsewhere
	master      *master           // nil if the audio is not on this machine
	chapters    *Object
	waveform    *Object
	transcripts []*transcript
	page        *templates.Episode // nil without a site
}

// Alternate is the audio of an episode in another language. Its Episode has the title of
// the tag, the language, and a Pin, Enclosure and Payload of its own.
type Alternate struct {
	*Episode
	Source *alternate.Audio
	Label  string // name by which listeners choose it, at most alternate.MaxTitle characters
	Spoken string // digest, as in pins.Alternate
}

// Recordings returns the episode, followed by the Episode of each of its Alternates.
func (e *Episode) Recordings() []*Episode {
	all := []*Episode{e}
	for _, a := range e.Alternates {
		all = append(all, a.Episode)
	}
	return all
}

// stem returns the name of the audio in keys.
func (e *Episode) stem() string {
	if e.alternate {
		return e.Slug + "." + strings.ToLower(e.Language)
	}
	return e.Slug
}

// AudioKey returns the key of the tagged audio; empty if there is none.
func (e *Episode) AudioKey() string {
	if e.Enclosure == nil {
		return ""
	}
	return e.Enclosure.Key
}

// HasMaster reports whether the audio is on this machine.
func (e *Episode) HasMaster() bool { return e.master != nil }

// waveformKey returns the key of the episode's waveform; empty if there is none.
func (e *Episode) waveformKey() string {
	if e.waveform == nil {
		return ""
	}
	return e.waveform.Key
}

// AudioBytes returns the size of the tagged audio; 0 if there is none.
func (e *Episode) AudioBytes() int64 {
	if e.Enclosure == nil {
		return 0
	}
	return e.Enclosure.Size
}

// IsElsewhere reports whether the audio stays at an address that is not the show's.
func (e *Episode) IsElsewhere() bool { return e.Episode.Enclosure.URL != "" }

// audio returns what pages name as the audio: its key, or its address elsewhere.
func (e *Episode) audio() string {
	if e.IsElsewhere() {
		return e.Episode.Enclosure.URL
	}
	return e.AudioKey()
}

// inFeed reports whether the feed names the episode.
func (e *Episode) inFeed() bool {
	return e.Enclosure != nil || e.IsElsewhere() && e.Status == show.Live
}

// addElsewhere adds an episode whose audio stays elsewhere.
func (b *builder) addElsewhere(e *Episode) {
	e.Pin = pins.Pin{Slug: e.Slug, Audio: pins.Audio{Duration: e.Duration, MediaType: e.Episode.Enclosure.Type}}
	b.checkImages(e)
	if e.Duration > 0 {
		b.checkTimes(e)
	}
	if e.Status == show.Live {
		b.addChapters(e)
	}
}

// checkTimes reports chapters that lie outside of the audio.
func (b *builder) checkTimes(e *Episode) {
	b.findings = append(b.findings, audio.CheckTimes(e.Chapters, e.Pin.Duration, func(i int) finding.Position { return e.At(fmt.Sprintf("chapters[%d]", i)) })...)
}

// addEpisodes adds the show's episodes, except their transcripts and pages. For a live
// episode it adds all other objects, for a scheduled one the part with the audio, and for
// every episode the findings and the facts of the audio. It returns the episodes for which
// transcripts and a page can follow.
func (b *builder) addEpisodes(ctx context.Context) (measured []*Episode) {
	var recordings []*Episode
	for _, e := range b.show.Episodes {
		b.o.Trace.Date(e.Date)
		re := &Episode{Episode: e, Status: e.Status(b.o.Now)}
		if !b.measureEpisode(re) {
			continue
		}
		measured = append(measured, re)
		if !re.IsElsewhere() {
			recordings = append(recordings, re.Recordings()...)
		}
	}
	inParallel(ctx, len(recordings), func(i int) { recordings[i].tag = b.makeTag(recordings[i]) })
	if ctx.Err() != nil {
		return nil
	}
	for _, e := range measured {
		b.addRecordings(e)
	}
	return measured
}

// measureEpisode finds the facts of an episode's audio. It reports whether transcripts and
// a page can follow.
func (b *builder) measureEpisode(e *Episode) bool {
	b.release.Episodes = append(b.release.Episodes, e)
	e.images = b.addNoteImages(e.Notes, e.Dir, e.Status == show.Live, func(address string) finding.Position {
		return lineOf(e.File, e.Notes, e.NotesLine, address)
	})
	if e.IsElsewhere() {
		b.addElsewhere(e)
		return true
	}
	if !b.measure(e) {
		return false
	}
	b.checkImages(e)
	b.checkTimes(e)
	b.addAlternates(e)
	b.pin(e)
	e.Waiting = e.Status == show.Live && slices.Contains(b.o.LeaveOut, e.Slug)
	return true
}

// addRecordings adds the objects with the audio of an episode, and those that go with it.
func (b *builder) addRecordings(e *Episode) {
	if e.IsElsewhere() {
		return
	}
	for _, r := range e.Recordings() {
		b.findings = append(b.findings, r.tag.found...)
		if e.Status == show.Scheduled || e.Waiting {
			r.Payload = b.addPayload(r)
		}
		if e.Status == show.Live && !e.Waiting && r.Pin.Payload.Bytes > 0 && r.tag.pieces != nil {
			b.addAudio(r, r.tag)
		}
	}
	if e.Enclosure != nil {
		b.addChapters(e)
		b.addWaveform(e)
	}
}

// addTexts adds the transcripts and pages of episodes, several at a time, and adds the
// live ones to the search index, which may be nil. An episode's transcripts are read
// once, for their findings, their formats, the episode's page and the index.
func (b *builder) addTexts(ctx context.Context, episodes []*Episode, site *site, index *searchIndex) {
	found := make([]finding.List, len(episodes))
	pages := make([][]*Object, len(episodes))
	order := make([]int, len(episodes)) // the index needs the oldest episode first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return byPublication(episodes[i], episodes[j]) })
	produce := func(n int) (indexed indexedEpisode, _ error) {
		i := order[n]
		e := episodes[i]
		found[i] = b.addTranscripts(e)
		if !e.inFeed() {
			return indexed, nil
		}
		if e.page != nil {
			e.page.Transcripts, e.page.Gaps = b.transcriptLinks(e), b.gaps(e)
		}
		if site.alone {
			pages[i] = site.renderEpisode(e)
		}
		if index != nil {
			indexed = index.addTexts(e)
		}
		return indexed, nil
	}
	_ = inOrder(ctx, len(episodes), produce, func(indexed indexedEpisode) {
		if indexed.Episode != nil {
			index.add(ctx, indexed)
		}
	})
	for i, e := range episodes {
		b.findings = append(b.findings, found[i]...)
		if !e.inFeed() {
			continue
		}
		for _, t := range e.transcripts {
			for _, o := range t.files {
				b.add(o)
			}
		}
		for _, o := range pages[i] {
			b.add(o)
		}
	}
}
