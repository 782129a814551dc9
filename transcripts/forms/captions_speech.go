package forms

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"onair/transcripts/internal/script"
)

// captionReader makes speech of the lines of a caption: one Speech for each speaker.
type captionReader struct {
	v    *voices
	c    *caption
	tags bool // all tags are those of WebVTT

	speeches []Speech
	text     script.Joiner // words of the speaker
	times    []inlineTime  // times in text
}

// caption appends the speech of a caption: a Speech for each speaker. tags means that all tags
// are those of WebVTT.
func (v *voices) caption(speeches []Speech, c *caption, tags bool) []Speech {
	r := captionReader{v: v, c: c, tags: tags, speeches: speeches}
	if c.speaker != "" || c.nameless {
		v.speaker = c.speaker
	}
	if !v.dashes && isExchange(c.lines) {
		v.dashes = true
		defer func() { v.dashes = false }()
	}
	for _, line := range c.lines {
		sure := r.text.Len() == 0 || script.EndsSentence(r.text.Tail(8))
		if tags && strings.Contains(line, "<v") {
			r.voiced(line, sure)
		} else {
			r.add(line, sure)
		}
	}
	r.say()
	return r.speeches
}

// say ends the speech of a speaker.
func (r *captionReader) say() {
	if r.text.Len() == 0 {
		return
	}
	u := Speech{Speaker: r.v.speaker, Text: r.text.Take()}
	if len(r.times) == 0 && u.Speaker != "" {
		u.dropLabel()
	}
	u.timeInline(r.times, r.c)
	r.speeches, r.times = append(r.speeches, u), nil
}

// add adds a line without voice spans. sure means that the words before it end a sentence.
func (r *captionReader) add(line string, sure bool) {
	plain := line
	if !r.c.plain {
		plain = r.withoutTags(r.c.dropClock(line))
	}
	name, rest, changed := r.v.split(plain, sure)
	if changed {
		r.say()
		r.v.speaker, r.times = name, nil
		rest = r.c.dropClock(rest)
	}
	if rest != "" && (isASCIILetter(rest[0]) || strings.Trim(rest, "\ufffd -–—") != "") {
		r.text.Add(rest)
	}
}

// withoutTags cleans a line and records the times among its tags.
func (r *captionReader) withoutTags(line string) string {
	plain, at := cutTags(line, r.tags)
	if len(at) == 0 {
		return clean(unescape(plain))
	}
	rest := clean(unescape(plain))
	if rest != strings.TrimSpace(plain) {
		return rest // the offsets are wrong if something inside the line had to be cleaned
	}
	lead := len(plain) - len(strings.TrimLeft(plain, " "))
	base := r.text.Len()
	if base > 0 {
		base++
	}
	for _, t := range at {
		r.times = append(r.times, inlineTime{base + t.offset - lead, t.at})
	}
	return rest
}

// voiced adds a line with voice spans.
func (r *captionReader) voiced(line string, sure bool) {
	if name, rest, ok := cutVoice(line); ok {
		r.say()
		r.v.speaker = clean(name)
		if rest = r.c.dropClock(clean(rest)); r.v.dashedVoices && opensWithSign(rest) {
			rest = dash.ReplaceAllString(rest, "")
		}
		if rest != "" {
			r.text.Add(rest)
		}
		return
	}
	at := 0
	for _, m := range voiceTag.FindAllStringSubmatchIndex(line, -1) {
		if before := dash.ReplaceAllString(line[at:m[0]]+" ", ""); strings.TrimSpace(before) != "" {
			r.add(before, sure)
		}
		r.say()
		r.v.speaker = clean(unescape(line[m[2]:m[3]]))
		at = m[1]
	}
	stripped, _ := cutTags(line[at:], r.tags)
	if rest := clean(unescape(stripped)); rest != "" {
		r.text.Add(rest)
	}
}

var voiceTag = regexp.MustCompile(`<v(?:\.[^ >]*)?[ \t]+([^>]*)>`)

// cutVoice splits a line that opens with a voice span and has no other markup.
func cutVoice(line string) (name, rest string, ok bool) {
	if name, ok = strings.CutPrefix(line, "<v "); !ok {
		return "", "", false
	}
	name, rest, ok = strings.Cut(name, ">")
	rest = strings.TrimSuffix(rest, "</v>")
	return name, rest, ok && !hasMarkup(name) && !hasMarkup(rest)
}

