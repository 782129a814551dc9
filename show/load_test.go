package show

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onair/internal/finding"
	"onair/internal/slugs"
	"onair/show/chapters"
	"onair/show/pins"
)

const showYAML = `# show.yaml
title: Hello, Universe
description: |                    # Markdown; at most 4000 bytes rendered
  Two synthetic voices take a podcast apart, one byte at a time.
url: https://hello-universe.example/   # where listeners find what storage holds
storage: gs://hello-universe
state: gs://hello-universe-private     # parts, masters, release.json; optional, advised
cdn: {provider: fastly, service: SERVICE_ID}   # token in FASTLY_API_TOKEN
feed: {path: feed.xml, locked: true}   # keep your old path when moving in
timezone: Europe/London
language: en-gb
author: The Hello Universe crew   # itunes:author
hosts: [vega, rigel]              # restated on every item
categories: [Technology, News > Tech News]   # Apple reads the first
explicit: false
type: episodic                    # or serial
artwork: artwork.jpg
license: cc-by-4.0                # the audio's
copyright: The Hello Universe crew     # no ©, no year (PSP-1)
owner: {name: Hello Universe, email: show@hello-universe.example}  # opt-in, public
funding: [{url: "https://hello-universe.example/support", text: Support the show}]
seasons: {1: Boot sequence}
update_frequency: {text: Weekly, rrule: FREQ=WEEKLY}
links: {apple: "https://podcasts.apple.com/podcast/id0000000000"}
txt: [{purpose: applepodcastsverify, value: CODE}]
enclosure_prefix: https://op3.dev/e/   # optional download statistics; verify follows it
announce: [websub, podcastindex, podping, overcast]   # after verify, once
keep_masters: true
credits: git                      # transcript contributors on episode pages
transcripts:
  edit: https://github.com/hello-universe/show/edit/main/{file}
  license: cc-by-sa-4.0           # may differ from the audio's
  timestamp_fraction: decimal     # or frames30
targets:
  staging: {storage: "gs://hello-universe-staging", url: "https://staging.hello-universe.example/", private: true}
`

const peopleYAML = `# people.yaml
vega:
  name: Vega                      # as in transcripts and podcast:person
  url: https://hello-universe.example/people/vega/
  image: people/vega.png
  aliases: [VEGA, Voice One]      # lint suggests ` + "`name`" + `
rigel: {name: Rigel, image: people/rigel.png}
deneb: {name: Deneb, url: "https://deneb.example/"}
`

const sponsorsYAML = `# sponsors.yaml
acme-telescopes:
  name: Acme Telescopes
  url: https://acme-telescopes.example/?ref=hello-universe
  logo: sponsors/acme.png
  text: Fine lenses for finer nebulae.
`

const episodeMD = `---
title: Cloudy with a chance of packets   # no number, no show name
guid: 0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44   # written by ` + "`onair new`" + `; never edit
date: 2027-02-04 06:00            # show's timezone; future = scheduled; none = draft
season: 1
number: 4                         # itunes:episode; leave out for a trailer
type: full                        # trailer | bonus (a bonus may share its parent's number)
summary: What happens between the bucket and your ears.   # plain text; cards and COMM
guests: [deneb]
people: [{id: rigel, role: audio editor, group: audio post-production}]
topics: [cdn, storage]
sponsors: [acme-telescopes]
audio: audio.mp3                  # the default; a path elsewhere is fine
artwork: artwork.jpg
chapters:                         # or chapters.txt beside this file
  - {start: "0:00", title: Cold open, toc: false}
  - {start: "0:12", title: "What is a CDN?", image: cdn.png}
  - {start: "0:48.5", sponsor: acme-telescopes}   # title, url, image from sponsors.yaml
  - {start: "1:02", title: Ranges, url: "https://www.rfc-editor.org/rfc/rfc9110"}
soundbites: [{start: "0:20", duration: 30, title: The edge explained}]
social: [{protocol: activitypub, uri: "https://social.example/@hello/1"}]
redirect_from: [/4]
---
Vega and Rigel ask Deneb where an episode goes after *publish*.
`

