package audio

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/show"
)

// CheckTag judges a tag by rules A040 to A042. at is the episode.
func CheckTag(t *Tag, at finding.Position) finding.List {
	var l finding.List
	b, err := t.Bytes()
	if err != nil {
		l.Errorf("A040", at, "", "%v", err)
	}
	if len(b) > maxPublishedTag {
		l.Warnf("A041", at, "save artwork and chapter images smaller", "the ID3 tag has %d kB; every listener downloads it before the first sound", len(b)/1000)
	}
	if n := utf8.RuneCountInString(t.Title); n > maxTitle {
		l.Warnf("A042", at, "shorten it", "the title has %d characters; apps cut it", n)
	}
	for i, c := range t.Chapters {
		if n := utf8.RuneCountInString(c.Title); n > maxTitle {
			l.Warnf("A042", at, "shorten it", "the title of chapter %d has %d characters; apps cut it", i+1, n)
		}
	}
	return l
}

// CheckOldTag compares the tag that a master came with to the one that is
// published, by rules A008 to A011. It never has to agree; where it does not,
// the master may be that of another episode, or chapters were forgotten.
func CheckOldTag(old, published *Tag, at finding.Position) finding.List {
	var l finding.List
	if old == nil {
		return nil
	}
	if old.GUID != "" && published.GUID != "" && old.GUID != published.GUID {
		l.Warnf("A008", at, "put the master of this episode here", "the tag of the master has the GUID of another episode, %q", old.GUID)
	}
	l = append(l, checkNames("tag of the master", [3]string{old.Title, old.Artist, old.Album}, published, at, func(a, b string) bool { return a == b })...)
	if chapters := byStart(old.Chapters); len(chapters) > 0 && !sameChapters(chapters, published.Chapters) {
		l.Warnf("A009", at, "onair audio chapters lists those of the master", "the tag of the master has %s", differentChapters(chapters, published.Chapters))
	}
	if len(published.Chapters) > 0 && countImages(published.Chapters) == 0 {
		l = append(l, checkDroppedImages(old.Chapters, at)...)
	}
	if old.MissingTOC && len(published.Chapters) > 0 {
		l.Add(finding.Finding{Rule: "A011", Severity: finding.Info, Position: at,
			Message: "the chapters in the master's own tag have no table of contents (CTOC), without which several players ignore them; what is published has one"})
	}
	return l
}

// CheckTrailingTags compares what tags behind the audio of a master call the
// episode to the tag that is published, by rule A009.
func CheckTrailingTags(behind []TrailingTag, published *Tag, at finding.Position) finding.List {
	var l finding.List
	for _, t := range behind {
		l = append(l, checkNames(t.Kind+" tag behind the audio", [3]string{t.Title, t.Artist, t.Album}, published, at, t.matches)...)
	}
	return l
}

// checkNames compares title, artist and album of an old tag, as far as it has
// them.
func checkNames(tag string, old [3]string, published *Tag, at finding.Position, same func(old, published string) bool) finding.List {
	var l finding.List
	names, now := [3]string{"title", "artist", "album"}, [3]string{published.Title, published.Artist, published.Album}
	for i, name := range names {
		if old[i] != "" && !same(old[i], now[i]) {
			l.Add(finding.Finding{Rule: "A009", Severity: finding.Info, Position: at,
				Message: fmt.Sprintf("the %s says %s %q; %q is published", tag, name, old[i], now[i])})
		}
	}
	return l
}

// sameChapters reports whether two lists begin alike, to a tenth of a second,
// and have the same titles.
func sameChapters(a, b []Chapter) bool {
	return slices.EqualFunc(a, b, func(a, b Chapter) bool {
		return a.Title == b.Title && (a.Start-b.Start).Abs() <= 100*time.Millisecond
	})
}

// differentChapters says what is different about the first that is.
func differentChapters(old, published []Chapter) string {
	if len(old) != len(published) {
		return fmt.Sprintf("%d chapters and the episode has %d", len(old), len(published))
	}
	for i, c := range old {
		if p := published[i]; !sameChapters(old[i:i+1], published[i:i+1]) {
			return fmt.Sprintf("%q at %s as chapter %d and the episode has %q at %s", c.Title, show.FormatTimestamp(c.Start), i+1, p.Title, show.FormatTimestamp(p.Start))
		}
	}
	return "other chapters"
}

// lateEnd is how far behind the audio a chapter may end without a word: many
// write the ends of chapters in whole seconds.
const endTolerance = time.Second

// CheckTimes judges by rule A043 whether chapters are inside the audio, which
// lasts so long; zero: nobody knows. at is the place of each.
func CheckTimes(chapters []show.Chapter, duration time.Duration, at func(i int) finding.Position) finding.List {
	var l finding.List
	if duration <= 0 {
		return nil
	}
	end := timestamp(duration)
	for i, c := range chapters {
		switch {
		case c.Start >= duration:
			l.Errorf("A043", at(i), "move it, delete it, or check that this is the right audio", "chapter %d starts at %s and the audio ends at %s", i+1, timestamp(c.Start), end)
		case c.End > duration+endTolerance:
			l.Warnf("A043", at(i), "leave out where it ends, or check that this is the right audio", "chapter %d ends at %s and the audio ends at %s", i+1, timestamp(c.End), end)
		}
	}
	return l
}

// timestamp writes a time in the audio to the millisecond.
func timestamp(d time.Duration) string { return show.FormatTimestamp(d.Round(time.Millisecond)) }

// CheckTimes judges the chapters of a tag, which may be nil, by rule A043: also
// the end of the last one, which ShowChapters leaves to the audio.
func (t *Tag) CheckTimes(duration time.Duration, at finding.Position) finding.List {
	if t == nil {
		return nil
	}
	var chapters []show.Chapter
	for _, c := range byStart(t.Chapters) {
		chapters = append(chapters, show.Chapter{Start: c.Start, End: c.End})
	}
	return CheckTimes(chapters, duration, func(int) finding.Position { return at })
}

// CheckChapters judges the chapters of audio that lasts so long by rules A040,
// A042 and A043, all at one place. A duration of zero is one that is not known.
func CheckChapters(chapters []show.Chapter, duration time.Duration, at finding.Position) finding.List {
	timed, _ := TagChapters(chapters, duration, func(string) (*Picture, error) { return nil, nil })
	l := CheckTag(&Tag{Duration: duration, Chapters: timed}, at)
	return append(l, CheckTimes(chapters, duration, func(int) finding.Position { return at })...)
}