// nameByFirstLine takes the first lines of captions for the speakers, as Teams writes them
// and Google Meet in brackets, if nearly all captions start with a name on a separate line and
// names occur again.
func nameByFirstLine(captions []caption) {
	filled, named := 0, 0
	counts := map[string]int{}
	isNamed := func(c *caption) bool {
		if len(c.lines) < 2 || c.name != "" && !isNumber(c.name) || strings.ContainsAny(c.lines[0], ".,:!?<&-–—") {
			return false
		}
		name := bareLabel(c.lines[0])
		return couldLabel(name) && !isOrdinary(name) && !isNote(name)
	}
	for i := range captions {
		c := &captions[i]
		if len(c.lines) > 0 {
			filled++
		}
		if isNamed(c) {
			named++
			counts[c.lines[0]]++
		}
		if i == 100 && 2*named < filled {
			return
		}
	}
	if named < 2 || 5*named < 4*filled || named == len(counts) && named > 2 {
		return
	}
	for i := range captions {
		if c := &captions[i]; isNamed(c) {
			c.speaker, c.lines = clean(bareLabel(c.lines[0])), c.lines[1:]
		}
	}
}

// numberedName matches a name after the number of a caption, as in 1 "Åsa Öst" (16784640) of
// Webex, or 1 - Åsa Öst. Webex writes "" (0) if it does not know who speaks.
var numberedName = regexp.MustCompile(`^\d+ (?:"([^"]*)" \(\d+\)|[-–—] (.+))$`)

// nameByIdentifier takes the identifiers of captions for their speakers, if most are names.
func nameByIdentifier(captions []caption) {
	names, filled := 0, 0
	for i := range captions {
		c := &captions[i]
		if len(c.lines) == 0 {
			continue
		}
		if filled++; c.name == "" || isNumber(c.name) {
			continue
		}
		if m := numberedName.FindStringSubmatch(c.name); m != nil {
			c.name = m[1] + m[2]
			c.nameless = c.name == ""
		}
		c.name = clean(unescape(c.name))
		if looksLikeName(c.name, 1) {
			names++
		}
	}
	if 2*names <= filled {
		return
	}
	for i := range captions {
		if c := &captions[i]; looksLikeName(c.name, 1) && len(c.lines) > 0 && !strings.HasPrefix(c.lines[0], "<v ") {
			c.speaker = c.name
		}
	}
}

var textClock = regexp.MustCompile(`^([^\[(:]{0,60}?)\s?[\[(](\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?)[\])]:?\s*`)

// dropClock removes the start of a caption from before its words, or from after the name of
// its speaker.
func (c *caption) dropClock(line string) string {
	head := line[:min(len(line), 100)]
	open := strings.IndexByte(head, '[')
	if open < 0 {
		open = strings.IndexByte(head, '(')
	}
	if open < 0 || open+1 == len(line) || line[open+1] < '0' || line[open+1] > '9' {
		return line
	}
	m := textClock.FindStringSubmatch(line)
	if m == nil || m[1] != "" && !couldLabel(m[1]) {
		return line
	}
	at, ok := parseClock(m[2], true)
	if !ok || !c.timed || (at-c.start).Abs() >= 2*time.Second {
		return line
	}
	label := ""
	if m[1] != "" {
		label = m[1] + ": "
	}
	return label + line[len(m[0]):]
}

