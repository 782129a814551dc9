package audio

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// toc returns a CTOC frame of ID3v2.3 whose header gives count entries.
func toc(id string, flags byte, count int, ids ...string) []byte {
	body := id + "\x00" + string([]byte{flags, byte(count)})
	for _, id := range ids {
		body += id + "\x00"
	}
	return frame23("CTOC", 0, body)
}

// chap returns a CHAP frame of ID3v2.3. Its times are in seconds; -1 leaves out a time.
func chap(id string, start, end int, title string) []byte {
	ms := func(seconds int) uint32 {
		if seconds < 0 {
			return math.MaxUint32
		}
		return uint32(seconds * 1000)
	}
	return frame23("CHAP", 0, chapterBody(id, ms(start), ms(end), frame23("TIT2", 0, "\x00"+title)))
}

// numbered returns n chapters of one second each, and their element IDs.
func numbered(n int) (frames []byte, ids []string) {
	for i := range n {
		id := fmt.Sprintf("CHAP%04d", i)
		ids = append(ids, id)
		frames = append(frames, chap(id, i, i+1, "C")...)
	}
	return frames, ids
}

// spellChapters writes chapters as "start-end title", in seconds.
func spellChapters(list []Chapter) string {
	var all []string
	for _, c := range list {
		s := fmt.Sprintf("%g-%g %s", c.Start.Seconds(), c.End.Seconds(), c.Title)
		if c.Hidden {
			s += " (hidden)"
		}
		all = append(all, s)
	}
	return strings.Join(all, "|")
}

