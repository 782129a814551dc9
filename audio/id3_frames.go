package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math"
)

const (
	frameHeaderBytes    = 10
	frameHeaderBytesV22 = 6 // an ID of three letters and a size of three bytes

	// maxTagBytes is the largest size that a tag's header can give. The size has 28
	// bits and does not count the header (ID3v2.3.0, section 3.1).
	maxTagBytes = 1<<28 - 1
)

// Format flags of a frame of ID3v2.4 (section 4.1) and 2.3 (section 3.3.1).
const (
	frame24Grouped        = 0x40
	frame24Compressed     = 0x08
	frame24Encrypted      = 0x04
	frame24Unsynchronised = 0x02
	frame24Length         = 0x01

	frame23Compressed = 0x80
	frame23Encrypted  = 0x40
	frame23Grouped    = 0x20
)

// A frame is a frame of a tag, before its content is decoded.
type frame struct {
	id      string  // ID in 2.3, or the original ID if 2.3 has no such frame
	version int     // version of the tag: 2, 3 or 4
	flags   [2]byte // zero in 2.2
	body    []byte
	data    []byte // the body with its format flags undone; nil if it cannot be read
}

func isFrameID(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// appendFrame appends a frame of ID3v2.3: ID, size of the body, no flags, body.
func appendFrame(b []byte, id string, body io.WriterTo) ([]byte, error) {
	// The header is written again when the size of the body is known.
	start := len(b)
	b, err := appendFrameHeader(b, id, 0)
	if err != nil {
		return nil, err
	}
	buf := bytes.NewBuffer(b)
	if _, err := body.WriteTo(buf); err != nil {
		return nil, fmt.Errorf("encode frame %s: %w", id, err)
	}
	b = buf.Bytes()
	_, err = appendFrameHeader(b[:start], id, len(b)-start-frameHeaderBytes)
	return b, err
}

func appendFrameHeader(b []byte, id string, n int) ([]byte, error) {
	if n > maxTagBytes-frameHeaderBytes {
		return nil, fmt.Errorf("encode frame %s: %d bytes, and a tag holds %d", id, n, maxTagBytes)
	}
	b = binary.BigEndian.AppendUint32(append(b, id...), uint32(n))
	return append(b, 0, 0), nil
}

// frames yields the frames in b, the content of a tag or a chapter, each with the bytes
// after it. It stops at padding and at bytes that are not a frame. Frames without a
// body are skipped.
func (t *tagReader) frames(b []byte) iter.Seq2[frame, []byte] {
	return func(yield func(frame, []byte) bool) {
		for {
			f, rest, ok := t.nextFrame(b)
			if !ok {
				return
			}
			b = rest
			if len(f.body) > 0 && !yield(f, rest) {
				return
			}
		}
	}
}

// nextFrame cuts the first frame off b.
func (t *tagReader) nextFrame(b []byte) (f frame, rest []byte, ok bool) {
	f.version = t.version
	if t.version == 2 {
		if len(b) < frameHeaderBytesV22 || !isFrameID(b[:3]) {
			return f, nil, false
		}
		n := int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		if n > len(b)-frameHeaderBytesV22 {
			return f, nil, false
		}
		f.id = frameIDFromV22(string(b[:3]))
		b = b[frameHeaderBytesV22:]
		f.body, f.data = b[:n:n], b[:n:n]
		return f, b[n:], true
	}
	if len(b) < frameHeaderBytes || !isFrameID(b[:4]) {
		return f, nil, false
	}
	n, ok := t.frameSize(b)
	if !ok {
		return f, nil, false
	}
	f.id, f.flags = string(b[:4]), [2]byte(b[8:10])
	b = b[frameHeaderBytes:]
	f.body = b[:n:n]
	if t.version == 4 {
		f.data = t.undoFlagsV24(f.flags[1], f.body)
	} else {
		f.data = undoFlagsV23(f.flags[1], f.body)
	}
	return f, b[n:], true
}

// frameSize reads the size in the frame header at the start of b. Sizes are synchsafe
// in 2.4 and plain in 2.3, but some programs mix them up. frameSize tries the form that
// the specification asks for, then the other, and returns the first size after which b
// ends or padding or a frame follows. If neither fits, it returns the size in the
// specified form, and whether b has that many bytes after the header.
func (t *tagReader) frameSize(b []byte) (int, bool) {
	plain := int(min(binary.BigEndian.Uint32(b[4:]), math.MaxInt32)) // an int may have 32 bits
	safe, ok := synchsafe(b[4:])
	if !ok {
		safe = plain
	}
	proper, other := plain, safe
	if t.version == 4 {
		proper, other = safe, plain
	}
	room := len(b) - frameHeaderBytes
	for _, n := range []int{proper, other} {
		if n <= room && mayFollowFrame(b[frameHeaderBytes+n:]) {
			return n, true
		}
	}
	return proper, proper <= room
}

// mayFollowFrame reports whether b may come after a frame.
func mayFollowFrame(b []byte) bool {
	return len(b) == 0 || b[0] == 0 || len(b) >= frameHeaderBytes && isFrameID(b[:4])
}

// undoFlagsV23 undoes the format flags of a 2.3 frame. It returns nil if the
// frame is compressed or encrypted.
func undoFlagsV23(flags byte, data []byte) []byte {
	switch {
	case flags&(frame23Compressed|frame23Encrypted) != 0:
		return nil
	case flags&frame23Grouped != 0:
		return data[min(1, len(data)):]
	}
	return data
}

// undoFlagsV24 undoes the format flags of a 2.4 frame. It returns nil if the
// frame is compressed or encrypted.
func (t *tagReader) undoFlagsV24(flags byte, data []byte) []byte {
	if flags&(frame24Compressed|frame24Encrypted) != 0 {
		return nil
	}
	if flags&frame24Grouped != 0 {
		data = data[min(1, len(data)):]
	}
	if flags&frame24Length != 0 {
		data = data[min(4, len(data)):]
	}
	if t.unsync || flags&frame24Unsynchronised != 0 {
		data = undoUnsynchronisation(data)
	}
	return data
}

// undoUnsynchronisation removes the zeros that unsynchronisation inserts after bytes FF
// (ID3v2.4.0, section 6.1).
func undoUnsynchronisation(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte{0xFF, 0}, []byte{0xFF})
}

