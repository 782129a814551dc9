package audio

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// writeFile writes a file into a new folder and returns its path.
func writeFile(t testing.TB, parts ...[]byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "episode.mp3")
	if err := os.WriteFile(name, join(parts...), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkAlone checks that the file is the only one in its folder.
func checkAlone(t testing.TB, name string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(name) {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func retitle(title string) func(*Tag) error {
	return func(t *Tag) error {
		t.Title = title
		return nil
	}
}

func keepAll(*Tag) error { return nil }

// tagOf returns the bytes of a file before its payload.
func tagOf(t testing.TB, file, payload []byte) []byte {
	t.Helper()
	if !bytes.HasSuffix(file, payload) {
		t.Fatalf("the file of %d bytes does not end in the payload of %d", len(file), len(payload))
	}
	return file[:len(file)-len(payload)]
}

func TestTagFile(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50) // 1.306 s
	length := frame23("TLEN", 0, "\x001306\x00")
	title := frame23("TIT2", 0, "\x00New\x00")
	private := frame23("PRIV", 0, "owner\x00\x01\x02\x03")
	picture := testPicture(t, "png", 4, 0)
	tests := []struct {
		name string
		file []byte
		edit func(*Tag) error
		drop []string
		want []byte // frames of the new tag
		did  Tagging
	}{
		{name: "no tag", file: payload, edit: retitle("New"), want: join(title, length), did: Tagging{Fields: []string{"title", "duration"}}},
		{
			name: "tags behind the audio", file: join(payload, ape(20), lyrics3("la"), id3v1()), edit: retitle("New"), want: join(title, length),
			did: Tagging{Fields: []string{"title", "duration"}, LeftOut: []string{"APE tag behind the audio", "Lyrics3 tag behind the audio", "ID3v1 tag behind the audio"}},
		},
		{
			name: "zeros behind the tag", file: join(foreignTag(3, 0, title, length), make([]byte, 700), payload), edit: keepAll, want: join(title, length),
		},
		{
			name: "2.3: unchanged fields keep their bytes", edit: retitle("New"),
			file: join(foreignTag(3, 0,
				frame23("TRCK", 0, "\x004/12"), frame23("TIT2", 0, "\x00Old"), frame23("TYER", 0, "\x002019"), private, frame23("COMM", 0, "\x01eng\xff\xfe\x00\x00\xff\xfeA\x00"),
				frame23("COMM", 0, "\x00engiTunNORM\x00 0000"), frame23("TXXX", 0, "\x00key\x00value"), frame23("APIC", 0, "\x00image/jpg\x00\x00cover\x00\xff\xd8"),
				make([]byte, 1000)), payload),
			want: join(title, frame23("TRCK", 0, "\x004/12"), frame23("TYER", 0, "\x002019"), length, frame23("COMM", 0, "\x01eng\xff\xfe\x00\x00\xff\xfeA\x00"),
				private, frame23("COMM", 0, "\x00engiTunNORM\x00 0000"), frame23("TXXX", 0, "\x00key\x00value"), frame23("APIC", 0, "\x00image/jpg\x00\x00cover\x00\xff\xd8")),
			did: Tagging{Fields: []string{"title", "duration"}, Kept: []string{"PRIV", "COMM", "TXXX"}},
		},
		{
			name: "texts twice", edit: keepAll,
			file: join(foreignTag(3, 0, length, frame23("TIT2", 0, "\x00One"), frame23("TIT2", 0, "\x01\xff\xfeT\x00w\x00o\x00"), frame23("TSSE", 0, "\x00x"), frame23("TSSE", 0, "\x00x\x00"),
				frame23("TXXX", 0, "\x00key\x00"), frame23("TXXX", 0, "\x00other\x00b"), frame23("TXXX", 0, "\x01\xff\xfek\x00e\x00y\x00\x00\x00\xff\xfea\x00"),
				frame23("USLT", 0, "\x00eng\x00la"), frame23("USLT", 0, "\x00deu\x00la"), frame23("USLT", 0, "\x00eng\x00lu"), private, private), payload),
			want: join(frame23("TIT2", 0, "\x00One"), length, frame23("TSSE", 0, "\x00x"), frame23("TXXX", 0, "\x01\xff\xfek\x00e\x00y\x00\x00\x00\xff\xfea\x00"), frame23("TXXX", 0, "\x00other\x00b"),
				frame23("USLT", 0, "\x00eng\x00la"), frame23("USLT", 0, "\x00deu\x00la"), private, private),
			did: Tagging{Kept: []string{"TSSE", "TXXX", "TXXX", "USLT", "USLT", "PRIV", "PRIV"}, LeftOut: []string{"another TIT2 of the ID3v2.3 tag", "another USLT of the ID3v2.3 tag"}},
		},
		{
			name: "2.4: a time stamp and a title of a chapter twice", edit: keepAll,
			file: join(foreignTag(4, 0, frame24("TDRC", 0, "\x032027"), frame24("TDRC", 0, "\x032026-01-01"), frame24("TLEN", 0, "\x031306"),
				frame24("CHAP", 0, chapterBody("b", 0, 500, frame24("TIT2", 0, "\x03"), frame24("TIT2", 0, "\x03One"), frame24("TIT2", 0, "\x03Two"))), frame24("CTOC", 0, "toc\x00\x03\x01b\x00")), payload),
			want: join(frame23("TYER", 0, "\x002027\x00"), length, frame23("CHAP", 0, chapterBody("b", 0, 500, frame23("TIT2", 0, "\x00One\x00"))), frame23("CTOC", 0, "toc\x00\x03\x01b\x00")),
			did:  Tagging{LeftOut: []string{"another TDRC of the ID3v2.4 tag"}},
		},
		{
			name: "2.3: flags are kept", edit: keepAll,
			file: join(foreignTag(3, 0, frame23("XENC", frame23Encrypted, "\x80secret"), frame23("TIT2", frame23Compressed, "zz"), frame23("GRP1", frame23Grouped, "G\x00x")), payload),
			want: join(frame23("TIT2", frame23Compressed, "zz"), length, frame23("XENC", frame23Encrypted, "\x80secret"), frame23("GRP1", frame23Grouped, "G\x00x")),
			did:  Tagging{Fields: []string{"duration"}, Kept: []string{"XENC", "GRP1"}},
		},
		{
			name: "2.3 unsynchronised", edit: keepAll,
			file: join(foreignTag(3, tagUnsynchronised, frame23("PRIV", 0, "o\x00\xff\xe0")[:10], []byte("o\x00\xff\x00\xe0"), length), payload),
			want: join(length, frame23("PRIV", 0, "o\x00\xff\xe0")), did: Tagging{Kept: []string{"PRIV"}},
		},
		{
			name: "2.3: foreign chapters are kept", edit: retitle("New"),
			file: join(foreignTag(3, 0, frame23("CHAP", 0, chapterBody("b", 0, 500, frame23("TIT2", 0, "\x00One"), frame23("TIT3", 0, "\x00more"))), frame23("CTOC", 0, "toc\x00\x03\x01b\x00"), length), payload),
			want: join(title, length, frame23("CHAP", 0, chapterBody("b", 0, 500, frame23("TIT2", 0, "\x00One"), frame23("TIT3", 0, "\x00more"))), frame23("CTOC", 0, "toc\x00\x03\x01b\x00")),
			did:  Tagging{Fields: []string{"title"}},
		},
		{
			name: "2.3: foreign chapters get a missing table of contents", edit: keepAll,
			file: join(foreignTag(3, 0, frame23("CHAP", 0, chapterBody("c", 500, 900)), frame23("CHAP", 0, chapterBody("b", 0, 500, frame23("TIT3", 0, "\x00more"))), length), payload),
			want: join(length, frame23("CTOC", 0, "toc\x00\x03\x02b\x00c\x00"), frame23("CHAP", 0, chapterBody("b", 0, 500, frame23("TIT3", 0, "\x00more"))), frame23("CHAP", 0, chapterBody("c", 500, 900))),
			did:  Tagging{Fields: []string{"table of contents"}},
		},
		{
			name: "chapters removed", edit: func(t *Tag) error { t.Chapters = nil; return nil },
			file: join(foreignTag(3, 0, frame23("CHAP", 0, chapterBody("b", 0, 500)), length), payload),
			want: length, did: Tagging{Fields: []string{"chapters"}},
		},
		{
			name: "hidden chapters removed", edit: func(t *Tag) error { t.Chapters = nil; return nil },
			file: join(foreignTag(3, 0, frame23("CHAP", 0, chapterBody("b", 0, 500)), frame23("CTOC", 0, "toc\x00\x03\x00"), length), payload),
			want: length, did: Tagging{Fields: []string{"chapters"}},
		},
		{
			name: "new cover replaces covers, not other pictures", edit: func(t *Tag) error { t.Artwork = picture; return nil },
			file: join(foreignTag(3, 0, frame23("APIC", 0, "\x00image/gif\x00\x00\x00logo"), frame23("APIC", 0, "\x00image/gif\x00\x03\x00one"), frame23("APIC", 0, "\x00image/gif\x00\x03\x00two"), length), payload),
			want: join(length, frame23("APIC", 0, "\x00image/gif\x00\x00\x00logo"), frame23("APIC", 0, "\x00image/png\x00\x03\x00"+string(picture.Data))),
			did:  Tagging{Fields: []string{"cover"}, Kept: []string{"APIC"}},
		},
		{
			name: "new date removes the old time", edit: func(t *Tag) error { t.Date = time.Date(2027, 2, 4, 0, 0, 0, 0, time.UTC); return nil },
			file: join(foreignTag(3, 0, frame23("TYER", 0, "\x002019"), frame23("TIME", 0, "\x000600"), length), payload),
			want: join(frame23("TYER", 0, "\x002027\x00"), frame23("TDAT", 0, "\x000402\x00"), length), did: Tagging{Fields: []string{"date"}},
		},
		{
			name: "new language changes that of the comment", edit: func(t *Tag) error { t.Language = "deu"; return nil },
			file: join(foreignTag(3, 0, frame23("COMM", 0, "\x00eng\x00A"), length), payload),
			want: join(frame23("TLAN", 0, "\x00deu\x00"), length, frame23("COMM", 0, "\x00deu\x00A")), did: Tagging{Fields: []string{"language", "comment"}},
		},
		{
			name: "two tags: the first takes precedence", edit: keepAll,
			file: join(foreignTag(3, 0, frame23("TIT2", 0, "\x00One"), length), foreignTag(4, 0, frame24("TIT2", 0, "\x03Two"), frame24("TALB", 0, "\x03Show"), frame24("PRIV", 0, "o\x00x")), payload),
			want: join(frame23("TIT2", 0, "\x00One"), frame23("TALB", 0, "\x00Show\x00"), length, frame23("PRIV", 0, "o\x00x")),
			did:  Tagging{Kept: []string{"PRIV"}, LeftOut: []string{"TIT2 of another ID3v2.4 tag"}},
		},
		{
			name: "dropped frames", edit: keepAll, drop: []string{"PRIV"},
			file: join(foreignTag(3, 0, private, frame23("GEOB", 0, "\x00x"), length), payload),
			want: join(length, frame23("GEOB", 0, "\x00x")), did: Tagging{Kept: []string{"GEOB"}, Dropped: []string{"PRIV"}},
		},
		{
			name: "all frames dropped that belong to no field", edit: keepAll, drop: []string{DropAll},
			file: join(foreignTag(4, 0, frame24("RVA2", 0, "x\x00"), frame24("PRIV", 0, "x\x00"), frame24("TIT2", 0, "\x00A"), frame24("TPE1", frame24Compressed, "z"), []byte("?")), payload),
			want: join(frame23("TIT2", 0, "\x00A\x00"), length), did: Tagging{Fields: []string{"duration"}, Dropped: []string{"RVA2", "PRIV", "TPE1", "junk"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := writeFile(t, tt.file)
			got, err := TagFile(name, tt.edit, &TagFileOptions{Drop: tt.drop})
			if err != nil {
				t.Fatal(err)
			}
			file := readFile(t, name)
			if diff := cmp.Diff(foreignTag(3, 0, tt.want), tagOf(t, file, payload)); diff != "" {
				t.Errorf("tag (-want +got):\n%s", diff)
			}
			did := Tagging{Fields: got.Fields, Kept: got.Kept, Dropped: got.Dropped, LeftOut: got.LeftOut}
			if diff := cmp.Diff(tt.did, did); diff != "" {
				t.Errorf("what was done (-want +got):\n%s", diff)
			}
			if !got.Written || got.TagBytes != int64(len(file)-len(payload)) {
				t.Errorf("written %t, tag of %d bytes, want true and %d", got.Written, got.TagBytes, len(file)-len(payload))
			}
			checkAlone(t, name)
			checkIdempotent(t, name, tt.edit, tt.drop)
		})
	}
}

// checkIdempotent checks that a second TagFile with the same arguments writes nothing.
func checkIdempotent(t *testing.T, name string, edit func(*Tag) error, drop []string) {
	t.Helper()
	long := time.Unix(1e9, 0)
	if err := os.Chtimes(name, long, long); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	want := readFile(t, name)

	got, err := TagFile(name, edit, &TagFileOptions{Drop: drop})
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got.Written || len(got.Fields) > 0 || !os.SameFile(before, after) || !after.ModTime().Equal(long) || !bytes.Equal(want, readFile(t, name)) {
		t.Errorf("the second time: %+v; another file: %t, time %s", got, !os.SameFile(before, after), after.ModTime())
	}
}

func TestTagFileToAnotherFile(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50)
	file := join(foreignTag(3, 0, frame23("TIT2", 0, "\x00Old")), payload, id3v1())
	name := writeFile(t, file)
	out := filepath.Join(t.TempDir(), "out.mp3")
	want := join(foreignTag(3, 0, frame23("TIT2", 0, "\x00New\x00"), frame23("TLEN", 0, "\x001306\x00")), payload)
	write := func(written bool) {
		t.Helper()
		got, err := TagFile(name, retitle("New"), &TagFileOptions{Out: out})
		if err != nil {
			t.Fatal(err)
		}
		if got.Written != written || !bytes.Equal(readFile(t, out), want) || !bytes.Equal(readFile(t, name), file) {
			t.Errorf("written %t, want %t; or a file is not what it should be", got.Written, written)
		}
		checkAlone(t, out)
	}
	write(true)
	write(false)
	want[len(want)-1]++ // the same length and tag, another payload
	if err := os.WriteFile(out, want, 0o644); err != nil {
		t.Fatal(err)
	}
	want[len(want)-1]--
	write(true)

	_, err := TagFile(name, keepAll, &TagFileOptions{Out: name})
	if err == nil || !strings.HasSuffix(err.Error(), "is the input file") {
		t.Errorf("output on top of the input: %v", err)
	}
	if _, err := TagFile(name, keepAll, &TagFileOptions{Out: filepath.Join(name, "x")}); err == nil {
		t.Error("output below a file succeeds")
	}
	if _, err := TagFile(name+"?", keepAll, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want ErrNotExist", err)
	}
}

func TestTagFileRefuses(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50)
	title := frame23("TIT2", 0, "\x00Old")
	fail := errors.New("no")
	lying := func(tag []byte, n int) []byte {
		b := bytes.Clone(tag)
		copy(b[6:], id3(3, n)[6:10])
		return b
	}
	short := foreignTag(3, 0, title, make([]byte, 500), []byte("more of it"))
	tests := []struct {
		name string
		file []byte
		edit func(*Tag) error
		want string
	}{
		{"tag longer than the file", join(lying(foreignTag(3, 0, title), 100<<20), payload), keepAll, "byte 0: the ID3 tag claims 104857600 bytes and the file has 20921 left"},
		{"tag that covers half of the audio", join(lying(foreignTag(3, 0, title), 10_000), payload), keepAll, "byte 0: the ID3 tag claims 10000 bytes, but audio begins inside it, at byte 24"},
		{"2.2 tag that covers MPEG frames", join(lying(foreignTag(2, 0, frame22("TT2", "\x00Old")), 20+10*418), payload), keepAll, "byte 0: the ID3 tag claims 4200 bytes, but audio begins inside it, at byte 20"},
		{"frame that covers audio", join(lying(foreignTag(3, 0, frame23("PRIV", 0, string(payload[:4180]))), 20+4180), payload[4180:]), keepAll, "byte 0: the ID3 tag claims 4200 bytes, but audio begins inside it, at byte 20"},
		{"tag that is too short", join(lying(short, 300), payload), keepAll, "byte 300: the ID3 tag ends here and no audio begins; the first MPEG frame is at byte 534, so the tag has a wrong size"},
		{"junk before the audio", join(junk(33), payload), keepAll, "byte 0: the file begins with 33 bytes that are neither a tag nor audio"},
		{"no audio", join(foreignTag(3, 0, title), junk(4000)), keepAll, "no MPEG audio frame in the 4000 bytes from byte 24"},
		{"M4A", join(box("ftyp", []byte("M4A ")), box("moov", track("soun", "mp4a", timing(44100, 44100), 43))), keepAll, "tags are not written to M4A"},
		{"MP3 in MP4", join(box("ftyp", []byte("isom")), box("moov", track("soun", ".mp3", timing(44100, 44100), 43))), keepAll, "this MP4 file holds an MP3; take it out, without encoding it again: ffmpeg -i IN -vn -c copy OUT.mp3"},
		{"edit that fails", payload, func(*Tag) error { return fail }, "no"},
		{"chapters that cannot be written", payload, func(t *Tag) error { t.Chapters = []Chapter{{Start: 2 * time.Second, End: time.Second}}; return nil }, "chapter 1: it cannot last from 2s to 1s"},
		{"chapters without a start", join(foreignTag(3, 0, toc("toc", 3, 2, "a", "b"), chap("a", -1, 5, "A"), chap("b", -1, 9, "B")), payload), keepAll, "the ID3v2.3 tag has frames that cannot be kept: CHAP (no chapter has a start time)"},
		{"frames that 2.3 does not have", join(foreignTag(4, 0, frame24("RVA2", 0, "x\x00"), frame24("TIT2", frame24Compressed, "z"), frame24("TXXX", 0, "\x09x"), []byte("?")), payload), keepAll,
			"the ID3v2.4 tag has frames that cannot be kept: RVA2 (ID3v2.3 has no such frame), TIT2 (it is compressed, encrypted or grouped), TXXX (it is damaged), junk (1 bytes in the tag that are not a frame)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := writeFile(t, tt.file)
			_, err := TagFile(name, tt.edit, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), name+": ") {
				t.Errorf("error:\n got %v\nwant %s: %s", err, name, tt.want)
			}
			if !bytes.Equal(readFile(t, name), tt.file) {
				t.Error("the file changed")
			}
			checkAlone(t, name)
		})
	}
}

