package templates

import (
	"cmp"
	"html/template"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"onair/internal/markdown"
	"onair/show"
	"onair/show/chapters"
	"onair/templates/palette"
	"onair/transcripts"
)

// funcs returns the functions of the templates; the package comment describes them.
func (r *renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"url":          r.link,
		"absurl":       r.absolute,
		"asset":        r.asset,
		"audiosources": r.audioSources,
		"image":        r.image,
		"date":         func(t time.Time) string { return r.words.Date(t.In(r.site.Show.Timezone)) },
		"isodate":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock":        clock,
		"length":       func(d time.Duration) string { return r.words.Length(d) },
		"period":       period,
		"seconds":      seconds,
		"size":         func(bytes int64) string { return r.words.Size(bytes) },
		"listed":       listed,
		"summary":      summary,
		"turns":        r.turns,
		"markup":       func(b transcripts.Block) template.HTML { return template.HTML(markdown.NoOpener(b.HTML)) },
		"license":      license,
		"spdx":         func(id string) show.License { return show.License{ID: id} },
		"service":      service,
		"language":     listedLanguage,
		"pageof":       pageOf,
		"languages":    languages,
		"dir":          direction,
		"host":         host,
		"initial":      initial,

		"word":       func(key string, values ...any) (string, error) { return r.words.Text(key, values...) },
		"src":        r.source,
		"srcset":     r.sources,
		"picture":    r.picture,
		"row":        r.row,
		"role":       func(role string) string { return r.words.Role(role) },
		"names":      r.names,
		"topic":      TopicName,
		"topickey":   topicKey,
		"personkey":  r.personKey,
		"sponsorkey": sponsorKey,
		"embedkey":   r.embedKey,
		"oembedkey":  oembedKey,
		"have":       func(key string) bool { return r.lists.have[key] },
		"colours":    func() palette.Colours { return r.theme.colours },
		"qr":         qrCode,
		"until":      func(start, length time.Duration) time.Duration { return max(0, start+length) },
	}
}

// names joins names with separators, and isolates the text direction of each name.
func (r *renderer) names(all []string) template.HTML {
	var b strings.Builder
	for i, name := range all {
		if i > 0 {
			b.WriteString(r.words.Separator())
		}
		b.WriteString("<bdi>" + template.HTMLEscapeString(name) + "</bdi>")
	}
	return template.HTML(b.String())
}

func (r *renderer) asset(name string) string {
	if key := r.site.AssetKeys[name]; key != "" {
		return r.link(key)
	}
	return ""
}

// image returns the link to an image of the show's folder; with a width in pixels, to the
// version that source chooses. It is empty for an image of another host, which pages must
// not load.
func (r *renderer) image(path string, width ...int) string {
	key := r.site.ImageKeys[path]
	switch {
	case key == "":
		return ""
	case len(width) > 0:
		return r.source(key, width[0])
	}
	return r.link(key)
}

// parts splits a duration into hours, minutes and seconds, rounded down.
func parts(d time.Duration) (h, m, s int) {
	total := int(max(d, 0) / time.Second)
	return total / 3600, total / 60 % 60, total % 60
}

func clock(d time.Duration) string {
	h, m, s := parts(d)
	if h > 0 {
		return strconv.Itoa(h) + ":" + twoDigits(m) + ":" + twoDigits(s)
	}
	return strconv.Itoa(m) + ":" + twoDigits(s)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func period(d time.Duration) string {
	h, m, s := parts(d)
	period := "PT"
	if h > 0 {
		period += strconv.Itoa(h) + "H"
	}
	if h > 0 || m > 0 {
		period += strconv.Itoa(m) + "M"
	}
	return period + strconv.Itoa(s) + "S"
}

// seconds formats a duration in seconds, to the millisecond, as in chapters and
// captions.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64)
}

func listed(all []chapters.Chapter) []chapters.Chapter {
	var shown []chapters.Chapter
	for _, c := range all {
		if !c.Hidden {
			shown = append(shown, c)
		}
	}
	return shown
}

