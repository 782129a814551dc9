package searchindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
)

// The sizes of shards and chunks, in bytes before compression. The words of a shard
// have 3 to 5 kB after compression.
const (
	shardSize = 6 << 10
	longSize  = 2 << 10 // places of a word that together take more are stored in chunks
	chunkSize = 1 << 10
)

// maxBlock is a limit to the size of a block, in bytes.
const maxBlock = 1 << 30

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

// Builder makes a block, which has the words of some episodes. Segments are merged from
// blocks.
type Builder struct {
	vocabulary
	counts   []int      // for each word: how many episodes have it
	episodes []numbered // in the order in which they were added
	docs     int
}

// numbered is the words of an episode.
type numbered struct {
	*Words
	numbers []int32 // for each word: its number in the block
}

// NewBuilder returns a builder of a block.
func NewBuilder() *Builder { return &Builder{vocabulary: newVocabulary()} }

// Add adds the words of an episode. Episodes are added in order of publication.
func (b *Builder) Add(w *Words) {
	numbers := make([]int32, len(w.words))
	from := 0
	for i, end := range w.words {
		n := b.number(w.text[from:end])
		if int(n) == len(b.counts) {
			b.counts = append(b.counts, 0)
		}
		b.counts[n]++
		numbers[i], from = n, end
	}
	b.episodes = append(b.episodes, numbered{w, numbers})
	b.docs += w.docs
}

// Block returns the block of the episodes that were added. It is the number of episodes,
// the number of documents, and then for each word, in order:
//
//  1. how many bytes it shares with the word before, how many bytes follow, and the latter
//  2. the length in bytes of its records, and the records: for each episode that has the
//     word, the number of the episode and the record of [Words]. The number is written as
//     the difference to the one before it; the first as the difference to -1.
func (b *Builder) Block() []byte {
	occurrences, ends := b.occurrences()
	order := make([]int32, len(b.counts))
	size := len(b.text) + 3*len(order) + len(occurrences)
	for i := range order {
		order[i] = int32(i)
	}
	for _, e := range b.episodes {
		size += len(e.records)
	}
	slices.SortFunc(order, func(x, y int32) int { return bytes.Compare(b.word(x), b.word(y)) })
	block := varint(varint(make([]byte, 0, size), len(b.episodes)), b.docs)
	var last, records []byte
	for _, n := range order {
		word := b.word(n)
		same := commonPrefix(last, word)
		block = append(varint(varint(block, same), len(word)-same), word[same:]...)
		records = records[:0]
		episode := int32(-1)
		for _, o := range occurrences[ends[n]-b.counts[n] : ends[n]] {
			records = append(varint(records, int(o.episode-episode)), b.episodes[o.episode].record(o.word)...)
			episode = o.episode
		}
		block = append(varint(block, len(records)), records...)
		last = word
	}
	return block
}

// occurrence says that an episode has a word.
type occurrence struct {
	episode int32
	word    int32 // number of the word in the episode
}

// occurrences returns which episodes have each word, in the order of the numbers of words
// and then of episodes. ends has for each word where its episodes end.
func (b *Builder) occurrences() (all []occurrence, ends []int) {
	ends = make([]int, len(b.counts))
	n := 0
	for i, count := range b.counts {
		ends[i] = n
		n += count
	}
	all = make([]occurrence, n)
	for i, e := range b.episodes {
		for word, n := range e.numbers {
			all[ends[n]] = occurrence{int32(i), int32(word)}
			ends[n]++
		}
	}
	return all, ends
}

// Pack returns a compressed block after its size.
func Pack(block []byte) []byte { return compress(varint(nil, len(block)), block, blockWriters) }

// Unpack returns the block that was passed to Pack.
func Unpack(packed []byte) ([]byte, error) {
	size, n := binary.Uvarint(packed)
	if n <= 0 || size > maxBlock {
		return nil, errors.New("the block has no valid size")
	}
	block := make([]byte, size)
	_, err := io.ReadFull(flate.NewReader(bytes.NewReader(packed[n:])), block)
	return block, err
}

// cursor reads a block word by word.
type cursor struct {
	block reader
	first int // number of the block's first episode in the segment

	word    []byte
	records reader // of the word
	done    bool
}

// next moves to the next word.
func (c *cursor) next() {
	if c.done = len(c.block) == 0; c.done {
		return
	}
	same := c.block.varint()
	c.word = append(c.word[:same], c.block.cut(c.block.varint())...)
	c.records = c.block.cut(c.block.varint())
}

// reader reads an encoded block from its start.
type reader []byte

func (r *reader) varint() int {
	n, size := binary.Uvarint(*r)
	*r = (*r)[size:]
	return int(n)
}

func (r *reader) cut(n int) reader {
	part := (*r)[:n]
	*r = (*r)[n:]
	return part
}

