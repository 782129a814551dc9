package publish

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/bucket"
	"onair/publish/cdn"
	"onair/show"
	"onair/transcripts/credit"
	"onair/transcripts/repo"
)

// Options are the circumstances of a release. Only Now is required.
type Options struct {
	Now   time.Time     // decides which episodes are live, and nothing else
	Cache *derive.Cache // nil remembers nothing
	Trace *derive.Trace // records what else than the show's files is asked; may be nil

	// Progress hears how many of the show's episodes have been measured: the part
	// of a release that takes long. Calls come one at a time. Nil: nobody listens.
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
	Parts    []*Object // of tagged audio, for the bucket of onair's records; sorted by key
	Episodes []*Episode
	Lock     *show.Lock
	Feed     *Object
}

// live returns the episodes that the feed names, newest first: those that are
// live and have audio.
func (r *Release) live() []*Episode {
	return slices.DeleteFunc(slices.Clone(r.Episodes), func(e *Episode) bool { return e.audio == nil })
}

// liveGUIDs are the GUIDs of the episodes that the feed names.
func (r *Release) liveGUIDs() map[string]bool {
	guids := map[string]bool{}
	for _, e := range r.live() {
		guids[e.GUID] = true
	}
	return guids
}

// Object is one object of a release.
type Object struct {
	bucket.Object
	Class   Class
	Role    Role
	Episode string // slug; empty for what belongs to the whole show
	SHA256  string // hex; of audio, of the two digests of tag and payload (DESIGN section 3)
	Missing string // why there is no Body: the file that is not on this machine

	// Parts are what tagged audio is joined from: the pieces of its tag, then the
	// payload. Nil: it is sent whole.
	Parts []*Object
}

// Role says what an object is for, for people and for the order of upload.
type Role string

// The roles, in the words of the plan.
const (
	RoleAudio      Role = "audio"
	RoleArtwork    Role = "artwork"
	RoleTranscript Role = "transcript"
	RoleChapters   Role = "chapters"
	RoleWaveform   Role = "waveform"
	RoleTheme      Role = "theme"
	RolePage       Role = "page"
	RoleFeed       Role = "feed"
	RolePart       Role = "part"
)

// Episode is an episode of the release and the facts of its audio.
type Episode struct {
	*show.Episode
	Status show.Status
	Pin    show.Pin // zero while nothing is known of the audio

	audio       *Object
	item        string  // SHA-256 of all that the feed says of it
	payload     *Object // its part; nil where masters are not kept
	master      *master // nil when the audio is not on this machine
	chapters    *Object
	waveform    *Object
	transcripts []*transcript
}

// AudioKey is the key of the tagged audio; empty where it is not known.
func (e *Episode) AudioKey() string {
	if e.audio == nil {
		return ""
	}
	return e.audio.Key
}

// waveformKey is the key of the outline of its sound; empty: there is none.
func (e *Episode) waveformKey() string {
	if e.waveform == nil {
		return ""
	}
	return e.waveform.Key
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
	parts    map[string]*Object // by key
	release  *Release

	settings     *repo.Settings                  // of the transcripts
	contributors map[string][]credit.Contributor // by path of the transcript
	masters      map[string]*probing             // by path in the show's folder

	mu       sync.Mutex
	images   map[string]*image // by path in the show's folder
	pictures pictures
	texts    []*spoken // the transcripts that were read last
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
		parts:   map[string]*Object{},
		images:  map[string]*image{},
		release: &Release{Show: s, Now: o.Now, Lock: s.Lock.Clone()},
	}
	b.findings = append(b.findings, checkStorage(s)...)
	for _, problem := range cdn.Check(s.CDN) {
		b.findings.Errorf("P005", s.At("cdn"), "onair cdn config --help and docs/cdn.md say what each provider needs", "%s", problem)
	}
	b.readTranscriptSettings()
	b.readContributors(ctx)
	if err := b.probeMasters(ctx); err != nil {
		return nil, nil, err
	}
	for _, e := range s.Episodes {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		b.o.Trace.Date(e.Date)
		b.addEpisode(e)
	}
	b.checkWaveforms()
	for _, name := range b.o.Remove {
		b.forget(name)
	}
	b.pinShow()
	b.addSite()
	b.release.Objects, b.release.Parts = sorted(b.objects), sorted(b.parts)
	b.findings.Sort()
	return b.release, b.findings, nil
}

func sorted(objects map[string]*Object) []*Object {
	return slices.SortedFunc(maps.Values(objects), func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
}

// sources are the folders of a show that publishing reads.
var sources = []string{"episodes", "people", "sponsors", "templates"}

// checkStorage refuses a local bucket that is or holds the show's folder, or
// lies among its sources: publishing would feed on its own output. And it
// refuses records in the middle of what listeners get.
func checkStorage(s *show.Show) (found finding.List) {
	if inStorage(s, s.State) {
		found.Errorf("P001", s.At("state"), "give the records a bucket or a folder of their own, or leave state: out", "state %s lies in storage %s, which listeners read", s.State, s.Storage)
	}
	if dir, ok := strings.CutPrefix(s.Storage, "file:"); ok && InSources(s, dir) {
		found.Errorf("P001", s.At("storage"), "give it a folder of its own, such as file:public", "storage %s is, holds or lies among the show's own files", s.Storage)
	}
	return found
}

// inStorage reports whether a bucket is or lies in the one that listeners read.
func inStorage(s *show.Show, bucket string) bool {
	dir, local := strings.CutPrefix(s.Storage, "file:")
	other, alsoLocal := strings.CutPrefix(bucket, "file:")
	if local || alsoLocal {
		return local && alsoLocal && within(folderOf(s, other), folderOf(s, dir))
	}
	in, at := cutStorage(s.Storage), cutStorage(bucket)
	return at.scheme == in.scheme && at.options.Get("endpoint") == in.options.Get("endpoint") &&
		at.bucket == in.bucket && strings.HasPrefix(at.prefix, in.prefix)
}

// InSources reports whether a folder is or holds the show's folder, or lies
// among its sources. A relative one starts at the show.
func InSources(s *show.Show, dir string) bool {
	home := folderOf(s, ".")
	dir = folderOf(s, dir)
	bad := within(home, dir)
	for _, source := range sources {
		bad = bad || within(dir, filepath.Join(home, source))
	}
	return bad
}

// folderOf is the absolute path of a folder that the show names.
func folderOf(s *show.Show, dir string) string {
	home := filepath.Join(string(filepath.Separator), "show") // where there is no folder any will do
	if s.Folder.Dir != "" {
		home = resolved(s.Folder.Dir)
	}
	dir = filepath.FromSlash(dir)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, dir)
	}
	return resolved(dir)
}

// resolved is a path without symbolic links, as far as it exists.
func resolved(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	if dir := filepath.Dir(name); dir != name {
		return filepath.Join(resolved(dir), filepath.Base(name))
	}
	return name
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
	if re.Status == show.Scheduled {
		re.payload = b.addPayload(re)
	}
	if re.Status != show.Live || re.Pin.Payload.Bytes == 0 || tag == nil {
		return
	}
	b.addAudio(re, tag)
	b.addTranscripts(re)
	b.addChapters(re)
	b.addWaveform(re)
}

// pinShow gives the show its podcast:guid at the first release to a public URL.
func (b *builder) pinShow() {
	if b.release.Lock.PodcastGUID == "" && b.show.IsPublic() && !b.show.Private && b.show.Target == "" {
		b.release.Lock.PodcastGUID = show.PodcastGUID(b.show.FeedURL())
	}
}
