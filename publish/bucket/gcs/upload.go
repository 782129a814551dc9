package gcs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"onair/publish/bucket"
	"onair/publish/bucket/internal/remote"
)

// chunkSize is how many bytes of a large body are sent at a time, and kept in
// memory to be sent again. A body that is not larger is sent in one request and not
// kept.
const chunkSize = 8 << 20

// errLostSession reports that the server has forgotten an upload in chunks. The server
// then answers with status 404 or 410, as for a missing bucket.
var errLostSession = errors.New("upload session is lost")

// upload stores an object if the preconditions hold. If anything is wrong with the
// body, the end of the body is not sent, so that nothing is stored.
func (s *store) upload(ctx context.Context, name string, o *bucket.Object, conds url.Values) (r *resource, err error) {
	q := url.Values{"name": {name}}
	for k, v := range conds {
		q[k] = v
	}
	head := headersOf(o.Headers)
	sum := checksum(o.CRC32C)
	head.CRC32C = &sum
	if o.Size <= chunkSize {
		r, err = s.uploadWhole(ctx, q, head, o)
	} else {
		r, err = s.uploadChunks(ctx, q, head, o)
	}
	if err != nil {
		return nil, err
	}
	if r.Size != o.Size || r.sum() != o.CRC32C {
		return nil, fmt.Errorf("the bucket has %d bytes with checksum %08x, not %d with %08x", r.Size, r.sum(), o.Size, o.CRC32C)
	}
	return r, nil
}

// uploadWhole sends the headers and the body in one request.
func (s *store) uploadWhole(ctx context.Context, q url.Values, head resource, o *bucket.Object) (*resource, error) {
	start, end, contentType, err := multipartOf(head)
	if err != nil {
		return nil, err
	}
	q.Set("uploadType", "multipart")
	body, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api.uploadPath()+"?"+q.Encode(), body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(start)) + o.Size + int64(len(end))
	req.Header.Set("Content-Type", contentType)
	sent := make(chan error, 1)
	go func() {
		_, err := w.Write(start)
		if err == nil {
			err = remote.SendBody(ctx, w, o)
		}
		if err == nil {
			_, err = w.Write(end)
		}
		w.CloseWithError(err)
		sent <- err
	}()
	resp, err := s.api.do(req)
	body.Close() // ends the goroutine, whatever was read of the body
	if bodyErr := <-sent; err != nil && bodyErr != nil && !errors.Is(bodyErr, io.ErrClosedPipe) {
		return nil, bodyErr
	}
	if err != nil {
		return nil, err
	}
	r := new(resource)
	return r, decode(resp, r)
}

// multipartOf returns what stands before and after the body in a request that has the
// headers too, and the type of its content.
func multipartOf(head resource) (start, end []byte, contentType string, err error) {
	data, err := json.Marshal(head)
	if err != nil {
		return nil, nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, part := range []struct {
		contentType string
		data        []byte
	}{{"application/json", data}, {head.ContentType, nil}} {
		h := textproto.MIMEHeader{}
		if part.contentType != "" {
			h.Set("Content-Type", part.contentType)
		}
		p, err := w.CreatePart(h)
		if err != nil {
			return nil, nil, "", err
		}
		if _, err := p.Write(part.data); err != nil {
			return nil, nil, "", err
		}
	}
	n := b.Len()
	if err := w.Close(); err != nil {
		return nil, nil, "", err
	}
	return b.Bytes()[:n], b.Bytes()[n:], "multipart/related; boundary=" + w.Boundary(), nil
}

// uploadChunks opens a session and sends the body in chunks. After an error that may
// pass, it asks the server how much it has and goes on from there.
func (s *store) uploadChunks(ctx context.Context, q url.Values, head resource, o *bucket.Object) (*resource, error) {
	q.Set("uploadType", "resumable")
	data, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api.uploadPath()+"?"+q.Encode(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if head.ContentType != "" {
		req.Header.Set("X-Upload-Content-Type", head.ContentType)
	}
	resp, err := s.api.do(req)
	if err != nil {
		return nil, err
	}
	address := resp.Header.Get("Location")
	if err := decode(resp, nil); err != nil {
		return nil, err
	}
	if address == "" {
		return nil, errors.New("the answer to a new upload has no address")
	}
	session := &session{store: s, ctx: ctx, address: address, total: o.Size}
	if err := remote.SendBody(ctx, session, o); err != nil {
		return nil, err
	}
	if session.stored == nil {
		return nil, errors.New("the server has the whole body and did not store it")
	}
	return session.stored, nil
}

// session is an upload in chunks. What is written to it is sent.
type session struct {
	store   *store
	ctx     context.Context
	address string // a secret: it needs no other permission
	total   int64

	offset int64  // of chunk
	chunk  []byte // at most chunkSize bytes, not all of which the server has
	stored *resource
}

// Write implements io.Writer.
func (s *session) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := min(len(p), chunkSize-len(s.chunk))
		s.chunk = append(s.chunk, p[:k]...)
		p = p[k:]
		if len(s.chunk) < chunkSize && s.offset+int64(len(s.chunk)) < s.total {
			continue
		}
		if err := s.send(); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// send sends the chunk, in as many tries as it needs. After an error that ends the
// session, the caller has to begin again.
func (s *session) send() error {
	var ended error
	err := s.store.policy.Do(s.ctx, int64(len(s.chunk)), func(ctx context.Context, n int) error {
		var err error
		if n > 1 {
			err = s.request(ctx, nil) // asks what the server has
		}
		for err == nil && s.stored == nil && len(s.chunk) > 0 {
			err = s.request(ctx, s.chunk)
		}
		switch status(err) {
		case http.StatusNotFound, http.StatusGone:
			ended = errLostSession
			return nil
		case http.StatusBadRequest:
			ended = err // which may be a wrong checksum
			return nil
		}
		return err
	})
	return cmp.Or(ended, err)
}

// request sends bytes at the offset, or none to ask what the server has, and then drops
// from the chunk what the server has.
func (s *session) request(ctx context.Context, data []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.address, bytes.NewReader(data))
	if err != nil {
		return err
	}
	what, total := "*", "*"
	if end := s.offset + int64(len(data)); len(data) > 0 {
		what = fmt.Sprintf("%d-%d", s.offset, end-1)
		if end == s.total {
			total = strconv.FormatInt(s.total, 10)
		}
	}
	req.Header.Set("Content-Range", "bytes "+what+"/"+total)
	req.Header.Set("X-GUploader-No-308", "yes") // proxies follow a redirect
	resp, err := s.store.api.do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusPermanentRedirect && resp.Header.Get("X-Http-Status-Code-Override") != "308" {
		r := new(resource)
		if err := decode(resp, r); err != nil {
			return err
		}
		s.stored = r
		return nil
	}
	if err := decode(resp, nil); err != nil {
		return err
	}
	return s.advance(resp.Header.Get("Range"), len(data) > 0)
}

// advance drops from the chunk what the server has, by the header Range of its answer. The
// server may keep less than it was sent. If it has nothing, there is no header.
func (s *session) advance(header string, sent bool) error {
	var has int64
	if last, ok := strings.CutPrefix(header, "bytes=0-"); ok {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil {
			return fmt.Errorf("the server has the range %q", header)
		}
		has = n + 1
	}
	got := has - s.offset
	if got < 0 || got > int64(len(s.chunk)) || sent && got == 0 {
		return fmt.Errorf("the server has %d bytes of an upload at %d", has, s.offset)
	}
	s.offset = has
	s.chunk = s.chunk[:copy(s.chunk, s.chunk[got:])]
	return nil
}
