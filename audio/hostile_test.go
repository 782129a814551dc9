package audio

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// undetectable is the largest number of MPEG frames that may be taken for part of a
// tag. Other bytes can look like so few MPEG frames by coincidence.
const undetectable = confirmRun

// hostileTags returns tags with mistakes that make other readers crash or loop.
func hostileTags(tb testing.TB) map[string][]byte {
	full, err := fullTag(tb).Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	size := func(b []byte, n int) []byte {
		b = bytes.Clone(b)
		copy(b[6:], id3(3, n+TagHeaderBytes)[6:10])
		return b
	}
	claim := func(frame []byte, n uint32) []byte {
		b := bytes.Clone(frame)
		binary.BigEndian.PutUint32(b[4:], n)
		return b
	}
	title := frame23("TIT2", 0, "\x00Title")
	nested := title
	for range 200 {
		nested = frame23("CHAP", 0, chapterBody("a", 0, 1, nested))
	}
	tags := map[string][]byte{
		"full": full, "empty": foreignTag(3, 0), "only padding": id3(3, 5000),
		"size of zero": size(full, 0), "size of one": size(full, 1), "size short by one": size(full, len(full)-11), "size long by one": size(full, len(full)-9),
		"size of a quarter gigabyte": size(full, 1<<28-11), "size with top bits": append([]byte("ID3\x03\x00\x00\xff\xff\xff\xff"), full[10:]...),
		"version 2.0": foreignTag(0, 0, title), "version 2.255": foreignTag(0xFE, 0, title), "all header flags, 2.3": foreignTag(3, 0xFF, title), "all header flags, 2.4": foreignTag(4, 0xEF, title),
		"frame of 4 GB": foreignTag(3, 0, claim(title, 0xFFFFFFFF)), "frame of 2 GB": foreignTag(3, 0, claim(title, 0x7FFFFFFF)), "frame of 2 GB, 2.4": foreignTag(4, 0, claim(title, 0x7F7F7F7F)),
		"frame over the end": foreignTag(3, 0, claim(title, 100)), "frame of zero": foreignTag(3, 0, frame23("TIT2", 0, ""), title), "frame 2.2 over the end": foreignTag(2, 0, []byte("TT2\xff\xff\xff\x00A")),
		"extended header of 4 GB": foreignTag(3, tagExtended, words(0xFFFFFFFF), title), "extended header of minus four": foreignTag(3, tagExtended, words(0xFFFFFFFC), title),
		"extended header, 2.4, of zero": foreignTag(4, tagExtended, words(0), title), "extended header over the end": foreignTag(4, tagExtended, []byte{0x7F, 0x7F, 0x7F, 0x7F}, title),
		"unsynchronised twice": foreignTag(4, tagUnsynchronised, frame24("TIT2", frame24Unsynchronised, "\x01\xff\x00\x00\xfe\x00A")), "unsynchronised to the last byte": foreignTag(3, tagUnsynchronised, title, []byte("PRIV\x00\x00\x00\x02\x00\x00o\xff")),
		"ends in FF": foreignTag(4, tagUnsynchronised, frame24("PRIV", 0, "o\x00\xff")), "footer promised and missing": foreignTag(4, tagFooter, frame24("TIT2", 0, "\x00A")),
		"length longer than the frame": foreignTag(4, 0, frame24("TIT2", frame24Length|frame24Compressed, "\x7f\x7f\x7f\x7fx")), "length and no body": foreignTag(4, 0, frame24("APIC", frame24Length, "\x00\x00\x00")),
		"all frame flags": foreignTag(4, 0, frame24("TIT2", 0xFF, "abcdefgh")), "all frame flags, 2.3": foreignTag(3, 0, frame23("APIC", 0xFF, "abcdefgh")),
		"text of one byte": foreignTag(3, 0, frame23("TIT2", 0, "\x01"), frame23("TPE1", 0, "\x01\xff"), frame23("TALB", 0, "\x01\xff\xfe")), "half a surrogate": foreignTag(3, 0, frame23("TIT2", 0, "\x01\xff\xfe\x00\xd8"), frame23("TALB", 0, "\x01\xff\xfe\x00\xd8\x00\xd8")),
		"unknown encoding": foreignTag(3, 0, frame23("TIT2", 0, "\x09abc"), frame23("COMM", 0, "\x09engabc"), frame23("APIC", 0, "\x09image/png\x00\x03x\x00\x89PNG")), "not UTF-8": foreignTag(4, 0, frame24("TIT2", 0, "\x03\xff\xfe\xfd")),
		"comment of three bytes": foreignTag(3, 0, frame23("COMM", 0, "\x00en")), "comment without an end": foreignTag(3, 0, frame23("COMM", 0, "\x01eng\x00")), "user text without an end": foreignTag(3, 0, frame23("TXXX", 0, "\x01a\x00b")),
		"picture of nothing": foreignTag(3, 0, frame23("APIC", 0, "\x00")), "picture without its type": foreignTag(3, 0, frame23("APIC", 0, "\x00image/png\x00")), "picture of 50,000 pixels": foreignTag(3, 0, frame23("APIC", 0, "\x00image/png\x00\x03\x00"+string(pngHeader(50_000, 50_000)))),
		"picture of 2.2 of three bytes": foreignTag(2, 0, frame22("PIC", "\x00PN")), "chapter without an id": foreignTag(3, 0, frame23("CHAP", 0, strings.Repeat("a", 100))), "chapter without times": foreignTag(3, 0, frame23("CHAP", 0, "a\x00abc")),
		"chapter that ends before it starts": foreignTag(3, 0, frame23("CHAP", 0, chapterBody("a", 9, 1))), "chapter of 49 days": foreignTag(3, 0, frame23("CHAP", 0, chapterBody("a", 0, 0xFFFFFFFF))), "chapters in chapters": foreignTag(3, 0, nested),
		"table of 255 and none": foreignTag(3, 0, frame23("CTOC", 0, "toc\x00\x03\xff")), "table of itself": foreignTag(3, 0, frame23("CTOC", 0, "toc\x00\x03\x01toc\x00")), "300 chapters": foreignTag(3, 0, bytes.Repeat(frame23("CHAP", 0, chapterBody("a", 0, 1)), 300)),
		"9,000 titles": foreignTag(3, 0, bytes.Repeat(title, 9_000)), "25,000 frames": foreignTag(3, 0, bytes.Repeat(frame23("PRIV", 0, "o"), 25_000)), "two tags": join(full, full), "70 tags": bytes.Repeat(foreignTag(3, 0, title), 70),
		"tag in a tag": foreignTag(3, 0, full), "tag in a frame": foreignTag(3, 0, frame23("GEOB", 0, string(full))), "title of a megabyte": foreignTag(4, 0, frame24("TIT2", 0, "\x03"+strings.Repeat("a ", 1<<19))),
		"numbers": foreignTag(3, 0, frame23("TRCK", 0, "\x00"+strings.Repeat("9", 5000)), frame23("TLEN", 0, "\x00-1"), frame23("TYER", 0, "\x0099999"), frame23("TDAT", 0, "\x009999")), "ids of 2.2 in 2.3": foreignTag(3, 0, []byte("TT2\x00\x00\x00\x00\x02\x00\x00\x00A")),
		"junk": foreignTag(3, 0, junk(3000)), "zeros, then junk": foreignTag(3, 0, make([]byte, 100), junk(100)), "escape codes": foreignTag(3, 0, frame23("TIT2", 0, "\x00\x1b]0;x\x07\x1b[2J")),
	}
	return tags
}

