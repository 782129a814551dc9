package transcripts_test

import (
	"fmt"
	"os"
	"time"

	"onair/transcripts"
)

func Example() {
	src := []byte("**Vega:** \\[00:12\\] Where does a letter go? \\[laughs\\]\n\n**Rigel**: North.\n")
	t := transcripts.Parse(src, &transcripts.Options{File: "transcript.md"})
	for _, f := range t.Findings {
		fmt.Println(f.Severity, f.Rule, f.Error())
	}
	transcripts.WriteVTT(os.Stdout, t.Cues(15*time.Second))
	// Output:
	// error T003 transcript.md:3:1: malformed label
	// WEBVTT
	//
	// 00:00:12.000 --> 00:00:13.509
	// <v Vega>Where does a letter go? [laughs]
	//
	// 00:00:13.509 --> 00:00:13.950
	// <v Rigel>North.
}
