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
	tests := []struct {
		name, want string
		file       []byte
		chapters   []chapters.Chapter
	}{
		{
			name: "tag",
			file: tagged(
				Chapter{End: 12 * time.Second, Title: "Intro", Hidden: true},
				Chapter{Start: 12 * time.Second, End: 20 * time.Second, URL: "https://a.example/", Image: testPicture(t, "png", 8, 0)},
				Chapter{Start: 30 * time.Second, End: time.Minute, Title: "End"}),
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
			chapters: []chapters.Chapter{{Title: "All"}, {Start: 12 * time.Second, Title: "Part"}},
			want:     "f: the end of the chapter at 0:00 is after the start of the next one; it is cut there",
		},
		{
			name: "tag whose chapters are not in order, and overlap as rounding has it",
			file: tagged(
				Chapter{Start: 10 * time.Second, End: time.Minute, Title: "Chapter 2"},
				Chapter{End: 10*time.Second + 40*time.Millisecond, Title: "Chapter 1"}),
			chapters: []chapters.Chapter{{Title: "Chapter 1"}, {Start: 10 * time.Second, Title: "Chapter 2"}},
			want:     "f: the table of contents (CTOC) lists the chapters in another order than that of their starts; it is ignored",
		},
		{name: "tag without chapters", file: tagged()},
		{
			name: "MP4 file behind a tag without chapters", file: join(id3(3, 100), []byte("\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42")),
			want: "f: byte 100: an ID3 tag precedes this MP4 file, so that many players do not recognise it; remove it: ffmpeg -i IN -map 0:a -c copy -movflags +faststart OUT.m4a",
		},
		{name: "lines", file: []byte("0:00 Intro\n"), chapters: []chapters.Chapter{{Title: "Intro"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, found := ReadChapters(bytes.NewReader(tt.file), int64(len(tt.file)), "f")
			message := ""
			for _, f := range found {
				message += f.Error()
			}
			if diff := cmp.Diff(tt.chapters, got.List); diff != "" || message != tt.want {
				t.Errorf("findings %q, want %q; chapters (-want +got):\n%s", message, tt.want, diff)
			}
		})
	}
}