// A trailing tag with a wrong size must not remove audio.
func TestTagFileKeepsAudioInFalseTags(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 50)
	footer := ape(20)[len(ape(20))-apeFooterBytes:]
	copy(footer[12:], []byte{0, 0x20, 0, 0}) // 8192 bytes
	footer[23] = 0                           // without a header
	lyrics := []byte("LYRICSBEGIN")
	for name, tail := range map[string][]byte{
		"APE": footer, "Lyrics3": append(lyrics, "008192LYRICS200"...), "ID3v2": append([]byte("3DI\x04\x00\x10"), 0, 0, 0x40, 0),
	} {
		t.Run(name, func(t *testing.T) {
			file := writeFile(t, payload, tail)
			got, err := TagFile(file, retitle("New"), nil)
			if err != nil {
				t.Fatal(err)
			}
			tagOf(t, readFile(t, file), join(payload, tail))
			if got.LeftOut != nil {
				t.Errorf("left out: %q", got.LeftOut)
			}
		})
	}
}

// verifyCopy must find a difference between the copied payload and the old one.
func TestVerifyCopy(t *testing.T) {
	t.Parallel()
	payload := silence(mono128, 2_000)
	old := bytes.NewReader(join([]byte("old"), payload))
	tagging := &Tagging{TagBytes: 4, Info: &Info{PayloadStart: 3, PayloadEnd: 3 + int64(len(payload))}}
	steps := []int64{1, blockBytes, int64(len(payload)) - 1 - blockBytes}
	for name, tt := range map[string]struct {
		change func(b []byte) []byte
		want   string
	}{
		"equal":      {func(b []byte) []byte { return b }, ""},
		"first byte": {func(b []byte) []byte { b[4]++; return b }, "the audio changed while it was copied, between its bytes 0 and 1; nothing was replaced"},
		"last byte":  {func(b []byte) []byte { b[len(b)-1]++; return b }, "between its bytes 262145 and "},
		"too short":  {func(b []byte) []byte { return b[:len(b)-1] }, io.ErrUnexpectedEOF.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			copied := make(chan int64, len(steps))
			for _, n := range steps {
				copied <- n
			}
			close(copied)
			err := tagging.verifyCopy(bytes.NewReader(tt.change(join([]byte("new!"), payload))), old, copied)
			if got := errorText(err); !strings.Contains(got, tt.want) || (tt.want == "") != (err == nil) {
				t.Errorf("error = %q, want %q", got, tt.want)
			}
		})
	}
}