// checkHostile tags audio between hostile bytes. It checks that nothing panics, no
// audio is lost, little memory is used, and tagging again gives the same bytes.
func checkHostile(t *testing.T, before, payload, behind []byte, frameBytes int) {
	t.Helper()
	file := join(before, payload, behind)
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	edit := func(tag *Tag) error {
		tag.Title, tag.Artwork, tag.Chapters = "New", nil, []Chapter{{End: time.Second, Title: "One"}}
		return nil
	}
	did, tag, err := planTagging(bytes.NewReader(file), int64(len(file)), edit, []string{DropAll})
	runtime.ReadMemStats(&end)
	if spent := end.TotalAlloc - start.TotalAlloc; spent > uint64(48<<20+20*len(file)) {
		t.Errorf("%d bytes of memory for a file of %d", spent, len(file))
	}
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
		return
	}
	from, to := did.Info.PayloadStart, did.Info.PayloadEnd
	if lost := from - int64(len(before)); lost > int64(undetectable*frameBytes) {
		t.Errorf("the first %d bytes of the audio are lost", lost)
	}
	if lost := int64(len(before)+len(payload)) - to; lost > int64(undetectable*frameBytes) {
		t.Errorf("the last %d bytes of the audio are lost", lost)
	}
	again := join(tag, file[from:to])
	did2, tag2, err := planTagging(bytes.NewReader(again), int64(len(again)), edit, []string{DropAll})
	if err != nil {
		t.Fatalf("tagged again: %v", err)
	}
	if !bytes.Equal(tag, tag2) || did2.Info.PayloadBytes() != to-from {
		t.Errorf("tagged again it has other bytes:\n%q\n%q", tag, tag2)
	}
}

func TestHostileTags(t *testing.T) {
	payload := silence(mono128, 50)
	for name, tag := range hostileTags(t) {
		t.Run(name, func(t *testing.T) { checkHostile(t, tag, payload, nil, mono128.Size()+1) })
	}
}

// TestDamagedTags flips, cuts and repeats bytes of the hostile tags.
func TestDamagedTags(t *testing.T) {
	payload := silence(mono128, 50)
	tags := hostileTags(t)
	for i, name := range slices.Sorted(maps.Keys(tags)) {
		tag, random := tags[name], rand.New(rand.NewPCG(3, uint64(i)))
		if len(tag) > 50_000 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for range 20 {
				b := bytes.Clone(tag)
				for range 1 + random.IntN(4) {
					switch at := random.IntN(len(b)); random.IntN(4) {
					case 0:
						b[at] ^= 1 << random.IntN(8)
					case 1:
						b[at] = byte(random.Uint32())
					case 2:
						b = b[:max(1, at)]
					case 3:
						b = join(b[:at], b[max(0, at-random.IntN(40)):])
					}
				}
				checkHostile(t, b, payload, nil, mono128.Size()+1)
			}
		})
	}
}

// FuzzTagFile tags audio with any bytes before and after it.
func FuzzTagFile(f *testing.F) {
	for _, tag := range hostileTags(f) {
		if len(tag) < 5_000 {
			f.Add(tag, []byte(nil))
		}
	}
	for _, tail := range [][]byte{id3v1(), ape(20), lyrics3("la"), lyrics1("la"), id3Footer(30), id3(3, 40), foreignTag(3, 0, frame23("TIT2", 0, "\x00Title")), apeWith("Title", "A"), join(ape(3), lyrics3("x"), id3v1())} {
		f.Add([]byte(nil), tail)
	}
	payload := silence(mono128, 20)
	f.Fuzz(func(t *testing.T, before, behind []byte) {
		checkHostile(t, before, payload, behind, mono128.Size()+1)
	})
}
