package show

import (
	"slices"
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
// of the next chapter, else the end of the audio, behind which no chapter ends
// where that is known, as a duration other than zero. A chapter that would end
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
		if duration > 0 {
			c.End = min(c.End, duration)
		}
		c.End = max(c.End, c.Start)
		timed[i] = c
	}
	return timed
}

// Untimed is the inverse of Timed: it forgets every End that Timed would fill
// in. A duration of zero is one that is not known.
func Untimed(chapters []Chapter, duration time.Duration) []Chapter {
	untimed := slices.Clone(chapters)
	for i, c := range untimed {
		last := i+1 == len(untimed)
		if last && duration > 0 && c.End >= duration || !last && c.End == untimed[i+1].Start {
			untimed[i].End = 0
		}
	}
	return untimed
}

// chapters sets the chapters of front matter: a list, or the name of a file. A chapter with a sponsor takes
// what it does not say itself from sponsors.yaml.
func chapters(p *[]Chapter, named *string, sponsors *registry[*Sponsor]) setter {
	return func(v value) {
		if v.node.kind == scalar {
			file(named)(v)
			return
		}
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
				v.reportf(ruleRequired, `add start: "0:12"`, "a chapter without a start")
			}
			if c.Title == "" && !c.Hidden && sponsor == "" {
				v.reportf(ruleRequired, "add title:, or toc: false for a chapter that is not listed", "a chapter without a title")
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

// checkChapters reports chapters that are out of order or overlap. A chapter
// whose start could not be read, which is negative until here, is left alone.
func checkChapters(chapters []Chapter, at func(i int) Position, found *finding.List) {
	for i, c := range chapters {
		if c.Start < 0 {
			chapters[i].Start = 0
			continue
		}
		if c.End != 0 && c.End <= c.Start {
			found.Add(ruleChapters.At(at(i), "the chapter ends at %s, before it starts", FormatTimestamp(c.End)))
		}
		if i == 0 {
			continue
		}
		before := chapters[i-1]
		switch {
		case c.Start == before.Start:
			found.Add(ruleChapters.At(at(i), "two chapters start at %s", FormatTimestamp(c.Start)))
		case c.Start < before.Start:
			found.Add(ruleChapters.At(at(i), "the chapter at %s comes after the one at %s", FormatTimestamp(c.Start), FormatTimestamp(before.Start)).WithHint("put the chapters in order"))
		case before.End > c.Start:
			found.Add(ruleChapters.At(at(i), "the chapter before this one ends at %s, after this one starts", FormatTimestamp(before.End)))
		}
	}
}
