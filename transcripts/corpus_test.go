package transcripts

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onair/transcripts/internal/script"
)

// corpus returns real transcripts by path. They are not part of the repository;
// without them the test is skipped.
func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	root := os.Getenv("ONAIR_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".md") || entry.Name() == "README.md" {
			return err
		}
		src, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, root)] = src
		return err
	})
	if err != nil {
		tb.Skipf("no corpus of transcripts: %v", err)
	}
	return files
}

// lengthFor returns a plausible duration for a transcript: the time that its words take at
// the usual rate, or the time a minute after its last stamp if this is later.
func lengthFor(t *Transcript) time.Duration {
	duration := time.Duration(t.words()+1) * time.Minute / 170
	anchors, _ := t.anchors()
	for _, a := range anchors {
		duration = max(duration, a.time+time.Minute)
	}
	return duration.Truncate(time.Millisecond)
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	files := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		t.Run(name, func(t *testing.T) {
			transcript := Parse(src, &Options{Fraction: Frames30, File: name})
			duration := lengthFor(transcript)
			checkTranscript(t, transcript, duration)
			checkAnchors(t, transcript, duration)
			var spoken []string
			for i := range transcript.Turns {
				for _, b := range transcript.Turns[i].Blocks {
					spoken = append(spoken, b.Text)
				}
			}
			got := alphanumeric.FindAllString(strings.Join(spoken, " "), -1)
			if diff := diffWords(sourceWords(string(src)), got); diff != "" {
				t.Errorf("spoken words differ from the source's: %s", diff)
			}
			again := Parse(src, &Options{Fraction: Frames30, File: name})
			if !reflect.DeepEqual(transcript, again) {
				t.Error("a second reading differs from the first")
			}
		})
	}
}

// diffWords shows the first place where two lists of words differ.
func diffWords(want, got []string) string {
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			around := func(s []string) string {
				return strings.Join(s[min(len(s), max(0, i-6)):min(len(s), i+6)], " ")
			}
			return "want … " + around(want) + " …, got … " + around(got) + " …"
		}
	}
	return ""
}

// checkTranscript checks what must be true of any transcript: of its turns, its
// cues, and what independent readers find in the five formats.
func checkTranscript(t testing.TB, transcript *Transcript, duration time.Duration) {
	t.Helper()
	ids := map[string]bool{}
	speakers := map[string]bool{}
	var spoken []caption
	for i := range transcript.Turns {
		turn := &transcript.Turns[i]
		if ids[turn.ID] || turn.ID == "" || turn.Line < 1 || turn.Column < 1 {
			t.Errorf("turn %d has the id %q at %d:%d", i, turn.ID, turn.Line, turn.Column)
		}
		ids[turn.ID] = true
		if turn.Pause && len(turn.Blocks) > 0 {
			t.Errorf("pause %d speaks", i)
		}
		speakers[turn.Speaker] = true
		for _, b := range turn.Blocks {
			if b.Text != strings.Join(strings.Fields(b.Text), " ") {
				t.Errorf("white space in %q", b.Text)
			}
			spoken = append(spoken, caption{speaker: turn.Speaker, text: b.Text})
		}
	}
	cues := transcript.Cues(duration)
	checkCues(t, cues, duration)
	checkStarts(t, transcript, cues, duration)
	checkFormats(t, transcript, cues, spoken, speakers)
	checkFormats(t, transcript, nil, spoken, speakers)
}

func checkCues(t testing.TB, cues []Cue, duration time.Duration) {
	t.Helper()
	var end time.Duration
	for i, c := range cues {
		if c.Start < end || c.End <= c.Start || c.End > duration || c.Start%time.Millisecond != 0 || c.End%time.Millisecond != 0 {
			t.Errorf("cue %d is from %v to %v, after %v, in %v", i, c.Start, c.End, end, duration)
		}
		end = c.End
		if c.Text == "" && len(c.Sounds) == 0 || len([]rune(c.Text)) > maxCue && strings.Contains(c.Text, " ") {
			t.Errorf("cue %d is %q", i, c.Text)
		}
	}
}

func checkStarts(t testing.TB, transcript *Transcript, cues []Cue, duration time.Duration) {
	t.Helper()
	starts := transcript.Starts(duration)
	if (starts == nil) != (cues == nil) {
		t.Fatalf("%d starts and %d cues", len(starts), len(cues))
	}
	if !slices.IsSorted(starts) {
		t.Errorf("starts run backwards: %v", starts)
	}
	last := -1
	for _, c := range cues {
		if c.Turn != last && starts[c.Turn] != c.Start {
			t.Errorf("turn %d starts at %v, its first cue at %v", c.Turn, starts[c.Turn], c.Start)
		}
		last = c.Turn
	}
}

