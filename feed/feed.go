package feed

import (
	"bytes"
	"sort"
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

// Rendered is a feed, and where its items are.
type Rendered struct {
	Bytes []byte
	Items []Span // of Document.Items, in the same order
}

// Span is the place of one item in a rendered feed.
type Span struct {
	Start, End int // offsets of what is between <item> and </item>
	Line       int // on which <item> is, from 1
}

// ItemAt returns the index of the item that a line of the feed belongs to, or -1
// for a line before the first item. Lines count from 1.
func (r *Rendered) ItemAt(line int) int {
	after := sort.Search(len(r.Items), func(i int) bool { return r.Items[i].Line > line })
	return after - 1
}

// Render writes the feed. It fails if the extra XML of the show or of an episode
// cannot be part of a feed.
func Render(d *Document) (*Rendered, error) {
	extras, err := parseExtras(d)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	items := w.rss(d, extras)
	return &Rendered{Bytes: w.out.Bytes(), Items: items}, nil
}

// IsOwn reports whether onair rendered a feed, by its generator element.
func IsOwn(data []byte) bool {
	return bytes.Contains(data, []byte("<generator>"+generator+"</generator>"))
}

// generator is the name of onair in its feeds, without a version: a new version
// does not change a feed.
const generator = "onair"
