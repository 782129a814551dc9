package bucket

import (
	"context"
	"errors"
)

// Sparse is implemented by buckets whose provider lists neither checksums nor
// headers (S3). Attrs from List then have Key, Size, Version and Updated only;
// CRC32C is 0 and Headers are empty whatever the object has.
//
// A caller that has a record of the object at the same Version takes the other
// attributes from the record, and calls Stat for other objects. A version does not
// cover headers: another program may have changed them since the record was made.
type Sparse interface {
	// Stat returns all attributes of an object, in one request. The error is
	// ErrNotExist if there is no object.
	Stat(ctx context.Context, key string) (Attrs, error)
}

// Prober is implemented by buckets whose provider may ignore preconditions (S3).
// Only a test write shows whether the provider honours them.
type Prober interface {
	// Probe returns nil if the provider honours preconditions, and an error that is
	// ErrNoPreconditions if it does not. Any other error means that the answer is
	// not known yet. A known answer is kept for further calls and for writes.
	//
	// A bucket without preconditions can still be written to. Its calls check the
	// object before they change it, which notices an earlier writer but not one at
	// the same moment.
	Probe(ctx context.Context) error
}

// ErrNoPreconditions reports that the provider ignores or refuses preconditions.
// If two publishers write at the same moment, both may succeed, and the later
// write remains.
var ErrNoPreconditions = errors.New("storage ignores preconditions")
