package feed

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/markdown"
	"onair/show"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file in testdata. With -update it rewrites the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// london is the time zone of dates in the rich document. It does not depend on the time
// zone database.
var london = time.FixedZone("BST", 3600)

const base = "https://hello-universe.example/"

// rich returns a document in which every field that reaches the feed is set.
func rich() *Document {
	vega := &show.Person{ID: "vega", Name: "Vega", URL: base + "people/vega/", Image: "people/vega.png"}
	rigel := &show.Person{ID: "rigel", Name: "Rigel & Sons", Image: "people/rigel.png"}
	deneb := &show.Person{ID: "deneb", Name: "Deneb", URL: "https://deneb.example/"}
	s := &show.Show{
		Title:       "Hello, Universe <3",
		Description: "Two synthetic voices take a podcast apart, *one byte at a time*.\n\nWith [notes](about/).",
		URL:         base,
		Feed:        show.Feed{Path: "feed.xml", Locked: true},
		Language:    "en-gb",
		Author:      "The Hello Universe crew",
		Hosts:       []show.Credit{{Person: vega, Role: "host", Group: "cast"}, {Person: rigel, Role: "host", Group: "cast"}},
		Categories:  []show.Category{{Name: "Technology"}, {Name: "News", Sub: "Tech News"}, {Name: "Society & Culture"}},
		Type:        show.Serial,
		Complete:    true,
		License:     show.License{ID: "CC-BY-4.0"},
		Copyright:   "The Hello Universe crew",
		Owner:       show.Owner{Name: "Hello Universe", Email: "show@hello-universe.example"},
		Funding:     []show.Link{{URL: base + "support?a=1&b=2", Text: "Support the show"}},
		Seasons:     map[int]string{1: "Boot sequence"},
		Frequency:   show.Frequency{Text: "Weekly", RRule: "FREQ=WEEKLY", Start: time.Date(2027, 2, 4, 6, 0, 0, 0, time.UTC)},
		Txt:         []show.Txt{{Purpose: "applepodcastsverify", Value: "CODE"}},
		Prefix:      "https://op3.dev/e/",
		Announce:    []string{"websub"},
		Locations:   []show.Location{{Name: "Greenwich", Rel: "creator", Geo: "geo:51.4769,0", OSM: "N26745371", Country: "GB"}},
		NewFeedURL:  "https://new.example/feed.xml",
		Namespaces:  map[string]string{"media": "http://search.yahoo.com/mrss/"},
		Extra:       `<media:copyright url="https://hello-universe.example/c">All of it</media:copyright><podcast:podroll><podcast:remoteItem feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"/></podcast:podroll>`,
	}
	cloudy := &show.Episode{
		File:       "episodes/4-cloudy/episode.md",
		Title:      "Cloudy with a chance of <packets> & \"ranges\"",
		GUID:       "0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44",
		Date:       time.Date(2027, 7, 4, 6, 0, 0, 0, london),
		Season:     1,
		Number:     4,
		Type:       show.Full,
		Summary:    "What happens between the bucket and your ears.",
		Guests:     []show.Credit{{Person: deneb, Role: "guest", Group: "cast"}},
		People:     []show.Credit{{Person: rigel, Role: "audio editor", Group: "audio post-production"}},
		Explicit:   true,
		License:    show.License{ID: "our-own", URL: base + "licence/"},
		Soundbites: []show.Soundbite{{Start: 20500 * time.Millisecond, Duration: 30 * time.Second, Title: "The edge explained"}},
		Social: []show.Social{
			{Protocol: "activitypub", URI: "https://social.example/@hello/1", AccountID: "@hello", AccountURL: "https://social.example/@hello", Priority: 1},
			{Protocol: "disabled", URI: "https://ignored.example/"},
		},
		Locations: []show.Location{{Name: "London", Rel: "subject", Geo: "geo:51.5,-0.1"}},
		Extra:     `<podcast:chat server="irc.example" protocol="irc"></podcast:chat>`,
	}
	trailer := &show.Episode{
		File:    "episodes/trailer/episode.md",
		Title:   "Coming soon",
		GUID:    "7c029615-a810-5214-9342-eee73f58435d",
		Date:    time.Date(2027, 1, 7, 6, 0, 0, 0, time.UTC),
		Type:    show.Trailer,
		Summary: "Two voices, one bucket.",
		Block:   true,
		License: s.License,
	}
	episode := base + "episodes/4-cloudy/"
	return &Document{
		Show:       s,
		SelfURL:    s.FeedURL(),
		GUID:       "917393e3-1b1e-5cef-ace4-edaa54e1f810",
		ArtworkURL: base + "assets/artwork-0123456789abcdef.jpg",
		Updated:    time.Date(2027, 7, 5, 12, 0, 0, 0, time.UTC),
		PersonURL: func(p *show.Person) string {
			if p.Image == "" {
				return ""
			}
			return base + p.Image
		},
		Items: []Item{
			{
				Episode:   cloudy,
				PageURL:   episode,
				Enclosure: Enclosure{URL: base + "audio/4-cloudy-0123456789abcdef.mp3", Type: "audio/mpeg", Bytes: 987654},
				Alternates: []Alternate{
					{Enclosure{URL: base + "audio/4-cloudy.es-0123456789abcdef.mp3", Type: "audio/mpeg", Bytes: 765432}, 64_000, "es", `español "& más"`},
					{Enclosure{URL: base + "audio/4-cloudy.de-0123456789abcdef.m4a", Type: "audio/x-m4a", Bytes: 1}, 0, "de", ""},
				},
				Duration:    61*time.Second + 600*time.Millisecond,
				Notes:       markdown.HTML("Vega and Rigel ask Deneb where an episode goes after *publish*.\n\n## Links\n\n- [Ranges](https://www.rfc-editor.org/rfc/rfc9110)\n- `]]>` ends a CDATA section\n", episode),
				ArtworkURL:  base + "assets/cloudy-0123456789abcdef.jpg",
				ChaptersURL: episode + "chapters-0123456789abcdef.json",
				Transcripts: []Transcript{
					{URL: episode + "transcript-0123456789abcdef.vtt", Type: "text/vtt", Language: "en-gb", Captions: true},
					{URL: episode + "transcript-0123456789abcdef.html", Type: "text/html", Language: "en-gb"},
				},
			},
			{
				Episode:   trailer,
				PageURL:   base + "episodes/trailer/",
				Enclosure: Enclosure{URL: base + "audio/trailer-0123456789abcdef.mp3", Type: "audio/mpeg", Bytes: 123456},
				Duration:  30 * time.Second,
			},
		},
	}
}

// minimal returns the document of a show with few fields. The prefix of the show has no
// effect, because the show has no public URL.
func minimal() *Document {
	s := &show.Show{
		Title:    "New show",
		URL:      show.DefaultURL,
		Feed:     show.Feed{Path: show.DefaultFeed},
		Language: "en",
		Prefix:   "https://op3.dev/e/",
		Medium:   "audiobook",
		Block:    true,
	}
	return &Document{
		Show:    s,
		SelfURL: s.FeedURL(),
		Items: []Item{{
			Episode:   &show.Episode{Title: "First", GUID: "1", Date: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Type: show.Full},
			Enclosure: Enclosure{URL: s.URL + "audio/first-0123456789abcdef.mp3", Type: "audio/mpeg", Bytes: 1},
		}},
	}
}

func render(t testing.TB, d *Document) []byte {
	t.Helper()
	r, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	return r.Bytes()
}

func TestRender(t *testing.T) {
	t.Parallel()
	private := rich()
	private.Show.Private = true
	for _, tt := range []struct {
		file string
		doc  *Document
	}{
		{"rich.xml", rich()},
		{"private.xml", private},
		{"minimal.xml", minimal()},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			golden(t, tt.file, render(t, tt.doc))
		})
	}
}
