package audio

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/show/chapters"
)

func TestReadChapters(t *testing.T) {
	t.Parallel()
	tagged := func(chapters ...Chapter) []byte {
		b, err := (&Tag{Title: "x", Duration: time.Minute, Chapters: chapters}).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return join(b, silence(mono128, 4))
	}
	written := func(frames ...[]byte) []byte { return join(foreignTag(3, 0, frames...), silence(mono128, 460)) } // 12.016 s
	nero := append(words(1<<24, 0), 2)
	nero = append(nero, join(words(0, 0), []byte("\x03One"), words(0, 30_000_000), []byte("\x06Zw\xc3\xb6lf"))...)
	tests := []struct {
		name, want string
		file       []byte
		count      int // chapters in the file
		chapters   []chapters.Chapter
	}{
		{
			name: "tag",
			file: tagged(
				Chapter{End: 12 * time.Second, Title: "Intro", Hidden: true},
				Chapter{Start: 12 * time.Second, End: 20 * time.Second, URL: "https://a.example/", Image: testPicture(t, "png", 8, 0)},
				Chapter{Start: 30 * time.Second, End: time.Minute, Title: "End"}),
			count: 3,
			chapters: []chapters.Chapter{
				{Title: "Intro", Hidden: true},
				{Start: 12 * time.Second, End: 20 * time.Second, Title: "Chapter 2", URL: "https://a.example/"},
				{Start: 30 * time.Second, Title: "End"},
			},
			want: "f: 1 image of chapters in the MP3's own tag is left out",
		},
		{
			name:     "tag whose chapters overlap",
			file:     tagged(Chapter{End: 40 * time.Second, Title: "All"}, Chapter{Start: 12 * time.Second, End: time.Minute, Title: "Part"}),
			count:    2,
			chapters: []chapters.Chapter{{Title: "All"}, {Start: 12 * time.Second, Title: "Part"}},
			want:     "f: the end of the chapter at 0:00 is after the start of the next one; it is cut there",
		},
		{
			name: "tag whose chapters are not in order, and overlap as rounding has it",
			file: tagged(
				Chapter{Start: 10 * time.Second, End: time.Minute, Title: "Chapter 2"},
				Chapter{End: 10*time.Second + 40*time.Millisecond, Title: "Chapter 1"}),
			count:    2,
			chapters: []chapters.Chapter{{Title: "Chapter 1"}, {Start: 10 * time.Second, Title: "Chapter 2"}},
			want:     "f: the table of contents (CTOC) lists the chapters in another order than that of their starts; it is ignored",
		},
		{name: "tag without chapters", file: tagged()},
		{
			name:     "tag with two chapters at one start",
			file:     written(chap("a", 0, 0, "Part One"), chap("b", 0, 4, "Dawn"), chap("c", 4, 9, "Day")),
			count:    3,
			chapters: []chapters.Chapter{{Title: "Dawn"}, {Start: 4 * time.Second, End: 9 * time.Second, Title: "Day"}},
			want:     `f: 2 chapters start at 0:00; "Dawn" is kept, "Part One" left out`,
		},
		{
			name:     "tag with a chapter that has no start, and with one that has no times",
			file:     written(chap("a", 0, 4, "Dawn"), chap("b", -1, -1, "Day"), frame23("CHAP", 0, "c\x00\x00")),
			count:    3,
			chapters: []chapters.Chapter{{End: 4 * time.Second, Title: "Dawn"}},
			want:     "f: the tag has 2 CHAP frames without a start time, left out",
		},
		{
			name:     "tag with a chapter that no table lists",
			file:     written(toc("toc", 3, 1, "b"), chap("a", 0, 4, "Ads"), chap("b", 4, 12, "Day")),
			count:    2,
			chapters: []chapters.Chapter{{Title: "Ads", Hidden: true}, {Start: 4 * time.Second, End: 12 * time.Second, Title: "Day"}},
		},
		{
			name:     "tag whose table lists itself",
			file:     written(toc("toc", 3, 2, "b", "toc"), chap("a", 0, 4, "Dawn"), chap("b", 4, 12, "Day")),
			count:    2,
			chapters: []chapters.Chapter{{Title: "Dawn"}, {Start: 4 * time.Second, End: 12 * time.Second, Title: "Day"}},
			want:     "f: the table of contents (CTOC) lists itself; it is ignored",
		},
		{
			name:     "M4A with Nero's list",
			file:     join(box("ftyp", []byte("M4A ")), box("moov", box("mvhd", timing(1000, 9000)), track("soun", "mp4a", timing(44100, 9*44100), 388, 0x12, 0x08), box("udta", box("chpl", nero))), box("mdat", make([]byte, 20))),
			count:    2,
			chapters: []chapters.Chapter{{Title: "One"}, {Start: 3 * time.Second, Title: "Zwölf"}},
		},
		{
			name: "MP4 file behind a tag without chapters", file: join(id3(3, 100), []byte("\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42")),
			want: "f: byte 100: an ID3 tag precedes this MP4 file, so that many players do not recognize it; remove it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a",
		},
		{name: "lines", file: []byte("0:00 Intro\n"), count: 1, chapters: []chapters.Chapter{{Title: "Intro"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, found := ReadChapters(bytes.NewReader(tt.file), int64(len(tt.file)), "f")
			message := ""
			for _, f := range found {
				message += f.Error()
			}
			if diff := cmp.Diff(tt.chapters, got.List); diff != "" || message != tt.want || got.Count != tt.count {
				t.Errorf("count %d, want %d; findings %q, want %q; chapters (-want +got):\n%s", got.Count, tt.count, message, tt.want, diff)
			}
		})
	}
}
