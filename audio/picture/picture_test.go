package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/internal/derive"
)

const side = 64 // pixels

// drawing returns m with a pattern that compresses badly.
func drawing(m draw.Image) image.Image {
	for x := range side {
		for y := range side {
			m.Set(x, y, color.RGBA{uint8(x * y), uint8(x ^ y), uint8(x + y), 0xFF})
		}
	}
	return m
}

var square = image.Rect(0, 0, side, side)

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(image.NewRGBA(square)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withChunk inserts a chunk after the header of a PNG image.
func withChunk(data []byte, kind, body string) []byte {
	const header = len(pngSignature) + 25
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(chunk, kind+body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(bytes.Clone(data[:header]), chunk...), data[header:]...)
}

// tiff returns a TIFF header and a directory with two entries; the second entry is the
// orientation.
func tiff(order binary.AppendByteOrder, mark string, orientation uint16) string {
	b := order.AppendUint32([]byte(mark), 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010F, 7}, {0x0112, orientation}} {
		b = order.AppendUint16(order.AppendUint16(b, entry[0]), 3)
		b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), entry[1]), 0)
	}
	return string(append(b, 0, 0, 0, 0))
}

// withSegment inserts a segment after the first marker of a JPEG image.
func withSegment(data []byte, marker byte, body string) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2))
	return append(append(bytes.Clone(data[:2]), append(segment, body...)...), data[2:]...)
}

type inspectCase struct {
	name string
	data []byte
	want Faults
}

func inspectCases(t testing.TB) []inspectCase {
	photo := jpegOf(t)
	drawn := pngOf(t, drawing(image.NewRGBA(square)))
	clear := image.NewNRGBA(square)
	drawing(clear)
	clear.Set(3, 3, color.NRGBA{0xFF, 0, 0, 0x80})
	palette := image.NewPaletted(square, color.Palette{color.White, color.Transparent})
	palette.SetColorIndex(1, 1, 1)
	damaged := bytes.Clone(drawn)
	damaged[len(damaged)/2] ^= 0xFF
	return []inspectCase{
		{"JPEG", photo, Faults{}},
		{"JPEG with bytes after it", append(bytes.Clone(photo), make([]byte, 100)...), Faults{}},
		{"JPEG cut in half", photo[:len(photo)/2], Faults{Damage: "it is cut off"}},
		{"JPEG without its last byte", photo[:len(photo)-1], Faults{Damage: "it is cut off"}},
		{"JPEG of zeros from the middle", append(bytes.Clone(photo[:len(photo)/2]), make([]byte, len(photo)/2)...), Faults{Damage: "it is cut off"}},
		{"JPEG on its side", withSegment(photo, 0xE1, "Exif\x00\x00"+tiff(binary.BigEndian, "MM\x00*", 6)), Faults{Orientation: 6}},
		{"JPEG upside down, after another segment", withSegment(withSegment(photo, 0xE1, "Exif\x00\x00"+tiff(binary.LittleEndian, "II*\x00", 3)), 0xE0, "JFIF\x00"), Faults{Orientation: 3}},
		{"upright JPEG", withSegment(photo, 0xE1, "Exif\x00\x00"+tiff(binary.LittleEndian, "II*\x00", 1)), Faults{}},
		{"JPEG with an orientation that does not exist", withSegment(photo, 0xE1, "Exif\x00\x00"+tiff(binary.BigEndian, "MM\x00*", 9)), Faults{}},
		{"JPEG with XMP", withSegment(photo, 0xE1, "http://ns.adobe.com/xap/1.0/\x00<x/>"), Faults{}},
		{"PNG", drawn, Faults{}},
		{"PNG cut in half", drawn[:len(drawn)/2], Faults{Damage: "it is cut off"}},
		{"PNG without its end", drawn[:len(drawn)-12], Faults{Damage: "it is cut off"}},
		{"PNG with a changed byte", damaged, Faults{Damage: "invalid"}},
		{"PNG with alpha that is opaque", pngOf(t, drawing(image.NewNRGBA(square))), Faults{}},
		{"PNG with one clear pixel", pngOf(t, clear), Faults{Transparent: true}},
		{"PNG with a transparent colour", pngOf(t, palette), Faults{Transparent: true}},
		{"opaque PNG with a grey that is transparent", withChunk(pngOf(t, drawing(image.NewGray(square))), "tRNS", "\x00\x00"), Faults{Transparent: true}},
		{"PNG on its side, animated and cut off", withChunk(withChunk(drawn[:len(drawn)/2], "acTL", "\x00\x00\x00\x01\x00\x00\x00\x00"), "eXIf", tiff(binary.LittleEndian, "II*\x00", 5)), Faults{Damage: "it is cut off", Animated: true, Orientation: 5}},
		{"PNG that is animated in a loop", withChunk(drawn, "acTL", "\x00\x00\x00\x09\x00\x00\x00\x03"), Faults{Animated: true}},
		{"PNG that is animated", withChunk(drawn, "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), Faults{Animated: true}},
		{"PNG on its side", withChunk(drawn, "eXIf", tiff(binary.BigEndian, "MM\x00*", 8)), Faults{Orientation: 8}},
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	cache := derive.Open(t.TempDir(), "build")
	defer cache.Close()
	for _, tt := range inspectCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []*derive.Cache{nil, cache, cache} {
				got := Inspect(c, tt.data)
				if tt.want.Damage != "" && strings.Contains(got.Damage, tt.want.Damage) { // the decoder may find the damage elsewhere
					got.Damage = tt.want.Damage
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			}
		})
	}
}

// FuzzInspect checks that Inspect does not panic on any image.
func FuzzInspect(f *testing.F) {
	for _, tt := range inspectCases(f) {
		f.Add(tt.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := Inspect(nil, data); got.Orientation < 0 || got.Orientation > 8 {
			t.Errorf("%+v", got)
		}
	})
}
