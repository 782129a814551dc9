package main

import (
	"errors"
	"math"
	"path/filepath"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
)

// The colours of the show.
var (
	night  = hex(0x070a1f)
	indigo = hex(0x1d1650)
	violet = hex(0x5b2a86)
	rose   = hex(0xf0567a)
	amber  = hex(0xffb45e)
	cream  = hex(0xfff3dc)
	ice    = hex(0x8fe3ff)
	azure  = hex(0x3d7bff)
)

// drawAll draws every picture of the show, and the artwork of the example show minimal.
func drawAll(dir string) error {
	for _, picture := range []struct {
		path string
		draw func() (canvas, error)
	}{
		{"artwork.jpg", drawArtwork},
		{"episodes/2-cloudy-with-a-chance-of-packets/artwork.jpg", drawCloudy},
		{"episodes/1-ghosts-in-the-tag/ghost.png", drawGhost},
		{"people/vega.png", drawVega},
		{"people/rigel.png", drawRigel},
		{"sponsors/acme.png", drawAcme},
		{"../minimal/artwork.jpg", drawMinimal},
	} {
		c, err := picture.draw()
		if err != nil {
			return err
		}
		if err := c.save(filepath.Join(dir, filepath.FromSlash(picture.path))); err != nil {
			return err
		}
	}
	return nil
}

// drawArtwork draws the artwork of the show: a planet whose ring is a waveform. The
// bars of the ring are the 120 bits of "Hello, Universe": long for 1, short for 0.
func drawArtwork() (canvas, error) {
	c := newCanvas(1400, 1400)
	c.sky(700, 500, 7)
	p := planet{x: 700, y: 470, radius: 292, tilt: -0.26, warm: amber, cold: rose, dark: violet}
	ring := waveform("Hello, Universe", p)
	ring.draw(c, false)
	p.draw(c)
	ring.draw(c, true)
	err := errors.Join(
		c.text(gobold.TTF, 190, 6, 712, 1056, cream.alpha(1), "HELLO,"),
		c.text(gobold.TTF, 190, 6, 700, 1246, cream.alpha(1), "UNIVERSE"),
		c.text(gomono.TTF, 32, 6, 700, 1326, ice.alpha(0.85), "a podcast, one byte at a time"),
	)
	return c, err
}

// drawCloudy draws the artwork of the episode about caches: rain clouds.
func drawCloudy() (canvas, error) {
	c := newCanvas(1400, 1400)
	c.sky(700, 420, 31)
	p := planet{x: 700, y: 400, radius: 270, tilt: 0.3, warm: ice, cold: azure, dark: indigo}
	p.draw(c)
	c.rain(560, 1010)
	c.bank(640, 1.2, 5, hex(0x6f6bb8), hex(0x3a2f7d))
	c.bank(700, 1.0, 9, hex(0xd9d5f5), hex(0x7f79c6))
	err := errors.Join(
		c.text(gobold.TTF, 210, 8, 700, 1200, cream.alpha(1), "CLOUDY"),
		c.text(gobold.TTF, 62, 4, 700, 1292, ice.alpha(1), "with a chance of packets"),
	)
	return c, err
}

// bank draws a bank of cloud across the canvas.
func (c canvas) bank(y, size float64, seed int, top, bottom rgb) {
	const puffs = 11
	for layer, tone := range []rgb{bottom, bottom.mix(top, 0.5), top} {
		lift := float64(layer) * 16 * size
		var outlines [][]point
		for i := range puffs {
			t := float64(i) / (puffs - 1)
			x := 700 + (t-0.5)*960*size + 24*(hash(i, 0, seed)-0.5)
			r := size * (74 + 76*math.Sin(math.Pi*t)*(0.55+0.45*hash(i, 1, seed))) * (1 - 0.09*float64(layer))
			outlines = append(outlines, disc(x-lift*0.6, y-0.5*r-lift, r))
		}
		c.fill(tone.alpha(1), outlines...)
	}
}

// rain draws packets that fall between two heights.
func (c canvas) rain(from, to float64) {
	for column := range 19 {
		x := 250 + 50*float64(column)
		y := from + 120*hash(column, 0, 3)
		for drop := 0; y < to; drop++ {
			fade := smooth(to, to-220, y)
			tone := ice
			if hash(column, drop, 5) > 0.82 {
				tone = amber
			}
			length := 16 + 30*hash(column, drop, 4)
			c.fill(tone.alpha(0.9*fade), box(x, y, 18, length, 5))
			y += length + 26 + 70*hash(column, drop, 6)
		}
	}
}

// sky fills a canvas with a night sky: a nebula around x, y, and stars.
func (c canvas) sky(x, y float64, seed int) {
	size := float64(c.Bounds().Dx())
	c.shade(func(px, py float64) rgb {
		far := math.Hypot(px-x, py-y) / size
		sky := indigo.mix(night, smooth(0.05, 0.72, far))
		fog := cloud(px+0.4*py, py-0.2*px, 0.36*size, seed)
		sky = sky.plus(violet.times(0.75 * smooth(0.45, 0.85, fog) * smooth(0.9, 0.1, far)))
		dust := cloud(px-0.3*py, py, 0.5*size, seed+20)
		sky = sky.plus(azure.times(0.22 * smooth(0.5, 0.9, dust) * smooth(1, 0.2, far)))
		return sky
	})
	c.stars(seed)
}

