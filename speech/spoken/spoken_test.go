package spoken

import (
	"bytes"
	"context"
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

	"onair/audio"
	"onair/audio/mpeg"
	"onair/audio/mpeg/mpegtest"
	"onair/speech"
	"onair/speech/command"
)

const sec = time.Second

// reading is a voice that speaks each letter as one MPEG frame of 24 ms that is not silent.
// It counts the requests.
type reading struct {
	header  mpeg.Header
	calls   int
	failing bool
}

func (r *reading) Speak(_ context.Context, u *speech.Utterance) ([]byte, error) {
	r.calls++
	if r.failing || u.Voice == "broken" {
		return []byte("<html>no voice</html>"), nil
	}
	h := r.header
	if u.Voice == "other" {
		h = mpegtest.NewHeader(44100, 64, true)
	}
	var out []byte
	for range int(math.Ceil(float64(len(u.Text)) / u.Rate)) {
		f := h.Frame()
		f[len(f)-1] = 1
		out = append(out, f...)
	}
	return append(mpeg.InfoFrame(h, len(u.Text), int64(len(out)), ""), out...), nil
}

func newSpeaker(most int) (*Speaker, *reading) {
	r := &reading{header: mpegtest.NewHeader(24000, 64, true)}
	return &Speaker{Engine: &speech.Speaking{Voice: r, MaxBytes: most}, Duration: 20 * sec}, r
}

func letters(d time.Duration) string { return strings.Repeat("x", int(d/(24*time.Millisecond))) }

// TestTiming expects a turn to start when it did in the original. A turn that is too long
// first runs into the pause, then is spoken faster, and finally delays the next turn
// until there is a pause.
func TestTiming(t *testing.T) {
	t.Parallel()
	s, _ := newSpeaker(0)
	s.Keeper = speech.Dir(t.TempDir())
	turns := []Turn{
		{1 * sec, "a", letters(2 * sec)}, // two seconds of pause follow
		{5 * sec, "b", letters(1100 * time.Millisecond)},
		{6 * sec, "a", letters(2500 * time.Millisecond)},
		{7 * sec, "b", letters(1 * sec)},
		{15 * sec, "a", letters(2 * sec)},
	}
	data, placed, err := s.Speak(t.Context(), turns)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, p := range placed {
		got = append(got, fmt.Sprintf("%.1f to %.1f at %.2f", p.Begin.Seconds(), p.End.Seconds(), p.Rate))
		if i > 0 && p.Begin < placed[i-1].End || p.Begin < p.Start-24*time.Millisecond {
			t.Errorf("turn %d begins at %v", i, p.Begin)
		}
	}
	want := []string{"1.0 to 3.0 at 1.00", "5.0 to 6.0 at 1.10", "6.0 to 8.0 at 1.25", "8.0 to 9.0 at 1.00", "15.0 to 17.0 at 1.00"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if worst := Worst(placed, 10); len(worst) != 1 || worst[0].Start != 6*sec || worst[0].Over < 990*time.Millisecond || worst[0].Over > 1040*time.Millisecond {
		t.Errorf("to shorten: %v", worst)
	}
	info, err := audio.Probe(bytes.NewReader(data), int64(len(data)))
	if err != nil || info.Duration < 20*sec-24*time.Millisecond || info.Duration > 20*sec || len(info.Warnings) > 0 || !mpeg.IsOwn(data) || info.VBR {
		t.Errorf("%v %+v", err, info)
	}
	// Exactly the MPEG frames at the places of turns have sound.
	loud := map[int]bool{}
	for f, err := range mpeg.Frames(bytes.NewReader(data)) {
		if err != nil {
			t.Fatal(err)
		}
		loud[int(f.Start/(24*time.Millisecond))] = f.Data[len(f.Data)-1] == 1
	}
	for at := time.Duration(0); at < 19*sec; at += 24 * time.Millisecond {
		within := slices.ContainsFunc(placed, func(p Placed) bool { return p.Begin <= at && at < p.End })
		if loud[int(at/(24*time.Millisecond))] != within {
			t.Fatalf("at %v: speech %v, want %v", at, !within, within)
		}
	}
	again, _, err := s.Speak(t.Context(), turns)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("the second time: %v", err)
	}
}

// TestLastTurn expects the last turn to be spoken faster, and to be listed, if it would
// end after the original.
func TestLastTurn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		duration, length, over time.Duration
		rate                   float64
	}{
		{20 * sec, 5 * sec, 0, 1},
		{20 * sec, 5500 * time.Millisecond, 0, 1.1},
		{20 * sec, 10 * sec, 3 * sec, 1.25},
		{0, 10 * sec, 0, 1}, // the length of the original is unknown
	} {
		s, _ := newSpeaker(0)
		s.Duration = test.duration
		_, placed, err := s.Speak(t.Context(), []Turn{{15 * sec, "a", letters(test.length)}})
		if err != nil || placed[0].Rate != test.rate || (placed[0].Over-test.over).Abs() > 50*time.Millisecond {
			t.Errorf("%v at %v: %+v, %v", test.length, test.duration, placed[0].Rate, placed[0].Over)
		}
	}
}

