package transcripts

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// conversation returns a transcript of random turns, and its length.
func conversation(r *rand.Rand) (src string, length time.Duration) {
	names := []string{"Zoë O'Vega", "Rigel Orión", "Ada", "Jean-Luc d’Été"}
	words := strings.Fields("the ice came early that year and we sold no skis (nobody) minded… a<b 3<4 x->y Q&A <T> it's “late” R2-D2 naïve 10:30 map[string]int x[0] go[quickly] cells[column][another] " +
		"why? 50% C# so-called étoile … end. yes! Well, or")
	var b strings.Builder
	at := 3 * time.Second
	for i := range 5 + r.IntN(30) {
		name := names[(i+r.IntN(2))%len(names)]
		fmt.Fprintf(&b, "**%s:** ", name)
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, `\[%s\] `, appendClock(nil, at.Truncate(time.Second)))
			at = at.Truncate(time.Second)
		}
		n := 1 + r.IntN(60)
		for j := range n {
			word := words[r.IntN(len(words))]
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strings.ReplaceAll(word, "<", `\<`))
			if r.IntN(25) == 0 {
				b.WriteString(` \[laughter\]`)
			}
		}
		b.WriteString("\n\n")
		at += time.Duration(n) * 350 * time.Millisecond
		if r.IntN(8) == 0 {
			at += 17 * time.Second // less than a Break
		}
	}
	return b.String(), at + time.Second
}

// saidBy returns each speaker with the words of consecutive turns joined, because
// captions have no turns within the speech of one person.
func saidBy(t *Transcript) (all []string) {
	last := ""
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.Pause {
			continue
		}
		if turn.Speaker != last {
			all, last = append(all, turn.Speaker+":"), turn.Speaker
		}
		for _, b := range turn.Blocks {
			if b.Text != "" {
				all[len(all)-1] += " " + b.Text
			}
		}
	}
	return all
}

// TestRoundTrip writes captions of Markdown and converts them back to Markdown. It expects
// the same words and speakers, and that each turn starts within a second of its captions.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	var off []time.Duration
	for seed := range uint64(60) {
		src, length := conversation(rand.New(rand.NewPCG(seed, 17)))
		before := Parse([]byte(src), nil)
		cues := before.Cues(length)
		if cues == nil {
			t.Fatalf("no cues of:\n%s", src)
		}
		for _, format := range formats[:3] {
			var captions, md bytes.Buffer
			if err := format.write(&captions, before, WithoutSounds(cues)); err != nil {
				t.Fatal(err)
			}
			read, err := Read(captions.Bytes(), "", nil)
			if err != nil {
				t.Fatalf("%v in:\n%s", err, captions.Bytes())
			}
			if err := WriteMarkdown(&md, read); err != nil {
				t.Fatal(err)
			}
			after := Parse(md.Bytes(), nil)
			want, got := saidBy(before), saidBy(after)
			for i := range got { // SRT has no escapes
				got[i] = strings.NewReplacer("‹", "<", "›", ">").Replace(got[i])
			}
			if !slices.Equal(got, want) {
				i := 0
				for i < len(got) && i < len(want) && got[i] == want[i] {
					i++
				}
				t.Fatalf("seed %d: %s has\n%q\nwant\n%q", seed, format.name, got[i:min(i+2, len(got))], want[i:min(i+2, len(want))])
			}
			wanted, starts := turnStarts(WithoutSounds(cues)), turnStarts(after.Cues(length))
			if len(starts) != len(wanted) {
				t.Fatalf("seed %d: %s has %d turns, want %d", seed, format.name, len(starts), len(wanted))
			}
			for i := range wanted {
				off = append(off, (starts[i] - wanted[i]).Abs())
			}
		}
	}
	slices.Sort(off)
	if n := len(off); n == 0 || off[n/2] > 250*time.Millisecond || off[n-1] > time.Second {
		t.Errorf("%d turns are off by %v in the median and by %v at most", n, off[n/2], off[n-1])
	}
}

