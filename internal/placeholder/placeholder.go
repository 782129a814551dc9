// Package placeholder draws the artwork of a new show, and recognizes it later, so
// that nobody publishes it by mistake.
package placeholder

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// side is the smallest side that Apple accepts, in pixels.
const side = 1400

// mark is the beginning of a placeholder: the start of a JPEG and a comment.
const mark = "\xff\xd8\xff\xfe\x00\x13onair placeholder"

// Is reports whether Draw made the image.
func Is(data []byte) bool {
	return bytes.HasPrefix(data, []byte(mark))
}

// Draw returns a JPEG of the title on a gradient. Its colours are derived from the
// title, so that two shows rarely look alike.
func Draw(title string) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	paintBackground(img, sha256.Sum256([]byte(title)))
	if err := paintTitle(img, title); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		return nil, err
	}
	return append([]byte(mark), b.Bytes()[2:]...), nil // mark includes the first two bytes of the image
}

// paintBackground draws a diagonal gradient, and rings around the lower right corner
// that look like sound waves.
func paintBackground(img *image.RGBA, seed [32]byte) {
	hue := float64(seed[0]) / 256
	from, to := hsv(hue, 0.72, 0.30), hsv(math.Mod(hue+0.12, 1), 0.66, 0.62)
	for y := range side {
		for x := range side {
			t := float64(x+y) / (2 * side)
			distance := math.Hypot(float64(side-x), float64(side-y))
			light := 0.0
			if ring := math.Mod(distance, 140); ring < 70 && distance < 980 {
				light = 0.07 * min(1, ring, 70-ring) * (1 - distance/980)
			}
			var c [3]float64
			for i := range c {
				v := from[i] + (to[i]-from[i])*t
				c[i] = v + (1-v)*light
			}
			img.SetRGBA(x, y, color.RGBA{uint8(c[0] * 255), uint8(c[1] * 255), uint8(c[2] * 255), 255})
		}
	}
}

// hsv converts a colour from HSV to RGB. All components are between 0 and 1.
func hsv(h, s, v float64) [3]float64 {
	var c [3]float64
	for i, n := range [3]float64{5, 3, 1} {
		k := math.Mod(n+h*6, 6)
		c[i] = v - v*s*max(0, min(k, 4-k, 1))
	}
	return c
}

// paintTitle writes the title in the largest size that fits. It draws a bar instead if no
// size fits or the font lacks a character of the title.
func paintTitle(img *image.RGBA, title string) error {
	const margin, width, height = 120, side - 2*120, 900
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return err
	}
	for size := 190.0; size >= 40; size -= 10 {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return err
		}
		lines, ok := wrap(face, title, width)
		step := int(size * 1.15)
		if !ok || step*len(lines) > height {
			continue
		}
		d := font.Drawer{Dst: img, Src: image.White, Face: face}
		for i, line := range lines {
			d.Dot = fixed.P(margin, margin+int(size*0.8)+i*step)
			d.DrawString(line)
		}
		return nil
	}
	draw.Draw(img, image.Rect(margin, margin, margin+200, margin+24), image.White, image.Point{}, draw.Src)
	return nil
}

// wrap breaks a text into lines of at most width pixels. ok is false if a word is wider
// or the font lacks a character.
func wrap(face font.Face, s string, width int) (lines []string, ok bool) {
	current := ""
	for _, word := range strings.Fields(s) {
		for _, r := range word {
			if _, has := face.GlyphAdvance(r); !has {
				return nil, false
			}
		}
		if font.MeasureString(face, word).Ceil() > width {
			return nil, false
		}
		longer := strings.TrimSpace(current + " " + word)
		if current != "" && font.MeasureString(face, longer).Ceil() > width {
			lines, longer = append(lines, current), word
		}
		current = longer
	}
	return append(lines, current), true
}
