package audio

import (
	"hash/crc32"

	"onair/internal/crc32c"
)

// TaggedCRC32C returns the CRC32C (Castagnoli) of a tag followed by a payload
// of which only the checksum and the length in bytes are known: what storage
// must find without anybody reading the payload again.
func TaggedCRC32C(tag []byte, payload uint32, payloadBytes int64) uint32 {
	return crc32c.Join(crc32.Checksum(tag, castagnoli), payload, payloadBytes)
}
