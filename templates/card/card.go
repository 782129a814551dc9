// Package card draws the image that link previews show for an episode: artwork, title,
// show, number and people on 1200 × 630 pixels.
//
// The same card has the same bytes on every machine. Text is shaped in the units of the
// font, and all later steps use integers, because processors round floating-point sums
// differently.
package card

import (
	"bytes"
	"fmt"
	"image"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"

	"onair/internal/raster"
	"onair/templates/palette"
)

// The size of a card, in pixels.
const (
	Width  = 1200
	Height = 630
)

// ArtworkSize is the size of the artwork on a card, in pixels.
const ArtworkSize = 440

// MaxBytes is the size in bytes that a card's JPEG should not exceed.
const MaxBytes = 120_000

// Card is the content of a card.
type Card struct {
	Title       string // left out if empty
	Show        string
	Number      string        // the season and number of the episode in words; empty if it has none
	People      []string      // names
	Separator   string        // between the names of people
	RightToLeft bool          // direction of the title as a whole
	Artwork     *raster.Image // cropped around its middle to ArtworkSize
	Colours     palette.Scheme
}

// Font draws cards with a font. It is safe for concurrent use.
type Font struct {
	font    *font.Font
	encoder raster.StripEncoder // shared by all cards, because cards of a show have many pixels in common
}

// ParseFont reads an OpenType or TrueType font.
func ParseFont(data []byte) (*Font, error) {
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	if face.Upem() == 0 {
		return nil, fmt.Errorf("read font: no units per em")
	}
	return &Font{font: face.Font}, nil
}

// Default returns the embedded font, DejaVu Sans Bold. It has Latin, Greek, Cyrillic,
// Arabic and Hebrew letters.
var Default = sync.OnceValue(func() *Font {
	f, err := ParseFont(dejavusansbold.TTF)
	if err != nil {
		panic(err)
	}
	return f
})

// Missing returns a visible character of a text for which the font has no glyph: the first
// that belongs to a script, or else the first. ok is false if the font has glyphs for all
// of the text.
func (f *Font) Missing(text string) (first rune, ok bool) {
	for _, r := range clean(text) {
		if unicode.IsSpace(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue
		}
		if _, found := f.font.NominalGlyph(r); found {
			continue
		}
		if !unicode.In(r, unicode.Common, unicode.Inherited) {
			return r, true
		}
		if !ok {
			first, ok = r, true
		}
	}
	return first, ok
}

// Script returns the name of the script of a character, such as Hiragana, or an empty
// string if the character belongs to no script.
func Script(r rune) string {
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	return ""
}

// maxText is how many characters of a text are laid out; a card has no space for more.
const maxText = 400

// clean returns the first maxText characters of a text as one line, without control
// characters and characters that set the direction of text.
func clean(text string) []rune {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
			return -1 // some of these characters change the direction of the text that follows
		}
		return r
	}, text)
	all := []rune(text)
	return all[:min(len(all), maxText)]
}

// The layout, in pixels.
const (
	margin     = 70
	showSize   = 30
	peopleSize = 28
	stripe     = 12
)

// titleSizes are the sizes of titles, each with the most lines that a title of that
// size may have. The first size that fits is used. At the last size, a longer title
// ends with an ellipsis.
var titleSizes = []struct{ size, lines int }{{66, 4}, {52, 5}, {42, 7}}

// Draw draws a card. It leaves out a text for which the font lacks a glyph.
func (f *Font) Draw(c *Card) *raster.Image {
	canvas := image.NewRGBA(image.Rect(0, 0, Width, Height))
	fill(canvas, canvas.Rect, c.Colours.Paper)
	fill(canvas, image.Rect(0, Height-stripe, Width, Height), c.Colours.Accent)
	left, right := margin, Width-margin
	if c.Artwork != nil {
		art := raster.Square(c.Artwork, ArtworkSize)
		at := image.Pt(margin, (Height-stripe-art.Rect.Dy())/2)
		if c.RightToLeft {
			at.X = Width - margin - art.Rect.Dx()
			right = at.X - margin*3/4
		} else {
			left = at.X + art.Rect.Dx() + margin*3/4
		}
		for y := range art.Rect.Dy() {
			copy(canvas.Pix[canvas.PixOffset(at.X, at.Y+y):], art.Pix[art.PixOffset(art.Rect.Min.X, art.Rect.Min.Y+y):][:4*art.Rect.Dx()])
		}
	}
	p := &painter{canvas: canvas, font: f, face: font.NewFace(f.font), left: left, right: right, rtl: c.RightToLeft}
	top, bottom := margin, Height-stripe-margin
	if c.Artwork != nil {
		top = (Height - stripe - ArtworkSize) / 2
		bottom = top + ArtworkSize
	}
	if _, missing := f.Missing(c.Show); !missing {
		p.line(c.Show, showSize, c.Colours.Accent, top+showSize)
	}
	p.line(p.lastLine(c), peopleSize, c.Colours.Soft, bottom-peopleSize/4)
	if _, missing := f.Missing(c.Title); missing {
		return canvas
	}
	for i, t := range titleSizes {
		wrapped, cut := p.wrap(c.Title, t.size, t.lines)
		if cut && i < len(titleSizes)-1 {
			continue
		}
		// Center the title a little above the middle of its space.
		height := len(wrapped) * leading(t.size)
		start := (top+bottom-height)/2 + t.size
		p.draw(wrapped, t.size, c.Colours.Ink, max(start, top+showSize+leading(t.size)))
		break
	}
	return canvas
}

