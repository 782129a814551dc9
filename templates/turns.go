package templates

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/internal/markdown"
	"onair/transcripts"
)

// turnView is a turn and how a page shows it.
type turnView struct {
	transcripts.Turn
	Anchor string        // id on the page; empty if it has none
	Timed  bool          // whether Start is known
	Start  time.Duration // time from the start of the audio

	Hue     int    // 0 to 11, the colour of the speaker
	Image   string // key of the speaker's picture; empty if there is none
	Chapter string // title of the chapter that begins with the turn; may be empty
}

// Paragraph returns what is inside a turn of a single paragraph, else nil.
func (t *turnView) Paragraph() *transcripts.Block {
	if len(t.Blocks) != 1 {
		return nil
	}
	inner, ok := strings.CutPrefix(t.Blocks[0].HTML, "<p>")
	inner, closed := strings.CutSuffix(inner, "</p>")
	if !ok || !closed || strings.Contains(inner, "</p>") {
		return nil
	}
	return &transcripts.Block{HTML: inner}
}

// turns reads the transcript and pairs the turns with their times.
func (t *Transcript) turns() ([]turnView, error) {
	text, starts, err := t.Read()
	if err != nil {
		return nil, fmt.Errorf("transcript %s: %w", t.Language, err)
	}
	if starts != nil && len(starts) != len(text.Turns) {
		return nil, fmt.Errorf("transcript %s: %d times for %d turns", t.Language, len(starts), len(text.Turns))
	}
	turns := make([]turnView, len(text.Turns))
	for i, turn := range text.Turns {
		turns[i] = turnView{Turn: turn, Anchor: turn.ID}
		if starts != nil {
			turns[i].Timed, turns[i].Start = true, starts[i]
			turns[i].Blocks = withoutOpening(turn)
		}
	}
	return turns, nil
}

// withoutOpening returns the blocks of a turn without the time stamp at its start, for
// a page that shows the time beside the speaker.
func withoutOpening(turn transcripts.Turn) []transcripts.Block {
	if turn.Stamp == nil || len(turn.Blocks) == 0 {
		return turn.Blocks
	}
	html, ok := cutOpening(turn.Blocks[0].HTML)
	if !ok {
		return turn.Blocks
	}
	blocks := slices.Clone(turn.Blocks)
	blocks[0].HTML = html
	return blocks
}

// cutOpening removes a <time> element and the spaces after it from the start of a
// block. The element may be inside one other element without attributes, such as <p>.
func cutOpening(html string) (rest string, ok bool) {
	tag, inner := "", html
	if !strings.HasPrefix(html, "<time ") {
		end := strings.IndexByte(html, '>') + 1
		tag, inner = html[:end], html[end:]
		if !strings.HasPrefix(tag, "<") || strings.ContainsAny(tag[1:], "< /") {
			return html, false
		}
	}
	element, rest, ok := strings.Cut(inner, "</time>")
	if !ok || !strings.HasPrefix(element, "<time ") || strings.Contains(element[1:], "<") {
		return html, false
	}
	return tag + strings.TrimLeft(rest, " "), true
}

// runLength is the number of turns in an element that browsers lay out and style only
// when it is near the screen.
const runLength = 24

// runsAtOnce is how many runs browsers parse when they load a page, about an hour of
// talk. Further runs are in <noscript>, which is text to a browser with scripts, and
// player.js parses them one after the other. A browser would parse six hours in tasks of
// half a second, and react to nothing meanwhile.
const runsAtOnce = 50

// Later reports whether a run, by its index, is not parsed when the page is loaded.
func (t transcriptView) Later(run int) bool { return run >= runsAtOnce }

// Runs returns the turns in runs of runLength turns; the last one may be shorter.
func (t transcriptView) Runs() [][]turnView {
	return slices.Collect(slices.Chunk(t.Turns, runLength))
}

