// Package raster reads images and makes smaller versions of them.
//
// The same image gives the same bytes on every machine: scaling uses integers only,
// because processors round floating-point sums differently.
package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // for image.DecodeConfig
	"image/jpeg"
	"image/png"
)

// MaxPixels is the largest number of pixels of an image that is decoded.
const MaxPixels = 64 << 20

// Image is an image in memory.
type Image = image.RGBA

// ErrTooLarge reports that an image has more than MaxPixels.
var ErrTooLarge = errors.New("the image has more than 64 megapixels")

// Decode reads a JPEG or PNG and applies its Exif orientation. It scales the image down
// so that no side has more than limit pixels, and fills transparent areas with white.
func Decode(data []byte, limit int) (*image.RGBA, error) {
	config, err := readConfig(data)
	if err != nil {
		return nil, err
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, errors.New("the image is empty")
	}
	decoded, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	bounds := decoded.Bounds()
	full := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(full, full.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(full, full.Rect, decoded, bounds.Min, draw.Over)
	width, height := fit(bounds.Dx(), bounds.Dy(), limit)
	return turned(Scale(full, width, height), Orientation(data)), nil
}

// TooLarge reports whether the header of a JPEG, PNG or GIF says that the image has more
// than MaxPixels.
func TooLarge(data []byte) bool {
	_, err := readConfig(data)
	return err == ErrTooLarge
}

// readConfig reads the header of an image. It returns ErrTooLarge if the image has more
// than MaxPixels.
func readConfig(data []byte) (image.Config, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err == png.UnsupportedError("dimension overflow"): // on 32-bit systems
		return config, ErrTooLarge
	case err != nil:
		return config, fmt.Errorf("read image: %w", err)
	case int64(config.Width)*int64(config.Height) > MaxPixels:
		return config, ErrTooLarge
	}
	return config, nil
}

// fit returns the size of an image whose longer side is scaled down to limit.
func fit(width, height, limit int) (int, int) {
	switch {
	case max(width, height) <= limit:
		return width, height
	case width >= height:
		return limit, max(1, (height*limit+width/2)/width)
	}
	return max(1, (width*limit+height/2)/height), limit
}

// Scale returns an image in a smaller size. Each pixel is the mean of the pixels that
// it covers. An image is never enlarged.
func Scale(img *image.RGBA, width, height int) *image.RGBA {
	bounds := img.Bounds()
	width, height = min(width, bounds.Dx()), min(height, bounds.Dy())
	if width == bounds.Dx() && height == bounds.Dy() {
		return img
	}
	// Scale the rows first. The sums have 8 bits more than the result.
	columns := spansOf(bounds.Dx(), width)
	narrow := make([]uint16, 3*width*bounds.Dy())
	for y := range bounds.Dy() {
		row := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):]
		for x, s := range columns {
			r, g, b := 0, 0, 0
			for i, weight := range s.weights {
				p := row[4*(s.first+i):]
				r, g, b = r+weight*int(p[0]), g+weight*int(p[1]), b+weight*int(p[2])
			}
			to := narrow[3*(y*width+x):]
			to[0], to[1], to[2] = uint16(r<<8/bounds.Dx()), uint16(g<<8/bounds.Dx()), uint16(b<<8/bounds.Dx())
		}
	}
	scaled := image.NewRGBA(image.Rect(0, 0, width, height))
	sums := make([]int, 3*width)
	for y, s := range spansOf(bounds.Dy(), height) {
		clear(sums)
		for i, weight := range s.weights {
			row := narrow[3*width*(s.first+i):]
			for x := range sums {
				sums[x] += weight * int(row[x])
			}
		}
		to := scaled.Pix[scaled.PixOffset(0, y):]
		for x := range width {
			for c := range 3 {
				to[4*x+c] = uint8(min(255, (sums[3*x+c]/bounds.Dy()+128)>>8))
			}
			to[4*x+3] = 255
		}
	}
	return scaled
}

// span is the range of pixels of a row or column that a scaled pixel covers, with their
// weights. The sum of the weights is the number of pixels in the row or column.
type span struct {
	first   int
	weights []int
}

// spansOf returns the spans of a scaled row. from and to are the numbers of pixels before
// and after scaling.
func spansOf(from, to int) []span {
	spans := make([]span, to)
	for i := range spans {
		start, end := i*from, (i+1)*from // in units of 1/to of a pixel
		s := span{first: start / to}
		for j := s.first; j*to < end; j++ {
			s.weights = append(s.weights, min(end, (j+1)*to)-max(start, j*to))
		}
		spans[i] = s
	}
	return spans
}

// Square cuts the largest square from the middle of an image and scales it down to size
// pixels a side. A smaller square is not enlarged.
func Square(img *image.RGBA, size int) *image.RGBA {
	b := img.Bounds()
	side := min(b.Dx(), b.Dy())
	x, y := b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2
	return Scale(img.SubImage(image.Rect(x, y, x+side, y+side)).(*image.RGBA), size, size)
}

// JPEG encodes an image.
func JPEG(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("write image: %w", err)
	}
	return b.Bytes(), nil
}

// PNG encodes an image.
func PNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("write image: %w", err)
	}
	return b.Bytes(), nil
}

// turned applies an Exif orientation, from 2 to 8. Other values do not change the
// image.
func turned(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	width, height := b.Dx(), b.Dy()
	if orientation >= 5 {
		width, height = height, width
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			from := image.Pt(x, y)
			if orientation >= 5 {
				from = image.Pt(y, x)
			}
			switch orientation {
			case 2, 3, 7, 8: // from the right
				from.X = b.Dx() - 1 - from.X
			}
			switch orientation {
			case 3, 4, 6, 7: // from below
				from.Y = b.Dy() - 1 - from.Y
			}
			out.SetRGBA(x, y, img.RGBAAt(b.Min.X+from.X, b.Min.Y+from.Y))
		}
	}
	return out
}
