package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"golang.org/x/sync/errgroup"

	"onair/publish/bucket"
	"onair/publish/record"
)

const defaultParallel = 8

// uploader writes the objects of a plan, each on condition that the stored object is
// still as the plan saw it.
type uploader struct {
	storage  record.Storage
	parallel int // writes at once
	meter    *meter

	// The lock of meter guards writes to these maps.
	versions map[string]string       // versions of the objects that were written, by key
	parts    map[string]bucket.Attrs // parts in the storage, including parts that this publish wrote, by key
}

func newUploader(p *Plan, s record.Storage, parallel int, m *meter) *uploader {
	parts := maps.Clone(p.seen.Parts)
	if parts == nil {
		parts = map[string]bucket.Attrs{}
	}
	return &uploader{storage: s, parallel: cmp.Or(parallel, defaultParallel), meter: m, versions: map[string]string{}, parts: parts}
}

// send writes the changes of one step, several at once.
func (u *uploader) send(ctx context.Context, step string, changes []*Change) error {
	if len(changes) == 0 {
		return nil
	}
	u.meter.begin(step, changes)
	return u.each(ctx, changes, u.write)
}

// each calls write for every change, several at once.
func (u *uploader) each(ctx context.Context, changes []*Change, write func(context.Context, *Change) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(u.parallel)
	for _, c := range changes {
		group.Go(func() error { return write(ctx, c) })
	}
	return group.Wait()
}

// writePart stores a part. It accepts the same part if another publish has stored it
// since the plan was made.
func (u *uploader) writePart(ctx context.Context, c *Change) error {
	b := u.storage.Records()
	attrs, err := b.Write(ctx, u.meter.metered(c.object), c.condition())
	if errors.Is(err, bucket.ErrPrecondition) {
		attrs, err = alreadyThere(ctx, b, c)
	}
	if err != nil {
		return err
	}
	u.meter.report(func(p *Progress) {
		p.Objects++
		u.parts[c.Key] = attrs
	})
	return nil
}

// condition returns the condition that the object has not changed since the plan.
func (c *Change) condition() bucket.Condition {
	if c.version == "" {
		return bucket.Condition{Absent: true}
	}
	return bucket.Condition{Version: c.version}
}

// write changes one object to its planned state, on condition that it is still as
// the plan saw it.
func (u *uploader) write(ctx context.Context, c *Change) error {
	var attrs bucket.Attrs
	var err error
	switch {
	case c.Joined:
		attrs, err = u.join(ctx, c)
	case c.Action == Headers:
		attrs, err = u.setHeaders(ctx, c)
	default:
		attrs, err = u.storage.Public.Write(ctx, u.meter.metered(c.object), c.condition())
	}
	if errors.Is(err, bucket.ErrPrecondition) {
		attrs, err = alreadyThere(ctx, u.storage.Public, c)
	}
	if err != nil {
		return err
	}
	u.meter.report(func(p *Progress) {
		p.Objects++
		u.versions[c.Key] = attrs.Version
	})
	return nil
}

// setHeaders changes the headers of an object. Some servers do not remove a header
// that is no longer wanted; there it sends the whole object again.
func (u *uploader) setHeaders(ctx context.Context, c *Change) (bucket.Attrs, error) {
	attrs, err := u.storage.Public.SetHeaders(ctx, c.Key, c.object.Headers, c.condition())
	if err != nil || sameHeaders(attrs.Headers, c.object.Headers) {
		return attrs, err
	}
	if c.object.Body == nil {
		return attrs, fmt.Errorf("%s keeps headers that others have set (%s): remove them with the provider's own tools", c.Key, headerReason(attrs.Headers, c.object.Headers))
	}
	return u.storage.Public.Write(ctx, u.meter.metered(c.object), bucket.Condition{Version: attrs.Version})
}

// join joins tagged audio from its parts. If the storage turns out not to support
// that, join uploads the whole audio if it is on this machine; otherwise it
// downloads the parts and uploads them joined. If a part is missing, join can only
// upload the whole audio.
func (u *uploader) join(ctx context.Context, c *Change) (bucket.Attrs, error) {
	var parts []bucket.Part
	for _, part := range c.object.Parts {
		parts = append(parts, bucket.Part{Bucket: u.storage.Records(), Attrs: u.parts[part.Key]})
	}
	attrs, err := u.storage.Public.(bucket.Joiner).Join(ctx, &c.object.Object, parts, c.condition())
	switch {
	case err == nil:
		u.meter.report(func(p *Progress) {
			p.Bytes += c.Upload
			if c.Upload < c.Size {
				p.Joined++
			}
		})
		return attrs, nil
	case !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, bucket.ErrNotExist), errors.Is(err, bucket.ErrNotExist) && c.object.Body == nil:
		return attrs, err
	}
	u.meter.report(func(p *Progress) { p.AllBytes += c.Size - c.Upload })
	if c.object.Body != nil {
		return u.storage.Public.Write(ctx, u.meter.metered(c.object), c.condition())
	}
	attrs, err = bucket.Relay(ctx, u.storage.Public, &c.object.Object, parts, c.condition())
	u.meter.report(func(p *Progress) { p.Bytes += c.Size })
	return attrs, err
}

// alreadyThere returns the attributes of a stored object that is already as planned, for
// example because another publish of the same show wrote it since the plan was made. If
// the object differs or does not exist, the error wraps ErrConflict.
func alreadyThere(ctx context.Context, b bucket.Bucket, c *Change) (bucket.Attrs, error) {
	attrs, err := record.Stat(ctx, b, c.Key)
	if err != nil && !errors.Is(err, bucket.ErrNotExist) {
		return attrs, err
	}
	if err == nil && same(attrs, c.object, record.Headerless(b)) {
		return attrs, nil
	}
	return attrs, fmt.Errorf("%w: %s has changed since the plan was made", ErrConflict, c.Key)
}
