package release

import (
	"container/list"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"onair/audio"
	"onair/feed"
	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/placeholder"
	"onair/internal/raster"
	"onair/internal/slugs"
	"onair/show"
)

const (
	// maxImage is the size limit of an image file, in bytes. Apple's largest artwork is
	// far smaller.
	maxImage = 20 << 20
	// maxPictures is how many bytes of images are kept in memory.
	maxPictures = 4 << 20
)

// pictures reads images of a show and keeps the most recently used ones.
type pictures struct {
	recent list.List // of *picture, most recent first
	bytes  int
}

type picture struct {
	name   string
	digest string // SHA-256 of the file, in hex
	*audio.Picture
}

func (p *pictures) read(folder show.Folder, name string) (*audio.Picture, error) {
	for e := p.recent.Front(); e != nil; e = e.Next() {
		if known := e.Value.(*picture); known.name == name {
			p.recent.MoveToFront(e)
			return known.Picture, nil
		}
	}
	data, err := folder.ReadFile(name, maxImage)
	if err != nil {
		return nil, err
	}
	read, err := audio.ReadPicture(data)
	if err != nil {
		return nil, err
	}
	p.recent.PushFront(&picture{name, fmt.Sprintf("%x", sha256.Sum256(data)), read})
	for p.bytes += len(data); p.bytes > maxPictures && p.recent.Len() > 1; {
		p.bytes -= len(p.recent.Remove(p.recent.Back()).(*picture).Data)
	}
	return read, nil
}

// digest returns the SHA-256 of a picture, in hex; empty for nil.
func (p *pictures) digest(of *audio.Picture) string {
	if of == nil {
		return ""
	}
	for e := p.recent.Front(); e != nil; e = e.Next() {
		if known := e.Value.(*picture); known.Picture == of {
			return known.digest
		}
	}
	return fmt.Sprintf("%x", sha256.Sum256(of.Data))
}

// image is the state of an image of the show.
type image struct {
	key string           // key of the image's object; empty before there is one
	at  finding.Position // where the show names the image; zero until checkPicture sets it
	err error
}

// imageError reports that an image cannot be read. It is reported once, where the
// show names the image, and not for everything that would use it.
type imageError struct {
	name string
	err  error
}

func (e *imageError) Error() string { return e.name + ": " + e.err.Error() }
func (e *imageError) Unwrap() error { return e.err }

// picture returns an image of the show. Unlike imageKey it adds no object. Several
// uploads, which make their tags again, may call it at the same time.
func (b *builder) picture(name string) (*audio.Picture, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	im := b.images[name]
	if im == nil {
		im = &image{}
		b.images[name] = im
	}
	if im.err != nil {
		return nil, im.err
	}
	p, err := b.pictures.read(b.show.Folder, name)
	if err != nil {
		im.err = &imageError{name, err}
	}
	return p, im.err
}

// digest returns the SHA-256, in hex, of a picture that the method picture returned;
// empty for nil.
func (b *builder) digest(p *audio.Picture) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pictures.digest(p)
}

// imageKey adds an image of the show and returns its key. The key is empty if the image
// cannot be read, which is reported where the show names the image.
func (b *builder) imageKey(name string) string {
	p, err := b.picture(name)
	if err != nil {
		return ""
	}
	im := b.images[name]
	if im.key == "" {
		ext := ".jpg"
		if p.MediaType == "image/png" {
			ext = ".png"
		}
		stem := slugs.Make(strings.TrimSuffix(path.Base(name), path.Ext(name)))
		o, err := b.addNew(RoleArtwork, hashedKey("assets/"+stem, ext), func(w io.Writer) error {
			data, err := b.show.Folder.ReadFile(name, maxImage)
			if err == nil {
				_, err = w.Write(data)
			}
			return err
		})
		if err != nil { // the file was deleted after b.picture read it
			im.err = &imageError{name, err}
			return ""
		}
		im.key = o.Key
	}
	return im.key
}

