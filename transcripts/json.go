package transcripts

import (
	"encoding/json"
	"io"
	"time"
)

// captions is the JSON form of Podcasting 2.0.
type captions struct {
	Version  string           `json:"version"`
	Segments []captionSegment `json:"segments"`
}

type captionSegment struct {
	Speaker   string  `json:"speaker,omitempty"`
	StartTime float64 `json:"startTime"` // seconds
	EndTime   float64 `json:"endTime"`
	Body      string  `json:"body"`
}

// WriteJSON writes cues as JSON of Podcasting 2.0, a segment per cue, with times
// in seconds. See
// https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md.
func WriteJSON(w io.Writer, cues []Cue) error {
	c := captions{Version: "1.0.0", Segments: make([]captionSegment, len(cues))}
	for i := range cues {
		cue := &cues[i]
		c.Segments[i] = captionSegment{cue.Speaker, seconds(cue.Start), seconds(cue.End), cue.Text}
	}
	return json.NewEncoder(w).Encode(c)
}

// seconds is exact to the millisecond, so that it prints with three digits.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
