// Package release makes everything that should be live from a show: tagged audio,
// captions, chapters, images, the feed and the pages, each with its key, size,
// checksum and headers.
//
//	audio/<slug>[.<lang>]-<hash>.mp3                    tagged audio        immutable
//	episodes/<slug>/transcript[.<lang>]-<hash>.<ext>    captions, text      immutable
//	episodes/<slug>/chapters-<hash>.json                chapters            immutable
//	assets/<name>-<hash>.<ext>                          artwork, theme      immutable
//	index.html, episodes/<slug>/index.html, …           pages               page
//	feed.xml (feed: path:)                              the feed            feed
//
// Everything that a feed names, except pages, has the hash of its content in its key,
// so an old feed leads to old content and a new feed to new. The hash is the first 16 hex
// digits of the content's SHA-256. For tagged audio it is the start of
// SHA-256(SHA-256(tag) ‖ SHA-256(payload)), which needs only the lock and not the
// audio. The headers follow from the key and the configuration ([HeadersFor]).
//
// Tagged audio is never stored on the way: its tag is made in memory, and the
// master's payload is streamed after it.
//
// A cache keeps the findings about transcripts, and the size and checksums of every
// format of a transcript and of every page. While the files and settings that a format or
// page is made from stay the same, it is rendered only when its object is opened. The
// release is the same without a cache.
//
// What can be wrong with a release is in rules.go.
package release

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/audio"
	"onair/internal/derive"
	"onair/internal/finding"
	"onair/publish/cdn"
	"onair/show"
	"onair/show/pins"
	"onair/transcripts/credit"
)

// Options are the circumstances of a release. Only Now is required.
type Options struct {
	Now   time.Time     // time of the release; decides which episodes are live
	Cache *derive.Cache // nil disables caching
	Trace *derive.Trace // records inputs besides the show's files; may be nil

	// WithoutIndex leaves out the files of the search index, which take long to make.
	WithoutIndex bool

	// WithoutPages leaves the pages of the embedded theme, which cannot fail to render,
	// without sizes and checksums. Pages of the show's own templates are rendered, because
	// errors in these are findings.
	WithoutPages bool

	// Rendered is called with each object that is rendered while the release is
	// built, and with the bytes of the object, which are only valid during the call. The
	// object has no headers yet. Several calls may be made at the same time. nil disables
	// it.
	Rendered func(o *Object, data []byte)

	// Progress is called each time the audio of an episode has been measured, which
	// takes most of the time. done is the number of measured episodes, and all the
	// number of the show's episodes. Calls do not overlap. nil disables it.
	Progress func(done, all int)

	// MayWait leaves a due episode that has no audio at all out of the feed, with a
	// warning. Otherwise such an episode is an error.
	MayWait bool
	// LeaveOut names due episodes, by slug, that stay out of the feed because their
	// audio is neither on this machine nor in the storage.
	LeaveOut []string

	// ReplaceAudio names the episodes, by slug, whose pinned audio may change.
	ReplaceAudio []string
	// Remove names the published episodes, by slug or GUID, to remove from the lock.
	Remove []string
}

// Release is everything that should be live: every object with its key, size,
// checksum and headers, and the lock that belongs to them. The same show
// with the same episodes live gives the same release, byte for byte, on any machine,
// whether the audio is on it or only in the bucket.
type Release struct {
	Show     *show.Show
	Now      time.Time
	Objects  []*Object // sorted by key
	Parts    []*Object // parts of tagged audio, for the bucket of onair's records; sorted by key
	Episodes []*Episode
	Lock     *pins.Lock
	Feed     *Object
}

// Live returns the episodes that the feed names, newest first. They are live and have
// audio, here or elsewhere.
func (r *Release) Live() []*Episode {
	return slices.DeleteFunc(slices.Clone(r.Episodes), func(e *Episode) bool { return !e.inFeed() })
}

// updated returns the newest date of publication or change among the episodes in the
// feed. It is the feed's lastBuildDate, so that the same content has the same bytes. It
// is zero without episodes.
func (r *Release) updated() (newest time.Time) {
	for _, e := range r.Live() {
		newest = slices.MaxFunc([]time.Time{newest, e.Date, e.Updated}, time.Time.Compare)
	}
	return newest
}