// turnStarts returns when each speaker starts to speak.
func turnStarts(cues []Cue) (starts []time.Duration) {
	for i := range cues {
		if i == 0 || cues[i].Speaker != cues[i-1].Speaker {
			starts = append(starts, cues[i].Start)
		}
	}
	return starts
}

// TestRoundTripSilence expects that the stamp after a silence keeps its time, although few
// words in quick speech follow it.
func TestRoundTripSilence(t *testing.T) {
	t.Parallel()
	said := strings.TrimSpace(strings.Repeat("the ice came early ", 10))
	vtt := "WEBVTT\n"
	at := time.Duration(0)
	add := func(name string, takes time.Duration) {
		vtt += fmt.Sprintf("\n%s --> %s\n<v %s>At %v %s.\n", appendCaptionTime(nil, at, '.'), appendCaptionTime(nil, at+takes, '.'), name, at, said)
		at += takes
	}
	for range 3 {
		add("Zoë O'Vega", 13*time.Second)
		at += 17 * time.Second
		add("Rigel Orión", 7*time.Second)
		add("Rigel Orión", 7*time.Second)
	}
	add("Zoë O'Vega", 13*time.Second)
	read, err := Read([]byte(vtt), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var md bytes.Buffer
	if err := WriteMarkdown(&md, read); err != nil {
		t.Fatal(err)
	}
	want, got := turnStarts(read.Cues(at)), turnStarts(Parse(md.Bytes(), nil).Cues(at))
	checkTurnStarts(t, got, want, md.Bytes())
}

// checkTurnStarts checks that the turns of a transcript start within a second of the wanted times.
func checkTurnStarts(t *testing.T, got, want []time.Duration, md []byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d turns, want %d", len(got), len(want))
	}
	for i := range want {
		if (got[i] - want[i]).Abs() > time.Second {
			t.Errorf("turn %d starts at %v, want %v in:\n%s", i, got[i], want[i], md)
		}
	}
}

// TestRoundTripEnd expects that the last turns keep their times, although Markdown has no stamp
// after them.
func TestRoundTripEnd(t *testing.T) {
	t.Parallel()
	for _, seconds := range [][]float64{{1, 3, 5}, {0, 1.2, 4.4, 4.9}, {7, 8, 11.5, 11.9}} {
		src := "WEBVTT\n"
		for i, at := range seconds {
			start := time.Duration(at * float64(time.Second))
			src += fmt.Sprintf("\n%s --> %s\n<v %s>It is.\n", appendCaptionTime(nil, start, '.'), appendCaptionTime(nil, start+400*time.Millisecond, '.'), []string{"Zoë O'Vega", "Rigel"}[i%2])
		}
		read, err := Read([]byte(src), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		var md bytes.Buffer
		if err := WriteMarkdown(&md, read); err != nil {
			t.Fatal(err)
		}
		want := turnStarts(read.Cues(0))
		for _, length := range []time.Duration{0, time.Hour} {
			got := turnStarts(Parse(md.Bytes(), nil).Cues(length))
			checkTurnStarts(t, got, want, md.Bytes())
		}
	}
}

// TestUnclearInCaptions expects notes without their times in captions of text, and with them in
// Markdown.
func TestUnclearInCaptions(t *testing.T) {
	t.Parallel()
	for note, want := range map[string]string{
		"[inaudible 00:00:04]": "[inaudible]",
		"[crosstalk 1:04]":     "[crosstalk]",
		"[laughs 00:04.5]":     "[laughs]",
		"[psalm 23]":           "[psalm 23]",
	} {
		read, err := Read([]byte("Åsa Öst (00:00):\nIs it "+note+" snow?\n\nJo O'Dell (00:07):\nYes.\n"), "txt", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := read.Cues(0)[0].Text; got != "Is it "+want+" snow?" {
			t.Errorf("%s: got %q", note, got)
		}
		var md bytes.Buffer
		if err := WriteMarkdown(&md, read); err != nil {
			t.Fatal(err)
		}
		if word, _, _ := strings.Cut(note, " "); !strings.Contains(md.String(), word+" ") {
			t.Errorf("%s: got\n%s", note, md.Bytes())
		}
	}
}
