package release

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/searchindex"
	"onair/show"
	"onair/show/chapters"
)

// searchIndex makes the search index of the live episodes.
type searchIndex struct {
	b        *builder
	episodes []*Episode // oldest first
	known    []searchTexts
	keys     []derive.Key // key of each episode's content in the index; zero if unknown
}

// searchTexts has the cached facts of the texts of an episode.
type searchTexts struct {
	Sums  sums              `json:"sums"`
	Entry searchindex.Entry `json:"entry"`
}

// searchSegment has the cached facts of a segment.
type searchSegment struct {
	Words  sums                `json:"words"`
	Places sums                `json:"places"`
	Docs   int                 `json:"docs"`
	Shards []searchindex.Shard `json:"shards"`
}

var (
	searchTextsFunc   = derive.Func{Name: "search-texts", Version: searchindex.Version}
	searchSegmentFunc = derive.Func{Name: "search-segments", Version: searchindex.Version}
)

// addSearch adds the search index and returns the key of its directory; empty if the
// site has no index. It is called when the transcripts are complete.
func (b *builder) addSearch(ctx context.Context) string {
	x := &searchIndex{b: b, episodes: b.release.Live()}
	slices.SortStableFunc(x.episodes, func(a, b *Episode) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return strings.Compare(a.GUID, b.GUID)
	})
	if len(x.episodes) == 0 {
		return ""
	}
	directory, err := x.build(ctx)
	if err != nil {
		if ctx.Err() == nil {
			b.findings.Add(rulePages.At(finding.Position{}, "write the search index: %v", err))
		}
		return ""
	}
	o, err := b.addNew(RoleSearch, hashedKey("assets/search", ".bin"), held(directory))
	if err != nil {
		return ""
	}
	return o.Key
}

// build adds the files of the index and returns its directory.
func (x *searchIndex) build(ctx context.Context) ([]byte, error) {
	x.known, x.keys = make([]searchTexts, len(x.episodes)), make([]derive.Key, len(x.episodes))
	var segments []searchindex.SegmentKeys
	from := 0
	for _, size := range searchindex.Sizes(len(x.episodes)) {
		s, err := x.addSegment(ctx, from, from+size)
		if err != nil {
			return nil, err
		}
		segments = append(segments, s)
		from += size
	}
	for i, e := range x.episodes {
		o := x.b.object(RoleSearch, x.known[i].Sums, x.texts(i))
		o.Key, o.Episode = searchTextsKey(e)(o.SHA256), e.Slug
		x.b.add(o)
	}
	return searchindex.Directory(segments)
}

func searchTextsKey(e *Episode) keyFunc { return hashedKey("episodes/"+e.Slug+"/search", ".bin") }

// addTexts finds the sums of the texts of an episode. It returns the episode if the texts
// had to be read, and nil if the cache has the sums. It may be called for several
// episodes at the same time.
func (x *searchIndex) addTexts(i int) (indexed *searchindex.Episode, err error) {
	e := x.episodes[i]
	inputs := []any{x.about(e), e.Notes}
	certain := true
	for _, t := range e.transcripts[:min(1, len(e.transcripts))] {
		certain = t.key != (derive.Key{})
		inputs = append(inputs, t.key, t.Language)
	}
	compute := func() (searchTexts, error) {
		if indexed, err = x.episode(e); err != nil {
			return searchTexts{}, err
		}
		data, entry, err := searchindex.Texts(indexed)
		if err != nil {
			return searchTexts{}, err
		}
		s, err := x.b.renderSums(RoleSearch, searchTextsKey(e), held(data))
		return searchTexts{s, entry}, err
	}
	if certain {
		x.keys[i] = derive.KeyOf(inputs...)
		x.known[i], err = remember(x.b, searchTextsFunc, e.Slug, x.keys[i], compute)
	} else {
		x.known[i], err = compute()
	}
	return indexed, err
}

