// Package mem implements a bucket in memory. It is the reference implementation of
// package bucket, and what tests of publishing use: it counts calls and lets a test
// observe each of them or make it fail.
package mem

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"onair/publish/bucket"
)

// The kinds of calls, for the hooks and Calls.
const (
	OpList       = "list"
	OpOpen       = "open"
	OpWrite      = "write"
	OpSetHeaders = "set headers of"
	OpDelete     = "delete"
)

// Bucket is a bucket in memory. One counter gives the versions of all its objects.
type Bucket struct {
	// Before is called at the start of every call, with the kind of the call and its
	// key, or the prefix of a List. If Before returns an error, the call has no effect
	// and returns that error. nil disables it. Set hooks before the bucket is shared.
	// They may use the bucket.
	Before func(op, key string) error

	// After is called when a call has taken effect. If After returns an error, the call
	// returns that error, as if its answer had been lost. nil disables it.
	After func(op, key string) error

	// Now is the store's clock. With nil each write is a second after the one before.
	Now func() time.Time

	mu      sync.Mutex
	objects map[string]object
	version int
	calls   map[string]int
}

type object struct {
	attrs bucket.Attrs
	body  []byte // never written to again
}

var _ bucket.Bucket = (*Bucket)(nil)

// epoch is the time from which a bucket without a clock counts its writes.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// New returns an empty bucket.
func New() *Bucket {
	return &Bucket{objects: map[string]object{}, calls: map[string]int{}}
}

// Calls returns how many calls of a kind were made, including failed ones.
func (b *Bucket) Calls(op string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[op]
}

// URL returns "mem:".
func (b *Bucket) URL() string { return "mem:" }

// List yields the objects that exist when the iteration begins.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Attrs, error] {
	return func(yield func(bucket.Attrs, error) bool) {
		var list []bucket.Attrs
		err := b.do(ctx, OpList, prefix, func() error {
			for _, key := range slices.Sorted(maps.Keys(b.objects)) {
				if strings.HasPrefix(key, prefix) {
					list = append(list, b.objects[key].copyAttrs())
				}
			}
			return nil
		})
		if err != nil {
			yield(bucket.Attrs{}, err)
			return
		}
		for _, a := range list {
			if err := ctx.Err(); err != nil {
				yield(bucket.Attrs{}, err)
				return
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// Open reads an object.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, bucket.Attrs, error) {
	var o object
	err := b.do(ctx, OpOpen, key, func() (err error) {
		if offset < 0 {
			return fmt.Errorf("negative offset %d", offset)
		}
		o, err = b.get(key)
		return err
	})
	if err != nil {
		return nil, bucket.Attrs{}, err
	}
	part := o.body[min(offset, int64(len(o.body))):]
	if length >= 0 {
		part = part[:min(length, int64(len(part)))]
	}
	return io.NopCloser(bytes.NewReader(part)), o.copyAttrs(), nil
}

// Write stores an object.
func (b *Bucket) Write(ctx context.Context, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	return b.write(ctx, OpWrite, o, cond)
}

func (b *Bucket) write(ctx context.Context, op string, o *bucket.Object, cond bucket.Condition) (bucket.Attrs, error) {
	var stored object
	err := b.hooked(op, o.Key, func() error {
		if err := bucket.ValidKey(o.Key); err != nil {
			return err
		}
		var body bytes.Buffer
		if err := bucket.CopyBody(ctx, &body, o); err != nil {
			return err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := cond.Check(b.objects[o.Key].attrs.Version); err != nil {
			return err
		}
		stored = b.put(object{
			attrs: bucket.Attrs{Key: o.Key, Headers: o.Headers, Size: o.Size, CRC32C: o.CRC32C},
			body:  body.Bytes(),
		})
		return nil
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return stored.copyAttrs(), nil
}

// SetHeaders replaces an object's headers and changes its version.
func (b *Bucket) SetHeaders(ctx context.Context, key string, h bucket.Headers, cond bucket.Condition) (bucket.Attrs, error) {
	var stored object
	err := b.do(ctx, OpSetHeaders, key, func() error {
		o, err := b.get(key)
		if err != nil {
			return err
		}
		if err := cond.Check(o.attrs.Version); err != nil {
			return err
		}
		o.attrs.Headers = h
		stored = b.put(o)
		return nil
	})
	if err != nil {
		return bucket.Attrs{}, err
	}
	return stored.copyAttrs(), nil
}

// Delete removes an object.
func (b *Bucket) Delete(ctx context.Context, key string, cond bucket.Condition) error {
	return b.do(ctx, OpDelete, key, func() error {
		o, err := b.get(key)
		if err != nil {
			return err
		}
		if err := cond.Check(o.attrs.Version); err != nil {
			return err
		}
		delete(b.objects, key)
		return nil
	})
}

// do runs one call under the lock.
func (b *Bucket) do(ctx context.Context, op, key string, call func() error) error {
	return b.hooked(op, key, func() error {
		if op != OpList {
			if err := bucket.ValidKey(key); err != nil {
				return err
			}
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		return call()
	})
}

// hooked counts a call, runs it between the hooks, and adds its kind and key to its
// error.
func (b *Bucket) hooked(op, key string, call func() error) error {
	b.mu.Lock()
	b.calls[op]++
	b.mu.Unlock()
	for _, step := range []func() error{
		func() error { return hook(b.Before, op, key) },
		call,
		func() error { return hook(b.After, op, key) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("%s mem:%s: %w", op, key, err)
		}
	}
	return nil
}

func hook(f func(op, key string) error, op, key string) error {
	if f == nil {
		return nil
	}
	return f(op, key)
}

func (b *Bucket) get(key string) (object, error) {
	o, ok := b.objects[key]
	if !ok {
		return object{}, bucket.ErrNotExist
	}
	return o, nil
}

// put stores an object under the next version.
func (b *Bucket) put(o object) object {
	b.version++
	o.attrs.Version = strconv.Itoa(b.version)
	o.attrs.Updated = epoch.Add(time.Duration(b.version) * time.Second)
	if b.Now != nil {
		o.attrs.Updated = b.Now()
	}
	o.attrs.Metadata = maps.Clone(o.attrs.Metadata)
	b.objects[o.attrs.Key] = o
	return o
}

// copyAttrs returns attributes that share no memory with the stored ones.
func (o object) copyAttrs() bucket.Attrs {
	a := o.attrs
	a.Metadata = maps.Clone(a.Metadata)
	return a
}