// exampleShow is the show that the documentation uses.
func exampleShow() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"show.yaml":                       file(showYAML),
		"people.yaml":                     file(peopleYAML),
		"sponsors.yaml":                   file(sponsorsYAML),
		"artwork.jpg":                     file("jpeg"),
		"people/vega.png":                 file("png"),
		"people/rigel.png":                file("png"),
		"sponsors/acme.png":               file("png"),
		"episodes/4-cloudy/episode.md":    file(episodeMD),
		"episodes/4-cloudy/audio.mp3":     file("mpeg"),
		"episodes/4-cloudy/artwork.jpg":   file("jpeg"),
		"episodes/4-cloudy/cdn.png":       file("png"),
		"episodes/4-cloudy/transcript.md": file("**Vega:** Hello."),
	}
}

// compare ignores fields that only Load can set.
var compare = cmp.Options{
	cmpopts.IgnoreUnexported(Show{}, Episode{}),
	cmpopts.IgnoreTypes(Folder{}),
	cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
}

// load loads a show that must have no findings.
func load(t *testing.T, files fstest.MapFS, opts *LoadOptions) *Show {
	t.Helper()
	s, found := Load(files, opts)
	for _, f := range found {
		t.Errorf("unexpected finding: %s %v (%s)", f.Rule, f, f.Hint)
	}
	if s == nil {
		t.Fatal("no show")
	}
	return s
}

