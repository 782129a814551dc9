package forms

import (
	"html"
	"regexp"
	"strings"
	"time"
)

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
