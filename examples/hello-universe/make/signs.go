package main

import (
	"errors"
	"math"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomonobold"
)

// The small pictures are flat, because they are shown as thumbnails.

// rings paints a target of flat colours, listed from the edge to the middle.
func (c canvas) rings(x, y float64, tones ...rgb) {
	size := float64(c.Bounds().Dx())
	c.shade(func(px, py float64) rgb { return tones[0] })
	for i, tone := range tones[1:] {
		reach := 0.78 * size * float64(len(tones)-1-i) / float64(len(tones)-1)
		c.fill(tone.alpha(1), disc(x, y, reach))
	}
}

// sparkle returns the outline of a star with four points, turned by an angle.
func sparkle(x, y, radius, slim, turn float64) []point {
	outline := make([]point, 360)
	for i := range outline {
		a := 2 * math.Pi * float64(i) / float64(len(outline))
		sin, cos := math.Sincos(a)
		r := radius * math.Pow(math.Pow(math.Abs(cos), slim)+math.Pow(math.Abs(sin), slim), -1/slim)
		outline[i] = point{x + r*math.Cos(a+turn), y + r*math.Sin(a+turn)}
	}
	return outline
}

// smile draws a mouth made of bars, like a waveform.
func (c canvas) smile(x, y, step float64, lengths []float64, tone rgb) {
	for i, length := range lengths {
		at := x + step*(float64(i)-float64(len(lengths)-1)/2)
		c.fill(tone.alpha(1), bar(point{at, y - length/2}, point{at, y + length/2}, 0.5*step))
	}
}

// drawVega draws a bright, smiling star.
func drawVega() (canvas, error) {
	c := newCanvas(400, 400)
	c.rings(200, 200, hex(0x3d1a63), hex(0x55247a), hex(0x7b2f86), hex(0xb0417f), hex(0xe05a7c))
	c.fill(amber.alpha(1), sparkle(200, 200, 118, 0.9, math.Pi/4))
	c.fill(cream.alpha(1), sparkle(200, 200, 184, 0.72, 0))
	for _, x := range []float64{172, 228} {
		c.fill(night.alpha(1), disc(x, 182, 13))
		c.fill(cream.alpha(1), disc(x+4, 177, 4))
	}
	c.smile(200, 226, 14, []float64{8, 20, 34, 20, 8}, rose)
	return c, nil
}

// drawRigel draws a large blue star with a straight mouth.
func drawRigel() (canvas, error) {
	c := newCanvas(400, 400)
	c.rings(200, 200, hex(0x0d1440), hex(0x131f63), hex(0x1b2f8c), hex(0x2547bd), hex(0x2f62ea))
	c.fill(hex(0x9fc4ff).alpha(1), sparkle(200, 200, 176, 0.85, math.Pi/4))
	c.fill(hex(0xdcebff).alpha(1), sparkle(200, 200, 176, 0.85, 0))
	c.fill(hex(0xdcebff).alpha(1), disc(200, 200, 82))
	for _, x := range []float64{170, 230} {
		c.fill(night.alpha(1), arc(x, 184, 15, 0, math.Pi))
		c.fill(night.alpha(1), bar(point{x - 17, 184}, point{x + 17, 184}, 7))
	}
	c.smile(200, 232, 14, []float64{4, 12, 5, 16, 6, 10, 4}, azure)
	return c, nil
}

// drawGhost draws the artwork of the episode about stale tags.
func drawGhost() (canvas, error) {
	c := newCanvas(600, 600)
	c.rings(300, 290, night, hex(0x0d1030), hex(0x151543), hex(0x211b5b), hex(0x33247a))
	for i := range 40 {
		tone := ice.mix(cream, hash(i, 0, 3))
		c.fill(tone.alpha(1), disc(600*hash(i, 1, 3), 600*hash(i, 2, 3), 1+2*hash(i, 3, 3)))
	}
	c.fill(ice.mix(violet, 0.45).alpha(1), shroud(312, 292, 150, 320))
	c.fill(cream.alpha(1), shroud(300, 280, 150, 320))
	for _, x := range []float64{252, 348} {
		c.fill(night.alpha(1), disc(x, 262, 24))
		c.fill(cream.alpha(1), disc(x+8, 253, 7))
	}
	c.fill(night.alpha(1), disc(300, 318, 15))
	err := errors.Join(
		c.text(gomonobold.TTF, 76, 6, 300, 434, rose.alpha(1), "TAG"),
		c.text(gomonobold.TTF, 24, 3, 300, 572, ice.alpha(1), "54 41 47 00 00 00"),
	)
	return c, err
}

// shroud returns the outline of a ghost: a dome with the radius around x, y, and a wavy
// hem.
func shroud(x, y, radius, fall float64) []point {
	outline := arc(x, y, radius, math.Pi, 2*math.Pi)
	const steps = 120
	for i := range steps + 1 {
		t := float64(i) / steps
		flare := 12 * (1 - 2*t)
		hem := y + 0.7*fall + 20*math.Sin(t*7*math.Pi)
		outline = append(outline, point{x + radius*(1-2*t) + flare, hem})
	}
	return outline
}

// drawAcme draws the logo of the sponsor: a telescope and a star.
func drawAcme() (canvas, error) {
	c := newCanvas(500, 500)
	c.shade(func(x, y float64) rgb { return cream })
	ink := hex(0x14213d)
	for _, foot := range []float64{150, 250, 350} {
		c.fill(ink.alpha(1), bar(point{250, 216}, point{foot, 336}, 12))
	}
	c.fill(cream.alpha(1), bar(point{135, 262}, point{330, 158}, 76))
	c.fill(ink.alpha(1), bar(point{142, 258}, point{200, 227}, 34))
	c.fill(hex(0xd1495b).alpha(1), bar(point{196, 229}, point{268, 191}, 48))
	c.fill(ink.alpha(1), bar(point{262, 194}, point{330, 158}, 66))
	c.fill(amber.alpha(1), sparkle(408, 96, 62, 0.6, 0))
	c.fill(amber.alpha(1), sparkle(330, 62, 22, 0.6, 0))
	err := errors.Join(
		c.text(gobold.TTF, 92, 16, 250, 418, ink.alpha(1), "ACME"),
		c.text(gobold.TTF, 34, 14, 250, 464, hex(0xd1495b).alpha(1), "TELESCOPES"),
	)
	return c, err
}

// drawMinimal draws the artwork of the example show minimal.
func drawMinimal() (canvas, error) {
	c := newCanvas(1400, 1400)
	c.shade(func(x, y float64) rgb { return amber })
	c.fill(night.alpha(1), disc(700, 580, 380))
	c.smile(700, 580, 76, []float64{40, 150, 330, 210, 440, 260, 120, 190, 60}, cream)
	return c, c.text(gobold.TTF, 210, 6, 700, 1240, night.alpha(1), "Minimal")
}
