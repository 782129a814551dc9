package audio

import (
	"bytes"
	"io"

	"onair/internal/crc32c"
)

// Tagged returns the published audio as a stream: the tag, then the payload of the
// master, len(tag) + info.PayloadBytes() bytes in all. If the master has become
// shorter, the stream ends with io.ErrUnexpectedEOF. The payload of an M4A master is
// the whole file; its tag must be empty.
func Tagged(tag []byte, master io.ReaderAt, info *Info) io.Reader {
	payload := io.NewSectionReader(master, info.PayloadStart, info.PayloadBytes())
	return io.MultiReader(bytes.NewReader(tag), &exactReader{payload, info.PayloadBytes()})
}

// exactReader reads remaining bytes from r. It is an error if r ends before.
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

// TaggedCRC32C returns the CRC32C of the stream that Tagged returns, from the CRC32C
// and the length in bytes of the payload.
func TaggedCRC32C(tag []byte, payload uint32, payloadBytes int64) uint32 {
	return crc32c.Join(crc32c.Checksum(tag), payload, payloadBytes)
}
