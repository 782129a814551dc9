package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/eduncan911/podcast"

	"onair/feed"
	"onair/show"
)

// BenchmarkFeed renders a feed of 1,000 episodes, and in the same run measures
// eduncan911/podcast with the same titles, notes, dates and files. onair writes more:
// people, transcripts, chapters, soundbites, comments, and notes that it simplifies
// first. markup-bytes is the size of an item without notes, transcripts and persons.
func BenchmarkFeed(b *testing.B) {
	d := largeFeed(1000)
	peerFeed(b, d)
	var own, peer time.Duration
	for b.Loop() {
		start := time.Now()
		peerFeed(b, d)
		between := time.Now()
		r, err := feed.Render(d)
		if err != nil {
			b.Fatal(err)
		}
		if n := len(r.Bytes()) / len(d.Items); n < 3000 {
			b.Fatalf("%d bytes an item", n)
		}
		peer += between.Sub(start)
		own += time.Since(between)
	}
	b.ReportMetric(0, "ns/op") // the metric would be the time of both
	b.ReportMetric(float64(own.Milliseconds())/float64(b.N), "ms/feed")
	b.ReportMetric(own.Seconds()/peer.Seconds(), "times-eduncan911")
	b.ReportMetric(float64(markup(b, d)), "markup-bytes/item")
}

// largeFeed returns a feed of n episodes in which every field is set.
func largeFeed(n int) *feed.Document {
	const base = "https://hello-universe.example/"
	vega := &show.Person{ID: "vega", Name: "Vega Lyrae", URL: base + "people/vega/"}
	s := &show.Show{
		Title: "Hello, Universe", Description: "Two voices take a podcast apart.", URL: base, Feed: show.Feed{Path: "feed.xml", Locked: true},
		Language: "en-gb", Author: "The Hello Universe crew", Type: show.Episodic, Hosts: []show.Credit{{Person: vega, Role: "host", Group: "cast"}},
		Categories: []show.Category{{Name: "Technology"}}, Seasons: map[int]string{1: "Boot sequence"},
	}
	notes := strings.Repeat("<p>Vega Lyrae asks <a href=\"https://deneb.example/?a=1&amp;b=2\">Deneb</a> where <em>it</em> goes, and why &amp; when.</p>\n", 18)
	d := &feed.Document{Show: s, SelfURL: s.FeedURL(), ArtworkURL: base + "assets/artwork-0123456789abcdef.jpg", Description: "<p>About it</p>"}
	for i := n; i > 0; i-- {
		slug := fmt.Sprintf("%d-cloudy", i)
		page := base + "episodes/" + slug + "/"
		d.Items = append(d.Items, feed.Item{
			Episode: &show.Episode{
				Title: fmt.Sprintf("Cloudy with a chance of <packets> & \"ranges\", part %d", i), GUID: fmt.Sprintf("0b9f3c1e-5b7e-4c0a-9d52-%012d", i),
				Date: time.Date(2015, 1, 1, 6, 0, 0, 0, time.UTC).AddDate(0, 0, i), Season: 1, Number: i, Type: show.Full,
				Guests:     []show.Credit{{Person: &show.Person{Name: "Deneb"}, Role: "guest", Group: "cast"}},
				Soundbites: []show.Soundbite{{Start: 20500 * time.Millisecond, Duration: 30 * time.Second, Title: "The edge explained"}},
				Social:     []show.Social{{Protocol: "activitypub", URI: "https://social.example/@hello/1", AccountID: "@hello", Priority: 1}},
			},
			PageURL: page, Notes: notes, Duration: 30 * time.Minute, ArtworkURL: base + "assets/cloudy-0123456789abcdef.jpg",
			Enclosure:   feed.Enclosure{URL: base + "audio/" + slug + "-0123456789abcdef.mp3", Type: "audio/mpeg", Bytes: 28_987_654},
			ChaptersURL: page + "chapters-0123456789abcdef.json",
			Transcripts: []feed.Transcript{
				{URL: page + "transcript-0123456789abcdef.vtt", Type: "text/vtt", Captions: true},
				{URL: page + "transcript-0123456789abcdef.srt", Type: "application/x-subrip", Captions: true},
			},
		})
	}
	return d
}

// peerFeed writes the same episodes with eduncan911/podcast.
func peerFeed(b *testing.B, d *feed.Document) {
	b.Helper()
	s := d.Show
	p := podcast.New(s.Title, s.URL, s.Description, nil, nil)
	p.AddAtomLink(d.SelfURL)
	p.AddImage(d.ArtworkURL)
	p.AddAuthor(s.Author, "show@hello-universe.example")
	p.AddCategory("Technology", nil)
	for _, it := range d.Items {
		item := podcast.Item{Title: it.Episode.Title, GUID: it.Episode.GUID, Link: it.PageURL, Description: it.Notes, IExplicit: "false"}
		item.AddEnclosure(it.Enclosure.URL, podcast.MP3, it.Enclosure.Bytes)
		item.AddPubDate(&it.Episode.Date)
		item.AddDuration(int64(it.Duration.Seconds()))
		item.AddImage(it.ArtworkURL)
		if _, err := p.AddItem(item); err != nil {
			b.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := p.Encode(&out); err != nil {
		b.Fatal(err)
	}
}

// markup returns the size of an item in bytes, without notes, transcripts and persons.
func markup(b *testing.B, d *feed.Document) int {
	b.Helper()
	size := func(n int) int {
		part, s := *d, *d.Show
		s.Hosts = nil
		part.Show, part.Items = &s, nil
		for _, it := range d.Items[:n] {
			episode := *it.Episode
			episode.Guests = nil
			it.Episode, it.Notes, it.Transcripts = &episode, "", nil
			part.Items = append(part.Items, it)
		}
		r, err := feed.Render(&part)
		if err != nil {
			b.Fatal(err)
		}
		return len(r.Bytes())
	}
	const items = 100
	return (size(items+1) - size(1)) / items
}
