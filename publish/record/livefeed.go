package record

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// LiveFeed has the parts of a live feed that make apps fetch something.
type LiveFeed struct {
	XMLName xml.Name `xml:"rss"`
	Channel struct {
		Artwork []LiveImage  `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd image"`
		Persons []livePerson `xml:"https://podcastindex.org/namespace/1.0 person"`
		Items   []LiveItem   `xml:"item"`
	} `xml:"channel"`
}

// LiveItem is an episode in a live feed.
type LiveItem struct {
	GUID        string          `xml:"guid"`
	Titles      []liveText      `xml:"title"`
	Links       []liveText      `xml:"link"`
	Enclosure   *LiveFile       `xml:"enclosure"` // nil if there is none
	Alternates  []LiveAlternate `xml:"https://podcastindex.org/namespace/1.0 alternateEnclosure"`
	Artwork     []LiveImage     `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd image"`
	Persons     []livePerson    `xml:"https://podcastindex.org/namespace/1.0 person"`
	Transcripts []LiveFile      `xml:"https://podcastindex.org/namespace/1.0 transcript"`
	Chapters    []LiveFile      `xml:"https://podcastindex.org/namespace/1.0 chapters"`
}

// LiveImage is an image that a live feed names.
type LiveImage struct {
	URL string `xml:"href,attr"`
}

type livePerson struct {
	Image string `xml:"img,attr"`
}

// LiveFile is a file that a live feed names.
type LiveFile struct {
	URL    string `xml:"url,attr"`
	Type   string `xml:"type,attr"`
	Length string `xml:"length,attr"`
}

// LiveAlternate is an alternate enclosure in a live feed.
type LiveAlternate struct {
	LiveFile        // its URL is empty
	Language string `xml:"lang,attr"`
	Sources  []struct {
		URI string `xml:"uri,attr"`
	} `xml:"https://podcastindex.org/namespace/1.0 source"`
}

// Files returns one file for each address of the alternate.
func (a *LiveAlternate) Files() (files []LiveFile) {
	for _, s := range a.Sources {
		files = append(files, LiveFile{s.URI, a.Type, a.Length})
	}
	return files
}

// Bytes returns the length; 0 if it is missing or malformed.
func (f *LiveFile) Bytes() int64 {
	n, err := strconv.ParseInt(f.Length, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// liveText is an element whose local name other namespaces use as well.
type liveText struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

// inRSS returns the text of the first element without a namespace, as RSS elements
// are. It is empty if there is none.
func inRSS(all []liveText) string {
	for _, t := range all {
		if t.XMLName.Space == "" {
			return t.Text
		}
	}
	return ""
}

// Page returns the address of the item's page; empty if it has none.
func (i *LiveItem) Page() string { return inRSS(i.Links) }

// ParseLiveFeed parses a feed.
func ParseLiveFeed(data []byte) (*LiveFeed, error) {
	var feed LiveFeed
	if err := xml.Unmarshal(data, &feed); err != nil {
		return nil, fmt.Errorf("it is not a feed: %w", err)
	}
	return &feed, nil
}

// Named maps the keys of the objects that a feed names to the length in bytes that
// the feed gives, or 0 if it gives none.
type Named map[string]int64

// add adds an address below the base and returns its key. The address may come
// after a prefix for download statistics. Other addresses are ignored.
func (n Named) add(address, base string, length int64) string {
	rest, ok := strings.CutPrefix(WithoutPrefix(address, base), base)
	key, err := url.PathUnescape(rest)
	if !ok || err != nil || key == "" {
		return ""
	}
	n[key] = length
	return key
}

// WithoutPrefix returns an address below base without what precedes it, such as
// the redirect of a service that counts downloads. It returns every other address
// unchanged.
func WithoutPrefix(address, base string) string {
	if strings.HasPrefix(address, base) || !strings.HasPrefix(address, "http") {
		return address
	}
	_, rest, ok := strings.Cut(address, "/"+strings.TrimPrefix(base, "https://"))
	if !ok {
		return address
	}
	return base + rest
}

// ReadFeed returns the objects below a base URL that a feed names, and the episodes of
// the feed.
func ReadFeed(data []byte, base string) (Named, []Episode, error) {
	feed, err := ParseLiveFeed(data)
	if err != nil {
		return nil, nil, err
	}
	all := Named{}
	images := func(artwork []LiveImage, persons []livePerson) {
		for _, a := range artwork {
			all.add(a.URL, base, 0)
		}
		for _, p := range persons {
			all.add(p.Image, base, 0)
		}
	}
	images(feed.Channel.Artwork, feed.Channel.Persons)
	var episodes []Episode
	for _, i := range feed.Channel.Items {
		images(i.Artwork, i.Persons)
		for _, f := range slices.Concat(i.Transcripts, i.Chapters) {
			all.add(f.URL, base, 0)
		}
		e := Episode{GUID: i.GUID, Title: inRSS(i.Titles)}
		if i.Enclosure != nil {
			e.Audio = all.add(i.Enclosure.URL, base, i.Enclosure.Bytes())
			e.Slug = slugOf(e.Audio)
		}
		for _, a := range i.Alternates {
			for _, f := range a.Files() {
				if key := all.add(f.URL, base, f.Bytes()); key != "" && a.Language != "" {
					if e.Alternates == nil {
						e.Alternates = map[string]string{}
					}
					e.Alternates[a.Language] = key
				}
			}
		}
		episodes = append(episodes, e)
	}
	return all, episodes, nil
}

// slugOf returns the slug in an audio key: audio/<slug>-<hash>.mp3.
func slugOf(key string) string {
	slug := strings.TrimPrefix(key, "audio/")
	if i := strings.LastIndexByte(slug, '-'); i > 0 {
		return slug[:i]
	}
	return slug
}
