package transcripts

import (
	"bytes"
	"strings"
)

// mendTarget mends the target of the link at an offset of the source where what
// is meant is beyond doubt: a URL in more parentheses than one pair, without
// its scheme, or behind the empty parentheses that should hold it.
func (p *parser) mendTarget(at int, target []byte) {
	const opening = "]("
	link := p.src[at:min(len(p.src), at+2*maxTarget)]
	n := bytes.Index(link, append([]byte(opening), target...))
	if n < 0 {
		return
	}
	from := at + n + len(opening)
	to := from + len(target)
	inner := bytes.Trim(target, "()")
	switch {
	case len(target) == 0:
		url := urlBehind(p.src[to:])
		if len(url) > 0 {
			p.mend(from, to+len(")")+len(url), string(url)+")")
		}
	case looksLikeHost(string(target)):
		p.mend(from, from, "https://")
	case len(inner) < len(target) && bytes.HasPrefix(inner, []byte("http")) && bytes.IndexByte(inner, '(') < 0:
		p.mend(from, to, string(inner))
	}
}

// urlBehind is the URL in ")https://… ", up to white space and without the
// punctuation that ends a sentence.
func urlBehind(s []byte) []byte {
	if !bytes.HasPrefix(s, []byte(")http://")) && !bytes.HasPrefix(s, []byte(")https://")) {
		return nil
	}
	s = s[1:min(len(s), maxTarget)]
	if end := bytes.IndexAny(s, " \t\r\n)(<>"); end >= 0 {
		s = s[:end]
	}
	return bytes.TrimRight(s, ".,;:!?'\"*_")
}

// hostEndings are the ends of hosts that people leave the scheme off. A list,
// since a target such as notes.md is a file beside the transcript.
var hostEndings = []string{".com", ".org", ".net", ".io", ".dev", ".fm", ".app", ".co", ".ai", ".tv", ".me", ".edu", ".gov"}

// looksLikeHost reports whether a link's target starts with a host name where
// https:// should be.
func looksLikeHost(target string) bool {
	host, _, _ := strings.Cut(target, "/")
	host = strings.ToLower(host)
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return false
	}
	if strings.HasPrefix(host, "www.") {
		return true
	}
	for _, ending := range hostEndings {
		if strings.HasSuffix(host, ending) && len(host) > len(ending) {
			return true
		}
	}
	return false
}