// TestOwnChapters reads and tags files whose chapters contradict each other.
func TestOwnChapters(t *testing.T) {
	t.Parallel()
	ab := join(chap("a", 0, 5, "A"), chap("b", 5, 9, "B"))
	tests := []struct {
		name     string
		frames   []byte
		want     string
		reported string
	}{
		{"fine", join(toc("toc", 3, 2, "a", "b"), ab), "0-5 A|5-9 B", ""},
		{"hidden", join(toc("toc", 3, 1, "b"), ab), "0-5 A (hidden)|5-9 B", ""},
		{"ends that are not given", join(toc("toc", 3, 2, "a", "b"), chap("a", 0, -1, "A"), chap("b", 5, -1, "B")), "0-5 A|5-12 B",
			"the end of the chapter at 0:00, as that of 1 other chapter, cannot be used; it lasts until the next one"},
		{"ends of zero", join(chap("a", 0, 0, "A"), chap("b", 5, 0, "B"), chap("c", 7, 0, "C")), "0-5 A|5-7 B|7-12 C",
			"the end of the chapter at 0:05, as that of 1 other chapter, cannot be used; it lasts until the next one"},
		{"every end is that of the file", join(chap("a", 0, 12, "A"), chap("b", 5, 12, "B"), chap("c", 7, 12, "C")), "0-5 A|5-7 B|7-12 C",
			"the end of the chapter at 0:00, as that of 1 other chapter, is after the start of the next one; it is cut there"},
		{"two at one start", join(chap("a", 0, 0, "Part"), chap("b", 0, 5, "B"), chap("c", 5, 9, "C")), "0-5 B|5-9 C", `2 chapters start at 0:00; "B" is kept, "Part" left out`},
		{"frames out of order", join(toc("toc", 3, 2, "a", "b"), chap("b", 5, 9, "B"), chap("a", 0, 5, "A")), "0-5 A|5-9 B", ""},
		{"table in another order", join(toc("toc", 3, 2, "b", "a"), chap("b", 5, 9, "B"), chap("a", 0, 5, "A")), "0-5 A|5-9 B",
			"the table of contents (CTOC) lists the chapters in another order than that of their starts; it is ignored"},
		{"table without an order", join(toc("toc", 2, 2, "b", "a"), ab), "0-5 A|5-9 B", ""},
		{"empty table", join(toc("toc", 3, 0), ab), "0-5 A|5-9 B", "the table of contents (CTOC) lists none of the chapters; it is ignored"},
		{"table of unknown chapters", join(toc("toc", 3, 2, "x", "y"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) lists none of the chapters; it is ignored"},
		{"table with one unknown chapter", join(toc("toc", 3, 2, "a", "x"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) lists 1 chapter that the tag does not have; it is ignored"},
		{"table that counts too few", join(toc("toc", 3, 1, "a", "b"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) counts 1 chapter and names another number; it is ignored"},
		{"table that counts too many", join(toc("toc", 3, 9, "a", "b"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) counts 9 chapters and names another number; it is ignored"},
		{"one ID twice", join(toc("toc", 3, 1, "a"), chap("a", 0, 5, "A"), chap("a", 5, 9, "B")), "0-5 A|5-9 B", "the tag has 1 CHAP frame with the element ID of another"},
		{"ID of the table", join(toc("a", 3, 2, "a", "b"), ab), "0-5 A|5-9 B", ""},
		{"no IDs", join(chap("", 0, 5, "A"), chap("", 5, 9, "B")), "0-5 A|5-9 B", "the tag has 1 CHAP frame with the element ID of another"},
		{"three frames with one ID", join(chap("a", 0, 3, "A"), chap("a", 3, 5, "B"), chap("a", 5, 9, "C")), "0-3 A|3-5 B|5-9 C", "the tag has 2 CHAP frames with the element ID of another"},
		{"hidden chapter without a title", join(toc("toc", 3, 1, "a"), chap("a", 0, 5, "A"), frame23("CHAP", 0, chapterBody("b", 5000, 9000))), "0-5 A|5-9  (hidden)", ""},
		{"frame without times", join(toc("toc", 3, 2, "a", "b"), ab, frame23("CHAP", 0, "c\x00\x00")), "0-5 A|5-9 B", "the tag has 1 CHAP frame without a start time, left out"},
		{"start that is not given", join(toc("toc", 3, 3, "a", "b", "c"), ab, chap("c", -1, -1, "C")), "0-5 A|5-9 B", "the tag has 1 CHAP frame without a start time, left out"},
		{"starts that are not given, and a hidden chapter", join(toc("toc", 3, 3, "b", "c", "d"), chap("c", -1, 8, "C"), ab, chap("d", -1, -1, "D")), "0-5 A (hidden)|5-9 B",
			"the tag has 2 CHAP frames without a start time, left out"},
		{"only the first start is given", join(chap("a", 0, -1, "A"), chap("b", -1, -1, "B"), chap("c", -1, -1, "C")), "0-12 A",
			"the tag has 2 CHAP frames without a start time, left out|the end of the chapter at 0:00 cannot be used; it lasts until the next one"},
		{"table that lists itself", join(toc("toc", 3, 3, "toc", "a", "b"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) lists itself; it is ignored"},
		{"tables that list each other", join(toc("x", 3, 2, "y", "b"), toc("y", 1, 2, "a", "x"), ab), "0-5 A|5-9 B", "the table of contents (CTOC) lists itself; it is ignored"},
		{"ring of tables below the first", join(toc("toc", 3, 2, "x", "b"), toc("x", 1, 2, "y", "a"), toc("y", 1, 1, "z"), toc("z", 1, 1, "x"), ab), "0-5 A|5-9 B",
			"the table of contents (CTOC) lists itself; it is ignored"},
		{"empty table in another", join(toc("toc", 3, 3, "a", "x", "b"), toc("x", 1, 0), ab), "0-5 A|5-9 B", ""},
		{"table in two others", join(toc("toc", 3, 2, "x", "y"), toc("x", 1, 2, "z", "b"), toc("y", 1, 1, "z"), toc("z", 1, 1, "a"), ab), "0-5 A|5-9 B", ""},
		{"titles that are not in order of 2.3", join(toc("toc", 3, 1, "a"), frame23("CHAP", 0, chapterBody("a", 0, 5000, frame24("TIT2", 0, "\x01A\x00")))), "0-5 A", ""},
	}
	payload := silence(mono128, 460) // 12.016 s
	duration := 12 * time.Second
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := join(foreignTag(3, 0, frame23("TLEN", 0, "\x0012000"), tt.frames), payload)
			tag, err := ReadTag(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if got := spellChapters(tag.Chapters); got != tt.want {
				t.Errorf("chapters %s, want %s", got, tt.want)
			}
			if got := strings.Join(tag.Problems, "|"); got != tt.reported {
				t.Errorf("problems %q, want %q", got, tt.reported)
			}
			// After a change of the title, the tag must be read without problems.
			old, err := readTags(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			now, err := retag(old, duration, retitle("New"), nil)
			if err != nil {
				t.Fatal(err)
			}
			again, err := readTags(bytes.NewReader(now.bytes), int64(len(now.bytes)))
			if err != nil {
				t.Fatal(err)
			}
			if got := spellChapters(again.tag.Chapters); got != tt.want || len(again.tag.Problems) > 0 || again.tag.MissingTOC || !again.chapters.plain() {
				t.Errorf("tagged: chapters %s, want %s; problems %q; table of contents missing: %v", got, tt.want, again.tag.Problems, again.tag.MissingTOC)
			}
			same, err := retag(again, duration, keepAll, nil)
			if err != nil || !bytes.Equal(same.bytes, now.bytes) {
				t.Errorf("tagged again: %v\n%s", err, cmp.Diff(now.bytes, same.bytes))
			}
		})
	}
}

// TestLongTables reads tables of contents with more than 255 entries, which the count
// of one byte cannot give.
func TestLongTables(t *testing.T) {
	t.Parallel()
	for n, reported := range map[int]string{300: "counts 44 chapters", 256: "counts 0 chapters", 257: "counts 1 chapter "} {
		frames, ids := numbered(n)
		b := foreignTag(3, 0, toc("toc", 3, n, ids...), frames)
		tag, err := ReadTag(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(spellChapters(tag.Chapters), "hidden") || len(tag.Problems) != 1 || !strings.Contains(tag.Problems[0], reported) {
			t.Errorf("%d chapters: %q, want %s", n, tag.Problems, reported)
		}
	}
	frames, ids := numbered(300)
	b := foreignTag(3, 0, toc("toc", 3, 255, ids[:255]...), frames)
	if tag, err := ReadTag(bytes.NewReader(b), int64(len(b))); err != nil || len(tag.Problems) != 1 || !strings.Contains(tag.Problems[0], "is full with 255 of 300 chapters") {
		t.Errorf("a full table: %+v, %v", tag.Problems, err)
	}
}

// TestManyChapters writes more chapters than one table of contents holds.
func TestManyChapters(t *testing.T) {
	t.Parallel()
	for _, n := range []int{255, 256, 511, 1000} {
		tag := &Tag{Chapters: manyChapters(n)}
		tag.Chapters[3].Hidden = true
		b, err := tag.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		old, err := readTags(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tag.normal().Chapters, old.tag.Chapters); diff != "" || len(old.tag.Problems) > 0 {
			t.Errorf("%d chapters: %q\n%s", n, old.tag.Problems, diff)
		}
		if got, want := len(old.chapters.tocs), 1; n <= 256 && got != want || n > 256 && got < 3 {
			t.Errorf("%d chapters: %d tables of contents", n, got)
		}
		now, err := retag(old, 0, keepAll, nil)
		if err != nil || !bytes.Equal(now.bytes, b) {
			t.Errorf("%d chapters: tagged again: %v", n, err)
		}
	}
}

func TestGuessByteOrder(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"Intro", "Ende", "Łódź", "Глава первая", "פרק ראשון", "第一章はじめに", "曇り", "한국어", "Déjà vu: №1", "A"} {
		little := appendUTF16(nil, s)[2:]
		big := bytes.Clone(little)
		for i := 0; i < len(big); i += 2 {
			big[i], big[i+1] = big[i+1], big[i]
		}
		for name, b := range map[string][]byte{"little": little, "big": big} {
			if got := decodeText(utf16BOM, b); got != s {
				t.Errorf("%s-endian %q is read as %q", name, s, got)
			}
		}
	}
}
