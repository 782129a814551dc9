package audio

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

func TestAppendV23(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		tag  []byte // tag with one frame
		want string // frames, or an error
	}{
		{"2.3 unchanged, even if damaged", foreignTag(3, 0, frame23("TSOA", 0x40, "\x09?")), string(frame23("TSOA", 0x40, "\x09?"))},
		{"text of 2.4", foreignTag(4, 0, frame24("TCOM", 0, "\x03Zoë")), string(frame23("TCOM", 0, "\x00Zo\xeb\x00"))},
		{"text of 2.4 beyond Latin-1", foreignTag(4, 0, frame24("TCOM", 0, "\x03Ł")), string(frame23("TCOM", 0, "\x01\xff\xfe\x41\x01\x00\x00"))},
		{"several values", foreignTag(4, 0, frame24("TCOM", 0, "\x03A\x00B\x00")), string(frame23("TCOM", 0, "\x00A / B\x00"))},
		{"text of 2.2", foreignTag(2, 0, frame22("TCM", "\x01\xfe\xff\x00A")), string(frame23("TCOM", 0, "\x00A\x00"))},
		{"people", foreignTag(4, 0, frame24("TIPL", 0, "\x03editor\x00Ł\x00")), string(frame23("IPLS", 0, "\x01\xff\xfee\x00d\x00i\x00t\x00o\x00r\x00\x00\x00\xff\xfe\x41\x01"))},
		{"user text", foreignTag(4, 0, frame24("TXXX", 0, "\x03key\x00v\xc3\xa4l\nue")), string(frame23("TXXX", 0, "\x00key\x00v\xe4l\nue"))},
		{"user text in UTF-16BE", foreignTag(4, 0, frame24("TXXX", 0, "\x02\x00k\x00\x00\x01\x41")), string(frame23("TXXX", 0, "\x01\xff\xfek\x00\x00\x00\xff\xfe\x41\x01"))},
		{"comment with a description", foreignTag(4, 0, frame24("COMM", 0, "\x03engd\x00text")), string(frame23("COMM", 0, "\x00engd\x00text"))},
		{"lyrics of several lines", foreignTag(4, 0, frame24("USLT", 0, "\x03jpn\x00曇\nり")), string(frame23("USLT", 0, "\x01jpn\xff\xfe\x00\x00\xff\xfe\xc7\x66\n\x00\x8a\x30"))},
		{"link", foreignTag(4, 0, frame24("WOAF", 0, "https://a.example/")), string(frame23("WOAF", 0, "https://a.example/"))},
		{"link with a description", foreignTag(4, 0, frame24("WXXX", 0, "\x03Ł\x00https://a.example/")), string(frame23("WXXX", 0, "\x01\xff\xfe\x41\x01\x00\x00https://a.example/"))},
		{"picture", foreignTag(4, 0, frame24("APIC", 0, "\x03image/png\x00\x04d\x00\x00\x01")), string(frame23("APIC", 0, "\x00image/png\x00\x04d\x00\x00\x01"))},
		{"picture of 2.2", foreignTag(2, 0, frame22("PIC", "\x00JPG\x03\x00\xff\xd8")), string(frame23("APIC", 0, "\x00image/jpeg\x00\x03\x00\xff\xd8"))},
		{"object", foreignTag(4, 0, frame24("GEOB", 0, "\x03a/b\x00f\x00d\x00\x00\x01")), string(frame23("GEOB", 0, "\x00a/b\x00f\x00d\x00\x00\x01"))},
		{"private", foreignTag(4, 0, frame24("PRIV", frame24Unsynchronised, "o\x00\xff\x00\xe0")), string(frame23("PRIV", 0, "o\x00\xff\xe0"))},
		{"id of 2.2", foreignTag(2, 0, frame22("UFI", "o\x00id")), string(frame23("UFID", 0, "o\x00id"))},
		{"synchronised text, Latin-1", foreignTag(4, 0, frame24("SYLT", 0, "\x00eng\x02\x01\x00la\x00\x00\x00\x00\x01")), string(frame23("SYLT", 0, "\x00eng\x02\x01\x00la\x00\x00\x00\x00\x01"))},
		{"time stamp", foreignTag(4, 0, frame24("TDRC", 0, "\x032027-02-04T06:30:00")), string(join(frame23("TYER", 0, "\x002027\x00"), frame23("TDAT", 0, "\x000402\x00"), frame23("TIME", 0, "\x000630\x00")))},
		{"year", foreignTag(4, 0, frame24("TDRC", 0, "\x032027")), string(frame23("TYER", 0, "\x002027\x00"))},
		{
			"chapter", foreignTag(4, 0, frame24("CHAP", 0, chapterBody("a", 1, 2, frame24("TIT2", 0, "\x03Ł"), frame24("TIT3", 0, "\x03x")))),
			string(frame23("CHAP", 0, chapterBody("a", 1, 2, frame23("TIT2", 0, "\x01\xff\xfe\x41\x01\x00\x00"), frame23("TIT3", 0, "\x00x\x00")))),
		},
		{"table of contents", foreignTag(4, 0, frame24("CTOC", 0, "toc\x00\x03\x02a\x00b\x00"+string(frame24("TIT2", 0, "\x03T")))), string(frame23("CTOC", 0, "toc\x00\x03\x02a\x00b\x00"+string(frame23("TIT2", 0, "\x00T\x00"))))},

		{"2.3, UTF-16 without a mark", foreignTag(3, 0, frame23("TIT1", 0, "\x01A\x00b\x00")), string(frame23("TIT1", 0, "\x00Ab\x00"))},
		{"2.3, big-endian UTF-16 without a mark", foreignTag(3, 0, frame23("TIT1", 0, "\x01\x01\x41\x00l\x00a")), string(frame23("TIT1", 0, "\x01\xff\xfe\x41\x01l\x00a\x00\x00\x00"))},
		{"2.3, big-endian UTF-16 with a mark", foreignTag(3, 0, frame23("TIT1", 0, "\x01\xfe\xff\x01\x41")), string(frame23("TIT1", 0, "\x01\xfe\xff\x01\x41"))},
		{"2.3, UTF-16 cut in a character", foreignTag(3, 0, frame23("TIT1", 0, "\x01\xff\xfeA\x00b")), string(frame23("TIT1", 0, "\x00A\x00"))},
		{"2.3, UTF-8", foreignTag(3, 0, frame23("TIT1", 0, "\x03Zoë")), string(frame23("TIT1", 0, "\x00Zo\xeb\x00"))},
		{"2.3, several values", foreignTag(3, 0, frame23("TPE2", 0, "\x00A\x00B\x00")), string(frame23("TPE2", 0, "\x00A / B\x00"))},
		{"2.3, zeros at the end", foreignTag(3, 0, frame23("TPE2", 0, "\x00A\x00\x00")), string(frame23("TPE2", 0, "\x00A\x00\x00"))},
		{"2.3, time stamp", foreignTag(3, 0, frame23("TDRC", 0, "\x002027-02-04")), string(join(frame23("TYER", 0, "\x002027\x00"), frame23("TDAT", 0, "\x000402\x00")))},
		{"2.3, comment with one mark", foreignTag(3, 0, frame23("COMM", 0, "\x01eng\xff\xfe\x00\x00\x41\x01")), string(frame23("COMM", 0, "\x01eng\xff\xfe\x00\x00\xff\xfe\x41\x01"))},
		{"2.3, user text without marks", foreignTag(3, 0, frame23("TXXX", 0, "\x01\x00k\x00\x00\x01\x41\x00l\x00a")), string(frame23("TXXX", 0, "\x01\xff\xfek\x00\x00\x00\xff\xfe\x41\x01l\x00a\x00"))},
		{"2.3, lyrics in UTF-8", foreignTag(3, 0, frame23("USLT", 0, "\x03eng\x00é")), string(frame23("USLT", 0, "\x00eng\x00\xe9"))},
		{"2.3, grouped", foreignTag(3, 0, frame23("TIT1", frame23Grouped, "G\x01A\x00")), string(frame23("TIT1", frame23Grouped, "G\x00A\x00"))},
		{"2.3, picture with another media type", foreignTag(3, 0, frame23("APIC", 0, "\x00image/jpeg\x00\x04\x00"+pngMagic)), string(frame23("APIC", 0, "\x00image/png\x00\x04\x00"+pngMagic))},
		{"2.3, picture with the media type of 2.2", foreignTag(3, 0, frame23("APIC", 0, "\x00JPG\x00\x04d\x00\xff\xd8\xff")), string(frame23("APIC", 0, "\x00image/jpeg\x00\x04d\x00\xff\xd8\xff"))},
		{"2.3, picture described without a mark", foreignTag(3, 0, frame23("APIC", 0, "\x01image/png\x00\x04d\x00\x00\x00"+pngMagic)), string(frame23("APIC", 0, "\x00image/png\x00\x04d\x00"+pngMagic))},
		{"2.3, GIF with another media type", foreignTag(3, 0, frame23("APIC", 0, "\x00image/jpeg\x00\x04\x00GIF89a")), string(frame23("APIC", 0, "\x00image/gif\x00\x04\x00GIF89a"))},
		{"2.3, WebP with another media type", foreignTag(3, 0, frame23("APIC", 0, "\x00image/png\x00\x04\x00RIFF\x10\x00\x00\x00WEBPVP8 ")), string(frame23("APIC", 0, "\x00image/webp\x00\x04\x00RIFF\x10\x00\x00\x00WEBPVP8 "))},
		{"2.3, address of a picture", foreignTag(3, 0, frame23("APIC", 0, "\x00-->\x00\x04\x00https://example.com/a.jpg")), string(frame23("APIC", 0, "\x00-->\x00\x04\x00https://example.com/a.jpg"))},
		{"2.4, picture with another media type", foreignTag(4, 0, frame24("APIC", 0, "\x00image/jpg\x00\x04\x00"+pngMagic)), string(frame23("APIC", 0, "\x00image/png\x00\x04\x00"+pngMagic))},
		{
			"2.3, chapter with sizes as in 2.4", foreignTag(3, 0, frame23("CHAP", 0, chapterBody("a", 1, 2, frame24("TIT2", 0, "\x00"+strings.Repeat("x", 300)), frame24("TIT3", 0, "\x01y\x00")))),
			string(frame23("CHAP", 0, chapterBody("a", 1, 2, frame23("TIT2", 0, "\x00"+strings.Repeat("x", 300)), frame23("TIT3", 0, "\x00y\x00")))),
		},
		{"2.3, table of contents with a title in UTF-8", foreignTag(3, 0, frame23("CTOC", 0, "toc\x00\x03\x01a\x00"+string(frame23("TIT2", 0, "\x03é")))), string(frame23("CTOC", 0, "toc\x00\x03\x01a\x00"+string(frame23("TIT2", 0, "\x00\xe9\x00"))))},

		{"month", foreignTag(4, 0, frame24("TDRC", 0, "\x032027-02")), "TDRC: ID3v2.3 has years and whole dates"},
		{"not a date", foreignTag(4, 0, frame24("TDRC", 0, "\x03soon")), "TDRC: ID3v2.3 has years and whole dates"},
		{"volume", foreignTag(4, 0, frame24("RVA2", 0, "x")), "RVA2: ID3v2.3 has no such frame"},
		{"linked frame of 2.2", foreignTag(2, 0, frame22("LNK", "x")), "LNK: ID3v2.3 has no such frame"},
		{"picture of 2.2 that is a link", foreignTag(2, 0, frame22("PIC", "\x00-->\x03\x00http://a")), "APIC: the picture is neither JPG nor PNG"},
		{"truncated picture of 2.2", foreignTag(2, 0, frame22("PIC", "\x00JP")), "APIC: it is damaged"},
		{"synchronised text in UTF-8", foreignTag(4, 0, frame24("SYLT", 0, "\x03eng")), "SYLT: ID3v2.3 has no such frame"},
		{"compressed", foreignTag(4, 0, frame24("PRIV", frame24Compressed|frame24Length, "\x00\x00\x00\x01x")), "PRIV: it is compressed, encrypted or grouped"},
		{"grouped", foreignTag(4, 0, frame24("PRIV", frame24Grouped, "Gx")), "PRIV: it is compressed, encrypted or grouped"},
		{"data length without data", foreignTag(4, 0, frame24("TXXX", frame24Length, "\x00\x00\x00\x00")), "TXXX: it is compressed, encrypted or grouped"},
		{"unknown encoding", foreignTag(4, 0, frame24("TXXX", 0, "\x04a\x00b")), "TXXX: it is damaged"},
		{"text without a terminator", foreignTag(4, 0, frame24("TXXX", 0, "\x03a")), "TXXX: it is damaged"},
		{"comment without a language", foreignTag(4, 0, frame24("USLT", 0, "\x03en")), "USLT: it is damaged"},
		{"object without a media type", foreignTag(4, 0, frame24("GEOB", 0, "\x03a")), "GEOB: it is damaged"},
		{"long text", foreignTag(4, 0, frame24("TCOM", 0, "\x03"+string(junk(maxTextBytes)))), "TCOM: it is too long"},
		{"truncated chapter", foreignTag(4, 0, frame24("CHAP", 0, "a\x00\x00\x00")), "CHAP: it is damaged"},
		{"truncated table of contents", foreignTag(4, 0, frame24("CTOC", 0, "toc\x00\x03\x02a\x00")), "CTOC: it is damaged"},
		{"chapter with an unsupported frame", foreignTag(4, 0, frame24("CHAP", 0, chapterBody("a", 0, 1, frame24("RVA2", 0, "x")))), "CHAP: RVA2 in it: ID3v2.3 has no such frame"},
		{"junk", foreignTag(3, 0, []byte("what?")), "junk: 5 bytes in the tag that are not a frame"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, err := readTags(bytes.NewReader(tt.tag), int64(len(tt.tag)))
			if err != nil || len(old.frames) != 1 {
				t.Fatalf("%d frames, %v", len(old.frames), err)
			}
			f := old.frames[0]
			before := []byte("before")
			got, err := f.appendV23(before)
			if err != nil {
				got = []byte("before" + f.id + ": " + err.Error())
			}
			if diff := cmp.Diff("before"+tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// mutagenFrames prints the frames of a file as JSON. With the argument "write" it first
// writes a tag with frames of every kind.
const mutagenFrames = `
import json, sys, mutagen.id3
globals().update(vars(mutagen.id3)) # the names of all frames
path, what = sys.argv[1:]
if what == "write":
    t = ID3()
    for f in [TIT2(encoding=3, text="曇り"), TCOM(encoding=3, text="Zoë"), TSOA(encoding=3, text="sort"), TXXX(encoding=3, desc="ключ", text="значение"),
              WXXX(encoding=3, desc="Ł", url="https://a.example/"), WOAF(url="https://b.example/"), COMM(encoding=3, lang="eng", desc="d", text="two\nlines"),
              USLT(encoding=3, lang="pol", desc="", text="zażółć\ngęślą"), PRIV(owner="o", data=b"\xff\xe0\x00"), UFID(owner="o", data=b"\xff\xfb"),
              GEOB(encoding=3, mime="a/b", filename="ż.bin", desc="d", data=b"\xff\x00\xff"), APIC(encoding=3, mime="image/png", type=4, desc="ż", data=b"\x89PNG"),
              PCNT(count=7), POPM(email="a@b", rating=3, count=5),
              CTOC(element_id="toc", flags=3, child_element_ids=["x"], sub_frames=[TIT2(encoding=3, text="Ł")]),
              CHAP(element_id="x", start_time=0, end_time=500, start_offset=0xffffffff, end_offset=0xffffffff,
                   sub_frames=[TIT2(encoding=3, text="Rozdział"), TIT3(encoding=3, text="more"), WXXX(encoding=3, desc="", url="https://c.example/")])]: t.add(f)
    t.save(path, v2_version=4)
t = ID3(path, translate=False)
def show(f):
    d = {k: v for k, v in vars(f).items() if k not in ("encoding", "sub_frames")}
    return {k: repr(v) for k, v in d.items()} | {k: show(s) for k, s in getattr(f, "sub_frames", {}).items()}
print(json.dumps({k: show(f) for k, f in t.items() if k != "TLEN"}, sort_keys=True))
`

// TestMutagenReadsConvertedFrames has mutagen write a tag of ID3v2.4, and checks that
// mutagen reads the same from the converted tag.
func TestMutagenReadsConvertedFrames(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "mutagen")
	if python == "" {
		t.Skip("needs python3 with the module mutagen")
	}
	name := writeFile(t, silence(mono128, 50))
	read := func(what string) (frames map[string]any) {
		t.Helper()
		out, err := exec.Command(python, "-c", mutagenFrames, name, what).Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, stderrOf(err))
		}
		if err := json.Unmarshal(out, &frames); err != nil {
			t.Fatal(err)
		}
		return frames
	}
	written := read("write")
	did, err := TagFile(name, keepAll, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(written, read("read")); diff != "" || len(written) < 15 {
		t.Errorf("%d frames of 2.4, and as 2.3 (-want +got):\n%s", len(written), diff)
	}
	if v := probeFile(t, name).TagVersion; v != "2.3.0" || !did.Written {
		t.Errorf("version %s", v)
	}
}
