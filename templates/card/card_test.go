package card

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"image"
	"image/color"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-text/typesetting/font"

	"onair/internal/raster"
	"onair/templates/palette"
)

var keep = flag.String("cards", "", "write the cards of the tests into this folder, to look at them")

func artwork() *raster.Image {
	img := image.NewRGBA(image.Rect(0, 0, 640, 640))
	for y := range 640 {
		for x := range 640 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x * y), 255})
		}
	}
	return img
}

var dark = palette.From(palette.Default).Dark

var cards = map[string]*Card{
	"latin":   {Title: "Cloudy with a chance of packets", Show: "Hello, Universe", Number: "Season 1, episode 4", People: []string{"Deneb", "Søren", "Mary O'Brien"}, Separator: ", ", Artwork: artwork(), Colours: dark},
	"arabic":  {Title: "سحب مع احتمال حزم بيانات: كيف تعمل شبكات CDN", Show: "مرحبا يا كون", People: []string{"نجمة"}, RightToLeft: true, Artwork: artwork(), Colours: dark},
	"hebrew":  {Title: "מעונן עם סיכוי לחבילות RFC 9110", Show: "שלום, יקום", RightToLeft: true, Colours: dark},
	"russian": {Title: "Облачно, возможны пакеты", Show: "Привет, Вселенная", People: []string{"Вега", "Ригель"}, Separator: ", ", Colours: palette.From(palette.Default).Light},
	"long":    {Title: strings.Repeat("An unreasonably long title that never ends ", 10), Show: strings.Repeat("A show with a long name ", 9), People: slices.Repeat([]string{"Mary O'Brien"}, 30), Separator: ", ", Artwork: artwork(), Colours: dark},
	"word":    {Title: strings.Repeat("Donaudampfschifffahrt", 14), Show: "Hello", Colours: dark},
	"empty":   {Colours: dark},
}

func TestCardsAreSmallAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range cards {
		data, err := Default().JPEG(c)
		if err != nil {
			t.Fatal(err)
		}
		if *keep != "" {
			if err := os.WriteFile(*keep+"/"+name+".jpg", data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if len(data) > MaxBytes {
			t.Errorf("%s: %d bytes, more than %d", name, len(data), MaxBytes)
		}
		again, _ := Default().JPEG(c)
		if !bytes.Equal(data, again) {
			t.Errorf("%s: a second card differs", name)
		}
	}
}

// TestCardBytes checks that a card has the same bytes on every machine.
func TestCardBytes(t *testing.T) {
	t.Parallel()
	got := fmt.Sprintf("%x", sha256.Sum256(Default().Draw(cards["arabic"]).Pix))
	const want = "ce726c662b71407114ee71133c74c8e6836fda2f84a7c3b019bbd23950a18cb8"
	if got != want {
		t.Errorf("the digest of a card is %s, want %s", got, want)
	}
}

// inked returns the smallest rectangle that contains all pixels of colour c.
func inked(img *raster.Image, c palette.Colour) image.Rectangle {
	area := image.Rectangle{}
	for y := range Height {
		for x := range Width {
			if img.RGBAAt(x, y) == (color.RGBA{c.R, c.G, c.B, 255}) {
				area = area.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return area
}

func TestTitlesStayOnTheCard(t *testing.T) {
	t.Parallel()
	for name, c := range cards {
		if name == "empty" {
			continue
		}
		area := inked(Default().Draw(c), c.Colours.Ink)
		if area.Empty() || !area.In(image.Rect(margin/2, margin/2, Width-margin/2, Height-margin/2)) {
			t.Errorf("%s: the title is in %v", name, area)
		}
	}
}

func TestLastLine(t *testing.T) {
	t.Parallel()
	p := &painter{font: Default(), face: font.NewFace(Default().font), right: 600}
	for _, test := range []struct{ number, people, want string }{
		{"Season 2, episode 14", "Søren", "Season 2, episode 14 · Søren"},
		{"Season 2, episode 14", "Søren, Mary O'Brien", "Season 2, episode 14 · Søren, …"},
		{"", "Søren, Mary O'Brien, Deneb, Vega", "Søren, Mary O'Brien, Deneb, Vega"},
		{"", "Søren, Mary O'Brien, Deneb, Vega, Rigel, Altair", "Søren, Mary O'Brien, Deneb, Vega, …"},
		{"", strings.Repeat("Wolfeschlegel", 9) + ", Vega", strings.Repeat("Wolfeschlegel", 9) + ", …"},
		{"Episode 3", "", "Episode 3"},
		{"", "Søren", "Søren"},
		{"Folge 3", "星野", "Folge 3"},
		{"第3回", "Søren", "Søren"},
		{"", "", ""},
	} {
		c := &Card{Number: test.number, Separator: ", "}
		if test.people != "" {
			c.People = strings.Split(test.people, c.Separator)
		}
		if got := p.lastLine(c); got != test.want {
			t.Errorf("number %q and people %q: %q, want %q", test.number, test.people, got, test.want)
		}
	}
	with, without := *cards["russian"], *cards["russian"]
	with.Number, with.People, without.People = "Выпуск 7", nil, nil
	if bytes.Equal(Default().Draw(&with).Pix, Default().Draw(&without).Pix) {
		t.Error("a card with a number looks like one without")
	}
}

func TestMissingGlyphs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]rune{"Hello": 0, "مرحبا": 0, "Привет, שלום": 0, "a\u0301 \u200b": 0, "こんにちは": 'こ', "Hi 漢字": '漢', "a、漢 😀": '漢', "a、": '、'} {
		if r, ok := Default().Missing(text); r != want || ok != (want != 0) {
			t.Errorf("Missing(%q) = %q, %t; want %q", text, r, ok, want)
		}
	}
	if got := Script('漢') + " " + Script('こ') + " " + Script('1'); got != "Han Hiragana " {
		t.Errorf("scripts %q", got)
	}
}

func TestParseFontErrors(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "OTTO", strings.Repeat("x", 1000)} {
		if _, err := ParseFont([]byte(data)); err == nil {
			t.Errorf("ParseFont(%q) has no error", data)
		}
	}
}

func FuzzDraw(f *testing.F) {
	f.Add("Cloudy", "Hello", false)
	f.Add("سحب\u202e ABC\x00", "\u2067مرحبا", true)
	f.Fuzz(func(t *testing.T, title, show string, rtl bool) {
		Default().Draw(&Card{Title: title, Show: show, People: []string{title, show}, RightToLeft: rtl, Colours: dark})
	})
}

// BenchmarkCard draws cards as for a show whose episodes have the same artwork.
func BenchmarkCard(b *testing.B) {
	c := *cards["latin"]
	c.Artwork = raster.Square(c.Artwork, ArtworkSize)
	b.ReportAllocs()
	for n := 1; b.Loop(); n++ {
		c.Title = fmt.Sprintf("%d: Cloudy with a chance of packets", n)
		if _, err := Default().JPEG(&c); err != nil {
			b.Fatal(err)
		}
	}
}