// stars draws at most one star in each cell of a grid.
func (c canvas) stars(seed int) {
	size := c.Bounds().Dx()
	cell := size / 26
	for gy := range 27 {
		for gx := range 27 {
			chance := hash(gx, gy, seed+1)
			if chance < 0.45 {
				continue
			}
			x := (float64(gx) + hash(gx, gy, seed+2)) * float64(cell)
			y := (float64(gy) + hash(gx, gy, seed+3)) * float64(cell)
			power := math.Pow(hash(gx, gy, seed+4), 5)
			if y > 0.66*float64(size) {
				power *= 0.3 // behind the title
			}
			tone := ice.mix(cream, hash(gx, gy, seed+5))
			radius := float64(size) / 1400 * (0.9 + 2.6*power)
			if power > 0.6 {
				for halo := 2.0; halo < 8; halo += 0.5 {
					c.fill(tone.alpha(0.02), disc(x, y, radius*halo))
				}
			}
			c.fill(tone.alpha(0.35+0.65*power), disc(x, y, radius))
		}
	}
}

// planet is a sphere with clouds, lit from the upper left.
type planet struct {
	x, y, radius, tilt float64
	warm, cold, dark   rgb
}

func (p planet) draw(c canvas) {
	c.light(func(x, y float64) rgb { // the atmosphere
		far := math.Hypot(x-p.x, y-p.y) / p.radius
		return p.cold.times(0.5 * math.Exp(-7*math.Max(0, far-1)))
	})
	b := c.Bounds()
	for py := range b.Dy() {
		for px := range b.Dx() {
			x, y := (float64(px)+0.5-p.x)/p.radius, (float64(py)+0.5-p.y)/p.radius
			far := math.Hypot(x, y)
			cover := clamp((1-far)*p.radius + 0.5)
			if cover == 0 {
				continue
			}
			ground := c.RGBAAt(px, py)
			old := rgb{float64(ground.R) / 255, float64(ground.G) / 255, float64(ground.B) / 255}
			c.Set(px, py, old.mix(p.surface(x, y, math.Min(far, 1)), cover).alpha(1))
		}
	}
}

// surface returns the colour at x, y, in radii from the centre.
func (p planet) surface(x, y, far float64) rgb {
	z := math.Sqrt(1 - far*far)
	sin, cos := math.Sincos(p.tilt)
	east, south := x*cos+y*sin, -x*sin+y*cos
	storm := cloud(200*east/(0.35+z), 420*south, 160, 40) - 0.5
	belt := 0.5 + 0.5*math.Sin(11*south+3.4*storm+1.2*math.Sin(4*south))
	tone := p.cold.mix(p.warm, smooth(0.15, 0.85, belt))
	tone = tone.mix(p.dark, 0.55*smooth(0.35, 1, math.Abs(south)+0.5*storm))
	sun := clamp(-0.55*x - 0.5*y + 0.67*z)
	rim := math.Pow(1-z, 3)
	return night.mix(tone, 0.08+0.98*math.Pow(sun, 0.85)).plus(p.warm.times(0.35 * rim * smooth(-0.2, 0.9, -x-y)))
}

// orbit is a ring of bars around a planet.
type orbit struct {
	around planet
	bars   []float64 // lengths of the bars, between 0 and 1
}

// waveform returns a ring whose bars are the bits of a text.
func waveform(text string, around planet) orbit {
	o := orbit{around: around}
	n := float64(8 * len(text))
	for i, letter := range []byte(text) {
		for bit := 7; bit >= 0; bit-- {
			t := float64(8*i+7-bit) / n
			swell := 0.42 + 0.22*math.Sin(6*math.Pi*t) + 0.2*math.Sin(10*math.Pi*t+1) + 0.14*math.Sin(22*math.Pi*t)
			if letter>>bit&1 == 0 {
				swell *= 0.4
			}
			o.bars = append(o.bars, math.Max(0.06, swell))
		}
	}
	return o
}

// draw draws a half of the ring: the half in front of the planet if before is set, and
// the half behind it otherwise.
func (o orbit) draw(c canvas, before bool) {
	p := o.around
	wide, flat := 1.93*p.radius, 0.42*p.radius
	sin, cos := math.Sincos(p.tilt)
	for i, length := range o.bars {
		a := 2 * math.Pi * (float64(i) + 0.5) / float64(len(o.bars))
		depth := math.Sin(a) // 1 is nearest to the viewer
		if depth > 0 != before {
			continue
		}
		x, y := wide*math.Cos(a), flat*depth
		foot := point{p.x + x*cos - y*sin, p.y + x*sin + y*cos}
		near := 0.5 + 0.5*depth
		half := length * p.radius * (0.2 + 0.14*near)
		top := point{foot.x + half*sin, foot.y - half*cos}
		end := point{foot.x - half*sin, foot.y + half*cos}
		tone := azure.mix(ice, 0.35+0.65*near).mix(cream, 0.6*near*near)
		c.fill(tone.alpha(0.12), bar(top, end, p.radius*(0.035+0.045*near)))
		c.fill(tone.alpha(0.45+0.55*near), bar(top, end, p.radius*(0.016+0.022*near)))
	}
}
