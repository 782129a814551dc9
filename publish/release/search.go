package release

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/internal/derive"
	"onair/internal/finding"
	"onair/internal/markdown"
	"onair/internal/searchindex"
	"onair/publish/bucket"
	"onair/show"
	"onair/show/chapters"
	"onair/templates"
	"onair/templates/words"
)

// searchIndex makes the search index of the live episodes. A segment is merged from blocks
// of a few episodes, which the cache keeps. So after a change in a transcript only the
// transcripts of one block are indexed again.
type searchIndex struct {
	b        *builder
	words    *words.Words
	episodes []*Episode // oldest first
	numbers  map[*Episode]int
	known    []searchTexts
	keys     []derive.Key // key of each episode's content in the index; zero if unknown

	sizes    []int // sizes of the segments that are not complete
	segments []*madeSegment
	merging  errgroup.Group // makes segments, one at a time, while other objects are made
	err      error          // why the texts of an episode are missing

	// The segment that is under way.
	from, to int                  // x.episodes[from:to] were added
	builder  *searchindex.Builder // of the block that is under way; nil if the words of an episode were not read
	blocks   map[int][]byte       // complete blocks whose words were read, by the number of their first episode
}

// madeSegment is a segment of the episodes x.episodes[from:to].
type madeSegment struct {
	from, to int
	blocks   map[int][]byte // as in searchIndex
	known    searchSegment
}

// searchTexts has the cached facts of the texts of an episode.
type searchTexts struct {
	Sums  bucket.Sums       `json:"sums"`
	Entry searchindex.Entry `json:"entry"`
}

// searchSegment has the cached facts of a segment.
type searchSegment struct {
	Words  bucket.Sums         `json:"words"`
	Places bucket.Sums         `json:"places"`
	Docs   int                 `json:"docs"`
	Shards []searchindex.Shard `json:"shards"`
}

var (
	searchTextsFunc   = derive.Func{Name: "search-texts", Version: searchindex.Version}
	searchBlockFunc   = derive.Func{Name: "search-blocks", Version: searchindex.Version}
	searchSegmentFunc = derive.Func{Name: "search-segments", Version: searchindex.Version}
)

// newSearchIndex returns the index of the live episodes, which are added later; nil if
// the site has no index.
func (b *builder) newSearchIndex(site *site) *searchIndex {
	if site.data == nil || b.show.Site.NoSearch || b.o.WithoutIndex {
		return nil
	}
	x := &searchIndex{b: b, words: words.For(b.show.Language, site.theme.OwnWords()), episodes: b.release.Live(), numbers: map[*Episode]int{}, builder: searchindex.NewBuilder(), blocks: map[int][]byte{}}
	slices.SortStableFunc(x.episodes, byPublication)
	for i, e := range x.episodes {
		x.numbers[e] = i
	}
	x.known, x.keys = make([]searchTexts, len(x.episodes)), make([]derive.Key, len(x.episodes))
	x.sizes = searchindex.Sizes(len(x.episodes))
	x.merging.SetLimit(1) // one segment of 512 episodes takes some memory
	return x
}

// byPublication orders episodes by their dates of publication, oldest first.
func byPublication(a, b *Episode) int {
	return cmp.Or(a.Date.Compare(b.Date), strings.Compare(a.GUID, b.GUID))
}

// indexedEpisode is the result of addTexts.
type indexedEpisode struct {
	*Episode
	words *searchindex.Words // nil if the cache had the sums of the texts, which were not read then
	err   error
}

