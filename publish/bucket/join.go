package bucket

import "context"

// Joiner is implemented by buckets that can build an object from objects that are
// stored already, without sending all their bytes again: by composing on Google Cloud
// Storage, by copying ranges into a multipart upload on S3.
type Joiner interface {
	// Join stores o under the condition. The body is the concatenation of the
	// parts; o.Body is not used. The result must have o.Size and o.CRC32C;
	// otherwise the key stays unchanged. The parts are in buckets of the same
	// provider and are read at exactly their versions: the error is
	// ErrPrecondition if one has changed, and ErrNotExist if one is missing. An
	// error that is errors.ErrUnsupported means that these parts cannot be joined,
	// and the object has to be sent whole.
	Join(ctx context.Context, o *Object, parts []Part, cond Condition) (Attrs, error)
}

// PartJoiner is a Joiner that has to send some of the bytes itself.
type PartJoiner interface {
	Joiner
	// JoinSends returns how many bytes Join sends for parts of these sizes, in order.
	JoinSends(sizes []int64) int64
}

// JoinedPrefix starts the keys of the temporary objects that Join makes in the
// bucket of the parts. Join deletes them. Pruning deletes those that remain after a
// crash.
const JoinedPrefix = ".onair/joined/"

// Part is a stored object that becomes a piece of another.
type Part struct {
	Bucket Bucket // bucket of the stored object: the bucket that joins, or another of the same provider
	Attrs         // Key, Size, CRC32C and Version of the object to read
}