var creativeCommons = regexp.MustCompile(`^cc-(by(?:-(?:nc-sa|nc-nd|nc|nd|sa))?)-([1-4]\.\d)$`)

// license returns the name and the address of the first licence that is set. A Creative
// Commons licence has an address even if the show does not give one.
func license(choices ...show.License) show.Link {
	l := cmp.Or(choices...)
	id := strings.ToLower(l.ID)
	named := show.Link{Text: l.ID, URL: l.URL}
	if m := creativeCommons.FindStringSubmatch(id); m != nil {
		named.Text = "CC " + strings.ToUpper(m[1]) + " " + m[2]
		if l.URL == "" {
			named.URL = "https://creativecommons.org/licenses/" + m[1] + "/" + m[2] + "/"
		}
	} else if id == "cc0-1.0" {
		named.Text = "CC0 1.0"
		if l.URL == "" {
			named.URL = "https://creativecommons.org/publicdomain/zero/1.0/"
		}
	}
	return named
}

var services = map[string]string{
	"amazon":       "Amazon Music",
	"antennapod":   "AntennaPod",
	"apple":        "Apple Podcasts",
	"github":       "GitHub",
	"gitlab":       "GitLab",
	"iheart":       "iHeart",
	"linkedin":     "LinkedIn",
	"pocketcasts":  "Pocket Casts",
	"podcastindex": "Podcast Index",
	"rss":          "RSS",
	"soundcloud":   "SoundCloud",
	"tiktok":       "TikTok",
	"tunein":       "TuneIn",
	"youtube":      "YouTube",
}

// service returns the usual name of a podcast service.
func service(key string) string {
	if name, ok := services[strings.ToLower(key)]; ok {
		return name
	}
	words := strings.FieldsFunc(key, func(r rune) bool { return r == '-' || r == '_' })
	for i, w := range words {
		words[i] = capitalize(w)
	}
	return strings.Join(words, " ")
}

// capitalize returns text with a first letter in title case. In Georgian that is not the
// upper case.
func capitalize(text string) string {
	_, n := utf8.DecodeRuneInString(text)
	return strings.ToTitle(text[:n]) + text[n:]
}

// listedLanguage returns the name of a language as it stands in a list, with a capital.
func listedLanguage(code string) string { return capitalize(LanguageName(code)) }

// LanguageName returns the name of a language in the language itself, or the code if the
// language is not known.
func LanguageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := display.Self.Name(tag); name != "" {
		return name
	}
	return code
}

// rightToLeft are the scripts in daily use that are written from right to left.
var rightToLeft = map[string]bool{"Adlm": true, "Arab": true, "Hebr": true, "Nkoo": true, "Rohg": true, "Syrc": true, "Thaa": true}

// RightToLeft reports whether a language is written from right to left.
func RightToLeft(code string) bool {
	tag, err := language.Parse(code)
	if err != nil {
		return false
	}
	script, _ := tag.Script()
	return rightToLeft[script.String()]
}

func direction(code string) string {
	if RightToLeft(code) {
		return "rtl"
	}
	return "ltr"
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

func initial(name string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if first == utf8.RuneError {
		return ""
	}
	return string(unicode.ToUpper(first))
}

// summary returns the summary of an episode, or the beginning of its notes if the
// author wrote none.
func summary(e *Episode) string {
	if e.Episode.Summary != "" {
		return e.Episode.Summary
	}
	return excerpt(e.Summary)
}

// plainText returns the text of HTML that was rendered from Markdown.
func plainText(html template.HTML) string { return markdown.TextOf(string(html)) }

// excerptLength is roughly how many characters search engines and link previews show.
const excerptLength = 200

// excerpt returns the beginning of a text, cut after a word.
func excerpt(text string) string {
	short := ""
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(short)+utf8.RuneCountInString(word) >= excerptLength {
			return short + "…"
		}
		short = strings.TrimLeft(short+" "+word, " ")
	}
	return short
}
