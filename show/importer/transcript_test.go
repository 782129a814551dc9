package importer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onair/transcripts"
)

// TestTranscriptsStayTheSame converts captions with random times, publishes them, and
// converts them again.
func TestTranscriptsStayTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 5))
	for range 20 {
		var source strings.Builder
		source.WriteString("WEBVTT\n")
		clock := func(d time.Duration) string { return time.Time{}.Add(d).Format("15:04:05.000") }
		at := time.Duration(0)
		for n := range 40 {
			end := at + time.Duration(500+r.IntN(4000))*time.Millisecond
			fmt.Fprintf(&source, "\n%s --> %s\n<v %s>%s.\n", clock(at), clock(end), []string{"Ann O’Hara", "Zoë"}[n%2], strings.Repeat("Ferns grow ", 1+r.IntN(4)))
			at = end
		}
		first, err := convertTranscript([]byte(source.String()), "https://moss.example/1.vtt", at)
		if err != nil {
			t.Fatal(err)
		}
		var captions bytes.Buffer
		if err := transcripts.WriteVTT(&captions, transcripts.Parse(first, nil).Cues(at)); err != nil {
			t.Fatal(err)
		}
		second, err := convertTranscript(captions.Bytes(), "https://new.example/1.vtt", at)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("first\n%s\nsecond, %v\n%s", first, err, second)
		}
	}
}
