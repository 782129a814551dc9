package publish

import (
	"encoding/xml"
	"fmt"
	"strconv"
)

// liveFeed is what a feed that is live tells apps to fetch.
type liveFeed struct {
	XMLName xml.Name `xml:"rss"`
	Channel struct {
		Artwork []liveImage  `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd image"`
		Persons []livePerson `xml:"https://podcastindex.org/namespace/1.0 person"`
		Items   []liveItem   `xml:"item"`
	} `xml:"channel"`
}

type liveItem struct {
	GUID        string       `xml:"guid"`
	Titles      []liveText   `xml:"title"`
	Links       []liveText   `xml:"link"`
	Enclosure   *liveFile    `xml:"enclosure"`
	Artwork     []liveImage  `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd image"`
	Persons     []livePerson `xml:"https://podcastindex.org/namespace/1.0 person"`
	Transcripts []liveFile   `xml:"https://podcastindex.org/namespace/1.0 transcript"`
	Chapters    []liveFile   `xml:"https://podcastindex.org/namespace/1.0 chapters"`
}

type liveImage struct {
	URL string `xml:"href,attr"`
}

type livePerson struct {
	Image string `xml:"img,attr"`
}

type liveFile struct {
	URL    string `xml:"url,attr"`
	Type   string `xml:"type,attr"`
	Length string `xml:"length,attr"`
}

// bytes is the length of an enclosure; 0 where it is none.
func (f *liveFile) bytes() int64 {
	n, err := strconv.ParseInt(f.Length, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// liveText is an element whose name other namespaces use as well.
type liveText struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

// ofRSS is the text of the element that is RSS's own; empty where there is none.
func ofRSS(all []liveText) string {
	for _, t := range all {
		if t.XMLName.Space == "" {
			return t.Text
		}
	}
	return ""
}

// page is the address of the item's page; empty where it has none.
func (i *liveItem) page() string { return ofRSS(i.Links) }

// parseLive reads a feed as far as it names what apps fetch.
func parseLive(data []byte) (*liveFeed, error) {
	var feed liveFeed
	if err := xml.Unmarshal(data, &feed); err != nil {
		return nil, fmt.Errorf("it is not a feed: %w", err)
	}
	return &feed, nil
}
