package feed_test

import (
	"fmt"
	"os"
	"time"

	"onair/feed"
	"onair/show/chapters"
)

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
