package importer

import (
	"path"
	"slices"
	"strings"

	"onair/feed/tree"
	"onair/internal/source"
	"onair/show/chapters"
)

// ranks are the formats of transcripts, best first.
var ranks = []string{"vtt", "json", "srt", "html", "text"}

// transcripts selects the best file for each language.
func (c *mapper) transcripts(e *episode, item *tree.Element) {
	best := map[string]transcript{}
	var order, seen []string
	for _, x := range c.all(item, "podcast:transcript", "url", "type", "language", "rel") {
		address, ok := webAddress(x.Attr("url"))
		if !ok {
			c.lose("podcast:transcript is dropped: its address is malformed: %s", short(x))
			continue
		}
		t := transcript{url: address, format: transcriptFormat(x.Attr("type"), address), language: languageOf(x.Attr("language"))}
		if show := languageOf(c.channel.Child("language").Value()); t.language == show {
			t.language = ""
		}
		seen = append(seen, address)
		old, known := best[t.language]
		if !known {
			order = append(order, t.language)
		}
		if !known || slices.Index(ranks, t.format) < slices.Index(ranks, old.format) {
			best[t.language] = t
		}
	}
	for _, lang := range order {
		e.transcripts = append(e.transcripts, best[lang])
	}
	if n := len(seen) - len(order); n > 0 {
		c.lose("podcast:transcript: of several formats the best is taken, and %d left out", n)
	}
}

func transcriptFormat(mediaType, address string) string {
	switch mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";"); strings.TrimSpace(mediaType) {
	case "text/vtt":
		return "vtt"
	case "application/json":
		return "json"
	case "application/x-subrip", "application/srt", "text/srt":
		return "srt"
	case "text/html":
		return "html"
	case "text/plain":
		return "text"
	}
	switch strings.ToLower(path.Ext(pathOf(address))) {
	case ".vtt":
		return "vtt"
	case ".json":
		return "json"
	case ".srt":
		return "srt"
	case ".html", ".htm":
		return "html"
	}
	return "text"
}

// chapterFiles takes over the address of a chapters file and the chapters in the feed
// itself.
func (c *mapper) chapterFiles(e *episode, item *tree.Element) {
	if x := c.one(item, "podcast:chapters", "url", "type"); x != nil {
		if address, ok := webAddress(x.Attr("url")); ok {
			e.chaptersURL = address
		} else {
			c.lose("podcast:chapters is dropped: its address is malformed: %s", short(x))
		}
	}
	if x := c.one(item, "psc:chapters", "version"); x != nil {
		for ch := range x.All("psc:chapter") {
			start, ok := source.ParseClock(strings.TrimSpace(ch.Attr("start")))
			if !ok {
				c.lose("a chapter is dropped: it starts at %s", source.ShortQuote(line(ch.Attr("start"))))
				continue
			}
			e.chapters = append(e.chapters, chapters.Chapter{Start: start, Title: line(ch.Attr("title")), URL: strings.TrimSpace(ch.Attr("href")), Image: strings.TrimSpace(ch.Attr("image"))})
		}
		slices.SortStableFunc(e.chapters, func(a, b chapters.Chapter) int { return int(a.Start - b.Start) })
	}
}
