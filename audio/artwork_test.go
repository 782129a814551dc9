package audio

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"runtime"
	"strings"
	"testing"
)

// pngHeader returns the signature and the IHDR chunk of a PNG.
func pngHeader(width, height uint32) []byte {
	body := join([]byte("IHDR"), words(width, height), []byte{8, 2, 0, 0, 0})
	b := join([]byte("\x89PNG\r\n\x1A\n"), words(13), body)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
}

// jpegHeader returns a JPEG that ends after its header, with the given number of
// colour components.
func jpegHeader(width, height uint16, components byte) []byte {
	b := []byte{0xFF, 0xD8, 0xFF, 0xC0, 0, 8 + 3*components, 8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), components}
	for i := range components {
		b = append(b, i+1, 0x11, 0)
	}
	return append(b, 0xFF, 0xDA, 0, 2)
}

func TestReadPicture(t *testing.T) {
	t.Parallel()
	var palette bytes.Buffer
	if err := png.Encode(&palette, image.NewPaletted(image.Rect(0, 0, 3, 5), color.Palette{color.White, color.Black})); err != nil {
		t.Fatal(err)
	}
	var gray16 bytes.Buffer
	if err := png.Encode(&gray16, image.NewGray16(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	grayAlpha := join([]byte("\x89PNG\r\n\x1A\n"), words(13), []byte("IHDR"), words(6, 7), []byte{8, 4, 0, 0, 0})
	grayAlpha = binary.BigEndian.AppendUint32(grayAlpha, crc32.ChecksumIEEE(grayAlpha[12:]))
	tests := []struct {
		name          string
		data          []byte
		mediaType     string
		width, height int
		color         string
	}{
		{"JPEG", jpegHeader(3000, 3000, 3), "image/jpeg", 3000, 3000, rgb},
		{"grey JPEG", jpegHeader(20, 30, 1), "image/jpeg", 20, 30, gray},
		{"CMYK JPEG", jpegHeader(20, 30, 4), "image/jpeg", 20, 30, cmyk},
		{"PNG", pngHeader(1400, 1500), "image/png", 1400, 1500, rgb},
		{"PNG with a palette", palette.Bytes(), "image/png", 3, 5, rgb},
		{"grey PNG of 16 bits", gray16.Bytes(), "image/png", 4, 4, gray},
		{"grey PNG with alpha", grayAlpha, "image/png", 6, 7, gray},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ReadPicture(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if p.MediaType != tt.mediaType || p.Width != tt.width || p.Height != tt.height || p.Color != tt.color {
				t.Errorf("%s, %d × %d, %s; want %s, %d × %d, %s", p.MediaType, p.Width, p.Height, p.Color, tt.mediaType, tt.width, tt.height, tt.color)
			}
		})
	}
}

func TestReadPictureRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "the image is empty (0 bytes)"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), `not a JPEG or PNG image; it begins with "GIF89a\x01\x00\x01\x00\x00\x00"`},
		{"SVG", []byte("<svg/>"), `not a JPEG or PNG image; it begins with "<svg/>"`},
		{"PNG of 16,000 × 16,000", pngHeader(16_000, 16_000), "the image is 16000 × 16000 pixels; at most 8192 a side are read"},
		{"JPEG of 50,000 × 50,000", jpegHeader(50_000, 50_000, 3), "the image is 50000 × 50000 pixels; at most 8192 a side are read"},
		{"too many bytes", append(pngHeader(3000, 3000), make([]byte, maxPictureBytes)...), "the image has 33554465 bytes; at most 33554432 are read"},
		{"truncated header", pngHeader(3000, 3000)[:20], "read the image's header: unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadPicture(tt.data)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

// TestPolyglots reads files that are valid in two formats at once. Such a file is
// refused, or read as the picture with which it begins. None is decoded.
func TestPolyglots(t *testing.T) {
	huge, small := pngHeader(16_000, 16_000), testPicture(t, "png", 4, 0).Data
	comment := func(text string) []byte { // the start of a JPEG, with a comment
		return join([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, byte(2 + len(text))}, []byte(text))
	}
	tests := []struct {
		name string
		data []byte
		want string // error; empty for a picture of 20 × 30 or 4 × 4 pixels
	}{
		{"GIF with a PNG behind it", join([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), small), "not a JPEG or PNG image"},
		{"web page with a JPEG in it", join([]byte("<script>/*"), jpegHeader(20, 30, 3)), "not a JPEG or PNG image"},
		{"MP3 with a picture in its tag", join(foreignTag(3, 0, frame23("APIC", 0, "\x00image/png\x00\x03\x00"+string(small))), silence(mono128, 4)), "not a JPEG or PNG image"},
		{"archive with a picture behind it", join([]byte("PK\x03\x04"), small), "not a JPEG or PNG image"},
		{"PDF with a picture in it", join([]byte("%PDF-1.7\n"), small), "not a JPEG or PNG image"},
		{"line break before the picture", join([]byte("\r\n"), small), "not a JPEG or PNG image"},
		{"JPEG that says PNG", join([]byte("\xFF\xD8\xFF"), small), "read the image's header"},
		{"PNG that says JPEG", join([]byte("\x89PNG\r\n\x1A\n"), jpegHeader(20, 30, 3)), "read the image's header"},
		{"small PNG whose first header is a huge one", join(huge, small), "the image is 16000 × 16000 pixels"},
		{"huge JPEG behind a script", join(comment("<script>alert(1)</script>"), jpegHeader(50_000, 50_000, 3)[2:]), "the image is 50000 × 50000 pixels"},
		{"JPEG with a script in its comment", join(comment("<script>alert(1)</script>"), jpegHeader(20, 30, 3)[2:]), ""},
		{"PNG with a huge PNG behind it", join(small, huge), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := ReadPicture(tt.data)
			runtime.ReadMemStats(&after)
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 1<<20 {
				t.Errorf("%d bytes of memory for a file of %d", spent, len(tt.data))
			}
			if tt.want != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
					t.Errorf("error = %v, want %s", err, tt.want)
				}
				return
			}
			if err != nil || p.Width*p.Height > 20*30 {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}
