package feed

import (
	"bytes"
	"slices"
	"sort"

	"onair/internal/finding"
	"onair/show"
)

// Rendered is a feed that Render made.
type Rendered struct {
	Bytes []byte
	Items []Span // places of Document.Items, in the same order

	doc *Document
}

// Span is the place of an item in a rendered feed.
type Span struct {
	Start, End int // offsets of what is between <item> and </item>
	line       int // of <item>, from 1
}

// generator is the name of onair in its feeds. It has no version, so that an
// upgrade does not change a feed.
const generator = "onair"

// IsOwn reports whether onair rendered a feed. Its generator element says so.
func IsOwn(data []byte) bool {
	return bytes.Contains(data, []byte("<generator>"+generator+"</generator>"))
}

// Check reports which rules the feed breaks. Unlike the function Check, it names
// the files in which the findings can be fixed, episode.md or show.yaml, and
// leaves out what package show reports there. It also leaves out what directories
// require where none can read the feed.
func (r *Rendered) Check() finding.List {
	s := r.doc.Show
	public := s.IsPublic() && !s.Private
	var found finding.List
	for _, f := range Check(r.Bytes, s.Feed.Path) {
		if !public && slices.ContainsFunc(forDirectories, func(r *finding.Rule) bool { return r.ID == f.Rule }) {
			continue
		}
		file := "show.yaml"
		if i := r.itemAt(f.Line); i >= 0 {
			e := r.doc.Items[i].Episode
			if reportedByShow(f.Rule, e) {
				continue
			}
			file = e.File
		}
		f.Position = finding.Position{File: file}
		found = append(found, f)
	}
	return found
}

// reportedByShow reports whether package show reports the cause of a finding of
// the rule about the episode.
func reportedByShow(rule string, e *show.Episode) bool {
	switch rule {
	case ruleItemNoTitle.ID:
		return e.Title == ""
	case ruleItemNoGUID.ID:
		return e.GUID == ""
	}
	return rule == ruleSameGUID.ID
}

// forDirectories are the rules that only directories enforce.
var forDirectories = []*finding.Rule{
	ruleNoDescription, ruleLanguage, ruleNoCategory, ruleNoExplicit, ruleNoImage, ruleNoGUID, ruleNoAuthor,
}

// itemAt returns the index of the item that a line of the feed belongs to, or -1
// for a line before the first item.
func (r *Rendered) itemAt(line int) int {
	return sort.Search(len(r.Items), func(i int) bool { return r.Items[i].line > line }) - 1
}
