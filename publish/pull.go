package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"onair/internal/durable"
	"onair/internal/slugs"
	"onair/publish/bucket"
	"onair/publish/record"
	"onair/publish/release"
	"onair/show"
	"onair/show/alternate"
	"onair/show/pins"
)

// Pulled is a file that Pull downloaded or skipped.
type Pulled struct {
	File  string // operating-system path
	Bytes int64
	Left  string // why it was skipped; empty if it was not
	Err   error  // why it could not be downloaded
}

// Pull downloads the files that are missing on this machine: the lock, and for
// every episode in the lock the masters, without their original tags. In a folder other
// than the show's, masters are written as episodes/<slug>/audio.mp3 or audio.m4a, and those
// in other languages as audio.<language>.mp3. Existing files are not changed. It calls
// report for every file.
func Pull(ctx context.Context, sh *show.Show, s record.Storage, dir string, report func(Pulled)) error {
	seen, err := observe(ctx, s, "")
	if err != nil {
		return err
	}
	p := &puller{show: sh, storage: s, seen: seen, dir: dir, report: report}
	lock, err := p.pullLock(ctx)
	if err != nil {
		return err
	}
	guids := sortedKeys(lock.Episodes)
	slices.SortFunc(guids, func(a, b string) int { return slugs.Compare(lock.Episodes[a].Slug, lock.Episodes[b].Slug) })
	failed, all := 0, 0
	for _, guid := range guids {
		for _, m := range p.mastersOf(guid, lock.Episodes[guid]) {
			pulled := p.pull(ctx, &m)
			if err := ctx.Err(); err != nil {
				return err
			}
			if all++; pulled.Err != nil {
				failed++
			}
			report(pulled)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d masters could not be downloaded", failed, all)
	}
	return nil
}

// puller is a run of Pull.
type puller struct {
	show    *show.Show
	storage record.Storage
	seen    *record.Listing // of the storage
	dir     string          // where the files are written
	report  func(Pulled)
}

// pulledMaster is a master to download.
type pulledMaster struct {
	guid, language string // language is empty for the audio of the episode itself
	payload        pins.Payload
	name           string // operating-system path
	err            error  // why it has no path
}

// mastersOf returns the masters of an episode.
func (p *puller) mastersOf(guid string, pin *pins.Pin) []pulledMaster {
	name, err := p.masterPath(guid, pin, "", "audio"+release.AudioExt(pin.MediaType))
	all := []pulledMaster{{guid, "", pin.Payload, name, err}}
	for _, a := range pin.Alternates {
		name, err := p.masterPath(guid, pin, a.Language, alternate.FileName(a.Language))
		all = append(all, pulledMaster{guid, a.Language, a.Payload, name, err})
	}
	return all
}

// pullLock returns the show's lock if p.dir is the folder of the show and the lock has
// episodes. Otherwise it returns the copy in the storage, and writes the copy to p.dir
// unless a lock exists there.
func (p *puller) pullLock(ctx context.Context) (*pins.Lock, error) {
	name := filepath.Join(p.dir, pins.File)
	if p.dir == p.show.Folder.Dir && len(p.show.Lock.Episodes) > 0 {
		p.report(Pulled{File: name, Left: "it exists"})
		return p.show.Lock, nil
	}
	sum := p.seen.State.LockSHA256
	if sum == "" {
		return nil, errors.New("the storage has no copy of onair.lock: nothing was published there")
	}
	data, err := record.Download(ctx, p.storage.Records(), record.LockKey(sum))
	if err != nil {
		return nil, fmt.Errorf("read the kept lock: %w", err)
	}
	lock, found := pins.Parse(data)
	if found.HasErrors() {
		return nil, fmt.Errorf("the kept lock is damaged: %w", found[0])
	}
	if _, err := os.Stat(name); err == nil {
		p.report(Pulled{File: name, Left: "it exists"})
		return lock, nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return nil, err
	}
	if err := durable.WriteFile(name, data, 0o644); err != nil {
		return nil, err
	}
	p.report(Pulled{File: name, Bytes: int64(len(data))})
	return lock, nil
}

// pull downloads a master and checks it against its pin.
func (p *puller) pull(ctx context.Context, m *pulledMaster) Pulled {
	if m.err != nil {
		return Pulled{File: m.name, Err: m.err}
	}
	if _, err := os.Stat(m.name); err == nil {
		return Pulled{File: m.name, Left: "it exists"}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Pulled{File: m.name, Err: err}
	}
	body, err := p.open(ctx, m)
	if err != nil {
		return Pulled{File: m.name, Err: err}
	}
	defer body.Close()
	if err := saveChecked(p.dir, m.name, body, m.payload); err != nil {
		return Pulled{File: m.name, Err: err}
	}
	return Pulled{File: m.name, Bytes: m.payload.Bytes}
}

// masterPath returns where to write a master of an episode: the path in the show, or
// else a file of the given name. language is empty for the audio of the episode itself.
// If masterPath returns an error, the path is only the slug, for the report.
func (p *puller) masterPath(guid string, pin *pins.Pin, language, file string) (string, error) {
	if p.dir == p.show.Folder.Dir {
		for _, e := range p.show.Episodes {
			if e.GUID != guid {
				continue
			}
			if name, ok := p.show.Folder.Path(audioPath(e, language)); ok {
				return name, nil
			}
		}
	}
	if err := slugs.Valid(pin.Slug); err != nil {
		return pin.Slug, fmt.Errorf("the lock has an invalid slug: %w", err)
	}
	return filepath.Join(p.dir, "episodes", pin.Slug, file), nil
}

// audioPath returns the path of an episode's audio in a language.
func audioPath(e *show.Episode, language string) string {
	if language == "" {
		return e.Audio
	}
	for _, a := range e.Alternates {
		if strings.EqualFold(a.Language, language) {
			return a.Path
		}
	}
	return e.Dir + "/" + alternate.FileName(language)
}

// open opens the payload of a master: its part or, if the storage has none, the end of
// the published audio, after the tag.
func (p *puller) open(ctx context.Context, m *pulledMaster) (io.ReadCloser, error) {
	if part, ok := p.seen.Parts[bucket.PartsPrefix+m.payload.SHA256]; ok {
		r, _, err := p.storage.Records().Open(ctx, part.Key, 0, -1)
		return r, err
	}
	e := p.seen.State.Episode(m.guid)
	if e == nil {
		return nil, errors.New("it is not in the storage")
	}
	key := e.Audio
	if m.language != "" {
		key = e.Alternates[m.language]
	}
	published, ok := p.seen.Objects[key]
	if !ok || published.Size < m.payload.Bytes {
		return nil, errors.New("it is not in the storage")
	}
	r, _, err := p.storage.Public.Open(ctx, key, published.Size-m.payload.Bytes, -1)
	return r, err
}

// saveChecked writes a payload to the file name. The file is created only if the payload
// is the pinned one. A symbolic link in dir that leads out of dir is not followed. A name
// outside of dir is allowed, because masters may be kept elsewhere.
func saveChecked(dir, name string, body io.Reader, want pins.Payload) error {
	rel, err := filepath.Rel(dir, name)
	if err != nil || !filepath.IsLocal(rel) {
		dir, rel = filepath.Dir(name), filepath.Base(name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := durable.Create(root, filepath.ToSlash(rel), 0o644)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(body, want.Bytes+1))
	if err == nil && (n != want.Bytes || hex.EncodeToString(sum.Sum(nil)) != want.SHA256) {
		err = errors.New("the object in the storage is not the one that onair.lock pins")
	}
	if err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}
