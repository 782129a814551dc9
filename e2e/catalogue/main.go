// Command catalogue writes a made-up show, for looking at a site of any size. Run it in
// the folder of the end-to-end tests:
//
//	go run ./catalogue -episodes 341 /tmp/show && onair -C /tmp/show serve --open
//
// The transcripts are those in the folder ONAIR_CORPUS. If that is not set, they are
// made up in English, Arabic and Japanese.
package main

import (
	"flag"
	"fmt"
	"os"

	"onair/e2e/internal/synthetic"
)

func main() {
	episodes := flag.Int("episodes", 341, "number of `episodes`")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./catalogue [-episodes N] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *episodes < 1 {
		flag.Usage()
		os.Exit(2)
	}
	corpus, err := synthetic.Corpus()
	if err == nil {
		c := &synthetic.Catalogue{Episodes: *episodes, Master: 600_000, Rate: synthetic.Kbps8, Transcript: 57_000, Turns: 160, Real: corpus, Languages: []string{"en", "ar", "ja"}}
		err = c.Write(flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "catalogue:", err)
		os.Exit(1)
	}
}
