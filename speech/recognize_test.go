package speech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/audio"
	"onair/audio/mpeg/mpegtest"
	"onair/transcripts/words"
)

// recording writes an MP3 of silence and returns a recording of it.
func recording(t *testing.T, d time.Duration, e *Engine) *Recording {
	t.Helper()
	data := bytes.Repeat(mpegtest.NewHeader(24000, 32, true).Frame(), int(d/(24*time.Millisecond)))
	path := filepath.Join(t.TempDir(), "an episode's \"audio\".mp3")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := audio.Probe(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return &Recording{Path: path, Info: info, Engine: e, Keeper: &notes{}}
}

// notes is a Keeper in memory.
type notes struct {
	mu   sync.Mutex
	kept map[string]string
}

func (n *notes) Get(_ context.Context, name string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s, ok := n.kept[name]; ok {
		return []byte(s), nil
	}
	return nil, fs.ErrNotExist
}

func (n *notes) Put(_ context.Context, name string, data []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept == nil {
		n.kept = map[string]string{}
	}
	n.kept[name] = string(data)
	return nil
}

// hearing is a Recognizer that answers with a function.
type hearing func(q *Request) ([]byte, error)

func (h hearing) Recognize(_ context.Context, q *Request) ([]byte, error) { return h(q) }

// everySecond answers with one word per second of the whole recording. The text of a word
// is its time. The number in the name of a piece says where the piece starts.
func everySecond(step time.Duration, sent *sync.Map) hearing {
	return func(q *Request) ([]byte, error) {
		stat, err := os.Stat(q.Audio)
		if err != nil {
			return nil, err
		}
		length := time.Duration(stat.Size()/96) * 24 * time.Millisecond // 96 bytes a frame
		var n int
		if _, err := fmt.Sscanf(q.Job.Name()[17:], "%d", &n); err != nil {
			return nil, err
		}
		offset := time.Duration(n-1) * step
		sent.Store(n, length)
		var list []words.Word
		for s := time.Duration(0); ; s += time.Second {
			if at := s - offset; at >= 0 && at+time.Second > length {
				break
			} else if at >= 0 {
				list = append(list, words.Word{Text: fmt.Sprint("at", s), Start: at, End: at + 500*time.Millisecond})
			}
		}
		return (&words.File{Segments: words.Segments(list, nil)}).Format(), nil
	}
}

func TestPieces(t *testing.T) {
	t.Parallel()
	var sent sync.Map
	e := &Engine{Recognizer: everySecond(48*time.Second-overlap+12*time.Millisecond, &sent), Longest: 48 * time.Second}
	r := recording(t, 4*time.Minute, e)
	if err := r.Open(t.Context(), &Request{}); err != nil {
		t.Fatal(err)
	}
	unsent, err := r.Unsent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Recognize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := f.All()
	for i, w := range all {
		if w.Text != fmt.Sprint("at", time.Duration(i)*time.Second) || (w.Start-time.Duration(i)*time.Second).Abs() > 200*time.Millisecond {
			t.Fatalf("word %d is %q at %v", i, w.Text, w.Start)
		}
	}
	if len(all) != 240 {
		t.Errorf("%d words", len(all))
	}
	var total time.Duration
	sent.Range(func(_, length any) bool {
		total += length.(time.Duration)
		if length.(time.Duration) > 48*time.Second {
			t.Errorf("a piece of %v", length)
		}
		return true
	})
	if total != unsent || total < 4*time.Minute+6*(overlap-time.Second) {
		t.Errorf("%v were sent; it was said to be %v", total, unsent)
	}
	// Nothing is sent the second time.
	e.Recognizer = hearing(func(*Request) ([]byte, error) { return nil, errors.New("asked again") })
	if err := r.Open(t.Context(), &Request{}); err != nil {
		t.Fatal(err)
	}
	if again, err := r.Recognize(t.Context()); err != nil || !bytes.Equal(again.Format(), f.Format()) {
		t.Error(err)
	}
	if d, _ := r.Unsent(t.Context()); d != 0 {
		t.Errorf("%v are not sent", d)
	}
	if err := r.Open(t.Context(), &Request{Language: "es"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Recognize(t.Context()); err == nil {
		t.Error("an answer in another language is used")
	}
}

// TestPieceFails expects answers about other pieces to be kept when one piece fails.
func TestPieceFails(t *testing.T) {
	t.Parallel()
	var sent sync.Map
	answer := everySecond(33012*time.Millisecond, &sent)
	e := &Engine{Longest: 48 * time.Second, Recognizer: hearing(func(q *Request) ([]byte, error) {
		if strings.HasSuffix(q.Job.Name(), "-2") {
			return nil, errors.New("no money left")
		}
		return answer(q)
	})}
	r := recording(t, 2*time.Minute, e)
	if err := r.Open(t.Context(), &Request{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Recognize(t.Context()); err == nil || err.Error() != "piece 2 of 4: no money left" {
		t.Error(err)
	}
	if n := len(r.Keeper.(*notes).kept); n != 3 {
		t.Errorf("%d answers are kept", n)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const two = `{"segments": [
{"start": 0, "end": 1, "text": "Hello", "speaker": "%s", "words": [{"word": "Hello", "start": 0, "end": 1}]},
{"start": %s, "end": %[2]s, "text": "yes", "speaker": "%s", "words": [{"word": "yes", "start": %[2]s, "end": %[2]s}]}]}`
	for _, test := range []struct{ name, answer, want string }{
		{"voices are numbered", fmt.Sprintf(two, "SPEAKER_07", "5", "SPEAKER_00"), "1 2 map[]"},
		{"names are kept", fmt.Sprintf(two, "Vega", "5", "B"), "1 2 map[1:Vega]"},
		{"one voice", fmt.Sprintf(two, "", "5", ""), "  map[]"},
		{"past the end", fmt.Sprintf(two, "A", "61.5", "B"), "after the end of the audio"},
		{"ends past the end", `{"words": [{"word": "telescopes", "start": 58, "end": 63}, {"word": "b", "start": 59, "end": 59.5}]}`, "after the end of the audio"},
		{"ends before it starts", `{"words": [{"word": "a", "start": 5, "end": 1}, {"word": "b", "start": 6, "end": 7}]}`, "run backwards"},
		{"starts before 0", `{"words": [{"word": "a", "start": -5, "end": 1}]}`, "negative"},
		{"silence", `{"text": "", "segments": []}`, "there are no words"},
		{"no words", string((&words.File{}).Format()), "is the audio silent?"},
		{"cut off", fmt.Sprintf(two, "A", "5", "B")[:90], "JSON"},
		{"a page", "<html><title>502 Bad Gateway</title></html>", "the answer"},
		{"nothing", "", "the answer"},
	} {
		r := recording(t, time.Minute, &Engine{Recognizer: hearing(func(*Request) ([]byte, error) { return []byte(test.answer), nil })})
		if err := r.Open(t.Context(), &Request{}); err != nil {
			t.Fatal(err)
		}
		f, err := r.Recognize(t.Context())
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(f.Segments[0].Voice, " ", f.Segments[1].Voice, " ", f.Speakers)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if len(r.Keeper.(*notes).kept) != 1 {
			t.Errorf("%s: the answer is not kept", test.name)
		}
	}
}

// TestKnownVoices expects requests for later pieces to have the voices of the first piece,
// and these voices to keep their numbers.
func TestKnownVoices(t *testing.T) {
	t.Parallel()
	said := func(voice string, from, to int) (list []words.Word, voices []string) {
		for s := from; s < to; s++ {
			list = append(list, words.Word{Text: fmt.Sprint("w", s), Start: time.Duration(s) * time.Second, End: time.Duration(s+1) * time.Second})
			voices = append(voices, voice)
		}
		return list, voices
	}
	var clips []int
	e := &Engine{Longest: time.Minute, Clips: true, Recognizer: hearing(func(q *Request) ([]byte, error) {
		a, voiceA := said("A", 0, 20)
		b, voiceB := said("B", 20, 21) // shorter than the least clip
		c, voiceC := said("C", 21, 24)
		if q.Known != nil {
			for _, k := range q.Known {
				clips = append(clips, len(k.Clip)/96*24)
			}
			a, voiceA = said("A", 0, 0)
			b, voiceB = said("B", 40, 41)
			c, voiceC = said(q.Known[1].Label(), 30, 34)
			a, voiceA, c, voiceC = c, voiceC, a, voiceA
		}
		return (&words.File{Segments: words.Segments(append(append(a, b...), c...), append(append(voiceA, voiceB...), voiceC...))}).Format(), nil
	})}
	r := recording(t, 100*time.Second, e)
	if err := r.Open(t.Context(), &Request{}); err != nil {
		t.Fatal(err)
	}
	f, err := r.Recognize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.Segments {
		got = append(got, s.Voice)
	}
	if want := "[1 2 3 3 4]"; fmt.Sprint(got) != want || f.Since["4"] == 0 {
		t.Errorf("voices %v, want %s; %v", got, want, f.Since)
	}
	if len(clips) != 2 || clips[0] < 9900 || clips[0] > 10100 || clips[1] < 2900 || clips[1] > 3100 {
		t.Errorf("clips of %v ms", clips)
	}
}

// TestLimits expects the message about audio that cannot be cut to have its size and the
// limits that the engine has.
func TestLimits(t *testing.T) {
	t.Parallel()
	info := &audio.Info{MediaType: audio.M4A, Duration: 64 * time.Minute, PayloadEnd: 30_500_000}
	for _, test := range []struct {
		longest  time.Duration
		maxBytes int64
		want     string
	}{
		{20 * time.Minute, 0, "takes at most 20 minutes at once: the audio has 64.0 minutes and 30.5 MB"},
		{0, 24_900_000, "takes at most 25 MB at once"},
		{1390 * time.Second, 24_900_000, "takes at most 23 minutes and 25 MB at once"},
	} {
		if _, err := cut("audio.m4a", info, test.longest, test.maxBytes); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}
