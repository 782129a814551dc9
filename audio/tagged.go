package audio

import (
	"bytes"
	"io"

	"onair/internal/crc32c"
)

// Tagged returns what listeners get: the tag, then the payload of the master,
// as a stream of len(tag) + info.PayloadBytes() bytes. A master that has become
// shorter ends it with io.ErrUnexpectedEOF. The payload of an M4A master is the
// whole file and takes no tag.
func Tagged(tag []byte, master io.ReaderAt, info *Info) io.Reader {
	payload := io.NewSectionReader(master, info.PayloadStart, info.PayloadBytes())
	return io.MultiReader(bytes.NewReader(tag), &exactReader{payload, info.PayloadBytes()})
}

// exactly reads left bytes from r, and takes an earlier end for an error.
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

// TaggedCRC32C returns the CRC32C (Castagnoli) of a tag followed by a payload
// of which only the checksum and the length in bytes are known: what storage
// must find without anybody reading the payload again.
func TaggedCRC32C(tag []byte, payload uint32, payloadBytes int64) uint32 {
	return crc32c.Join(crc32c.Checksum(tag), payload, payloadBytes)
}
