package tree

import (
	"bytes"
	"slices"

	"onair/internal/source"
)

// endTag reads an end tag and closes its element. An end tag that does not match closes
// the innermost element with its name. If no element has its name, it closes the innermost
// element if that has nearly the same name.
func (p *parser) endTag() {
	data := p.doc.Data
	start := p.pos
	n := p.nameLength(start + 2)
	raw := data[start+2 : start+2+n]
	p.pos = start + 2 + n
	for p.pos < len(data) && isSpace(data[p.pos]) {
		p.pos++
	}
	last := len(p.open) - 1
	cut := p.pos >= len(data)
	switch {
	case cut:
		p.problem(start, CutOff, "the document ends inside of an end tag")
	case data[p.pos] == '>':
		p.pos++
	default:
		p.problem(p.pos, Markup, "a malformed end tag")
		if i := bytes.IndexAny(data[p.pos:], "<>"); i >= 0 {
			p.pos += i
			if data[p.pos] == '>' {
				p.pos++
			}
		} else {
			p.pos = len(data)
		}
	}
	if p.open[last].raw == string(raw) {
		p.close()
		return
	}
	if cut {
		return // the name may be cut off
	}
	p.problem(start, Nesting, "</%s> does not match <%s> on line %d", short(string(raw)), short(p.open[last].raw), p.open[last].element.Line)
	for i := last; i >= 0; i-- {
		if p.open[i].raw == string(raw) {
			p.closeTo(i)
			return
		}
	}
	if n > 3 && source.Nearest(string(raw), []string{p.open[last].raw}) != "" {
		p.close()
	}
}

// closeTo closes the open element i and those in it, whose end tags are missing. The
// children of such an element, from the first that it cannot hold, become children of
// the element around it. If several end tags are missing, this holds for known elements
// only.
func (p *parser) closeTo(i int) {
	several := len(p.open) > i+2
	for len(p.open) > i+1 {
		unclosed := p.open[len(p.open)-1].element
		if several && !holds(unclosed.Name, "") {
			p.cutTo(len(p.open) - 1)
			continue
		}
		n := 0
		for n < len(unclosed.Children) && holds(unclosed.Name, unclosed.Children[n].Name) {
			n++
		}
		others := unclosed.Children[n:]
		unclosed.Children = unclosed.Children[:n:n]
		unclosed.Cut = n == 0
		p.close()
		for _, e := range others {
			p.adopt(e)
		}
	}
	p.close()
}

// cutTo closes all open elements but the outermost n, whose ends are missing.
func (p *parser) cutTo(n int) {
	for len(p.open) > n {
		p.open[len(p.open)-1].element.Cut = true
		p.close()
	}
}

// parts has the names of the elements that an element with other elements may have, except
// those of channels and items.
var parts = map[string][]string{
	"image":                      {"url", "title", "link", "width", "height", "description"},
	"itunes:category":            {"itunes:category"},
	"itunes:owner":               {"itunes:name", "itunes:email"},
	"podcast:alternateEnclosure": {"podcast:source", "podcast:integrity"},
	"podcast:podroll":            {"podcast:remoteItem"},
	"podcast:publisher":          {"podcast:remoteItem"},
	"podcast:value":              {"podcast:valueRecipient", "podcast:valueTimeSplit"},
	"psc:chapters":               {"psc:chapter"},
}

// holds reports whether an element may have a child with the name, or any child if the name
// is empty.
func holds(parent, child string) bool {
	switch parent {
	case "channel":
		return true
	case "item", "podcast:liveItem":
		return child != "item"
	}
	return slices.Contains(parts[parent], child) || child == "" && parts[parent] != nil
}
