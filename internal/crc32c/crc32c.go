// Package crc32c computes CRC32C checksums: CRC-32 with the Castagnoli polynomial,
// which cloud storage uses. It also joins the checksums of pieces into the checksum of
// the whole, without reading the pieces.
package crc32c

import (
	"hash"
	"hash/crc32"
	"sync"
)

var table = crc32.MakeTable(crc32.Castagnoli)

// New returns a hash that computes a CRC32C.
func New() hash.Hash32 { return crc32.New(table) }

// Checksum returns the CRC32C of data.
func Checksum(data []byte) uint32 { return crc32.Checksum(data, table) }

// Update returns the CRC32C of some bytes followed by p. crc is the CRC32C of the bytes
// before p.
func Update(crc uint32, p []byte) uint32 { return crc32.Update(crc, table, p) }

// Join returns the CRC32C of two pieces one after the other, from the CRC32C of
// each and the length of the second in bytes.
func Join(first, second uint32, secondBytes int64) uint32 {
	return shift(first, secondBytes) ^ second
}

// A matrix is a linear map over GF(2) from one 32-bit checksum to another. Row n
// is the image of bit n. Appending zero bytes to the input is such a map, and
// appending twice as many is its square.
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

// zeros returns the maps that append 1, 2, 4, 8 … zero bytes.
var zeros = sync.OnceValue(func() (maps [63]*matrix) {
	m := &matrix{crc32.Castagnoli} // one zero bit
	for i := 1; i < len(m); i++ {
		m[i] = 1 << (i - 1)
	}
	m = m.squared().squared().squared() // one zero byte
	for i := range maps {
		maps[i] = m
		m = m.squared()
	}
	return maps
})

// shift returns the checksum after n more zero bytes. It leaves out the
// inversions at both ends, which cancel out when two checksums are added.
func shift(crc uint32, n int64) uint32 {
	maps := zeros()
	for i := 0; n > 0; i, n = i+1, n>>1 {
		if n&1 != 0 {
			crc = maps[i].times(crc)
		}
	}
	return crc
}
