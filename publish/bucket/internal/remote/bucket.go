package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"

	"onair/publish/bucket"
)

// Store is the API of a provider. A method makes one try of one call and leaves retries
// to [Bucket]. Names are whole: they include the prefix of the bucket. An error is or
// wraps a sentinel of package bucket, or else is the client's own. The sentinels that
// callers rely on are named here.
type Store interface {
	// List returns a page of at most size objects whose names start with prefix, in
	// the order of names, and the token of the next page, which is empty after the
	// last one. The Key of an object is its name. The error is ErrNoBucket if there is no
	// bucket.
	List(ctx context.Context, prefix, token string, size int) (page []bucket.Attrs, next string, err error)

	// Stat describes an object. The error is ErrNotExist if there is no object or no
	// bucket.
	Stat(ctx context.Context, name string) (Stored, error)

	// Get opens length bytes of exactly this version of an object, from offset on. The
	// range is not empty and lies within the object. The error is ErrPrecondition or
	// ErrNotExist if the version is gone.
	Get(ctx context.Context, name, version string, offset, length int64) (io.ReadCloser, error)

	// Put stores an object. The error is ErrPrecondition if the condition does not hold.
	Put(ctx context.Context, name string, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error)

	// SetHeaders replaces the headers of an object and returns its new description.
	// current is the description that the caller has read. The error is
	// ErrReplaced if the object has changed since, and ErrNotExist if it is gone.
	SetHeaders(ctx context.Context, name string, current Stored, h bucket.Headers) (Stored, error)

	// Delete deletes an object. The error is ErrNotExist if there is no object or no
	// bucket.
	Delete(ctx context.Context, name string, cond bucket.Condition) error
}

// Stored is a provider's description of an object.
type Stored struct {
	bucket.Attrs
	Metageneration int64 // version of the headers; 0 if the provider has none
}

// ErrReplaced reports that an object changed between two requests of one try.
// The next try may succeed.
var ErrReplaced = errors.New("object was replaced meanwhile")

// pageSize is the largest number of objects in a page of a listing.
const pageSize = 1000

// Bucket implements bucket.Bucket on top of a Store. It tries calls again as its Policy
// says, and finds out whether a write whose answer was lost has succeeded.
type Bucket struct {
	Store    Store
	Policy   *Policy
	Address  string // URL of the bucket as configured
	Place    string // URL for errors: without options, with a slash at its end
	Prefix   string // prefix of every name; empty, or ends in a slash
	Reserved string // a key that callers neither see nor use; empty if there is none

	exists atomic.Bool // an answer has shown that the bucket exists
}

var _ bucket.Bucket = (*Bucket)(nil)

// URL implements bucket.Bucket.
func (b *Bucket) URL() string { return b.Address }

// Name returns the provider's name of the object with a key, which includes the prefix.
func (b *Bucket) Name(key string) (string, error) {
	if err := bucket.ValidKey(key); err != nil {
		return "", err
	}
	if key == b.Reserved {
		return "", errors.New("the name is reserved for onair's own probe")
	}
	if name := b.Prefix + key; len(name) <= 1024 {
		return name, nil
	}
	return "", fmt.Errorf("key %q: longer than 1024 bytes with its prefix", key)
}

// Retry calls try until it succeeds or another try cannot help, as Policy.Do does.
func (b *Bucket) Retry(ctx context.Context, size int64, try func(ctx context.Context, n int) error) error {
	err := b.Policy.Do(ctx, size, try)
	if err == nil {
		b.exists.Store(true)
	}
	return err
}

// Wrap adds the step and the object's key to an error. A nil error stays nil.
func (b *Bucket) Wrap(step, key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s%s: %w", step, b.Place, key, err)
}

// Absent returns ErrNoBucket if the bucket does not exist, and ErrNotExist otherwise:
// providers give the same answer for a missing object in either case. It makes a
// request only if no earlier answer has shown that the bucket exists. If that request
// fails and another try may succeed, Absent returns its error.
func (b *Bucket) Absent(ctx context.Context) error {
	if b.exists.Load() {
		return bucket.ErrNotExist
	}
	if _, _, err := b.Store.List(ctx, b.Prefix, "", 1); err != nil && (errors.Is(err, bucket.ErrNoBucket) || b.Policy.Temporary(err)) {
		return err
	}
	return bucket.ErrNotExist
}

// absent replaces ErrNotExist by the error of Absent.
func (b *Bucket) absent(ctx context.Context, err error) error {
	if errors.Is(err, bucket.ErrNotExist) {
		return b.Absent(ctx)
	}
	return err
}

// stat describes an object by its name, in one try.
func (b *Bucket) stat(ctx context.Context, name string) (Stored, error) {
	now, err := b.Store.Stat(ctx, name)
	return now, b.absent(ctx, err)
}

// attrs returns an object's attributes with its key instead of its name.
func (b *Bucket) attrs(a bucket.Attrs) bucket.Attrs {
	a.Key = strings.TrimPrefix(a.Key, b.Prefix)
	return a
}

// List implements bucket.Bucket, with one request for each thousand objects.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		for token, more := "", true; more; more = token != "" {
			var page []bucket.Attrs
			var next string
			err := b.Retry(ctx, 0, func(ctx context.Context, _ int) (err error) {
				page, next, err = b.Store.List(ctx, b.Prefix+prefix, token, pageSize)
				return err
			})
			if err != nil {
				yield(bucket.Attrs{}, b.Wrap("list", "", err))
				return
			}
			for _, a := range page {
				a = b.attrs(a)
				if a.Key == b.Reserved || bucket.ValidKey(a.Key) != nil {
					continue // such as "folder/", which consoles make: no key names it
				}
				if !yield(a, nil) {
					return
				}
			}
			token = next
		}
	}
}

