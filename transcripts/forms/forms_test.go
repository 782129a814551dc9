package forms

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
)

// show formats speech as "speaker@start-end text".
func show(speeches []Speech) (shown []string) {
	for i := range speeches {
		u := &speeches[i]
		times := ""
		if u.Timed {
			times = fmt.Sprintf("%v-%v", u.Start, u.End)
		}
		shown = append(shown, u.Speaker+"@"+times+" "+u.Text)
	}
	return shown
}

// formTests are files as other tools write them, two for most forms. Their speakers have
// names with two words, an apostrophe, and letters beyond ASCII.
var formTests = []struct {
	name, form, src string
	want            []string
}{
	{"WebVTT", "vtt", "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Jo O'Dell>One.</v>\n\n00:03.000 --> 00:04.000\n<v Åsa Öst>Two.\n",
		[]string{"Jo O'Dell@1s-2.5s One.", "Åsa Öst@3s-4s Two."}},
	{"WebVTT of HLS", "vtt", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\nOne.\n\nWEBVTT\n\n00:03.000 --> 00:04.000\nTwo.\n",
		[]string{"@1s-2s One.", "@3s-4s Two."}},
	{"SubRip with labels of machines", "srt", "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: One.\n\n2\n00:00:02,000 --> 00:00:03,000\n(speaker 1) Two.\n",
		[]string{"SPEAKER_00@1s-2s One.", "speaker 1@2s-3s Two."}},
	{"SubRip, ordinary words before a colon", "srt", "1\n00:00:01,000 --> 00:00:03,000\nÅsa: We met at 10: late.\n\n2\n00:00:03,000 --> 00:00:05,000\nQuestion: who was there?\n",
		[]string{"Åsa@1s-3s We met at 10: late.", "Åsa@3s-5s Question: who was there?"}},
	{"SubRip, one long and one short", "srt", "1\n00:00:01,000 --> 00:00:09,000\nÅsa: This is said at length and without any haste at all.\n\n2\n00:00:05,000 --> 00:00:05,500\nJo: Mm-hmm.\n",
		[]string{"Åsa@1s-5s This is said at length and", "Jo@5s-5.5s Mm-hmm.", "Åsa@5.5s-9s without any haste at all."}},
	{"SubRip, no time at all", "srt", "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:09,000 --> 00:00:09,000\nThis cannot be read in no time.\n\n3\n00:00:09,000 --> 00:00:11,000\nTwo.\n",
		[]string{"@1s-2s One.", "@9s-10.771s This cannot be read in no time.", "@10.771s-11s Two."}},
	{"SubViewer", "sbv", "0:00:01.000,0:00:02.000\nJo O'Dell: One.\n\n0:00:02.000,0:00:03.000\nTwo.\n", []string{"Jo O'Dell@1s-2s One.", "Jo O'Dell@2s-3s Two."}},
	{"TTML", "ttml", `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25"><body><div><p begin="00:00:01:05" end="2s">One,<br/>two.</p><p begin="3s" dur="500ms">Three.</p></div></body></tt>`,
		[]string{"@1.2s-2s One, two.", "@3s-3.5s Three."}},
	{"HTML", "html", "<html><body><cite>Jo O'Dell:</cite>\n<time>0:03</time>\n<p>One &amp; two.</p>\n<cite>Åsa Öst:</cite><time>1:00:15</time><p>Three.</p></body></html>",
		[]string{"Jo O'Dell@3s-4s One & two.", "Åsa Öst@1h0m15s-1h0m15.6s Three."}},
	{"TSV", "tsv", "start\tend\ttext\n0\t3120\tOne.\n3120\t6000\tTwo.\n", []string{"@0s-3.12s One.", "@3.12s-6s Two."}},
	{"Whisper", "json", `{"segments":[{"start":0.0,"end":1.5,"text":" One.","avg_logprob":NaN},{"start":1.5,"end":null,"text":" Two."}]}`,
		[]string{"@0s-1.5s One.", "@1.5s-2.25s Two."}},
	{"whisper.cpp", "json", `{"transcription":[{"offsets":{"from":0,"to":1500},"text":" One."}]}`, []string{"@0s-1.5s One."}},
	{"WhisperX, speakers of words", "json", `{"segments":[{"start":0,"end":4,"text":"One two.","speaker":"SPEAKER_00","words":[{"word":"One","start":0,"end":1,"speaker":"SPEAKER_00"},{"word":"two.","start":2,"end":4,"speaker":"SPEAKER_01"}]}]}`,
		[]string{"SPEAKER_00@0s-1s One", "SPEAKER_01@2s-4s two."}},
	{"OpenAI, words", "json", `{"task":"transcribe","text":"One two","words":[{"word":"One","start":0.5,"end":1},{"word":"two","start":4,"end":5}]}`, []string{"@500ms-1s One", "@4s-5s two"}},
	{"ElevenLabs", "json", `{"words":[{"text":"One","start":0.1,"end":0.4,"type":"word","speaker_id":"speaker_0"},{"text":" ","start":0.4,"end":0.5,"type":"spacing","speaker_id":"speaker_0"},{"text":"two.","start":0.5,"end":0.9,"type":"word","speaker_id":"speaker_0"},{"text":"(laughs)","start":1,"end":2,"type":"audio_event","speaker_id":"speaker_0"}]}`,
		[]string{"speaker_0@100ms-2s One two. [laughs]"}},
	{"Amazon, speakers apart", "json", `{"results":{"speaker_labels":{"segments":[{"items":[{"start_time":"0.1","speaker_label":"spk_0"},{"start_time":"5.0","speaker_label":"spk_1"}]}]},"items":[{"type":"pronunciation","start_time":"0.1","end_time":"0.4","alternatives":[{"content":"One"}]},{"type":"punctuation","alternatives":[{"content":"."}]},{"type":"pronunciation","start_time":"5.0","end_time":"5.4","alternatives":[{"content":"Two"}]}]}}`,
		[]string{"spk_0@100ms-400ms One.", "spk_1@5s-5.4s Two"}},
	{"Azure, fast", "json", `{"combinedPhrases":[],"phrases":[{"speaker":1,"offsetMilliseconds":40,"durationMilliseconds":960,"text":"One."}]}`, []string{"1@40ms-1s One."}},
	{"Deepgram, channels", "json", `{"results":{"channels":[{"alternatives":[{"words":[{"word":"one","start":1,"end":2}]}]},{"alternatives":[{"words":[{"word":"two","start":0,"end":1}]}]}]}}`,
		[]string{"Channel 1@0s-1s two", "Channel 0@1s-2s one"}},
	{"AssemblyAI", "json", `{"utterances":[{"speaker":"A","start":250,"end":1250,"text":"One."}]}`, []string{"A@250ms-1.25s One."}},
	{"Gladia, seconds", "json", `{"utterances":[{"speaker":0,"start":0.25,"end":1.25,"text":"One."}]}`, []string{"0@250ms-1.25s One."}},
	{"Rev", "json", `{"speakers":[{"id":0,"name":"Jo O'Dell"}],"monologues":[{"speaker":0,"elements":[{"type":"text","value":"One","ts":0.1,"end_ts":0.4},{"type":"punct","value":" "},{"type":"text","value":"two","ts":0.5,"end_ts":0.9},{"type":"punct","value":"."}]}]}`,
		[]string{"Jo O'Dell@100ms-900ms One two."}},
	{"Speechmatics", "json", `{"format":"2.9","results":[{"type":"word","start_time":0.1,"end_time":0.4,"alternatives":[{"content":"One","speaker":"S1"}]},{"type":"punctuation","attaches_to":"previous","start_time":0.4,"end_time":0.4,"alternatives":[{"content":".","speaker":"S1"}]}]}`,
		[]string{"S1@100ms-400ms One."}},
	{"Sonix", "json", `{"transcript":[{"speaker":"Åsa Öst","text":"One.","start_time":0.1,"end_time":0.9}]}`, []string{"Åsa Öst@100ms-900ms One."}},
	{"Fireflies", "json", `[{"sentence":"One.","startTime":"00:03","endTime":"00:05","speaker_name":"Jo O'Dell"}]`, []string{"Jo O'Dell@3s-5s One."}},
	{"Podlove", "json", `[{"start":"00:00:00.100","start_ms":100,"end":"00:00:00.900","end_ms":900,"voice":"Åsa Öst","text":"One."}]`, []string{"Åsa Öst@100ms-900ms One."}},
	{"DOTe", "json", `{"lines":[{"startTime":"00:00:01,000","endTime":"00:00:02,000","speakerDesignation":"Åsa Öst","text":"One."}]}`, []string{"Åsa Öst@1s-2s One."}},
	{"Vosk, several results", "json", "{\"result\":[{\"word\":\"one\",\"start\":0.1,\"end\":0.4}],\"text\":\"one\"}\n{\"result\":[{\"word\":\"two\",\"start\":3.5,\"end\":4}],\"text\":\"two\"}\n", []string{"@100ms-400ms one", "@3.5s-4s two"}},
	{"YouTube", "json", `{"events":[{"tStartMs":100,"dDurationMs":800,"segs":[{"utf8":"One"},{"utf8":" two","tOffsetMs":400}]}]}`, []string{"@100ms-900ms One two"}},
	{"IBM Watson", "json", `{"results":[{"alternatives":[{"timestamps":[["one",0.5,1],["two",1,1.5]]}]}],"speaker_labels":[{"from":0.5,"to":1.5,"speaker":0}]}`, []string{"0@500ms-1.5s one two"}},
	{"a list", "json", `[{"start":0.5,"end":1.5,"text":"One."},{"start":1.5,"end":2,"text":"Two."}]`, []string{"@500ms-1.5s One.", "@1.5s-2s Two."}},
	{"Otter", "txt", "Jo O'Dell  0:03  \nOne.\n\nÅsa Öst  1:02:17  \nTwo.\n\nTranscribed by https://otter.ai\n", []string{"Jo O'Dell@3s-3.4s One.", "Åsa Öst@1h2m17s-1h2m17.4s Two."}},
	{"Rev text", "txt", "Jo O'Dell (00:03):\nOne.\n\nÅsa Öst (01:02:17):\nTwo.\n", []string{"Jo O'Dell@3s-3.4s One.", "Åsa Öst@1h2m17s-1h2m17.4s Two."}},
	{"Happy Scribe", "txt", "[00:00:03.120] - Jo O'Dell\nOne.\n\n[00:00:05.400] - Åsa Öst\nTwo.\n", []string{"Jo O'Dell@3.12s-3.52s One.", "Åsa Öst@5.4s-5.8s Two."}},
	{"Teams", "srt", "0:0:3.0 --> 0:0:4.0\nJo O'Dell\nOne.\n\n0:0:5.0 --> 0:0:6.0\nÅsa Öst\nTwo.\n", []string{"Jo O'Dell@3s-4s One.", "Åsa Öst@5s-6s Two."}},
	{"YouTube paste", "txt", "0:03\none and\n0:05\ntwo\n0:09\nthree\n", []string{"@3s-3.7s one and", "@5s-5.3s two", "@9s-9.5s three"}},
	{"whisper.cpp console", "txt", "[00:00:00.000 --> 00:00:03.120]   One.\n[00:00:03.120 --> 00:00:06.000]   Two.\n", []string{"@0s-3.12s One.", "@3.12s-6s Two."}},
	{"dialogue", "txt", "Åsa: One.\nJo: Two.\nÅsa: Three.\n", []string{"Åsa@ One.", "Jo@ Two.", "Åsa@ Three."}},
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, test := range formTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			form, err := Detect([]byte(test.src), nil)
			if err != nil {
				t.Fatal(err)
			}
			result, err := Read([]byte(test.src), form, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.want == nil {
				return
			}
			if form != test.form {
				t.Errorf("detected as %s, want %s", form, test.form)
			}
			if diff := cmp.Diff(test.want, show(result.Speech)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, src, want string }{
		{"a.ass", "[Script Info]\nScriptType: v4.00+\n", "Advanced SubStation Alpha (ASS)"},
		{"a.lrc", "[ar:Vega]\n[00:01.00]One\n", "lyrics (LRC)"},
		{"a.sub", "{0}{25}One\n", "MicroDVD captions, whose times are frames"},
		{"a.smi", "<SAMI><BODY></BODY></SAMI>", "SAMI captions"},
		{"a.html", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "an HTML page, not a transcript"},
		{"a.xml", "<?xml version=\"1.0\"?><rss></rss>", "XML, not a transcript"},
		{"a.csv", "a,b,c\n1,2,3\n", "a table (CSV), not a transcript"},
		{"a.go", "package a\n\nfunc f() {}\n", "the source of a program, not a transcript"},
		{"a.json", `{"name":"x"}`, `JSON, but not of a speech recognizer that is known: an object with "name"`},
		{"a.json", `{"err_code":"X","err_msg":"Invalid credentials."}`, "the service reported: Invalid credentials."},
		{"a.srt", "One.\n", "not SRT: no times of captions in the first lines"},
		{"a.txt", "Some words, and nothing else.\n", "text without times and without names before the words: nothing shows that it is a transcript"},
		{"a.txt", " \n", "the file is empty"},
		{"a.log", "[12:00:01] INFO: started\n[12:00:02] INFO: done\n", "the log of a program"},
	} {
		result, err := Read([]byte(test.src), "", &Options{File: test.file})
		var f finding.Finding
		if !errors.As(err, &f) || f.Message != test.want || f.Hint == "" {
			t.Errorf("%s: got %v, %v; want %q", test.file, result, err, test.want)
		}
	}
}

// TestDetected detects more than two hundred files in the forms of tools, by their
// content alone.
func TestDetected(t *testing.T) {
	t.Parallel()
	detected := 0
	detect := func(form, src string) {
		if got, err := Detect([]byte(src), nil); got != form {
			t.Errorf("detected as %q, %v, want %s:\n%.300s", got, err, form, src)
		}
		detected++
	}
	for _, test := range formTests {
		if test.want != nil {
			detect(test.form, test.src)
		}
	}
	for i := range kinds {
		for _, d := range dialogues {
			detect(kinds[i].form, kinds[i].write(d))
		}
	}
	if detected < 200 {
		t.Errorf("only %d files", detected)
	}
}

// TestOtherFiles reads 2,000 files of other kinds: sources of this repository and of
// Go, and generated pages, tables, logs, settings and binaries. None is a transcript.
func TestOtherFiles(t *testing.T) {
	t.Parallel()
	const files, generated = 1400, 600
	roots := []string{filepath.Join("..", "..", "cmd"), filepath.Join("..", "..", "audio")}
	if root, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		for _, dir := range []string{"misc", "doc", "api", filepath.Join("src", "net"), "test"} {
			roots = append(roots, filepath.Join(strings.TrimSpace(string(root)), dir))
		}
	}
	seen := 0
	other := func(name string, src []byte) {
		seen++
		if result, err := Read(src, "", &Options{File: name}); err == nil {
			t.Errorf("%s is taken for %s: %.100q", name, result.Form, src)
		}
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || seen >= files || strings.HasSuffix(path, ".txtar") {
				return err
			}
			src, err := os.ReadFile(path)
			if err == nil {
				other(path, src)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range generated / len(otherKinds) / 2 {
		for _, k := range otherKinds {
			var b strings.Builder
			b.WriteString(k.head)
			for range 5 + r.IntN(30) {
				b.WriteString(k.line(r))
			}
			other("download"+k.ext, []byte(b.String()))
			other("download", []byte(b.String()))
		}
	}
	t.Logf("%d files", seen)
}

// otherKinds are kinds of files that are not transcripts.
var otherKinds = []struct {
	ext, head string
	line      func(r *rand.Rand) string
}{
	{".html", "<!DOCTYPE html><html><body>\n", func(r *rand.Rand) string {
		return fmt.Sprintf("<p>At %d:%02d: %s</p>\n", r.IntN(24), r.IntN(60), sentence(r))
	}},
	{".csv", "date,name,amount\n", func(r *rand.Rand) string {
		return fmt.Sprintf("2027-02-%02d,%s,%d\n", 1+r.IntN(28), sentence(r), r.IntN(99))
	}},
	{".csv", "start;end;amount\n", func(r *rand.Rand) string {
		return fmt.Sprintf("%d:%02d;%d:%02d;%d\n", r.IntN(24), r.IntN(60), r.IntN(24), r.IntN(60), r.IntN(99))
	}},
	{".log", "", func(r *rand.Rand) string {
		return fmt.Sprintf("2027-02-01T12:%02d:%02d.%03dZ INFO: %s\n", r.IntN(60), r.IntN(60), r.IntN(1000), sentence(r))
	}},
	{".yaml", "# settings\n", func(r *rand.Rand) string { return fmt.Sprintf("key_%d: %s\n", r.IntN(99), sentence(r)) }},
	{".ini", "[section]\n", func(r *rand.Rand) string { return fmt.Sprintf("key%d=%d\n", r.IntN(99), r.IntN(99)) }},
	{".json", "[\n{\"a\": 1}", func(r *rand.Rand) string {
		return fmt.Sprintf(",\n{\"id\": %d, \"name\": %q}", r.IntN(99), sentence(r))
	}},
	{".c", "#include <stdio.h>\n", func(r *rand.Rand) string {
		return fmt.Sprintf("int f%d(void) { return %d; } /* %s */\n", r.IntN(99), r.IntN(99), sentence(r))
	}},
	{".txt", "", func(r *rand.Rand) string { return sentence(r) + " " + sentence(r) + "\n" }},
	{".bin", "\x7fELF", func(r *rand.Rand) string {
		b := make([]byte, 40)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b)
	}},
}

func sentence(r *rand.Rand) string {
	words := strings.Fields("the boat left before noon and nobody waved at all because of the snow which came early")
	var b strings.Builder
	for i := range 3 + r.IntN(8) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String() + "."
}

// FuzzRead expects that readers fail only by returning an error, and that captions are in
// order and do not overlap.
func FuzzRead(f *testing.F) {
	for _, test := range formTests {
		f.Add([]byte(test.src), test.form)
	}
	f.Fuzz(func(t *testing.T, src []byte, form string) {
		result, err := Read(src, form, nil)
		if err != nil || !result.Captions {
			return
		}
		for i := range result.Speech {
			u := &result.Speech[i]
			if u.Text == "" || u.End < u.Start || i > 0 && u.Start < result.Speech[i-1].End {
				t.Errorf("%q is from %v to %v", u.Text, u.Start, u.End)
			}
			at := 0
			for _, w := range u.Words {
				if w.To < at || w.To > len(u.Text) {
					t.Errorf("word ends at %d of %q, after %d", w.To, u.Text, at)
				}
				at = w.To
			}
		}
	})
}

func benchmarkRead(b *testing.B, head, unit, tail string) {
	src := []byte(head + strings.Repeat(unit, 1<<21/len(unit)) + tail)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.Clone(src), "", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSRT(b *testing.B) {
	var src strings.Builder
	for i := range 40000 {
		fmt.Fprintf(&src, "%d\n%02d:%02d:%02d,000 --> %02d:%02d:%02d,900\nand this is what is said here, at length\n\n", i+1, i/1200, i/20%60, i*3%60, i/1200, i/20%60, i*3%60+2)
	}
	benchmarkRead(b, src.String(), " ", "")
}

func BenchmarkJSON(b *testing.B) {
	var src strings.Builder
	src.WriteString(`{"segments":[`)
	for i := range 20000 {
		fmt.Fprintf(&src, `{"id":%d,"seek":0,"start":%d.0,"end":%d.5,"text":" and this is what is said here","tokens":[50364,1012,291],"temperature":0.0,"avg_logprob":-0.21},`, i, 2*i, 2*i+1)
	}
	benchmarkRead(b, src.String()+`{"start":90000,"end":90001,"text":"end"}]}`, " ", "")
}
