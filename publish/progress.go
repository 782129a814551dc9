package publish

import (
	"io"
	"sync"

	"onair/publish/bucket"
	"onair/publish/release"
)

// Progress says how far a step of Apply is.
type Progress struct {
	Step                string // audio, files, prove, feed, pages, erase, purge, verify, announce or prune; storage for a warning
	Objects, AllObjects int
	Bytes, AllBytes     int64
	Joined              int    // objects joined in the storage
	Note                string // text about the step, such as its result; may be empty
}

// meter counts what an Apply has done. Its methods may be called concurrently.
type meter struct {
	call func(Progress) // after each change; nil disables it

	mu  sync.Mutex
	now Progress
}

// begin starts the progress of a step.
func (m *meter) begin(step string, changes []*Change) {
	m.report(func(p *Progress) {
		*p = Progress{Step: step, AllObjects: len(changes)}
		for _, c := range changes {
			p.AllBytes += c.Upload
		}
	})
}

// note reports a text about a step, such as its result.
func (m *meter) note(step, text string) {
	m.report(func(p *Progress) {
		if p.Step != step {
			*p = Progress{Step: step}
		}
		p.Objects, p.Note = p.AllObjects, text
	})
}

// report changes the progress and passes it to m.call.
func (m *meter) report(change func(*Progress)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.now)
	if m.call != nil {
		m.call(m.now)
	}
}

// metered returns the object with a body that reports its bytes as they are read. A
// retry reads from the start, and subtracts the bytes that the previous attempt
// reported.
func (m *meter) metered(o *release.Object) *bucket.Object {
	if m.call == nil {
		return &o.Object
	}
	metered := o.Object
	var sent int64
	metered.Body = func() (io.ReadCloser, error) {
		m.report(func(p *Progress) { p.Bytes -= sent; sent = 0 })
		r, err := o.Body()
		if err != nil {
			return nil, err
		}
		return &countingReader{ReadCloser: r, add: func(n int) {
			m.report(func(p *Progress) { p.Bytes += int64(n); sent += int64(n) })
		}}, nil
	}
	return &metered
}

type countingReader struct {
	io.ReadCloser
	add func(int)
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.add(n)
	return n, err
}
