package palette

import (
	"image"
	"image/color"
	"testing"
)

func TestEveryAccentCanBeRead(t *testing.T) {
	t.Parallel()
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				accent := Colour{uint8(r), uint8(g), uint8(b)}
				c := From(accent)
				for name, s := range map[string]Scheme{"light": c.Light, "dark": c.Dark} {
					for what, text := range map[string]Colour{"ink": s.Ink, "soft": s.Soft, "accent": s.Accent} {
						if !isReadable(text, s) {
							t.Errorf("%s of %v, %s: %v on %v, %v, %v, %v", what, accent, name, text, s.Paper, s.Raised, s.Sunken, s.Tint)
						}
					}
					if got := Contrast(s.OnAccent, s.Accent); got < MinContrast {
						t.Errorf("button of %v, %s: contrast %.2f", accent, name, got)
					}
				}
			}
		}
	}
}

func TestConversionsAreInverse(t *testing.T) {
	t.Parallel()
	for _, c := range []Colour{{}, {255, 255, 255}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {13, 92, 99}, {200, 180, 20}} {
		if got := c.oklch().colour(); got != c {
			t.Errorf("%v becomes %v", c, got)
		}
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	if got := Contrast(Colour{}, Colour{255, 255, 255}); got < 20.99 || got > 21.01 {
		t.Errorf("black on white: %v", got)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	if c, err := Parse("#0D5c63"); err != nil || c != Default || c.String() != "#0d5c63" {
		t.Errorf("Parse = %v, %v", c, err)
	}
	for _, bad := range []string{"", "#", "0d5c63", "#0d5c6", "#0d5c6g", "#-d5c63", "#0d5c63ff"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) has no error", bad)
		}
	}
}

// painted returns an image of 100 × 100 pixels with a stripe of each colour. An area is
// the width of a stripe.
func painted(areas map[Colour]int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 100, 100))
	x := 0
	for c, width := range areas {
		for range width {
			for y := range 100 {
				img.Set(x, y, color.RGBA{c.R, c.G, c.B, 255})
			}
			x++
		}
	}
	return img
}

func TestAccentOfImage(t *testing.T) {
	t.Parallel()
	red, blue, grey := Colour{200, 30, 40}, Colour{30, 60, 190}, Colour{128, 128, 128}
	if got, ok := Accent(painted(map[Colour]int{grey: 60, red: 30, blue: 10})); !ok || got != red {
		t.Errorf("Accent = %v, %t; want %v", got, ok, red)
	}
	if got, ok := Accent(painted(map[Colour]int{grey: 100})); ok {
		t.Errorf("grey has the accent %v", got)
	}
	if _, ok := Accent(image.NewRGBA(image.Rect(0, 0, 10, 10))); ok {
		t.Error("a transparent image has an accent")
	}
	if _, ok := Accent(image.NewRGBA(image.Rectangle{})); ok {
		t.Error("an empty image has an accent")
	}
}

func FuzzAccent(f *testing.F) {
	f.Add([]byte{1, 2, 3, 255, 200, 30, 40, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		img := image.NewNRGBA(image.Rect(0, 0, len(data)/4, 1))
		copy(img.Pix, data)
		accent, _ := Accent(img)
		c := From(accent)
		if !isReadable(c.Light.Accent, c.Light) || !isReadable(c.Dark.Accent, c.Dark) {
			t.Errorf("accent %v cannot be read", accent)
		}
	})
}
