package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"onair/audio"
	"onair/internal/source"
)

// audio puts the audio into the folder, and reports whether it is there. If it is not,
// the episode keeps the address of the audio.
func (f *episodeFolder) audio(ctx context.Context) (here bool, err error) {
	x, o := f.e.enclosure, f.p.o
	if o.NoAudio || !strings.HasPrefix(x.mediaType, "audio/") {
		return false, nil
	}
	if f.audioName() != "" { // left by a run that was killed
		return true, nil
	}
	if o.AudioFrom != "" {
		return f.localAudio()
	}
	part := filepath.Join(f.dir, filepath.FromSlash(f.temp), "audio.part")
	err = repeat(ctx, func() error { return f.download(ctx, x.url, part) })
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if local := (*fs.PathError)(nil); errors.As(err, &local) {
		return false, err // the disk is full, for example
	}
	if err != nil {
		f.lose("its audio stays at %s: %s", x.url, line(err.Error()))
		return false, nil
	}
	return f.adopt(part)
}

// audioName returns the name of the audio in the folder, or an empty string if there is
// none.
func (f *episodeFolder) audioName() string {
	for _, name := range []string{"audio.mp3", "audio.m4a"} {
		if f.exists(f.temp + "/" + name) {
			return name
		}
	}
	return ""
}

// adopt checks audio that was downloaded or copied, and renames it to its final name.
func (f *episodeFolder) adopt(part string) (here bool, err error) {
	file, err := os.Open(part)
	if err != nil {
		return false, err
	}
	info, err := file.Stat()
	var mediaType string
	if err == nil {
		mediaType, err = audio.Recognize(file, info.Size())
	}
	file.Close()
	if err != nil {
		f.lose("its audio stays at %s: what is there is not MP3 or AAC: %s", f.e.enclosure.url, line(err.Error()))
		return false, errors.Join(os.Remove(part), removed(f.root.Remove(f.temp+"/audio.etag")))
	}
	name := "audio.mp3"
	if mediaType != audio.MP3 {
		name = "audio.m4a"
	}
	// An import that stops before the rename downloads the audio again. In the other
	// order it would leave the ETag in the episode's folder for good.
	if err := removed(f.root.Remove(f.temp + "/audio.etag")); err != nil {
		return false, err
	}
	err = os.Rename(part, filepath.Join(filepath.Dir(part), name))
	return err == nil, err
}

func removed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// localAudio copies the audio from the folder that the user named. The file must have the
// name with which the address of the enclosure ends, in any case.
func (f *episodeFolder) localAudio() (here bool, err error) {
	name, _ := url.PathUnescape(path.Base(pathOf(f.e.enclosure.url)))
	entries, err := os.ReadDir(f.p.o.AudioFrom)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		if !strings.EqualFold(entry.Name(), name) || !entry.Type().IsRegular() {
			continue
		}
		from, err := os.Open(filepath.Join(f.p.o.AudioFrom, entry.Name()))
		if err != nil {
			return false, err
		}
		defer from.Close()
		part := filepath.Join(f.dir, filepath.FromSlash(f.temp), "audio.part")
		to, err := os.Create(part)
		if err != nil {
			return false, err
		}
		_, err = io.Copy(to, from)
		if err := errors.Join(err, to.Close()); err != nil {
			return false, err
		}
		return f.adopt(part)
	}
	f.lose("its audio stays at %s: the folder has no file %s", f.e.enclosure.url, source.ShortQuote(name))
	return false, nil
}

// download downloads a file. It continues where an earlier try ended if the server says
// that the file has not changed.
func (f *episodeFolder) download(ctx context.Context, address, part string) error {
	etagFile := f.temp + "/audio.etag"
	header := http.Header{"Accept-Encoding": {"identity"}}
	etag, _ := f.root.ReadFile(etagFile)
	var have int64
	if info, err := os.Stat(part); err == nil && len(etag) > 0 && info.Size() > 0 {
		have = info.Size()
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		header.Set("If-Range", string(etag))
	}
	response, err := f.p.web.get(ctx, address, header, maxAudio)
	var status *statusError
	if errors.As(err, &status) && status.code == http.StatusRequestedRangeNotSatisfiable && have > 0 {
		return errors.Join(os.Remove(part), errCutOff) // start again
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if response.StatusCode == http.StatusPartialContent {
		if !strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) {
			return errors.Join(os.Remove(part), errCutOff)
		}
		flags = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	} else {
		etag := response.Header.Get("ETag")
		if strings.HasPrefix(etag, "W/") || response.Header.Get("Content-Encoding") != "" {
			etag = ""
		}
		// Bytes of another version must be gone before the new ETag is written.
		if err := removed(os.Remove(part)); err != nil {
			return err
		}
		if err := f.root.WriteFile(etagFile, []byte(etag), 0o644); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(part, flags, 0o644)
	if err != nil {
		return err
	}
	// Hide ReadFrom, because it would bypass the buffer.
	n, err := io.CopyBuffer(struct{ io.Writer }{file}, &counted{response.Body, f.writer}, make([]byte, copyBuffer))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if want := response.ContentLength; err == nil && want >= 0 && n < want {
		err = errCutOff
	}
	return err
}

// copyBuffer is the number of bytes of a download that are written at once.
const copyBuffer = 256 << 10

// counted counts the bytes read, for the progress.
type counted struct {
	io.Reader
	w *writer
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.w.mu.Lock()
	c.w.progress.Bytes += int64(n)
	c.w.report()
	c.w.mu.Unlock()
	return n, err
}

// commonPrefix returns the prefix that a service for counting downloads has put before
// the host in the addresses of all audio, or "" if there is none.
func commonPrefix(items []*episode) string {
	prefix := ""
	for i, e := range items {
		rest := strings.TrimPrefix(e.enclosure.url, "https://")
		parts := strings.Split(rest, "/")
		at := -1
		for n := 1; n < len(parts)-1; n++ {
			if hostName.MatchString(parts[n]) && !strings.HasSuffix(parts[n], ".mp3") {
				at = n
			}
		}
		if at < 0 || rest == e.enclosure.url {
			return ""
		}
		own := "https://" + strings.Join(parts[:at], "/") + "/"
		if i > 0 && own != prefix {
			return ""
		}
		prefix = own
	}
	return prefix
}
