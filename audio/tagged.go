package audio

import (
	"bytes"
	"io"
)

// Tagged returns the published audio as a stream: the parts of the tag, then the payload
// of the master, which has info.PayloadBytes() bytes. If the master has become shorter,
// the stream ends with io.ErrUnexpectedEOF. The payload of an M4A master is the whole
// file, and the tag must be empty.
func Tagged(tag []Part, master io.ReaderAt, info *Info) io.Reader {
	var all []io.Reader
	for _, b := range joined(tag) {
		all = append(all, bytes.NewReader(b))
	}
	payload := io.NewSectionReader(master, info.PayloadStart, info.PayloadBytes())
	return io.MultiReader(append(all, &exactReader{payload, info.PayloadBytes()})...)
}

// exactReader reads exactly remaining bytes from r. It is an error if r ends earlier.
type exactReader struct {
	r         io.Reader
	remaining int64
}

func (e *exactReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.remaining -= int64(n)
	if err == io.EOF && e.remaining > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
