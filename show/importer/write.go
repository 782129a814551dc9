package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats of artwork
	"image/jpeg"
	_ "image/png"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	_ "golang.org/x/image/webp" // a format of artwork
	"golang.org/x/sync/errgroup"

	"onair/internal/durable"
	"onair/internal/source"
	"onair/transcripts"
)

const (
	maxImage      = 20 << 20
	maxTranscript = 16 << 20
	atOnce        = 4 // number of episodes written at the same time
)

// writer writes the files of a plan.
type writer struct {
	p    *Plan
	dir  string
	root *os.Root
	art  [sha256.Size]byte // hash of the show's artwork

	mu       sync.Mutex
	losses   []Loss
	progress Progress
}

// Write writes the folder, and returns further losses, which are not in Plan.Losses.
// After an error or a kill, another import continues.
func (p *Plan) Write(ctx context.Context) ([]Loss, error) {
	if err := os.MkdirAll(p.o.Dir, 0o755); err != nil {
		return nil, err
	}
	replace := !p.isShow || p.o.Overwrite
	if replace { // before anything else, so that another import continues whatever is there
		if err := durable.WriteFile(filepath.Join(p.o.Dir, marker), []byte("An import has not ended. Run it again to continue.\n"), 0o644); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(p.o.Dir, "episodes"), 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(p.o.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	w := &writer{p: p, dir: p.o.Dir, root: root}
	w.progress.AllEpisodes, w.progress.AllBytes = len(p.items), p.Bytes
	if replace {
		if err := w.writeShow(ctx); err != nil {
			return w.losses, err
		}
	} else {
		w.readArtwork()
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, e := range slices.Backward(p.items) { // newest first
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := w.writeEpisode(ctx, e)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.progress.Episodes++
			w.report()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return w.losses, err
	}
	if err := root.Remove(marker); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w.losses, err
	}
	return w.losses, nil
}

// report calls Options.Progress. The caller holds w.mu.
func (w *writer) report() {
	if w.p.o.Progress != nil {
		w.p.o.Progress(w.progress)
	}
}

// lose records a loss. It may be called concurrently.
func (w *writer) lose(where, format string, args ...any) {
	w.add(Loss{Where: where, What: fmt.Sprintf(format, args...)})
}

func (w *writer) add(l Loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.losses = append(w.losses, l)
}

// writeShow writes the files of the show, show.yaml last, because this file makes the
// folder a show.
func (w *writer) writeShow(ctx context.Context) error {
	files := w.p.show
	if files.artwork != "" {
		data, ext, err := w.image(ctx, files.artwork)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			w.lose("", "the artwork %s is not there: %v", files.artwork, err)
		} else {
			w.art = sha256.Sum256(data)
			if err := w.put("artwork"+ext, data); err != nil {
				return err
			}
		}
	}
	for _, f := range []struct{ name, text string }{
		{"people.yaml", files.c.people.file()},
		{"onair.lock", string(files.lock)},
		{".gitignore", "/episodes/*/*.mp3\n/episodes/*/*.m4a\n/public/\n"},
		{"show.yaml", files.file(commonPrefix(w.p.items))},
	} {
		if f.text == "" || f.name != "show.yaml" && f.name != "people.yaml" && w.exists(f.name) {
			continue
		}
		if err := w.put(f.name, []byte(f.text)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) exists(name string) bool {
	_, err := w.root.Lstat(name)
	return err == nil
}

// put writes a file of the show.
func (w *writer) put(name string, data []byte) error {
	return durable.WriteFile(filepath.Join(w.dir, filepath.FromSlash(name)), data, 0o644)
}

// readArtwork reads the show's artwork, so that episodes with the same artwork do not get
// a copy.
func (w *writer) readArtwork() {
	for _, ext := range []string{".jpg", ".png"} {
		if data, err := w.root.ReadFile("artwork" + ext); err == nil {
			w.art = sha256.Sum256(data)
		}
	}
}

// writeEpisode writes the folder of an episode under a temporary name, and then renames
// it.
func (w *writer) writeEpisode(ctx context.Context, e *episode) error {
	final := "episodes/" + e.slug
	if e.dir != "" {
		final = e.dir
	}
	temp := fmt.Sprintf("episodes/.import-%x", sha256.Sum256([]byte(e.guid)))[:len("episodes/.import-")+16]
	if err := w.root.MkdirAll(temp, 0o755); err != nil {
		return err
	}
	f := &episodeFolder{writer: w, e: e, temp: temp}
	if err := f.fill(ctx); err != nil {
		return err
	}
	if e.dir != "" {
		old := temp + "-old"
		if err := errors.Join(w.root.RemoveAll(old), w.root.Rename(final, old)); err != nil {
			return err
		}
		defer w.root.RemoveAll(old)
	}
	return w.root.Rename(temp, final)
}

// episodeFolder is the folder of an episode that is being written.
type episodeFolder struct {
	*writer
	e    *episode
	temp string
}

func (f *episodeFolder) write(name string, data []byte) error {
	return f.root.WriteFile(f.temp+"/"+name, data, 0o644)
}

func (f *episodeFolder) lose(format string, args ...any) { f.writer.lose(f.e.title, format, args...) }

// fill writes all files of the episode.
func (f *episodeFolder) fill(ctx context.Context) error {
	e := f.e
	e.head.put("date", formatDate(e.date))
	var more yamlDoc
	here, err := f.audio(ctx)
	if err != nil {
		return err
	}
	if !here {
		f.enclosure(ctx, &more)
	}
	for _, write := range []func(context.Context) error{f.artwork, f.transcripts, f.chapters} {
		if err := write(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	more.text("extra", e.extra)
	text := "---\n" + e.head.b.String() + e.front.b.String() + more.b.String() + "---\n"
	if e.notes != "" {
		text += "\n" + e.notes + "\n"
	}
	return f.write("episode.md", []byte(text))
}

// enclosure writes the enclosure of audio that stays where it is.
func (f *episodeFolder) enclosure(ctx context.Context, y *yamlDoc) {
	x := f.e.enclosure
	if x.length == 0 {
		if response, err := f.p.web.get(ctx, x.url, http.Header{"Range": {"bytes=0-0"}}, maxAudio); err == nil {
			response.Body.Close()
			if x.length = response.ContentLength; response.StatusCode == http.StatusPartialContent {
				_, total, _ := strings.Cut(response.Header.Get("Content-Range"), "/")
				_, _ = fmt.Sscan(total, &x.length)
			}
		}
		if x.length <= 0 {
			x.length = 1
			f.lose("the length of its audio is not known; correct length: in episode.md")
		}
	}
	y.put("enclosure", fmt.Sprintf("{url: %s, length: %d, type: %s}", source.Quote(x.url), x.length, source.Quote(x.mediaType)))
	if x.duration > 0 {
		y.put("duration", source.FormatSeconds(x.duration))
	}
}

// image downloads an image, and converts it like asArtwork.
func (w *writer) image(ctx context.Context, address string) (data []byte, ext string, err error) {
	if data, _, _, err = w.p.web.read(ctx, address, maxImage); err != nil {
		return nil, "", err
	}
	return asArtwork(data)
}

// asArtwork converts a WebP or GIF image to JPEG, because directories refuse these
// formats. JPEG and PNG images stay unchanged. ext is the extension for the file.
func asArtwork(data []byte) (converted []byte, ext string, err error) {
	switch kind := http.DetectContentType(data); kind {
	case "image/jpeg":
		return data, ".jpg", nil
	case "image/png":
		return data, ".png", nil
	case "image/webp", "image/gif":
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width*config.Height > 50_000_000 {
			return nil, "", errors.New("it cannot be decoded")
		}
		decoded, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, "", errors.New("it cannot be decoded")
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, decoded, &jpeg.Options{Quality: 92}); err != nil {
			return nil, "", err
		}
		return out.Bytes(), ".jpg", nil
	default:
		return nil, "", fmt.Errorf("it is %s, not an image", kind)
	}
}

func (f *episodeFolder) artwork(ctx context.Context) error {
	if f.e.artwork == "" {
		return nil
	}
	data, ext, err := f.image(ctx, f.e.artwork)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		f.lose("its artwork %s is not there: %v", f.e.artwork, err)
		return nil
	case sha256.Sum256(data) == f.art:
		return nil
	}
	return f.write("artwork"+ext, data)
}

// transcripts downloads and converts the transcripts.
func (f *episodeFolder) transcripts(ctx context.Context) error {
	for _, t := range f.e.transcripts {
		data, _, _, err := f.p.web.read(ctx, t.url, maxTranscript)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var md []byte
		if err == nil {
			md, err = convertTranscript(data, t.url, f.e.enclosure.duration)
		}
		if err != nil {
			f.lose("its transcript %s is not there: %s", t.url, line(err.Error()))
			continue
		}
		name := "transcript.md"
		if t.language != "" {
			name = "transcript." + t.language + ".md"
		}
		if err := f.write(name, md); err != nil {
			return err
		}
	}
	return nil
}

// convertTranscript converts a transcript of an episode to Markdown. Markdown has stamps in
// whole seconds, so its captions have times that differ a little from those of data, and
// their Markdown may have other stamps. convertTranscript writes Markdown that is the same
// if its captions are converted again. duration may be 0.
func convertTranscript(data []byte, address string, duration time.Duration) ([]byte, error) {
	t, md, err := transcriptOf(data, path.Base(pathOf(address)))
	if err != nil {
		return nil, err
	}
	if cues := t.Cues(0); duration == 0 && len(cues) > 0 {
		duration = cues[len(cues)-1].End
	}
	for range 5 {
		var captions bytes.Buffer
		cues := transcripts.Parse(md, nil).Cues(duration)
		if len(cues) == 0 || transcripts.WriteVTT(&captions, cues) != nil {
			break
		}
		_, again, err := transcriptOf(captions.Bytes(), "transcript.vtt")
		if err != nil || bytes.Equal(again, md) {
			break
		}
		md = again
	}
	return md, nil
}

func transcriptOf(data []byte, file string) (t *transcripts.Transcript, md []byte, err error) {
	t, err = transcripts.Read(data, "", &transcripts.ReadOptions{Options: transcripts.Options{File: file}})
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	err = transcripts.WriteMarkdown(&out, t)
	return t, out.Bytes(), err
}

var hostName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$`)
