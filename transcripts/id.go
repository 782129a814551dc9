package transcripts

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// shortTurn is the length in bytes below which the words of a turn do not tell
// it from others, as in "Yeah."
const shortTurn = 40

// identify gives every turn its ID. A turn that opens with a stamp is named by
// its time, another by a hash of its speaker and words; a short one by those
// of the turn before as well. A turn that is added or removed elsewhere changes
// no ID but those of exact repetitions.
func identify(turns []Turn) {
	repeated := make(map[string]int, len(turns))
	var before uint64
	for i := range turns {
		t := &turns[i]
		hash, size := hashTurn(t)
		var id string
		switch {
		case t.Stamp != nil:
			id = strings.ReplaceAll(string(appendClock([]byte("t-"), t.Stamp.Time)), ":", "-")
		case size < shortTurn:
			id = hashID(hash*31 + before)
		default:
			id = hashID(hash)
		}
		before = hash
		t.ID = id
		for _, taken := repeated[t.ID]; taken; _, taken = repeated[t.ID] {
			repeated[id]++
			t.ID = id + "-" + strconv.Itoa(repeated[id]+1)
		}
		repeated[t.ID] = 0
	}
}

// hashTurn hashes what a turn says, and returns how many bytes that is.
func hashTurn(t *Turn) (hash uint64, size int) {
	h := fnv.New64a()
	h.Write([]byte(t.Speaker))
	for i := range t.Blocks {
		h.Write([]byte{0})
		h.Write([]byte(t.Blocks[i].Text))
		size += len(t.Blocks[i].Text)
	}
	return h.Sum64(), size
}

// hashID spells 40 bits of a hash in letters and digits.
func hashID(hash uint64) string {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	id := []byte("x-01234567")
	for i := 2; i < len(id); i++ {
		id[i] = letters[hash>>59]
		hash <<= 5
	}
	return string(id)
}
