package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/audio"
	"onair/internal/finding"
	"onair/internal/statcache"
	"onair/publish/bucket"
	"onair/show"
	"onair/transcripts"
)

// Options are the circumstances of a release. Only Now is required.
type Options struct {
	Now   time.Time        // decides which episodes are live, and nothing else
	Cache *statcache.Cache // measurements of masters; nil: measure again

	// Progress hears how many of the show's episodes have been measured: the part
	// of a release that takes long. Nil: nobody listens.
	Progress func(done, all int)

	// ReplaceAudio names the episodes, by slug, whose pinned audio may change.
	ReplaceAudio []string
	// Remove names the published episodes, by slug or GUID, that are to go.
	Remove []string
}

// Release is everything that should be live: every object with its key, size,
// checksum and headers, and the lock as it stands once they are. The same show
// at the same station of its schedule gives the same release, byte for byte, on
// any machine and whether the audio is on it or only in the bucket.
type Release struct {
	Show     *show.Show
	Now      time.Time
	Objects  []*Object // sorted by key
	Episodes []*Episode
	Lock     *show.Lock
	Feed     *Object
}

// live returns the episodes that the feed names, newest first: those that are
// live and have audio.
func (r *Release) live() []*Episode {
	return slices.DeleteFunc(slices.Clone(r.Episodes), func(e *Episode) bool { return e.audio == nil })
}

// Object is one object of a release.
type Object struct {
	bucket.Object
	Class   Class
	Role    Role
	Episode string // slug; empty for what belongs to the whole show
	SHA256  string // hex; of audio, of the two digests of tag and payload (DESIGN section 3)
	Missing string // why there is no Body: the file that is not on this machine
}

// Role says what an object is for, for people and for the order of upload.
type Role string

// The roles, in the words of the plan.
const (
	RoleAudio      Role = "audio"
	RoleArtwork    Role = "artwork"
	RoleTranscript Role = "transcript"
	RoleChapters   Role = "chapters"
	RoleTheme      Role = "theme"
	RolePage       Role = "page"
	RoleFeed       Role = "feed"
)

// Episode is an episode of the release and the facts of its audio.
type Episode struct {
	*show.Episode
	Status show.Status
	Pin    show.Pin // zero while nothing is known of the audio

	audio       *Object
	master      *master // nil when the audio is not on this machine
	chapters    *Object
	transcripts []*transcript
}

// AudioKey is the key of the tagged audio; empty where it is not known.
func (e *Episode) AudioKey() string {
	if e.audio == nil {
		return ""
	}
	return e.audio.Key
}

// AudioBytes is the size of the tagged audio.
func (e *Episode) AudioBytes() int64 {
	if e.audio == nil {
		return 0
	}
	return e.audio.Size
}

// builder carries what the steps of building a release share.
type builder struct {
	show     *show.Show
	o        *Options
	findings finding.List
	objects  map[string]*Object // by key
	images   map[string]*image  // by path in the show's folder
	release  *Release
}

