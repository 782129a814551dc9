package forms

import (
	"bytes"
	"cmp"
	"html"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// markupPart is a tag, or the text between two tags.
type markupPart struct {
	at     int
	text   string // empty for a tag
	name   string // name of a tag, without namespace, in lower case
	attrs  string
	closes bool // </name>
	empty  bool // <name/>
}

// markupParts yields the tags and texts of XML or HTML. Comments and the contents of
// script and style are left out.
func markupParts(s string) iter.Seq[markupPart] {
	return func(yield func(markupPart) bool) {
		for at := 0; at < len(s); {
			open := strings.IndexByte(s[at:], '<')
			if open < 0 {
				open = len(s) - at
			}
			if open > 0 && !yield(markupPart{at: at, text: html.UnescapeString(s[at : at+open])}) {
				return
			}
			if at += open; at == len(s) {
				return
			}
			if strings.HasPrefix(s[at:], "<!--") {
				end := strings.Index(s[at:], "-->")
				if end < 0 {
					return
				}
				at += end + len("-->")
				continue
			}
			end := strings.IndexByte(s[at:], '>')
			if end < 0 {
				return
			}
			inner := s[at+1 : at+end]
			p := markupPart{at: at, closes: strings.HasPrefix(inner, "/"), empty: strings.HasSuffix(inner, "/")}
			inner = strings.TrimSuffix(strings.TrimPrefix(inner, "/"), "/")
			n := strings.IndexAny(inner, " \t\n")
			if n < 0 {
				n = len(inner)
			}
			p.name, p.attrs = strings.ToLower(inner[:n]), inner[n:]
			if _, local, ok := strings.Cut(p.name, ":"); ok {
				p.name = local
			}
			at += end + 1
			if (p.name == "script" || p.name == "style") && !p.closes && !p.empty {
				if end := strings.Index(strings.ToLower(s[at:]), "</"+p.name); end >= 0 {
					at += end
				}
			}
			if !yield(p) {
				return
			}
		}
	}
}

// attr returns an attribute of a tag, in any namespace.
func (p *markupPart) attr(name string) string {
	rest := p.attrs
	for {
		key, after, ok := strings.Cut(rest, "=")
		if !ok {
			return ""
		}
		key = strings.TrimSpace(key)
		after = strings.TrimLeft(after, " \t\n")
		if after == "" {
			return ""
		}
		var value string
		if quote := after[0]; quote == '"' || quote == '\'' {
			value, rest, _ = strings.Cut(after[1:], string(quote))
		} else if n := strings.IndexAny(after, " \t\n"); n >= 0 {
			value, rest = after[:n], after[n:]
		} else {
			value, rest = after, ""
		}
		_, local, namespaced := strings.Cut(key, ":")
		if strings.EqualFold(key, name) || namespaced && strings.EqualFold(local, name) {
			return html.UnescapeString(value)
		}
	}
}

// phrasing are elements inside a paragraph that do not end it.
var phrasing = set("a abbr b br em i span strong")

// looksHTML reports whether a file seems to be a transcript in the HTML of Podcasting
// 2.0: most times are clocks, and most names and times come before the words.
func looksHTML(head string) bool {
	if !strings.HasPrefix(head, "<") || !strings.Contains(head, "<p") || !strings.Contains(head, "<time") || !strings.Contains(head, "<cite") {
		return false
	}
	inside := ""
	words := "" // of the paragraph so far, without names and times
	times, clocks := 0, 0
	names, within := 0, 0 // cite, and those after words of their paragraph
	for p := range markupParts(head) {
		switch {
		case p.name == "cite" || p.name == "time":
			inside = p.name
			if p.closes {
				inside = ""
			} else if names++; strings.Trim(words, " \t\n()[]:;,.|·•–—-") != "" {
				within++
			}
		case p.name == "" && inside == "time":
			times++
			if _, ok := parseTextClock(strings.Trim(clean(p.text), "()[] ")); ok {
				clocks++
			}
		case p.name == "" && inside == "":
			words += p.text
		case p.name != "" && !phrasing[p.name]:
			words = ""
		}
	}
	return 2*clocks >= times && times > 0 && 2*within < names
}

// readHTML reads the HTML of Podcasting 2.0: cite, time and p for each paragraph, where
// cite and time may also be inside p.
func readHTML(s *source) ([]Speech, error) {
	var speeches []Speech
	var u Speech
	var text, aside strings.Builder // text of a paragraph, and of cite or time
	speaker, inside := "", ""
	paragraph := false
	end := func(at int) {
		value := strings.TrimLeft(clean(text.String()), ": ")
		text.Reset()
		if value != "" {
			u.Text, u.Speaker, u.At = value, speaker, at
			speeches = append(speeches, u)
			u = Speech{}
		}
	}
	for p := range markupParts(s.text) {
		switch {
		case p.name == "" && inside != "":
			aside.WriteString(p.text)
		case p.name == "":
			if paragraph {
				text.WriteString(p.text)
			}
		case p.name == "br":
			text.WriteByte(' ')
		case p.name == "p":
			end(p.at)
			paragraph, inside = !p.closes, ""
		case p.name != "cite" && p.name != "time":
		case !p.closes:
			end(p.at)
			inside = p.name
			aside.Reset()
		case inside == "cite":
			if speaker = strings.TrimSpace(strings.TrimRight(clean(aside.String()), ":")); speaker == "Unknown" {
				speaker = ""
			}
			inside = ""
		case inside == "time":
			value := strings.Trim(clean(aside.String()), "()[] ")
			if u.Start, u.Timed = parseTextClock(value); !u.Timed {
				s.warn(ruleTime, p.at, "the time %.60q cannot be read", value)
			}
			inside = ""
		}
	}
	r := textReader{s: s, speeches: speeches}
	if len(speeches) > 0 && speeches[0].Timed {
		r.timeParagraphs()
	}
	return r.speeches, nil
}

func looksTTML(head string) bool {
	if !strings.HasPrefix(head, "<") {
		return false
	}
	for p := range markupParts(head) {
		if p.name != "" && !strings.HasPrefix(p.name, "?") && !strings.HasPrefix(p.name, "!") {
			return p.name == "tt"
		}
	}
	return false
}

// ttmlTimes are the rates that times of TTML depend on. frames is the number of frames that
// make a second of a time code; frameRate is the number in a second of the clock.
type ttmlTimes struct {
	frames, frameRate, tickRate float64
	smpte                       bool // times are time codes
	absolute                    bool // times do not count from the start of the element around, as in files of Apple
}

// readRates reads the attributes of tt.
func (t *ttmlTimes) readRates(p *markupPart) {
	number := func(name string) float64 {
		n, err := strconv.ParseFloat(p.attr(name), 64)
		if err != nil || !(n > 0) || n > 1e9 {
			return 0
		}
		return n
	}
	rate := number("frameRate")
	if rate > 0 {
		t.frames, t.frameRate = rate, rate
	}
	t.multiply(p.attr("frameRateMultiplier"))
	switch ticks := number("tickRate"); {
	case ticks > 0:
		t.tickRate = ticks
	case rate > 0:
		t.tickRate = t.frameRate * max(1, number("subFrameRate"))
	}
	t.smpte = p.attr("timeBase") == "smpte"
	t.absolute = strings.Contains(p.attrs, ".apple.com/")
}

// multiply applies a multiplier of the frame rate, such as "999 1000".
func (t *ttmlTimes) multiply(multiplier string) {
	fields := strings.FieldsFunc(multiplier, func(r rune) bool { return r == ' ' || r == ':' })
	if len(fields) != 2 {
		return
	}
	over, err := strconv.ParseFloat(fields[0], 64)
	under, err2 := strconv.ParseFloat(fields[1], 64)
	if err == nil && err2 == nil && over > 0 && under > 0 {
		t.frameRate *= over / under
	}
}

// parse reads a time expression (https://www.w3.org/TR/ttml2/#timing-time-value-expressions),
// or seconds without a unit, as Apple writes them.
func (t *ttmlTimes) parse(s string) (time.Duration, bool) {
	if strings.Count(s, ":") == 3 { // frames
		i := strings.LastIndexByte(s, ':')
		d, ok := parseClock(s[:i], true)
		n, err := strconv.ParseFloat(s[i+1:], 64)
		if t.smpte {
			return time.Duration((d.Seconds()*t.frames + n) / t.frameRate * 1e9).Round(time.Millisecond), ok && err == nil
		}
		return d + time.Duration(n/t.frameRate*1e9).Round(time.Millisecond), ok && err == nil
	}
	if strings.Contains(s, ":") {
		return parseClock(s, true)
	}
	for _, unit := range []struct {
		suffix  string
		seconds float64
	}{{"ms", 0.001}, {"h", 3600}, {"m", 60}, {"s", 1}, {"f", 1 / t.frameRate}, {"t", 1 / t.tickRate}, {"", 1}} {
		if number, ok := strings.CutSuffix(s, unit.suffix); ok {
			n, err := strconv.ParseFloat(number, 64)
			if n *= unit.seconds; err != nil || !(math.Abs(n) <= maxTime.Seconds()) {
				return 0, false
			}
			return time.Duration(n * 1e9).Round(time.Millisecond), true
		}
	}
	return 0, false
}

// readTTML reads the paragraphs of TTML (https://www.w3.org/TR/ttml2/). The times of
// spans become times of words.
func readTTML(s *source) ([]Speech, error) {
	r := ttmlReader{s: s, times: ttmlTimes{frames: 30, frameRate: 30, tickRate: 1}, agents: map[string]string{}}
	for p := range spokenParts(s.text) {
		r.part(&p)
	}
	if r.next != nil {
		return nil, s.problem(len(s.text), "is the file complete? export it again", "unexpected end of TTML, inside a paragraph")
	}
	for i := range r.speeches { // a paragraph without times takes those of its spans
		u := &r.speeches[i]
		if n := len(u.Words); !u.Timed && n > 0 {
			u.Start, u.End, u.Timed, u.Ended = u.Words[0].Start, u.Words[n-1].End, true, true
		}
	}
	return speakersInText(s, r.speeches), nil
}

// ttmlReader reads the parts of TTML.
type ttmlReader struct {
	s        *source
	times    ttmlTimes
	offsets  []time.Duration   // when body and each open div start
	agents   map[string]string // the name of each agent, by its id
	agent    string            // id of the last agent
	naming   bool              // inside the name of an agent
	divAgent string

	speeches []Speech
	next     *Speech // the paragraph that is open, or nil
	text     []byte  // its text
	span     Word    // times of the span that is open
	timed    bool    // the span has both times
}

// offset returns the time from which the times of paragraphs count.
func (r *ttmlReader) offset() time.Duration {
	if n := len(r.offsets); n > 0 && !r.times.absolute {
		return r.offsets[n-1]
	}
	return 0
}

func (r *ttmlReader) part(p *markupPart) {
	switch p.name {
	case "":
		r.words(p.text)
	case "tt":
		if !p.closes {
			r.times.readRates(p)
		}
	case "agent":
		if !p.closes {
			r.agent = p.attr("id")
		}
	case "name":
		r.naming = !p.closes && r.agent != ""
	case "body", "div":
		switch {
		case p.closes:
			r.offsets = r.offsets[:max(0, len(r.offsets)-1)]
		case !p.empty:
			d, _ := r.times.parse(p.attr("begin"))
			r.offsets = append(r.offsets, r.offset()+d)
			r.divAgent = p.attr("agent")
		}
	case "br":
		if r.text = bytes.TrimRight(r.text, " "); r.next != nil && len(r.text) > 0 {
			r.text = append(r.text, '\n')
		}
	case "span":
		if r.next != nil {
			r.spanTag(p)
		}
	case "p":
		switch {
		case p.empty:
		case p.closes && r.next != nil:
			r.endParagraph()
		case !p.closes:
			r.startParagraph(p)
		}
	}
}

// words adds text to the paragraph, or gives an agent its name.
func (r *ttmlReader) words(said string) {
	if r.naming {
		if name := clean(said); name != "" {
			r.agents[r.agent] = name
		}
	}
	if r.next == nil {
		return
	}
	if trimmed := strings.TrimLeft(said, " \t\n"); len(trimmed) < len(said) && r.needsSpace() {
		r.text = append(r.text, ' ')
	}
	if words := clean(said); words != "" {
		r.text = append(r.text, words...)
		if r.timed {
			r.next.Words = append(r.next.Words, Word{To: len(r.text), Start: r.span.Start, End: r.span.End})
		}
		if last := said[len(said)-1]; last == ' ' || last == '\n' || last == '\t' {
			r.text = append(r.text, ' ')
		}
	}
}

// needsSpace reports whether the text ends without the space that separates words.
func (r *ttmlReader) needsSpace() bool {
	n := len(r.text)
	return n > 0 && r.text[n-1] != ' ' && r.text[n-1] != '\n'
}

func (r *ttmlReader) spanTag(p *markupPart) {
	if p.closes {
		r.timed = false
		return
	}
	if p.empty {
		return
	}
	if who := p.attr("agent"); who != "" && r.next.Speaker == "" {
		r.next.Speaker = r.agentName(who)
	}
	if p.attr("unit") == "word" && r.needsSpace() {
		r.text = append(r.text, ' ')
	}
	start, timed := r.times.parse(p.attr("begin"))
	end, ended := r.times.parse(p.attr("end"))
	if d, ok := r.times.parse(p.attr("dur")); ok && timed && !ended {
		end, ended = start+d, true
	}
	r.span, r.timed = Word{Start: start + r.offset(), End: end + r.offset()}, timed && ended
}

func (r *ttmlReader) startParagraph(p *markupPart) {
	u := &Speech{At: p.at}
	if who := cmp.Or(p.attr("agent"), r.divAgent); who != "" {
		u.Speaker = r.agentName(who)
	}
	begin, end := p.attr("begin"), p.attr("end")
	if u.Start, u.Timed = r.times.parse(begin); !u.Timed && begin != "" {
		r.s.warn(ruleTime, p.at, "the time %.60q cannot be read", begin)
	}
	u.Start += r.offset()
	if u.End, u.Ended = r.times.parse(end); u.Ended {
		u.End += r.offset()
	} else if d, ok := r.times.parse(p.attr("dur")); ok {
		u.End, u.Ended = u.Start+d, u.Timed
	}
	r.next = u
}

func (r *ttmlReader) endParagraph() {
	u := r.next
	if u.Text = strings.TrimSpace(string(r.text)); u.Text != "" {
		if n := len(u.Words); n > 0 {
			u.Words[n-1].To = min(u.Words[n-1].To, len(u.Text))
			r.nestSpans(u)
		}
		r.speeches = append(r.speeches, *u)
	}
	r.next, r.text = nil, r.text[:0]
}

// nestSpans lets the times of spans count from the start of their paragraph, unless one of them
// would then end after the paragraph, as where a tool writes all times from the start of the audio.
func (r *ttmlReader) nestSpans(u *Speech) {
	from := u.Start - r.offset()
	if r.times.absolute || !u.Timed || from <= 0 || slices.ContainsFunc(u.Words, func(w Word) bool { return u.Ended && w.End+from > u.End }) {
		return
	}
	for i := range u.Words {
		u.Words[i].Start += from
		u.Words[i].End += from
	}
}

// agentName returns the name of an agent, or its id if it has none.
func (r *ttmlReader) agentName(id string) string { return cmp.Or(r.agents[id], id) }

// spokenParts yields the parts of TTML without the metadata of paragraphs, such as
// <metadata> or <ttm:desc>.
func spokenParts(text string) iter.Seq[markupPart] {
	return func(yield func(markupPart) bool) {
		hidden, depth, inside := "", 0, false
		for p := range markupParts(text) {
			if p.name == "p" && !p.empty {
				inside, depth = !p.closes, 0
			}
			switch p.name {
			case "metadata", "desc", "title", "copyright":
				if !inside || p.empty || depth > 0 && p.name != hidden {
					break
				}
				if hidden = p.name; !p.closes {
					depth++
				} else if depth > 0 {
					depth--
					continue
				}
			}
			if depth == 0 && !yield(p) {
				return
			}
		}
	}
}
