package audio

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode"

	"onair/internal/finding"
	"onair/show/chapters"
)

// maxChapterFile is the largest size in bytes of a file of chapters, as in
// chapters.Parse.
const maxChapterFile = 1 << 20

// FileChapters describes the chapters of a file.
type FileChapters struct {
	List     []chapters.Chapter
	Count    int           // number of chapters in the file; List may have fewer
	Duration time.Duration // duration of the audio; 0 for a file without audio
}

// ReadChapters reads the chapters of a file of the given size in bytes: audio that has
// chapters, or any format of chapters.Parse. name is the name of the file in findings.
// The images of an MP3's chapters are left out, which rule A010 reports;
// ReadTagChapters returns them.
func ReadChapters(r io.ReaderAt, size int64, name string) (*FileChapters, finding.List) {
	at := finding.Position{File: name}
	none := func(err error) (*FileChapters, finding.List) {
		var found finding.List
		found.Add(ruleNoChapters.At(at, "%v", err))
		return &FileChapters{}, found
	}
	head, err := readRange(r, 0, min(size, sniffBytes))
	if err != nil {
		return none(err)
	}
	if isChapterText(head) {
		if size > maxChapterFile {
			return none(fmt.Errorf("%d bytes are more than chapters take", size))
		}
		data, err := readRange(r, 0, size)
		if err != nil {
			return none(err)
		}
		list, found := chapters.Parse(data, name)
		return &FileChapters{List: list, Count: len(list)}, found
	}
	c, tag, err := readAudioChapters(r, size)
	if err != nil {
		return none(err)
	}
	var found finding.List
	c.List, found = tag.ShowChapters(0, at)
	return c, found
}

// readAudioChapters reads the tag of an audio file. c has the number of chapters in the
// tag and the duration of the audio, but no list. The tag is nil if the file has none.
// The duration is zero if the tag has chapters but no audio can be read.
func readAudioChapters(r io.ReaderAt, size int64) (c *FileChapters, tag *Tag, err error) {
	info, probeErr := Probe(r, size)
	c = &FileChapters{}
	switch {
	case probeErr == nil && info.MediaType == M4A:
		tag, c.Count, err = readMP4Tag(r, size)
	default:
		old, readErr := readTags(r, size)
		if err = readErr; old != nil {
			tag, c.Count = &old.tag, len(old.chapters.elements)+len(old.chapters.unplaced)
		}
	}
	if probeErr == nil {
		c.Duration = info.Duration
	} else if c.Count == 0 {
		return nil, nil, probeErr // its chapters may be where no audio was recognized
	}
	return c, tag, err
}

// isChapterText reports whether a file that begins with head is text, in any
// encoding.
func isChapterText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) { // UTF-16
		return len(head) >= 4 && (head[2] == 0 || head[3] == 0)
	}
	return !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) })
}

// ReadTagChapters reads the chapters for a new tag. Unlike ReadChapters, it also
// returns the chapter images in the tag of an MP3, by the start of the chapter, and
// reports a file without chapters as an error.
func ReadTagChapters(r io.ReaderAt, size int64, name string) ([]chapters.Chapter, map[time.Duration]*Picture, finding.List) {
	c, found := ReadChapters(r, size, name)
	found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Rule == ruleDroppedImages.ID })
	if len(c.List) == 0 && !found.HasErrors() {
		found.Add(ruleNoChapters.At(finding.Position{File: name}, "there are no chapters in it").WithHint("--chapters none removes those of the tag"))
	}
	return c.List, chapterImages(r, size), found
}

// chapterImages returns the images of the chapters in the tag of an MP3, by the
// start of the chapter. It returns none if the tag cannot be read.
func chapterImages(r io.ReaderAt, size int64) map[time.Duration]*Picture {
	images := map[time.Duration]*Picture{}
	if tag, _ := ReadTag(r, size); tag != nil {
		for _, c := range tag.Chapters {
			if c.Image != nil {
				images[c.Start] = c.Image
			}
		}
	}
	return images
}

// ShowChapters returns the chapters of a tag as chapters of a show, without images. The
// tag may be nil. Chapters that start after duration, the length of the audio, are left
// out; zero means that the length is not known. at is the place of all findings.
func (t *Tag) ShowChapters(duration time.Duration, at finding.Position) ([]chapters.Chapter, finding.List) {
	if t == nil {
		return nil, nil
	}
	found := t.CheckProblems(at)
	var list []chapters.Chapter
	sorted := sortedChapters(t.Chapters)
	for i, c := range sorted {
		late := duration > 0 && c.Start >= duration
		implied := i+1 < len(sorted) && c.End == sorted[i+1].Start
		switch f := ruleChapterTimes.At(at, "").WithSeverity(finding.Warning).WithHint("check that this is the right audio"); {
		case late:
			f.Message = fmt.Sprintf("chapter %d starts at %s and the audio ends at %s; it is left out", i+1, timestamp(c.Start), timestamp(duration))
			found.Add(f)
		case duration > 0 && c.End > duration+endTolerance && !implied:
			f.Message = fmt.Sprintf("chapter %d ends at %s and the audio ends at %s", i+1, timestamp(c.End), timestamp(duration))
			found.Add(f)
		}
		if late {
			continue
		}
		list = append(list, chapters.Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Hidden: c.Hidden})
	}
	accepted, wrong := chapters.Accept(chapters.Untimed(list, cmp.Or(duration, t.Duration)), at)
	return accepted, slices.Concat(found, wrong, checkDroppedImages(t.Chapters, at))
}

// CheckProblems reports the problems of the tag's chapter frames by rule A013. t may be
// nil.
func (t *Tag) CheckProblems(at finding.Position) finding.List {
	var l finding.List
	if t != nil {
		for _, problem := range t.Problems {
			l.Add(ruleOwnChapters.At(at, "%s", problem))
		}
	}
	return l
}

// checkDroppedImages reports by rule A010 the images of a tag's chapters. They are left
// out because a show keeps its images as files.
func checkDroppedImages(chapters []Chapter, at finding.Position) finding.List {
	var l finding.List
	switch n := countImages(chapters); n {
	case 0:
	case 1:
		l.Add(ruleDroppedImages.At(at, "1 image of chapters in the MP3's own tag is left out"))
	default:
		l.Add(ruleDroppedImages.At(at, "%d images of chapters in the MP3's own tag are left out", n))
	}
	return l
}

func countImages(chapters []Chapter) (n int) {
	for _, c := range chapters {
		if c.Image != nil {
			n++
		}
	}
	return n
}

// sortedChapters returns the chapters of a tag ordered by start. A chapter without a
// title gets a numbered one.
func sortedChapters(chapters []Chapter) []Chapter {
	chapters = slices.Clone(chapters)
	slices.SortStableFunc(chapters, func(a, b Chapter) int { return cmp.Compare(a.Start, b.Start) })
	for i := range chapters {
		if chapters[i].Title == "" {
			chapters[i].Title = fmt.Sprintf("Chapter %d", i+1)
		}
	}
	return chapters
}
