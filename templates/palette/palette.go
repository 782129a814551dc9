// Package palette derives the colours of a site from one accent colour, and finds an
// accent colour in the artwork of a show.
//
// Colours are computed in OKLCH (https://bottosson.github.io/posts/oklab/), where
// equal steps look equal, and rounded to sRGB. Text and links have a contrast of at
// least 4.5:1 on every background (WCAG 2.2, success criterion 1.4.3).
package palette

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
)

// MinContrast is the minimum contrast between text and its background.
const MinContrast = 4.5

// Colour is a colour of sRGB.
type Colour struct{ R, G, B uint8 }

// Default is the accent of a show without artwork.
var Default = Colour{0x0d, 0x5c, 0x63}

// Parse reads a colour written as #rrggbb.
func Parse(s string) (Colour, error) {
	digits, ok := strings.CutPrefix(s, "#")
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || len(digits) != 6 {
		return Colour{}, fmt.Errorf("%q is not a colour such as #0d5c63", s)
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

// String returns the colour as #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Contrast returns the contrast of two colours, from 1 to 21 (WCAG 2.2).
func Contrast(a, b Colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func (c Colour) luminance() float64 {
	return float64(0.2126*linear(c.R)) + float64(0.7152*linear(c.G)) + float64(0.0722*linear(c.B))
}

// linear returns the linear light of an sRGB component, from 0 to 1.
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// oklch is a colour as lightness (0 to 1), chroma (0 to about 0.3) and hue in radians.
type oklch struct{ l, c, h float64 }

func (c Colour) oklch() oklch {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(float64(0.4122214708*r) + float64(0.5363325363*g) + float64(0.0514459929*b))
	m := math.Cbrt(float64(0.2119034982*r) + float64(0.6806995451*g) + float64(0.1073969566*b))
	s := math.Cbrt(float64(0.0883024619*r) + float64(0.2817188376*g) + float64(0.6299787005*b))
	lightness := float64(0.2104542553*l) + float64(0.7936177850*m) - float64(0.0040720468*s)
	x := float64(1.9779984951*l) - float64(2.4285922050*m) + float64(0.4505937099*s)
	y := float64(0.0259040371*l) + float64(0.7827717662*m) - float64(0.8086757660*s)
	return oklch{lightness, math.Hypot(x, y), math.Atan2(y, x)}
}

// colour returns the nearest sRGB colour with the same lightness and hue.
func (k oklch) colour() Colour {
	for c := k.c; ; c -= 0.002 {
		r, g, b := oklch{k.l, max(c, 0), k.h}.linear()
		const slack = 0.0005
		inside := func(v float64) bool { return v >= -slack && v <= 1+slack }
		if c <= 0 || inside(r) && inside(g) && inside(b) {
			return Colour{encode(r), encode(g), encode(b)}
		}
	}
}

func (k oklch) linear() (r, g, b float64) {
	x, y := k.c*math.Cos(k.h), k.c*math.Sin(k.h)
	cube := func(v float64) float64 { return v * v * v }
	l := cube(k.l + float64(0.3963377774*x) + float64(0.2158037573*y))
	m := cube(k.l - float64(0.1055613458*x) - float64(0.0638541728*y))
	s := cube(k.l - float64(0.0894841775*x) - float64(1.2914855480*y))
	return float64(4.0767416621*l) - float64(3.3077115913*m) + float64(0.2309699292*s),
		float64(-1.2684380046*l) + float64(2.6097574011*m) - float64(0.3413193965*s),
		float64(-0.0041960863*l) - float64(0.7034186147*m) + float64(1.7076147010*s)
}

// encode returns the sRGB component of an amount of linear light.
func encode(v float64) uint8 {
	v = min(max(v, 0), 1)
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = float64(1.055*math.Pow(v, 1/2.4)) - 0.055
	}
	return uint8(math.Round(v * 255))
}

// Scheme has the colours of a page.
type Scheme struct {
	Paper    Colour // background
	Raised   Colour // background of raised boxes
	Sunken   Colour // background of sunken boxes
	Tint     Colour // background of the current item
	Ink      Colour // text
	Soft     Colour // secondary text
	Line     Colour // rules and borders
	Accent   Colour // links and buttons
	OnAccent Colour // text on Accent
}

// Colours are a light and a dark scheme.
type Colours struct{ Light, Dark Scheme }

// From derives the colours of a site from an accent. It changes the lightness of the
// accent until text in this colour is readable, and keeps the hue.
func From(accent Colour) Colours {
	k := accent.oklch()
	tone := func(l, c float64) Colour { return oklch{l, min(c, k.c), k.h}.colour() }
	light := Scheme{
		Paper: tone(0.985, 0.006), Raised: tone(0.996, 0.003), Sunken: tone(0.955, 0.011), Tint: tone(0.94, 0.03),
		Ink: tone(0.23, 0.02), Soft: tone(0.45, 0.022), Line: tone(0.88, 0.016),
	}
	dark := Scheme{
		Paper: tone(0.2, 0.012), Raised: tone(0.245, 0.014), Sunken: tone(0.165, 0.011), Tint: tone(0.3, 0.035),
		Ink: tone(0.93, 0.01), Soft: tone(0.76, 0.016), Line: tone(0.37, 0.018),
	}
	light.Accent = makeReadable(oklch{min(max(k.l, 0.47), 0.7), k.c, k.h}, -0.005, light)
	light.OnAccent = Colour{255, 255, 255}
	dark.Accent = makeReadable(oklch{max(k.l, 0.7), min(k.c, 0.16), k.h}, 0.005, dark)
	dark.OnAccent = tone(0.2, 0.03)
	return Colours{light, dark}
}

// makeReadable changes the lightness of a colour in steps until text in the colour is
// readable on every background of a scheme.
func makeReadable(k oklch, step float64, s Scheme) Colour {
	for {
		c := k.colour()
		if isReadable(c, s) || k.l <= 0.1 || k.l >= 0.98 {
			return c
		}
		k.l += step
	}
}

// isReadable reports whether text in a colour is readable on every background of a
// scheme.
func isReadable(c Colour, s Scheme) bool {
	for _, background := range []Colour{s.Paper, s.Raised, s.Sunken, s.Tint} {
		if Contrast(c, background) < MinContrast {
			return false
		}
	}
	return true
}

// CSS returns a scheme as declarations of custom properties.
func (s Scheme) CSS() string {
	var b strings.Builder
	for _, p := range []struct {
		name  string
		value Colour
	}{
		{"paper", s.Paper}, {"raised", s.Raised}, {"sunken", s.Sunken}, {"tint", s.Tint}, {"ink", s.Ink},
		{"soft", s.Soft}, {"line", s.Line}, {"accent", s.Accent}, {"on-accent", s.OnAccent},
	} {
		fmt.Fprintf(&b, "  --%s: %s;\n", p.name, p.value)
	}
	return b.String()
}

const (
	swatches  = 16   // number of colours to which an image is reduced
	minChroma = 0.03 // a colour with less chroma is grey
	grid      = 96   // an image is sampled at this many points in each direction
)

// Accent returns a colour of an image: the one with the largest product of chroma and
// area. It ignores colours that are almost grey, black or white. ok is false if there
// are no other colours.
func Accent(img image.Image) (accent Colour, ok bool) {
	best := 0.0
	for _, s := range reduce(pixels(img)) {
		k := s.colour.oklch()
		if k.c < minChroma || k.l < 0.25 || k.l > 0.97 {
			continue
		}
		// The score is rounded, so that the choice does not depend on the processor.
		if score := math.Round(k.c * float64(s.area) * 1e6); score > best {
			best, accent, ok = score, s.colour, true
		}
	}
	return accent, ok
}

// pixels returns the colours of an image at the points of a grid. Points that are more
// than half transparent are left out.
func pixels(img image.Image) []Colour {
	bounds := img.Bounds()
	if bounds.Empty() {
		return nil
	}
	var all []Colour
	columns, rows := min(grid, bounds.Dx()), min(grid, bounds.Dy())
	for y := range rows {
		for x := range columns {
			at := img.At(bounds.Min.X+(2*x+1)*bounds.Dx()/(2*columns), bounds.Min.Y+(2*y+1)*bounds.Dy()/(2*rows))
			if c := color.NRGBAModel.Convert(at).(color.NRGBA); c.A > 127 {
				all = append(all, Colour{c.R, c.G, c.B})
			}
		}
	}
	return all
}

// swatch is a colour and the number of pixels that it represents.
type swatch struct {
	colour Colour
	area   int
}

// reduce reduces colours to swatches by median cut.
func reduce(all []Colour) []swatch {
	if len(all) == 0 {
		return nil
	}
	boxes := [][]Colour{all}
	for len(boxes) < swatches {
		widest, channel, width := -1, 0, 0
		for i, box := range boxes {
			for c := range 3 {
				if w := spread(box, c) * len(box); spread(box, c) > 8 && w > width {
					widest, channel, width = i, c, w
				}
			}
		}
		if widest < 0 {
			break
		}
		box := boxes[widest]
		slices.SortStableFunc(box, func(a, b Colour) int { return int(component(a, channel)) - int(component(b, channel)) })
		boxes[widest] = box[:len(box)/2]
		boxes = append(boxes, box[len(box)/2:])
	}
	var found []swatch
	for _, box := range boxes {
		var r, g, b int
		for _, c := range box {
			r, g, b = r+int(c.R), g+int(c.G), b+int(c.B)
		}
		n := len(box)
		found = append(found, swatch{Colour{uint8(r / n), uint8(g / n), uint8(b / n)}, n})
	}
	return found
}

func component(c Colour, channel int) uint8 { return [3]uint8{c.R, c.G, c.B}[channel] }

// spread returns the difference between the largest and the smallest value of a
// channel.
func spread(box []Colour, channel int) int {
	low, high := uint8(255), uint8(0)
	for _, c := range box {
		v := component(c, channel)
		low, high = min(low, v), max(high, v)
	}
	return max(0, int(high)-int(low))
}
