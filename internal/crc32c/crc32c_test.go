package crc32c_test

import (
	"bytes"
	"hash/crc32"
	"testing"

	"onair/internal/crc32c"
)

func TestJoin(t *testing.T) {
	sum := func(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
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
