package words

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

func example() *File {
	return &File{
		SHA256: strings.Repeat("ab", 32), Duration: 61500 * ms, Engine: "google", Model: "chirp_3", Language: "en",
		Speakers: map[string]string{"1": "vega", "2": "Rigel O’Orionis"},
		Segments: []Segment{
			{"1", []Word{{"Hello,", 1200 * ms, 1510 * ms, 0.97}, {"universe.", 1510 * ms, 2150 * ms, 0.92}}},
			{"2", []Word{{"<Hi>", 2150 * ms, 2400 * ms, 0}}},
		},
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	want := `{"schema_version":1,"audio":{"sha256":"` + strings.Repeat("ab", 32) + `","duration_seconds":61.5},"engine":"google","model":"chirp_3","language":"en","speakers":{"1":"vega","2":"Rigel O’Orionis"},"segments":[
[1200,"1","Hello, universe.",[310,640],[97,92]],
[2150,"2","<Hi>",[250]]
]}
`
	got := example().Format()
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	back, err := Read(got, "transcript.words.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(example(), back); diff != "" {
		t.Error(diff)
	}
}

// TestFormatConfidence expects a confidence just above 0 not to become 0, which means
// unknown.
func TestFormatConfidence(t *testing.T) {
	t.Parallel()
	f := &File{Segments: []Segment{{"", []Word{{"a", 0, ms, 0.003}, {"b", ms, 2 * ms, 0}, {"c", 2 * ms, 3 * ms, 0.999}}}}}
	if got, want := string(f.Format()), `[0,"","a b c",[1,1,1],[1,0,100]]`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReadMalformed(t *testing.T) {
	t.Parallel()
	const head = `{"schema_version": 1, "segments": [` + "\n"
	for _, test := range []struct{ src, want string }{
		{"", "not JSON"},
		{"[]", "not JSON"},
		{`{"schema_version": 2}`, "schema_version is 2"},
		{head + `[0, "1", "one", [300]],` + "\n" + `[1, "1", "two words", [300]]]}`, "w.json:3: segment 2: 2 words have 1 durations"},
		{head + `[0, "1", "one", [300]],` + "\n" + `[-1, "1", "one", [300]]]}`, "w.json:3: segment 2: the time of"},
		{head + `[0, "1", "one", [-300]]]}`, "w.json:2: segment 1: the time of"},
		{head + `[0, "1", "one", [9e18]]]}`, "w.json:2: segment 1: member 4"},
		{head + `[0, "1", "one two", [360000000, 360000000]]]}`, ""},
		{head + `[0, "1", "one two three", [360000000, 360000000, 1]]]}`, "over 100h"},
		{head + `[500, "1", "one", [300]], [400, "1", "two", [300]]]}`, "starts before the segment above"},
		{head + `[0, "1", "", []]]}`, "0 words"},
		{head + `[0, "1"]]}`, "want [start"},
		{head + `[0, "1", "one", [300], [90, 80]]]}`, "2 confidences"},
	} {
		_, err := Read([]byte(test.src), "w.json")
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.src, err, test.want)
		}
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	got := Segments([]Word{
		{"one", 0, 400 * ms, 0}, {" two\u200b ", 450 * ms, 700 * ms, 0}, // a short gap
		{"three", 1000 * ms, 1300 * ms, 0}, // a pause
		{"four", 1200 * ms, 1100 * ms, 0},  // overlaps, and ends before it starts
		{"\n", 1300 * ms, 1400 * ms, 0},    // no visible characters
		{"five", 1300 * ms, 1500 * ms, 0},  // another voice
	}, []string{"a", "a", "a", "a", "a", "b"})
	want := []Segment{
		{"a", []Word{{"one", 0, 450 * ms, 0}, {"two", 450 * ms, 700 * ms, 0}}},
		{"a", []Word{{"three", 1000 * ms, 1300 * ms, 0}, {"four", 1300 * ms, 1300 * ms, 0}}},
		{"b", []Word{{"five", 1300 * ms, 1500 * ms, 0}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestShift(t *testing.T) {
	t.Parallel()
	f := example()
	f.Shift(210*ms, -1300*ms)
	want := []Segment{
		{"1", []Word{{"universe.", 210 * ms, 850 * ms, 0.92}}},
		{"2", []Word{{"<Hi>", 850 * ms, 1100 * ms, 0}}},
	}
	if diff := cmp.Diff(want, f.Segments); diff != "" {
		t.Error(diff)
	}
}

func TestShiftAfterCut(t *testing.T) {
	t.Parallel()
	f := example()
	f.Segments[0].Words = append(f.Segments[0].Words, Word{"Yes.", 2150 * ms, 2300 * ms, 0.5})
	f.Segments = f.Segments[:1]
	f.Shift(1510*ms, 2*time.Second)
	want := []Segment{
		{"1", []Word{{"Hello,", 1200 * ms, 1510 * ms, 0.97}}},
		{"1", []Word{{"universe.", 3510 * ms, 4150 * ms, 0.92}, {"Yes.", 4150 * ms, 4300 * ms, 0.5}}},
	}
	if diff := cmp.Diff(want, f.Segments); diff != "" {
		t.Error(diff)
	}
	f.Shift(1510*ms, -2100*ms) // cuts out the second word with the silence before it
	want = []Segment{
		{"1", []Word{{"Hello,", 1200 * ms, 1510 * ms, 0.97}}},
		{"1", []Word{{"Yes.", 2050 * ms, 2200 * ms, 0.5}}},
	}
	if diff := cmp.Diff(want, f.Segments); diff != "" {
		t.Error(diff)
	}
}

// TestSize expects an hour of speech to be small enough for git.
func TestSize(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var words []Word
	for at := time.Duration(0); at < time.Hour; {
		length := time.Duration(150+r.IntN(450)) * ms
		words = append(words, Word{strings.Repeat("x", 1+r.IntN(9)), at, at + length, r.Float64()})
		if at += length; r.IntN(12) == 0 {
			at += 600 * ms
		}
	}
	f := &File{Segments: Segments(words, nil)}
	if n := len(f.Format()); n > 250_000 {
		t.Errorf("%d words take %d bytes", len(words), n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(string(example().Format()))
	f.Add(`{"schema_version":1,"segments":[[0,"","a",[1]]]}`)
	f.Fuzz(func(t *testing.T, src string) {
		file, err := Read([]byte(src), "w.json")
		if err != nil {
			return
		}
		formatted := file.Format()
		again, err := Read(formatted, "w.json")
		if err != nil {
			t.Fatalf("%v\n%s", err, formatted)
		}
		if diff := cmp.Diff(fmt.Sprint(file.Segments), fmt.Sprint(again.Segments)); diff != "" {
			t.Fatal(diff)
		}
	})
}