// texts returns the source of the texts of an episode.
func (x *searchIndex) texts(i int) source {
	return func(w io.Writer) error {
		indexed, err := x.episode(x.episodes[i])
		if err != nil {
			return err
		}
		data, _, err := searchindex.Texts(indexed)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
}

// addSegment adds the files of a segment with the episodes x.episodes[from:to].
func (x *searchIndex) addSegment(ctx context.Context, from, to int) (searchindex.SegmentKeys, error) {
	// If the cache has no texts, as in a first build, each transcript is read once.
	fresh := searchindex.NewBuilder()
	err := inOrder(ctx, to-from, func(n int) (*searchindex.Episode, error) { return x.addTexts(from + n) }, func(e *searchindex.Episode) {
		if e == nil {
			fresh = nil
		} else if fresh != nil {
			fresh.Add(e)
		}
	})
	if err != nil {
		return searchindex.SegmentKeys{}, err
	}
	words, places := hashedKey("assets/search-words", ".bin"), hashedKey("assets/search-places", ".bin")
	compute := func() (known searchSegment, err error) {
		var s *searchindex.Segment
		if fresh != nil {
			s = fresh.Segment()
		} else if s, err = x.segment(ctx, from, to); err != nil {
			return known, err
		}
		w, err := x.b.renderSums(RoleSearch, words, held(s.Words))
		if err != nil {
			return known, err
		}
		p, err := x.b.renderSums(RoleSearch, places, held(s.Places))
		return searchSegment{w, p, s.Docs, s.Shards}, err
	}
	var known searchSegment
	if keys := x.keys[from:to]; slices.Contains(keys, derive.Key{}) {
		known, err = compute()
	} else {
		known, err = remember(x.b, searchSegmentFunc, x.episodes[from].Slug, derive.KeyOf(keys), compute)
	}
	if err != nil {
		return searchindex.SegmentKeys{}, err
	}
	add := func(key keyFunc, s sums, part func(*searchindex.Segment) []byte) string {
		o := x.b.object(RoleSearch, s, func(w io.Writer) error {
			s, err := x.segment(context.Background(), from, to)
			if err == nil {
				_, err = w.Write(part(s))
			}
			return err
		})
		o.Key = key(o.SHA256)
		return x.b.add(o).Key
	}
	keys := searchindex.SegmentKeys{
		Words:  add(words, known.Words, func(s *searchindex.Segment) []byte { return s.Words }),
		Places: add(places, known.Places, func(s *searchindex.Segment) []byte { return s.Places }),
		Docs:   known.Docs,
		Shards: known.Shards,
	}
	for i := from; i < to; i++ {
		entry := x.known[i].Entry
		entry.Key = searchTextsKey(x.episodes[i])(x.known[i].Sums.SHA256)
		keys.Episodes = append(keys.Episodes, entry)
	}
	return keys, nil
}

// segment indexes the episodes x.episodes[from:to].
func (x *searchIndex) segment(ctx context.Context, from, to int) (*searchindex.Segment, error) {
	builder := searchindex.NewBuilder()
	err := inOrder(ctx, to-from, func(n int) (*searchindex.Episode, error) { return x.episode(x.episodes[from+n]) }, builder.Add)
	if err != nil {
		return nil, err
	}
	return builder.Segment(), nil
}

// about returns an episode of the index without its notes and turns.
func (x *searchIndex) about(e *Episode) *searchindex.Episode {
	indexed := &searchindex.Episode{
		Slug:     e.Slug,
		GUID:     e.GUID,
		Title:    e.Title,
		Page:     strings.TrimPrefix(x.b.show.URLOf(show.PageKey(e.Slug)), x.b.show.URL),
		Audio:    e.audio(),
		Date:     e.Date,
		Duration: e.Pin.Duration,
		Topics:   e.Topics,
	}
	about := []string{e.Title}
	for _, c := range e.Credits(x.b.show) {
		if !slices.Contains(about, c.Person.Name) {
			about = append(about, c.Person.Name)
		}
	}
	about = append(about, e.Topics...)
	indexed.Docs = append(indexed.Docs, searchindex.Doc{Kind: searchindex.Title, Start: -1, Text: strings.Join(about, " · ")})
	for _, c := range chapters.Timed(e.Chapters, e.Pin.Duration) {
		if !c.Hidden && c.Title != "" {
			indexed.Docs = append(indexed.Docs, searchindex.Doc{Kind: searchindex.Chapter, Start: c.Start, Text: c.Title})
		}
	}
	return indexed
}

// episode returns an episode of the index, with its notes and the turns of its first
// transcript.
func (x *searchIndex) episode(e *Episode) (*searchindex.Episode, error) {
	indexed := x.about(e)
	if notes := strings.Join(strings.Fields(markdown.Text(e.Notes)), " "); notes != "" {
		indexed.Docs = append(indexed.Docs, searchindex.Doc{Kind: searchindex.Notes, Start: -1, Text: notes})
	}
	if len(e.transcripts) == 0 {
		return indexed, nil
	}
	text, starts, err := e.transcripts[0].page()
	if err != nil {
		return nil, err
	}
	for i, turn := range text.Turns {
		if turn.Pause {
			continue
		}
		var words []string
		for j := range turn.Blocks {
			if turn.Blocks[j].Text != "" {
				words = append(words, turn.Blocks[j].Text)
			}
		}
		if len(words) == 0 {
			continue
		}
		start := time.Duration(-1)
		if i < len(starts) {
			start = starts[i]
		}
		indexed.Docs = append(indexed.Docs, searchindex.Doc{Speaker: turn.Speaker, Start: start, Text: strings.Join(words, " ")})
	}
	return indexed, nil
}
