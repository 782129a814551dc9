package audio_test

import (
	"fmt"
	"slices"
	"time"

	"onair/audio"
)

// A tag is cut into parts that can change independently. A new title changes only the
// first part, so only the first part has to be uploaded again.
func ExampleTag_Parts() {
	tag := &audio.Tag{
		Title:   "Ghosts in the tag",
		Artist:  "The Hello Universe crew",
		Album:   "Hello, Universe",
		Track:   2,
		Genre:   "Podcast",
		Artwork: &audio.Picture{MediaType: "image/jpeg", Data: make([]byte, 300_000)},
		Chapters: []audio.Chapter{
			{Start: 0, End: 12 * time.Second, Title: "Cold open", Hidden: true},
			{Start: 12 * time.Second, End: time.Minute, Title: "Frames", URL: "https://hello-universe.example/"},
		},
	}
	parts, err := tag.Parts()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range parts {
		fmt.Printf("%.3s… %d bytes\n", part[0], len(slices.Concat(part...)))
	}
	// Output:
	// ID3… 298 bytes
	// API… 300024 bytes
}