// OlderPages returns the keys that the feed's pages of older episodes may have.
func (r *Release) OlderPages() (keys []string) {
	if size := r.Show.Feed.PageSize; size > 0 {
		for n := range len(r.Episodes) / size {
			keys = append(keys, r.Show.Feed.Page(n+1))
		}
	}
	return keys
}

// LiveGUIDs returns the set of the GUIDs of the episodes that the feed names.
func (r *Release) LiveGUIDs() map[string]bool {
	guids := map[string]bool{}
	for _, e := range r.Live() {
		guids[e.GUID] = true
	}
	return guids
}

// builder holds the state that the steps of building a release share.
type builder struct {
	show     *show.Show
	o        *Options
	place    string // see placeOf
	findings finding.List
	objects  map[string]*Object // by key
	parts    map[string]*Object // by key
	release  *Release

	noteImages        map[string]*noteImage // by path in the show's folder
	descriptionImages map[string]string     // addresses of the images in the show's description

	texts        *texts
	contributors map[string][]credit.Contributor // by path of the transcript
	masters      map[string]*probing             // by path in the show's folder
	rendered     rendered

	mu       sync.Mutex
	images   map[string]*image // by path in the show's folder
	pictures pictures
	decoded  decoded
}

// New builds the release of a show. The findings are all problems of the show. If one
// is an error, the release is incomplete and must not be published. New returns an
// error for other reasons, such as an interrupt.
func New(ctx context.Context, s *show.Show, o *Options) (*Release, finding.List, error) {
	b := &builder{
		show:    s,
		o:       o,
		place:   placeOf(s),
		objects: map[string]*Object{},
		parts:   map[string]*Object{},
		images:  map[string]*image{},

		noteImages: map[string]*noteImage{},
		release:    &Release{Show: s, Now: o.Now, Lock: s.Lock.Clone()},
	}
	b.findings = append(b.findings, checkStorage(s)...)
	for _, problem := range cdn.Check(s.CDN) {
		b.findings.Add(ruleCDN.At(s.At("cdn"), "%s", problem))
	}
	audio.TraceLoudness(o.Trace, o.Cache)
	b.texts = b.readTexts()
	b.readContributors(ctx)
	if err := b.probeMasters(ctx); err != nil {
		return nil, nil, err
	}
	b.checkPictures()
	measured := b.addEpisodes(ctx)
	if b.show.Artwork != "" {
		b.checkArtwork(b.show.Artwork, b.show.At("artwork"))
	}
	b.descriptionImages = b.addNoteImages(b.show.Description, "", true, func(string) finding.Position { return b.show.At("description") })
	b.checkSameAudio(measured)
	b.checkWaveforms()
	for _, name := range b.o.Remove {
		b.forget(name)
	}
	b.pinShow()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	site := b.newSite(ctx)
	index := b.newSearchIndex(site)
	b.addTexts(ctx, measured, site, index)
	if ctx.Err() == nil {
		b.addFeed()
	}
	if index != nil {
		site.data.SearchKey = index.addFiles(ctx)
	}
	site.addPages(ctx)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	b.release.Objects, b.release.Parts = sorted(b.objects), sorted(b.parts)
	b.findings.Sort()
	return b.release, b.findings, nil
}

// remember returns a value of the show from the cache, or else computes it and stores it
// there; see derive.Value. name distinguishes values of the same function, such as those
// of each episode.
func remember[T any](b *builder, f derive.Func, name string, inputs derive.Key, compute func() (T, error)) (T, error) {
	return derive.Value(b.o.Cache, f, b.place+name, inputs, compute)
}

// placeOf returns the prefix of the names under which the cache keeps values of a show;
// empty if the show is not in a folder.
func placeOf(s *show.Show) string {
	dir, err := filepath.Abs(s.Folder.Dir)
	if s.Folder.Dir == "" || err != nil {
		return ""
	}
	return dir + "\x00" + s.Target + "\x00"
}

func sorted(objects map[string]*Object) []*Object {
	return slices.SortedFunc(maps.Values(objects), func(a, b *Object) int { return strings.Compare(a.Key, b.Key) })
}

// pinShow gives the show its podcast:guid at the first release to a public URL.
func (b *builder) pinShow() {
	if b.release.Lock.PodcastGUID == "" && b.show.IsPublic() && !b.show.Private && b.show.Target == "" {
		b.release.Lock.PodcastGUID = pins.PodcastGUID(b.show.FeedURL())
	}
}