// NewRelease builds the release of a show. It reports everything that is wrong
// with it; with an error among the findings the release must not be published
// and may lack what the error is about. The error is for what is not the
// show's fault, such as an interrupt.
func NewRelease(ctx context.Context, s *show.Show, o *Options) (*Release, finding.List, error) {
	b := &builder{
		show:    s,
		o:       o,
		objects: map[string]*Object{},
		images:  map[string]*image{},
		release: &Release{Show: s, Now: o.Now, Lock: s.Lock.Clone()},
	}
	b.findings = append(b.findings, checkStorage(s)...)
	for i, e := range s.Episodes {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		b.addEpisode(e)
		if o.Progress != nil {
			o.Progress(i+1, len(s.Episodes))
		}
	}
	for _, name := range b.o.Remove {
		b.forget(name)
	}
	b.pinShow()
	b.addSite()
	for _, o := range b.objects {
		b.release.Objects = append(b.release.Objects, o)
	}
	slices.SortFunc(b.release.Objects, func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
	b.findings.Sort()
	return b.release, b.findings, nil
}

// sources are the folders of a show that publishing reads.
var sources = []string{"episodes", "people", "sponsors", "templates"}

// checkStorage refuses a local bucket that is or holds the show's folder, or
// lies among its sources: publishing would feed on its own output.
func checkStorage(s *show.Show) (found finding.List) {
	dir, ok := strings.CutPrefix(s.Storage, "file:")
	if !ok {
		return nil
	}
	home := filepath.Join(string(filepath.Separator), "show") // where there is no folder any will do
	if s.Folder.Dir != "" {
		home = s.Folder.Dir
	}
	if dir = filepath.FromSlash(dir); !filepath.IsAbs(dir) {
		dir = filepath.Join(home, dir)
	}
	bad := within(home, dir)
	for _, source := range sources {
		bad = bad || within(dir, filepath.Join(home, source))
	}
	if bad {
		found.Errorf("P001", s.At("storage"), "give it a folder of its own, such as file:public", "storage %s is, holds or lies among the show's own files", s.Storage)
	}
	return found
}

// within reports whether a path is a folder or lies below it.
func within(name, folder string) bool {
	rel, err := filepath.Rel(folder, name)
	return err == nil && filepath.IsLocal(rel)
}

// addEpisode adds one episode: all of it when it is live, its audio's facts
// when it is scheduled, only the findings when it is a draft.
func (b *builder) addEpisode(e *show.Episode) {
	re := &Episode{Episode: e, Status: e.Status(b.o.Now)}
	b.release.Episodes = append(b.release.Episodes, re)
	if !b.measure(re) {
		return
	}
	tag := b.tag(re)
	b.readTranscripts(re)
	if re.Status != show.Live || re.Pin.Payload.Bytes == 0 || tag == nil {
		return
	}
	b.addAudio(re, tag)
	b.addTranscripts(re)
	b.addChapters(re)
}

// add puts an object into the release, with the headers that its key has.
func (b *builder) add(o *Object) *Object {
	if old, ok := b.objects[o.Key]; ok && old.SHA256 != o.SHA256 {
		b.findings.Errorf("P002", show.Position{}, "rename one of them", "%s and %s both want the key %s", describe(old), describe(o), o.Key)
	}
	o.Headers = HeadersFor(o.Key, b.show.Feed.Path, b.show.CDN != nil)
	o.Class = ClassOf(o.Key, b.show.Feed.Path)
	if o.Metadata == nil {
		o.Metadata = map[string]string{metaSHA256: o.SHA256}
	}
	b.objects[o.Key] = o
	return o
}

func describe(o *Object) string {
	if o.Episode != "" {
		return string(o.Role) + " of " + o.Episode
	}
	return string(o.Role)
}

// metaSHA256 is the metadata by which an object is known as onair's and can be
// told from any other content without reading it.
const metaSHA256 = "onair-sha256"

// keyed adds an object whose key holds the hash of its content.
func (b *builder) keyed(role Role, stem, ext string, data []byte) *Object {
	sum := sha256.Sum256(data)
	return b.fixed(role, stem+"-"+hex.EncodeToString(sum[:8])+ext, data)
}

// fixed adds an object under a key of its own.
func (b *builder) fixed(role Role, key string, data []byte) *Object {
	sum := sha256.Sum256(data)
	return b.add(&Object{
		Role:   role,
		SHA256: hex.EncodeToString(sum[:]),
		Object: bucket.Object{
			Key:    key,
			Size:   int64(len(data)),
			CRC32C: crc32.Checksum(data, castagnoli),
			Body:   func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		},
	})
}

// maxImage bounds an image file of the show; Apple's largest artwork is far
// below it.
const maxImage = 20 << 20

// image is an image of the show, read once.
type image struct {
	*audio.Picture
	object *Object
	err    error
}

// picture reads an image of the show; the release gets it as an object only
// when imageKey asks.
func (b *builder) picture(name string) (*audio.Picture, error) {
	im, ok := b.images[name]
	if !ok {
		im = &image{}
		b.images[name] = im
		data, err := b.show.Folder.ReadFile(name, maxImage)
		if err == nil {
			im.Picture, err = audio.ReadPicture(data)
		}
		if err != nil {
			im.err = &imageError{name, err}
		}
	}
	return im.Picture, im.err
}

// imageError: an image cannot be read. It is reported once, where the show names
// the image, and not again by everything that the image would have gone into.
type imageError struct {
	name string
	err  error
}

func (e *imageError) Error() string { return e.name + ": " + e.err.Error() }
func (e *imageError) Unwrap() error { return e.err }

// imageKey adds an image of the show and returns its key; empty where the image
// cannot be read, which whoever names it has reported.
func (b *builder) imageKey(name string) string {
	p, err := b.picture(name)
	if err != nil {
		return ""
	}
	im := b.images[name]
	if im.object == nil {
		ext := ".jpg"
		if p.MediaType == "image/png" {
			ext = ".png"
		}
		stem := show.Slugify(strings.TrimSuffix(path.Base(name), path.Ext(name)))
		im.object = b.keyed(RoleArtwork, "assets/"+stem, ext, p.Data)
	}
	return im.object.Key
}

// transcript is a Markdown transcript of a live episode and what came of it.
type transcript struct {
	show.TranscriptFile
	text  *transcripts.Transcript
	cues  []transcripts.Cue
	files []*Object // in the order of captions
}

// formats are what a transcript becomes, in the order in which the feed names
// them: apps take the first they can read.
var formats = []struct {
	name  string
	timed bool // needs cues
}{
	{"vtt", true}, {"srt", true}, {"json", true}, {"html", false}, {"txt", false},
}

const maxTranscript = 16 << 20

func (b *builder) readTranscripts(e *Episode) {
	for _, f := range e.Transcripts {
		src, err := b.show.Folder.ReadFile(f.Path, maxTranscript)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) { // package show reports a missing file that is named
				b.findings.Errorf("P003", show.Position{File: f.Path}, "", "read transcript: %v", err)
			}
			continue
		}
		t := transcripts.Parse(src, b.transcriptOptions(f.Path))
		b.findings = append(b.findings, t.Findings...)
		e.transcripts = append(e.transcripts, &transcript{TranscriptFile: f, text: t, cues: t.Cues(e.Pin.Duration)})
	}
}

