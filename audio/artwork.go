package audio

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // for image.DecodeConfig
	_ "image/png"  // for image.DecodeConfig

	"github.com/bogem/id3v2/v2"
)

// Limits of a picture that is read. The largest artwork that directories accept is 3000
// pixels wide. An image of 50,000 × 50,000 pixels can be a file of a few bytes, but
// takes 10 GB of memory when decoded.
const (
	maxPictureBytes = 32 << 20
	maxPictureSide  = 8192 // pixels
)

// Picture types of an APIC frame (ID3v2.3.0, section 4.15).
const (
	pictureOther = 0
	pictureCover = 3
)

// A Picture is an image and the facts in its header.
type Picture struct {
	MediaType     string // image/jpeg or image/png, by content
	Width, Height int    // pixels
	Color         string // the colour model: "RGB", "grey" or "CMYK"
	Data          []byte // the image file
}

// The colour models of pictures.
const (
	rgb  = "RGB" // also a palette of RGB colours
	gray = "grey"
	cmyk = "CMYK"
)

// ReadPicture reads the header of a JPEG or PNG image, without decoding the rest. The
// picture refers to data, which must not change afterwards.
func ReadPicture(data []byte) (*Picture, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("the image is empty (0 bytes)")
	}
	if len(data) > maxPictureBytes {
		return nil, fmt.Errorf("the image has %d bytes; at most %d are read", len(data), maxPictureBytes)
	}
	format := pictureFormat(data)
	if format == "" {
		return nil, fmt.Errorf("not a JPEG or PNG image; it begins with %q", data[:min(len(data), 12)])
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the image's header: %w", err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPictureSide || config.Height > maxPictureSide {
		return nil, fmt.Errorf("the image is %d × %d pixels; at most %d a side are read", config.Width, config.Height, maxPictureSide)
	}
	colors := colorOf(config.ColorModel)
	if format == "png" && len(data) > pngColorType && data[pngColorType] == pngGrayAlpha {
		colors = gray
	}
	return &Picture{
		MediaType: "image/" + format,
		Width:     config.Width,
		Height:    config.Height,
		Color:     colors,
		Data:      data,
	}, nil
}

// pngColorType is the offset of the colour type in a PNG image. pngGrayAlpha is the
// colour type for grey with transparency, which package image decodes as RGB.
const (
	pngColorType = 25
	pngGrayAlpha = 4
)

func pictureFormat(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xD8\xFF")):
		return "jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1A\n")):
		return "png"
	}
	return ""
}

func colorOf(model color.Model) string {
	switch model {
	case color.GrayModel, color.Gray16Model:
		return gray
	case color.CMYKModel:
		return cmyk
	}
	return rgb
}

// pictureFrame returns an APIC frame without a description. The last slice is the data of
// the picture.
func pictureFrame(p *Picture, kind byte) (Part, error) {
	head, err := appendFrame(nil, "APIC", id3v2.PictureFrame{Encoding: id3v2.EncodingISO, MimeType: p.MediaType, PictureType: kind})
	if err != nil {
		return nil, err
	}
	_, err = appendFrameHeader(head[:0], "APIC", len(head)-frameHeaderBytes+len(p.Data))
	return Part{head, p.Data}, err
}

// parsePicture reads an APIC frame, or a PIC frame of ID3v2.2, whose media type has
// three letters. It returns the picture, which is nil if there is no image, and the
// picture type. The media type is found from the content; the media type in the frame
// is used only if the content is not a JPEG or PNG image.
func parsePicture(f frame) (*Picture, byte) {
	if len(f.data) < 1 {
		return nil, 0
	}
	encoding, rest := f.data[0], f.data[1:]
	var mediaType []byte
	if f.version == 2 {
		if len(rest) < 3 {
			return nil, 0
		}
		mediaType, rest = rest[:3], rest[3:]
	} else {
		var ok bool
		if mediaType, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
			return nil, 0
		}
	}
	if len(rest) < 1 {
		return nil, 0
	}
	kind := rest[0]
	_, data, ok := cutText(encoding, rest[1:])
	if !ok || len(data) == 0 {
		return nil, 0
	}
	p, err := ReadPicture(data)
	if err != nil {
		p = &Picture{MediaType: ascii(string(mediaType)), Data: data}
	}
	return p, kind
}
