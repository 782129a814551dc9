package audio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tcolgate/mp3"

	"onair/audio/mpeg"
)

// The tests in this file compare onair to other programs. They are skipped if the
// programs are not installed.

// foundTag has the fields that another program reads from a tagged file.
type foundTag struct {
	Title, Artist, Album, Track, Season, Date, Genre, Comment, Language, Length, Copyright, Publisher, GUID string

	Cover    string // hex SHA-256
	Contents []string
	Chapters []foundChapter
}

type foundChapter struct {
	ID         string
	Start, End int // milliseconds
	Title, URL string
	Image      string // hex SHA-256
}

// expectedTag returns the fields that another program should read.
func expectedTag(t *Tag) foundTag {
	digest := func(p *Picture) string {
		if p == nil {
			return ""
		}
		sum := sha256.Sum256(p.Data)
		return hex.EncodeToString(sum[:])
	}
	h := foundTag{
		Title: t.Title, Artist: t.Artist, Album: t.Album, Track: strconv.Itoa(t.Track), Season: strconv.Itoa(t.Season),
		Date: t.Date.Format(time.DateOnly), Genre: t.Genre, Comment: t.Comment, Language: t.Language,
		Length: strconv.FormatInt(t.Duration.Milliseconds(), 10), Copyright: t.Copyright, Publisher: t.Publisher, GUID: t.GUID,
		Cover: digest(t.Artwork),
	}
	for i, c := range t.Chapters {
		h.Chapters = append(h.Chapters, foundChapter{elementID(i), int(c.Start.Milliseconds()), int(c.End.Milliseconds()), c.Title, c.URL, digest(c.Image)})
		if !c.Hidden {
			h.Contents = append(h.Contents, elementID(i))
		}
	}
	return h
}

// tagMatrix returns tags for every combination of three titles (none, a short one, one
// of 300 characters), four scripts, and three chapter images (none, a small one, a
// large one).
func tagMatrix(t *testing.T) map[string]*Tag {
	images := map[string]*Picture{"no image": nil, "small image": testPicture(t, "png", 8, 0), "large image": testPicture(t, "jpeg", 32, 3*maxInlineImage)}
	cover := testPicture(t, "jpeg", 64, 0)
	matrix := map[string]*Tag{}
	for script, word := range map[string]string{"Latin-1": "Zoë à la ", "Polish": "zażółć ", "Japanese": "曇り時々", "emoji": "👩‍🚀🚀 "} {
		long := []rune(strings.Repeat(word, 100))[:300]
		for length, title := range map[string]string{"no titles": "", "short titles": strings.TrimSpace(word), "long titles": strings.TrimSpace(string(long))} {
			for size, image := range images {
				matrix[script+", "+length+", "+size] = &Tag{
					Title: title, Artist: word + "x", Album: "Hello, Universe", Track: 4, Season: 2, Date: time.Date(2027, 2, 14, 0, 0, 0, 0, time.UTC),
					Genre: "Podcast", Comment: word + "first\nsecond", Language: "eng", Copyright: "2027 " + word + "x", Publisher: word + "x",
					GUID: "0b9f3c1e", Duration: 2612 * time.Millisecond, Artwork: cover,
					Chapters: []Chapter{
						{End: 500 * time.Millisecond, Title: title, Image: image},
						{Start: 500 * time.Millisecond, End: 1250 * time.Millisecond, Title: title, URL: "https://example.com/?a=1&b=2", Image: image, Hidden: true},
						{Start: 1250 * time.Millisecond, End: 2612 * time.Millisecond, Title: title + "3", URL: "https://example.com/"},
					},
				}
			}
		}
	}
	return matrix
}