// checkImages reports problems of an episode's chapters and of its own images. The
// show's images are checked once, in New.
func (b *builder) checkImages(e *Episode) {
	if e.Artwork != "" && e.Artwork != b.show.Artwork {
		b.checkArtwork(e.Artwork, e.At("artwork"))
	}
	b.findings = append(b.findings, feed.CheckChapters(e.Episode)...)
	for i, c := range e.Chapters {
		if c.Image == "" {
			continue
		}
		at := e.At(fmt.Sprintf("chapters[%d].image", i))
		if p := b.checkPicture(c.Image, at); p != nil {
			b.findings = append(b.findings, audio.CheckChapterImage(b.o.Cache, p, at, c.Image)...)
		}
	}
}

// checkArtwork checks an image that directories show.
func (b *builder) checkArtwork(name string, at finding.Position) {
	p := b.checkPicture(name, at)
	if p == nil {
		return
	}
	b.findings = append(b.findings, audio.CheckArtwork(b.o.Cache, p, at, name)...)
	if placeholder.Is(p.Data) {
		b.findings.Add(rulePlaceholder.At(at, "%s is still the placeholder that onair init drew", name))
	}
}

// checkPicture returns an image that the show names at a place. It is nil if the image
// cannot be read. That is reported the first time, except for a missing file, which
// package show reports.
func (b *builder) checkPicture(name string, at finding.Position) *audio.Picture {
	p, err := b.picture(name)
	im := b.images[name]
	known := im.at != (finding.Position{})
	if !known {
		im.at = at
	}
	if err != nil {
		if !known && !errors.Is(err, fs.ErrNotExist) {
			b.findings.Add(ruleImage.At(at, "%v", err))
		}
		return nil
	}
	return p
}

// checkPictures reports portraits, and logos of sponsors and of the show, that cannot be
// read.
func (b *builder) checkPictures() {
	check := func(name string, at finding.Position) {
		if name != "" && !strings.Contains(name, "://") {
			b.checkPicture(name, at)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.show.People)) {
		check(b.show.People[id].Image, b.show.At("people."+id+".image"))
	}
	for _, id := range slices.Sorted(maps.Keys(b.show.Sponsors)) {
		check(b.show.Sponsors[id].Logo, b.show.At("sponsors."+id+".logo"))
	}
	credits := func(field string, all []show.Credit, at func(string) finding.Position) {
		for i, c := range all {
			check(c.Person.Image, at(fmt.Sprintf("%s[%d].image", field, i)))
		}
	}
	credits("hosts", b.show.Hosts, b.show.At)
	for _, e := range b.show.Episodes {
		credits("hosts", e.Hosts, e.At)
		credits("guests", e.Guests, e.At)
		credits("people", e.People, e.At)
	}
	check(b.show.Theme.Logo, b.show.At("theme.logo"))
}

// artworkKey returns the key of an episode's own artwork. If own is empty or cannot be
// read, it returns the key of the show's artwork.
func (b *builder) artworkKey(own string) string {
	if own != "" && own != b.show.Artwork {
		if key := b.imageKey(own); key != "" {
			return key
		}
	}
	if b.show.Artwork == "" {
		return ""
	}
	return b.imageKey(b.show.Artwork)
}

// noteImage is an image that notes or a description show.
type noteImage struct {
	object *Object // nil if the image cannot be used
	err    error   // why it cannot be used
}

// addNoteImages adds the images in the show's folder that a text in Markdown shows, and
// maps their names in the text to their addresses. Paths in the text are relative to
// dir. If publish is false, because the text is not live, its images are only checked.
// The function at returns the place of an image in the text.
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

// localImage returns the path of an image that a text in dir shows. The path is relative
// to the show's folder, as is an address that starts with a slash. local is false for an
// image elsewhere.
func localImage(address, dir string) (name string, local bool) {
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{Path: address}
	}
	if u.Scheme != "" || u.Host != "" || strings.Trim(u.Path, "/") == "" {
		return "", false
	}
	if strings.HasPrefix(u.Path, "/") {
		return path.Clean(u.Path)[1:], true
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
	if raster.TooLarge(data) {
		im.err = raster.ErrTooLarge
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

// lineOf returns the position of a text in a file. It searches lines, a part of the file
// that begins at line number first. Without a match it returns the line first.
func lineOf(file, lines string, first int, text string) finding.Position {
	if i := strings.Index(lines, text); i >= 0 {
		first += strings.Count(lines[:i], "\n")
	}
	return finding.Position{File: file, Line: first}
}
