package audio

import (
	"onair/internal/crc32c"
)

// TaggedCRC32C returns the CRC32C (Castagnoli) of a tag followed by a payload
// of which only the checksum and the length in bytes are known: what storage
// must find without anybody reading the payload again.
func TaggedCRC32C(tag []byte, payload uint32, payloadBytes int64) uint32 {
	return crc32c.Join(crc32c.Checksum(tag), payload, payloadBytes)
}
