package templates_test

import (
	"html/template"
	"path"
	"strings"
	"testing"
	"time"

	"onair/show"
	"onair/show/chapters"
	"onair/show/site"
	"onair/templates"
	"onair/transcripts"
)

// sampleSite returns a small show that has one of everything.
func sampleSite(t testing.TB) *templates.Site {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	vega := &show.Person{ID: "vega", Name: "Vega", URL: "https://vega.example/", Image: "people/vega.png", Bio: "Speaks.", Links: []show.Link{{Text: "mastodon", URL: "https://social.example/@vega"}}, Fediverse: "@vega@social.example"}
	rigel := &show.Person{ID: "rigel", Name: "Rigel", Image: "https://images.example/rigel.png"}
	deneb := &show.Person{Name: "Deneb", URL: "https://deneb.example/"}
	acme := &show.Sponsor{ID: "acme", Name: "Acme Telescopes", URL: "https://acme.example/?ref=hello&x=1", Logo: "sponsors/acme.png", Text: "Fine lenses for finer nebulae."}
	hello := &show.Show{
		Title:       "Hello, Universe",
		Description: "Two synthetic voices take a podcast apart, *one byte* at a time.",
		URL:         "https://hello.example/show/",
		Timezone:    london,
		Language:    "en-gb",
		Author:      "The Hello Universe crew",
		Hosts:       []show.Credit{{Person: vega, Role: "host", Group: "cast"}, {Person: rigel, Role: "host", Group: "cast"}},
		Type:        show.Episodic,
		License:     show.License{ID: "cc-by-4.0"},
		Copyright:   "The Hello Universe crew",
		Funding:     []show.Link{{URL: "https://fund.example/hello", Text: "Support the show"}},
		Seasons:     map[int]string{1: "Boot sequence"},
		Frequency:   show.Frequency{Text: "Weekly"},
		Links:       []show.Link{{Text: "apple", URL: "https://podcasts.example/id1"}, {Text: "pocketcasts", URL: "https://pocket.example/x"}},
		Transcripts: show.Transcripts{
			License:    "cc-by-sa-4.0",
			Contribute: "https://code.example/help",
		},
		Feed: show.Feed{Path: "feed.xml"},
	}
	sample := &templates.Site{
		Show:        hello,
		Description: "<p>Two synthetic voices take a podcast apart, <em>one byte</em> at a time.</p>",
		ArtworkKey:  "assets/artwork-0123456789abcdef.jpg",
		FeedKey:     "feed.xml",
		AssetKeys:   map[string]string{},
		ImageKeys: map[string]string{
			"people/vega.png":       "assets/vega-0123456789abcdef.png",
			"sponsors/acme.png":     "assets/acme-0123456789abcdef.png",
			"episodes/4/cdn.png":    "assets/cdn-0123456789abcdef.png",
			"episodes/4/stored.png": "assets/stored-0123456789abcdef.png",
		},
		Versions: map[string][]templates.Version{
			"assets/artwork-0123456789abcdef.jpg": {{Width: 160, Height: 160, Key: "assets/artwork-160-0123456789abcdef.jpg"}, {Width: 320, Height: 320, Key: "assets/artwork-320-0123456789abcdef.jpg"}},
			"assets/vega-0123456789abcdef.png":    {{Width: 160, Height: 160, Key: "assets/vega-160-0123456789abcdef.jpg"}, {Width: 320, Height: 320, Key: "assets/vega-320-0123456789abcdef.jpg"}},
		},
		IconKeys: map[int]string{180: "assets/icon-180-0123456789abcdef.png", 192: "assets/icon-192-0123456789abcdef.png"},
		Bios:     map[string]template.HTML{"vega": "<p>Speaks since <em>2027</em>.</p>"},
		Pages:    []*templates.OwnPage{{Page: &site.Page{ID: "about", Title: "About us", Language: "en-gb"}, HTML: "<p>Hello.</p>"}},
		Updated:  time.Date(2027, 2, 5, 9, 0, 0, 0, time.UTC),
	}
	sample.Episodes = []*templates.Episode{
		{
			Episode: &show.Episode{
				File: "episodes/4-cloudy/episode.md", Slug: "4-cloudy", GUID: "0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44",
				Title: "Cloudy with a chance of packets",
				Date:  time.Date(2027, 2, 4, 6, 0, 0, 0, london), Updated: time.Date(2027, 2, 5, 9, 0, 0, 0, time.UTC),
				Season: 1, Number: 4, Type: show.Full, Language: "en-gb",
				Summary:    "What happens between the bucket and your ears.",
				Topics:     []string{"caches", "bird-song"},
				Soundbites: []show.Soundbite{{Start: 12 * time.Second, Duration: 20 * time.Second, Title: "“Caches & <ranges>”"}},
				Transcripts: []show.TranscriptFile{
					{Path: "episodes/4-cloudy/transcript.md", Language: "en-gb"}, {Path: "episodes/4-cloudy/transcript.es.md", Language: "es"},
				},
				Guests:       []show.Credit{{Person: deneb, Role: "guest", Group: "cast"}},
				People:       []show.Credit{{Person: rigel, Role: "audio editor", Group: "audio post-production"}},
				Sponsors:     []*show.Sponsor{acme},
				Social:       []show.Social{{Protocol: "activitypub", URI: "https://social.example/@hello/1"}},
				RedirectFrom: []string{"/4", "/2027/cloudy.html"},
			},
			Duration: time.Hour + 2*time.Minute + 3*time.Second + 400*time.Millisecond,
			AudioKey: "audio/4-cloudy-0123456789abcdef.mp3", AudioType: "audio/mpeg", AudioBytes: 41_234_567,
			ArtworkKey: "assets/cloudy-0123456789abcdef.jpg", CardKey: "episodes/4-cloudy/card-0123456789abcdef.jpg",
			EditURL: "https://code.example/edit/episodes/4-cloudy/episode.md",
			Gaps: []templates.Gap{{
				Language: "en-gb", Speaker: "Deneb", Words: "It goes out … and back", Start: 83 * time.Second, Timed: true,
				EditURL: "https://code.example/edit/episodes/4-cloudy/transcript.md#L7",
			}},
			Notes:   "<p>Vega and Rigel ask Deneb where an episode goes after <em>publish</em>.</p>\n<ul>\n<li><a href=\"https://www.rfc-editor.org/rfc/rfc9110\">RFC 9110</a></li>\n</ul>",
			Summary: "What happens between the bucket and your ears.",
			Chapters: []chapters.Chapter{
				{Start: 0, End: 12 * time.Second, Title: "Cold open", Hidden: true},
				{Start: 12 * time.Second, End: 48500 * time.Millisecond, Title: "What is a CDN?", Image: "episodes/4/cdn.png"},
				{Start: 48500 * time.Millisecond, End: time.Hour, Title: "Ranges", URL: "https://www.rfc-editor.org/rfc/rfc9110"},
			},
			Alternates: []templates.Alternate{
				{Language: "de", Title: "Zum <Hören>", AudioKey: "audio/4-cloudy.de-0123456789abcdef.mp3"},
				{Language: "es", Machine: true, AudioKey: "audio/4-cloudy.es-0123456789abcdef.mp3", AudioType: "audio/mpeg", AudioBytes: 31_000_000, Duration: 61 * time.Minute},
			},
			Transcripts: []templates.Transcript{
				{
					Language: "en-gb",
					Read: words(&transcripts.Transcript{Turns: []transcripts.Turn{
						{Speaker: "Vega", ID: "t0", Blocks: []transcripts.Block{{Text: "Hello.", HTML: "<p>Hello.</p>"}}},
						{Speaker: "Break", Pause: true, ID: "t12"},
						{Speaker: "Deneb", ID: "t15", Blocks: []transcripts.Block{
							{Text: "It goes out.", HTML: "<p>It goes <em>out</em>.</p>"},
							{Text: "And back.", HTML: "<p>And back.</p>"},
						}},
					}}, []time.Duration{0, 12 * time.Second, 15500 * time.Millisecond}),
					Files: []templates.File{
						{Key: "episodes/4-cloudy/transcript-0123456789abcdef.vtt", MediaType: "text/vtt", Label: "WebVTT"},
						{Key: "episodes/4-cloudy/transcript-0123456789abcdef.srt", MediaType: "application/x-subrip", Label: "SRT"},
					},
					EditURL: "https://code.example/edit/main/transcript.md",
				},
				{
					Language: "es",
					Read: words(&transcripts.Transcript{Turns: []transcripts.Turn{
						{Speaker: "Vega", ID: "t0", Blocks: []transcripts.Block{{Text: "Hola.", HTML: "<p>Hola.</p>"}}},
					}}, nil),
				},
			},
		},
		{
			Episode: &show.Episode{
				File: "episodes/extra/episode.md", Slug: "extra", GUID: "f3", Title: "Bloopers & “quotes”",
				Date: time.Date(2027, 1, 28, 6, 0, 0, 0, london), Type: show.Bonus, Season: 1, Language: "en-gb", Explicit: true,
			},
			Duration: 48 * time.Second, AudioKey: "audio/extra-0123456789abcdef.m4a", AudioType: "audio/x-m4a", AudioBytes: 950_000,
			ArtworkKey: sample.ArtworkKey,
			Notes:      "<p>What <em>fell</em> on the floor.</p>",
			Summary:    "What fell on the floor.",
		},
		{
			Episode: &show.Episode{
				File: "episodes/trailer/episode.md", Slug: "trailer", GUID: "f1", Title: "Coming soon",
				Date: time.Date(2026, 7, 1, 0, 30, 0, 0, london), Type: show.Trailer, Language: "en-gb",
			},
			Duration: 30 * time.Minute, AudioKey: "audio/trailer-0123456789abcdef.mp3", AudioType: "audio/mpeg", AudioBytes: 30_000_000,
			ArtworkKey: sample.ArtworkKey,
		},
	}
	return sample
}

// render renders every page with the embedded theme.
func render(t *testing.T, site *templates.Site) map[string]string {
	t.Helper()
	theme, err := templates.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := renderWith(theme, site)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// renderWith renders every page, with keys for the theme's assets.
func renderWith(theme *templates.Theme, site *templates.Site) (map[string]string, error) {
	for _, a := range theme.Assets() {
		ext := path.Ext(a.Name)
		site.AssetKeys[a.Name] = "assets/" + strings.TrimSuffix(a.Name, ext) + "-0123456789abcdef" + ext
	}
	pages := map[string]string{}
	for p, err := range theme.Pages(site) {
		if err != nil {
			return pages, err
		}
		var body strings.Builder
		if err := p.Render(&body); err != nil {
			return pages, err
		}
		pages[p.Key] = body.String()
	}
	return pages, nil
}

// words returns a Transcript.Read that returns the text and starts.
func words(text *transcripts.Transcript, starts []time.Duration) func() (*transcripts.Transcript, []time.Duration, error) {
	return func() (*transcripts.Transcript, []time.Duration, error) { return text, starts, nil }
}
