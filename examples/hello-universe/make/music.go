package main

import "math"

// theme is the show's tune: the letters of "Hello" as steps of a pentatonic
// scale.
var theme = func() []float64 {
	scale := []float64{0, 2, 4, 7, 9, 12, 14, 16}
	var notes []float64
	for _, letter := range []byte("Hello") {
		notes = append(notes, 329.63*math.Pow(2, scale[letter%8]/12))
	}
	return notes
}()

// music has the music for each label of a pause.
var music = map[string]func() clip{
	"Intro": func() clip { return ring(theme, 0.2, 2.6) },
	"Break": func() clip { return ring(theme[:2], 0.22, 1.7) },
	"Outro": func() clip {
		back := []float64{theme[4], theme[3], theme[1], theme[0], theme[0] / 2}
		return ring(back, 0.24, 3.4)
	},
}

// ring plays bells, one every step seconds. It returns length seconds of sound, in
// which the last bell fades out.
func ring(notes []float64, step, length float64) clip {
	c := make(clip, int(length*rate))
	for n, pitch := range notes {
		from := int(float64(n) * step * rate)
		for i := range c[from:] {
			t := float64(i) / rate
			c[from+i] += 0.11 * bell(pitch, t)
		}
	}
	fade := rate / 3
	for i := range fade {
		c[len(c)-1-i] *= float64(i) / float64(fade)
	}
	return c
}

// bell returns the sample of a bell t seconds after it is struck. The higher a partial
// is, the faster it fades.
func bell(pitch, t float64) float64 {
	sum := 0.0
	for _, partial := range [][3]float64{{1, 1, 2.2}, {2, 0.5, 3.5}, {3.01, 0.22, 6}, {5.4, 0.08, 11}} {
		sum += partial[1] * math.Exp(-partial[2]*t) * math.Sin(2*math.Pi*pitch*partial[0]*t)
	}
	return sum * math.Min(1, t/0.004)
}
