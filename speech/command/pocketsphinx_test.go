package command_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"onair/audio"
	"onair/speech"
	"onair/speech/command"
	"onair/transcripts"
	"onair/transcripts/draft"
	"onair/transcripts/score"
	"onair/transcripts/words"
)

// sentence is a sentence that flite spoke. Its start is exact.
type sentence struct {
	voice, text string
	start       time.Duration // when its first sound begins
}

// TestPocketsphinx recognizes five minutes of speech that flite made with two voices. It
// expects the word error rate that sclite computes. It then corrects the text and compares
// the times of captions with the times of flite. The test takes minutes, so it runs only if
// ONAIR_POCKETSPHINX is set.
func TestPocketsphinx(t *testing.T) {
	if os.Getenv("ONAIR_POCKETSPHINX") == "" {
		t.Skip("computes for minutes: set ONAIR_POCKETSPHINX=1")
	}
	const sclite = "/usr/lib/sctk/bin/sclite"
	for _, name := range []string{"flite", "pocketsphinx_continuous", "lame", "ffmpeg", "sh", "awk", sclite} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs " + name + ": apt install flite pocketsphinx pocketsphinx-en-us sctk lame ffmpeg")
		}
	}
	dir := t.TempDir()
	spoken, mp3, duration := speakFlite(t, dir)
	f := recognizePocketsphinx(t, dir, mp3)
	drafted := transcripts.Parse(draft.Markdown(f, nil), nil)
	t.Logf("%v of audio, %d sentences, %d words heard, a draft of %d turns", duration, len(spoken), len(f.All()), len(drafted.Turns))

	// The error rate, here and by sclite.
	ref := transcripts.Parse(markdown(spoken, nil), nil)
	ours := score.Compare(score.Of(ref), score.OfWords(f))
	theirs := runSclite(t, dir, sclite, score.Of(ref), score.OfWords(f))
	t.Logf("word error rate %.2f %%; sclite: %.2f %%", 100*ours.ErrorRate(), theirs)
	if math.Abs(100*ours.ErrorRate()-theirs) > 0.2 {
		t.Errorf("the word error rate is %.2f %%, and %.2f %% by sclite", 100*ours.ErrorRate(), theirs)
	}

	// Every 20th word is corrected, a turn is added and one is dropped.
	corrected := transcripts.Parse(markdown(spoken, func(n int, word string) string {
		if n%20 == 19 {
			return "emendation"
		}
		return word
	}), nil)
	at := len(corrected.Turns) / 2
	corrected.Turns = slices.Delete(corrected.Turns, at, at+1)
	corrected.Turns = slices.Insert(corrected.Turns, at/2, transcripts.Turn{Speaker: "Deneb", Blocks: []transcripts.Block{{Text: "Nobody has said this in the recording at all."}}})
	var out bytes.Buffer
	if err := transcripts.WriteMarkdown(&out, corrected); err != nil {
		t.Fatal(err)
	}
	corrected = transcripts.Parse(out.Bytes(), nil)
	interpolated := apart(corrected, spoken, duration)
	corrected.Align(f, "")
	aligned := apart(corrected, spoken, duration)
	t.Logf("starts of sentences in captions: %v median, %v p95 of %d; without words %v, %v", at50(aligned), at95(aligned), len(aligned), at50(interpolated), at95(interpolated))
	if at50(aligned) > 150*time.Millisecond || at95(aligned) > 500*time.Millisecond {
		t.Error("captions are too far from the audio")
	}
}

func at50(d []time.Duration) time.Duration { return d[(len(d)-1)/2].Round(time.Millisecond) }
func at95(d []time.Duration) time.Duration { return d[(len(d)*95+99)/100-1].Round(time.Millisecond) }

// sentences returns sentences that consist of words that the recognizer knows: first those
// in the transcripts of the examples, then those in the documentation. Its model of English
// expects few of them: it mishears a quarter of these words, and 3 to 5 % of a plain story
// with the same voices.
func sentences(t *testing.T) (list []string) {
	t.Helper()
	dictionary, err := os.ReadFile("/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict")
	if err != nil {
		t.Skip("needs pocketsphinx-en-us")
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(dictionary)) {
		word, _, _ := strings.Cut(line, " ")
		known[word] = true
	}
	isKnown := func(text string) bool {
		return !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(w string) bool { return !known[strings.Trim(w, ".,")] })
	}
	var pages []string
	for _, pattern := range []string{"../../examples/*/episodes/*/transcript.md", "../../docs/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(found, err)
		}
		pages = append(pages, found...)
	}
	plain := regexp.MustCompile(`([A-Z][a-z]+(?:,? [a-z]+){4,18}\.)(?: |$)`)
	for _, page := range pages {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for paragraph := range strings.SplitSeq(string(src), "\n\n") {
			for _, found := range plain.FindAllStringSubmatch(strings.ReplaceAll(paragraph, "\n", " "), -1) {
				if !slices.Contains(list, found[1]) && isKnown(found[1]) {
					list = append(list, found[1])
				}
			}
		}
	}
	return list
}

