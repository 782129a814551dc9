package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"onair/show"
	"onair/show/chapters"
	"onair/transcripts"
)

// funcs returns the functions of the templates; the package comment describes them.
func (r *renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"url":       r.link,
		"absurl":    r.absolute,
		"asset":     r.asset,
		"elsewhere": isAddress,
		"image":     r.image,
		"date":      func(t time.Time) string { return t.In(r.site.Show.Timezone).Format("2 January 2006") },
		"isodate":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock":     clock,
		"length":    length,
		"period":    period,
		"seconds":   seconds,
		"size":      size,
		"listed":    listed,
		"summary":   summary,
		"turns":     turnsHTML,
		"markup":    func(b transcripts.Block) template.HTML { return template.HTML(b.HTML) },
		"license":   license,
		"spdx":      func(id string) show.License { return show.License{ID: id} },
		"service":   service,
		"language":  autonym,
		"dir":       direction,
		"host":      host,
		"initial":   initial,
	}
}

func (r *renderer) asset(name string) string {
	if key := r.site.AssetKeys[name]; key != "" {
		return r.link(key)
	}
	return ""
}

func (r *renderer) image(path string) string {
	if key := r.site.ImageKeys[path]; key != "" {
		return r.link(key)
	}
	if strings.HasPrefix(path, "https://") {
		return path
	}
	return ""
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

func length(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(math.Ceil(max(d, 0).Seconds())))
	}
	h, m, _ := parts(d.Round(time.Minute))
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
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

// seconds has millisecond precision, as chapters and captions do.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64)
}

func size(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 999_500:
		return fmt.Sprintf("%.0f KB", float64(bytes)/1e3)
	case bytes < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
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

// license returns name and address of the first licence that is set. Creative
// Commons licences have an address even if the show does not give one.
func license(choices ...show.License) show.NamedLink {
	l := cmp.Or(choices...)
	id := strings.ToLower(l.ID)
	named := show.NamedLink{Name: l.ID, URL: l.URL}
	if m := creativeCommons.FindStringSubmatch(id); m != nil {
		named.Name = "CC " + strings.ToUpper(m[1]) + " " + m[2]
		if l.URL == "" {
			named.URL = "https://creativecommons.org/licenses/" + m[1] + "/" + m[2] + "/"
		}
	} else if id == "cc0-1.0" {
		named.Name = "CC0 1.0"
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
	"iheart":       "iHeart",
	"pocketcasts":  "Pocket Casts",
	"podcastindex": "Podcast Index",
	"rss":          "RSS",
	"soundcloud":   "SoundCloud",
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
		first, n := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[n:]
	}
	return strings.Join(words, " ")
}

// autonym returns the name of a language in that language, or the code if it is not
// known.
func autonym(code string) string {
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

func direction(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return "ltr"
	}
	if script, _ := tag.Script(); rightToLeft[script.String()] {
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

// summary returns the summary that the author of an episode wrote, or the beginning
// of its notes.
func summary(e *Episode) string {
	if e.Episode.Summary != "" {
		return e.Episode.Summary
	}
	return excerpt(e.Summary)
}

// excerptLength is about how many characters search engines and link previews show.
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
