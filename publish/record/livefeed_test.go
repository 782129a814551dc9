package record

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestReadFeedWithAlternates(t *testing.T) {
	const base = "https://a.example/"
	all, episodes, err := ReadFeed([]byte(`<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><item>
		<enclosure url="https://a.example/audio/4-cloudy-0123456789abcdef.mp3" length="7" type="audio/mpeg"/>
		<podcast:alternateEnclosure type="audio/mpeg" length="8" lang="es"><podcast:source uri="https://op3.dev/e/a.example/audio/4-cloudy.es-0123456789abcdef.mp3"/><podcast:source uri="ipfs://x"/></podcast:alternateEnclosure>
		<podcast:alternateEnclosure type="audio/opus" length="9"><podcast:source uri="https://a.example/4.opus"/></podcast:alternateEnclosure>
	</item></channel></rss>`), base)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Named{"audio/4-cloudy-0123456789abcdef.mp3": 7, "audio/4-cloudy.es-0123456789abcdef.mp3": 8, "4.opus": 9}, all); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	want := []Episode{{Slug: "4-cloudy", Audio: "audio/4-cloudy-0123456789abcdef.mp3", Alternates: map[string]string{"es": "audio/4-cloudy.es-0123456789abcdef.mp3"}}}
	if diff := cmp.Diff(want, episodes); diff != "" {
		t.Errorf("episodes (-want +got):\n%s", diff)
	}
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