func TestLoadExample(t *testing.T) {
	t.Parallel()
	vega := &Person{ID: "vega", Name: "Vega", URL: "https://hello-universe.example/people/vega/", Image: "people/vega.png", Aliases: []string{"VEGA", "Voice One"}}
	rigel := &Person{ID: "rigel", Name: "Rigel", Image: "people/rigel.png"}
	deneb := &Person{ID: "deneb", Name: "Deneb", URL: "https://deneb.example/"}
	acme := &Sponsor{ID: "acme-telescopes", Name: "Acme Telescopes", URL: "https://acme-telescopes.example/?ref=hello-universe",
		Logo: "sponsors/acme.png", Text: "Fine lenses for finer nebulae."}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	want := &Show{
		Title:       "Hello, Universe",
		Description: "Two synthetic voices take a podcast apart, one byte at a time.",
		URL:         "https://hello-universe.example/",
		Storage:     "gs://hello-universe",
		Targets:     []string{"staging"},
		State:       "gs://hello-universe-private",
		CDN:         &CDN{Provider: "fastly", Settings: map[string]string{"service": "SERVICE_ID"}},
		Feed:        Feed{Path: "feed.xml", Locked: true},
		Timezone:    london,
		Language:    "en-gb",
		Author:      "The Hello Universe crew",
		Hosts:       []Credit{{vega, "host", "cast"}, {rigel, "host", "cast"}},
		Categories:  []Category{{"Technology", ""}, {"News", "Tech News"}},
		Type:        Episodic,
		Artwork:     "artwork.jpg",
		License:     License{ID: "cc-by-4.0"},
		Copyright:   "The Hello Universe crew",
		Owner:       Owner{"Hello Universe", "show@hello-universe.example"},
		Funding:     []Link{{"https://hello-universe.example/support", "Support the show"}},
		Seasons:     map[int]string{1: "Boot sequence"},
		Frequency:   Frequency{Text: "Weekly", RRule: "FREQ=WEEKLY"},
		Links:       []Link{{Text: "apple", URL: "https://podcasts.apple.com/podcast/id0000000000"}},
		Txt:         []Txt{{"applepodcastsverify", "CODE"}},
		Prefix:      "https://op3.dev/e/",
		Announce:    []string{"websub", "podcastindex", "podping", "overcast"},
		KeepMasters: true,
		Credits:     "git",
		Transcripts: Transcripts{
			Edit: "https://github.com/hello-universe/show/edit/main/{file}", License: "cc-by-sa-4.0", Fraction: "decimal", Sounds: true,
		},
		People:   map[string]*Person{"vega": vega, "rigel": rigel, "deneb": deneb},
		Sponsors: map[string]*Sponsor{"acme-telescopes": acme},
		Lock:     &pins.Lock{Episodes: map[string]*pins.Pin{}},
		Episodes: []*Episode{{
			Dir:         "episodes/4-cloudy",
			File:        "episodes/4-cloudy/episode.md",
			Slug:        "4-cloudy",
			Title:       "Cloudy with a chance of packets",
			GUID:        "0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44",
			Date:        time.Date(2027, 2, 4, 6, 0, 0, 0, london),
			Season:      1,
			Number:      4,
			Type:        Full,
			Summary:     "What happens between the bucket and your ears.",
			Guests:      []Credit{{deneb, "guest", "cast"}},
			People:      []Credit{{rigel, "audio editor", "audio post-production"}},
			Topics:      []string{"cdn", "storage"},
			Sponsors:    []*Sponsor{acme},
			Audio:       "episodes/4-cloudy/audio.mp3",
			Artwork:     "episodes/4-cloudy/artwork.jpg",
			Language:    "en-gb",
			OwnChapters: true,
			Chapters: []chapters.Chapter{
				{Title: "Cold open", Hidden: true},
				{Start: 12 * time.Second, Title: "What is a CDN?", Image: "episodes/4-cloudy/cdn.png"},
				{Start: 48500 * time.Millisecond, Title: acme.Name, URL: acme.URL, Image: acme.Logo},
				{Start: 62 * time.Second, Title: "Ranges", URL: "https://www.rfc-editor.org/rfc/rfc9110"},
			},
			Soundbites:   []Soundbite{{20 * time.Second, 30 * time.Second, "The edge explained"}},
			Social:       []Social{{Protocol: "activitypub", URI: "https://social.example/@hello/1"}},
			RedirectFrom: []string{"/4"},
			Notes:        "Vega and Rigel ask Deneb where an episode goes after *publish*.",
			NotesLine:    24,
			Transcripts:  []TranscriptFile{{"episodes/4-cloudy/transcript.md", "en-gb"}},
		}},
	}
	if diff := cmp.Diff(want, load(t, exampleShow(), nil), compare); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestLoadOtherFields loads fields that the example does not have.
func TestLoadOtherFields(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	for _, e := range []edit{
		showLine(`type: serial
complete: true
block: true
medium: course
new_feed_url: https://new.example/feed.xml
locations: [{name: London, geo: "geo:51.5,-0.1"}]
namespaces: {media: "http://search.yahoo.com/mrss/"}
extra: |
  <itunes:keywords>a &amp; b</itunes:keywords>
  <media:rating scheme='urn:x'/>
audio: {path: "/masters/{number}.mp3"}`),
		change("show.yaml", "timestamp_fraction: decimal ", "timestamp_fraction: frames30\n  contribute: https://a.example/help\n  path: \"t/{season}x{number}-{guid}.md\"\n  #"),
		change("show.yaml", "explicit: false", "explicit: true"),
		change("show.yaml", "{text: Weekly, rrule: FREQ=WEEKLY}", "{text: Weekly, dtstart: 2027-06-01, complete: true}"),
		put("episodes/5-tail/episode.md", `---
title: The long tail
slug: tail
`+guid5+`
date: 2027-02-11 06:00
updated: 2027-02-12 06:00
draft: true
season: 2
number: 1
explicit: false
block: true
language: de
guests: [{name: Altair, url: "https://altair.example/", image: altair.png, role: co-host}]
license: {name: Ours, url: "https://a.example/licence"}
locations: [{name: The Moon, rel: creator}]
social: [{protocol: disabled}]
extra: <podcast:chat/>
---

# Notes

---

More.

`),
		put("episodes/5-tail/altair.png", "png"),
		put("t/2x1-5f0c7a52-1f0e-4c3b-8a43-6a0b1c2d3e4f.md", ""),
		put("episodes/5-tail/transcript.es.md", ""),
	} {
		e(t, files)
	}
	s := load(t, files, nil)
	want := Show{
		Type: Serial, Complete: true, Block: true, Medium: "course", NewFeedURL: "https://new.example/feed.xml", Explicit: true,
		Locations: []Location{{Name: "London", Rel: "subject", Geo: "geo:51.5,-0.1"}}, AudioPath: "/masters/{number}.mp3",
		Namespaces: map[string]string{"media": "http://search.yahoo.com/mrss/"},
		Extra:      "<itunes:keywords>a &amp; b</itunes:keywords>\n<media:rating scheme=\"urn:x\"></media:rating>",
		Frequency:  Frequency{Text: "Weekly", Start: time.Date(2027, 6, 1, 0, 0, 0, 0, s.Timezone), Complete: true},
		Transcripts: Transcripts{Path: "t/{season}x{number}-{guid}.md", Edit: s.Transcripts.Edit, License: "cc-by-sa-4.0",
			Fraction: "frames30", Sounds: true, Contribute: "https://a.example/help"},
	}
	got := Show{Type: s.Type, Complete: s.Complete, Block: s.Block, Medium: s.Medium, NewFeedURL: s.NewFeedURL, Explicit: s.Explicit,
		Locations: s.Locations, AudioPath: s.AudioPath, Namespaces: s.Namespaces, Extra: s.Extra, Frequency: s.Frequency, Transcripts: s.Transcripts}
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Errorf("show: -want +got\n%s", diff)
	}
	wantEpisode := &Episode{
		Dir: "episodes/5-tail", File: "episodes/5-tail/episode.md", Slug: "tail", Title: "The long tail", GUID: guid5[6:],
		Date: time.Date(2027, 2, 11, 6, 0, 0, 0, s.Timezone), Updated: time.Date(2027, 2, 12, 6, 0, 0, 0, s.Timezone),
		Draft: true, Season: 2, Number: 1, Type: Full, Block: true, Language: "de",
		Guests:    []Credit{{&Person{Name: "Altair", URL: "https://altair.example/", Image: "episodes/5-tail/altair.png"}, "co-host", "cast"}},
		Audio:     "/masters/1.mp3",
		License:   License{"Ours", "https://a.example/licence"},
		Locations: []Location{{Name: "The Moon", Rel: "creator"}},
		Social:    []Social{{Protocol: "disabled"}},
		Notes:     "# Notes\n\n---\n\nMore.", NotesLine: 20,
		Transcripts: []TranscriptFile{
			{"t/2x1-5f0c7a52-1f0e-4c3b-8a43-6a0b1c2d3e4f.md", "de"}, {"episodes/5-tail/transcript.es.md", "es"},
		},
		Extra: "<podcast:chat></podcast:chat>",
	}
	if diff := cmp.Diff(wantEpisode, s.bySlug("tail"), compare); diff != "" {
		t.Errorf("episode: -want +got\n%s", diff)
	}
}