// turns returns the turns of a transcript as HTML. It writes the same bytes as the
// template testdata/turns.html. It is Go code because transcripts are long, and
// html/template takes more than ten times as long.
func (r *renderer) turns(t transcriptView) template.HTML {
	w := &turnWriter{r: r, link: r.word("turn-link"), images: map[string]string{}}
	if t.AudioKey != "" {
		w.audio = r.link(t.AudioKey)
	}
	w.Grow(sizeOf(t.Turns))
	for i, run := range t.Runs() {
		w.write("\n  <div class=\"run\">")
		if t.Later(i) {
			w.write("<noscript>")
		}
		for i := range run {
			w.turn(&run[i])
		}
		w.write("\n  ")
		if t.Later(i) {
			w.write("</noscript>")
		}
		w.write("</div>")
	}
	return template.HTML(w.String())
}

// sizeOf estimates the length of the HTML of turns, in bytes.
func sizeOf(turns []turnView) int {
	size := 0
	for i := range turns {
		size += 300 + len(turns[i].Speaker) + 2*len(turns[i].Anchor)
		for j := range turns[i].Blocks {
			size += 10 + len(turns[i].Blocks[j].HTML)
		}
	}
	return size
}

// turnWriter writes turns as HTML.
type turnWriter struct {
	strings.Builder
	r      *renderer
	audio  string            // link to the audio
	link   string            // text of the link to a turn
	images map[string]string // links to pictures, by key
}

// image returns the link to a picture.
func (w *turnWriter) image(key string) string {
	link, ok := w.images[key]
	if !ok {
		link = w.r.source(key, portraitWidth)
		w.images[key] = link
	}
	return link
}

// write writes HTML.
func (w *turnWriter) write(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

// text writes text or the value of a quoted attribute.
func (w *turnWriter) text(s string) { escapeHTML.WriteString(w, s) }

func (w *turnWriter) turn(t *turnView) {
	start := seconds(t.Start)
	if t.Chapter != "" {
		w.write("\n  <h3 class=\"part\">")
		w.text(t.Chapter)
		w.write("</h3>")
	}
	w.write("\n  <div class=\"turn h", strconv.Itoa(t.Hue))
	if t.Pause {
		w.write(" pause")
	}
	w.write(`"`)
	if t.Anchor != "" {
		w.write(` id="`)
		w.text(t.Anchor)
		w.write(`"`)
	}
	if t.Timed {
		w.write(` data-start="`, start, `"`)
	}
	w.write("><p class=\"speaker\"")
	if !t.Pause && t.Image == "" && t.Speaker != "" {
		w.write(` data-initial="`)
		w.text(initial(t.Speaker))
		w.write(`"`)
	}
	w.write(">")
	if t.Image != "" {
		w.write(`<img src="`)
		w.text(w.image(t.Image))
		w.write(`" alt="" width="28" height="28" loading="lazy">`)
	}
	if t.Speaker != "" {
		w.write("<bdi>")
		w.text(t.Speaker)
		w.write("</bdi>")
	}
	switch {
	case t.Timed:
		w.write(` <a class="stamp" href="`)
		w.text(w.audio)
		w.write(`#t=`, start, `" data-seek="`, start, `">`, clock(t.Start), `</a>`)
	case t.Anchor != "":
		w.write(` <a class="stamp" href="#`, escapeFragment(t.Anchor), `" aria-label="`)
		w.text(w.link)
		w.write(`">#</a>`)
	}
	w.write("</p>")
	// A long transcript has an element less for each turn.
	if p := t.Paragraph(); p != nil {
		w.write(`<p class="words">`, markdown.NoOpener(p.HTML), "</p></div>")
		return
	}
	w.write(`<div class="words">`)
	for i := range t.Blocks {
		if i > 0 {
			w.write("\n")
		}
		w.write(markdown.NoOpener(t.Blocks[i].HTML))
	}
	w.write("</div></div>")
}

// escapeHTML escapes text and quoted attributes as html/template does.
var escapeHTML = strings.NewReplacer(
	"\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;",
)

// escapeFragment escapes the fragment of a URL as html/template does: every byte except
// unreserved ones (RFC 3986 section 2.3).
func escapeFragment(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isUnreserved(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
