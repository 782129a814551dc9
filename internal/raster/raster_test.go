package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// quarters returns an image whose quarters are red, green, blue and white.
func quarters(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{A: 255}
			switch {
			case 2*x < width && 2*y < height:
				c.R = 255
			case 2*y < height:
				c.G = 255
			case 2*x < width:
				c.B = 255
			default:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func TestScaleKeepsColours(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{2, 2}, {4, 4}, {100, 50}, {300, 300}} {
		img := Scale(quarters(300, 300), size.X, size.Y)
		if img.Bounds().Size() != size {
			t.Fatalf("the size is %v, want %v", img.Bounds().Size(), size)
		}
		for i, want := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}} {
			x, y := i%2*(size.X-1), i/2*(size.Y-1)
			if got := img.RGBAAt(x, y); got != want {
				t.Errorf("%v: pixel %d, %d is %v, want %v", size, x, y, got, want)
			}
		}
	}
	one := Scale(quarters(7, 5), 1, 1).RGBAAt(0, 0)
	if one.R < 120 || one.R > 150 {
		t.Errorf("the mean is %v", one)
	}
	if img := Scale(quarters(10, 10), 20, 20); img.Bounds().Dx() != 10 {
		t.Error("an image is enlarged")
	}
}

func TestSquare(t *testing.T) {
	t.Parallel()
	if b := Square(quarters(300, 100), 50).Bounds(); b.Dx() != 50 || b.Dy() != 50 {
		t.Errorf("square of %v", b)
	}
	if b := Square(quarters(30, 10), 50).Bounds(); b.Dx() != 10 || b.Dy() != 10 {
		t.Errorf("square of %v", b)
	}
}

// exif returns the JPEG of an image with an orientation.
func exif(t testing.TB, img image.Image, orientation uint16) []byte {
	t.Helper()
	data, err := JPEG(img, 95)
	if err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), byte(orientation>>8), byte(orientation), 0, 0)
	segment := append([]byte{0xff, 0xe1, 0, byte(len(tiff) + 2)}, tiff...)
	return append(append(append([]byte{}, data[:2]...), segment...), data[2:]...)
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	// The colour at the top left of the image as it is shown, by orientation.
	for orientation, want := range map[uint16]color.RGBA{
		1: {255, 0, 0, 255}, 2: {0, 255, 0, 255}, 3: {255, 255, 255, 255}, 4: {0, 0, 255, 255},
		5: {255, 0, 0, 255}, 6: {0, 0, 255, 255}, 7: {255, 255, 255, 255}, 8: {0, 255, 0, 255}, 9: {255, 0, 0, 255},
	} {
		img, err := Decode(exif(t, quarters(64, 32), orientation), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if wide := img.Bounds().Dx() == 64; wide != (orientation < 5 || orientation > 8) {
			t.Errorf("orientation %d: the size is %v", orientation, img.Bounds().Size())
		}
		got := img.RGBAAt(4, 4)
		near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 16 }
		if !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) {
			t.Errorf("orientation %d: the first quarter is %v, want %v", orientation, got, want)
		}
	}
}

func TestDecodeFits(t *testing.T) {
	t.Parallel()
	for size, want := range map[image.Point]image.Point{{100, 50}: {40, 20}, {50, 100}: {20, 40}, {10, 10}: {10, 10}, {400, 1}: {40, 1}} {
		var b bytes.Buffer
		if err := png.Encode(&b, quarters(size.X, size.Y)); err != nil {
			t.Fatal(err)
		}
		img, err := Decode(b.Bytes(), 40)
		if err != nil || img.Bounds().Size() != want {
			t.Errorf("%v: %v, %v; want %v", size, img.Bounds().Size(), err, want)
		}
	}
}

func TestLargeImagesAreNotDecoded(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, quarters(1, 1)); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], 60_000)
	binary.BigEndian.PutUint32(data[20:], 60_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	if _, err := Decode(data, 640); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(exif(f, quarters(8, 8), 6))
	f.Fuzz(func(t *testing.T, data []byte) {
		if img, err := Decode(data, 16); err == nil && (img.Bounds().Dx() > 16 || img.Bounds().Dy() > 16) {
			t.Errorf("the size is %v", img.Bounds().Size())
		}
	})
}
