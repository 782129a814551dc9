package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"onair/audio"
	"onair/audio/picture"
	"onair/internal/durable"
	"onair/internal/finding"
	"onair/show/chapters"
)

// maxImage is the largest number of bytes read from an image file. It is above the
// limit of audio.ReadPicture, which reports the error.
const maxImage = 64 << 20

// readCover reads the image of --cover. A fault for which podcast directories would
// refuse the image is only a warning, because the MP3 may not be meant for directories.
func readCover(a *app, name string) (*audio.Picture, finding.List, error) {
	if name == "" || name == noFile {
		return nil, nil, nil
	}
	f, _, err := durable.OpenRegular(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxImage))
	if err != nil {
		return nil, nil, err
	}
	p, err := readPicture(a, data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, warnings(audio.CheckArtwork(a.cache(), p, finding.Position{File: name}, name)), nil
}

// readPicture reads an image for a tag. An image that is cut off or damaged is an
// error.
func readPicture(a *app, data []byte) (*audio.Picture, error) {
	p, err := audio.ReadPicture(data)
	if err != nil {
		return nil, err
	}
	if damage := picture.Inspect(a.cache(), data).Damage; damage != "" {
		return nil, fmt.Errorf("the image cannot be shown whole: %s", damage)
	}
	return p, nil
}

// warnings turns errors into warnings.
func warnings(found finding.List) finding.List {
	for i := range found {
		found[i].Severity = max(found[i].Severity, finding.Warning)
	}
	return found
}

// newChapters are the chapters of --chapters. If they come from an MP3, images has the
// chapters' images, by the start of the chapter.
type newChapters struct {
	file     string
	chapters []chapters.Chapter
	images   map[time.Duration]*audio.Picture
}

// readTagChapters reads the chapters of --chapters.
func readTagChapters(name string) (*newChapters, finding.List, error) {
	if name == "" || name == noFile {
		return &newChapters{}, nil, nil
	}
	f, stat, err := durable.OpenRegular(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	chapters, images, found := audio.ReadTagChapters(f, stat.Size(), name)
	return &newChapters{name, chapters, images}, found, nil
}

// setChapters replaces the chapters of the tag, with their images.
func setChapters(a *app, t *audio.Tag, n *newChapters, found *finding.List) error {
	at := func(int) finding.Position { return finding.Position{File: n.file} }
	*found = append(*found, audio.CheckTimes(n.chapters, t.Duration, at)...)
	var err error
	if t.Chapters, err = audio.TagChapters(n.chapters, t.Duration, chapterImageReader(a, n.file, found)); err != nil {
		return err
	}
	for i := range t.Chapters {
		if image := n.images[t.Chapters[i].Start]; image != nil {
			t.Chapters[i].Image = image
		}
	}
	return nil
}

// chapterImageReader returns a function that reads an image named in a chapters file.
// The image must be in the folder of that file; an image on the web is left out. The
// function adds its findings to found.
func chapterImageReader(a *app, file string, found *finding.List) func(string) (*audio.Picture, error) {
	return func(name string) (*audio.Picture, error) {
		if name == "" {
			return nil, nil
		}
		if u, err := url.Parse(name); err == nil && u.Host != "" {
			fmt.Fprintf(a.stderr, "left out: the image %s, because it is on the web\n", clean(name))
			return nil, nil
		}
		root, err := os.OpenRoot(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		defer root.Close()
		f, _, err := durable.OpenRegularBy(root.Stat, root.Open, filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxImage))
		if err != nil {
			return nil, err
		}
		p, err := readPicture(a, data)
		if err == nil {
			at := finding.Position{File: filepath.ToSlash(filepath.Join(filepath.Dir(file), name))}
			*found = append(*found, warnings(audio.CheckChapterImage(a.cache(), p, at, name))...)
		}
		return p, err
	}
}