// writeMatrix writes a file of silence with each tag, and returns the paths.
func writeMatrix(t *testing.T, matrix map[string]*Tag) map[string]string {
	dir := t.TempDir()
	master := silence(mono128, 100)
	info, err := Probe(bytes.NewReader(master), int64(len(master)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, tag := range matrix {
		b, err := tag.Bytes()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		whole, err := io.ReadAll(Tagged([]Part{{b}}, bytes.NewReader(master), info))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = filepath.Join(dir, fmt.Sprintf("%d.mp3", len(files)))
		if err := os.WriteFile(files[name], whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

const mutagenReader = `
import hashlib, json, sys
from mutagen.id3 import ID3
def digest(frames): return hashlib.sha256(frames[0].data).hexdigest() if frames else ""
def text(tags, id): return "/".join(tags[id].text) if id in tags else ""
def read(path):
    t = ID3(path, translate=False)
    assert t.version == (2, 3, 0) and not t.unknown_frames, path
    y, d = text(t, "TYER"), text(t, "TDAT")
    toc = t.getall("CTOC")
    assert len(toc) == 1 and toc[0].flags == 3 and toc[0].element_id == "toc", toc
    return dict(Title=text(t, "TIT2"), Artist=text(t, "TPE1"), Album=text(t, "TALB"), Track=text(t, "TRCK"), Season=text(t, "TPOS"),
        Date="%s-%s-%s" % (y, d[2:], d[:2]), Genre=text(t, "TCON"), Comment=t.getall("COMM")[0].text[0], Language=text(t, "TLAN"),
        Length=text(t, "TLEN"), Copyright=text(t, "TCOP"), Publisher=text(t, "TPUB"), GUID=text(t, "TXXX:podcast:item:guid"),
        Cover=digest([a for a in t.getall("APIC") if a.type == 3]), Contents=toc[0].child_element_ids,
        Chapters=[dict(ID=c.element_id, Start=c.start_time, End=c.end_time, Title=text(c.sub_frames, "TIT2"),
            URL="".join(w.url for w in c.sub_frames.getall("WXXX")), Image=digest(c.sub_frames.getall("APIC")))
            for c in sorted(t.getall("CHAP"), key=lambda c: c.element_id)])
print(json.dumps({path: read(path) for path in sys.argv[1:]}))
`

func TestMutagenReadsTags(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "mutagen")
	if python == "" {
		t.Skip("needs python3 with the module mutagen")
	}
	matrix := tagMatrix(t)
	files := writeMatrix(t, matrix)
	args := []string{"-c", mutagenReader}
	for _, file := range files {
		args = append(args, file)
	}
	out, err := exec.Command(python, args...).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderrOf(err))
	}
	var got map[string]foundTag
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for name, tag := range matrix {
		if diff := cmp.Diff(expectedTag(tag), got[files[name]]); diff != "" {
			t.Errorf("%s (-written +read):\n%s", name, diff)
		}
	}
}

const mutagenChapters = `
import sys
from mutagen.id3 import ID3, CHAP, CTOC, TIT2
t, ids = ID3(), ["ch%d" % i for i in range(12)]
for i, id in enumerate(ids): # the longer the title, the later the frame
    t.add(CHAP(element_id=id, start_time=i*1000, end_time=(i+1)*1000, sub_frames=[TIT2(encoding=3, text="x" * (12-i))]))
t.add(CTOC(element_id="toc", flags=3, child_element_ids=ids, sub_frames=[]))
t.save(sys.argv[1], v2_version=int(sys.argv[2]))
`

// mutagen sorts frames by length, so the chapters in its files are not in order of
// time.
func TestReadMutagenTags(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "mutagen")
	if python == "" {
		t.Skip("needs python3 with the module mutagen")
	}
	for _, version := range []string{"3", "4"} {
		name := filepath.Join(t.TempDir(), "x.mp3")
		if err := os.WriteFile(name, silence(mono128, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(python, "-c", mutagenChapters, name, version).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, found := ReadChapters(bytes.NewReader(file), int64(len(file)), name)
		if len(c.List) != 12 || len(found) > 0 {
			t.Errorf("2.%s: %d c.List, %v", version, len(c.List), found)
		}
		for i, c := range c.List {
			if c.Start != time.Duration(i)*time.Second || len(c.Title) != 12-i {
				t.Errorf("2.%s: chapter %d is %+v", version, i, c)
			}
		}
	}
}

// pythonWith returns the path of a Python that has a module, or an empty string.
func pythonWith(tb testing.TB, module string) string {
	tb.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import "+module).Run() == nil {
			return python
		}
	}
	return ""
}

func stderrOf(err error) []byte {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

func TestFFprobeReadsTags(t *testing.T) {
	t.Parallel()
	ffprobe := tool(t, "ffprobe")
	matrix := tagMatrix(t)
	files := writeMatrix(t, matrix)
	for name, tag := range matrix {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(ffprobe, "-v", "warning", "-of", "json", "-show_format", "-show_chapters", "-show_streams", files[name])
			var complaints bytes.Buffer
			cmd.Stderr = &complaints
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			// ffprobe prints this line for every file without an info header.
			if text := complaints.String(); text != "" && !strings.Contains(text, "Estimating duration from bitrate") {
				t.Errorf("ffprobe complains: %s", text)
			}
			var probe struct {
				Format   struct{ Tags map[string]string }
				Streams  []struct{ Width, Height int }
				Chapters []struct {
					Start, End int
					TimeBase   string `json:"time_base"`
					Tags       map[string]string
				}
			}
			if err := json.Unmarshal(out, &probe); err != nil {
				t.Fatal(err)
			}
			got := foundTag{
				Title: probe.Format.Tags["title"], Artist: probe.Format.Tags["artist"], Album: probe.Format.Tags["album"],
				Track: probe.Format.Tags["track"], Season: probe.Format.Tags["disc"], Genre: probe.Format.Tags["genre"],
				Comment: probe.Format.Tags["comment"], Copyright: probe.Format.Tags["copyright"], Publisher: probe.Format.Tags["publisher"],
				Date: probe.Format.Tags["date"],
			}
			want := expectedTag(tag)
			want = foundTag{Title: want.Title, Artist: want.Artist, Album: want.Album, Track: want.Track, Season: want.Season, Genre: want.Genre,
				Comment: want.Comment, Copyright: want.Copyright, Publisher: want.Publisher, Date: want.Date}
			for _, c := range probe.Chapters {
				if c.TimeBase != "1/1000" {
					t.Fatalf("time base %s", c.TimeBase)
				}
				got.Chapters = append(got.Chapters, foundChapter{Start: c.Start, End: c.End, Title: c.Tags["title"]})
			}
			for i, c := range tag.Chapters {
				title := c.Title
				if title == "" {
					title = elementID(i) // as ffmpeg names it
				}
				want.Chapters = append(want.Chapters, foundChapter{Start: int(c.Start.Milliseconds()), End: int(c.End.Milliseconds()), Title: title})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-written +read):\n%s", diff)
			}
			if len(probe.Streams) != 2 || probe.Streams[1].Width != tag.Artwork.Width {
				t.Errorf("streams %+v, want the audio and a cover of %d pixels", probe.Streams, tag.Artwork.Width)
			}
		})
	}
}

