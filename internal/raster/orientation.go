package raster

import (
	"bytes"
	"encoding/binary"
)

// Orientation returns the EXIF orientation of a JPEG image (CIPA DC-008, 4.6): 2 to 8,
// or 0 if there is none or the image is upright.
func Orientation(data []byte) int {
	const (
		scan = 0xDA
		app1 = 0xE1
	)
	for b := data[min(2, len(data)):]; len(b) >= 4 && b[0] == 0xFF; {
		if b[1] == 0xFF { // a fill byte
			b = b[1:]
			continue
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if b[1] == scan || n < 2 || n > len(b)-2 {
			return 0
		}
		if exif, ok := bytes.CutPrefix(b[4:2+n], []byte("Exif\x00\x00")); ok && b[1] == app1 {
			return ExifOrientation(exif)
		}
		b = b[2+n:]
	}
	return 0
}

// ExifOrientation returns the orientation in EXIF data, which begin with a TIFF header.
// The values are those of Orientation.
func ExifOrientation(b []byte) int {
	const (
		entryBytes  = 12
		orientation = 0x0112
		short       = 3
	)
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "MM\x00*":
		order = binary.BigEndian
	case "II*\x00":
		order = binary.LittleEndian
	default:
		return 0
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	entries := b[at+2:]
	for n := order.Uint16(b[at:]); n > 0 && len(entries) >= entryBytes; n-- {
		if order.Uint16(entries) == orientation && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); v >= 2 && v <= 8 {
				return v
			}
			return 0
		}
		entries = entries[entryBytes:]
	}
	return 0
}
