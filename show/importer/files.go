package importer

import (
	"cmp"
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
	var order []string
	other := func(address string) {
		c.loseValue(address, "podcast:transcript is dropped: there is a better format")
	}
	for _, x := range c.all(item, "podcast:transcript", "url", "type", "language", "rel") {
		address, ok := c.fileAddress(x.Attr("url"), x, item)
		if !ok {
			c.loseElement(x, "podcast:transcript is dropped: its address is malformed")
			continue
		}
		t := transcript{url: address, format: transcriptFormat(x.Attr("type"), address), language: languageOf(x.Attr("language"))}
		if show := languageOf(c.channel.Child("language").Value()); t.language == show {
			t.language = ""
		}
		switch old, known := best[t.language]; {
		case !known:
			order = append(order, t.language)
			best[t.language] = t
		case slices.Index(ranks, t.format) < slices.Index(ranks, old.format):
			other(old.url)
			best[t.language] = t
		default:
			other(address)
		}
	}
	for _, lang := range order {
		e.transcripts = append(e.transcripts, best[lang])
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

// chapterFiles sets the address of the chapters file, and the chapters in the feed
// itself.
func (c *mapper) chapterFiles(e *episode, item *tree.Element) {
	if x := c.one(item, "podcast:chapters", "url", "type"); x != nil {
		if address, ok := c.fileAddress(x.Attr("url"), x, item); ok {
			e.chaptersURL = address
		} else {
			c.loseElement(x, "podcast:chapters is dropped: its address is malformed")
		}
	}
	known := []string{}
	if v := item.Child("psc:chapters").Attr("version"); strings.HasPrefix(v, "1") {
		known = []string{"version"}
	}
	if x := c.one(item, "psc:chapters", known...); x != nil {
		for ch := range x.All("psc:chapter") {
			start, ok := source.ParseClock(strings.TrimSpace(ch.Attr("start")))
			if !ok {
				c.loseElement(ch, "a chapter is dropped: it has no start")
				continue
			}
			c.checkAttrs(ch, []string{"start", "title", "href", "image"})
			e.chapters = append(e.chapters, chapters.Chapter{Start: start, Title: line(ch.Attr("title")), URL: strings.TrimSpace(ch.Attr("href")), Image: strings.TrimSpace(ch.Attr("image"))})
		}
		slices.SortStableFunc(e.chapters, func(a, b chapters.Chapter) int { return cmp.Compare(a.Start, b.Start) })
	}
}