// postings has the places of a word in a segment.
type postings struct {
	docs    []byte  // for each episode: difference from the number of the episode before, number of documents, differences of their numbers
	weights []byte  // weight of each document
	places  []byte  // for each document: number of places, differences of the places
	ends    []chunk // for each episode: where its places end
}

// chunk is the offset in postings.places at which the places of an episode end.
type chunk struct{ episode, end int }

// add adds the records of the word in a block.
func (p *postings) add(c *cursor) {
	for episode, r := c.first-1, c.records; len(r) > 0; {
		episode += r.varint()
		last := -1
		if n := len(p.ends); n > 0 {
			last = p.ends[n-1].episode
		}
		count := r.varint()
		docs := r.cut(r.varint())
		p.docs = append(varint(varint(p.docs, episode-last), count), docs...)
		p.weights = append(p.weights, r.cut(count)...)
		p.places = append(p.places, r.cut(r.varint())...)
		p.ends = append(p.ends, chunk{episode, len(p.places)})
	}
}

func (p *postings) reset() {
	p.docs, p.weights, p.places, p.ends = p.docs[:0], p.weights[:0], p.places[:0], p.ends[:0]
}

// Merge returns the segment of the episodes of the blocks.
func Merge(blocks ...[]byte) *Segment {
	w := &segmentWriter{segment: &Segment{}}
	var cursors []*cursor
	episodes := 0
	for _, block := range blocks {
		c := &cursor{block: block, first: episodes}
		episodes += c.block.varint()
		w.segment.Docs += c.block.varint()
		c.next()
		cursors = append(cursors, c)
	}
	var word []byte
	var p postings
	for {
		word = word[:0]
		found := false
		for _, c := range cursors {
			if !c.done && (!found || bytes.Compare(c.word, word) < 0) {
				word, found = append(word[:0], c.word...), true
			}
		}
		if !found {
			return w.finish()
		}
		p.reset()
		for _, c := range cursors {
			if !c.done && bytes.Equal(c.word, word) {
				p.add(c)
				c.next()
			}
		}
		w.add(word, &p)
	}
}

// segmentWriter writes the files of a segment.
type segmentWriter struct {
	segment *Segment
	places  [][]byte // part of each shard in the file of places
	chunks  []byte   // chunks of all shards

	// The shard that is being written.
	words, shortPlaces []byte
	count              int
	first              string
	last               []byte
}

// add adds the next word.
func (w *segmentWriter) add(word []byte, p *postings) {
	if w.count > 0 && len(w.words)+len(p.docs)+len(word) > shardSize {
		w.flush()
	}
	if w.count == 0 {
		w.first = string(word)
	}
	same := commonPrefix(w.last, word)
	w.last = append(w.last[:0], word...)
	w.words = append(varint(varint(w.words, same), len(word)-same), word[same:]...)
	long, weighty := len(p.places) > longSize, 16*len(p.weights) < w.segment.Docs
	w.words = varint(w.words, flags(long, weighty))
	w.words = append(varint(w.words, len(p.ends)), p.docs...)
	if weighty {
		w.words = append(w.words, p.weights...)
	}
	if long {
		var table []byte
		table, w.chunks = p.chunks(w.chunks)
		w.words = append(w.words, table...)
	} else {
		w.shortPlaces = append(varint(w.shortPlaces, len(p.places)), p.places...)
	}
	w.count++
}

// flush ends the shard.
func (w *segmentWriter) flush() {
	if w.count == 0 {
		return
	}
	before := len(w.segment.Words)
	w.segment.Words = deflate(w.segment.Words, append(varint(nil, w.count), w.words...))
	var places []byte
	if len(w.shortPlaces) > 0 {
		places = deflate(nil, w.shortPlaces)
	}
	w.segment.Shards = append(w.segment.Shards, Shard{w.first, len(w.segment.Words) - before, len(places)})
	w.places = append(w.places, places)
	w.words, w.shortPlaces, w.count, w.last = w.words[:0], w.shortPlaces[:0], 0, w.last[:0]
}

// finish returns the segment of all words that were added.
func (w *segmentWriter) finish() *Segment {
	w.flush()
	w.segment.Places = slices.Concat(append(w.places, w.chunks)...)
	return w.segment
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
func (p *postings) chunks(file []byte) (table, grown []byte) {
	offset, from, last, count := len(file), 0, -1, 0
	var parts []byte
	for i, c := range p.ends {
		if i < len(p.ends)-1 && c.end-from < chunkSize {
			continue
		}
		before := len(file)
		file = deflate(file, p.places[from:c.end])
		parts = varint(varint(parts, c.episode-last), len(file)-before)
		from, last = c.end, c.episode
		count++
	}
	return append(varint(varint(nil, offset), count), parts...), file
}

// commonPrefix returns the length of the common prefix of two words, in bytes.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
