// Package picture finds faults in JPEG and PNG images, such as artwork. The header of
// an image gives only its size and colours, so the package decodes images that are not
// very large.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"iter"
	"strings"

	"onair/internal/derive"
	"onair/internal/raster"
)

// maxPixels is the largest number of pixels of an image that is decoded. It is a little
// more than the largest artwork that directories accept. In a larger image, only the
// header and the chunks are inspected.
const maxPixels = 3100 * 3100

// Faults describes the faults of an image.
type Faults struct {
	Damage      string `json:"damage,omitempty"`      // error of decoding; empty if there was none
	Orientation int    `json:"orientation,omitempty"` // EXIF orientation, 2 to 8; 0 if apps need not turn the image
	Transparent bool   `json:"transparent,omitempty"` // whether a pixel is not opaque
	Animated    bool   `json:"animated,omitempty"`    // whether it is an APNG
}

var faultsFunc = derive.Func{Name: "image-faults", Version: 1}

// Inspect returns the faults of the image in data, which must be JPEG or PNG. The
// faults are cached by content; a nil cache disables caching.
func Inspect(cache *derive.Cache, data []byte) Faults {
	sum := sha256.Sum256(data)
	faults, _ := derive.Value(cache, faultsFunc, hex.EncodeToString(sum[:]), derive.Key{}, func() (Faults, error) { return inspect(data), nil })
	return faults
}

// cutOff is the damage of an image whose end is missing.
const cutOff = "it is cut off"

func inspect(data []byte) Faults {
	if isPNG(data) {
		return inspectPNG(data)
	}
	f := Faults{Orientation: raster.Orientation(data)}
	_, f.Damage = decode(data, jpeg.DecodeConfig, jpeg.Decode)
	return f
}

const pngSignature = "\x89PNG\r\n\x1a\n"

func isPNG(data []byte) bool { return bytes.HasPrefix(data, []byte(pngSignature)) }

// decode decodes an image unless it is too large. damage is the error of decoding. A
// format that the decoder does not support, such as JPEG with arithmetic coding, is not
// damage.
func decode(data []byte, config func(io.Reader) (image.Config, error), whole func(io.Reader) (image.Image, error)) (m image.Image, damage string) {
	c, err := config(bytes.NewReader(data))
	if err == nil && int64(c.Width)*int64(c.Height) <= maxPixels {
		m, err = whole(bytes.NewReader(data))
	}
	var (
		jpegErr jpeg.UnsupportedError
		pngErr  png.UnsupportedError
	)
	switch {
	case err == nil, errors.As(err, &jpegErr), errors.As(err, &pngErr):
		return m, ""
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "short Huffman data"):
		return nil, cutOff
	}
	return nil, err.Error()
}

// inspectPNG inspects the chunks of a PNG image (ISO/IEC 15948), and its pixels if it
// may be transparent.
func inspectPNG(data []byte) (f Faults) {
	const colorType = 25 // offset in the file
	whole := false
	mayShow := len(data) > colorType && data[colorType]&4 != 0
	for kind, body := range pngChunks(data) {
		switch kind {
		case "acTL":
			f.Animated = true
		case "eXIf":
			f.Orientation = raster.ExifOrientation(body)
		case "tRNS":
			mayShow = true
		case "IEND":
			whole = true
		}
	}
	m, damage := decode(data, png.DecodeConfig, png.Decode)
	if f.Damage = damage; damage != "" && !whole {
		f.Damage = cutOff
	}
	if o, ok := m.(interface{ Opaque() bool }); ok && mayShow {
		f.Transparent = !o.Opaque()
	}
	return f
}

// pngChunks yields the kind and the body of each chunk. It stops at a chunk that is cut
// off.
func pngChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		const around = 12 // bytes of length, kind and checksum
		for b := data[min(len(pngSignature), len(data)):]; len(b) >= around; {
			n := int64(binary.BigEndian.Uint32(b))
			if n > int64(len(b)-around) || !yield(string(b[4:8]), b[8:8+n]) {
				return
			}
			b = b[around+n:]
		}
	}
}