// TestAnswerIsNotKept expects an engine to be asked again if its answer was not an MP3.
func TestAnswerIsNotKept(t *testing.T) {
	t.Parallel()
	s, r := newSpeaker(0)
	s.Keeper = speech.Dir(t.TempDir())
	r.failing = true
	turns := []Turn{{0, "a", "Yes."}}
	if _, _, err := s.Speak(t.Context(), turns); err == nil {
		t.Error("a page is accepted")
	}
	r.failing = false
	if _, _, err := s.Speak(t.Context(), turns); err != nil {
		t.Error(err)
	}
}

// TestKept expects only changed texts to be spoken again.
func TestKept(t *testing.T) {
	t.Parallel()
	s, r := newSpeaker(30)
	s.Keeper = speech.Dir(t.TempDir())
	turns := []Turn{{0, "a", "One sentence. And another one, longer."}, {10 * sec, "b", "Two."}}
	for run, want := range []int{3, 3, 4} { // the first turn needs two requests
		if run == 2 {
			turns[1].Text = "Three."
		}
		texts, err := s.Texts(t.Context(), turns)
		if err != nil || len(texts) != want-r.calls {
			t.Errorf("run %d: %q, %v", run, texts, err)
		}
		if _, _, err := s.Speak(t.Context(), turns); err != nil || r.calls != want {
			t.Errorf("run %d: %d requests, want %d; %v", run, r.calls, want, err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		turns []Turn
		want  string
	}{
		{[]Turn{{0, "a", "Yes."}, {sec, "other", "No."}}, "44100 Hz and one channel"},
		{[]Turn{{0, "broken", "Yes."}}, "is not an MP3"},
		{nil, "nothing to speak"},
	} {
		s, _ := newSpeaker(0)
		if _, _, err := s.Speak(t.Context(), test.turns); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		most int
		want []string
	}{
		{"One. Two? Three", 0, []string{"One. Two? Three"}},
		{"One. Two? Three", 12, []string{"One. Two?", "Three"}},
		{"a very long sentence", 10, []string{"a very", "long", "sentence"}},
		{"ñññññ", 4, []string{"ññ", "ññ", "ñ"}},
		{"我们。知道。", 10, []string{"我们。", "知道。"}},
		{" \n ", 10, nil},
	} {
		if got := split(test.text, test.most); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d bytes: %q", test.text, test.most, got)
		}
	}
}

// TestEspeak speaks with espeak-ng and encodes with lame. It expects the silence detector
// of ffmpeg to find each turn at its place.
func TestEspeak(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sh", "espeak-ng", "lame", "ffmpeg"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs " + name)
		}
	}
	engine, err := command.NewVoice([]string{"sh", "-c", `speed=$(awk "BEGIN {print int(175 * $2)}"); espeak-ng -v "$1" -s $speed -w voice.wav && lame --quiet --resample 24 -m m --cbr -b 64 voice.wav -`, "speak", "{voice}", "{rate}"}, t.TempDir(), "es")
	if err != nil {
		t.Fatal(err)
	}
	s := &Speaker{Engine: engine, Language: "es", Duration: 40 * sec}
	var turns []Turn
	for i, text := range []string{
		"Hola a todos y bienvenidos.", "Gracias, me alegro de estar aquí.", "Hoy hablamos de redes.",
		"¿Qué es una red de distribución de contenidos?", "Una red de muchos servidores.", "Adiós.",
	} {
		turns = append(turns, Turn{time.Duration(1+6*i)*sec + time.Duration(i)*70*time.Millisecond, "es", text})
	}
	data, placed, err := s.Speak(t.Context(), turns)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "audio.es.mp3")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffmpeg", "-hide_banner", "-nostats", "-i", file, "-af", "silencedetect=noise=-40dB:duration=0.5", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	if bytes.Contains(out, []byte("Error")) || bytes.Contains(out, []byte("invalid")) {
		t.Errorf("%s", out)
	}
	var onsets []time.Duration
	for _, found := range regexp.MustCompile(`silence_end: ([0-9.]+)`).FindAllSubmatch(out, -1) {
		at, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		onsets = append(onsets, time.Duration(at*float64(sec)))
	}
	var farthest time.Duration
	for _, p := range placed {
		nearest := time.Hour
		for _, o := range onsets {
			nearest = min(nearest, (o - p.Begin).Abs())
		}
		farthest = max(farthest, nearest)
	}
	t.Logf("%d turns, the farthest onset is %v from its plan", len(placed), farthest)
	if farthest > 150*time.Millisecond {
		t.Errorf("an onset is %v from its plan; onsets %v", farthest, onsets)
	}
	if _, err := exec.LookPath("mp3val"); err == nil {
		if out, err := exec.Command("mp3val", file).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
			t.Errorf("%v %s", err, out)
		}
	}
}