func TestLoadMinimal(t *testing.T) {
	t.Parallel()
	s, found := Load(fstest.MapFS{"show.yaml": {Data: []byte("title: Hello\n")}}, nil)
	if found.HasErrors() {
		t.Errorf("errors: %v", found)
	}
	want := &Show{
		Title: "Hello", Description: "Hello", URL: DefaultURL, Storage: defaultStorage, Feed: Feed{Path: DefaultFeed}, Timezone: time.UTC,
		Language: "en", Author: "Hello", Type: Episodic, KeepMasters: true, Transcripts: Transcripts{Fraction: "decimal", Sounds: true},
		People: map[string]*Person{}, Sponsors: map[string]*Sponsor{}, Lock: &pins.Lock{Episodes: map[string]*pins.Pin{}},
	}
	if diff := cmp.Diff(want, s, compare); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLoadBrokenShowStillChecksTheRest(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	for _, e := range []edit{put("show.yaml", "title: [\n"), change(ep, "number: 4", "number: four")} {
		e(t, files)
	}
	s, found := Load(files, nil)
	if s != nil {
		t.Error("a show from a broken show.yaml")
	}
	if len(found) != 2 || found[0].Rule != ruleType.ID || found[1].Rule != ruleYAML.ID {
		t.Errorf("found %v", found)
	}
}

func TestLoadTarget(t *testing.T) {
	t.Parallel()
	s := load(t, exampleShow(), &LoadOptions{Target: "staging"})
	want := Show{
		Target: "staging", Storage: "gs://hello-universe-staging", URL: "https://staging.hello-universe.example/",
		Private: true, Title: "Hello, Universe", KeepMasters: true,
	}
	got := Show{
		Target: s.Target, Storage: s.Storage, URL: s.URL, State: s.State, Private: s.Private, Title: s.Title,
		CDN: s.CDN, Announce: s.Announce, Prefix: s.Prefix, KeepMasters: s.KeepMasters,
	}
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if at := s.At("url").String(); at != "show.yaml:35:53" {
		t.Errorf("url is at %s", at)
	}
}

func TestLoadEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		env                 func(string) (string, bool)
		storage, url, state string
	}{
		{"nothing", environment(), "gs://hello-universe", "https://hello-universe.example/", "gs://hello-universe-private"},
		{"empty is not set", environment("ONAIR_URL", ""), "gs://hello-universe", "https://hello-universe.example/", "gs://hello-universe-private"},
		{"url gets its slash", environment("ONAIR_URL", "https://a.example/b"), "gs://hello-universe", "https://a.example/b/", "gs://hello-universe-private"},
		{"another storage leaves the state behind", environment("ONAIR_STORAGE", "file:out"), "file:out", "https://hello-universe.example/", ""},
		{"the same storage keeps it", environment("ONAIR_STORAGE", "gs://hello-universe"), "gs://hello-universe", "https://hello-universe.example/", "gs://hello-universe-private"},
		{"all", environment("ONAIR_STORAGE", "s3://b", "ONAIR_URL", "http://127.0.0.1:1/", "ONAIR_STATE", "file:state"), "s3://b", "http://127.0.0.1:1/", "file:state"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, exampleShow(), &LoadOptions{Env: tt.env})
			if s.Storage != tt.storage || s.URL != tt.url || s.State != tt.state {
				t.Errorf("storage %q, url %q, state %q", s.Storage, s.URL, s.State)
			}
		})
	}
}

