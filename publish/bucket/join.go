package bucket

import "context"

// Joiner is implemented by buckets that can put an object together from objects
// that are stored already, so that their bytes need not travel: by composing on
// Google Cloud Storage, by copying ranges into a multipart upload on S3.
type Joiner interface {
	// Join stores o, whose body is the parts one after the other, under the
	// condition. o.Body is not used; o.Size and o.CRC32C are what the result must
	// have, and a result that has not leaves the key as it was. The parts are in
	// buckets of the same provider and are read at exactly their versions:
	// ErrPrecondition if one has changed, ErrNotExist if one is gone. An error
	// that is errors.ErrUnsupported means that these parts cannot be joined, and
	// that the object has to be sent whole.
	Join(ctx context.Context, o *Object, parts []Part, cond Condition) (Attrs, error)
}

// PartJoiner is a Joiner that cannot do without sending some of the bytes itself.
type PartJoiner interface {
	Joiner
	// JoinSends is how many bytes travel to join parts of these sizes, in order.
	JoinSends(sizes []int64) int64
}

// JoinedPrefix is where a bucket of parts keeps objects that it needs on the way
// to a joined one. A Join deletes those it made; what a crash left there is
// nobody's, and whoever prunes deletes it.
const JoinedPrefix = ".onair/joined/"

// Part is a stored object that becomes a piece of another.
type Part struct {
	Bucket Bucket // where it is; the joining bucket or another of its provider
	Attrs         // Key, Size, CRC32C and Version as they were just seen
}
