package show

import "time"

// Chapter is a stretch of an episode. Start and End count from the start of the
// audio. One list of chapters feeds the ID3 tag, the chapters file and the page.
type Chapter struct {
	Start  time.Duration
	End    time.Duration // zero: until the next chapter, or the end of the audio
	Title  string
	URL    string
	Image  string // path below the show's folder
	Hidden bool   // toc: false; a chapter that players switch to but do not list
}

// Timed returns the chapters with every End filled in: its own, else the start
// of the next chapter, else the end of the audio. A chapter that would end
// before it starts ends where it starts.
func Timed(chapters []Chapter, duration time.Duration) []Chapter {
	timed := make([]Chapter, len(chapters))
	for i, c := range chapters {
		if c.End == 0 {
			c.End = duration
			if i+1 < len(chapters) {
				c.End = chapters[i+1].Start
			}
		}
		c.End = max(c.End, c.Start)
		timed[i] = c
	}
	return timed
}
