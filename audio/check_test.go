package audio

import (
	"bytes"
	"hash/crc32"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/internal/finding/findingtest"
	"onair/show/chapters"
)

type checkTest struct {
	name string
	got  finding.List
	want []string // rule, severity, message
}

// faulty returns a small image with a fault.
func faulty(t *testing.T, fault string) []byte {
	t.Helper()
	switch fault {
	case "turned":
		data := testPicture(t, "jpeg", 16, 0).Data
		exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
		return join(data[:2], []byte(exif), data[2:])
	case "animated":
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16))); err != nil {
			t.Fatal(err)
		}
		data := b.Bytes()
		chunk := []byte("acTL\x00\x00\x00\x01\x00\x00\x00\x00")
		const header = 33 // bytes of signature and IHDR
		return join(data[:header], words(8), chunk, words(crc32.ChecksumIEEE(chunk)), data[header:])
	}
	m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func checkTests(t *testing.T) []checkTest {
	at := finding.Position{File: "episodes/4-cloudy/episode.md", Line: 15}
	where := func(int) finding.Position { return at }
	good := Info{MediaType: MP3, Bitrate: 128, SampleRate: 44100, Channels: 2}
	master := func(change func(*Info)) finding.List {
		info := good
		change(&info)
		return CheckMaster(&info, at)
	}
	cover := Picture{MediaType: "image/jpeg", Width: 1400, Height: 1400, Color: rgb}
	artwork := func(name string, change func(*Picture)) finding.List {
		p := cover
		change(&p)
		return CheckArtwork(nil, &p, at, name)
	}
	chapterImage := func(name string, change func(*Picture)) finding.List {
		p := cover
		change(&p)
		return CheckChapterImage(nil, &p, at, name)
	}
	called := func(name, mediaType string) finding.List {
		info := good
		info.MediaType = mediaType
		return CheckMaster(&info, finding.Position{File: name, Line: at.Line})
	}
	cutOff := Picture{MediaType: "image/png", Width: 1400, Height: 1400, Color: rgb, Data: testPicture(t, "png", 1400, 0).Data}
	cutOff.Data = cutOff.Data[:len(cutOff.Data)/2]
	old := func(change func(*Tag)) finding.List {
		published := Tag{Title: "Cloudy", Artist: "Vega", Album: "Hello", GUID: "a", Chapters: manyChapters(2)}
		tag := published
		tag.Chapters = manyChapters(2)
		change(&tag)
		return CheckOldTags(&tag, nil, &published, at)
	}
	sounds := func(channels int, change func(*Loudness)) finding.List {
		m := Loudness{Integrated: -16.4, Range: 6, TruePeak: -1.2, Side: -12}
		change(&m)
		return CheckLoudness(&m, channels, at)
	}
	return []checkTest{
		{"VBR without a length", master(func(i *Info) { i.Warnings = []string{vbrWithoutLength} }), []string{"A012 warning " + vbrWithoutLength}},
		{"good stereo", master(func(*Info) {}), nil},
		{"good mono", master(func(i *Info) { i.Channels, i.Bitrate, i.SampleRate = 1, 96, 48000 }), nil},
		{"cut off", master(func(i *Info) {
			i.MPEGFrames, i.MissingMPEGFrames = 100, 150
			i.Warnings = []string{i.missingMPEGFrames()}
		}),
			[]string{"A001 error the header promises 250 MPEG frames and the file has 100: it was cut off"}},
		{"junk", master(func(i *Info) { i.Warnings = []string{"junk between frames"} }), []string{"A002 warning junk between frames"}},
		{"32 kHz", master(func(i *Info) { i.SampleRate = 32000 }), []string{"A003 warning the sample rate is 32000 Hz"}},
		{"VBR", master(func(i *Info) { i.VBR = true }), []string{"A004 warning the bitrate varies, which makes seeking inexact in several players"}},
		{"low stereo", master(func(i *Info) { i.Bitrate = 96 }), []string{"A005 info 96 kbit/s stereo; Apple recommends 128 to 256"}},
		{"high mono", master(func(i *Info) { i.Channels, i.Bitrate = 1, 192 }), []string{"A005 info 192 kbit/s mono; Apple recommends 96 to 128"}},
		{"M4A", master(func(i *Info) { i.MediaType, i.Bitrate = M4A, 64 }), []string{"A006 info an M4A master is published as it is: no tag is written"}},

		{"MP3 called M4A", called("audio.M4A", MP3), []string{`A007 warning the master is called "audio.M4A" and its content is audio/mpeg`}},
		{"M4A called MP3", called("audio.mp3", M4A), []string{`A007 warning the master is called "audio.mp3" and its content is audio/x-m4a`, "A006 info an M4A master is published as it is: no tag is written"}},
		{"MP3 with its extension", called("a/audio.MP3", MP3), nil},

		{"no old tag", CheckOldTags(nil, nil, &Tag{Title: "Cloudy"}, at), nil},
		{"same old tag", old(func(*Tag) {}), nil},
		{"empty old tag", CheckOldTags(&Tag{}, nil, &Tag{Title: "Cloudy", GUID: "a", Chapters: manyChapters(2)}, at), nil},
		{"old tag of another episode", old(func(t *Tag) { t.GUID = "b" }), []string{`A008 warning the tag of the master has the GUID of another episode, "b"`}},
		{"old tag of a draft that has no GUID yet", CheckOldTags(&Tag{GUID: "b"}, nil, &Tag{}, at), nil},
		{"old title", old(func(t *Tag) { t.Title = "mix 3" }), []string{`A009 info the tag of the master says title "mix 3"; "Cloudy" is published`}},
		{"old artist", old(func(t *Tag) { t.Artist = "me" }), []string{`A009 info the tag of the master says artist "me"; "Vega" is published`}},
		{"old album", old(func(t *Tag) { t.Album = "demo" }), []string{`A009 info the tag of the master says album "demo"; "Hello" is published`}},
		{"more old chapters", old(func(t *Tag) { t.Chapters = manyChapters(3) }), []string{"A009 warning the tag of the master has 3 chapters and the episode has 2"}},
		{"other old chapter", old(func(t *Tag) { t.Chapters[1].Title = "x" }), []string{`A009 warning the tag of the master has "x" at 0:01 as chapter 2 and the episode has "Chapter 2" at 0:01`}},
		{"old chapter at another time", old(func(t *Tag) { t.Chapters[1].Start += 101 * time.Millisecond }), []string{`A009 warning the tag of the master has "Chapter 2" at 0:01.101 as chapter 2 and the episode has "Chapter 2" at 0:01`}},
		{"old chapter within the tolerance", old(func(t *Tag) { t.Chapters[1].Start += 100 * time.Millisecond }), nil},

		{"old chapters in another order", old(func(t *Tag) { t.Chapters[0], t.Chapters[1] = t.Chapters[1], t.Chapters[0] }), nil},
		{"old chapters without titles", CheckOldTags(&Tag{Chapters: []Chapter{{End: time.Second}}}, nil, &Tag{Chapters: manyChapters(1)}, at), nil},

		{"old chapters with images", old(func(t *Tag) { t.Chapters[0].Image, t.Chapters[1].Image = &Picture{}, &Picture{} }),
			[]string{"A010 warning 2 images of chapters in the MP3's own tag are left out"}},
		{"old chapters with images, and new ones", CheckOldTags(&Tag{Chapters: []Chapter{{Image: &Picture{}}}}, nil, &Tag{Chapters: []Chapter{{Title: "Chapter 1", Image: &Picture{}}}}, at), nil},

		{"old chapters without a table of contents", old(func(t *Tag) { t.MissingTOC = true }),
			[]string{"A011 info the chapters in the master's own tag have no table of contents (CTOC), without which several players ignore them; what is published has one"}},

		{"good sound", sounds(2, func(*Loudness) {}), nil},
		{"good sound in mono", sounds(1, func(l *Loudness) { l.Integrated, l.Side = -19.9, 0 }), nil},
		{"at the limits", sounds(2, func(l *Loudness) {
			*l = Loudness{Integrated: -15, TruePeak: -1, SilentStart: 2999 * time.Millisecond, SilentEnd: 2999 * time.Millisecond, Clipped: 9, Side: -39.9}
		}), nil},
		{"loud", sounds(2, func(l *Loudness) { l.Integrated = -14.9 }), []string{"A030 warning the loudness is -14.9 LUFS; stereo sounds like other podcasts at -16 ± 1"}},
		{"quiet in mono", sounds(1, func(l *Loudness) { l.Integrated = -20.1 }), []string{"A030 warning the loudness is -20.1 LUFS; mono sounds like other podcasts at -19 ± 1"}},
		{"peak", sounds(2, func(l *Loudness) { l.TruePeak = -0.9 }), []string{"A031 warning the true peak is -0.9 dBTP, above -1: players distort it"}},
		{"opposite channels", sounds(2, func(l *Loudness) { l.Side = 6 }), []string{"A035 warning the channels are opposite: mixed to mono they cancel each other, so telephones and smart speakers play next to nothing"}},
		{"wide channels", sounds(2, func(l *Loudness) { l.Side, l.Balance = 5.9, 29.9 }), nil},
		{"silent right channel", sounds(2, func(l *Loudness) { l.Side, l.Balance = 0, 120 }), []string{"A036 warning the right channel is silent: with headphones, the sound is in the left ear only"}},
		{"silent left channel", sounds(2, func(l *Loudness) { l.Side, l.Balance = 0, -30 }), []string{"A036 warning the left channel is silent: with headphones, the sound is in the right ear only"}},
		{"channels alike", sounds(2, func(l *Loudness) { l.Side = -40 }), []string{"A032 info both channels are alike: mono sounds the same in half the bytes"}},
		{"silence at the start", sounds(2, func(l *Loudness) { l.SilentStart = 3 * time.Second }), []string{"A033 warning the audio starts with 3.0 seconds of silence"}},
		{"silence at the end", sounds(2, func(l *Loudness) { l.SilentEnd = 12 * time.Second }), []string{"A033 warning the audio ends with 12.0 seconds of silence"}},
		{"clipping", sounds(2, func(l *Loudness) { l.Clipped = 10 }), []string{"A034 warning the sound is clipped in 10 places"}},

		{"good artwork", artwork("art/cover.JPG", func(*Picture) {}), nil},
		{"largest artwork", artwork("cover.png", func(p *Picture) { p.Width, p.Height, p.MediaType = 3000, 3000, "image/png" }), nil},
		{"not square", artwork("cover.jpeg", func(p *Picture) { p.Width = 1401 }), []string{"A020 error the artwork is 1401 × 1400 pixels, not square"}},
		{"too small", artwork("cover.jpg", func(p *Picture) { p.Width, p.Height = 1399, 1399 }), []string{"A021 error the artwork is 1399 × 1399 pixels, not 1400 to 3000 a side"}},
		{"too large", artwork("cover.jpg", func(p *Picture) { p.Width, p.Height = 3001, 3001 }), []string{"A021 error the artwork is 3001 × 3001 pixels, not 1400 to 3000 a side"}},
		{"CMYK", artwork("cover.jpg", func(p *Picture) { p.Color = cmyk }), []string{"A022 error the image is in CMYK, the colours of print"}},
		{"grey", artwork("cover.jpg", func(p *Picture) { p.Color = gray }), []string{"A022 warning the image is in greyscale; directories ask for RGB"}},
		{"JPEG called PNG", artwork("cover.png", func(*Picture) {}), []string{`A023 error the image is called "cover.png" and its content is image/jpeg`}},
		{"PNG called JPEG", artwork("cover.jpg", func(p *Picture) { p.MediaType = "image/png" }), []string{`A023 error the image is called "cover.jpg" and its content is image/png`}},
		{"cut off", artwork("cover.png", func(p *Picture) { *p = cutOff }), []string{`A025 error the image "cover.png" cannot be shown whole: it is cut off`}},
		{"chapter image that is cut off", chapterImage("cover.png", func(p *Picture) { *p = cutOff }), []string{`A025 error the image "cover.png" cannot be shown whole: it is cut off`}},
		{"turned", artwork("cover.jpg", func(p *Picture) { p.Data = faulty(t, "turned") }), []string{"A026 warning the image has EXIF orientation 6: some apps turn it, and some show it as it is stored"}},
		{"transparent", artwork("cover.png", func(p *Picture) { p.MediaType, p.Data = "image/png", faulty(t, "transparent") }), []string{"A027 warning the image has transparent parts, which some apps show black and some white"}},
		{"animated", artwork("cover.png", func(p *Picture) { p.MediaType, p.Data = "image/png", faulty(t, "animated") }), []string{"A028 warning the image is animated (APNG); apps show its first picture"}},
		{"heavy", artwork("cover.jpg", func(p *Picture) { p.Data = make([]byte, 512_001) }), []string{"A024 warning the image has 512 kB; apps load it again and again, and 512 kB are enough"}},
		{"largest without a finding", artwork("cover.jpg", func(p *Picture) { p.Data = make([]byte, 512_000) }), nil},

		{"small wide chapter image", chapterImage("a.jpg", func(p *Picture) { p.Width, p.Height = 320, 180 }), nil},
		{"huge chapter image", chapterImage("a.jpg", func(p *Picture) { p.Width = 4000 }), []string{"A021 warning the image is 4000 × 1400 pixels; players show chapter images small"}},
		{"chapter image in CMYK", chapterImage("a.jpg", func(p *Picture) { p.Color = cmyk }), []string{"A022 error the image is in CMYK, the colours of print"}},

		{"good tag", CheckTag(fullTag(t), at), []string{"A042 warning the title of chapter 2 has 299 characters; apps cut it"}},
		{"more chapters than one table of contents holds", CheckTag(&Tag{Chapters: manyChapters(256)}, at), nil},
		{"chapter that ends before it starts", CheckTag(&Tag{Chapters: []Chapter{{Start: 2 * time.Second}}}, at), []string{"A040 error chapter 1: it cannot last from 2s to 0s"}},
		{"chapters of a tag that contradict each other", (&Tag{Problems: []string{"the end of the chapter at 0:05 cannot be used"}}).CheckProblems(at), []string{"A013 warning the end of the chapter at 0:05 cannot be used"}},
		{"heavy tag", CheckTag(&Tag{Artwork: &Picture{Data: make([]byte, 1<<20)}}, at), []string{"A041 warning the ID3 tag has 1048 kB; every listener downloads it before the first sound"}},
		{"long title", CheckTag(&Tag{Title: strings.Repeat("é", 256)}, at), []string{"A042 warning the title has 256 characters; apps cut it"}},
		{"longest title without a finding", CheckTag(&Tag{Title: strings.Repeat("é", 255)}, at), nil},
		{"chapter after the end", CheckTimes([]chapters.Chapter{{}, {Start: 90 * time.Second}}, time.Minute+29387755, where),
			[]string{"A043 error chapter 2 starts at 1:30 and the audio ends at 1:00.029"}},
		{"chapter that starts at the end", CheckTimes([]chapters.Chapter{{Start: time.Minute, End: time.Hour}}, time.Minute, where),
			[]string{"A043 error chapter 1 starts at 1:00 and the audio ends at 1:00"}},
		{"chapter that ends after the end", CheckTimes([]chapters.Chapter{{End: 999 * time.Second}}, time.Minute, where),
			[]string{"A043 warning chapter 1 ends at 16:39 and the audio ends at 1:00"}},
		{"chapter that ends at the end, in whole seconds", CheckTimes([]chapters.Chapter{{End: time.Minute}}, 59200*time.Millisecond, where), nil},
		{"chapters of audio of unknown duration", CheckTimes([]chapters.Chapter{{Start: time.Hour}}, 0, where), nil},
		{"chapters in one place", CheckChapters([]chapters.Chapter{{End: time.Hour}}, time.Minute, at),
			[]string{"A043 warning chapter 1 ends at 1:00:00 and the audio ends at 1:00"}},

		{"chapters of a WAV file", chaptersIn([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), at), []string{"A050 error byte 0: this is a WAV file; encode it: lame -b 128 IN.wav OUT.mp3"}},
		{"chapters of an MP4 file", chaptersIn([]byte("\x00\x00\x00\x18ftypM4A "), at), []string{`A050 error byte 0: the MP4 box "ftyp" claims 24 bytes and 12 are left: the file is truncated`}},
		{"chapters of a damaged tag", chaptersIn(id3(3, 4000)[:700], at), []string{"A050 error byte 0: the ID3 tag claims 4000 bytes and the file has 700 left: it is truncated, or the tag has a wrong size"}},
		{"chapters of a huge file", chaptersIn(bytes.Repeat([]byte("0:00 a\n"), maxChapterFile/7+1), at), []string{"A050 error 1048579 bytes are more than chapters take"}},
		{"chapters of an MP3 without a tag", chaptersIn(silence(mono128, 4), at), nil},
	}
}

// chaptersIn returns the findings about a file's chapters.
func chaptersIn(file []byte, at finding.Position) finding.List {
	_, found := ReadChapters(bytes.NewReader(file), int64(len(file)), at.File)
	for i := range found {
		found[i].Line = at.Line
	}
	return found
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range checkTests(t) {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range tt.got {
				got = append(got, f.Rule+" "+f.Severity.String()+" "+f.Message)
				if f.Line != 15 {
					t.Errorf("%s is at line %d, want 15", f.Rule, f.Line)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRulesAreTested checks that every rule has a case in checkTests, and every case a
// rule.
func TestRulesAreTested(t *testing.T) {
	t.Parallel()
	findingtest.Complete(t, Rules())
	tested := map[string]bool{}
	for _, tt := range checkTests(t) {
		for _, f := range tt.want {
			tested[f[:4]] = true
		}
	}
	for _, rule := range Rules() {
		if !tested[rule.ID] {
			t.Errorf("no test triggers %s", rule.ID)
		}
		delete(tested, rule.ID)
	}
	for id := range tested {
		t.Errorf("%s is not in the table of rules", id)
	}
}