// add adds the next episode. It is called for every episode, the oldest first.
func (x *searchIndex) add(ctx context.Context, e indexedEpisode) {
	if x.err = cmp.Or(x.err, e.err); x.err != nil {
		return
	}
	if e.words == nil {
		x.builder = nil
	} else if x.builder != nil {
		x.builder.Add(e.words)
	}
	x.to++
	if n := x.to - x.from; n%searchindex.BlockSize == 0 || n == x.sizes[0] {
		if x.builder != nil {
			x.blocks[x.to-1-(n-1)%searchindex.BlockSize] = x.builder.Block()
		}
		x.builder = searchindex.NewBuilder()
		if n == x.sizes[0] {
			s := &madeSegment{from: x.from, to: x.to, blocks: x.blocks}
			x.segments = append(x.segments, s)
			x.merging.Go(func() error { return x.make(ctx, s) })
			x.blocks = map[int][]byte{}
			x.from, x.sizes = x.to, x.sizes[1:]
		}
	}
}

// addFiles adds the files of the index, when all episodes were added, and returns the key
// of its directory; empty if the index has errors or no episodes.
func (x *searchIndex) addFiles(ctx context.Context) string {
	err := cmp.Or(x.err, x.merging.Wait())
	if len(x.episodes) == 0 || ctx.Err() != nil {
		return ""
	}
	var directory []byte
	if err == nil {
		directory, err = searchindex.Directory(x.addSegments())
	}
	if err != nil {
		x.b.findings.Add(rulePages.At(finding.Position{}, "write the search index: %v", err))
		return ""
	}
	for i, e := range x.episodes {
		o := x.b.object(RoleSearch, x.known[i].Sums, x.texts(e))
		o.Key, o.Episode = searchTextsKey(e)(o.SHA256), e.Slug
		x.b.add(o)
	}
	o, err := x.b.addNew(RoleSearch, hashedKey("assets/search", ".bin"), inMemory(directory))
	if err != nil {
		return ""
	}
	return o.Key
}

func searchTextsKey(e *Episode) keyFunc { return hashedKey("episodes/"+e.Slug+"/search", ".bin") }

// addTexts finds the sums of the texts of an episode. It may be called for several
// episodes at the same time.
func (x *searchIndex) addTexts(e *Episode) (added indexedEpisode) {
	i := x.numbers[e]
	added.Episode = e
	inputs := []any{x.about(e), e.Notes}
	certain := true
	for _, t := range e.transcripts[:min(1, len(e.transcripts))] {
		certain = t.key != (derive.Key{})
		inputs = append(inputs, t.key, t.Language)
	}
	compute := func() (searchTexts, error) {
		indexed, err := x.episode(e)
		if err != nil {
			return searchTexts{}, err
		}
		added.words = searchindex.WordsOf(indexed)
		data, entry, err := searchindex.Texts(indexed)
		if err != nil {
			return searchTexts{}, err
		}
		s, err := x.b.renderSums(RoleSearch, searchTextsKey(e), inMemory(data))
		return searchTexts{s, entry}, err
	}
	if certain {
		x.keys[i] = derive.KeyOf(inputs...)
		x.known[i], added.err = remember(x.b, searchTextsFunc, e.Slug, x.keys[i], compute)
	} else {
		x.known[i], added.err = compute()
	}
	return added
}