func tool(t *testing.T, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs %s", name)
	}
	return path
}

// ffprobe and Probe must count the same MPEG frames in files of real encoders.
func TestProbeAgreesWithFFprobe(t *testing.T) {
	t.Parallel()
	ffmpeg, ffprobe := tool(t, "ffmpeg"), tool(t, "ffprobe")
	encodings := map[string]struct {
		file string
		args []string
	}{
		"CBR 128 mono":      {"a.mp3", []string{"-b:a", "128k", "-ac", "1"}},
		"VBR stereo":        {"b.mp3", []string{"-q:a", "4", "-ac", "2"}},
		"MPEG 2":            {"c.mp3", []string{"-b:a", "32k", "-ar", "22050"}},
		"MPEG 2.5":          {"d.mp3", []string{"-b:a", "16k", "-ar", "8000"}},
		"no info header":    {"e.mp3", []string{"-b:a", "96k", "-ar", "48000", "-write_xing", "0"}},
		"ID3v1 and ID3v2.4": {"f.mp3", []string{"-b:a", "96k", "-write_id3v1", "1", "-metadata", "title=Old"}},
		"AAC":               {"g.m4a", []string{"-b:a", "96k"}},
		"AAC, fast start":   {"h.m4a", []string{"-b:a", "96k", "-ac", "2", "-movflags", "+faststart"}},
	}
	for name, e := range encodings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), e.file)
			args := append([]string{"-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=7.3"}, e.args...)
			if out, err := exec.Command(ffmpeg, append(args, file)...).CombinedOutput(); err != nil {
				t.Skipf("ffmpeg cannot make it: %v\n%s", err, out)
			}
			out, err := exec.Command(ffprobe, "-v", "error", "-of", "json", "-count_packets", "-show_streams", file).Output()
			if err != nil {
				t.Fatal(err)
			}
			var probe struct {
				Streams []struct {
					SampleRate string `json:"sample_rate"`
					Channels   int
					Packets    string `json:"nb_read_packets"`
				}
			}
			if err := json.Unmarshal(out, &probe); err != nil {
				t.Fatal(err)
			}
			s := probe.Streams[0]
			got := probeFile(t, file)
			if strconv.Itoa(got.MPEGFrames) != s.Packets || strconv.Itoa(got.SampleRate) != s.SampleRate || got.Channels != s.Channels {
				t.Errorf("%d frames, %d Hz, %d channels; ffprobe: %s, %s, %d", got.MPEGFrames, got.SampleRate, got.Channels, s.Packets, s.SampleRate, s.Channels)
			}
			if got.Duration < 7300*time.Millisecond || got.Duration > 7600*time.Millisecond {
				t.Errorf("duration %s of 7.3 s of sound", got.Duration)
			}
			if vbr := name == "VBR stereo"; got.VBR != vbr {
				t.Errorf("VBR = %t", got.VBR)
			}
			if slow := name == "AAC"; slow != (len(got.Warnings) == 1) {
				t.Errorf("warnings: %q", got.Warnings)
			}
			if strings.HasSuffix(file, ".mp3") {
				compareWithTcolgate(t, file, got)
			}
		})
	}
}

func probeFile(t *testing.T, file string) *Info {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	info, err := Probe(f, stat.Size())
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// compareWithTcolgate compares the number of MPEG frames with what tcolgate/mp3 counts.
// tcolgate/mp3 also counts info headers.
func compareWithTcolgate(t *testing.T, file string, info *Info) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	frames := countWithTcolgate(t, b[info.PayloadStart:info.PayloadEnd])
	if mpeg.ParseInfo(b[info.PayloadStart:]) != nil {
		frames--
	}
	if frames != info.MPEGFrames {
		t.Errorf("%d frames; tcolgate/mp3 counts %d", info.MPEGFrames, frames)
	}
}

func countWithTcolgate(tb testing.TB, payload []byte) int {
	d := mp3.NewDecoder(bytes.NewReader(payload))
	var f mp3.Frame
	var skipped int
	for n := 0; ; n++ {
		if err := d.Decode(&f, &skipped); err == io.EOF {
			return n
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}
