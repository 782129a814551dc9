// Package crc32c joins CRC32C checksums (Castagnoli) of pieces into that of the
// whole, without the bytes of the pieces.
package crc32c

import "hash/crc32"

// Join returns the checksum of two pieces one after the other, from that of each
// and the length of the second in bytes.
func Join(first, second uint32, secondBytes int64) uint32 {
	return shift(first, secondBytes) ^ second
}

// A matrix maps the 32 bits of a checksum to those of another: row n is what
// bit n turns into. Checksums are linear over GF(2), so that feeding zeros is
// such a map, and feeding twice as many its square.
type matrix [32]uint32

func (m *matrix) times(v uint32) (sum uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *matrix) squared() *matrix {
	var s matrix
	for i, row := range m {
		s[i] = m.times(row)
	}
	return &s
}

// shift returns what a checksum becomes when n zero bytes follow, without
// the inversions at both ends, which cancel out when two checksums are added.
func shift(crc uint32, n int64) uint32 {
	m := &matrix{crc32.Castagnoli} // one zero bit
	for i := 1; i < len(m); i++ {
		m[i] = 1 << (i - 1)
	}
	m = m.squared().squared().squared() // one zero byte
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			crc = m.times(crc)
		}
		m = m.squared()
	}
	return crc
}
