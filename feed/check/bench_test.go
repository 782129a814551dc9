package check

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkFeed checks feeds of 5 MB. Compare it with BenchmarkWalk in feed/tree.
func BenchmarkFeed(b *testing.B) {
	b.Run("short notes", func(b *testing.B) { benchmarkFeed(b, "<p>The second</p>") })
	b.Run("long notes", func(b *testing.B) {
		benchmarkFeed(b, strings.Repeat(`<p>Notes, and <a href="https://good.example/a?b=c&amp;d=e">a link</a> to <b>more</b>.</p>`, 40))
	})
}

func benchmarkFeed(b *testing.B, notes string) {
	source := bytes.Replace([]byte(good(b)), []byte("<p>The second</p>"), []byte(notes), 1)
	start, end := bytes.Index(source, []byte("<item>")), bytes.Index(source, []byte("</item>"))+len("</item>\n")
	var data bytes.Buffer
	data.Write(source[:start])
	for i := 0; data.Len() < 5<<20; i++ {
		n := strconv.Itoa(i)
		item := bytes.ReplaceAll(source[start:end], []byte(">b<"), []byte(">"+n+"<"))
		item = bytes.ReplaceAll(item, []byte("/2.mp3"), []byte("/"+n+".mp3"))
		item = bytes.ReplaceAll(item, []byte("<title>Two"), []byte("<title>The "+n))
		data.Write(bytes.ReplaceAll(item, []byte("<itunes:episode>2"), []byte("<itunes:episode>"+n)))
	}
	data.Write(source[end:])
	b.SetBytes(int64(data.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if n := len(Feed(data.Bytes(), nil).Findings); n > 1000 {
			b.Fatalf("%d findings", n)
		}
	}
}
