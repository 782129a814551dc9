package show

import (
	"strconv"
	"strings"
	"time"

	"onair/internal/finding"
)

// Chapter is a stretch of an episode. Start and End count from the start of the
// audio. One list of chapters feeds the ID3 tag, the chapters file and the page.
type Chapter struct {
	Start  time.Duration
	End    time.Duration // zero: until the next chapter, or the end of the audio
	Title  string
	URL    string
	Image  string // path below the show's folder
	Hidden bool   // toc: false; a chapter that players switch to but do not list
}

// Timed returns the chapters with every End filled in: its own, else the start
// of the next chapter, else the end of the audio. A chapter that would end
// before it starts ends where it starts.
func Timed(chapters []Chapter, duration time.Duration) []Chapter {
	timed := make([]Chapter, len(chapters))
	for i, c := range chapters {
		if c.End == 0 {
			c.End = duration
			if i+1 < len(chapters) {
				c.End = chapters[i+1].Start
			}
		}
		c.End = max(c.End, c.Start)
		timed[i] = c
	}
	return timed
}

// chapters sets the chapters of front matter. A chapter with a sponsor takes
// what it does not say itself from sponsors.yaml.
func chapters(p *[]Chapter, sponsors *registry[*Sponsor]) setter {
	return func(v value) {
		v.each(func(v value) {
			c, sponsor, visible := Chapter{Start: -1}, "", true
			if !v.fields(fields{
				"start":   timestamp(&c.Start),
				"end":     timestamp(&c.End),
				"title":   line(&c.Title),
				"url":     webURL(&c.URL),
				"image":   file(&c.Image),
				"toc":     boolean(&visible),
				"sponsor": slugField(&sponsor),
			}) {
				return
			}
			c.Hidden = !visible
			if sponsor != "" {
				if s, ok := sponsors.find(v, sponsor); ok {
					c.fill(s)
				}
			}
			if !v.has("start") {
				v.errorf(ruleRequired, `add start: "0:12"`, "a chapter without a start")
			}
			if c.Title == "" && !c.Hidden && sponsor == "" {
				v.errorf(ruleRequired, "add title:, or toc: false for a chapter that is not listed", "a chapter without a title")
			}
			*p = append(*p, c)
		})
	}
}

// fill takes from a sponsor what the chapter does not say.
func (c *Chapter) fill(s *Sponsor) {
	if c.Title == "" {
		c.Title = s.Name
	}
	if c.URL == "" {
		c.URL = s.URL
	}
	if c.Image == "" {
		c.Image = s.Logo
	}
}

// parseChapters reads chapters.txt: a timestamp, space and a title on each
// line; blank lines and those that start with # are left out.
func parseChapters(file, s string, places map[string]Position, found *finding.List) []Chapter {
	var all []Chapter
	n := 0
	for l := range strings.SplitSeq(s, "\n") {
		n++
		l = strings.TrimRight(l, " \t")
		text := strings.TrimLeft(l, " \t")
		if text == "" || text[0] == '#' {
			continue
		}
		at := Position{File: file, Line: n, Column: len(l) - len(text) + 1}
		stamp, title := text, ""
		if i := strings.IndexAny(text, " \t"); i >= 0 {
			stamp, title = text[:i], strings.TrimLeft(text[i:], " \t")
		}
		start, ok := parseTimestamp(stamp)
		if !ok {
			found.Errorf(ruleTime, at, "write a line as 0:12 What is a CDN?", "%s is no time", quote(stamp))
			continue
		}
		if title == "" {
			found.Errorf(ruleRequired, at, "write a line as 0:12 What is a CDN?", "a chapter without a title")
		}
		places["chapters["+strconv.Itoa(len(all))+"]"] = at
		all = append(all, Chapter{Start: start, Title: title})
	}
	return all
}

// checkChapters reports chapters that are out of order or overlap. A chapter
// whose start could not be read, which is negative until here, is left alone.
func checkChapters(e *Episode, found *finding.List) {
	for i, c := range e.Chapters {
		if c.Start < 0 {
			e.Chapters[i].Start = 0
			continue
		}
		at := e.At("chapters[" + strconv.Itoa(i) + "]")
		if c.End != 0 && c.End <= c.Start {
			found.Errorf(ruleChapters, at, "", "the chapter ends at %s, before it starts", formatTimestamp(c.End))
		}
		if i == 0 {
			continue
		}
		before := e.Chapters[i-1]
		switch {
		case c.Start == before.Start:
			found.Errorf(ruleChapters, at, "", "two chapters start at %s", formatTimestamp(c.Start))
		case c.Start < before.Start:
			found.Errorf(ruleChapters, at, "put the chapters in order", "the chapter at %s comes after the one at %s", formatTimestamp(c.Start), formatTimestamp(before.Start))
		case before.End > c.Start:
			found.Errorf(ruleChapters, at, "", "the chapter before this one ends at %s, after this one starts", formatTimestamp(before.End))
		}
	}
}
