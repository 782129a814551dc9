package audio

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/crc32c"
)

func checksum(b []byte) uint32 { return crc32c.Checksum(b) }

// testPicture returns a real image, followed by zeros up to bytesAtLeast bytes.
func testPicture(tb testing.TB, format string, side, bytesAtLeast int) *Picture {
	tb.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
	}
	m.Set(0, 0, color.White)
	var buf bytes.Buffer
	var err error
	if format == "png" {
		err = png.Encode(&buf, m)
	} else {
		err = jpeg.Encode(&buf, m, nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
	buf.Write(make([]byte, max(0, bytesAtLeast-buf.Len())))
	p, err := ReadPicture(buf.Bytes())
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func fullTag(tb testing.TB) *Tag {
	return &Tag{
		Title: "Cloudy — 曇り 🚀", Artist: "Zoë", Album: "Hello, Universe", Track: 4, Season: 1,
		Date: time.Date(2027, 2, 4, 0, 0, 0, 0, time.UTC), Genre: "Podcast", Comment: "What happens\nbetween bucket → ears.",
		Language: "eng", Copyright: "2027 The crew", Publisher: "Universe Ltd", GUID: "0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44",
		Duration: 90 * time.Second, Artwork: testPicture(tb, "jpeg", 64, 0),
		Chapters: []Chapter{
			{End: 12 * time.Second, Title: "Cold open", Hidden: true},
			{Start: 12 * time.Second, End: 48500 * time.Millisecond, Title: strings.Repeat("Łódź ", 59) + "Łódź", URL: "https://example.com/?a=1&b=2", Image: testPicture(tb, "png", 8, 0)},
			{Start: 48500 * time.Millisecond, End: 62 * time.Second, Image: testPicture(tb, "jpeg", 16, maxInlineImage)},
			{Start: 62 * time.Second, End: 90 * time.Second, Title: "Ranges"},
		},
	}
}

func TestTagRoundTrip(t *testing.T) {
	t.Parallel()
	tests := map[string]*Tag{
		"full":              fullTag(t),
		"title only":        {Title: "T"},
		"title in UTF-16":   {Title: "Ł"},
		"comment in UTF-16": {Comment: "曇り\n空", Language: "jpn"},
		"GUID in UTF-16":    {GUID: "urn:曇り"},
		"surrogates":        {Title: strings.Repeat("🚀", 1000)},
		"byte order mark":   {Title: "Ł\u0a0d ÿþ"},
		"latest chapter":    {Chapters: []Chapter{{Start: maxPlaytime, End: maxPlaytime, Title: "Last"}}},
		"255 chapters":      {Chapters: manyChapters(255)},
		"artwork only":      {Artwork: testPicture(t, "png", 4, 300_000)},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := want.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			file := join(b, silence(mono128, 4))
			got, err := ReadTag(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what was written and what was read (-want +got):\n%s", diff)
			}
			if again, _ := want.Bytes(); !bytes.Equal(b, again) {
				t.Error("a second encoding has other bytes")
			}
			info, err := Probe(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if info.TagVersion != "2.3.0" || info.TagBytes != int64(len(b)) || info.MPEGFrames != 4 {
				t.Errorf("Probe: version %q, %d bytes, %d frames; want 2.3.0, %d, 4", info.TagVersion, info.TagBytes, info.MPEGFrames, len(b))
			}
		})
	}
}

func manyChapters(n int) []Chapter {
	chapters := make([]Chapter, n)
	for i := range chapters {
		chapters[i] = Chapter{Start: time.Duration(i) * time.Second, End: time.Duration(i+1) * time.Second, Title: fmt.Sprintf("Chapter %d", i+1)}
	}
	return chapters
}

// The expected bytes follow the specification. The tests in interop_test.go have other
// programs read tags.
func TestTagBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		tag  Tag
		want string
	}{
		{"nothing", Tag{}, ""},
		{"Latin-1", Tag{Title: "Zoë"}, "ID3\x03\x00\x00\x00\x00\x00\x0f" + "TIT2\x00\x00\x00\x05\x00\x00" + "\x00Zo\xeb\x00"},
		{"UTF-16", Tag{Title: "AŁ"}, "ID3\x03\x00\x00\x00\x00\x00\x13" + "TIT2\x00\x00\x00\x09\x00\x00" + "\x01\xff\xfeA\x00\x41\x01\x00\x00"},
		{"only hidden chapters", Tag{Chapters: []Chapter{{Hidden: true, End: time.Second}}}, ""},
		{"comment without a language", Tag{Comment: "c"}, "ID3\x03\x00\x00\x00\x00\x00\x10" + "COMM\x00\x00\x00\x06\x00\x00" + "\x00und\x00c"},
		{"comment in a language of two letters", Tag{Comment: "Ł", Language: "pl"}, "ID3\x03\x00\x00\x00\x00\x00\x24" +
			"TLAN\x00\x00\x00\x04\x00\x00" + "\x00pl\x00" +
			"COMM\x00\x00\x00\x0c\x00\x00" + "\x01und\xff\xfe\x00\x00\xff\xfe\x41\x01"},
		{"comment in UTF-16", Tag{Comment: "Ł", Language: "pol"}, "ID3\x03\x00\x00\x00\x00\x00\x25" +
			"TLAN\x00\x00\x00\x05\x00\x00" + "\x00pol\x00" +
			"COMM\x00\x00\x00\x0c\x00\x00" + "\x01pol\xff\xfe\x00\x00\xff\xfe\x41\x01"},
		{"chapters", Tag{Chapters: []Chapter{{End: 258 * time.Millisecond, Title: "A"}, {Start: 258 * time.Millisecond, End: time.Second, URL: "http://b", Hidden: true}}},
			"ID3\x03\x00\x00\x00\x00\x00\x74" +
				"CTOC\x00\x00\x00\x0b\x00\x00" + "toc\x00\x03\x01chp0\x00" +
				"CHAP\x00\x00\x00\x22\x00\x00" + "chp0\x00" + "\x00\x00\x00\x00" + "\x00\x00\x01\x02" + "\xff\xff\xff\xff\xff\xff\xff\xff" +
				"TIT2\x00\x00\x00\x03\x00\x00" + "\x00A\x00" +
				"CHAP\x00\x00\x00\x29\x00\x00" + "chp1\x00" + "\x00\x00\x01\x02" + "\x00\x00\x03\xe8" + "\xff\xff\xff\xff\xff\xff\xff\xff" +
				"WXXX\x00\x00\x00\x0a\x00\x00" + "\x00\x00http://b"},
		{"cover", Tag{Artwork: &Picture{MediaType: "image/png", Data: []byte("P")}}, "ID3\x03\x00\x00\x00\x00\x00\x18" +
			"APIC\x00\x00\x00\x0e\x00\x00" + "\x00image/png\x00\x03\x00P"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.tag.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fmt.Sprintf("%q", tt.want), fmt.Sprintf("%q", got)); diff != "" {
				t.Errorf("bytes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFrameOrder(t *testing.T) {
	t.Parallel()
	b, err := fullTag(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	r := tagReader{version: 3}
	for f := range r.frames(b[TagHeaderBytes:]) {
		ids = append(ids, f.id)
	}
	want := strings.Fields("TIT2 TPE1 TALB TRCK TPOS TYER TDAT TCON TLAN TLEN TCOP TPUB TXXX COMM CTOC CHAP CHAP CHAP CHAP APIC")
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

// Bytes returns the encoded tag in one piece.
func (t *Tag) Bytes() ([]byte, error) {
	parts, err := t.Parts()
	return bytes.Join(slices.Concat(parts...), nil), err
}

func TestParts(t *testing.T) {
	t.Parallel()
	small, large := testPicture(t, "png", 4, 0), testPicture(t, "png", 4, maxInlineImage)
	tests := []struct {
		name string
		tag  Tag
		want int // parts
	}{
		{"nothing", Tag{}, 0},
		{"text", Tag{Title: "T"}, 1},
		{"text and cover", Tag{Title: "T", Artwork: small}, 2},
		{"cover", Tag{Artwork: large}, 1},
		{"small chapter image", Tag{Title: "T", Chapters: []Chapter{{Image: small}}}, 1},
		{"large chapter image, then a chapter, then the cover", Tag{Chapters: []Chapter{{Image: large}, {}}, Artwork: small}, 4},
		{"two large chapter images", Tag{Chapters: []Chapter{{Image: large}, {Image: large}}}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := tt.tag.Parts()
			if err != nil {
				t.Fatal(err)
			}
			if len(parts) != tt.want {
				t.Errorf("%d parts, want %d", len(parts), tt.want)
			}
			whole, err := tt.tag.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(bytes.Join(slices.Concat(parts...), nil), whole) {
				t.Error("the parts joined are not the tag")
			}
		})
	}
}

// A new title must not cause the images to be uploaded again.
func TestPartsOfNewTitle(t *testing.T) {
	t.Parallel()
	tag := fullTag(t)
	before, err := tag.Parts()
	if err != nil {
		t.Fatal(err)
	}
	tag.Title, tag.Chapters[0].Title = "Ghosts", "Another cold open"
	after, err := tag.Parts()
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != len(after) {
		t.Fatalf("%d parts became %d", len(before), len(after))
	}
	if cmp.Equal(before[0], after[0]) {
		t.Error("the text part is as it was")
	}
	for i := 1; i < len(before); i++ {
		if !cmp.Equal(before[i], after[i]) {
			t.Errorf("part %d of %d changed with the text", i+1, len(before))
		}
	}
}

func TestTagRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		tag  Tag
		want string
	}{
		{"too many chapters", Tag{Chapters: manyChapters(255*255 + 1)}, "65026 chapters to list, and tables of contents hold 65025"},
		{"negative time", Tag{Chapters: []Chapter{{Start: -time.Second}}}, "chapter 1: it cannot last from -1s to 0s"},
		{"ends before it starts", Tag{Chapters: []Chapter{{}, {Start: 2 * time.Second, End: time.Second}}}, "chapter 2: it cannot last from 2s to 1s"},
		{"after 49 days", Tag{Chapters: []Chapter{{End: maxPlaytime + time.Millisecond}}}, "chapter 1: it cannot last from 0s to 1193h2m47.295s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.tag.Parts()
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

// Sizes that do not fit are errors and must not wrap around. The parts share 64 MiB of
// zeros that are never written to.
func TestSizesDoNotWrap(t *testing.T) {
	t.Parallel()
	if _, err := appendFrameHeader(nil, "APIC", maxTagBytes); err == nil {
		t.Error("a frame as large as the largest tag was taken")
	}
	quarter := make([]byte, 64<<20)
	w := tagWriter{parts: []Part{{[]byte("first")}, {quarter, quarter}, {quarter, quarter}}}
	_, err := w.finish()
	if want := "encode tag: 268435461 bytes, and a tag holds 268435455"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
