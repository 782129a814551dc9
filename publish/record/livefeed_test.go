package record

import (
	"strings"
	"testing"
)

func FuzzParseLiveFeed(f *testing.F) {
	for _, feed := range []string{
		``, `<rss/>`, `<rss><channel><item><guid>x</guid><enclosure url="u" length="1" type="t"/><link>p</link></item></channel></rss>`,
		`<rss xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><i:image href="a"/><i:image/></channel></rss>`,
		`<rss><channel><item><enclosure length="99999999999999999999"/></item></channel></rss>`,
		`<?xml version="1.0" encoding="latin1"?><rss/>`, `<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>`, strings.Repeat("<rss>", 100),
	} {
		f.Add([]byte(feed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		feed, err := ParseLiveFeed(data)
		if err != nil {
			return
		}
		for _, i := range feed.Channel.Items {
			if i.Enclosure != nil && i.Enclosure.Bytes() < 0 {
				t.Errorf("a length of %d bytes", i.Enclosure.Bytes())
			}
			_ = i.Page()
		}
	})
}

func TestPageOfAnItem(t *testing.T) {
	feed, err := ParseLiveFeed([]byte(`<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><item><atom:link href="x">no</atom:link><link>yes</link></item><item/></channel></rss>`))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := feed.Channel.Items[0].Page(), feed.Channel.Items[1].Page(); a != "yes" || b != "" {
		t.Errorf("got %q and %q", a, b)
	}
}
