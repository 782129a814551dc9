package mp4

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), append([]byte(kind), body...)...)
}

func words(n ...uint32) (b []byte) {
	for _, w := range n {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

var fileType = box("ftyp", []byte("M4A \x00\x00\x02\x00"))

// timing returns an mvhd or mdhd box.
func timing(kind string, scale, ticks uint32) []byte {
	return box(kind, words(0, 0, 0, scale, ticks, 0))
}

// header returns a tkhd box.
func header(id uint32) []byte { return box("tkhd", words(0, 0, 0, id), make([]byte, 68)) }

// sound returns a trak box of AAC that plays for ten seconds, with further boxes.
func sound(object byte, more ...[]byte) []byte {
	return soundWith(object, nil, more...)
}

// soundWith is sound with a box inside the minf box.
func soundWith(object byte, inside []byte, more ...[]byte) []byte {
	entry := words(0, 1, 0, 0, 2<<16|16, 0, 44100<<16)
	esds := slices.Concat(words(0), []byte{3, 25, 0, 0, 0, 4, 20, object}, make([]byte, 12), []byte{5, 2, 0x12, 0x08})
	return box("trak", header(1), slices.Concat(more...), box("mdia",
		timing("mdhd", 44100, 441000), box("hdlr", words(0, 0), []byte("soun"), make([]byte, 12)),
		box("minf", inside, box("stbl", box("stsd", words(0, 1), box("mp4a", entry, box("esds", esds))), box("stsz", words(0, 0, 430))))))
}

func edits(entries ...uint32) []byte {
	return box("edts", box("elst", words(0, uint32(len(entries)/3)), words(entries...)))
}

var refersToChapters = box("tref", box("chap", words(2)))

// sampleOf returns a sample of a text track.
func sampleOf(s string, more ...[]byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), slices.Concat(append([][]byte{[]byte(s)}, more...)...)...)
}

// texts returns a trak box of the given handler whose samples are at an offset. A chunk
// has two samples, and the last chunk has one or two. Each sample lasts three seconds.
func texts(handler string, offset int, samples ...[]byte) []byte {
	sizes := words(0, 0, uint32(len(samples)))
	var offsets []byte
	for i, s := range samples {
		sizes = append(sizes, words(uint32(len(s)))...)
		if i%2 == 0 {
			offsets = append(offsets, words(uint32(offset))...)
		}
		offset += len(s)
	}
	chunks := (len(samples) + 1) / 2
	return box("trak", header(2), box("mdia", timing("mdhd", 1000, 12000), box("hdlr", words(0, 0), []byte(handler), make([]byte, 12)),
		box("minf", box("stbl",
			box("stts", words(0, 1, uint32(len(samples)), 3000)), box("stsz", sizes),
			box("stsc", words(0, 2, 1, 2, 1, uint32(chunks), uint32(len(samples)-2*(chunks-1)), 1)),
			box("stco", words(0, uint32(chunks)), offsets)))))
}

// nero returns a udta box with a list of chapters whose count is as given.
func nero(count byte, chapters ...string) []byte {
	b := append(words(1<<24, 0), count)
	for i, title := range chapters {
		b = binary.BigEndian.AppendUint64(b, uint64(i)*30_000_000)
		b = append(append(b, byte(len(title))), title...)
	}
	return box("udta", box("meta", words(0)), box("chpl", b))
}

// withTexts returns a file whose samples precede its index.
func withTexts(handler string, more []byte, samples ...[]byte) []byte {
	data := box("mdat", slices.Concat(samples...))
	return slices.Concat(fileType, data, box("moov", timing("mvhd", 1000, 10000), sound(0x40, refersToChapters), texts(handler, len(fileType)+8, samples...), more))
}

type readCase struct {
	name     string
	file     []byte
	want     string // length; start, end and title of each chapter
	reported string
}

