package bucket

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// Sums are the size of a body in bytes, its SHA-256 in hex, and its CRC32C.
type Sums struct {
	Size   int64
	SHA256 string
	CRC32C uint32
}

// MarshalText returns the sums as one short text, because caches hold thousands of them.
func (s Sums) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s %x %d", s.SHA256, s.CRC32C, s.Size), nil
}

// UnmarshalText decodes what MarshalText returns.
func (s *Sums) UnmarshalText(text []byte) error {
	sha, rest, _ := bytes.Cut(text, []byte(" "))
	crc, size, _ := bytes.Cut(rest, []byte(" "))
	sum, errCRC := strconv.ParseUint(string(crc), 16, 32)
	n, errSize := strconv.ParseInt(string(size), 10, 64)
	*s = Sums{n, string(sha), uint32(sum)}
	return errors.Join(errCRC, errSize)
}