// isExchange reports whether there are several lines, each of which is a sentence after a
// dash.
func isExchange(lines []string) bool {
	return len(lines) > 1 && !slices.ContainsFunc(lines, func(line string) bool { return !dash.MatchString(line) || !script.EndsSentence(line) })
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// timeInline sets Words from the times inside a caption.
func (u *Speech) timeInline(times []inlineTime, c *caption) {
	start, from := c.start, 0
	for i := 0; i <= len(times); i++ {
		to, at := len(u.Text), c.end
		if i < len(times) {
			to, at = times[i].offset, times[i].at
		}
		if to > len(u.Text) || to < from || at < start {
			u.Words = nil
			return
		}
		if len(times) > 0 && to > from {
			u.Words = append(u.Words, Word{To: to, Start: start, End: at})
		}
		start, from = at, to
	}
}

// hasMarkup reports whether a line may have tags or entities.
func hasMarkup(line string) bool {
	return strings.IndexByte(line, '<') >= 0 || strings.IndexByte(line, '{') >= 0 || strings.IndexByte(line, '&') >= 0
}

// withoutMarkup removes the tags of a line of captions and resolves entities. In WebVTT
// everything in angle brackets is a tag. In the other formats only known tags and times are.
func withoutMarkup(line string, vtt bool) string {
	text, _ := cutTags(line, vtt)
	return unescape(text)
}

var entityPattern = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});`)

func unescape(text string) string {
	if strings.IndexByte(text, '&') < 0 {
		return text
	}
	return entityPattern.ReplaceAllStringFunc(text, html.UnescapeString)
}

// inlineTime is a time inside the text of a caption.
type inlineTime struct {
	offset int
	at     time.Duration
}

// cutTags removes the tags of a line, and returns the times among them.
func cutTags(text string, vtt bool) (string, []inlineTime) {
	if !strings.ContainsAny(text, "<{") {
		return text, nil
	}
	const longest = 200
	var times []inlineTime
	out := make([]byte, 0, len(text))
	ruby := false
	for i := 0; i < len(text); i++ {
		end, tag := -1, text[i:min(len(text), i+longest)]
		switch {
		case tag[0] == '<':
			if end = strings.IndexByte(tag, '>'); end > 0 {
				name := tagName(tag[1:end])
				at, clock := parseClock(name, false)
				switch {
				case clock:
					times = append(times, inlineTime{len(out), at})
				case name == "rt" || name == "rp":
					ruby = tag[1] != '/'
				case name == "ruby":
					ruby = false
				}
				if !vtt && !clock && (!srtTags[name] || strings.IndexByte(tag[1:end], '<') >= 0) {
					end = -1
				}
			}
		case strings.HasPrefix(tag, `{\`):
			end = strings.IndexByte(tag, '}')
		}
		if end < 0 {
			if !ruby {
				out = append(out, text[i])
			}
			continue
		}
		i += end
	}
	return string(out), times
}

var srtTags = map[string]bool{"i": true, "b": true, "u": true, "s": true, "em": true, "strong": true, "span": true, "br": true, "font": true,
	"c": true, "v": true, "ruby": true, "rt": true, "rp": true, "p": true, "div": true, "lang": true}

func tagName(tag string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	name = strings.TrimSuffix(name, "/")
	if word, _, ok := strings.Cut(name, "."); ok && (name[0] < '0' || name[0] > '9') {
		name = word // the name of <c.yellow> is c
	}
	return strings.ToLower(name)
}

// gluedDash matches a dash that no space separates from the first word.
var gluedDash = regexp.MustCompile(`^[-–](["'“‘«¿¡(\[]*\p{Lu})`)

// spaceDashes puts a space behind dashes before words, if in some caption every line opens with
// a dash, which then means that the speaker changes.
func spaceDashes(captions []caption) {
	isGlued := func(line string) bool {
		return line != "" && (line[0] == '-' || line[0] == 0xe2) && gluedDash.MatchString(line)
	}
	if !slices.ContainsFunc(captions, func(c caption) bool {
		return len(c.lines) > 1 && !slices.ContainsFunc(c.lines, func(line string) bool { return !isGlued(line) && !dash.MatchString(line) })
	}) {
		return
	}
	for i := range captions {
		for j, line := range captions[i].lines {
			if isGlued(line) {
				captions[i].lines[j] = gluedDash.ReplaceAllString(line, "- $1")
			}
		}
	}
}

// taggedName matches a name in angle brackets at the start of a line.
var taggedName = regexp.MustCompile(`^<(\p{Lu}[^<>.]{0,60})>`)

// namesAsTags reports whether most captions open with a name in angle brackets, as in SubRip,
// and none has the tags of WebVTT.
func namesAsTags(captions []caption) bool {
	names, filled := 0, 0
	for i := range captions {
		c := &captions[i]
		for j, line := range c.lines {
			if j == 0 {
				filled++
			}
			if strings.IndexByte(line, '<') < 0 {
				continue
			}
			if strings.Contains(line, "</") || strings.Contains(line, "<c") || strings.Contains(line, "<0") {
				return false
			}
			if m := taggedName.FindStringSubmatch(line); m != nil && j == 0 && looksLikeName(m[1], 1) {
				names++
			}
		}
	}
	return 2*names > filled
}
