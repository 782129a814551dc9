package audio

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"onair/internal/finding"
	"onair/show"
)

// maxChapterFile bounds a file of chapters; show.ParseChapters takes no more.
const maxChapterFile = 1 << 20

// ReadChapters reads the chapters of a file of so many bytes: those in the tag
// of an MP3, or of a file in any format that show.ParseChapters knows. name is
// the file in findings. The images of an MP3's chapters are left out, which rule
// A010 says; ChapterImages has them.
func ReadChapters(r io.ReaderAt, size int64, name string) ([]show.Chapter, finding.List) {
	var found finding.List
	at := finding.Position{File: name}
	head, err := readRange(r, 0, min(size, sniffBytes))
	if err != nil {
		found.Errorf("A050", at, "", "%v", err)
		return nil, found
	}
	if TagBytes(head) > 0 || len(head) >= mpegHeaderBytes && parseMPEGHeader(head).size() > 0 {
		tag, err := ReadTag(r, size)
		if err != nil {
			found.Errorf("A050", at, "", "%v", err)
			return nil, found
		}
		return tag.ShowChapters(0, at)
	}
	if what, _, _ := strings.Cut(otherFormat(head), ";"); what != "" || isMP4(head) {
		found.Errorf("A050", at, "", "no chapters are read from %s", firstOf(what, "an MP4 file"))
		return nil, found
	}
	if size > maxChapterFile {
		found.Errorf("A050", at, "", "%d bytes are more than chapters take", size)
		return nil, found
	}
	data, err := readRange(r, 0, size)
	if err != nil {
		found.Errorf("A050", at, "", "%v", err)
		return nil, found
	}
	return show.ParseChapters(data, name)
}

// ChapterImages are the images of the chapters in the tag of an MP3, by the start
// of the chapter; none where it cannot be read.
func ChapterImages(r io.ReaderAt, size int64) map[time.Duration]*Picture {
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

// ShowChapters returns the chapters of a tag, which may be nil, as a show has
// them, without images. The audio lasts so long; zero: what the tag says. What is
// wrong with them is reported at a place that stands for all.
func (t *Tag) ShowChapters(duration time.Duration, at finding.Position) ([]show.Chapter, finding.List) {
	if t == nil {
		return nil, nil
	}
	var chapters []show.Chapter
	for _, c := range byStart(t.Chapters) {
		chapters = append(chapters, show.Chapter{Start: c.Start, End: c.End, Title: c.Title, URL: c.URL, Hidden: c.Hidden})
	}
	accepted, found := show.AcceptChapters(show.Untimed(chapters, cmp.Or(duration, t.Duration)), at)
	return accepted, append(found, checkDroppedImages(t.Chapters, at)...)
}

// leftImages says by rule A010 that the images of a tag's chapters are left out:
// a show has images as files.
func checkDroppedImages(chapters []Chapter, at finding.Position) finding.List {
	var l finding.List
	switch n := countImages(chapters); n {
	case 0:
	case 1:
		l.Warnf("A010", at, "export the image, and name it in a JSON file of chapters (img)", "1 image of chapters in the MP3's own tag is left out")
	default:
		l.Warnf("A010", at, "export the images, and name them in a JSON file of chapters (img)", "%d images of chapters in the MP3's own tag are left out", n)
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

// played are the chapters of a tag in the order of time, which is the only one
// that a show has, each with a title.
func byStart(chapters []Chapter) []Chapter {
	chapters = slices.Clone(chapters)
	slices.SortStableFunc(chapters, func(a, b Chapter) int { return cmp.Compare(a.Start, b.Start) })
	for i := range chapters {
		if chapters[i].Title == "" {
			chapters[i].Title = fmt.Sprintf("Chapter %d", i+1)
		}
	}
	return chapters
}