// checkFormats writes every format and reads it again. Without cues there are
// no captions to check.
func checkFormats(t testing.TB, transcript *Transcript, cues []Cue, spoken []caption, speakers map[string]bool) {
	t.Helper()
	files := map[string]string{}
	for _, format := range formats {
		var b bytes.Buffer
		if err := format.write(&b, transcript, cues); err != nil {
			t.Fatal(err)
		}
		files[format.name] = b.String()
	}
	want := spokenWords(spoken)
	if cues != nil {
		vtt, err := readVTT(files["vtt"])
		if err != nil {
			t.Fatalf("read VTT: %v", err)
		}
		checkCaptions(t, "VTT", vtt, cues, want)
		jsn, err := readJSON(files["json"])
		if err != nil {
			t.Fatalf("read JSON: %v", err)
		}
		checkCaptions(t, "JSON", jsn, WithoutSounds(cues), want)
		srt, err := readSRT(files["srt"])
		if err != nil {
			t.Fatalf("read SRT: %v", err)
		}
		for i := range srt {
			srt[i].text = strings.NewReplacer("‹", "<", "›", ">", `{ \`, `{\`).Replace(srt[i].text)
		}
		checkCaptions(t, "SRT", srt, cues, want)
	}
	document, err := readHTML(files["html"], cues != nil)
	if err != nil {
		t.Fatalf("read HTML: %v", err)
	}
	if diff := diffWords(want, spokenWords(document)); diff != "" {
		t.Errorf("words of HTML: %s", diff)
	}
	if diff := diffWords(want, spokenWords(readText(files["txt"], speakers))); diff != "" {
		t.Errorf("words of text: %s", diff)
	}
}

// checkCaptions compares what a reader found with the cues.
func checkCaptions(t testing.TB, format string, got []caption, cues []Cue, words []string) {
	t.Helper()
	if len(got) != len(cues) {
		t.Fatalf("%s has %d captions of %d cues", format, len(got), len(cues))
	}
	for i, c := range got {
		want := caption{cues[i].Start, cues[i].End, cues[i].Speaker, cues[i].shown()}
		if format == "JSON" {
			want.text = cues[i].Text
		}
		if c != want {
			t.Errorf("%s has %v, want %v", format, c, want)
		}
		got[i].text = cues[i].Text
	}
	if diff := diffWords(words, spokenWords(got)); diff != "" {
		t.Errorf("words of %s: %s", format, diff)
	}
}

// checkAnchors checks the times of a transcript: text starts at every kept anchor,
// nothing is shown in a pause, and all times move with the anchors.
func checkAnchors(t *testing.T, transcript *Transcript, duration time.Duration) {
	anchors, chars := transcript.anchors()
	tl := transcript.timeline(duration)
	cues := transcript.Cues(duration)
	for _, k := range chain(anchors, chars, duration) {
		a := anchors[k]
		if a.pause {
			continue
		}
		if got := tl.start(a.pos); got-a.time > time.Millisecond || a.time-got > time.Millisecond {
			t.Errorf("anchor %v of line %d is hit at %v", a.time, a.mark.Line, got)
		}
	}
	for i := range transcript.Turns {
		turn := &transcript.Turns[i]
		at, kept := tl.pauses[i]
		if !kept || turn.Until == nil {
			continue
		}
		for _, c := range cues {
			if c.End > at+time.Millisecond && c.Start < turn.Until.Time-time.Millisecond {
				t.Errorf("%q is shown from %v to %v, in the pause from %v to %v", c.Text, c.Start, c.End, at, turn.Until.Time)
			}
		}
	}
	checkShift(t, transcript, anchors, chars, duration, cues)
}

// checkShift moves all anchors and the duration, and expects the cues to move with
// them, except those before the first anchor, which may start at 0.
func checkShift(t *testing.T, transcript *Transcript, anchors []anchor, chars int, duration time.Duration, cues []Cue) {
	const by = 17 * time.Second
	moved := slices.Clone(anchors)
	for i := range moved {
		moved[i].time += by
	}
	kept := chain(moved, chars, duration+by)
	if len(kept) == 0 {
		return
	}
	tl := transcript.timelineOf(moved, chars, duration+by)
	cues = WithoutSounds(cues)
	var c cutter
	transcript.cut(&c)
	for i, place := range c.places {
		if place.from() < moved[kept[0]].pos {
			continue
		}
		if got, want := tl.start(place.from()), cues[i].Start+by; got != want {
			t.Errorf("cue %d is at %v after a shift, want %v", i, got, want)
		}
	}
}

// TestCorpusReads checks that captions are easy to read: how fast they are, and how many
// cues and first lines of SRT end in the middle of a phrase.
func TestCorpusReads(t *testing.T) {
	t.Parallel()
	const fastest, mostEnds = 30, 0.03
	cues, ends, lines, lineEnds := 0, 0, 0, 0
	for name, src := range corpus(t) {
		transcript := Parse(src, &Options{Fraction: Frames30, File: name})
		functions := script.LanguageOf(transcript.texts())
		last := ""
		l := lineBreaker{functions}
		for _, c := range transcript.Cues(lengthFor(transcript)) {
			cues++
			if functions.EndsWith(c.Text) {
				ends++
			}
			prefix := newName(c.Speaker, last)
			if last = c.Speaker; prefix != "" {
				prefix += ": "
			}
			if first, second := l.wrap(prefix+srtText(c.shown()), len(prefix)); second != "" {
				lines++
				if functions.EndsWith(first) {
					lineEnds++
				}
			}
			if rate := float64(utf8.RuneCountInString(c.Text)) / (c.End - c.Start).Seconds(); rate > fastest {
				t.Errorf("%s: %.0f characters a second: %v", name, rate, c)
			}
		}
	}
	t.Logf("end with a function word: %d of %d cues, %d of %d first lines", ends, cues, lineEnds, lines)
	if float64(ends) > mostEnds*float64(cues) || float64(lineEnds) > mostEnds*float64(lines) {
		t.Errorf("%d of %d cues and %d of %d first lines end with a function word", ends, cues, lineEnds, lines)
	}
}