func readCases() []readCase {
	index := func(parts ...[]byte) []byte {
		return slices.Concat(fileType, box("moov", timing("mvhd", 1000, 10000), slices.Concat(parts...)), box("mdat"))
	}
	link := box("href", []byte{0, 0, 0, 5, 18}, []byte("https://a.example/"), []byte{0})
	return []readCase{
		{"no chapters", index(sound(0x40)), "10", ""},
		{"Nero", index(sound(0x40), nero(2, "One", "Zwölf")), "10|0 One|3 Zwölf", ""},
		{"Nero, count that wrapped", index(sound(0x40), nero(44, slices.Repeat([]string{"x"}, 300)...)), "10" + nTimes(300), "the list of chapters (chpl) counts 44 chapters and has 300"},
		{"Nero, cut off", index(sound(0x40), box("udta", box("chpl", words(1<<24, 0), []byte{2}, words(0, 0), []byte{9}, []byte("One")))), "10", "the list of chapters (chpl) counts 2 chapters and has 0"},
		{"track", withTexts("text", nil, sampleOf("One"), sampleOf("Two"), sampleOf("Three")), "10|0-3 One|3-6 Two|6-9 Three", ""},
		{"track of subtitles, with a gap and a link", withTexts("sbtl", nil, sampleOf(""), sampleOf("Two", box("encd", words(256)), link)), "10|3-6 Two https://a.example/", ""},
		{"track in UTF-16", withTexts("text", nil, sampleOf("\xfe\xff\x01\x41\x00a"), sampleOf("\xff\xfeA\x00")), "10|0-3 Ła|3-6 A", ""},
		{"track and Nero", withTexts("text", nero(1, "Other"), sampleOf("One"), sampleOf("Two")), "10|0-3 One|3-6 Two", "the track of chapters has 2 and the list (chpl) 1; those of the track are used"},
		{"track after the end of the file", index(sound(0x40, refersToChapters), texts("text", 1<<30, sampleOf("One"))), "10", "the track of chapters cannot be read to its end: sample 1 is at byte 1073741824 and the file has 676"},
		{"another text track", index(sound(0x40), texts("text", 8, sampleOf("One"))), "10", ""},
		{"chapter images", index(sound(0x40, refersToChapters), texts("vide", 8, sampleOf("One"))), "10", ""},
		{"edit list that cuts", index(sound(0x40, edits(6000, 44100, 1<<16))), "6", ""},
		{"edit list of two pieces", index(sound(0x40, edits(2000, 0, 1<<16, 3000, 220500, 1<<16))), "5", ""},
		{"edit list with silence first", index(sound(0x40, edits(2000, 1<<32-1, 1<<16, 10000, 0, 1<<16))), "12", ""},
		{"edit list beyond the samples", index(sound(0x40, edits(60000, 308700, 1<<16))), "3", ""},
		{"edit list of priming samples", index(sound(0x40, edits(9976, 1024, 1<<16))), "10", ""},
		{"edit list of nothing", index(sound(0x40, edits(0, 1024, 1<<16))), "10", ""},
		{"MP3", index(sound(0x6B)), "", "byte 64: this MP4 file holds an MP3; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"},
		{"MP3 of MPEG 2", index(sound(0x69)), "", "byte 64: this MP4 file holds an MP3; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"},
		{"MP3 after a video", index(texts("vide", 8, sampleOf("One")), sound(0x6B)), "", "byte 360: this MP4 file holds an MP3; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"},
		{"AAC after a video", index(texts("vide", 8, sampleOf("One")), sound(0x40)), "", "byte 64: this MP4 file holds a video; take its sound, without encoding it again: ffmpeg -i IN -vn -c copy -movflags +faststart OUT.m4a"},
		{"QuickTime", index(soundWith(0x40, box("hdlr", words(0), []byte("dhlrurl "), make([]byte, 12)))), "10", ""},
		{"user data that is not boxes", index(sound(0x40), box("udta", words(1<<31, 7))), "10", ""},
	}
}

func nTimes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("|" + seconds(time.Duration(i)*3*time.Second) + " x")
	}
	return b.String()
}

func seconds(d time.Duration) string {
	return strings.TrimSuffix(d.Truncate(time.Second).String(), "s")
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range readCases() {
		t.Run(tt.name, func(t *testing.T) {
			movie, err := Read(bytes.NewReader(tt.file), int64(len(tt.file)))
			got, reported := "", ""
			if err != nil {
				reported = err.Error()
			} else {
				got, reported = seconds(movie.Duration), strings.Join(movie.Problems, "|")
				for _, c := range movie.Chapters {
					got += "|" + seconds(c.Start)
					if c.End > 0 {
						got += "-" + seconds(c.End)
					}
					got += " " + c.Title
					if c.URL != "" {
						got += " " + c.URL
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if reported != tt.reported {
				t.Errorf("reported %q, want %q", reported, tt.reported)
			}
		})
	}
}

// FuzzRead checks that Read neither panics on any file nor returns an unbounded number
// of chapters.
func FuzzRead(f *testing.F) {
	for _, tt := range readCases() {
		f.Add(tt.file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		movie, err := Read(bytes.NewReader(data), int64(len(data)))
		if err == nil && (len(movie.Chapters) > maxChapters || movie.Duration <= 0) {
			t.Errorf("%d chapters, %s", len(movie.Chapters), movie.Duration)
		}
	})
}
