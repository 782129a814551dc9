package feed

import (
	"time"

	"onair/show"
)

// mediaType is the Content-Type of a feed.
const mediaType = "application/rss+xml"

// Hub is the WebSub hub of shows that announce through websub. Their feeds name the
// hub, and onair notifies it of changes (WebSub section 4).
const Hub = "https://pubsubhubbub.appspot.com/"

// Document is the content of a feed. Its URLs are absolute.
type Document struct {
	Show        *show.Show                // required
	SelfURL     string                    // the feed's own canonical address; required
	GUID        string                    // podcast:guid; empty until one is assigned
	ArtworkURL  string                    // of the show; empty if there is none
	Description string                    // of the show, as HTML; if it is empty, Show.Description is rendered
	Updated     time.Time                 // lastBuildDate; left out if zero
	PersonURL   func(*show.Person) string // returns the address of a person's image, or ""; may be nil
	Items       []Item                    // newest first
}

// Item is one episode of a feed.
type Item struct {
	Episode     *show.Episode // required
	PageURL     string        // empty if there is no page
	Enclosure   Enclosure
	Alternates  []Alternate
	Duration    time.Duration // rounded to whole seconds; left out if zero
	Notes       string        // HTML, for description and content:encoded
	ArtworkURL  string        // empty for the show's artwork
	ChaptersURL string        // of the chapters file; empty if there is none
	Transcripts []Transcript  // in order of preference
}

// Enclosure is the audio file.
type Enclosure struct {
	URL   string // without the show's enclosure_prefix
	Type  string // MIME type
	Bytes int64  // length of the served file
	Fixed bool   // another host serves the audio; URL is written without a prefix
}

// Alternate is the audio in another language: podcast:alternateEnclosure. It has no
// podcast:integrity: only a machine with the audio can compute the digest of the tagged
// file, and the feed must be the same on every machine.
type Alternate struct {
	Enclosure
	Bitrate  int    // bit/s; left out if zero
	Language string // RFC 5646
	Title    string // at most 32 characters
}

// Transcript is one file of a transcript.
type Transcript struct {
	URL      string
	Type     string // text/vtt, application/x-subrip, application/json, text/html or text/plain
	Language string // RFC 5646; empty for the show's language
	Captions bool   // the file has time codes
}

// Render renders the feed, and the pages of older episodes if the show has a page size.
// It returns an error if the extra XML of the show or of an episode is not valid in a
// feed.
func Render(d *Document) (*Rendered, error) {
	extras, err := parseExtras(d)
	if err != nil {
		return nil, err
	}
	r := &Rendered{doc: d}
	for _, p := range pagesOf(d) {
		w := &writer{prefix: prefixOf(d.Show)}
		w.out.Grow(p.size())
		spans := w.rss(&p, extras)
		r.pages = append(r.pages, renderedPage{Page{p.path, w.out.Bytes()}, p.from, spans})
	}
	return r, nil
}
