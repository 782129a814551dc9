package bucket

import (
	"context"
	"errors"
)

// Sparse is implemented by buckets whose listing says less than their objects
// do, because the provider's listing has neither checksums nor headers (S3).
// Attrs from List then have Key, Size and Version only: CRC32C is 0 and Headers
// are empty, which says nothing about the object.
//
// Whoever has a record of the object at that very Version knows the rest from
// there, and a listing stays as cheap as elsewhere. Stat is for the others. A
// version says nothing of headers: they may have been set by somebody else since
// the record was made.
type Sparse interface {
	// Stat returns everything that is known of an object, in one request.
	// ErrNotExist if there is none.
	Stat(ctx context.Context, key string) (Attrs, error)
}

// Prober is implemented by buckets that cannot know without trying whether their
// provider decides preconditions, because the protocol lets it ignore them (S3).
type Prober interface {
	// Probe returns nil if preconditions are decided by the provider, and an
	// error that is ErrNoPreconditions if they are not. Any other error means that
	// the question has no answer yet. The answer is kept: further calls, and
	// writes, do not ask again.
	//
	// A bucket without preconditions can be written to all the same. Its calls
	// look at the object before they change it, so that somebody who wrote some
	// time ago is noticed, and somebody who writes in the same moment is not.
	Probe(ctx context.Context) error
}

// ErrNoPreconditions: the provider ignores or refuses preconditions, so that of
// two publishers at once both may succeed, and the later write stays.
var ErrNoPreconditions = errors.New("storage does not hold preconditions")