// lastLine returns the text below the title: the number of the episode and the people, or
// as much of that as the font has glyphs for. If not all people fit, it has an ellipsis for
// the last of them. Only the name of the first one may be too long for the card.
func (p *painter) lastLine(c *Card) string {
	number, people := c.Number, c.People
	if _, missing := p.font.Missing(number); missing {
		number = ""
	}
	if _, missing := p.font.Missing(strings.Join(people, c.Separator)); missing {
		people = nil
	}
	if number != "" && len(people) > 0 {
		number += " · "
	}
	for n := len(people); ; n-- {
		text := number + strings.Join(people[:n], c.Separator)
		if n < len(people) {
			text += c.Separator + "…"
		}
		if _, cut := p.wrap(text, peopleSize, 1); !cut || n <= 1 {
			return text
		}
	}
}

// JPEG draws a card and encodes it with the best quality that fits into MaxBytes, or
// else with the lowest quality that it tries.
func (f *Font) JPEG(c *Card) ([]byte, error) {
	img := f.Draw(c)
	for quality := 86; ; quality -= 10 {
		data, err := f.encoder.JPEG(img, quality)
		if err != nil || len(data) <= MaxBytes || quality < 30 {
			return data, err
		}
	}
}

func leading(size int) int { return size * 6 / 5 }

func fill(canvas *raster.Image, area image.Rectangle, c palette.Colour) {
	first := canvas.Pix[canvas.PixOffset(area.Min.X, area.Min.Y):][:4*area.Dx()]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = c.R, c.G, c.B, 255
	}
	for y := area.Min.Y + 1; y < area.Max.Y; y++ {
		copy(canvas.Pix[canvas.PixOffset(area.Min.X, y):], first)
	}
}

// painter lays out text between two margins of a card.
type painter struct {
	canvas      *raster.Image
	font        *Font
	face        *font.Face
	left, right int
	rtl         bool
	shaper      shaping.HarfbuzzShaper
	wrapper     shaping.LineWrapper
	segmenter   shaping.Segmenter
}

// ResolveFace implements shaping.Fontmap.
func (p *painter) ResolveFace(rune) *font.Face { return p.face }

func (p *painter) direction() di.Direction {
	if p.rtl {
		return di.DirectionRTL
	}
	return di.DirectionLTR
}

// units returns the size at which text is shaped, so that one pixel is one unit of the
// font.
func (p *painter) units() fixed.Int26_6 { return fixed.I(int(p.font.font.Upem())) }

// wrap breaks a text into lines that fit between the margins at the given size. cut
// reports whether the text was cut because it needs more than the given number of
// lines.
func (p *painter) wrap(text string, size, lines int) (wrapped []shaping.Line, cut bool) {
	runes := clean(text)
	if len(runes) == 0 {
		return nil, false
	}
	input := shaping.Input{Text: runes, RunEnd: len(runes), Direction: p.direction(), Face: p.face, Size: p.units(), Language: language.NewLanguage("en")}
	var runs []shaping.Output
	for _, part := range p.segmenter.Split(input, p) {
		runs = append(runs, p.shaper.Shape(part))
	}
	ellipsis := shaping.Input{Text: []rune("…"), RunEnd: 1, Direction: p.direction(), Face: p.face, Size: p.units(), Script: language.Latin}
	config := shaping.WrapConfig{Direction: p.direction(), TruncateAfterLines: lines}.WithTruncator(&p.shaper, ellipsis)
	width := (p.right - p.left) * int(p.font.font.Upem()) / size
	wrapped, truncated := p.wrapper.WrapParagraph(config, width, runes, shaping.NewSliceIterator(runs))
	return wrapped, truncated > 0
}

// line draws a text, cut to one line, with its baseline at y.
func (p *painter) line(text string, size int, c palette.Colour, y int) {
	wrapped, _ := p.wrap(text, size, 1)
	p.draw(wrapped, size, c, y)
}

// draw draws lines, the first with its baseline at y.
func (p *painter) draw(lines []shaping.Line, size int, c palette.Colour, y int) {
	for _, line := range lines {
		ordered := make([]shaping.Output, len(line))
		var advance fixed.Int26_6
		for _, run := range line {
			advance += run.Advance
			if i := int(run.VisualIndex); i >= 0 && i < len(ordered) {
				ordered[i] = run
			}
		}
		dot := p.pixels(fixed.Int26_6(0), size) + p.left*unit
		if p.rtl {
			dot = p.right*unit - p.pixels(advance, size)
		}
		for _, run := range ordered {
			for _, g := range run.Glyphs {
				outline, _ := p.face.GlyphDataOutline(g.GlyphID)
				shape := flatten(outline, size, int(p.font.font.Upem()))
				shape.fill(p.canvas, dot+p.pixels(g.XOffset, size), y*unit-p.pixels(g.YOffset, size), c)
				dot += p.pixels(g.Advance, size)
			}
		}
		y += leading(size)
	}
}

// pixels converts a length in units of the font to 1/256 pixels.
func (p *painter) pixels(length fixed.Int26_6, size int) int {
	return int(int64(length) * int64(size) * unit / 64 / int64(p.font.font.Upem()))
}
