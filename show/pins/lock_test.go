package pins

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/internal/finding"
	"onair/show/chapters"
)

// exampleLock has every field, and texts that YAML would misread without quotes.
func exampleLock() *Lock {
	return &Lock{
		PodcastGUID: "917393e3-1b1e-5cef-ace4-edaa54e1f810",
		Episodes: map[string]*Pin{
			"https://old.example/?p=1: #1": {
				Slug: "1e3",
				Audio: Audio{
					Payload:  Payload{SHA256: strings.Repeat("12", 32), CRC32C: 0x1e9, Bytes: 41_200_000},
					Duration: 62*time.Second + 37_375*time.Microsecond, Bitrate: 96, Channels: 2, MediaType: "audio/mpeg", TagFormat: 1,
				},
				Alternates: []Alternate{
					{Language: "no", Audio: Audio{Payload: Payload{SHA256: strings.Repeat("34", 32), Bytes: 7}, Duration: time.Minute, Channels: 1, MediaType: "audio/mpeg", TagFormat: 1}, Title: "norsk: \"lyd\""},
					{Language: "pt-BR", Audio: Audio{Payload: Payload{SHA256: strings.Repeat("56", 32), CRC32C: 1, Bytes: 8}, Duration: 61500 * time.Millisecond, Bitrate: 64, Channels: 1}, Spoken: "00112233445566e7"},
				},
				Waveform: strings.Repeat("0123456789abcdef", 25),
				Chapters: []chapters.Chapter{
					{Title: "Cold “open”: \"it's\" #1, or not?", Hidden: true},
					{Start: 1, End: time.Hour, Title: "- dash\n", URL: "https://a.example/?a=b&c={d}", Image: "episodes/1e3/a.png"},
				},
			},
			"0b9f3c1e-5b7e-4c0a-9d52-6a8e3f1c2d44": {
				Slug: "4-cloudy", Audio: Audio{
					Payload:  Payload{SHA256: strings.Repeat("ab", 32), CRC32C: 0xffffffff, Bytes: 1},
					Duration: 90 * time.Minute, Bitrate: 128, Channels: 1, MediaType: "audio/x-m4a",
				},
			},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	l := exampleLock()
	want, err := os.ReadFile("testdata/onair.lock")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(l.Format())); diff != "" {
		t.Errorf("-testdata/onair.lock +formatted\n%s", diff)
	}
	got, found := Parse(l.Format())
	if len(found) > 0 {
		t.Error(found)
	}
	// Format replaces a line break in a title.
	l.Episodes["https://old.example/?p=1: #1"].Chapters[1].Title = "- dash"
	if diff := cmp.Diff(l, got); diff != "" {
		t.Errorf("-formatted +parsed\n%s", diff)
	}
}

func TestLockIsTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	want := exampleLock().Format()
	for range 20 {
		if got := exampleLock().Format(); !bytes.Equal(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestEmptyLock(t *testing.T) {
	t.Parallel()
	l, found := Parse((&Lock{}).Format())
	if len(found) > 0 || len(l.Episodes) > 0 || l.PodcastGUID != "" {
		t.Errorf("lock %+v, findings %v", l, found)
	}
	if l, found := Parse(nil); l.Episodes == nil || len(found) != 1 {
		t.Errorf("no bytes: lock %+v, findings %v", l, found)
	}
}

func TestLockClone(t *testing.T) {
	t.Parallel()
	l := exampleLock()
	c := l.Clone()
	if diff := cmp.Diff(l, c); diff != "" {
		t.Errorf("-lock +clone\n%s", diff)
	}
	for guid, pin := range c.Episodes {
		pin.Slug = "changed"
		if len(pin.Chapters) > 0 {
			pin.Chapters[0].Title = "changed"
		}
		delete(c.Episodes, guid)
	}
	if diff := cmp.Diff(exampleLock(), l); diff != "" {
		t.Errorf("the clone shares something: -want +got\n%s", diff)
	}
}

// TestLockStanzas expects two branches that each publish an episode to change different
// lines.
func TestLockStanzas(t *testing.T) {
	t.Parallel()
	base := exampleLock()
	more := base.Clone()
	more.Episodes["5f0c7a52-1f0e-4c3b-8a43-6a0b1c2d3e4f"] = &Pin{Slug: "5-tail", Audio: Audio{Payload: Payload{SHA256: strings.Repeat("0", 64), Bytes: 1}}}
	before, after := string(base.Format()), string(more.Format())
	i := strings.Index(after, `  "5f0c7a52`)
	j := strings.Index(after[i:], `  "https:`)
	if i < 0 || j < 0 || after[:i]+after[i+j:] != before {
		t.Errorf("a pin is not one block of lines:\n%s", after)
	}
}

// FuzzLockText checks that the lock can be read, whatever the tag of a master contains.
func FuzzLockText(f *testing.F) {
	for _, s := range []string{"a", "", " a ", "a\nb", "\x00", "\xff", "\ufeff", "\u0085\u2028", "\"\\", "#", "\ufffe", "\U0001f600", "{a: b}", "~", strings.Repeat("é", 40_000), strings.Repeat("a", 70_000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := exampleLock()
		for _, pin := range l.Episodes {
			pin.MediaType = s
			pin.Chapters = []chapters.Chapter{{Title: s, URL: s, Image: s}}
		}
		data := l.Format()
		again, found := Parse(data)
		if len(found) > 0 {
			t.Fatalf("%v in\n%s", found, data)
		}
		if !bytes.Equal(again.Format(), data) {
			t.Errorf("formatted differently the second time:\n%s\n%s", data, again.Format())
		}
	})
}

// FuzzParse expects a lock that was parsed without an error to stay the same when it is
// formatted and parsed again, and its bytes to stay the same when it is formatted again.
func FuzzParse(f *testing.F) {
	f.Add(exampleLock().Format())
	f.Add([]byte("version: 1\nepisodes:\n  a: {slug: b, sha256: " + strings.Repeat("0", 64) + ", bytes: 1, duration: 0.000000001}\n"))
	for _, s := range []string{"# nothing\n", "version: 2\n", "version: 1\nepisodes:\n  a: {slug: b}\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, found := Parse(data)
		if l.Episodes == nil {
			t.Fatal("no map")
		}
		if len(found) > 0 {
			return
		}
		formatted := l.Format()
		again, found := Parse(formatted)
		if len(found) > 0 {
			t.Fatalf("%v in\n%s", found, formatted)
		}
		if diff := cmp.Diff(l, again); diff != "" {
			t.Errorf("-first +second\n%s", diff)
		}
		if !bytes.Equal(again.Format(), formatted) {
			t.Errorf("formatted differently the second time:\n%s", formatted)
		}
	})
}

func TestLockKeepsAcceptedChapters(t *testing.T) {
	t.Parallel()
	got, _ := chapters.Accept([]chapters.Chapter{
		{End: 12, Title: " Cold\x00open\ufffd ", URL: "javascript:alert(1)"},
		{Start: 12, End: 48, Title: "\ufffe", Hidden: true, URL: "https://a.example/?b=c"},
		{Start: 60, End: 60, Title: "The \"end\""},
	}, finding.Position{File: "a.mp3"})
	lock := exampleLock()
	for _, pin := range lock.Episodes {
		pin.Chapters = got
	}
	again, found := Parse(lock.Format())
	if diff := cmp.Diff(lock, again); diff != "" || len(found) > 0 {
		t.Errorf("%v; -want +got\n%s", found, diff)
	}
}

// TestLongLock reads a lock with more episodes than other files may have keys. It expects
// errors in later parts to be found too.
func TestLongLock(t *testing.T) {
	t.Parallel()
	const many = 20_000
	l := &Lock{Episodes: map[string]*Pin{}}
	for i := range many {
		l.Episodes[fmt.Sprintf("guid-%05d", i)] = &Pin{Slug: fmt.Sprintf("%d-a", i), Audio: Audio{Payload: Payload{SHA256: strings.Repeat("ab", 32), CRC32C: 7, Bytes: 1}, Duration: time.Second, TagFormat: 1}}
	}
	data := l.Format()
	again, found := Parse(data)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if diff := cmp.Diff(l, again); diff != "" {
		t.Error(diff)
	}

	text := strings.Replace(string(data), `"19999-a"`, `"19999 a"`, 1) + "  \"guid-00000\":\n    slug: \"0-b\"\n"
	places := func(s string) int { return strings.Count(text[:strings.Index(text, s)], "\n") + 1 }
	_, found = Parse([]byte(text))
	var lines []int
	for _, f := range found {
		lines = append(lines, f.Line)
	}
	want := []int{places(`"19999 a"`), strings.Count(text, "\n") - 1}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("findings in lines (-want +got):\n%s\n%v", diff, found)
	}
}
