package audio

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/show/chapters"
)

// maxChapterFile is the most bytes of a file of chapters, as in
// show.ParseChapters.
const maxChapterFile = 1 << 20

// ReadChapters reads the chapters of a file of the given size in bytes: an MP3
// with chapters in its tag, or any format of show.ParseChapters. name is the file
// in findings. The images of an MP3's chapters are left out, which rule A010
// reports; ReadTagChapters returns them.
func ReadChapters(r io.ReaderAt, size int64, name string) ([]chapters.Chapter, finding.List) {
	at := finding.Position{File: name}
	none := func(format string, args ...any) ([]chapters.Chapter, finding.List) {
		var found finding.List
		found.Add(ruleNoChapters.At(at, format, args...))
		return nil, found
	}
	head, err := readRange(r, 0, min(size, sniffBytes))
	if err != nil {
		return none("%v", err)
	}
	if TagBytes(head) > 0 || len(head) >= mpegHeaderBytes && parseMPEGHeader(head).size() > 0 {
		tag, err := ReadTag(r, size)
		if err != nil {
			return none("%v", err)
		}
		return tag.ShowChapters(0, at)
	}
	if format, _, _ := strings.Cut(otherFormat(head), ";"); format != "" || isMP4(head) {
		return none("no chapters are read from %s", firstOf(format, "an MP4 file"))
	}
	if size > maxChapterFile {
		return none("%d bytes are more than chapters take", size)
	}
	data, err := readRange(r, 0, size)
	if err != nil {
		return none("%v", err)
	}
	return chapters.Parse(data, name)
}

// ReadTagChapters reads chapters that a new tag gets. Unlike ReadChapters it
// returns the images of those in the tag of another MP3, by the start of the
// chapter, and reports a file without chapters as an error.
func ReadTagChapters(r io.ReaderAt, size int64, name string) ([]chapters.Chapter, map[time.Duration]*Picture, finding.List) {
	chapters, found := ReadChapters(r, size, name)
	found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Rule == ruleDroppedImages.ID })
	if len(chapters) == 0 && !found.HasErrors() {
		found.Add(ruleNoChapters.At(finding.Position{File: name}, "there are no chapters in it").WithHint("--chapters none removes those of the tag"))
	}
	return chapters, chapterImages(r, size), found
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

// ShowChapters returns the chapters of a tag, which may be nil, as chapters of a
// show, without images. duration is that of the audio; zero means the one in the
// tag. All findings are reported at one place.
func (t *Tag) ShowChapters(duration time.Duration, at finding.Position) ([]chapters.Chapter, finding.List) {
	if t == nil {
		return nil, nil
	}
	var list []chapters.Chapter
	for _, c := range sortedChapters(t.Chapters) {
		list = append(list, chapters.Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Hidden: c.Hidden})
	}
	accepted, found := chapters.Accept(chapters.Untimed(list, cmp.Or(duration, t.Duration)), at)
	return accepted, append(found, checkDroppedImages(t.Chapters, at)...)
}

// checkDroppedImages reports by rule A010 the images of a tag's chapters. They
// are left out because a show has its images as files.
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

// sortedChapters returns the chapters of a tag ordered by start, as a show has
// them. A chapter without a title gets one.
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
