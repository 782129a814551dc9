package show_test

import (
	"fmt"
	"testing/fstest"
	"time"

	"onair/show"
)

func ExampleLoad() {
	folder := fstest.MapFS{
		"show.yaml": {Data: []byte(`
title: Hello, Universe
description: Two synthetic voices take a podcast apart.
artwork: artwork.jpg
categories: [Technology]
langauge: en
explicit: no
`)},
		"artwork.jpg": {},
		"episodes/1-cloudy/episode.md": {Data: []byte(`---
title: Cloudy with a chance of packets
guid: 0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44
date: 2027-02-04 06:00
---
Where an episode goes after *publish*.
`)},
	}
	s, found := show.Load(folder, nil)
	for _, f := range found {
		fmt.Printf("%s %v\n  %s\n", f.Severity, f, f.Hint)
	}
	now := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, e := range s.Live(now) {
		fmt.Println(e.Slug, e.Status(now), e.Title)
	}
	// Output:
	// warning show.yaml: the show has no language; taken to be en
	//   add language: en, or what is spoken
	// error show.yaml:6:1: unknown key "langauge"
	//   did you mean "language"?
	// error show.yaml:7:11: explicit is "no"; expected true or false
	//   write false
	// 1-cloudy live Cloudy with a chance of packets
}
