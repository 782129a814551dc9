package audio

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"onair/internal/finding"
	"onair/internal/source"
	"onair/show/chapters"
)

// Limits of rules A041 to A043.
const (
	maxPublishedTag = 1 << 20 // bytes
	maxTitle        = 255     // characters

	// endTolerance is how long after the audio a chapter may end without a finding:
	// many people write the ends of chapters in whole seconds.
	endTolerance = time.Second
)

// CheckTag checks a tag by rules A040 to A042. at is the place of the episode.
func CheckTag(t *Tag, at finding.Position) finding.List {
	var l finding.List
	parts, err := t.Parts()
	if err != nil {
		l.Add(ruleTagEncoding.At(at, "%v", err))
	}
	if size := joined(parts).size(); size > maxPublishedTag {
		l.Add(ruleTagBytes.At(at, "the ID3 tag has %d kB; every listener downloads it before the first sound", size/1000))
	}
	if n := utf8.RuneCountInString(t.Title); n > maxTitle {
		l.Add(ruleLongTitle.At(at, "the title has %d characters; apps cut it", n))
	}
	for i, c := range t.Chapters {
		if n := utf8.RuneCountInString(c.Title); n > maxTitle {
			l.Add(ruleLongTitle.At(at, "the title of chapter %d has %d characters; apps cut it", i+1, n))
		}
	}
	return l
}

// CheckOldTags compares the tag of the master file, which may be nil, and the tags
// after its audio to the published one, by rules A008 to A011. The tags need not agree,
// but a difference may mean that the master belongs to another episode, or that
// chapters were forgotten.
func CheckOldTags(old *Tag, trailing []TrailingTag, published *Tag, at finding.Position) finding.List {
	l := checkTrailingTags(trailing, published, at)
	if old == nil {
		return l
	}
	if old.GUID != "" && published.GUID != "" && old.GUID != published.GUID {
		l.Add(ruleOtherGUID.At(at, "the tag of the master has the GUID of another episode, %q", old.GUID))
	}
	for i, value := range []string{old.Title, old.Artist, old.Album} {
		if now := published.names()[i]; value != "" && value != now {
			l.Add(otherName("tag of the master", i, value, now, at))
		}
	}
	chapters := slices.DeleteFunc(sortedChapters(old.Chapters), func(c Chapter) bool { // chapters after the end of the audio cannot be published
		return published.Duration > 0 && c.Start >= published.Duration
	})
	if len(chapters) > 0 && !sameChapters(chapters, published.Chapters) {
		f := ruleOldTag.At(at, "the tag of the master has %s", describeDifference(chapters, published.Chapters))
		l.Add(f.WithHint("onair audio chapters lists those of the master"))
	}
	if len(published.Chapters) > 0 && countImages(published.Chapters) == 0 {
		l = append(l, checkDroppedImages(old.Chapters, at)...)
	}
	if old.MissingTOC && len(published.Chapters) > 0 {
		l.Add(ruleNoTOC.At(at, "the chapters in the master's own tag have no table of contents (CTOC), without which several players ignore them; what is published has one"))
	}
	return l
}

// checkTrailingTags compares the names in the tags after the audio of a master to the
// published tag, by rule A009.
func checkTrailingTags(tags []TrailingTag, published *Tag, at finding.Position) finding.List {
	var l finding.List
	for _, t := range tags {
		for i, value := range []string{t.Title, t.Artist, t.Album} {
			if now := published.names()[i]; value != "" && !t.matches(value, now) {
				l.Add(otherName(t.Kind+" tag behind the audio", i, value, now, at))
			}
		}
	}
	return l
}

// names returns the title, the artist and the album of a tag.
func (t *Tag) names() [3]string { return [3]string{t.Title, t.Artist, t.Album} }

// otherName returns the finding that the i-th name of a tag is not the published one.
func otherName(tag string, i int, old, published string, at finding.Position) finding.Finding {
	field := [3]string{"title", "artist", "album"}[i]
	return ruleOldTag.At(at, "the %s says %s %q; %q is published", tag, field, old, published).WithSeverity(finding.Info)
}

// sameChapters reports whether two lists have the same titles at the same
// starts, give or take a tenth of a second.
func sameChapters(a, b []Chapter) bool {
	return slices.EqualFunc(a, b, func(a, b Chapter) bool {
		return a.Title == b.Title && (a.Start-b.Start).Abs() <= 100*time.Millisecond
	})
}

// describeDifference describes the first difference between two lists.
func describeDifference(old, published []Chapter) string {
	if len(old) != len(published) {
		return fmt.Sprintf("%d chapters and the episode has %d", len(old), len(published))
	}
	for i, c := range old {
		if p := published[i]; !sameChapters(old[i:i+1], published[i:i+1]) {
			return fmt.Sprintf("%q at %s as chapter %d and the episode has %q at %s", c.Title, source.FormatTimestamp(c.Start), i+1, p.Title, source.FormatTimestamp(p.Start))
		}
	}
	return "other chapters"
}

// CheckTimes checks by rule A043 that chapters are inside audio of the given duration;
// zero means that the duration is not known. at returns the place of chapter i.
func CheckTimes(chapters []chapters.Chapter, duration time.Duration, at func(i int) finding.Position) finding.List {
	var l finding.List
	if duration <= 0 {
		return nil
	}
	end := timestamp(duration)
	for i, c := range chapters {
		switch {
		case c.Start >= duration:
			f := ruleChapterTimes.At(at(i), "chapter %d starts at %s and the audio ends at %s", i+1, timestamp(c.Start), end)
			l.Add(f.WithHint("move it, delete it, or check that this is the right audio"))
		case c.End > duration+endTolerance:
			f := ruleChapterTimes.At(at(i), "chapter %d ends at %s and the audio ends at %s", i+1, timestamp(c.End), end)
			l.Add(f.WithSeverity(finding.Warning).WithHint("leave out where it ends, or check that this is the right audio"))
		}
	}
	return l
}

// timestamp formats a time in the audio, to the millisecond.
func timestamp(d time.Duration) string { return source.FormatTimestamp(d.Round(time.Millisecond)) }

// CheckTimes checks the chapters of a tag by rule A043, including the end of the last
// chapter, which ShowChapters does not keep. t may be nil.
func (t *Tag) CheckTimes(duration time.Duration, at finding.Position) finding.List {
	if t == nil {
		return nil
	}
	var list []chapters.Chapter
	for _, c := range sortedChapters(t.Chapters) {
		list = append(list, chapters.Chapter{Start: c.Start, End: c.End})
	}
	return CheckTimes(list, duration, func(int) finding.Position { return at })
}

// CheckChapters checks the chapters of audio of the given duration by rules A040, A042
// and A043. at is the place of all findings. A duration of zero means that the duration
// is not known.
func CheckChapters(chapters []chapters.Chapter, duration time.Duration, at finding.Position) finding.List {
	timed, _ := TagChapters(chapters, duration, func(string) (*Picture, error) { return nil, nil })
	l := CheckTag(&Tag{Duration: duration, Chapters: timed}, at)
	return append(l, CheckTimes(chapters, duration, func(int) finding.Position { return at })...)
}
