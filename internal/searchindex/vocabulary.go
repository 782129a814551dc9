package searchindex

import (
	"bytes"
	"hash/maphash"
)

// vocabulary numbers words in the order in which they are first used. Its hash table has
// no pointers and is small, so it stays in the cache of the processor.
type vocabulary struct {
	table []slot // length is a power of two, of which at most half is used
	text  []byte // the words one after the other
	ends  []int  // for each word: where it ends in text
}

// slot is an entry of a vocabulary's hash table.
type slot struct {
	hash uint32
	word int32 // number of the word + 1; 0 for an empty slot
}

const minTable = 1 << 12 // words

var seed = maphash.MakeSeed()

func newVocabulary() vocabulary { return vocabulary{table: make([]slot, minTable)} }

// reset removes all words.
func (v *vocabulary) reset() {
	clear(v.table)
	v.text, v.ends = v.text[:0], v.ends[:0]
}

// number returns the number of a word. It adds the word if that is new.
func (v *vocabulary) number(word []byte) int32 {
	hash := uint32(maphash.Bytes(seed, word))
	i := v.find(hash, word)
	if n := v.table[i].word; n > 0 {
		return n - 1
	}
	v.text = append(v.text, word...)
	v.ends = append(v.ends, len(v.text))
	v.table[i] = slot{hash, int32(len(v.ends))}
	if 2*len(v.ends) > len(v.table) {
		old := v.table
		v.table = make([]slot, 2*len(old))
		for _, s := range old {
			if s.word > 0 {
				v.table[v.find(s.hash, v.word(s.word-1))] = s
			}
		}
	}
	return int32(len(v.ends)) - 1
}

// find returns the index of the slot that has a word, or of an empty slot for it.
func (v *vocabulary) find(hash uint32, word []byte) uint32 {
	mask := uint32(len(v.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := v.table[i]; s.word == 0 || s.hash == hash && bytes.Equal(v.word(s.word-1), word) {
			return i
		}
	}
}

// word returns the word with a number.
func (v *vocabulary) word(n int32) []byte {
	from := 0
	if n > 0 {
		from = v.ends[n-1]
	}
	return v.text[from:v.ends[n]]
}