// frameIDs maps the frame IDs of ID3v2.2, including those that iTunes added, to the IDs
// of 2.3. It lacks the frames that 2.3 has in another form, or not at all.
var frameIDs = map[string]string{
	"BUF": "RBUF", "CNT": "PCNT", "COM": "COMM", "CRA": "AENC", "ETC": "ETCO", "GEO": "GEOB", "IPL": "IPLS", "MCI": "MCDI",
	"MLL": "MLLT", "PIC": "APIC", "POP": "POPM", "REV": "RVRB", "SLT": "SYLT", "STC": "SYTC", "UFI": "UFID", "ULT": "USLT",
	"TAL": "TALB", "TBP": "TBPM", "TCM": "TCOM", "TCO": "TCON", "TCR": "TCOP", "TDA": "TDAT", "TDY": "TDLY", "TEN": "TENC",
	"TFT": "TFLT", "TIM": "TIME", "TKE": "TKEY", "TLA": "TLAN", "TLE": "TLEN", "TMT": "TMED", "TOA": "TOPE", "TOF": "TOFN",
	"TOL": "TOLY", "TOR": "TORY", "TOT": "TOAL", "TP1": "TPE1", "TP2": "TPE2", "TP3": "TPE3", "TP4": "TPE4", "TPA": "TPOS",
	"TPB": "TPUB", "TRC": "TSRC", "TRD": "TRDA", "TRK": "TRCK", "TSI": "TSIZ", "TSS": "TSSE", "TT1": "TIT1", "TT2": "TIT2",
	"TT3": "TIT3", "TXT": "TEXT", "TXX": "TXXX", "TYE": "TYER", "WAF": "WOAF", "WAR": "WOAR", "WAS": "WOAS", "WCM": "WCOM",
	"WCP": "WCOP", "WPB": "WPUB", "WXX": "WXXX",
	"PCS": "PCST", "TCP": "TCMP", "TCT": "TCAT", "TDS": "TDES", "TID": "TGID", "TKW": "TKWD", "TS2": "TSO2", "TSA": "TSOA",
	"TSC": "TSOC", "TSP": "TSOP", "TST": "TSOT", "WFD": "WFED",
}

// frameIDFromV22 converts a frame ID of ID3v2.2 to 2.3. It returns the ID unchanged if
// 2.3 has no such frame.
func frameIDFromV22(id string) string {
	if long, ok := frameIDs[id]; ok {
		return long
	}
	return id
}
