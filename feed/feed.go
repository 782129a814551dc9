package feed

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"onair/show"
)

// MediaType is the Content-Type of a feed.
const MediaType = "application/rss+xml"

// Hub is the WebSub hub that a feed names, and that is told of changes, when a
// show announces through websub (WebSub section 4).
const Hub = "https://pubsubhubbub.appspot.com/"

// Document is all that a feed says. Its URLs are absolute.
type Document struct {
	Show       *show.Show                // required
	SelfURL    string                    // the feed's own canonical address; required
	GUID       string                    // podcast:guid; empty: not assigned yet
	ArtworkURL string                    // of the show; empty: none
	Updated    time.Time                 // lastBuildDate; zero: left out
	PersonURL  func(*show.Person) string // address of a person's image; nil or "": none
	Items      []Item                    // newest first
}

// Item is one episode as listeners get it.
type Item struct {
	Episode     *show.Episode // required
	PageURL     string        // empty: no page
	Enclosure   Enclosure
	Duration    time.Duration // rounded to whole seconds; zero: left out
	Notes       string        // HTML, for description and content:encoded
	ArtworkURL  string        // empty: the show's
	ChaptersURL string        // of the chapters file; empty: none
	Transcripts []Transcript  // in the order in which apps should prefer them
}

// Enclosure is the audio file. URL is where it is stored; the show's
// enclosure_prefix is added by Render.
type Enclosure struct {
	URL   string
	Type  string // MIME type
	Bytes int64  // length of the file as it is served
}

// Transcript is one file of a transcript.
type Transcript struct {
	URL      string
	Type     string // text/vtt, application/x-subrip, application/json, text/html or text/plain
	Language string // RFC 5646; empty: the show's
	Captions bool   // the file has time codes
}

// Render writes the feed. It fails if w does, and before it writes anything if
// the extra XML of the show or of an episode has no place in a feed.
func Render(w io.Writer, d *Document) error {
	extras, err := parseExtras(d)
	if err != nil {
		return err
	}
	out := &writer{w: bufio.NewWriterSize(w, 64<<10)}
	out.rss(d, extras)
	if err := out.w.Flush(); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return nil
}
