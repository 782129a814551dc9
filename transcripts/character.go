package transcripts

import (
	"bytes"
	"unicode/utf8"
)

// write renders literal text of the source, and reports the characters in it
// that nobody can see.
func (p *parser) write(from, to int) {
	odd := p.out.odd
	p.out.write(p.src[from:to])
	if p.out.odd != odd {
		p.checkOdd(from, to)
	}
	if p.style != nil {
		p.respell(from, to)
	}
}

// checkOdd reports every invisible or control character of the source.
func (p *parser) checkOdd(from, to int) {
	for i := from; i < to; {
		if b := p.src[i]; b >= ' ' && b < 0x7f {
			i++
			continue
		}
		c, size := utf8.DecodeRune(p.src[i:to])
		switch {
		case c == '\u00a0':
			p.reportOdd(i)
			p.mend(i, i+size, " ")
		case c == '\t' || c == '\n' || c == '\r' || !dropped(c):
		default:
			p.reportOdd(i)
			if c < 0xa0 || c == '\u00ad' { // others may be what a script needs
				p.mend(i, i+size, "")
			}
		}
		i += size
	}
}

func (p *parser) reportOdd(at int) {
	p.report("T025", at, "remove it", "invisible or control character")
}

// checkEntity reports a character reference that the character itself could
// stand in for. &lt; and &gt; are how those two are written, and &amp; is needed
// where an ampersand would begin a reference.
func (p *parser) checkEntity(at, size int, text []byte) {
	reference := string(p.src[at : at+size])
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			p.reportOdd(at)
			return
		}
	}
	if !p.linting && !p.editing || reference == "&lt;" || reference == "&gt;" {
		return
	}
	if reference == "&amp;" {
		behind := p.src[at+size : min(len(p.src), at+size+40)]
		if _, n := entity(append([]byte("&"), behind...)); n > 0 {
			return
		}
	}
	p.report("T022", at, "write "+string(bytes.TrimSpace(text)), "entity outside code")
	switch reference {
	case "&#39;", "&quot;", "&amp;":
		p.mend(at, at+size, string(text))
	}
}

// escapeName writes a name of the registry as a label. It is empty for one that
// no label can hold.
func escapeName(name string) string {
	var out []byte
	for _, b := range []byte(name) {
		switch b {
		case '*', ':', '[', '\n':
			return ""
		case '\\', '_', '`', '<', '&', '$':
			out = append(out, '\\')
		}
		out = append(out, b)
	}
	return string(out)
}