// Stat returns all known attributes of an object.
func (b *Bucket) Stat(ctx context.Context, key string) (bucket.Attrs, error) {
	var now Stored
	name, err := b.Name(key)
	if err == nil {
		err = b.Retry(ctx, 0, func(ctx context.Context, _ int) error {
			now, err = b.stat(ctx, name)
			return err
		})
	}
	if err != nil {
		return bucket.Attrs{}, b.Wrap("read the attributes of", key, err)
	}
	return b.attrs(now.Attrs), nil
}

// Open implements bucket.Bucket. It requests the object's attributes and then the
// bytes of exactly that version. The reader continues after interruptions. If it reads
// the whole object and the checksum is known, it compares the checksum at the end.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	r, attrs, err := b.open(ctx, key, offset, length)
	if err != nil {
		return nil, bucket.Attrs{}, b.Wrap("open", key, err)
	}
	return r, attrs, nil
}

func (b *Bucket) open(ctx context.Context, key string, offset, length int64) (r *Reader, attrs bucket.Attrs, err error) {
	if offset < 0 {
		return nil, bucket.Attrs{}, fmt.Errorf("negative offset %d", offset)
	}
	name, err := b.Name(key)
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	err = b.Retry(ctx, 0, func(try context.Context, _ int) error {
		now, err := b.stat(try, name)
		if err != nil {
			return err
		}
		attrs = b.attrs(now.Attrs)
		r = b.reader(ctx, name, attrs, offset, length, func(err error) error { return b.Wrap("read", key, err) })
		if err = r.Open(); errors.Is(err, bucket.ErrPrecondition) {
			err = ErrReplaced // the next try asks for the new version
		}
		if err != nil {
			r.Close()
		}
		return err
	})
	return r, attrs, err
}

// Reader returns a reader of a range of an object, at exactly the version of
// attrs. Its errors are passed through wrap.
func (b *Bucket) Reader(ctx context.Context, attrs bucket.Attrs, offset, length int64, wrap func(error) error) (*Reader, error) {
	name, err := b.Name(attrs.Key)
	if err != nil {
		return nil, err
	}
	return b.reader(ctx, name, attrs, offset, length, wrap), nil
}

// Write implements bucket.Bucket.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.Put(ctx, o, func(ctx context.Context, name string) (bucket.Attrs, error) {
		return b.Store.Put(ctx, name, o, cond)
	})
	return attrs, b.Wrap("write", o.Key, err)
}

// Put stores an object by calling put, which makes one try. If a later try finds the
// precondition broken, an earlier try may have succeeded with its answer lost. So
// the object is checked: if it has the bytes and headers of the write, the write
// has succeeded.
func (b *Bucket) Put(ctx context.Context, o *bucket.Object, put func(ctx context.Context, name string) (bucket.Attrs, error)) (bucket.Attrs, error) {
	name, err := b.Name(o.Key)
	if err != nil {
		return bucket.Attrs{}, err
	}
	var attrs bucket.Attrs
	err = b.Retry(ctx, o.Size, func(ctx context.Context, n int) (err error) {
		attrs, err = put(ctx, name)
		if n > 1 && errors.Is(err, bucket.ErrPrecondition) {
			attrs, err = FindWritten(ctx, b.Store, name, o)
		}
		return err
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return b.attrs(attrs), nil
}

// FindWritten returns the object with a name if it has the bytes and headers of o.
// This finds a write whose response was lost. Otherwise the error is
// ErrPrecondition.
func FindWritten(ctx context.Context, s Store, name string, o *bucket.Object) (bucket.Attrs, error) {
	a, err := s.Stat(ctx, name)
	switch {
	case errors.Is(err, bucket.ErrNotExist):
		return bucket.Attrs{}, fmt.Errorf("%w: it is gone", bucket.ErrPrecondition)
	case err != nil:
		return bucket.Attrs{}, err
	case a.Size == o.Size && a.CRC32C == o.CRC32C && sameHeaders(a.Headers, o.Headers):
		return a.Attrs, nil
	}
	return bucket.Attrs{}, bucket.ErrPrecondition
}

// SetHeaders implements bucket.Bucket. Each try reads the object's attributes first,
// and changes nothing if the headers are right already, perhaps by an earlier try.
func (b *Bucket) SetHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (bucket.Attrs, error) {
	attrs, err := b.setHeaders(ctx, key, h, cond)
	return attrs, b.Wrap("set headers of", key, err)
}

func (b *Bucket) setHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (attrs bucket.Attrs, err error) {
	name, err := b.Name(key)
	if err != nil {
		return bucket.Attrs{}, err
	}
	h.Metadata = Lower(h.Metadata)
	err = b.Retry(ctx, 0, func(ctx context.Context, _ int) error {
		now, err := b.stat(ctx, name)
		if err != nil {
			return err
		}
		if err := cond.Check(now.Version); err != nil {
			return err
		}
		if !sameHeaders(now.Headers, h) {
			now, err = b.Store.SetHeaders(ctx, name, now, h)
		}
		attrs = b.attrs(now.Attrs)
		return b.absent(ctx, err)
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return attrs, nil
}

// Delete implements bucket.Bucket.
func (b *Bucket) Delete(ctx context.Context, key string, cond bucket.Condition) error {
	name, err := b.Name(key)
	if err == nil {
		err = b.Retry(ctx, 0, func(ctx context.Context, n int) error {
			err := b.absent(ctx, b.Store.Delete(ctx, name, cond))
			if n > 1 && errors.Is(err, bucket.ErrNotExist) {
				return nil // an earlier try did it, and its answer was lost
			}
			return err
		})
	}
	return b.Wrap("delete", key, err)
}
