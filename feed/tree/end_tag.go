package tree

import (
	"bytes"

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

// closeTo closes the open element i and the elements in it. If there is only one in it, the
// end tag of that one is missing, so its children become children of i.
func (p *parser) closeTo(i int) {
	if len(p.open) == i+2 {
		unclosed := p.open[i+1].element
		children := unclosed.Children
		unclosed.Children = nil
		unclosed.Cut = true
		p.close()
		for _, e := range children {
			p.adopt(e)
		}
	}
	p.cutTo(i + 1)
	p.close()
}

// cutTo closes all open elements but the outermost n, whose ends are missing.
func (p *parser) cutTo(n int) {
	for len(p.open) > n {
		p.open[len(p.open)-1].element.Cut = true
		p.close()
	}
}
