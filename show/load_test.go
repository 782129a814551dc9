package show

import (
	"testing"
	"testing/fstest"
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

func TestLoadExample(t *testing.T) {
	s, found := Load(exampleShow(), nil)
	for _, f := range found {
		t.Errorf("unexpected finding: %s %v (%s)", f.Rule, f, f.Hint)
	}
	if s == nil {
		t.Fatal("no show")
	}
	t.Logf("%+v", s)
	t.Logf("%+v", s.Episodes[0])
}
