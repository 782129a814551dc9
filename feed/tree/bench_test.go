package tree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"testing"
)

// large returns a feed of 5 MB, made of copies of an item.
func large(b *testing.B) []byte {
	b.Helper()
	data, err := os.ReadFile("../check/testdata/good.xml")
	if err != nil {
		b.Fatal(err)
	}
	start, end := bytes.Index(data, []byte("<item>")), bytes.LastIndex(data, []byte("</channel>"))
	return bytes.Join([][]byte{data[:start], bytes.Repeat(data[start:end], 5<<20/(end-start)), data[end:]}, nil)
}

func BenchmarkParse(b *testing.B) {
	data := large(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(data, &Options{Item: func(*Element) {}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWalk reads the tokens of a feed with encoding/xml, for comparison with Parse.
func BenchmarkWalk(b *testing.B) {
	data := large(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		dec := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
