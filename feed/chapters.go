package feed

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"onair/internal/finding"
	"onair/show"
	"onair/show/chapters"
)

// chaptersType is the Content-Type of a chapters file.
const chaptersType = "application/json+chapters"

// ChaptersFile is a JSON chapters file, version 1.2.0, of the podcast namespace.
type ChaptersFile struct {
	Title       string    // of the episode
	Author      string    // of the episode
	PodcastName string    // the show's title
	Chapters    []Chapter // by start, ascending
}

// Chapter is a chapter of an episode, as apps show it.
type Chapter struct {
	chapters.Chapter
	ImageURL string    // absolute; empty if there is none
	Location *Location // may be nil
}

// Location is a place that a chapter is about.
type Location struct {
	Name string // shown to listeners
	Geo  string // a geo URI, RFC 5870
	OSM  string // OpenStreetMap object, such as R113314; may be empty
}

// WriteChapters writes a chapters file. Times are seconds, to the millisecond.
func WriteChapters(w io.Writer, f *ChaptersFile) error {
	file := wireChapters{
		Version:     "1.2.0",
		Title:       clean(f.Title),
		Author:      clean(f.Author),
		PodcastName: clean(f.PodcastName),
		Chapters:    make([]wireChapter, len(f.Chapters)),
	}
	for i, c := range f.Chapters {
		file.Chapters[i] = newWireChapter(c)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // the file is never embedded in an HTML page
	enc.SetIndent("", "  ")
	if err := enc.Encode(file); err != nil {
		return fmt.Errorf("write chapters: %w", err)
	}
	return nil
}

type wireChapters struct {
	Version     string        `json:"version"`
	Title       string        `json:"title,omitempty"`
	Author      string        `json:"author,omitempty"`
	PodcastName string        `json:"podcastName,omitempty"`
	Chapters    []wireChapter `json:"chapters"`
}

type wireChapter struct {
	StartTime json.Number   `json:"startTime"`
	EndTime   json.Number   `json:"endTime,omitempty"`
	Title     string        `json:"title,omitempty"`
	Image     string        `json:"img,omitempty"`
	URL       string        `json:"url,omitempty"`
	TOC       *bool         `json:"toc,omitempty"` // nil or false
	Location  *wireLocation `json:"location,omitempty"`
}

type wireLocation struct {
	Name string `json:"name"`
	Geo  string `json:"geo"`
	OSM  string `json:"osm,omitempty"`
}

func newWireChapter(c Chapter) wireChapter {
	wire := wireChapter{
		StartTime: json.Number(seconds(c.Start)),
		EndTime:   endTime(c.End),
		Title:     clean(c.Title),
		Image:     clean(c.ImageURL),
		URL:       clean(c.URL),
	}
	if c.Hidden {
		wire.TOC = new(bool)
	}
	if c.Location != nil {
		wire.Location = &wireLocation{Name: clean(c.Location.Name), Geo: clean(c.Location.Geo), OSM: clean(c.Location.OSM)}
	}
	return wire
}

func endTime(end time.Duration) json.Number {
	if end == 0 {
		return ""
	}
	return json.Number(seconds(end))
}

// CheckChapters reports an episode whose first chapter is hidden, because players then
// show no chapter at the start. The finding has the place of the chapters.
func CheckChapters(e *show.Episode) finding.List {
	var found finding.List
	if len(e.Chapters) > 0 && e.Chapters[0].Hidden {
		found.Add(ruleHiddenChapter.At(e.At("chapters"), "first chapter is hidden (toc: false)"))
	}
	return found
}
