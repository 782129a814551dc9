package searchindex

import (
	"maps"
	"slices"
	"strings"
)

// The sizes of shards and chunks, in bytes before compression. The words of a shard
// have 3 to 5 kB after compression.
const (
	shardSize = 6 << 10
	longSize  = 2 << 10 // places of a word that together take more are stored in chunks
	chunkSize = 1 << 10
)

// Segment holds the files of a segment.
type Segment struct {
	Words, Places []byte
	Docs          int // number of documents
	Shards        []Shard
}

// Shard describes a part of the file of words and the corresponding part of the file of
// places. Shards are in the order of their words, without gaps between them.
type Shard struct {
	First         string // first word of the shard
	Words, Places int    // lengths, in bytes
}

// Builder makes a segment from episodes that are added in order of publication.
type Builder struct {
	words    map[string]*list
	episodes int
	docs     int
}

// NewBuilder returns a builder of a segment.
func NewBuilder() *Builder { return &Builder{words: map[string]*list{}} }

// list has the places of a word.
type list struct {
	ends    []chunk // for each episode with the word: where its places end
	docs    []byte  // for each episode: difference from the number of the episode before, number of documents, differences of their numbers
	weights []byte  // weight of each document
	places  []byte  // for each document: number of places, differences of the places

	lastEpisode int
	hits        []hit // documents with the word in the episode that is being added
	pending     []int // the places of the hits
}

// chunk is the offset in list.places at which the places of an episode end.
type chunk struct{ episode, end int }

// hit is a document that has the word.
type hit struct {
	doc    int
	from   int // index of its first place in list.pending
	weight byte
}

// Add adds the words of an episode.
func (b *Builder) Add(e *Episode) {
	var used, inDoc []*list
	at := func(word string, doc, place int) {
		l := b.words[word]
		if l == nil {
			l = &list{lastEpisode: -1}
			b.words[strings.Clone(word)] = l
		}
		n := len(l.hits)
		if n == 0 {
			used = append(used, l)
		}
		if n == 0 || l.hits[n-1].doc != doc {
			l.hits = append(l.hits, hit{doc: doc, from: len(l.pending)})
			inDoc = append(inDoc, l)
		}
		l.pending = append(l.pending, place)
	}
	for i := range e.Docs {
		d := &e.Docs[i]
		inDoc = inDoc[:0]
		length := words(d.Text, 0, func(word string, place int) { at(word, i, place) })
		for _, l := range inDoc {
			last := &l.hits[len(l.hits)-1]
			last.weight = weight(len(l.pending)-last.from, length)
		}
		if d.Kind == Turn {
			words(d.Speaker, 0, func(word string, place int) { at("speaker:"+word, i, place) })
		}
	}
	for i, topic := range e.Topics {
		words(topic, 0, func(word string, place int) { at("topic:"+word, 0, 100*i+place) })
	}
	year, month := e.Date.UTC().Format("2006"), e.Date.UTC().Format("2006-01")
	at("in:"+year, 0, 0)
	at("in:"+month, 0, 0)
	for _, l := range used {
		l.finish(b.episodes)
	}
	b.episodes++
	b.docs += len(e.Docs)
}

// weight returns the part of BM25 that depends on one document, from 1 to 15. count is
// how often the word occurs in the document, length how many words the document has.
// The mean length is a constant, because a closed segment must not change when other
// documents are added.
func weight(count, length int) byte {
	const k, b, mean = 1.2, 0.75, 40
	tf := float64(count)
	return byte(max(1, 15*tf/(tf+k*(1-b+b*float64(length)/mean))+0.5))
}

// finish encodes the hits in the episode that was added.
func (l *list) finish(episode int) {
	l.docs = varint(varint(l.docs, episode-l.lastEpisode), len(l.hits))
	l.lastEpisode = episode
	lastDoc := -1
	for i, h := range l.hits {
		l.docs = varint(l.docs, h.doc-lastDoc)
		lastDoc = h.doc
		l.weights = append(l.weights, max(1, h.weight))
		places := l.pending[h.from:]
		if i+1 < len(l.hits) {
			places = l.pending[h.from:l.hits[i+1].from]
		}
		slices.Sort(places)
		places = slices.Compact(places)
		l.places = varint(l.places, len(places))
		last := -1
		for _, place := range places {
			l.places = varint(l.places, place-last)
			last = place
		}
	}
	l.ends = append(l.ends, chunk{episode, len(l.places)})
	l.hits, l.pending = l.hits[:0], l.pending[:0]
}

// Segment returns the segment of all episodes that were added.
func (b *Builder) Segment() *Segment {
	s := &Segment{Docs: b.docs}
	var words, places, chunks []byte
	var count int
	var first, last string
	var shards [][2][]byte
	flush := func() {
		if count == 0 {
			return
		}
		shard := [2][]byte{deflate(nil, append(varint(nil, count), words...))}
		if len(places) > 0 {
			shard[1] = deflate(nil, places)
		}
		shards = append(shards, shard)
		s.Shards = append(s.Shards, Shard{first, len(shard[0]), len(shard[1])})
		words, places, count, last = nil, nil, 0, ""
	}
	for _, word := range slices.Sorted(maps.Keys(b.words)) {
		l := b.words[word]
		if count > 0 && len(words)+len(l.docs)+len(word) > shardSize {
			flush()
		}
		if count == 0 {
			first = word
		}
		same := commonPrefix(last, word)
		last = word
		words = varint(words, same)
		words = varint(words, len(word)-same)
		words = append(words, word[same:]...)
		long, weighty := len(l.places) > longSize, 16*len(l.weights) < b.docs
		words = varint(words, flags(long, weighty))
		words = append(varint(words, len(l.ends)), l.docs...)
		if weighty {
			words = append(words, l.weights...)
		}
		if long {
			var parts []byte
			parts, chunks = l.chunks(chunks)
			words = append(words, parts...)
		} else {
			places = append(varint(places, len(l.places)), l.places...)
		}
		count++
	}
	flush()
	for _, shard := range shards {
		s.Words = append(s.Words, shard[0]...)
		s.Places = append(s.Places, shard[1]...)
	}
	s.Places = append(s.Places, chunks...)
	return s
}

// flags returns the flags that say how a word is encoded.
func flags(long, weighty bool) (f int) {
	if long {
		f |= 1
	}
	if weighty {
		f |= 2
	}
	return f
}

// chunks appends the places of a long list to file, which has the chunks of other lists,
// and returns it as grown. table says where the chunks are: the offset of the first one
// in file, their number, and for each chunk its length and the number of its last
// episode, as the difference to the chunk before.
func (l *list) chunks(file []byte) (table, grown []byte) {
	offset, from, last, count := len(file), 0, -1, 0
	var parts []byte
	for i, c := range l.ends {
		if i < len(l.ends)-1 && c.end-from < chunkSize {
			continue
		}
		before := len(file)
		file = deflate(file, l.places[from:c.end])
		parts = varint(varint(parts, c.episode-last), len(file)-before)
		from, last = c.end, c.episode
		count++
	}
	return append(varint(varint(nil, offset), count), parts...), file
}

// commonPrefix returns the length of the common prefix of two words, in bytes.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