// texts returns the source of the texts of an episode.
func (x *searchIndex) texts(e *Episode) source {
	return func(w io.Writer) error {
		indexed, err := x.episode(e)
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

// The keys of the files of a segment.
var (
	searchWordsKey  = hashedKey("assets/search-words", ".bin")
	searchPlacesKey = hashedKey("assets/search-places", ".bin")
)

// make finds the facts of a segment.
func (x *searchIndex) make(ctx context.Context, made *madeSegment) (err error) {
	made.known, err = rememberOf(x, searchSegmentFunc, made.from, made.to, func() (known searchSegment, err error) {
		s, err := x.segment(ctx, made.from, made.to, made.blocks)
		if err != nil {
			return known, err
		}
		w, err := x.b.renderSums(RoleSearch, searchWordsKey, inMemory(s.Words))
		if err != nil {
			return known, err
		}
		p, err := x.b.renderSums(RoleSearch, searchPlacesKey, inMemory(s.Places))
		return searchSegment{w, p, s.Docs, s.Shards}, err
	})
	made.blocks = nil
	return err
}

// addSegments adds the files of the segments, and returns the segments' part of the
// directory.
func (x *searchIndex) addSegments() (all []searchindex.SegmentKeys) {
	for _, s := range x.segments {
		add := func(key keyFunc, sums bucket.Sums, part func(*searchindex.Segment) []byte) string {
			o := x.b.object(RoleSearch, sums, func(w io.Writer) error {
				segment, err := x.segment(context.Background(), s.from, s.to, nil)
				if err == nil {
					_, err = w.Write(part(segment))
				}
				return err
			})
			o.Key = key(o.SHA256)
			return x.b.add(o).Key
		}
		keys := searchindex.SegmentKeys{
			Words:  add(searchWordsKey, s.known.Words, func(s *searchindex.Segment) []byte { return s.Words }),
			Places: add(searchPlacesKey, s.known.Places, func(s *searchindex.Segment) []byte { return s.Places }),
			Docs:   s.known.Docs,
			Shards: s.known.Shards,
		}
		for i := s.from; i < s.to; i++ {
			entry := x.known[i].Entry
			entry.Key = searchTextsKey(x.episodes[i])(x.known[i].Sums.SHA256)
			keys.Episodes = append(keys.Episodes, entry)
		}
		all = append(all, keys)
	}
	return all
}

// rememberOf is remember for a value of the episodes x.episodes[from:to].
func rememberOf[T any](x *searchIndex, f derive.Func, from, to int, compute func() (T, error)) (T, error) {
	keys := x.keys[from:to]
	if slices.Contains(keys, derive.Key{}) {
		return compute()
	}
	return remember(x.b, f, x.episodes[from].Slug, derive.KeyOf(keys), compute)
}

// segment returns the segment of the episodes x.episodes[from:to]. read has the blocks
// whose words were read, by the number of their first episode.
func (x *searchIndex) segment(ctx context.Context, from, to int, read map[int][]byte) (*searchindex.Segment, error) {
	var blocks [][]byte
	for ; from < to; from += searchindex.BlockSize {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end := min(from+searchindex.BlockSize, to)
		block := read[from]
		packed, err := rememberOf(x, searchBlockFunc, from, end, func() (_ []byte, err error) {
			if block == nil {
				block, err = x.block(ctx, from, end)
			}
			return searchindex.Pack(block), err
		})
		if err == nil && block == nil {
			block, err = searchindex.Unpack(packed)
		}
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
	}
	return searchindex.Merge(blocks...), nil
}

// block returns the block of the episodes x.episodes[from:to].
func (x *searchIndex) block(ctx context.Context, from, to int) ([]byte, error) {
	builder := searchindex.NewBuilder()
	err := inOrder(ctx, to-from, func(n int) (*searchindex.Words, error) {
		indexed, err := x.episode(x.episodes[from+n])
		if err != nil {
			return nil, err
		}
		return searchindex.WordsOf(indexed), nil
	}, builder.Add)
	return builder.Block(), err
}

// about returns an episode of the index without its notes and turns.
func (x *searchIndex) about(e *Episode) *searchindex.Episode {
	date := e.Date.In(x.b.show.Timezone)
	indexed := &searchindex.Episode{
		Slug:     e.Slug,
		GUID:     e.GUID,
		Title:    e.Title,
		Page:     strings.TrimPrefix(x.b.show.URLOf(show.PageKey(e.Slug)), x.b.show.URL),
		Audio:    e.audio(),
		Date:     date,
		Day:      x.words.Date(date),
		Duration: e.Pin.Duration,
		Topics:   e.Topics,
	}
	about := []string{e.Title}
	for _, c := range e.Credits(x.b.show) {
		if !slices.Contains(about, c.Person.Name) {
			about = append(about, c.Person.Name)
		}
	}
	for _, topic := range e.Topics {
		about = append(about, templates.TopicName(topic))
	}
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
