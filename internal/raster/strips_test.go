package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// TestStripEncoder checks that an image encoded in strips has the pixels of the image
// encoded whole, even if many of its strips were in earlier images.
func TestStripEncoder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var e StripEncoder
	img := image.NewRGBA(image.Rect(0, 0, 3*stripWidth, 50))
	for n := range 60 {
		for range 20 {
			c := color.RGBA{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32()), 255}
			img.SetRGBA(random.IntN(img.Rect.Dx()), random.IntN(img.Rect.Dy()), c)
		}
		quality := 60 + 20*(n%2)
		data, err := e.JPEG(img, quality)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := JPEG(img, quality)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := decodeYCbCr(t, data), decodeYCbCr(t, whole); got.Rect != want.Rect ||
			!bytes.Equal(got.Y, want.Y) || !bytes.Equal(got.Cb, want.Cb) || !bytes.Equal(got.Cr, want.Cr) {
			t.Fatalf("image %d differs from one that is encoded whole", n)
		}
		if len(e.recent) > keptStrips || len(e.older) > keptStrips {
			t.Fatalf("%d and %d strips are kept", len(e.recent), len(e.older))
		}
	}
	if _, err := e.JPEG(image.NewRGBA(image.Rect(0, 0, stripWidth+1, 16)), 80); err == nil {
		t.Error("an image that cannot be split is encoded")
	}
}

func decodeYCbCr(t *testing.T, data []byte) *image.YCbCr {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.YCbCr)
}
