package audio

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/audio/mpeg/mpegtest"
)

// foreignTag returns a tag of any version with encoded frames.
func foreignTag(version, flags byte, body ...[]byte) []byte {
	all := join(body...)
	b := id3(version, TagHeaderBytes+len(all))
	b[5] = flags
	copy(b[TagHeaderBytes:], all)
	return b
}

// frame22, frame23 and frame24 return frames of ID3v2.2, 2.3 and 2.4.
func frame22(id, body string) []byte {
	n := len(body)
	return append([]byte(id), append([]byte{byte(n >> 16), byte(n >> 8), byte(n)}, body...)...)
}

func frame23(id string, flags byte, body string) []byte {
	return append(append([]byte(id), join(words(uint32(len(body))), []byte{0, flags})...), body...)
}

func frame24(id string, flags byte, body string) []byte {
	b := frame23(id, flags, body)
	n := len(body)
	copy(b[4:], []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)})
	return b
}

func chapterBody(id string, start, end uint32, frames ...[]byte) string {
	return id + "\x00" + string(words(start, end, noOffset, noOffset)) + string(join(frames...))
}

func TestReadTag(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 40) + "title"
	picture := testPicture(t, "png", 4, 0)
	tests := []struct {
		name string
		file []byte
		want *Tag
	}{
		{"no tag", silence(mono128, 3), nil},
		{"empty tag", foreignTag(4, 0), &Tag{}},
		{
			"2.2", foreignTag(2, 0, frame22("TT2", "\x00Title\x00"), frame22("TP1", "\x01\xff\xfeZ\x00\x41\x01\x00\x00"), frame22("TRK", "\x004/12"), frame22("TYE", "\x002019"), frame22("TDA", "\x003112"),
				frame22("XXX", "unknown"), frame22("COM", "\x00eng\x00Hello"), frame22("PIC", "\x00PNG\x03cover\x00"+string(picture.Data))),
			&Tag{Title: "Title", Artist: "ZŁ", Track: 4, Date: time.Date(2019, 12, 31, 0, 0, 0, 0, time.UTC), Comment: "Hello", Artwork: picture},
		},
		{
			"2.4", foreignTag(4, 0, frame24("TIT2", 0, "\x03曇り"), frame24("TPE1", 0, "\x03One\x00Two\x00"), frame24("TDRC", 0, "\x032027-02-04T06:00"), frame24("TPOS", 0, "\x002/3"),
				frame24("CHAP", 0, chapterBody("a", 0, 1000, frame24("TIT2", 0, "\x03"+long))), frame24("CTOC", 0, "toc\x00\x03\x01a\x00")),
			&Tag{Title: "曇り", Artist: "One / Two", Date: time.Date(2027, 2, 4, 0, 0, 0, 0, time.UTC), Season: 2, Chapters: []Chapter{{End: time.Second, Title: long}}},
		},
		{"UTF-16, big-endian", foreignTag(3, 0, frame23("TIT2", 0, "\x01\xfe\xff\x01\x41\x00A")), &Tag{Title: "ŁA"}},
		{"UTF-16 without a byte order mark", foreignTag(3, 0, frame23("TIT2", 0, "\x01\x41\x01A\x00")), &Tag{Title: "ŁA"}},
		{"UTF-16BE of 2.4", foreignTag(4, 0, frame24("TIT2", 0, "\x02\x01\x41\x00A\x00\x00")), &Tag{Title: "ŁA"}},
		{"UTF-16 with a byte too many", foreignTag(3, 0, frame23("TIT2", 0, "\x01\xff\xfeA\x00\x00\x00\x00")), &Tag{Title: "A"}},
		{"control characters", foreignTag(3, 0, frame23("TIT2", 0, "\x00a\nb\x1b[0m")), &Tag{Title: "a b [0m"}},
		{"padding", foreignTag(3, 0, frame23("TIT2", 0, "\x00T"), make([]byte, 100)), &Tag{Title: "T"}},
		{"junk behind the frames", foreignTag(3, 0, frame23("TIT2", 0, "\x00T"), []byte("what is this?")), &Tag{Title: "T"}},
		{"two titles", foreignTag(3, 0, frame23("TIT2", 0, "\x00T"), frame23("TIT2", 0, "\x00U")), &Tag{Title: "T"}},
		{"comments of programs", foreignTag(3, 0, frame23("COMM", 0, "\x00engiTunNORM\x00 0000"), frame23("COMM", 0, "\x01eng\xff\xfe\x00\x00\xff\xfeA\x00")), &Tag{Comment: "A"}},
		{
			"unsynchronised 2.3", foreignTag(3, tagUnsynchronised, frame23("TIT2", 0, "\x01\xff\xfeA\x00")[:10], []byte("\x01\xff\x00\xfeA\x00"), frame23("TALB", 0, "\x00B")),
			&Tag{Title: "A", Album: "B"},
		},
		{"unsynchronised 2.4", foreignTag(4, tagUnsynchronised, frame24("TIT2", 0, "\x01\xff\x00\xfeA\x00")), &Tag{Title: "A"}},
		{"unsynchronised frame with its length", foreignTag(4, 0, frame24("TIT2", frame24Unsynchronised|frame24Length, "\x00\x00\x00\x05\x01\xff\x00\xfeA\x00")), &Tag{Title: "A"}},
		{"grouped frames", foreignTag(4, 0, frame24("TIT2", frame24Grouped, "G\x00A")), &Tag{Title: "A"}},
		{"grouped frames of 2.3", foreignTag(3, 0, frame23("TIT2", frame23Grouped, "G\x00A")), &Tag{Title: "A"}},
		{"compressed and encrypted frames", foreignTag(4, 0, frame24("TIT2", frame24Compressed, "zz"), frame24("TPE1", frame24Encrypted, "zz"), frame24("TALB", 0, "\x00B")), &Tag{Album: "B"}},
		{"compressed and encrypted frames of 2.3", foreignTag(3, 0, frame23("TIT2", frame23Compressed, "zz"), frame23("TPE1", frame23Encrypted, "zz"), frame23("TALB", 0, "\x00B")), &Tag{Album: "B"}},
		{"extended header of 2.3", foreignTag(3, tagExtended, words(6), make([]byte, 6), frame23("TIT2", 0, "\x00T")), &Tag{Title: "T"}},
		{"extended header of 2.4", foreignTag(4, tagExtended, []byte{0, 0, 0, 6, 1, 0}, frame24("TIT2", 0, "\x00T")), &Tag{Title: "T"}},
		{
			"2.4 with sizes as in 2.3", foreignTag(4, 0, frame23("TIT2", 0, "\x00"+long), frame23("TALB", 0, "\x00B")),
			&Tag{Title: long, Album: "B"},
		},
		{
			"chapters of 2.3 with sizes as in 2.4", foreignTag(3, 0, frame23("CHAP", 0, chapterBody("a", 0, 1000, frame24("TIT2", 0, "\x00"+long), frame24("WXXX", 0, "\x00\x00http://a")))),
			&Tag{Chapters: []Chapter{{End: time.Second, Title: long, URL: "http://a"}}, MissingTOC: true},
		},
		{
			"chapters without a table of contents are all listed", foreignTag(3, 0, frame23("CHAP", 0, chapterBody("a", 0, 1000)), frame23("CHAP", 0, chapterBody("b", 1000, 2000))),
			&Tag{Chapters: []Chapter{{End: time.Second}, {Start: time.Second, End: 2 * time.Second}}, MissingTOC: true, Problems: []string{"the tag has 2 chapters without a title (TIT2)"}},
		},
		{
			"tables of contents within one another", foreignTag(3, 0, frame23("CTOC", 0, "x\x00\x03\x02y\x00b\x00"), frame23("CTOC", 0, "y\x00\x01\x01a\x00"),
				frame23("CHAP", 0, chapterBody("a", 0, 1)), frame23("CHAP", 0, chapterBody("b", 1, 2)), frame23("CHAP", 0, chapterBody("c", 2, 3))),
			&Tag{Chapters: []Chapter{{End: time.Millisecond}, {Start: time.Millisecond, End: 2 * time.Millisecond}, {Start: 2 * time.Millisecond, End: 3 * time.Millisecond, Hidden: true}}, Problems: []string{"the tag has 2 chapters without a title (TIT2)"}},
		},
		{
			"tables of contents that list each other", foreignTag(3, 0, frame23("CHAP", 0, chapterBody("b", 1, 2)), frame23("CHAP", 0, chapterBody("c", 2, 9)), frame23("CHAP", 0, chapterBody("a", 0, 1)),
				frame23("CTOC", 0, "y\x00\x01\x02a\x00x\x00"), frame23("CTOC", 0, "x\x00\x03\x03y\x00b\x00c\x00")),
			&Tag{Chapters: []Chapter{{End: time.Millisecond}, {Start: time.Millisecond, End: 2 * time.Millisecond}, {Start: 2 * time.Millisecond, End: 9 * time.Millisecond}}, Problems: []string{"the table of contents (CTOC) lists itself; it is ignored", "the tag has 3 chapters without a title (TIT2)"}},
		},
		{
			"chapters in order of time where there is no table of contents", foreignTag(4, 0, frame24("CHAP", 0, chapterBody("b", 1, 2)), frame24("CHAP", 0, chapterBody("a", 0, 1))),
			&Tag{Chapters: []Chapter{{End: time.Millisecond}, {Start: time.Millisecond, End: 2 * time.Millisecond}}, MissingTOC: true, Problems: []string{"the tag has 2 chapters without a title (TIT2)"}},
		},
		{
			"chapters in order of time where the table of contents lacks one", foreignTag(4, 0, frame24("CHAP", 0, chapterBody("b", 1, 2)), frame24("CHAP", 0, chapterBody("a", 0, 1)), frame24("CTOC", 0, "toc\x00\x03\x01b\x00")),
			&Tag{Chapters: []Chapter{{End: time.Millisecond, Hidden: true}, {Start: time.Millisecond, End: 2 * time.Millisecond}}, Problems: []string{"the tag has 1 chapter without a title (TIT2)"}},
		},
		{"truncated chapters", foreignTag(3, 0, frame23("CHAP", 0, "a\x00\x00\x00"), frame23("CHAP", 0, "a"), frame23("CTOC", 0, "toc\x00\x03\xffa\x00")), &Tag{Problems: []string{"the tag has 2 CHAP frames without a start time, left out"}}},
		{"picture of an unknown format", foreignTag(3, 0, frame23("APIC", 0, "\x00image/gif\x00\x03\x00GIF89a")), &Tag{Artwork: &Picture{MediaType: "image/gif", Data: []byte("GIF89a")}}},
		{"picture with a malformed media type", foreignTag(3, 0, frame23("APIC", 0, "\x00r\xf6\x00\x03\x00X")), &Tag{Artwork: &Picture{MediaType: "r%F6", Data: []byte("X")}}},
		{
			"the cover among pictures", foreignTag(3, 0, frame23("APIC", 0, "\x00image/gif\x00\x00\x00one"), frame23("APIC", 0, "\x00image/gif\x00\x03\x00two"), frame23("APIC", 0, "\x00image/gif\x00\x04\x00three")),
			&Tag{Artwork: &Picture{MediaType: "image/gif", Data: []byte("two")}},
		},
		{"truncated pictures", foreignTag(3, 0, frame23("APIC", 0, ""), frame23("APIC", 0, "\x00image/gif"), frame23("APIC", 0, "\x00image/gif\x00"), frame23("APIC", 0, "\x01image/gif\x00\x03a\x00b")), &Tag{}},
		{"malformed numbers", foreignTag(3, 0, frame23("TRCK", 0, "\x00four"), frame23("TPOS", 0, "\x00-1"), frame23("TLEN", 0, "\x00"+strings.Repeat("9", 30)), frame23("TYER", 0, "\x00MMXX")), &Tag{}},
		{"day without a year", foreignTag(3, 0, frame23("TDAT", 0, "\x000402")), &Tag{}},
		{"malformed day", foreignTag(3, 0, frame23("TYER", 0, "\x002027"), frame23("TDAT", 0, "\x009999")), &Tag{Date: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}},
		{"frame larger than its tag", foreignTag(3, 0, frame23("TIT2", 0, "\x00T"), append([]byte("TALB"), words(0x7FFFFFFF)...), make([]byte, 100)), &Tag{Title: "T"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadTag(bytes.NewReader(tt.file), int64(len(tt.file)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ReadTag (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTagRefuses(t *testing.T) {
	t.Parallel()
	var crowd []byte
	for range maxChapters + 1 {
		crowd = append(crowd, frame23("CHAP", 0, chapterBody("a", 0, 0))...)
	}
	tests := []struct {
		name string
		file []byte
		size int64
		want string
	}{
		{"larger than the file", id3(3, 2000)[:1000], 1000, "byte 0: the ID3 tag claims 2000 bytes and the file has 1000"},
		{"larger than the limit", join(id3(3, 10)[:6], []byte{0x7F, 0x7F, 0x7F, 0x7F}), 1 << 40, "byte 0: the ID3 tag has 268435465 bytes; at most 33554432 are read"},
		{"unknown version", foreignTag(5, 0), 10, "byte 0: the ID3 tag has version 2.5, which onair does not know"},
		{"more chapters than the limit", foreignTag(3, 0, crowd), int64(len(crowd) + 10), "byte 0: the ID3 tag has more than 10000 chapters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadTag(bytes.NewReader(tt.file), tt.size)
			if got := errorText(err); got != tt.want {
				t.Errorf("error = %q, want %q", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// fuzzFiles returns seeds of the fuzz tests: small files of every kind.
func fuzzFiles(tb testing.TB) [][]byte {
	tag := fullTag(tb)
	tag.Artwork, tag.Chapters[1].Title, tag.Chapters[2].Image = nil, "Łódź", nil
	full, err := tag.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	cbr := silence(mpegtest.NewHeader(8000, 8, true), 5)
	unsync := foreignTag(4, tagUnsynchronised, frame24("TIT2", 0, "\x01\xff\x00\xfeA\x00"))
	return [][]byte{
		cbr, join(full, cbr), join(xing(stereo128, "Info", 5, 576, 1105, 0), silence(stereo128, 5)), join(vbri(stereo128, 3), silence(stereo128, 3)),
		join(id3(3, 50), id3(4, 60), cbr, ape(20), lyrics3("la"), id3v1()), join(cbr, lyrics1("la"), id3Footer(30)),
		join(cbr, junk(50), cbr, id3(4, 20), silence(mpegtest.NewHeader(24000, 64, true), 5)),
		foreignTag(2, 0, frame22("TT2", "\x00Title\x00"), frame22("PIC", "\x00PNG\x03\x00\x89PNG")),
		foreignTag(3, tagExtended, words(6), make([]byte, 6), frame23("CHAP", 0, chapterBody("a", 0, 1, frame24("TIT2", 0, "\x00T"))), frame23("CTOC", 0, "toc\x00\x03\x01a\x00")),
		unsync, append(unsync, cbr...),
		join(box("ftyp", []byte("M4A ")), box("moov", box("mvhd", timing(1000, 1234)), track("soun", "mp4a", timing(44100, 44100), 43, 0x12, 0x08)), box("mdat", make([]byte, 20))),
		binary.BigEndian.AppendUint32(nil, uint32(mono128)), []byte("RIFF\x24\x00\x00\x00WAVEfmt "), []byte("plain text"),
	}
}

// FuzzProbe checks that Probe does not panic, and that the payload is inside the file
// and has the right checksum.
func FuzzProbe(f *testing.F) {
	for _, file := range fuzzFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		info, err := Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		if info.PayloadStart < 0 || info.PayloadStart >= info.PayloadEnd || info.PayloadEnd > int64(len(file)) {
			t.Fatalf("payload [%d, %d) of %d bytes", info.PayloadStart, info.PayloadEnd, len(file))
		}
		if got := checksum(file[info.PayloadStart:info.PayloadEnd]); got != info.CRC32C {
			t.Errorf("CRC32C %08x of a payload with %08x", info.CRC32C, got)
		}
		if info.Duration < 0 || info.Bitrate < 0 || info.Channels < 0 || info.MediaType == MP3 && (info.MPEGFrames == 0 || info.Duration == 0 || info.SampleRate == 0) {
			t.Errorf("impossible facts: %+v", info)
		}
	})
}

// FuzzReadTag checks that ReadTag does not panic or use more memory than the file
// justifies, and that a tag does not change when it is written and read again.
func FuzzReadTag(f *testing.F) {
	for _, file := range fuzzFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		tag, err := ReadTag(bytes.NewReader(file), int64(len(file)))
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > uint64(1<<20+200*len(file)) {
			t.Errorf("%d bytes of memory for a file of %d", spent, len(file))
		}
		if err != nil || tag == nil {
			return
		}
		b, err := tag.Bytes()
		if err != nil || len(b) == 0 {
			return // for example if chapters end before they start
		}
		again, err := ReadTag(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		rewritten, err := again.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, rewritten) {
			t.Errorf("written and read again it has other bytes\n%q\n%q", b, rewritten)
		}
	})
}

func FuzzReadPicture(f *testing.F) {
	f.Add(testPicture(f, "png", 2, 0).Data)
	f.Add(testPicture(f, "jpeg", 2, 0).Data)
	f.Add(pngHeader(50_000, 50_000))
	f.Add(jpegHeader(20, 30, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadPicture(data)
		if err == nil && (p.Width <= 0 || p.Width > maxPictureSide || p.Height <= 0 || p.Height > maxPictureSide) {
			t.Errorf("took a picture of %d × %d pixels", p.Width, p.Height)
		}
	})
}
