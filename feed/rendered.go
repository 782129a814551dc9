package feed

import (
	"bytes"
	"slices"
	"sort"

	"onair/feed/check"
	"onair/internal/finding"
	"onair/internal/vocabulary"
	"onair/show"
)

// Rendered is a feed that Render made.
type Rendered struct {
	pages []renderedPage // the feed itself, then older pages
	doc   *Document
}

// renderedPage is a page with the places of its items.
type renderedPage struct {
	Page
	from  int // index of its first item in Document.Items
	spans []span
}

// span is the place of an item on a page.
type span struct {
	start, end int // offsets of the text between <item> and </item>
	line       int // of <item>, from 1
}

// Bytes returns the feed itself.
func (r *Rendered) Bytes() []byte { return r.pages[0].Bytes }

// Older returns the pages of older episodes, the newest page first.
func (r *Rendered) Older() []Page {
	var pages []Page
	for _, p := range r.pages[1:] {
		pages = append(pages, p.Page)
	}
	return pages
}

// Item returns the text between <item> and </item> of Document.Items[i].
func (r *Rendered) Item(i int) []byte {
	for _, p := range r.pages {
		if i -= len(p.spans); i < 0 {
			s := p.spans[len(p.spans)+i]
			return p.Bytes[s.start:s.end]
		}
	}
	return nil
}

// ownMark is a comment in feeds whose extra XML replaces the generator.
const ownMark = "<!-- generator: " + vocabulary.Generator + " -->"

// IsOwn reports whether onair rendered a feed, by its generator element or by ownMark.
func IsOwn(data []byte) bool {
	return bytes.Contains(data, []byte("<generator>"+vocabulary.Generator+"</generator>")) || bytes.Contains(data, []byte(ownMark))
}

// Check returns findings about the feed. A finding names the file where it can be fixed,
// episode.md or show.yaml, and its hint is about that file. Check leaves out findings that
// package show reports. If directories cannot read the feed, Check also leaves out the
// rules that only directories enforce.
func (r *Rendered) Check() finding.List {
	var found finding.List
	for _, p := range r.pages {
		for _, f := range check.Feed(p.Bytes, &check.Options{File: p.Path}).Findings {
			if r.reportedElsewhere(&f) {
				continue
			}
			file := "show.yaml"
			if i := p.itemAt(f.Line); i >= 0 {
				e := r.doc.Items[p.from+i].Episode
				if reportedByShow(f.Rule, e) {
					continue
				}
				file = e.File
			} else if p.from > 0 {
				continue // the channel of an older page repeats that of the feed
			}
			if rule := check.Rules().Find(f.Rule); rule != nil && rule.InShow != "" {
				f.Hint = rule.InShow
			}
			f.Position = finding.Position{File: file}
			found = append(found, f)
		}
	}
	return found
}

// reportedElsewhere reports whether Check leaves out a finding: package show reports it,
// or only directories enforce its rule and they cannot read the feed.
func (r *Rendered) reportedElsewhere(f *finding.Finding) bool {
	s := r.doc.Show
	switch f.Rule {
	case check.NoCategory:
		return len(s.Categories) == 0
	case check.NoImage:
		return s.Artwork == ""
	}
	public := s.IsPublic() && !s.Private
	return !public && slices.Contains(check.ForDirectories, f.Rule)
}

// reportedByShow reports whether package show reports that the episode breaks the rule.
func reportedByShow(rule string, e *show.Episode) bool {
	switch rule {
	case check.NoTitle:
		return e.Title == ""
	case check.NoGUID:
		return e.GUID == ""
	}
	return rule == check.SameGUID
}

// itemAt returns the index of the item that a line of the page belongs to, or -1
// for a line before the first item.
func (p *renderedPage) itemAt(line int) int {
	return sort.Search(len(p.spans), func(i int) bool { return p.spans[i].line > line }) - 1
}
