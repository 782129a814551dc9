package searchindex

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
)

// Words has the words of an episode, independently of the other episodes of its segment.
//
// The record of a word is:
//
//  1. the number of documents that have the word
//  2. the length in bytes of the numbers of these documents, and the numbers
//  3. the weight of each document
//  4. the length in bytes of the places, and for each document how many places it has, and
//     the places
//
// The numbers of documents and the places are in ascending order. Each is written as the
// difference to the one before it; the first as the difference to -1.
type Words struct {
	docs    int    // number of documents of the episode
	text    []byte // the words one after the other, in the order in which they are first used
	words   []int  // for each word: where it ends in text
	records []byte // of all words
	ends    []int  // for each word: where its record ends
}

// record returns the record of the word with a number.
func (w *Words) record(n int32) []byte {
	from := 0
	if n > 0 {
		from = w.ends[n-1]
	}
	return w.records[from:w.ends[n]]
}

// token is a word at a place.
type token struct {
	word       int32 // number of the word
	doc, place int32
}

// collector collects the words of one episode after the other.
type collector struct {
	vocabulary
	counts  []int32 // for each word: how many tokens it has
	tokens  []token // in the order of documents
	lengths []int   // for each document: how many words it has

	sorted       []token // tokens in the order of words
	named        []byte  // buffer of addNamed
	records      []byte
	docs, places []byte // of the record that is being written
	weights      []byte
}

var collectors = sync.Pool{New: func() any { return &collector{vocabulary: newVocabulary()} }}

// WordsOf returns the words of an episode. It may be called for several episodes at the
// same time.
func WordsOf(e *Episode) *Words {
	c := collectors.Get().(*collector)
	defer collectors.Put(c)
	c.collect(e)
	return c.encode()
}

// addNamed adds a token of a word with a prefix, such as "speaker:".
func (c *collector) addNamed(prefix string, word []byte, doc, place int) {
	c.named = append(append(c.named[:0], prefix...), word...)
	c.add(c.named, doc, place)
}

// add adds a token.
func (c *collector) add(word []byte, doc, place int) {
	n := c.number(word)
	if int(n) == len(c.counts) {
		c.counts = append(c.counts, 0)
	}
	c.counts[n]++
	c.tokens = append(c.tokens, token{n, int32(doc), int32(place)})
}

// collect adds the tokens of an episode.
func (c *collector) collect(e *Episode) {
	c.reset()
	c.counts, c.tokens, c.lengths = c.counts[:0], c.tokens[:0], c.lengths[:0]
	for i := range e.Docs {
		d := &e.Docs[i]
		c.lengths = append(c.lengths, words(d.Text, func(word []byte, place int) { c.add(word, i, place) }))
		if d.Kind == Turn {
			words(d.Speaker, func(word []byte, place int) { c.addNamed("speaker:", word, i, place) })
		}
	}
	for i, topic := range e.Topics {
		words(topic, func(word []byte, place int) { c.addNamed("topic:", word, 0, 100*i+place) })
	}
	c.add(e.Date.AppendFormat([]byte("in:"), "2006"), 0, 0)
	c.add(e.Date.AppendFormat([]byte("in:"), "2006-01"), 0, 0)
}

// encode returns the words of the tokens.
func (c *collector) encode() *Words {
	n := len(c.ends)
	w := &Words{docs: len(c.lengths), text: bytes.Clone(c.text), words: slices.Clone(c.ends), ends: make([]int, n)}
	next := make([]int32, n) // for each word: where its next token goes
	for i, from := 0, int32(0); i < n; i++ {
		next[i] = from
		from += c.counts[i]
	}
	c.sorted = slices.Grow(c.sorted[:0], len(c.tokens))[:len(c.tokens)]
	for _, t := range c.tokens {
		c.sorted[next[t.word]] = t
		next[t.word]++
	}
	c.records = c.records[:0]
	for i := range n {
		c.records = c.record(c.records, c.word(int32(i)), c.sorted[next[i]-c.counts[i]:next[i]])
		w.ends[i] = len(c.records)
	}
	w.records = bytes.Clone(c.records)
	return w
}

// record appends the record of a word that has the tokens.
func (c *collector) record(dst, word []byte, tokens []token) []byte {
	isText := bytes.IndexByte(word, ':') < 0
	c.docs, c.weights, c.places = c.docs[:0], c.weights[:0], c.places[:0]
	last := int32(-1)
	for len(tokens) > 0 {
		doc, n := tokens[0].doc, 1
		for n < len(tokens) && tokens[n].doc == doc {
			n++
		}
		c.docs = varint(c.docs, int(doc-last))
		last = doc
		weighs := byte(1)
		if isText {
			weighs = weight(n, c.lengths[doc])
		}
		c.weights = append(c.weights, weighs)
		c.places = appendPlaces(c.places, tokens[:n])
		tokens = tokens[n:]
	}
	dst = varint(dst, len(c.weights))
	dst = append(varint(dst, len(c.docs)), c.docs...)
	dst = append(dst, c.weights...)
	return append(varint(dst, len(c.places)), c.places...)
}

// appendPlaces appends the places of a word in a document.
func appendPlaces(dst []byte, tokens []token) []byte {
	byPlace := func(a, b token) int { return cmp.Compare(a.place, b.place) }
	if !slices.IsSortedFunc(tokens, byPlace) { // as the topics of an episode may be
		slices.SortFunc(tokens, byPlace)
	}
	tokens = slices.CompactFunc(tokens, func(a, b token) bool { return a.place == b.place })
	dst = varint(dst, len(tokens))
	last := int32(-1)
	for _, t := range tokens {
		dst = varint(dst, int(t.place-last))
		last = t.place
	}
	return dst
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
