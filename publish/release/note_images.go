package release

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/slugs"
)

// noteImage is an image that notes or a description show.
type noteImage struct {
	object *Object // nil until it is published
	err    error
}

// addNoteImages adds the images in the show's folder that a text in Markdown shows, and
// returns their addresses by what the text calls them. Paths in the text are relative
// to dir. publish is false for a text that is not live, whose images are only checked.
// at returns the place of an image in the text.
func (b *builder) addNoteImages(text, dir string, publish bool, at func(address string) finding.Position) map[string]string {
	if !strings.Contains(text, "![") && !strings.Contains(text, "<img") && !strings.Contains(text, "<IMG") {
		return nil
	}
	urls := map[string]string{}
	markdown.HTMLWithImages(text, "", func(address string) string {
		name, local := localImage(address, dir)
		if _, known := urls[address]; known || !local {
			return ""
		}
		urls[address] = ""
		im := b.noteImage(name)
		switch {
		case errors.Is(im.err, fs.ErrNotExist):
			b.findings.Add(ruleNoteImage.At(at(address), "there is no file %s", strconv.Quote(name)))
		case im.err != nil:
			b.findings.Add(ruleNoteImage.At(at(address), "%s: %v", name, im.err))
		case publish:
			urls[address] = b.url(b.add(im.object).Key)
		}
		return ""
	})
	return urls
}

// localImage returns the path in the show's folder of an image that a text in dir shows.
// local is false for an image elsewhere.
func localImage(address, dir string) (name string, local bool) {
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{Path: address}
	}
	if u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	return path.Join(dir, u.Path), true
}

// imageTypes are the kinds of images that all browsers and apps show, with their
// extensions.
var imageTypes = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}

// noteImage reads an image of the show's folder.
func (b *builder) noteImage(name string) *noteImage {
	if im := b.noteImages[name]; im != nil {
		return im
	}
	im := &noteImage{}
	b.noteImages[name] = im
	if !fs.ValidPath(name) {
		im.err = errors.New("it is not in the show's folder")
		return im
	}
	data, err := b.show.Folder.ReadFile(name, maxImage)
	if err != nil {
		im.err = err
		return im
	}
	mediaType := http.DetectContentType(data)
	ext, ok := imageTypes[mediaType]
	if !ok {
		im.err = fmt.Errorf("it is %s, and neither JPEG, PNG, GIF nor WebP", mediaType)
		return im
	}
	stem := slugs.Make(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	im.object = objectOf(RoleArtwork, data, func(w io.Writer) error {
		data, err := b.show.Folder.ReadFile(name, maxImage)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
	im.object.Key = hashedKey("assets/"+stem, ext)(im.object.SHA256)
	return im
}

// lineOf returns the place of a text in lines that start on a line of a file.
func lineOf(file, lines string, first int, text string) finding.Position {
	if i := strings.Index(lines, text); i >= 0 {
		first += strings.Count(lines[:i], "\n")
	}
	return finding.Position{File: file, Line: first}
}