// speakFlite speaks five minutes, three sentences a turn.
func speakFlite(t *testing.T, dir string) (spoken []sentence, mp3 string, duration time.Duration) {
	t.Helper()
	const rate = 16000
	var pcm []byte
	for i, text := range sentences(t) {
		if duration = time.Duration(len(pcm)/2) * time.Second / rate; duration > 5*time.Minute {
			break
		}
		s := sentence{voice: []string{"rms", "slt"}[i/3%2], text: text}
		wav := filepath.Join(dir, "sentence.wav")
		out, err := exec.Command("flite", "-voice", s.voice, "-psdur", "-t", text, "-o", wav).Output()
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(out), " ") // the pause before the first sound
		pause, err := strconv.ParseFloat(strings.TrimPrefix(first, "pau:"), 64)
		if err != nil {
			t.Fatal(err)
		}
		s.start = duration + time.Duration(pause*float64(time.Second))
		data, err := os.ReadFile(wav)
		if err != nil || len(data) < 44 || binary.LittleEndian.Uint32(data[24:]) != rate {
			t.Fatal("not a WAV of 16 kHz", err)
		}
		pcm = append(append(pcm, data[44:]...), make([]byte, rate/5*2)...)
		spoken = append(spoken, s)
	}
	raw := filepath.Join(dir, "all.raw")
	if err := os.WriteFile(raw, pcm, 0o600); err != nil {
		t.Fatal(err)
	}
	mp3 = filepath.Join(dir, "all.mp3")
	if out, err := exec.Command("lame", "--quiet", "-r", "-s", "16", "--bitwidth", "16", "-m", "m", "-b", "128", raw, mp3).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	return spoken, mp3, duration
}

// recognizePocketsphinx runs pocketsphinx as the program of a Recognizer. pocketsphinx
// writes one line per word: the word, its start, its end and its confidence. It places some
// utterances seconds too late, so that they end after the next one begins; the script moves
// these before the next one.
func recognizePocketsphinx(t *testing.T, dir, mp3 string) *words.File {
	t.Helper()
	script := `pocketsphinx_continuous -infile "$1" -time yes -logfn /dev/null | awk '
function flush(next_start,   i, late) {
	late = n > 0 && end[n-1] > next_start ? end[n-1] - next_start : 0
	for (i = 0; i < n; i++) {
		printf "%s{\"word\": \"%s\", \"start\": %.3f, \"end\": %.3f, \"confidence\": %s}", sep, word[i], start[i]-late, end[i]-late, sure[i]
		sep = ",\n"
	}
	n = 0
}
BEGIN { printf "{\"words\": [" }
NF != 4 || $4 !~ /^[01]\.[0-9]+$/ { next }
$1 == "<s>" { flush($2) }
$1 !~ /^[<\[+]/ { sub(/\([0-9]+\)$/, "", $1); word[n] = $1; start[n] = $2; end[n] = $3; sure[n++] = $4 }
END { flush(1e9); print "]}" }'`
	engine, err := command.New([]string{"sh", "-c", script, "pocketsphinx", "{wav}"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(mp3)
	if err != nil {
		t.Fatal(err)
	}
	info, err := audio.Probe(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r := &speech.Recording{Path: mp3, Info: info, Engine: engine}
	if err := r.Open(t.Context(), &speech.Request{Language: "en"}); err != nil {
		t.Fatal(err)
	}
	f, err := r.Recognize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// markdown writes a transcript with a stamp at each turn.
func markdown(spoken []sentence, edit func(n int, word string) string) []byte {
	var b strings.Builder
	n := 0
	for i, s := range spoken {
		if i%3 == 0 {
			fmt.Fprintf(&b, "\n\n**%s:** \\[%02d:%02d\\]", strings.ToUpper(s.voice), int(s.start.Minutes()), int(s.start.Seconds())%60)
		}
		for word := range strings.FieldsSeq(s.text) {
			if edit != nil {
				word = edit(n, word)
			}
			b.WriteString(" " + word)
			n++
		}
	}
	return []byte(strings.TrimSpace(b.String()) + "\n")
}

// apart returns, for each sentence at the start of a caption, the difference between the
// start of the caption and the start of the sentence.
func apart(t *transcripts.Transcript, spoken []sentence, duration time.Duration) (list []time.Duration) {
	cues := t.Cues(duration)
	for _, s := range spoken {
		start := strings.Join(strings.Fields(s.text)[:3], " ")
		for i, c := range cues {
			if strings.HasPrefix(c.Text, start) {
				list = append(list, (c.Start - s.start).Abs())
				cues = cues[i+1:]
				break
			}
		}
	}
	slices.Sort(list)
	return list
}

// runSclite returns the word error rate that sclite computes, in percent.
func runSclite(t *testing.T, dir, sclite string, ref, heard []score.Word) float64 {
	t.Helper()
	line := func(list []score.Word) []byte {
		var texts []string
		for _, w := range list {
			texts = append(texts, strings.Map(func(r rune) rune {
				if strings.ContainsRune(".,!?'", r) {
					return -1
				}
				return unicode.ToLower(r)
			}, w.Text))
		}
		return []byte(strings.Join(texts, " ") + " (a-1)\n")
	}
	for name, list := range map[string][]score.Word{"ref.trn": ref, "hyp.trn": heard} {
		if err := os.WriteFile(filepath.Join(dir, name), line(list), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(sclite, "-r", "ref.trn", "trn", "-h", "hyp.trn", "trn", "-i", "rm", "-o", "dtl", "stdout")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	count := func(name string) float64 {
		found := regexp.MustCompile(name + `\s*=\s*[0-9.]+%\s*\(\s*(\d+)\)`).FindSubmatch(out)
		if found == nil {
			t.Fatalf("no %s in %s", name, out)
		}
		n, _ := strconv.Atoi(string(found[1]))
		return float64(n)
	}
	return 100 * count("Percent Total Error") / float64(len(ref))
}
