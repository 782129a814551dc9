package crc32c_test

import (
	"bytes"
	"testing"

	"onair/internal/crc32c"
)

// TestChecksum uses the check value of CRC-32/ISCSI in the catalogue of parametrised CRC
// algorithms, which is the checksum of "123456789".
func TestChecksum(t *testing.T) {
	t.Parallel()
	const want uint32 = 0xe3069283
	digits := []byte("123456789")
	h := crc32c.New()
	h.Write(digits)
	for name, got := range map[string]uint32{
		"Checksum": crc32c.Checksum(digits),
		"New":      h.Sum32(),
		"Update":   crc32c.Update(crc32c.Checksum(digits[:4]), digits[4:]),
	} {
		if got != want {
			t.Errorf("%s: %08x, want %08x", name, got, want)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	sum := crc32c.Checksum
	all := bytes.Repeat([]byte("0123456789abcdef\x00\xff"), 5_000)
	for _, size := range []int{0, 1, 2, 255, 256, 65_537, len(all)} {
		whole := all[:size]
		for _, cut := range []int{0, 1, 3, 64, 1_000, size / 2, size - 1, size} {
			if cut < 0 || cut > size {
				continue
			}
			if got := crc32c.Join(sum(whole[:cut]), sum(whole[cut:]), int64(size-cut)); got != sum(whole) {
				t.Errorf("%d bytes cut at %d: %08x, want %08x", size, cut, got, sum(whole))
			}
		}
	}
}