func TestLoadNewGUID(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	put(pins.File, lockOf("other", "4-cloudy"))(t, files)
	s := load(t, files, &LoadOptions{NewGUID: []string{"4-cloudy"}})
	if len(s.Lock.Episodes) != 0 {
		t.Errorf("the lock has the old pin: %v", s.Lock.Episodes)
	}
}

// TestLoadKeepsLinksInside expects a symbolic link not to make a file outside the folder
// part of the show.
func TestLoadKeepsLinksInside(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, exampleShow()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "episodes", "4-cloudy")
	for name, target := range map[string]string{"transcript.md": "key", "artwork.jpg": "key", "cdn.png": "key"} {
		if err := os.WriteFile(filepath.Join(outside, target), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		name = filepath.Join(folder, name)
		if err := errors.Join(os.Remove(name), os.Symlink(filepath.Join(outside, target), name)); err != nil {
			t.Skip(err) // some systems do not let every user make links
		}
	}
	s, found := Load(sources(t, dir), &LoadOptions{Dir: dir})
	if n := found.Count(finding.Error); n != 3 {
		t.Errorf("findings %v", found)
	}
	for _, tr := range s.Episodes[0].Transcripts {
		if data, err := s.Folder.ReadFile(tr.Path, 100); err == nil {
			t.Errorf("read %q", data)
		}
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	s := load(t, exampleShow(), nil)
	e := s.Episodes[0]
	for field, want := range map[string]string{
		"title":             "episodes/4-cloudy/episode.md:2:1",
		"chapters":          "episodes/4-cloudy/episode.md:15:1",
		"chapters[1].image": "episodes/4-cloudy/episode.md:17:46",
		"chapters[2].image": "episodes/4-cloudy/episode.md:18:5", // the image comes from the chapter's sponsor
		"chapters[9]":       "episodes/4-cloudy/episode.md:15:1",
		"language":          "episodes/4-cloudy/episode.md",
	} {
		if got := e.At(field).String(); got != want {
			t.Errorf("%s is at %s; want %s", field, got, want)
		}
	}
	if got := s.At("owner.email").String(); got != "show.yaml:20:31" {
		t.Errorf("owner.email is at %s", got)
	}
}

func TestChaptersFileAndLock(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	for _, e := range []edit{
		second(guid5),
		put("episodes/5-tail/chapters.txt", "# by hand\n\n0:00 Intro\n1:02:03.25\tThe end\n"),
		put("episodes/6-moon/episode.md", "---\ntitle: Moon\nguid: moon\n---\n"),
		put("onair.lock", `version: 1
episodes:
  moon:
    slug: 6-moon
    sha256: "`+strings.Repeat("0", 64)+`"
    crc32c: "00000000"
    bytes: 1
    duration: 1
    chapters:
      - {start: 0.5, title: From the tag}
`),
	} {
		e(t, files)
	}
	s := load(t, files, nil)
	want := []chapters.Chapter{{Title: "Intro"}, {Start: time.Hour + 2*time.Minute + 3250*time.Millisecond, Title: "The end"}}
	if diff := cmp.Diff(want, s.bySlug("5-tail").Chapters); diff != "" {
		t.Errorf("chapters.txt: -want +got\n%s", diff)
	}
	if at := s.bySlug("5-tail").At("chapters[1].title").String(); at != "episodes/5-tail/chapters.txt:4:1" {
		t.Errorf("the second chapter is at %s", at)
	}
	if diff := cmp.Diff([]chapters.Chapter{{Start: 500 * time.Millisecond, Title: "From the tag"}}, s.bySlug("6-moon").Chapters); diff != "" {
		t.Errorf("lock: -want +got\n%s", diff)
	}
	if !s.bySlug("5-tail").OwnChapters || !s.bySlug("4-cloudy").OwnChapters || s.bySlug("6-moon").OwnChapters {
		t.Error("it is not known whose the chapters are")
	}
	put("episodes/6-moon/episode.md", "---\ntitle: Moon\nguid: moon\nchapters: []\n---\n")(t, files)
	if e := load(t, files, nil).bySlug("6-moon"); !e.OwnChapters || len(e.Chapters) > 0 {
		t.Errorf("chapters: [] gives %v", e.Chapters)
	}
}

func TestChaptersOfANamedFile(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	for _, e := range []edit{
		second(guid5 + "\nchapters: edit/marks.json"),
		put("episodes/5-tail/edit/marks.json", `{"version": "1.2.0", "chapters": [
  {"startTime": 0, "title": "Intro", "img": "../../4-cloudy/cdn.png"},
  {"startTime": 12.5, "endTime": 20, "title": "The end", "url": "https://end.example/"}]}`),
	} {
		e(t, files)
	}
	e := load(t, files, nil).bySlug("5-tail")
	want := []chapters.Chapter{
		{Title: "Intro", Image: "episodes/4-cloudy/cdn.png"},
		{Start: 12500 * time.Millisecond, End: 20 * time.Second, Title: "The end", URL: "https://end.example/"},
	}
	if diff := cmp.Diff(want, e.Chapters); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if at := e.At("chapters[1].title").String(); at != "episodes/5-tail/edit/marks.json:3:3" {
		t.Errorf("the second chapter is at %s", at)
	}
}

func TestFindAudio(t *testing.T) {
	t.Parallel()
	pattern := showLine(`audio: {path: "~/masters/{slug}.mp3"}`)
	tests := []struct {
		name  string
		edits []edit
		want  string
	}{
		{"nothing there", nil, "episodes/5-tail/audio.mp3"},
		{"an m4a", []edit{put("episodes/5-tail/audio.m4a", "")}, "episodes/5-tail/audio.m4a"},
		{"a pattern", []edit{pattern}, "~/masters/5-tail.mp3"},
		{"the folder before the pattern", []edit{pattern, put("episodes/5-tail/audio.mp3", "")}, "episodes/5-tail/audio.mp3"},
		{"a pattern that needs a number", []edit{showLine(`audio: {path: "../{number}.mp3"}`)}, "episodes/5-tail/audio.mp3"},
		{"named", []edit{second(guid5 + "\naudio: ../../../masters/5.mp3")}, "../masters/5.mp3"},
		{"named in the home folder", []edit{second(guid5 + "\naudio: {path: ~/5.mp3}")}, "~/5.mp3"},
		{"a GUID that is a path", []edit{showLine(`audio: {path: "m/{guid}.mp3"}`), second(`guid: "../../x"`)}, "episodes/5-tail/audio.mp3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := exampleShow()
			for _, e := range append([]edit{second(guid5)}, tt.edits...) {
				e(t, files)
			}
			s, _ := Load(files, nil)
			if got := s.bySlug("5-tail").Audio; got != tt.want {
				t.Errorf("got %s; want %s", got, tt.want)
			}
		})
	}
}

