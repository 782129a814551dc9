// Package searchindex writes the index with which a page of the site searches every
// word of a show. The page reads only the parts of the index that a query needs, by
// requests for byte ranges. docs/search.md describes the format.
//
// Each segment of the index has a file of words and a file of places, and each episode
// a file of texts. A directory lists these files. Segments hold up to 512 episodes in
// order of publication, so that a new episode usually changes only the last segment
// (see [Sizes]). Equal inputs give equal bytes: the files are compressed by a pinned
// library, not by the standard library, whose output differs between versions of Go.
package searchindex

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"
)

// Version is the version of the format. Readers refuse other versions.
const Version = 1

// Kind says what a document is.
type Kind int

// The kinds of documents. Those that are not turns precede the turns of their episode.
const (
	Turn    Kind = iota
	Title        // title, people and topics of the episode
	Chapter      // title of a chapter
	Notes        // show notes
)

// Doc is a document, which is what a search finds: a turn of a transcript, or another
// text of an episode.
type Doc struct {
	Kind    Kind
	Speaker string        // speaker of a turn; may be empty
	Start   time.Duration // negative if it is not known
	Text    string        // plain text
}

// Episode is an episode of the index.
type Episode struct {
	Slug     string
	GUID     string
	Title    string
	Page     string    // address of its page, relative to the site
	Audio    string    // key of its audio
	Date     time.Time // of publication, in the timezone of the show
	Day      string    // Date as pages print it
	Duration time.Duration
	Topics   []string
	Docs     []Doc // turns last
}

// fields returns the number of documents that are not turns.
func (e *Episode) fields() int {
	for i := range e.Docs {
		if e.Docs[i].Kind == Turn {
			return i
		}
	}
	return len(e.Docs)
}

// BlockSize is the number of episodes in a block of a [Builder], except that the last
// block of a segment may have fewer. Segments are the same for every size of blocks.
const BlockSize = 16

// smallSegment is the number of episodes in the smallest kind of closed segment.
const smallSegment = 64

// segmentSizes are the numbers of episodes in closed segments.
var segmentSizes = []int{8 * smallSegment, 4 * smallSegment, smallSegment}

// Sizes returns the numbers of episodes in the segments of an index, oldest first.
// Segments of 512 and 256 episodes, and those of 64 before the last segment, are
// closed: they stay the same while episodes are appended, until four of 64 become one
// of 256, or two of 256 become one of 512. The remaining episodes join the last segment
// if that has 64, because fewer segments need fewer requests. Otherwise they form a
// segment.
func Sizes(episodes int) (sizes []int) {
	for _, size := range segmentSizes {
		for ; episodes >= size; episodes -= size {
			sizes = append(sizes, size)
		}
	}
	if last := len(sizes) - 1; episodes > 0 && last >= 0 && sizes[last] == smallSegment {
		sizes[last] += episodes
	} else if episodes > 0 {
		sizes = append(sizes, episodes)
	}
	return sizes
}

// blockDocs is the number of documents in a block of texts.
const blockDocs = 16

// Entry is an episode in the directory.
type Entry struct {
	Key    string // key of the file of texts
	Fields int    // number of documents that are not turns
	Docs   int    // number of documents
	Blocks []int  // lengths of the blocks of the file, in bytes
}

// Texts returns the file of texts of an episode, and the entry of the episode without
// the key.
func Texts(e *Episode) ([]byte, Entry, error) {
	about, err := json.Marshal(map[string]any{
		"guid": e.GUID, "title": e.Title, "page": e.Page, "audio": e.Audio,
		"date": e.Day, "duration": e.Duration.Seconds(),
	})
	if err != nil {
		return nil, Entry{}, fmt.Errorf("index %s: %w", e.Slug, err)
	}
	entry := Entry{Fields: e.fields(), Docs: len(e.Docs)}
	size := 0
	for i := range e.Docs {
		size += len(e.Docs[i].Text)
	}
	file := make([]byte, 0, size/2) // about the size after compression
	var data []byte
	for docs := range slices.Chunk(e.Docs, blockDocs) {
		data = append(append(append(data[:0], '['), about...), ",["...)
		for i, d := range docs {
			if i > 0 {
				data = append(data, ',')
			}
			if data, err = d.appendJSON(data); err != nil {
				return nil, entry, fmt.Errorf("index %s: %w", e.Slug, err)
			}
		}
		data = append(data, "]]"...)
		before := len(file)
		file = deflate(file, data)
		entry.Blocks = append(entry.Blocks, len(file)-before)
	}
	return file, entry, nil
}

// appendJSON appends the document as an array.
func (d *Doc) appendJSON(data []byte) ([]byte, error) {
	start := -1.0
	if d.Start >= 0 {
		start = d.Start.Round(time.Millisecond).Seconds()
	}
	encoded, err := json.Marshal([]any{d.Kind, d.Speaker, start, d.Text})
	return append(data, encoded...), err
}

// SegmentKeys describes a segment in the directory: the keys of its files, its shards
// and its episodes.
type SegmentKeys struct {
	Words, Places string
	Docs          int
	Shards        []Shard
	Episodes      []Entry
}

// Directory returns the directory of an index. The segments are in the order of
// [Sizes].
func Directory(segments []SegmentKeys) ([]byte, error) {
	all := []any{}
	for _, s := range segments {
		episodes, shards := []any{}, []any{}
		for _, e := range s.Episodes {
			episodes = append(episodes, append([]any{e.Key, e.Fields, e.Docs}, numbers(e.Blocks)...))
		}
		for _, shard := range s.Shards {
			shards = append(shards, shard.First, shard.Words, shard.Places)
		}
		all = append(all, map[string]any{"words": s.Words, "places": s.Places, "docs": s.Docs, "episodes": episodes, "shards": shards})
	}
	data, err := json.Marshal(map[string]any{"version": Version, "segments": all})
	if err != nil {
		return nil, fmt.Errorf("write the directory of the search index: %w", err)
	}
	return deflate(nil, data), nil
}

func numbers(values []int) (all []any) {
	for _, v := range values {
		all = append(all, v)
	}
	return all
}

// level is the level of compression of files. Level 9 takes four times as long and saves
// 2 %. blockLevel is that of blocks, which are not published.
const level, blockLevel = 6, 1

// fileWriters and blockWriters keep writers for reuse, because a new one allocates a
// megabyte.
var fileWriters, blockWriters = flateWriters(level), flateWriters(blockLevel)

func flateWriters(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		w, err := flate.NewWriter(nil, level)
		if err != nil {
			panic(err) // the level is valid
		}
		return w
	}}
}

// deflate appends data to dst, compressed as raw DEFLATE (RFC 1951).
func deflate(dst, data []byte) []byte { return compress(dst, data, fileWriters) }

func compress(dst, data []byte, writers *sync.Pool) []byte {
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	out := bytes.NewBuffer(dst)
	w.Reset(out)
	_, _ = w.Write(data) // a buffer does not fail
	_ = w.Close()
	return out.Bytes()
}

// varint appends a number as in Protocol Buffers: 7 bits a byte, lowest first.
func varint(to []byte, n int) []byte { return binary.AppendUvarint(to, uint64(n)) }
