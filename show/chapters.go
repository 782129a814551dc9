package show

import (
	"onair/internal/source"
	"onair/show/chapters"
)

// chapterList sets the chapters of front matter, or named if front matter names a file of
// chapters. For a chapter with a sponsor, sponsors.yaml supplies what the chapter itself
// lacks.
func chapterList(p *[]chapters.Chapter, named *string, sponsors *registry[*Sponsor]) source.Setter {
	return func(v source.Value) {
		if v.Node.Kind == source.Scalar {
			file(named)(v)
			return
		}
		v.Each(func(v source.Value) {
			c, sponsor, visible := chapters.Chapter{Start: -1}, "", true
			if !v.Fields(source.Fields{
				"start":   source.Timestamp(&c.Start),
				"end":     source.Timestamp(&c.End),
				"title":   source.Line(&c.Title),
				"url":     source.WebURL(&c.URL),
				"image":   file(&c.Image),
				"toc":     source.Bool(&visible),
				"sponsor": source.Slug(&sponsor),
			}, "start", "title") {
				return
			}
			c.Hidden = !visible
			if sponsor != "" {
				if s, ok := sponsors.find(v, sponsor); ok {
					fillChapter(&c, s)
				}
			}
			if !v.Has("start") {
				v.Reportf(ruleRequired, `add start: "0:12"`, "a chapter without a start")
			}
			if !v.Has("title") && !c.Hidden && sponsor == "" {
				v.Reportf(ruleRequired, "add title:, or toc: false for a chapter that is not listed", "a chapter without a title")
			}
			*p = append(*p, c)
		})
	}
}

// fillChapter copies from a sponsor what the chapter lacks.
func fillChapter(c *chapters.Chapter, s *Sponsor) {
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
