package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// canvas is a picture that is being drawn.
type canvas struct{ *image.RGBA }

// point is a position on a canvas, in pixels.
type point struct{ x, y float64 }

// rgb is a colour with components from 0 to 1. Calculations may exceed this range;
// alpha limits the components to it.
type rgb struct{ r, g, b float64 }

func hex(code uint32) rgb {
	return rgb{float64(code>>16&0xff) / 255, float64(code>>8&0xff) / 255, float64(code&0xff) / 255}
}

func (c rgb) mix(d rgb, t float64) rgb {
	return rgb{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t}
}

func (c rgb) times(f float64) rgb { return rgb{c.r * f, c.g * f, c.b * f} }

func (c rgb) plus(d rgb) rgb { return rgb{c.r + d.r, c.g + d.g, c.b + d.b} }

// alpha returns the colour with an opacity.
func (c rgb) alpha(a float64) color.Color {
	level := func(v float64) uint8 { return uint8(math.Round(255 * clamp(v))) }
	return color.NRGBA{level(c.r), level(c.g), level(c.b), level(a)}
}

func clamp(v float64) float64 { return math.Max(0, math.Min(1, v)) }

// smooth returns a value that rises smoothly from 0 to 1 as v goes from a to b.
func smooth(a, b, v float64) float64 {
	t := clamp((v - a) / (b - a))
	return t * t * (3 - 2*t)
}

func newCanvas(width, height int) canvas {
	return canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
}

// shade sets every pixel to the colour that f returns for it.
func (c canvas) shade(f func(x, y float64) rgb) {
	b := c.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			c.Set(x, y, f(float64(x)+0.5, float64(y)+0.5).alpha(1))
		}
	}
}

// light adds to every pixel the colour that f returns for it.
func (c canvas) light(f func(x, y float64) rgb) {
	b := c.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			p := c.RGBAAt(x, y)
			old := rgb{float64(p.R) / 255, float64(p.G) / 255, float64(p.B) / 255}
			c.Set(x, y, old.plus(f(float64(x)+0.5, float64(y)+0.5)).alpha(1))
		}
	}
}

// fill paints polygons. Where polygons overlap, they add up, or cut each other out if
// they are wound in opposite directions.
func (c canvas) fill(ink color.Color, outlines ...[]point) {
	area := reach(outlines).Intersect(c.Bounds())
	z := vector.NewRasterizer(area.Dx(), area.Dy())
	place := func(p point) (x, y float32) {
		return float32(p.x - float64(area.Min.X)), float32(p.y - float64(area.Min.Y))
	}
	for _, outline := range outlines {
		for i, p := range outline {
			if x, y := place(p); i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	z.Draw(c.RGBA, area, image.NewUniform(ink), image.Point{})
}

// reach returns a rectangle around all outlines.
func reach(outlines [][]point) image.Rectangle {
	var all image.Rectangle
	for _, outline := range outlines {
		for _, p := range outline {
			x, y := int(math.Floor(p.x)), int(math.Floor(p.y))
			all = all.Union(image.Rect(x, y, x+2, y+2))
		}
	}
	return all
}

// disc returns the outline of a circle.
func disc(x, y, radius float64) []point { return arc(x, y, radius, 0, 2*math.Pi) }

// arc returns a part of a circle. Angles run clockwise from the right.
func arc(x, y, radius, from, to float64) []point {
	steps := int(math.Abs(to-from)*math.Sqrt(radius)*6) + 8
	outline := make([]point, steps+1)
	for i := range outline {
		a := from + (to-from)*float64(i)/float64(steps)
		outline[i] = point{x + radius*math.Cos(a), y + radius*math.Sin(a)}
	}
	return outline
}

// bar returns the outline of a line with round ends.
func bar(a, b point, width float64) []point {
	angle := math.Atan2(b.y-a.y, b.x-a.x)
	outline := arc(b.x, b.y, width/2, angle-math.Pi/2, angle+math.Pi/2)
	return append(outline, arc(a.x, a.y, width/2, angle+math.Pi/2, angle+3*math.Pi/2)...)
}

// box returns the outline of a rectangle with round corners.
func box(x, y, width, height, radius float64) []point {
	outline := arc(x+width-radius, y+radius, radius, -math.Pi/2, 0)
	outline = append(outline, arc(x+width-radius, y+height-radius, radius, 0, math.Pi/2)...)
	outline = append(outline, arc(x+radius, y+height-radius, radius, math.Pi/2, math.Pi)...)
	return append(outline, arc(x+radius, y+radius, radius, math.Pi, 3*math.Pi/2)...)
}

// text draws a line with its baseline centred on x, y. tracking is the extra space
// between letters, in pixels.
func (c canvas) text(ttf []byte, size, tracking, x, y float64, ink color.Color, line string) error {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return err
	}
	defer face.Close()
	gap := fixed.Int26_6(tracking * 64)
	width := -gap
	for _, letter := range line {
		advance, _ := face.GlyphAdvance(letter)
		width += advance + gap
	}
	pen := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: face}
	pen.Dot = fixed.Point26_6{X: fixed.Int26_6(x*64) - width/2, Y: fixed.Int26_6(y * 64)}
	for _, letter := range line {
		pen.DrawString(string(letter))
		pen.Dot.X += gap
	}
	return nil
}

// save writes the picture in the format of the path's extension: .jpg or .png.
func (c canvas) save(path string) error {
	var file bytes.Buffer
	var err error
	if filepath.Ext(path) == ".jpg" {
		err = jpeg.Encode(&file, c.RGBA, &jpeg.Options{Quality: 88})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, c.opaque())
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}

// opaque returns the picture without the alpha channel, which would make the PNG larger.
func (c canvas) opaque() image.Image {
	out := image.NewNRGBA(c.Bounds())
	draw.Draw(out, out.Bounds(), c.RGBA, image.Point{}, draw.Src)
	return out
}

// hash returns a pseudo-random number between 0 and 1 for a point of a grid.
func hash(x, y, seed int) float64 {
	h := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77 ^ uint32(seed)*0xc2b2ae3d
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) / math.MaxUint32
}

// cloud returns fractal noise between 0 and 1; scale is the size of its largest shapes
// in pixels.
func cloud(x, y, scale float64, seed int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for octave := range 5 {
		sum += weight * valueNoise(x/scale, y/scale, seed+octave)
		total += weight
		weight /= 2
		scale /= 2
	}
	return sum / total
}

func valueNoise(x, y float64, seed int) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	tx, ty := smooth(0, 1, x-fx), smooth(0, 1, y-fy)
	ix, iy := int(fx), int(fy)
	top := hash(ix, iy, seed)*(1-tx) + hash(ix+1, iy, seed)*tx
	bottom := hash(ix, iy+1, seed)*(1-tx) + hash(ix+1, iy+1, seed)*tx
	return top*(1-ty) + bottom*ty
}
