package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"onair/e2e/internal/synthetic"
)

// gallery returns a published show with every kind of page. It is the example with an
// hour of talk, an episode in Arabic and one in Japanese, an episode without artwork
// and transcript, one with audio in other languages, a title of 300 characters, and pages
// of its own. Tests share the gallery and must not change it.
func gallery(t testing.TB) *site {
	t.Helper()
	s, err := galleryOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var galleryOnce = sync.OnceValues(func() (*site, error) {
	return publishSite("gallery", writeGallery)
})

// hourTurns is the number of turns in the transcript of the hour of talk.
const hourTurns = 1168

// longTitle has 300 characters, and a word longer than a line.
var longTitle = ("On Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and " + strings.Repeat("other names that do not fit into a line, ", 10))[:300]

var galleryFiles = map[string]string{
	"people.yaml": `vega:
  name: Vega
  url: https://hello-universe.example/people/vega/
  image: people/vega.png
  aliases: [VEGA, Voice One]
  bio: Speaks since *2026*, from twenty-five light years away. Was the pole star once and will be it again.
  links: {mastodon: "https://social.example/@vega", github: "https://github.com/vega"}
  fediverse: "@vega@social.example"
rigel: {name: Rigel, image: people/rigel.png, aliases: [RIGEL, Voice Two]}
deneb: {name: Deneb, url: "https://deneb.example/"}
layla: {name: ليلى الفلكية, bio: تتحدث عن النجوم.}
hoshino: {name: 星野 明}
`,
	"pages/about.md": "---\ntitle: About us\nsummary: Who speaks, and why.\n---\nWe are **two voices** and a program.\n\n## How it is made\n\n" +
		"1. A script is written.\n2. A program speaks it.\n3. Another one measures how loud.\n\n> Nobody was recorded.\n\n    onair publish\n\n| Star | Light years |\n|---|---|\n| Vega | 25 |\n| Rigel | 860 |\n",
	"episodes/arabic/episode.md": "---\ntitle: \"لماذا تلمع النجوم؟ حديث مع ليلى عن HTTP/2\"\nguid: 00000001-0000-4000-8000-000000000000\ndate: 2026-11-26 06:00\nnumber: 8\nseason: 1\n" +
		"language: ar\nguests: [layla]\ntopics: [cdn]\n---\nفي هذه الحلقة نتحدث عن **النجوم** وعن [الشبكة](https://example.com/).\n\n- أولاً: الضوء\n- ثانياً: المسافة\n",
	"episodes/arabic/chapters.txt": "0:00 البداية\n0:20 الضوء\n0:50 المسافة\n",
	"episodes/arabic/transcript.md": "**ليلى الفلكية:** \\[00:00\\] أهلاً بكم في هذه الحلقة. نتحدث اليوم عن النجوم.\n\n**Vega:** \\[00:08\\] شكراً لك يا ليلى. كم يبعد نجم Deneb؟\n\n" +
		"**ليلى الفلكية:** \\[00:20\\] حوالي 2600 سنة ضوئية، والضوء الذي نراه قديم جداً.\n\n**Vega:** \\[00:50\\] مثل نسخة مخبأة \\[غير مفهوم 00:55\\] إذن.\n",
	"episodes/japanese/episode.md": "---\ntitle: 星の光はどこから来るのか、そして私たちはそれをどのように聞くのか\nguid: 00000002-0000-4000-8000-000000000000\ndate: 2026-11-20 06:00\nnumber: 9\nseason: 1\n" +
		"language: ja\nguests: [hoshino]\n---\n**星の光**について話します。\n",
	"episodes/japanese/chapters.txt":  "0:00 はじめに\n0:30 光の速さ\n",
	"episodes/japanese/transcript.md": "**星野 明:** \\[00:00\\] こんにちは。今日は星の光について話します。\n\n**Rigel:** \\[00:10\\] 光はどのくらいの速さですか。\n\n**星野 明:** \\[00:30\\] 一秒間に地球を七周半します。\n",
	"episodes/long-title/episode.md":  "---\ntitle: \"" + longTitle + "\"\nguid: 00000003-0000-4000-8000-000000000000\ndate: 2026-11-12 06:00\nnumber: 6\nseason: 1\nartwork: artwork.jpg\n---\nA long title.\n",
	"episodes/bare/episode.md":        "---\ntitle: Without anything\nguid: 00000004-0000-4000-8000-000000000000\ndate: 2026-11-08 06:00\ntype: bonus\nexplicit: true\nseason: 1\n---\n",
	"episodes/hour/episode.md": "---\ntitle: An hour about packets\nguid: 00000005-0000-4000-8000-000000000000\ndate: 2026-12-10 06:00\nnumber: 7\nseason: 1\nguests: [deneb]\ntopics: [cdn, http]\n" +
		"soundbites: [{start: \"1:00\", duration: 20, title: The best minute}]\nartwork: artwork.jpg\n---\nA long talk, because long talks are what people listen to while they wash up.\n\n## What we read\n\n" +
		"- [HTTP caching](https://www.rfc-editor.org/rfc/rfc9111)\n- [Range requests](https://www.rfc-editor.org/rfc/rfc9110#section-14)\n",
	"show.yaml.more": "site: {nav: [{text: Shop, url: \"https://shop.example/\"}]}\n",
}

// writeGallery adds the files of the gallery to a copy of the example.
func writeGallery(dir string) error {
	for name, text := range galleryFiles {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if base, ok := strings.CutSuffix(name, ".more"); ok {
			before, err := os.ReadFile(base)
			if err != nil {
				return err
			}
			name, text = base, string(before)+text
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	example := filepath.Join(dir, "episodes", "2-cloudy-with-a-chance-of-packets")
	for _, slug := range []string{"arabic", "japanese", "long-title", "bare"} {
		if err := os.Link(filepath.Join(example, "audio.mp3"), filepath.Join(dir, "episodes", slug, "audio.mp3")); err != nil {
			return err
		}
	}
	for _, language := range []string{"de", "es"} {
		if err := os.Link(filepath.Join(dir, "episodes", "first-light", "audio.mp3"), filepath.Join(example, "audio."+language+".mp3")); err != nil {
			return err
		}
	}
	for _, slug := range []string{"long-title", "hour"} {
		if err := os.Link(filepath.Join(example, "artwork.jpg"), filepath.Join(dir, "episodes", slug, "artwork.jpg")); err != nil {
			return err
		}
	}
	return writeTalk(filepath.Join(dir, "episodes", "hour"), filepath.Join(example, "transcript.md"), 1, hourTurns)
}

var stampPattern = regexp.MustCompile(`\\\[(\d+):(\d+)\\\] `)

// writeTalk writes audio of the given number of hours, 12 chapters for each hour, and a
// transcript of count turns, which repeats turns of the given transcript.
func writeTalk(dir, transcript string, hours, count int) error {
	seconds := hours * 3600
	c := &synthetic.Catalogue{Rate: synthetic.Kbps8}
	c.Master = int64(float64(seconds*1000)/c.Rate.MS) * c.Rate.Size
	if err := c.WriteMaster(filepath.Join(dir, "audio.mp3"), 1); err != nil {
		return err
	}
	data, err := os.ReadFile(transcript)
	if err != nil {
		return err
	}
	var turns []string
	for turn := range strings.SplitSeq(stampPattern.ReplaceAllString(string(data), ""), "\n\n") {
		if _, words, ok := strings.Cut(turn, ":** "); ok && strings.Count(words, " ") < 40 && !strings.Contains(words, `\[`) {
			turns = append(turns, strings.TrimSpace(turn))
		}
	}
	var text, list bytes.Buffer
	for i := range count {
		at := i * seconds / count
		speaker, words, _ := strings.Cut(turns[i%len(turns)], ":** ")
		fmt.Fprintf(&text, "%s:** \\[%02d:%02d:%02d\\] %s", speaker, at/3600, at/60%60, at%60, words)
		if i%400 == 7 {
			fmt.Fprintf(&text, " And then \\[unintelligible %02d:%02d:%02d\\] happened.", at/3600, at/60%60, at%60+1)
		}
		text.WriteString("\n\n")
	}
	for i := range 12 * hours {
		fmt.Fprintf(&list, "%d:%02d:00 %s\n", i/12, 5*i%60, [...]string{"Hello again", "What a packet is", "Why the slider works", "A year, immutable"}[i%4]+strings.Repeat(" again", i/4))
	}
	if err := os.WriteFile(filepath.Join(dir, "chapters.txt"), list.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "transcript.md"), text.Bytes(), 0o644)
}

// kinds returns one page of every kind in the gallery, by a name for the kind.
func (s *site) kinds() map[string]string {
	const slug = "2-cloudy-with-a-chance-of-packets"
	pages := map[string]string{
		"home": "", "404": "404.html", "episode": "episodes/" + slug + "/", "embed": "episodes/" + slug + "/embed/", "hour": "episodes/hour/",
		"arabic": "episodes/arabic/", "japanese": "episodes/japanese/", "long-title": "episodes/long-title/", "bare": "episodes/bare/",
		"archive": "archive/", "season": "archive/season-1/", "people": "people/", "person": "people/vega/", "topics": "topics/", "topic": "topics/cdn/",
		"sponsors": "sponsors/", "sponsor": "sponsors/acme-telescopes/", "search": "search/", "results": "search/?q=packets", "help": "help/", "about": "about/",
	}
	return pages
}

// window is a size of a browser's window.
type window struct {
	name          string
	width, height int64
}

var windows = []window{{"phone", 390, 844}, {"desktop", 1440, 900}}