func TestTranscriptsStartWithTheEpisodesLanguage(t *testing.T) {
	t.Parallel()
	files := exampleShow()
	for _, name := range []string{"transcript.de.md", "transcript.fr.md", "transcript.es.vtt", "transcript.raw.json", "transcripts.md"} {
		put("episodes/4-cloudy/"+name, "")(t, files)
	}
	want := []TranscriptFile{
		{"episodes/4-cloudy/transcript.md", "en-gb"}, {"episodes/4-cloudy/transcript.de.md", "de"}, {"episodes/4-cloudy/transcript.es.vtt", "es"}, {"episodes/4-cloudy/transcript.fr.md", "fr"},
	}
	if diff := cmp.Diff(want, load(t, files, nil).Episodes[0].Transcripts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestEpisodesAreNewestFirst(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"show.yaml": {Data: []byte("title: Hello\n")}}
	for slug, date := range map[string]string{"a": "2027-01-01", "b": "2027-01-03", "c": "2027-01-03", "d": "", "e": ""} {
		put("episodes/"+slug+"/episode.md", "---\ntitle: T\nguid: "+slug+"\n"+strings.TrimSuffix("date: "+date, "date: ")+"\n---\n")(t, files)
	}
	s, found := Load(files, nil)
	var order strings.Builder
	for _, e := range s.Episodes {
		order.WriteString(e.Slug)
	}
	if order.String() != "debca" {
		t.Errorf("order %s; findings %v", &order, found)
	}
}

// TestLoadFromDisk expects the result not to depend on where the files are.
func TestLoadFromDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, exampleShow()); err != nil {
		t.Fatal(err)
	}
	s, found := Load(os.DirFS(dir), &LoadOptions{Dir: dir})
	if len(found) > 0 {
		t.Error(found)
	}
	if diff := cmp.Diff(load(t, exampleShow(), nil), s, compare); diff != "" {
		t.Errorf("-memory +disk\n%s", diff)
	}
}