func (b *builder) transcriptOptions(file string) *transcripts.Options {
	o := &transcripts.Options{File: file}
	if b.show.Transcripts.Fraction == "frames30" {
		o.Fraction = transcripts.Frames30
	}
	for _, p := range b.show.People {
		o.People = append(o.People, transcripts.Person{Name: p.Name, Aliases: p.Aliases})
	}
	slices.SortFunc(o.People, func(a, b transcripts.Person) int { return strings.Compare(a.Name, b.Name) })
	return o
}

func (b *builder) addTranscripts(e *Episode) {
	for _, t := range e.transcripts {
		stem := "episodes/" + e.Slug + "/transcript"
		if t.Language != e.Language {
			stem += "." + strings.ToLower(t.Language)
		}
		for _, f := range formats {
			if f.timed && t.cues == nil {
				continue
			}
			data, err := t.render(f.name)
			if err != nil {
				b.findings.Errorf("P004", show.Position{File: t.Path}, "", "write %s: %v", f.name, err)
				continue
			}
			o := b.keyed(RoleTranscript, stem, "."+f.name, data)
			o.Episode = e.Slug
			t.files = append(t.files, o)
		}
	}
}

func (t *transcript) render(format string) ([]byte, error) {
	var out bytes.Buffer
	var err error
	switch format {
	case "vtt":
		err = transcripts.WriteVTT(&out, t.cues)
	case "srt":
		err = transcripts.WriteSRT(&out, t.cues)
	case "json":
		err = transcripts.WriteJSON(&out, t.cues)
	case "html":
		err = transcripts.WriteHTML(&out, t.text, t.cues)
	default:
		err = transcripts.WriteText(&out, t.text)
	}
	return out.Bytes(), err
}

// pinShow gives the show its podcast:guid at the first release to a public URL.
func (b *builder) pinShow() {
	if b.release.Lock.PodcastGUID == "" && b.show.IsPublic() && !b.show.Private && b.show.Target == "" {
		b.release.Lock.PodcastGUID = show.PodcastGUID(b.show.FeedURL())
	}
}
