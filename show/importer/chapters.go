package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onair/audio"
	"onair/internal/source"
	"onair/show/chapters"
)

// chapters writes the chapters and their images: those of the chapters file, else those
// in the feed, else those in the tag of the audio.
func (f *episodeFolder) chapters(ctx context.Context) error {
	list, err := f.linkedChapters(ctx)
	if err != nil {
		return err
	}
	var pictures map[time.Duration]*audio.Picture
	if len(list) == 0 {
		list, pictures = f.tagChapters()
	}
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	if last := &list[len(list)-1]; (last.End - f.e.enclosure.duration).Abs() < time.Second {
		last.End = 0 // onair writes the end of the episode there
	}
	saved := map[string]string{}
	for i, ch := range list {
		key := ch.Image
		read := func() ([]byte, string, error) {
			address, ok := webAddress(ch.Image)
			if !ok {
				return nil, "", fmt.Errorf("%s is not an address", source.ShortQuote(ch.Image))
			}
			return f.image(ctx, address)
		}
		if picture := pictures[ch.Start]; picture != nil {
			key = string(picture.Data)
			read = func() ([]byte, string, error) { return asArtwork(picture.Data) }
		}
		if _, known := saved[key]; !known && key != "" {
			if saved[key], err = f.chapterImage(ctx, i, ch.Title, read); err != nil {
				return err
			}
		}
		list[i].Image = saved[key]
	}
	return f.write("chapters.json", chapters.FormatJSON(list))
}

// chapterImage writes the image of chapter i, and returns the name of its file. The name is
// empty if the image cannot be read.
func (f *episodeFolder) chapterImage(ctx context.Context, i int, title string, read func() ([]byte, string, error)) (name string, err error) {
	data, ext, err := read()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		f.lose("the image of the chapter %s is not there: %v", source.ShortQuote(title), err)
		return "", nil
	}
	name = fmt.Sprintf("chapter-%d%s", i+1, ext)
	return name, f.write(name, data)
}

// linkedChapters returns the chapters of the chapters file, else those in the feed.
func (f *episodeFolder) linkedChapters(ctx context.Context) ([]chapters.Chapter, error) {
	inFeed := f.e.chapters
	if f.e.chaptersURL == "" {
		return inFeed, nil
	}
	data, _, _, err := f.p.web.read(ctx, f.e.chaptersURL, 4<<20)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var list []chapters.Chapter
	if err == nil {
		read, found := chapters.Parse(data, "chapters.json")
		if list = read; len(list) == 0 && found.HasErrors() {
			err = errors.New(found[0].Message)
		}
	}
	if err != nil {
		f.lose("the chapters %s are not there: %s", f.e.chaptersURL, line(err.Error()))
	}
	if bytes.Contains(data, []byte(`"location"`)) {
		f.lose("the places in its chapters are dropped")
	}
	if len(list) == 0 {
		return inFeed, nil
	}
	if len(inFeed) > 0 && !slices.EqualFunc(list, inFeed, sameChapter) {
		f.writer.add(Loss{f.e.title, "psc:chapters is dropped: the chapters file has others", chapterText(inFeed)})
	}
	return list, nil
}

// tagChapters returns the chapters in the tag of the audio in the folder, and their images
// by the start of the chapter.
func (f *episodeFolder) tagChapters() ([]chapters.Chapter, map[time.Duration]*audio.Picture) {
	name := f.audioName()
	if name == "" {
		return nil, nil
	}
	file, err := f.root.Open(f.temp + "/" + name)
	if err != nil {
		return nil, nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil
	}
	list, pictures, found := audio.ReadTagChapters(file, info.Size(), name)
	for _, x := range found {
		if len(list) > 0 {
			f.lose("chapters of its tag: %s", x.Message)
		}
	}
	return list, pictures
}

func sameChapter(a, b chapters.Chapter) bool {
	return a.Start == b.Start && line(a.Title) == line(b.Title) && a.URL == b.URL && a.Image == b.Image
}

// chapterText returns chapters on one line.
func chapterText(list []chapters.Chapter) string {
	var parts []string
	for _, ch := range list {
		parts = append(parts, line(strings.Join([]string{source.FormatTimestamp(ch.Start), ch.Title, ch.URL, ch.Image}, " ")))
	}
	return strings.Join(parts, ", ")
}
