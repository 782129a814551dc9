package raster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"image"
	"image/jpeg"
	"iter"
	"sync"
)

// The width and the height of a strip, in pixels. They are multiples of 16, because
// image/jpeg encodes blocks of 16 × 16 pixels.
const (
	stripWidth  = 240
	stripHeight = 16
)

// keptStrips is the capacity of StripEncoder.recent. The pixels of a strip take 15 kB.
const keptStrips = 256

// StripEncoder encodes JPEG images that have many pixels in common. It encodes each
// strip of an image separately and reuses the strips that it encoded recently. The zero
// value is ready for use. It is safe for concurrent use.
type StripEncoder struct {
	mu     sync.Mutex
	recent map[stripKey]*strip
	older  map[stripKey]*strip // the previous contents of recent, when it was full
}

type stripKey struct {
	pixels  uint64 // hash
	quality int
}

type strip struct {
	pixels []byte
	file   *jpegFile
}

// jpegFile is a JPEG file with a single scan, in the parts that are needed to join
// strips.
type jpegFile struct {
	size int    // index of the height in head; the width follows it
	head []byte // up to the header of the scan
	scan []byte // the header of the scan
	data []byte // the compressed pixels
}

var stripSeed = maphash.MakeSeed()

// JPEG encodes an image whose width is a multiple of 240 pixels. The strips of the image
// are its restart intervals (ITU-T T.81, E.1.4), so that each is compressed
// independently of the others.
func (e *StripEncoder) JPEG(img *Image, quality int) ([]byte, error) {
	bounds := img.Bounds()
	if bounds.Empty() || bounds.Dx()%stripWidth != 0 || bounds.Dy() > 1<<16-1 || bounds.Dx() > 1<<16-1 {
		return nil, fmt.Errorf("write image: cannot split %d × %d pixels", bounds.Dx(), bounds.Dy())
	}
	const (
		restartInterval = 0xDD
		restart         = 0xD0
		end             = 0xD9
	)
	var out []byte
	number := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y += stripHeight {
		for x := bounds.Min.X; x < bounds.Max.X; x += stripWidth {
			area := image.Rect(x, y, x+stripWidth, min(y+stripHeight, bounds.Max.Y))
			f, err := e.strip(img.SubImage(area).(*Image), quality)
			if err != nil {
				return nil, fmt.Errorf("write image: %w", err)
			}
			if number == 0 {
				out = append(out, f.head...)
				binary.BigEndian.PutUint16(out[f.size:], uint16(bounds.Dy()))
				binary.BigEndian.PutUint16(out[f.size+2:], uint16(bounds.Dx()))
				out = append(out, 0xFF, restartInterval, 0, 4, 0, stripWidth/16)
				out = append(out, f.scan...)
			} else {
				out = append(out, 0xFF, byte(restart+(number-1)%8))
			}
			out = append(out, f.data...)
			number++
		}
	}
	return append(out, 0xFF, end), nil
}

// strip returns an encoded strip.
func (e *StripEncoder) strip(img *Image, quality int) (*jpegFile, error) {
	var h maphash.Hash
	h.SetSeed(stripSeed)
	for row := range rows(img) {
		h.Write(row)
	}
	key := stripKey{h.Sum64(), quality}
	if known := e.known(key); known != nil && known.has(img) {
		return known.file, nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	f, err := splitJPEG(b.Bytes())
	if err != nil {
		return nil, err
	}
	s := &strip{file: f}
	for row := range rows(img) {
		s.pixels = append(s.pixels, row...)
	}
	e.keep(key, s)
	return f, nil
}

// rows returns the rows of an image.
func rows(img *Image) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for y := range img.Rect.Dy() {
			if !yield(img.Pix[y*img.Stride:][:4*img.Rect.Dx()]) {
				return
			}
		}
	}
}

// has reports whether the strip has the pixels of an image.
func (s *strip) has(img *Image) bool {
	rest, same := s.pixels, true
	for row := range rows(img) {
		same = same && bytes.HasPrefix(rest, row)
		rest = rest[min(len(row), len(rest)):]
	}
	return same && len(rest) == 0
}

func (e *StripEncoder) known(key stripKey) *strip {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.recent[key]; s != nil {
		return s
	}
	s := e.older[key]
	if s != nil {
		e.add(key, s)
	}
	return s
}

func (e *StripEncoder) keep(key stripKey, s *strip) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.add(key, s)
}

// add keeps a strip; the caller holds the mutex.
func (e *StripEncoder) add(key stripKey, s *strip) {
	if e.recent == nil || len(e.recent) >= keptStrips {
		e.older, e.recent = e.recent, map[stripKey]*strip{}
	}
	e.recent[key] = s
}

// splitJPEG splits a JPEG file that image/jpeg wrote.
func splitJPEG(file []byte) (*jpegFile, error) {
	const (
		frame = 0xC0
		scan  = 0xDA
	)
	f := &jpegFile{}
	for at := 2; at+4 <= len(file) && file[at] == 0xFF; {
		next := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		if next > len(file)-2 {
			break
		}
		switch file[at+1] {
		case frame:
			f.size = at + 5 // after the length and the precision
		case scan:
			f.head, f.scan, f.data = file[:at], file[at:next], file[next:len(file)-2]
			return f, nil
		}
		at = next
	}
	return nil, fmt.Errorf("the encoder wrote no scan")
}
