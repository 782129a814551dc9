package transcripts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tenSeconds takes ten seconds to speak at the usual rate: 158 characters, and one more
// for the boundary of its block.
var tenSeconds = strings.TrimSpace(strings.Repeat("and more of it, ", 10))[:154] + " end"

func TestTiming(t *testing.T) {
	t.Parallel()
	const s = time.Second
	if n := len(tenSeconds); n != 158 {
		t.Fatalf("tenSeconds has %d characters", n)
	}
	tests := []struct {
		name     string
		src      string // @ stands for tenSeconds
		duration time.Duration
		want     string // from-to of every turn that speaks, in seconds
	}{
		{"one stamp", `**A:** \[01:00\] @`, 0, "60-70"},
		{"before the first stamp", "**A:** @\n\n**B:** \\[01:00\\] @", 0, "50-60 60-70"},
		{"not before 0", "**A:** @\n\n**B:** \\[00:04\\] @", 0, "0-4 4-14"},
		{"between stamps", "**A:** \\[00:10\\] @\n\n**B:** @\n\n**C:** \\[00:50\\] @", 0, "10-30 30-50 50-70"},
		{"the file's own rate", "**A:** \\[00:10\\] @\n\n**B:** \\[00:50\\] @", 0, "10-50 50-90"},
		{"the median of the file's rates", "**A:** @\n\n**B:** \\[02:00\\] @\n\n**C:** \\[02:30\\] @\n\n**D:** \\[03:10\\] @\n\n**E:** \\[04:10\\] @", 0, "80-120 120-150 150-190 190-250 250-290"},
		{"after a pause", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**B:** @\n\n**C:** \\[02:00\\] @", 0, "10-20 110-120 120-130"},
		{"after a pause, with little time", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**B:** @\n\n**C:** \\[00:26\\] @", 0, "10-20 20-26 26-36"},
		{"after a pause with an end", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\] to \\[00:40\\]\n\n**B:** @\n\n**C:** \\[00:46\\] @", 0, "10-20 40-46 46-56"},
		{"after the last pause", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**B:** @\n\n**C:** \\[02:00\\] @\n\n**Break:** \\[02:10\\]\n\n**A:** @", 0, "10-20 110-120 120-130 220-230"},
		{"after the last pause, with little time", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**B:** @\n\n**C:** \\[02:00\\] @\n\n**Break:** \\[02:10\\]\n\n**A:** @", 145 * s, "10-20 110-120 120-130 135-145"},
		{"after the last pause, of another kind", "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**B:** @\n\n**C:** \\[02:00\\] @\n\n**Jingle:** \\[02:10\\]\n\n**A:** @", 0, "10-20 110-120 120-130 130-140"},
		{"a pause without a stamp", "**A:** \\[00:10\\] @\n\n**Break:**\n\n**B:** @\n\n**C:** \\[00:30\\] @", 0, "10-20 20-30 30-40"},
		{"the end clipped", `**A:** \[01:00\] @`, 65 * s, "60-65"},
		{"an empty outro", `**A:** \[01:00\] @`, 300 * s, "60-70"},
		{"a stamp beyond the end", "**A:** \\[00:10\\] @\n\n**B:** \\[05:00\\] @", 60 * s, "10-20 20-30"},
		{"one stamp out of order", "**A:** \\[00:10\\] @\n\n**B:** \\[05:00\\] @\n\n**C:** \\[00:30\\] @\n\n**D:** \\[00:40\\] @", 0, "10-20 20-30 30-40 40-50"},
		{"a stamp outweighs a tag", "**A:** @ \\[unintelligible 00:05:00\\]\n\n**B:** \\[01:00\\] @", 0, "48.8-60 60-70"},
		{"a tag is an anchor", "**A:** \\[00:10\\] \\[laughter 00:00:12\\] @", 0, "12-22"},
		{"words that were not understood", "**A:** \\[00:10\\] @\n\n**B:** \\[unintelligible\\] @\n\n**C:** \\[00:43\\] @", 0, "10-25.9 25.9-43 43-58.9"},
		{"two passages that were not understood", "**A:** \\[00:10\\] \\[unintelligible\\] @\n\n**B:** \\[inaudible\\] @\n\n**C:** \\[00:44.20\\] @", 0, "10-27.1 27.1-44.2 44.2-60.1"},
		{"no time for words that were not understood", "**A:** \\[00:10\\] @\n\n**B:** \\[unintelligible\\] @\n\n**C:** \\[00:21\\] @", 0, "10-15.5 15.5-21 21-31"},
		{"faster than possible", "**A:** @\n\n**B:** \\[00:00\\] @", 60 * s, "0-10 10-20"},
		{"no stamps, the usual rate", "**A:** @\n\n**B:** @", 24 * s, "0-12 12-24"},
		{"no stamps, a duration too long", "**A:** @\n\n**B:** @", 600 * s, "0-10 10-20"},
		{"no stamps, a duration too short", "**A:** @\n\n**B:** @", 4 * s, "0-2 2-4"},
		{"no stamps, no duration", "**A:** @", 0, ""},
		{"no room for the words", `**A:** \[00:10\] @`, 100 * time.Millisecond, ""},
		{"nothing said", "**Break:** \\[00:10\\]\n", 60 * s, ""},
		{"clips with a duration", "---\ntimeline: clips\n---\n**A:** \\[05:00\\] @\n\n**B:** \\[01:00\\] @", 20 * s, "0-10 10-20"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			transcript := Parse([]byte(strings.ReplaceAll(test.src, "@", tenSeconds)), nil)
			cues := transcript.Cues(test.duration)
			var got []string
			for i, c := range cues {
				from := c.Start
				for k := i; k >= 0 && cues[k].Turn == c.Turn; k-- {
					from = cues[k].Start
				}
				if i+1 == len(cues) || cues[i+1].Turn != c.Turn {
					got = append(got, fmt.Sprintf("%v-%v", from.Seconds(), c.End.Seconds()))
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStarts(t *testing.T) {
	t.Parallel()
	src := "**A:** \\[00:10\\] @\n\n**Break:** \\[00:20\\]\n\n**Jingle:**\n\n**B:** \\[laughs\\]\n\n**C:** \\[01:00\\] @\n\n**Outro:** \\[01:10\\]\n\n**Jingle:**\n"
	transcript := Parse([]byte(strings.ReplaceAll(src, "@", tenSeconds)), nil)
	want := []time.Duration{10, 20, 20, 59, 60, 70, 70}
	for i := range want {
		want[i] *= time.Second
	}
	if diff := cmp.Diff(want, transcript.Starts(0)); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

// TestLocality adds words between two stamps and expects the times of every other gap to
// stay the same.
func TestLocality(t *testing.T) {
	t.Parallel()
	const src = "**A:** \\[00:10\\] @\n\n**B:** \\[00:30\\] # @\n\n**A:** \\[00:45\\] @\n\n**B:** \\[01:20\\] @\n\n**A:** \\[01:30\\]"
	times := func(words string) (outside []Cue) {
		text := strings.NewReplacer("@", tenSeconds, "#", words).Replace(src)
		for _, c := range Parse([]byte(text), nil).Cues(0) {
			if c.Turn != 1 {
				outside = append(outside, c)
			}
		}
		return outside
	}
	if diff := cmp.Diff(times("Few."), times("Many more words than before, "+tenSeconds)); diff != "" {
		t.Errorf("cues outside of the edited gap (-before +after):\n%s", diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	const before = "**A:** \\[10:00\\] One.\n\n**B:** Yeah.\n\n**A:** " + "A long turn that says something of its own.\n\n**B:** Yeah.\n\n**A:** No.\n\n**A:** \\[10:00\\] Two.\n\n**A:** \\[01:02:03\\] Three.\n"
	first := Parse([]byte(before), nil).Turns
	if first[0].ID != "t-10-00" || first[5].ID != "t-10-00-2" || first[6].ID != "t-1-02-03" {
		t.Errorf("ids of stamped turns: %s, %s, %s", first[0].ID, first[5].ID, first[6].ID)
	}
	if first[1].ID == first[3].ID {
		t.Errorf("two short turns share %s", first[1].ID)
	}
	// A new turn at the start changes no other turn's ID.
	second := Parse([]byte("**C:** Yeah.\n\n"+before), nil).Turns[1:]
	for i := range first {
		if first[i].ID != second[i].ID {
			t.Errorf("turn %d was %s and is %s", i, first[i].ID, second[i].ID)
		}
	}
	repeated := Parse([]byte("**A:** \\[10:00:10\\]\n\n"+strings.Repeat("**A:** No.\n\n**A:** \\[10:00\\]\n\n", 20)), nil).Turns
	seen := map[string]bool{}
	for _, turn := range repeated {
		if seen[turn.ID] {
			t.Errorf("id %s is not unique", turn.ID)
		}
		seen[turn.ID] = true
	}
}

// TestSlowStretch expects that a silence between two stamps does not make the last turn slow.
func TestSlowStretch(t *testing.T) {
	t.Parallel()
	cues := Parse([]byte("**Zoë:** \\[00:07\\] Yes.\n\n**Jo O'Dell:** \\[01:02:11\\] That is all of it.\n"), nil).Cues(0)
	if last := cues[len(cues)-1]; last.End-last.Start > 5*time.Second {
		t.Errorf("the last cue takes %v", last.End-last.Start)
	}
}