// FuzzLoad varies all files at once and looks for panics, endless loops and findings
// without a place.
func FuzzLoad(f *testing.F) {
	f.Add(showYAML, peopleYAML, sponsorsYAML, episodeMD, "0:12 Intro\n", lockOf(guid4, "4-cloudy"))
	for _, tt := range findingCases {
		files := exampleShow()
		for _, e := range tt.edits {
			e(f, files)
		}
		data := func(name string) string {
			if file := files[name]; file != nil && len(file.Data) < 1<<14 {
				return string(file.Data)
			}
			return ""
		}
		f.Add(data("show.yaml"), data("people.yaml"), data("sponsors.yaml"), data(ep), data("episodes/4-cloudy/chapters.txt"), data(pins.File))
	}
	f.Fuzz(func(t *testing.T, show, people, sponsors, episode, chapters, lock string) {
		files := exampleShow()
		for name, content := range map[string]string{
			"show.yaml": show, "people.yaml": people, "sponsors.yaml": sponsors, ep: episode,
			"episodes/4-cloudy/chapters.txt": chapters, pins.File: lock,
		} {
			files[name] = &fstest.MapFile{Data: []byte(content)}
		}
		s, found := Load(files, &LoadOptions{Target: "staging"})
		if s == nil && !found.HasErrors() {
			t.Error("no show and no error")
		}
		for _, f := range found {
			checkWording(t, f)
		}
		if s == nil {
			return
		}
		for _, e := range s.Episodes {
			for _, c := range e.Chapters {
				if c.Start < 0 {
					t.Errorf("chapter at %v", c.Start)
				}
			}
			if !found.HasErrors() && slugs.Valid(e.Slug) != nil {
				t.Errorf("slug %q", e.Slug)
			}
		}
	})
}
