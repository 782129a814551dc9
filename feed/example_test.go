package feed_test

import (
	"fmt"
	"os"
	"time"

	"onair/feed"
	"onair/show/chapters"
)

func ExampleCheck() {
	found := feed.Check([]byte(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title>Fish & chips</title>
  </channel>
</rss>
`), "feed.xml")
	for _, f := range found {
		fmt.Printf("%s %s %v\n", f.Severity, f.Rule, f)
	}
	// Output:
	// warning F006 feed.xml:2:1: namespace http://www.itunes.com/dtds/podcast-1.0.dtd is not declared
	// warning F006 feed.xml:2:1: namespace http://www.w3.org/2005/Atom is not declared
	// warning F006 feed.xml:2:1: namespace https://podcastindex.org/namespace/1.0 is not declared
	// error F001 feed.xml:4:18: not well-formed: invalid character entity & (no semicolon)
}

func ExampleWriteChapters() {
	err := feed.WriteChapters(os.Stdout, &feed.ChaptersFile{
		Title: "Cloudy with a chance of packets",
		Chapters: []feed.Chapter{
			{Chapter: chapters.Chapter{Title: "Cold open", Hidden: true}},
			{Chapter: chapters.Chapter{Start: 12 * time.Second, Title: "What is a CDN?"}},
		},
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "version": "1.2.0",
	//   "title": "Cloudy with a chance of packets",
	//   "chapters": [
	//     {
	//       "startTime": 0,
	//       "title": "Cold open",
	//       "toc": false
	//     },
	//     {
	//       "startTime": 12,
	//       "title": "What is a CDN?"
	//     }
	//   ]
	// }
}
