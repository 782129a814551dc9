package check_test

import (
	"fmt"

	"onair/feed/check"
	"onair/internal/finding"
)

func ExampleFeed() {
	report := check.Feed([]byte(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title>Fish & chips</title>
    <link>https://example.com/</link>
    <description>About fish</description>
    <language>English</language>
  </channel>
</rss>
`), &check.Options{File: "feed.xml"})
	for _, f := range report.Findings {
		if f.Severity == finding.Error {
			fmt.Printf("%s %v\n", f.Rule, f)
		}
	}
	// Output:
	// F024 feed.xml:3:3: the show has no itunes:category
	// F026 feed.xml:3:3: the show has no itunes:explicit
	// F027 feed.xml:3:3: the show has no itunes:image
	// F001 feed.xml:4:17: not well-formed: a raw & in text
	// F023 feed.xml:7:5: language is "English"
}
